import { day, id, oneOf, parsedSearch, type RawSearch } from '../search-params.ts';

/** The days before its Sunday on which a week may count as published. */
export const PUBLISHED_DAYS = [0, 1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 28] as const;
export const USUAL_PUBLISHED_DAYS = 3;

/** What a report can show by week. */
export const MEASURES = ['hours', 'days', 'cores', 'onTime', 'changes', 'coverage', 'synced'] as const;
export type Measure = (typeof MEASURES)[number];

/** The address of the reports: which weeks, and what is shown of them. */
export interface ReportsSearch {
  store?: number;
  /** Days of the first and the last week. */
  from?: string;
  to?: string;
  /** The table has a row for each week; otherwise for each person. */
  by?: 'week';
  /** The measure of the chart; by default hours. */
  show?: Measure;
  /** How many days before its Sunday a week counts as published. */
  published?: number;
}

export const reportsSearch = (search: RawSearch): ReportsSearch =>
  parsedSearch({
    store: id(search.store),
    from: day(search.from),
    to: day(search.to),
    by: oneOf(['week'], search.by),
    show: oneOf(MEASURES, search.show),
    published: PUBLISHED_DAYS.find((each) => each === search.published),
  });
