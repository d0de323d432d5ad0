import { randomUUID } from 'node:crypto';
import type { BookingId, MplanId } from '@scheduler/crossmark';
import type { employees, eventSyncs, events, StepState, schedules, stores, syncSteps } from '@scheduler/db';
import type { Condition, Instant } from '@scheduler/scheduling';
import type { Failure } from '../attempts/failure.ts';
import { type Decide, TakenOverError } from '../attempts/run-attempt.ts';
import type { JobInfo } from '../context.ts';
import type { Step } from './diff.ts';
import type { KnownBooking } from './observe.ts';

/**
 * Another worker owns the event now. What this process still believes about it doesn't count any
 * more.
 */
export class LeaseLostError extends TakenOverError {
  override readonly name = 'LeaseLostError';
}

/** A run that asks for the lease of an event. `owner` is unique to the run. */
export interface Claim {
  eventId: number;
  owner: string;
  job: JobInfo;
}

/**
 * Creates the claim of a new run. Its owner begins with the worker's id, so that others can release
 * the leases of a dead worker.
 */
export const claimOf = (eventId: number, job: JobInfo): Claim => ({
  eventId,
  owner: `${job.workerId}/${randomUUID()}`,
  job,
});

/** The right to reconcile one event, and the attempt row that says so. */
export interface Lease extends Claim {
  attemptId: number;
  /** When it was taken, by Postgres' clock. */
  takenAt: Instant;
  /**
   * The event as it was when the lease was taken; null if somebody changed it at that moment, so
   * that it has to be read.
   */
  state: EventState | null;
}

/** Everything a reconciler needs to know of an event, read at one moment. */
export interface EventState {
  sync: typeof eventSyncs.$inferSelect;
  event: typeof events.$inferSelect;
  store: Pick<typeof stores.$inferSelect, 'crossmarkStoreId' | 'timeZone'>;
  schedule: typeof schedules.$inferSelect | null;
  employee: typeof employees.$inferSelect | null;
  /** The journal's latest writes for the event and all its reissues, newest first. */
  steps: JournalStep[];
}

export type JournalStep = typeof syncSteps.$inferSelect;

/**
 * Everything that reconciliation reads and writes about an event: its lease, the writes sent to
 * Crossmark and their outcomes. Each call is one short transaction, and none is open while
 * Crossmark is called. A call that needs the lease throws {@link LeaseLostError} where another
 * worker has it. A `finish…` returns null, and writes nothing, where what is wanted is no longer at
 * `version`.
 */
export interface Ledger {
  /**
   * Takes the event's lease and opens an attempt. `busy`: another run holds the lease; a job looks
   * again when that lease ends, which doesn't count as an attempt. `nothing`: there is nothing to
   * do.
   */
  takeLease(claim: Claim, leaseMs: number): Promise<Lease | 'busy' | 'nothing'>;
  /**
   * Reads what is wanted, what is remembered of Crossmark's side, and the journal, all as of one
   * moment; undefined where the event is gone.
   */
  readEvent(eventId: number): Promise<EventState | undefined>;
  /**
   * Finds the plan of another event that has this booking number; null where none has. An event
   * that is gone has no booking.
   */
  ownerOf(bookingId: BookingId, eventId: number): Promise<MplanId | null>;
  /**
   * Journals a write before it is sent, and proves in the same statement that the lease is still
   * held, which it prolongs. Where this throws, nothing may be sent.
   */
  journalStep(lease: Lease, step: Write, leaseMs: number, condition: Condition | null): Promise<number>;
  /**
   * Commits the outcome of a journalled write and, if it was applied, what Crossmark holds since
   * then. A worker that lost the event meanwhile leaves its write as `unknown` and has the event
   * reconciled again: the write came late and may have changed what the new owner believes.
   */
  settleStep(lease: Lease, stepId: number, result: StepResult): Promise<void>;
  /**
   * Does {@link settleStep} and {@link finishSynced} at once, for a booking after which Crossmark
   * holds what is wanted. If the event can't be finished (null), the step is settled all the same.
   */
  settleAndFinish(
    lease: Lease,
    stepId: number,
    made: { bookingId: BookingId; held: KnownBooking },
    finish: SyncedResult,
  ): Promise<Synced | null>;
  /**
   * Commits what Crossmark's list showed: the booking, and the outcome of writes that were in
   * doubt.
   */
  commitObservation(lease: Lease, held: KnownBooking | null, settled: readonly SettledStep[]): Promise<void>;
  /**
   * Marks the event synced and gives the lease back. Returns how long the change took since the
   * click. Null also where a write of a worker that lost the event was answered a moment ago.
   */
  finishSynced(lease: Lease, result: SyncedResult): Promise<Synced | null>;
  /** Marks that Crossmark's side was changed while ours was too: a person chooses. */
  finishConflict(
    lease: Lease,
    result: { version: number; held: KnownBooking | null; reason: string },
  ): Promise<true | null>;
  /**
   * Marks that an event can't be sent yet. It needs no job, because the thing that it waits for
   * will enqueue it.
   */
  finishWaiting(lease: Lease, result: { version: number; reason: string }): Promise<true | null>;
  /**
   * Commits a failed attempt together with what follows from it: the next job at its time, or a
   * dead letter that the queue's pages show as a failed job. Gives the lease back.
   */
  finishFailed(lease: Lease, failure: FailedAttempt): Promise<'retry' | 'dead'>;
  /**
   * Hands the event back if its run can't go on, for the reason in `summary`. No attempt is spent,
   * and a job goes on after a while. This is also for a run that never learned whether it has the
   * lease.
   */
  handBack(claim: Claim, afterMs: number, summary: string): Promise<void>;
  /**
   * Closes the attempt of a worker that lost its event. The event itself is left to its new owner.
   */
  abandon(lease: Lease): Promise<void>;
}

/** A write that can be journalled and sent. */
export type Write = Exclude<Step, { kind: 'blocked' }>;

/** The result of a write. */
export interface StepResult {
  state: Exclude<StepState, 'sent' | 'settled'>;
  detail?: string;
  bookingId?: BookingId;
  held?: KnownBooking | null;
}

/** A write that was in doubt or refused, and that a read has settled. */
export interface SettledStep {
  id: number;
  state: 'done' | 'settled' | 'not_done';
  bookingId?: BookingId | null;
}

/**
 * A change that reached Crossmark. `condition` is the event's condition until the next refresh says
 * more.
 */
export interface SyncedResult {
  version: number;
  condition: 'Unstaffed' | 'Scheduled' | 'Submitted';
  outcome: 'done' | 'nothing';
  summary: string | null;
}

/** What the charts show of a change that reached Crossmark. */
export type Synced = { clickToSyncedMs: number | undefined };

/**
 * A failed attempt. `decide` decides from the earlier ones what follows. `version` is null if none
 * was read.
 */
export interface FailedAttempt extends Failure {
  version: number | null;
  decide: Decide;
}
