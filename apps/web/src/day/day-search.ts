import { day, id, parsedSearch, type RawSearch } from '../search-params.ts';

export const daySearch = (search: RawSearch) =>
  parsedSearch({ store: id(search.store), day: day(search.day), event: id(search.event) });

export const daySheetSearch = (search: RawSearch) =>
  parsedSearch({ store: id(search.store), day: day(search.day) });
