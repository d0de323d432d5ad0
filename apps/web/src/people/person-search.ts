import { day, parsedSearch, type RawSearch } from '../search-params.ts';

export const personSearch = (search: RawSearch) => parsedSearch({ week: day(search.week) });
