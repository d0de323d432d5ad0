import { type BookingId, type CrossmarkClient, CrossmarkError, type MplanId } from '@scheduler/crossmark';
import { memoizeByDb } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { formatWhen, type Instant } from '@scheduler/scheduling';
import type { Failure } from '../attempts/failure.ts';
import { type Attempt, runAttempt, type TaskResult } from '../attempts/run-attempt.ts';
import { CrossmarkUnreachableError } from '../breaker/unreachable.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import {
  type Action,
  AttemptFailedError,
  decide,
  NOTHING_OBSERVED,
  neverSettled,
  type Observation,
  withoutRow,
} from './decide.ts';
import { isWanted } from './diff.ts';
import { type Claim, claimOf, type EventState, type Lease, LeaseLostError, type Ledger } from './ledger.ts';
import { bookingColumns, knownBooking } from './observe.ts';
import { postgresLedger } from './postgres-ledger.ts';
import { type Ahead, type EventSearch, ReadAhead, type ReadRow } from './read-ahead.ts';
import { bookingInWords, heldInWords, unreachableInWords } from './wording.ts';

/** A run that takes longer is stopped and retried. */
const SOFT_LIMIT_MS = 240_000;

/**
 * The maximum of decisions in one job. A job that needs more shows that Crossmark doesn't do what
 * it says.
 */
const MAX_DECISIONS = 40;

/**
 * Brings what Crossmark holds for an event to what is wanted here, whatever happened before.
 * Making, moving and ending a schedule all go this way. Late and repeated calls do nothing. Returns
 * after every outcome is committed, the next attempt included; throws only where our own database
 * fails. With `ahead`, Crossmark is read while the lease is being taken.
 */
export async function reconcile(
  ctx: SyncContext,
  eventId: number,
  job: JobInfo,
  ahead?: Ahead,
): Promise<TaskResult> {
  const deadline = (ms: number) => AbortSignal.timeout(ms);
  const surroundings = { ...ctx, ledger: ledgerOf(ctx.db), now: currentInstant, deadline };
  return reconcileWith(surroundings, eventId, job, ahead);
}

/** One ledger for all jobs of a process, so that their requests are batched. */
const ledgerOf = memoizeByDb(postgresLedger);

/**
 * What reconciliation needs of its surroundings. The model test has a ledger and a Crossmark in
 * memory, in virtual time.
 */
export interface ReconcileContext extends Pick<SyncContext, 'log' | 'settings'> {
  ledger: Ledger;
  crossmark: Pick<CrossmarkClient, 'findEvent' | 'locationCondition' | 'reissue' | 'schedule' | 'unschedule'>;
  /** The clock of this process, which may be wrong: only the time between two moments counts. */
  now(): Instant;
  /** Returns a signal that aborts after so many milliseconds. */
  deadline(ms: number): AbortSignal;
}

/** {@link reconcile} with any ledger and any clock. */
export async function reconcileWith(
  ctx: ReconcileContext,
  eventId: number,
  job: JobInfo,
  ahead?: Ahead,
): Promise<TaskResult> {
  const claim = claimOf(eventId, job);
  const stop = followStop(job.signal);
  const readAhead = ahead && new ReadAhead(ctx, ahead, stop.signal);
  try {
    const lease = await ctx.ledger.takeLease(claim, ctx.settings.leaseMs);
    if (lease === 'busy') return { outcome: 'waiting', summary: 'another worker has this event' };
    if (lease === 'nothing') return { outcome: 'nothing' };
    const run = new Reconciliation(ctx, lease, stop.signal, readAhead);
    const result = await runAttempt(run.attempt(), {
      job,
      policy: ctx.settings.retry,
      describe: (error) => run.describe(error),
      work: () => run.converge(),
    });
    return { ...result, scheduleId: run.scheduleId };
  } catch (error) {
    await returnLease(ctx, claim);
    throw error;
  } finally {
    stop.end(readAhead?.isLeftOver ?? false);
  }
}

/**
 * A signal that aborts when the worker stops, and at the end of a run that has left a search over.
 * `AbortSignal.any` would keep a reference to every job in the worker's own signal.
 */
function followStop(stopping: AbortSignal): { signal: AbortSignal; end: (aborts: boolean) => void } {
  const stop = new AbortController();
  const follow = () => stop.abort(stopping.reason);
  if (stopping.aborted) follow();
  else stopping.addEventListener('abort', follow);
  return {
    signal: stop.signal,
    end: (aborts) => {
      stopping.removeEventListener('abort', follow);
      if (aborts) stop.abort();
    },
  };
}

/**
 * How long to wait between two attempts to write to our own database that a lease is free again.
 */
const RETURN_AGAIN_MS = 1_000;

/**
 * Returns the lease of a run that stopped because our own database failed, as soon as that can be
 * written. No other worker may take the lease of a living process, so otherwise nothing would
 * happen to the event until the lease ends.
 */
async function returnLease({ ledger, settings, deadline }: ReconcileContext, claim: Claim): Promise<void> {
  const ended = deadline(settings.leaseMs);
  while (true) {
    try {
      // A write that the run sent may still reach Crossmark, so nothing may be read for a short
      // while.
      await ledger.handBack(claim, settings.retry.blipMs, 'handed back: our own database failed meanwhile');
      return;
    } catch (error) {
      if (error instanceof LeaseLostError || ended.aborted || claim.job.signal.aborted) return;
    }
    const again = deadline(RETURN_AGAIN_MS);
    await new Promise((resolve) => again.addEventListener('abort', resolve, { once: true }));
  }
}

/**
 * One run over one event. Its observation lives as long as the run; everything that must survive is
 * committed.
 */
class Reconciliation {
  private readonly ctx: ReconcileContext;
  private readonly lease: Lease;
  private readonly signal: AbortSignal;
  private readonly leasedAt: Instant;
  /** How far the clock of this process is ahead of Postgres' clock, by which all else is recorded. */
  private readonly aheadMs: number;
  private readAhead: ReadAhead | undefined;
  /** The event as it was read last; null if it has to be read again. */
  private state: EventState | null;
  private observation = NOTHING_OBSERVED;
  private version: number | null = null;
  /** The schedule as it was read last. */
  scheduleId: number | null = null;
  private timeZone = 'UTC';
  private readonly done: string[] = [];

  constructor(ctx: ReconcileContext, lease: Lease, stop: AbortSignal, readAhead: ReadAhead | undefined) {
    this.ctx = ctx;
    this.lease = lease;
    this.state = lease.state;
    this.leasedAt = ctx.now();
    this.aheadMs = Date.parse(this.leasedAt) - Date.parse(lease.takenAt);
    this.readAhead = readAhead;
    this.signal = AbortSignal.any([stop, ctx.deadline(SOFT_LIMIT_MS)]);
  }

  /** Observes, decides and acts until both sides agree or somebody else has to act. */
  async converge(): Promise<TaskResult> {
    for (let decisions = 0; decisions < MAX_DECISIONS; decisions++) {
      const state = await this.readState();
      if (!state) return { outcome: 'nothing' };
      const result = await this.act(decide(state, this.observation, this.ctx.settings), state);
      if (result) return result;
    }
    throw neverSettled();
  }

  private async readState(): Promise<EventState | undefined> {
    const state = this.state ?? (await this.ctx.ledger.readEvent(this.lease.eventId));
    if (!state) return undefined;
    this.state = state;
    this.version = state.sync.wantedVersion;
    this.scheduleId = state.schedule?.id ?? null;
    this.timeZone = state.store.timeZone;
    return state;
  }

  /** Does what was decided. Returns null if the run continues. */
  private async act(action: Action, state: EventState): Promise<TaskResult | null> {
    switch (action.kind) {
      case 'finish':
        return this.finish(state, action.condition);
      case 'wait':
        return this.wait(state, action.reason);
      case 'observe':
        return this.observe(state, action.mplanId);
      case 'lookUpOwner':
        this.learn({ owner: await this.ctx.ledger.ownerOf(action.bookingId, state.event.id) });
        return null;
      case 'readBack':
        this.learn({ readBack: await this.readBack(state, action.mplanId) });
        return null;
      case 'accept':
        return this.accept(state, action);
      case 'takeBack':
        await this.ctx.ledger.commitObservation(this.lease, action.held, action.settled);
        if (action.failure) throw action.failure;
        return this.observeAgain();
      case 'leaveToPerson':
        return this.leaveToPerson(state, action);
      case 'write':
        return this.write(state, action);
      case 'observeAgain':
        return this.observeAgain();
      case 'fail':
        throw action.error;
    }
  }

  private learn(news: Partial<Observation>): void {
    this.observation = { ...this.observation, ...news };
  }

  /** Has the row and the event read again. */
  private observeAgain(): null {
    this.observation = withoutRow(this.observation);
    this.state = null;
    return null;
  }

  /** Searches the event on Crossmark's list. The first time, the search may have begun already. */
  private async observe(state: EventState, mplanId: MplanId): Promise<null> {
    const { crossmarkStoreId: storeId, timeZone } = state.store;
    const search = { mplanId, storeId, timeZone };
    const ahead = this.readAhead?.usableFor(state, search, this.leasedAt);
    this.readAhead = undefined;
    const { row, at } = await (ahead ?? this.search(search));
    const atMs = Date.parse(at) - this.aheadMs;
    this.learn({ row, at: new Date(atMs).toISOString(), isRemoved: false });
    return null;
  }

  private async search(search: EventSearch): Promise<ReadRow> {
    const row = await this.ctx.crossmark.findEvent({ ...search, signal: this.signal });
    return { row, at: this.ctx.now() };
  }

  private readBack({ store }: EventState, mplanId: MplanId) {
    const { crossmarkStoreId: storeId } = store;
    return this.ctx.crossmark.locationCondition({ mplanId, storeId, signal: this.signal });
  }

  /** Commits what the row shows, if that is new, and continues from there. */
  private async accept(state: EventState, action: Extract<Action, { kind: 'accept' }>): Promise<null> {
    const { row, held, seen, beneath, settled } = action;
    if (action.isNews) await this.ctx.ledger.commitObservation(this.lease, held, settled);
    if (settled.some((step) => step.state === 'done'))
      this.done.push('found that an earlier write had reached Crossmark');
    this.learn({ row, seen, beneath, isAccepted: true });
    if (action.isReissueSettled) return this.observeAgain();
    this.state = { ...state, sync: { ...state.sync, ...bookingColumns(held) } };
    return null;
  }

  /** Sends a write and commits its result. */
  private async write(
    state: EventState,
    { step, mplanId, held, condition, wanted }: Extract<Action, { kind: 'write' }>,
  ): Promise<TaskResult | null> {
    const { ctx, lease } = this;
    const { timeZone, crossmarkStoreId: storeId } = state.store;
    const name = state.employee?.name ?? null;
    // A process that was frozen meanwhile finds its lease expired when it wakes, and sends nothing.
    const signal = AbortSignal.any([this.signal, ctx.deadline(ctx.settings.leaseMs)]);
    signal.throwIfAborted();
    const stepId = await ctx.ledger.journalStep(lease, step, ctx.settings.leaseMs, condition);
    signal.throwIfAborted();
    try {
      if (step.kind === 'create') {
        const { repId, startsAt, endsAt } = step;
        const booking = await ctx.crossmark.schedule({
          mplanId,
          storeId,
          repId,
          startsAt,
          endsAt,
          timeZone,
          signal,
        });
        const made = {
          bookingId: booking.bookingId,
          repId: booking.repId,
          startsAt: booking.startsAt,
          endsAt: booking.endsAt,
          names: booking.repName || name,
        };
        const result = { bookingId: booking.bookingId, held: made };
        // Crossmark may give the number of a removed booking to the new one. Then that removal
        // doesn't count any more.
        this.learn({ removals: without(this.observation.removals, booking.bookingId) });
        this.done.push(`booked ${name ?? repId} on ${formatWhen(startsAt, timeZone)}`);
        if (wanted !== null && isWanted(wanted, made)) {
          const finished = await ctx.ledger.settleAndFinish(
            lease,
            stepId,
            result,
            this.synced(state, 'Scheduled'),
          );
          if (finished) return this.ended(finished);
        } else await ctx.ledger.settleStep(lease, stepId, { state: 'done', ...result });
      } else if (step.kind === 'reissue') {
        const { bookingId, repId, expiresOn, includeResponses } = step;
        await ctx.crossmark.reissue({
          mplanId,
          storeId,
          bookingId,
          repId,
          expiresOn,
          includeResponses,
          signal,
        });
        await ctx.ledger.settleStep(lease, stepId, { state: 'done' });
        this.done.push(`opened the work again for ${name ?? step.repId}`);
      } else {
        await ctx.crossmark.unschedule({ bookingId: step.bookingId, signal });
        // The booking counts as held until a read shows that it is gone.
        await ctx.ledger.settleStep(lease, stepId, { state: 'done' });
        this.removed(step.bookingId, null);
        this.done.push(held ? `removed ${bookingInWords(held, timeZone)}` : 'removed the booking');
      }
    } catch (error) {
      if (!(error instanceof CrossmarkError)) throw error;
      const { kind, message: detail } = error;
      const what = step.kind === 'delete' ? step.bookingId : step.kind;
      const saysNothing =
        kind === 'unknown' && error.status !== undefined && error.status < 300 && !error.signedOut;
      // In both cases an answer came, so nothing is under way any more.
      const unclear = saysNothing || (kind === 'unknown' && error.signedOut);
      const again = this.observation.unclear.has(what);
      // A booking beneath another one can't be read. If Crossmark was asked twice to remove it,
      // with a read in between, and never said no, nothing can show more.
      const isTakenForDone = saysNothing && again && step.kind === 'delete' && what !== held?.bookingId;
      const outcome = {
        unknown: 'unknown',
        rejected: 'refused',
        transient: 'not_done',
        session: 'not_done',
      } as const;
      await ctx.ledger.settleStep(lease, stepId, { state: isTakenForDone ? 'done' : outcome[kind], detail });
      if (isTakenForDone) this.done.push('removed the booking');
      // If Crossmark no longer knows the id, the goal is reached. A read shows whether that is so
      // or the refusal is a real one.
      else if (step.kind === 'delete' && kind === 'rejected') this.removed(step.bookingId, error);
      // A read shows at once what the answer meant.
      else if (unclear && !again) this.learn({ unclear: new Set([...this.observation.unclear, what]) });
      else throw error;
    }
    this.state = null;
    // A booking that Crossmark confirmed is known. After a removal, only another read shows that
    // nothing is left.
    if (step.kind !== 'create' || this.observation.unclear.has('create')) this.observeAgain();
    this.learn({ isRemoved: step.kind === 'delete', readBack: undefined });
    return null;
  }

  private removed(bookingId: BookingId, refusal: CrossmarkError | null): void {
    this.learn({ removals: new Map([...this.observation.removals, [bookingId, refusal]]) });
  }

  /**
   * Marks the event as synced; null if what is wanted has changed meanwhile or a late answer came.
   */
  private async finish(
    state: EventState,
    condition: Extract<Action, { kind: 'finish' }>['condition'],
  ): Promise<TaskResult | null> {
    const finished = await this.ctx.ledger.finishSynced(this.lease, this.synced(state, condition));
    if (finished) return this.ended(finished);
    this.state = null;
    return condition === 'Submitted' ? this.observeAgain() : null;
  }

  /** The record of an event that is synced. */
  private synced(state: EventState, condition: Extract<Action, { kind: 'finish' }>['condition']) {
    return {
      version: state.sync.wantedVersion,
      condition,
      outcome: this.done.length > 0 ? ('done' as const) : ('nothing' as const),
      summary: this.done.join('; ') || null,
    };
  }

  private ended(finished: { clickToSyncedMs: number | undefined }): TaskResult {
    const outcome = this.done.length > 0 ? 'done' : 'nothing';
    return { ...finished, outcome, summary: this.done.join('; ') || null };
  }

  private async wait(state: EventState, reason: string): Promise<TaskResult | null> {
    const version = state.sync.wantedVersion;
    if (await this.ctx.ledger.finishWaiting(this.lease, { version, reason }))
      return { outcome: 'waiting', failureReason: reason };
    this.state = null;
    return null;
  }

  private async leaveToPerson(
    state: EventState,
    { held, seen, reason }: Extract<Action, { kind: 'leaveToPerson' }>,
  ): Promise<TaskResult | null> {
    const version = state.sync.wantedVersion;
    if (await this.ctx.ledger.finishConflict(this.lease, { version, held, reason }))
      return { outcome: 'conflict', failureReason: reason };
    this.learn({ seen });
    return this.observeAgain();
  }

  /** This run as an attempt, which the ledger keeps. */
  attempt(): Attempt {
    const { lease } = this;
    const { ledger } = this.ctx;
    return {
      handBack: (afterMs, summary) => ledger.handBack(lease, afterMs, summary),
      fail: (failure, decide) => ledger.finishFailed(lease, { ...failure, version: this.version, decide }),
      abandon: () => ledger.abandon(lease),
    };
  }

  /** Describes a failure for the policy and for the dispatcher. */
  async describe(error: unknown): Promise<Failure> {
    if (error instanceof AttemptFailedError) return { kind: error.kind, reason: error.message };
    if (error instanceof CrossmarkUnreachableError)
      return { kind: error.kind, reason: unreachableInWords(error, this.timeZone) };
    if (!(error instanceof CrossmarkError)) {
      if (!this.signal.aborted)
        this.ctx.log.error({ err: error, eventId: this.lease.eventId }, 'reconciliation failed unexpectedly');
      const reason = this.signal.aborted
        ? 'Crossmark took too long. The schedule is saved here and will be retried.'
        : 'Something went wrong on our side. The schedule is saved here and will be retried.';
      return { kind: 'transient', reason };
    }
    const { kind, retryAfterMs } = error;
    if (kind === 'rejected') {
      const state = await this.ctx.ledger.readEvent(this.lease.eventId);
      const held = state ? heldInWords(knownBooking(state, []), this.timeZone) : '';
      return {
        kind,
        reason: `${sentence(error.message)} ${held} Change the schedule, or try again once the cause is gone.`,
      };
    }
    const consequence = {
      transient: 'The schedule is saved here and will be retried.',
      session: 'The schedule is saved here and goes out as soon as the sign-in works.',
      unknown: 'Before anything else is sent, the next attempt reads what Crossmark holds.',
    }[kind];
    return { kind, retryAfterMs, reason: `${sentence(error.message)} ${consequence}` };
  }
}

const sentence = (words: string) => (/[.!?]$/.test(words) ? words : `${words}.`);

function without<K, V>(map: ReadonlyMap<K, V>, key: K): Map<K, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
