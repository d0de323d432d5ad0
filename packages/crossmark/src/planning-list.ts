import { currentTimeMs } from '@scheduler/runtime/clock';
import { CONDITIONS, type WorkDate } from '@scheduler/scheduling';
import type { Call } from './call.ts';
import { parseList } from './parse.ts';

/** Rows per page. The older client asked for 5,000 rows once and never for the rest. */
export const PAGE_SIZE = 1_000;

/** One page of a search in Crossmark's planning list. */
export type ListSearch = {
  /** Crossmark's search fields, from {@link searchFields}. */
  fields: string;
  /** Limits the list to events whose window touches these days. */
  interval?: { intervalStart: WorkDate; intervalEnd: WorkDate };
  page: number;
  limit: number;
  /** The property to sort by. */
  sortBy: 'startDate' | 'staffedReps';
  signal: AbortSignal | undefined;
};

/** The fields that search for events by condition or by plan. */
export function searchFields(term: 'condition' | 'mPlanID', values: readonly string[]): string {
  const title = term === 'condition' ? 'Conditions' : 'mPlan ID';
  const id = term === 'condition' && values.length === CONDITIONS.length ? 11 : 1;
  const item = { id, value: values, displayValue: values, exactmatch: true, allActive: false };
  return JSON.stringify({ searchTerms: { [term]: { name: term, title, items: [item] } } });
}

/** Returns the page's unparsed rows and the number of rows in the whole list. */
export function listCall(search: ListSearch): Call<{ rows: unknown[]; total: number }> {
  return {
    name: 'getPlanningMplans',
    path: '/planningextcontroller/getPlanningMplans',
    query: {
      _dc: currentTimeMs(),
      ...search.interval,
      showAllActive: 'false',
      searchFields: search.fields,
      searchFilter: '',
      page: search.page,
      start: (search.page - 1) * search.limit,
      limit: search.limit,
      sort: JSON.stringify([{ property: search.sortBy, direction: 'ASC' }]),
    },
    signal: search.signal,
    parse: parseList,
  };
}

/** How often each row came in one pass over a list. */
export type RowCounts = ReadonlyMap<string, number>;

/** Whether two passes over a list held the same rows, each equally often. */
export function hasSameRows(before: RowCounts | null, now: RowCounts): boolean {
  return before?.size === now.size && [...now].every(([key, count]) => before.get(key) === count);
}
