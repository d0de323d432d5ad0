import { createHash } from 'node:crypto';
import { CONDITIONS } from '@scheduler/scheduling';
import { checkInput } from './call.ts';
import { CrossmarkError } from './errors.ts';
import { parseRow } from './parse.ts';
import {
  hasSameRows,
  type ListSearch,
  listCall,
  PAGE_SIZE,
  type RowCounts,
  searchFields,
} from './planning-list.ts';
import { checkedDay } from './time.ts';
import type { Transport } from './transport.ts';
import type { BadRow, EventPage, ListQuery, PlannedEvent, TimeZoneOf } from './types.ts';

/** The number of passes over a changing list before the client gives up. */
const MAX_PASSES = 4;

/** One pass over the whole list, from its first page to its last. */
type Pass = {
  rowCounts: RowCounts;
  total: number;
  /** Whether the total stayed the same and that many rows were read, some of them perhaps twice. */
  isComplete: boolean;
  hasRepeats: boolean;
  /** The page size that the host allowed. */
  limit: number;
};

/** Identifies a row by plan and store, or by its whole content if one of them can't be parsed. */
function keyOf({ mplanId, storeId }: PlannedEvent | BadRow, raw: unknown): string {
  if (mplanId && storeId) return `${mplanId}_${storeId}`;
  return createHash('sha256').update(JSON.stringify(raw)).digest('hex');
}

/**
 * Reads the list once and yields the rows that are not yet in `delivered`, to which it adds them.
 */
async function* readPass(
  transport: Transport,
  search: Omit<ListSearch, 'page'> & { timeZoneOf: TimeZoneOf },
  delivered: Set<string>,
): AsyncGenerator<EventPage, Pass> {
  let { limit } = search;
  const rowCounts = new Map<string, number>();
  let firstTotal: number | undefined;
  let hasMoved = false;
  let rowsRead = 0;
  for (let page = 1; ; page++) {
    const { rows, total } = await transport.call(listCall({ ...search, page, limit }));
    firstTotal ??= total;
    hasMoved ||= total !== firstTotal;
    rowsRead += rows.length;
    // A host that returns fewer rows than requested has a page size of its own.
    if (page === 1 && rows.length > 0 && rows.length < Math.min(limit, total)) limit = rows.length;

    const added: EventPage = { rows: [], bad: [], read: 0, total };
    for (const raw of rows) {
      const row = parseRow(raw, search.timeZoneOf, transport.origin);
      const key = keyOf(row, raw);
      rowCounts.set(key, (rowCounts.get(key) ?? 0) + 1);
      // A bad row does not replace a good row of the same event.
      const deliveredKey = 'reason' in row ? `${key} ${row.reason}` : key;
      if (delivered.has(deliveredKey)) continue;
      delivered.add(deliveredKey);
      if ('reason' in row) added.bad.push(row);
      else added.rows.push(row);
    }
    if (added.rows.length > 0 || added.bad.length > 0 || total === 0) {
      yield { ...added, read: delivered.size };
    }
    if (rows.length === 0 || page * limit >= total) {
      const isComplete = !hasMoved && rowsRead >= total;
      return { rowCounts, total, isComplete, hasRepeats: rowCounts.size !== rowsRead, limit };
    }
  }
}

/**
 * See `CrossmarkClient.listEvents`.
 *
 * Crossmark pages by offset. A row that is added or removed before the offset shifts the later
 * rows, so a page can omit a row without any sign. A list that changed is read again, until one
 * pass is consistent.
 */
export async function* listEvents(
  transport: Transport,
  { from, to, conditions = CONDITIONS, pageSize = PAGE_SIZE, timeZoneOf, signal }: ListQuery,
): AsyncGenerator<EventPage, void> {
  const interval = checkInput('getPlanningMplans', () => ({
    intervalStart: checkedDay(from),
    intervalEnd: checkedDay(to),
  }));
  const fields = searchFields('condition', conditions);
  const isUnstaffedOnly = conditions.length === 1 && conditions[0] === 'Unstaffed';
  const sortBy = isUnstaffedOnly ? 'staffedReps' : 'startDate';
  const delivered = new Set<string>();
  let limit = pageSize;
  let rowsOfTotal = '';
  /** The rows of the previous pass, if it was complete except for repeated rows. */
  let previous: RowCounts | null = null;

  for (let count = 1; count <= MAX_PASSES; count++) {
    const search = { fields, interval, limit, sortBy, signal, timeZoneOf } as const;
    const pass = yield* readPass(transport, search, delivered);
    const { rowCounts, total, isComplete, hasRepeats } = pass;
    if (isComplete && (!hasRepeats || hasSameRows(previous, rowCounts))) return;
    previous = isComplete ? rowCounts : null;
    rowsOfTotal = `${rowCounts.size} of ${total}`;
    // A different page size moves the page borders, which can hide or repeat rows.
    limit = Math.max(1, pass.limit - 1);
  }
  throw new CrossmarkError(
    'transient',
    'getPlanningMplans',
    `Crossmark's list of events kept changing while it was read (${rowsOfTotal} rows); it was not read completely.`,
  );
}
