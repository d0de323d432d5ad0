import { id, month, parsedSearch, type RawSearch } from '../search-params.ts';

export const monthSearch = (search: RawSearch) =>
  parsedSearch({ store: id(search.store), month: month(search.month) });
