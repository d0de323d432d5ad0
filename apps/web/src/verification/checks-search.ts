import { day, id, parsedSearch, type RawSearch } from '../search-params.ts';

/** A range of days; without one, the coming week. With a plan, the days as they would be with it. */
export const checksSearch = (search: RawSearch) =>
  parsedSearch({
    store: id(search.store),
    from: day(search.from),
    to: day(search.to),
    plan: id(search.plan),
  });
