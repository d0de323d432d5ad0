import { createBatcher } from '@scheduler/runtime';
import { abortWhenAll, waitUnlessAborted } from './abort.ts';
import { checkInput } from './call.ts';
import { CrossmarkError } from './errors.ts';
import { mplanId, storeId } from './ids.ts';
import { parseRow } from './parse.ts';
import { hasSameRows, listCall, PAGE_SIZE, type RowCounts, searchFields } from './planning-list.ts';
import type { Transport } from './transport.ts';
import type { BadRow, FindQuery, PlannedEvent } from './types.ts';

/**
 * Rows per page of a search for one plan. A plan runs in few stores, and Crossmark can't search by
 * store.
 */
const PLAN_PAGE_SIZE = 100;
/** Plans per search. Each id is in the address twice, so 25 ids take about 1,000 characters. */
const MAX_PLANS_PER_SEARCH = 25;
/**
 * How long a running search delays the next one. Long enough that jobs which start together share a
 * search, and short compared with the 140 to 300 ms that a search takes.
 */
const MAX_SEARCH_WAIT_MS = 5;

type Row = PlannedEvent | BadRow;

/** The row of an event, if `rows` has it. Throws `transient` if that row can't be parsed. */
function findRow(
  { mplanId: plan, storeId: store }: FindQuery,
  rows: readonly Row[],
): PlannedEvent | undefined {
  const row = rows.find((one) => one.mplanId === plan && one.storeId === store);
  if (!row || !('reason' in row)) return row;
  const message = `Crossmark lists plan ${plan} in store ${store} in a form that cannot be read (${row.reason}).`;
  throw new CrossmarkError('transient', 'getPlanningMplans', message);
}

/**
 * Returns null if each search should be repeated alone, because the shared search may have failed
 * for naming several plans. Otherwise throws the error.
 */
function retryAloneOrThrow(error: unknown): null {
  if (error instanceof CrossmarkError && error.status !== undefined && error.status !== 429) return null;
  throw error;
}

/**
 * Creates `CrossmarkClient.findEvent`. Concurrent searches share a call. Crossmark was never
 * observed to search for several plans, so only the rows that such a search lists are trusted: an
 * event that it omits is searched for alone, and so is each event if the shared search fails.
 */
export function createEventFinder(transport: Transport): (query: FindQuery) => Promise<PlannedEvent | null> {
  /**
   * Reads one page of the rows of some plans in all stores. Rows of other stores may be bad rows.
   */
  async function readPage(queries: readonly FindQuery[], page: number, limit: number, signal?: AbortSignal) {
    const fields = searchFields('mPlanID', [...new Set(queries.map((query) => query.mplanId))]);
    const { rows, total } = await transport.call(
      listCall({ fields, page, limit, sortBy: 'startDate', signal }),
    );
    const zones = new Map(queries.map((query) => [query.storeId, query.timeZone]));
    return { rows: rows.map((raw) => parseRow(raw, (store) => zones.get(store), transport.origin)), total };
  }

  async function findAlone(query: FindQuery): Promise<PlannedEvent | null> {
    const untrusted = (fault: string) =>
      new CrossmarkError(
        'transient',
        'getPlanningMplans',
        `Crossmark's list of plan ${query.mplanId} ${fault}.`,
      );
    let previous: RowCounts | null = null;
    for (let pass = 1; ; pass++) {
      const rowCounts = new Map<string, number>();
      let rowsRead = 0;
      for (let page = 1; ; page++) {
        const { rows, total } = await readPage([query], page, PLAN_PAGE_SIZE, query.signal);
        const row = findRow(query, rows);
        if (row) return row;
        // The answer belongs to another search, or the row searched for can't be recognized.
        if (rows.some((one) => one.mplanId !== query.mplanId)) throw untrusted('held rows of other plans');
        if (!rows.every((one) => /^\d+$/.test(one.storeId ?? '')))
          throw untrusted('held a row without a store');
        for (const one of rows) rowCounts.set(`${one.storeId}`, (rowCounts.get(`${one.storeId}`) ?? 0) + 1);
        rowsRead += rows.length;
        if (rowsRead >= total) break;
        if (rows.length === 0) throw untrusted('was not complete');
      }
      // A repeated row may have replaced the row searched for.
      if (rowCounts.size === rowsRead || hasSameRows(previous, rowCounts)) return null;
      if (pass === 2) throw untrusted('held one row twice');
      previous = rowCounts;
    }
  }

  /**
   * False once a search for several plans omitted an event that a search for its plan alone found.
   */
  let canFindSeveral = true;
  const find = createBatcher<FindQuery, PlannedEvent | null>(
    async (queries) => {
      const isShared = queries.length > 1 && canFindSeveral;
      const signal = abortWhenAll(queries.map((query) => query.signal));
      const page = isShared ? await readPage(queries, 1, PAGE_SIZE, signal).catch(retryAloneOrThrow) : null;
      const results = queries.map(async (query) => {
        const row = page && findRow(query, page.rows);
        if (row) return row;
        const event = await findAlone(query);
        if (page && event) canFindSeveral = false;
        return event;
      });
      await Promise.allSettled(results);
      return results;
    },
    { maxSize: MAX_PLANS_PER_SEARCH, maxWaitMs: MAX_SEARCH_WAIT_MS },
  );

  return async ({ timeZone, signal, ...event }) => {
    const ids = checkInput('getPlanningMplans', () => ({
      mplanId: mplanId(event.mplanId),
      storeId: storeId(event.storeId),
    }));
    return waitUnlessAborted(find({ ...ids, timeZone, signal }), signal, 'getPlanningMplans');
  };
}
