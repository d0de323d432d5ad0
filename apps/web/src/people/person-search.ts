import { day, id, month, oneOf, parsedSearch, type RawSearch } from '../search-params.ts';

export const personSearch = (search: RawSearch) => parsedSearch({ week: day(search.week) });

/** The address of printed weeks: the first one, and whether there are two. */
export const sheetsSearch = (search: RawSearch) =>
  parsedSearch({
    week: day(search.week),
    weeks: search.weeks === 2 ? (2 as const) : undefined,
    store: id(search.store),
  });

/** The address of the list of people: as a list, how work is shared out in a week, or attendance. */
export const peopleSearch = (search: RawSearch) =>
  parsedSearch({
    view: oneOf(['workload', 'attendance'], search.view),
    store: id(search.store),
    week: day(search.week),
    month: month(search.month),
  });
