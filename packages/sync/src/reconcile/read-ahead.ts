import type { MplanId, PlannedEvent, StoreId } from '@scheduler/crossmark';
import type { Instant } from '@scheduler/scheduling';
import type { EventState, JournalStep } from './ledger.ts';
import { isInDoubt } from './observe.ts';
import type { ReconcileContext } from './reconcile.ts';

/** What is searched for on Crossmark's list. */
export interface EventSearch {
  mplanId: MplanId;
  storeId: StoreId;
  timeZone: string;
}

/** What a job says about the search that its run will need. */
export interface Ahead {
  search: EventSearch;
  /** When the job was taken, by Postgres' clock. */
  takenAt: Instant;
}

/** A row of Crossmark's list, and when it was read, by the clock of this process. */
export interface ReadRow {
  row: PlannedEvent | null;
  at: Instant;
}

/** If the lease comes later than this, somebody may have booked on Crossmark's own site since. */
const FRESH_FOR_MS = 1_000;

/** A search that begins when the job is taken, beside the statement that takes the lease. */
export class ReadAhead {
  private readonly ahead: Ahead;
  private readonly startedMs: number;
  private readonly answer: Promise<ReadRow>;
  /** Whether nobody waits for the answer, as far as is known. */
  isLeftOver = true;

  constructor(context: ReconcileContext, ahead: Ahead, signal: AbortSignal) {
    this.ahead = ahead;
    this.startedMs = Date.parse(context.now());
    this.answer = context.crossmark
      .findEvent({ ...ahead.search, signal })
      .then((row) => ({ row, at: context.now() }));
    // Whoever doesn't use it doesn't want to know how it ended.
    this.answer.catch(() => {});
  }

  /**
   * Returns the answer to this search if it proves as much as the answer to one that begins now; otherwise
   * undefined. Call it with the lease, and with the event as it was read under the lease at `leasedAt`.
   */
  usableFor(state: EventState, search: EventSearch, leasedAt: Instant): Promise<ReadRow> | undefined {
    const { search: requested, takenAt } = this.ahead;
    const isSame =
      requested.mplanId === search.mplanId &&
      requested.storeId === search.storeId &&
      requested.timeZone === search.timeZone;
    const isFresh = Date.parse(leasedAt) - this.startedMs <= FRESH_FOR_MS;
    if (!isSame || !isFresh || !wasQuietSince(state.steps, takenAt)) return undefined;
    this.isLeftOver = false;
    return this.answer;
  }
}

/**
 * Whether no write of ours can have been under way at `since` or later: none is in doubt, and each was over
 * before. The transaction that commits an answer begins after that answer, by the same clock of Postgres. A
 * search that began after `since` therefore shows the effect of every write. The lease keeps others from
 * sending any more.
 */
export const wasQuietSince = (steps: readonly JournalStep[], since: Instant): boolean =>
  steps.every((step) => !isInDoubt(step) && step.answeredAt !== null && step.answeredAt < since);
