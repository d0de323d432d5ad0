import {
  type BookingId,
  type CrossmarkClient,
  CrossmarkError,
  type LocationCondition,
  type MplanId,
  type PlannedEvent,
} from '@scheduler/crossmark';
import { type FailureKind, oncePerDatabase } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import {
  CLOSED_CONDITIONS,
  type Condition,
  formatDay,
  formatWhen,
  type Instant,
} from '@scheduler/scheduling';
import type { Failure } from '../attempts/failure.ts';
import { type Attempt, runAttempt, type TaskResult } from '../attempts/run-attempt.ts';
import { CrossmarkUnreachableError } from '../breaker/unreachable.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { bookingColumns } from '../event-sync.ts';
import { isWanted, plan, type Step, type Wanted } from './diff.ts';
import {
  type Claim,
  claimOf,
  type EventState,
  type JournalStep,
  type Lease,
  LeaseLostError,
  type Ledger,
  postgresLedger,
  type Write,
} from './ledger.ts';
import {
  bookingOf,
  dueReissue,
  hasBookingInDoubt,
  isInDoubt,
  lastKnown,
  leavesOpen,
  mayBeFromBefore,
  type Remembered,
  remembered,
  removalsConfirmed,
  saysBooked,
  understand,
  unseenReissue,
  wasRemovalAsked,
  writesBeneath,
} from './observe.ts';
import {
  bookedOtherwiseInWords,
  bookingInWords,
  conflictInWords,
  heldInWords,
  unreachableInWords,
} from './wording.ts';

/** A run that takes longer is broken off and tried again. */
const SOFT_LIMIT_MS = 240_000;

/** Steps and readings in one job. Nobody edits so fast; more means that Crossmark doesn't do what it says. */
const MAX_ROUNDS = 12;

/** A failed attempt as the policy looks at it, with the sentence for the dispatcher. */
class AttemptFailedError extends Error {
  override readonly name = 'AttemptFailedError';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, reason: string) {
    super(reason);
    this.kind = kind;
  }
}

/**
 * Brings what Crossmark holds for an event to what is wanted here, whatever happened before: the one path behind
 * making, moving and ending a schedule. Late and repeated calls do nothing. Returns after every outcome is committed,
 * the next try included; throws only where our own database fails.
 */
export async function reconcile(ctx: SyncContext, eventId: number, job: JobInfo): Promise<TaskResult> {
  const deadline = (ms: number) => AbortSignal.timeout(ms);
  return reconcileWith({ ...ctx, ledger: ledgerOf(ctx.db), now: currentInstant, deadline }, eventId, job);
}

/** One for all jobs of a process: what they ask for at once is done together. */
const ledgerOf = oncePerDatabase(postgresLedger);

/** What reconciliation needs of the world around it; the model test gives it one in memory with a time of its own. */
export interface ReconcileContext extends Pick<SyncContext, 'log' | 'settings'> {
  ledger: Ledger;
  crossmark: Pick<CrossmarkClient, 'findEvent' | 'locationCondition' | 'reissue' | 'schedule' | 'unschedule'>;
  now(): Instant;
  /** Aborts when so many milliseconds have passed. */
  deadline(ms: number): AbortSignal;
}

/** {@link reconcile}, wherever the ledger is kept and whatever time it runs in. */
export async function reconcileWith(
  ctx: ReconcileContext,
  eventId: number,
  job: JobInfo,
): Promise<TaskResult> {
  const claim = claimOf(eventId, job);
  try {
    const lease = await ctx.ledger.takeLease(claim, ctx.settings.leaseMs);
    if (lease === 'busy') return { outcome: 'waiting', summary: 'another worker has this event' };
    if (lease === 'nothing') return { outcome: 'nothing' };
    const run = new Reconciliation(ctx, lease);
    try {
      const result = await runAttempt(run.attempt(), {
        job,
        policy: ctx.settings.retry,
        describe: (error) => run.describe(error),
        work: () => run.converge(),
      });
      return { ...result, scheduleId: run.scheduleId };
    } finally {
      run.end();
    }
  } catch (error) {
    await letGo(ctx, claim);
    throw error;
  }
}

/** Between tries to tell our own database that a run is over. */
const LET_GO_AGAIN_MS = 1_000;

/**
 * Gives back what a run may hold that our own database failed, as soon as that can be written: a lease of a process that
 * lives is nobody else's to take, so the event would lie still until it ends.
 */
async function letGo({ ledger, settings, deadline }: ReconcileContext, claim: Claim): Promise<void> {
  const ended = deadline(settings.leaseMs);
  while (true) {
    try {
      // What it had sent may still arrive: nobody reads before it does.
      await ledger.handBack(claim, settings.retry.blipMs, 'handed back: our own database failed meanwhile');
      return;
    } catch (error) {
      if (error instanceof LeaseLostError || ended.aborted || claim.job.signal.aborted) return;
    }
    const again = deadline(LET_GO_AGAIN_MS);
    await new Promise((resolve) => again.addEventListener('abort', resolve, { once: true }));
  }
}

/** One run over one event. What it learns lives for this run only; everything that must survive is committed. */
class Reconciliation {
  private readonly ctx: ReconcileContext;
  private readonly lease: Lease;
  private readonly signal: AbortSignal;
  /** To be called once the run is over. */
  readonly end: () => void;
  private version: number | null = null;
  /** The schedule as it was read last. */
  scheduleId: number | null = null;
  private timeZone = 'UTC';
  private readonly done: string[] = [];
  /**
   * Writes of this run that were answered with neither a yes nor a no, removals by their booking: the next thing is a read.
   * Twice is a failed try.
   */
  private readonly unclear = new Set<'create' | 'reissue' | BookingId>();
  /** Bookings that this run asked Crossmark to remove, and its refusal where it gave one. */
  private readonly removals = new Map<BookingId, CrossmarkError | null>();

  constructor(ctx: ReconcileContext, lease: Lease) {
    this.ctx = ctx;
    this.lease = lease;
    // AbortSignal.any would have the worker's own signal remember every job that ever ran.
    const stop = new AbortController();
    const stopping = lease.job.signal;
    const follow = () => stop.abort(stopping.reason);
    if (stopping.aborted) follow();
    else stopping.addEventListener('abort', follow);
    this.end = () => stopping.removeEventListener('abort', follow);
    this.signal = AbortSignal.any([stop.signal, ctx.deadline(SOFT_LIMIT_MS)]);
  }

  async converge(): Promise<TaskResult> {
    /** Crossmark's row as read in this run; undefined where a read is due. */
    let listed: PlannedEvent | null | undefined;
    /** The booking of the reading before: a row that tells less now doesn't make it forgotten. */
    let seen: Remembered | null = null;
    /** Bookings of ours that may lie beneath that one. */
    let beneath: BookingId[] = [];
    /** Something was removed since the last reading: what is left, only another one proves. */
    let isRemoved = false;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const atFirst = round === 0 ? this.lease.state : null;
      const state = atFirst ?? (await this.ctx.ledger.readEvent(this.lease.eventId));
      if (!state) return { outcome: 'nothing' };
      this.version = state.sync.wantedVersion;
      this.scheduleId = state.schedule?.id ?? null;
      this.timeZone = state.store.timeZone;
      const { mplanId } = state.event;

      if (!mplanId) {
        const ended = state.schedule ? await this.waitForName(state) : await this.finish(state);
        if (ended) return ended;
        continue;
      }

      const { steps } = state;
      const wanted = wantedOf(state, steps);
      let held = remembered(state, steps);
      // A run that was broken off may have known of some.
      const hidden = listed === undefined ? writesBeneath(held, steps, wanted) : beneath;
      if (!isRemoved && isReliable(held, steps) && isWanted(wanted, held) && hidden.length === 0) {
        const ended = await this.finish(state);
        if (ended) return ended;
        continue;
      }

      // Never write on memory alone: somebody may have booked on Crossmark's own site since.
      if (listed === undefined) {
        const { timeZone } = state.store;
        listed = await this.look(state, mplanId, wanted);
        isRemoved = false;
        if (listed === null && wanted)
          throw impossible(
            state,
            'Crossmark doesn’t list this event any more, so it can’t be booked. Unschedule it, or try again if it comes back.',
            null,
          );
        const last = lastKnown(state);
        const unseen = unseenReissue(state, listed);
        if (listed && unseen) {
          await this.takeBackReissue(state, unseen, { mplanId, condition: listed.condition });
          listed = undefined;
          continue;
        }
        const at = this.ctx.now();
        const reading = understand({ listed, timeZone, wanted, last, seen, steps, at });
        ({ seen } = reading);
        const { wantedAt } = state.sync;
        const lagsAtMostMs = Math.min(CONFIRMED_SHOWN_WITHIN_MS, this.ctx.settings.confirmAfterMs);
        if (
          wantedAt !== null &&
          Date.parse(at) - Date.parse(wantedAt) < lagsAtMostMs &&
          mayBeFromBefore(reading, remembered(state, steps), { steps, wanted, timeZone })
        )
          throw new AttemptFailedError(
            'transient',
            'Crossmark’s list shows this event as it was before something else is known to have been there: the list may lag behind. The schedule is saved here and will be tried again.',
          );
        if (!reading.explained) {
          const ended = await this.leaveToPerson(state, reading.held);
          if (ended) return ended;
          listed = undefined;
          continue;
        }
        // Of a booking of which nothing here knows, such a copy would show one that is gone again.
        const isUnknown = reading.held && !remembered(state, steps) && reading.source === undefined;
        if (listed && isUnknown && isWanted(wanted, reading.held)) {
          const told = await this.readBack(state, mplanId);
          if (told.kind !== 'known' || (told.reps === '' && listed.staffedReps.length > 0))
            throw disagreeing();
        }
        // Where it showed nothing new, there is nothing to commit: the next write proves by itself that the lease is held.
        if (reading.settled.length > 0 || isNews(reading.held, state))
          await this.ctx.ledger.commitReading(this.lease, reading.held, reading.settled);
        ({ held, beneath } = reading);
        if (reading.settled.some((step) => step.state === 'done'))
          this.done.push('found that an earlier write had reached Crossmark');
        if (
          steps.some((step) => step.kind === 'reissue' && reading.settled.some(({ id }) => id === step.id))
        ) {
          // What is left to do depends on what became of it.
          listed = undefined;
          continue;
        }
      }

      // Reported as done before its removal could be asked for: the booking is the report, and stays.
      if (wanted === null && listed?.condition === 'Submitted') {
        const ended = await this.finish(state, 'Submitted');
        if (ended) return ended;
        listed = undefined;
        continue;
      }

      const [step] = plan(wanted, [...(held ? [held] : []), ...beneath.map(unlisted)]);
      if (!step) {
        const [removal, ...earlier] = removalsConfirmed(held?.bookingId ?? null, steps);
        if (held && removal) await this.takeBackRemoval(state, [removal, ...earlier], { mplanId, held });
        listed = undefined;
        continue;
      }
      refuseImpossible(step, state, listed, held);
      // With an earlier write there is more to look at afterwards than what this one leads to.
      const ended = await this.execute(step, {
        state,
        mplanId,
        held,
        condition: listed?.condition ?? null,
        wanted: steps.length === 0 && beneath.length === 0 ? wanted : null,
      });
      if (ended) return ended;
      // What Crossmark confirmed to have booked is known. That nothing is left, only another read proves.
      if (step.kind !== 'create' || this.unclear.has('create')) listed = undefined;
      isRemoved = step.kind === 'delete';
    }
    throw new AttemptFailedError(
      'transient',
      'Crossmark’s list and its answers don’t agree about this event. The schedule is saved here and will be tried again.',
    );
  }

  /**
   * What Crossmark lists for the event; null where it has been gone from the list for so long that it is believed. A row that
   * lacks the known booking, whose removal nobody here has asked for, needs Crossmark's read-back to say the same.
   *
   * A list that leaves out a known plan says nothing of its booking. Crossmark's own read-back of the event
   * (`locationCondition`) can say that nobody is booked: enough to know that a removal has arrived, and not enough to book,
   * for it may lag behind. Two complete refreshes in a row that lack the plan say that it is gone. Anything else is a failed try.
   */
  private async look(
    state: EventState,
    mplanId: MplanId,
    wanted: Wanted | null,
  ): Promise<PlannedEvent | null> {
    const { event, store, steps } = state;
    const { crossmarkStoreId: storeId, timeZone } = store;
    const { crossmark } = this.ctx;
    const { signal } = this;
    const listed = await crossmark.findEvent({ mplanId, storeId, timeZone, signal });
    if (listed) {
      await this.refuseForeignNumber(state, listed);
      // A copy of the list that lags behind tells of no booking either.
      if (
        leavesOpen(listed, remembered(state, steps), steps, timeZone) &&
        !(await this.isConfirmed(state, mplanId, listed))
      )
        throw disagreeing();
      return listed;
    }
    if (event.missingRuns >= MISSING_RUNS_BELIEVED) return null;
    if (wanted === null && !hasBookingInDoubt(steps) && (await this.hasNobody(state, mplanId, 'Unstaffed')))
      return unstaffed(state, mplanId);
    throw new AttemptFailedError(
      'transient',
      'Crossmark’s list left this event out, which says nothing about its booking. The schedule is saved here and will be tried again; two complete refreshes in a row without the event, some minutes apart, mean that it is gone.',
    );
  }

  /**
   * A booking's number is one event's, however Crossmark takes a second booking: a row that has another event's tells nothing of
   * this one, and by that number the other one's booking would be removed.
   */
  private async refuseForeignNumber({ event, sync, steps }: EventState, { bookingId }: PlannedEvent) {
    if (bookingId === null || bookingId === sync.bookingId) return;
    if (steps.some((step) => step.bookingId === bookingId)) return;
    const owner = await this.ctx.ledger.ownerOf(bookingId, event.id);
    if (owner !== null)
      throw new AttemptFailedError(
        'transient',
        `Crossmark lists this event with booking ${bookingId}, which belongs to another event here (plan ${owner}). Nothing is sent before that is clear; it will be tried again.`,
      );
  }

  /**
   * Whether the second witness says the same as a row that tells of no booking, or only of one that was worked before a reissue.
   * A row in a booked condition without a booking contradicts itself.
   */
  private async isConfirmed(state: EventState, mplanId: MplanId, listed: PlannedEvent): Promise<boolean> {
    if (bookingOf(listed) === null)
      return !saysBooked(listed.condition) && this.hasNobody(state, mplanId, listed.condition);
    const told = await this.readBack(state, mplanId);
    const names = listed.staffedReps.join(', ');
    return told.kind === 'known' && told.condition === listed.condition && ['', names].includes(told.reps);
  }

  /** Whether Crossmark's read-back of the event, the second witness, has nobody booked in this condition. */
  private async hasNobody(state: EventState, mplanId: MplanId, condition: Condition): Promise<boolean> {
    const told = await this.readBack(state, mplanId);
    return told.kind === 'known' && told.condition === condition && told.reps === '';
  }

  private readBack({ store }: EventState, mplanId: MplanId) {
    const { crossmarkStoreId: storeId } = store;
    return this.ctx.crossmark.locationCondition({ mplanId, storeId, signal: this.signal });
  }

  /**
   * Crossmark confirmed a reissue, and its list doesn't show the work as opened again. Where nothing came of it, it is to be
   * sent once more. Where the second one comes to nothing too, a person decides, for each may have opened the work.
   */
  private async takeBackReissue(
    state: EventState,
    step: JournalStep,
    { mplanId, condition }: { mplanId: MplanId; condition: Condition },
  ): Promise<void> {
    const isThat = (told: LocationCondition) => told.kind === 'known' && told.condition === condition;
    if (!(await this.cameToNothing(state, step, { mplanId, isThat })))
      throw new AttemptFailedError(
        'transient',
        `Crossmark took the reissue but still has this event as ${condition}. The schedule is saved here and will be tried again.`,
      );
    const last = lastKnown(state);
    await this.ctx.ledger.commitReading(this.lease, last, [{ id: step.id, state: 'settled' }]);
    const isSecond = state.steps.some(
      ({ kind, scheduleId, state }) =>
        kind === 'reissue' && scheduleId === step.scheduleId && state === 'settled',
    );
    if (isSecond)
      throw impossible(
        state,
        `Crossmark confirmed that it opened this work again, but still has it as ${condition}, also after a second time. Look at it on Crossmark’s site, then try again, or unschedule it here.`,
        last,
      );
  }

  /** Crossmark confirmed the removal of a booking that is wanted again since, and still lists it: it may stay. */
  private async takeBackRemoval(
    state: EventState,
    removals: readonly [JournalStep, ...JournalStep[]],
    { mplanId, held }: { mplanId: MplanId; held: Remembered },
  ): Promise<void> {
    const isThat = (told: LocationCondition) => told.kind === 'known' && told.reps !== '';
    if (!(await this.cameToNothing(state, removals[0], { mplanId, isThat }))) throw stillListed();
    const settled = removals.map(({ id }) => ({ id, state: 'settled' as const }));
    await this.ctx.ledger.commitReading(this.lease, held, settled);
  }

  /**
   * Whether nothing came of a write that Crossmark confirmed and that its list shows nothing of. The list may lag behind: so
   * only once the write is a minute old, and the read-back says the same.
   */
  private async cameToNothing(
    state: EventState,
    { sentAt }: JournalStep,
    { mplanId, isThat }: { mplanId: MplanId; isThat: (told: LocationCondition) => boolean },
  ): Promise<boolean> {
    if (Date.parse(this.ctx.now()) - Date.parse(sentAt) < CONFIRMED_SHOWN_WITHIN_MS) return false;
    return isThat(await this.readBack(state, mplanId));
  }

  /**
   * Sends a write and commits what came of it. `wanted` is given where nothing else is left to do once Crossmark confirms
   * just that: then the event is finished in the same transaction, unless what is wanted moved meanwhile (null).
   */
  private async execute(
    step: Write,
    {
      state,
      mplanId,
      held,
      condition,
      wanted,
    }: {
      state: EventState;
      mplanId: MplanId;
      held: Remembered | null;
      /** What the list says of the event right before. */
      condition: Condition | null;
      wanted: Wanted | null;
    },
  ): Promise<TaskResult | null> {
    const { ctx, lease } = this;
    const { timeZone, crossmarkStoreId: storeId } = state.store;
    const name = state.employee?.name ?? null;
    if (step.kind === 'delete' && this.removals.has(step.bookingId)) {
      const refusal = this.removals.get(step.bookingId);
      // What was removed before and is refused now is gone: the list lags behind.
      if (refusal && removalsConfirmed(step.bookingId, state.steps).length === 0) throw refusal;
      throw stillListed();
    }
    // A process that was frozen meanwhile finds its lease run out when it wakes, and sends nothing.
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
        // Should Crossmark give a removed booking's number to the new one: that removal is over.
        this.removals.delete(booking.bookingId);
        this.done.push(`booked ${name ?? repId} on ${formatWhen(startsAt, timeZone)}`);
        if (wanted !== null && isWanted(wanted, made)) {
          const finished = await ctx.ledger.settleAndFinish(lease, stepId, result, this.synced(state));
          return finished && this.ended(finished);
        }
        await ctx.ledger.settleStep(lease, stepId, { state: 'done', ...result });
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
        // Remembered as held until a read shows that it is gone.
        await ctx.ledger.settleStep(lease, stepId, { state: 'done' });
        this.removals.set(step.bookingId, null);
        this.done.push(held ? `removed ${bookingInWords(held, timeZone)}` : 'removed the booking');
      }
    } catch (error) {
      if (!(error instanceof CrossmarkError)) throw error;
      const { kind, message: detail } = error;
      const what = step.kind === 'delete' ? step.bookingId : step.kind;
      const saysNothing =
        kind === 'unknown' && error.status !== undefined && error.status < 300 && !error.signedOut;
      // Either way an answer came, so nothing is under way any more.
      const unclear = saysNothing || (kind === 'unknown' && error.signedOut);
      const again = this.unclear.has(what);
      // What another booking hides can't be read. Asked twice, a read in between, and never a no: nothing tells more.
      const isTakenForDone = saysNothing && again && step.kind === 'delete' && what !== held?.bookingId;
      const outcome = {
        unknown: 'unknown',
        rejected: 'refused',
        transient: 'not_done',
        session: 'not_done',
      } as const;
      await ctx.ledger.settleStep(lease, stepId, { state: isTakenForDone ? 'done' : outcome[kind], detail });
      if (isTakenForDone) this.done.push('removed the booking');
      // An id that Crossmark doesn't know any more is the goal reached: a read tells that from a real refusal.
      else if (step.kind === 'delete' && kind === 'rejected') this.removals.set(step.bookingId, error);
      // What the answer meant, a read tells at once.
      else if (unclear && !again) this.unclear.add(what);
      else throw error;
    }
    return null;
  }

  /** Synced, unless what is wanted moved meanwhile or a late answer came (null). */
  private async finish(state: EventState, condition?: 'Submitted'): Promise<TaskResult | null> {
    const finished = await this.ctx.ledger.finishSynced(this.lease, this.synced(state, condition));
    return finished && this.ended(finished);
  }

  /** What is written down of an event that is synced. */
  private synced(state: EventState, condition?: 'Submitted') {
    return {
      version: state.sync.wantedVersion,
      condition: condition ?? (state.schedule ? ('Scheduled' as const) : ('Unstaffed' as const)),
      outcome: this.done.length > 0 ? ('done' as const) : ('nothing' as const),
      summary: this.done.join('; ') || null,
    };
  }

  private ended(finished: { clickToSyncedMs: number | undefined }): TaskResult {
    const outcome = this.done.length > 0 ? 'done' : 'nothing';
    return { ...finished, outcome, summary: this.done.join('; ') || null };
  }

  /** Known from a CSV file alone: there is nothing to book yet. */
  private async waitForName(state: EventState): Promise<TaskResult | null> {
    const failureReason =
      'Crossmark hasn’t listed this event yet, so it can’t be booked there. The schedule is saved here and goes out with the first refresh that lists the event.';
    const version = state.sync.wantedVersion;
    const waits = await this.ctx.ledger.finishWaiting(this.lease, { version, reason: failureReason });
    return waits && { outcome: 'waiting', failureReason };
  }

  /** Somebody else changed Crossmark's side while ours was changed: neither is overwritten. */
  private async leaveToPerson(state: EventState, held: Remembered | null): Promise<TaskResult | null> {
    const { schedule, employee } = state;
    const ours = schedule && employee && { name: employee.name, startsAt: schedule.startsAt };
    // Asked a moment ago, answered unclearly, and there it is: for the right person, at another time.
    const isOurs = this.unclear.has('create') && held?.repId && held.repId === employee?.repId;
    const failureReason =
      isOurs && ours && held.startsAt
        ? bookedOtherwiseInWords(held, ours, this.timeZone)
        : conflictInWords(held, ours, this.timeZone);
    const left = await this.ctx.ledger.finishConflict(this.lease, {
      version: state.sync.wantedVersion,
      held,
      reason: failureReason,
    });
    return left && { outcome: 'conflict', failureReason };
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

  /** What went wrong, for the policy and for the dispatcher. */
  async describe(error: unknown): Promise<Failure> {
    if (error instanceof AttemptFailedError) return { kind: error.kind, reason: error.message };
    if (error instanceof CrossmarkUnreachableError)
      return { kind: error.kind, reason: unreachableInWords(error, this.timeZone) };
    if (!(error instanceof CrossmarkError)) {
      if (!this.signal.aborted)
        this.ctx.log.error({ err: error, eventId: this.lease.eventId }, 'reconciliation failed unexpectedly');
      const reason = this.signal.aborted
        ? 'Crossmark took too long. The schedule is saved here and will be tried again.'
        : 'Something went wrong on our side. The schedule is saved here and will be tried again.';
      return { kind: 'transient', reason };
    }
    const { kind, retryAfterMs } = error;
    if (kind === 'rejected') {
      const state = await this.ctx.ledger.readEvent(this.lease.eventId);
      const held = state ? heldInWords(remembered(state, []), this.timeZone) : '';
      return {
        kind,
        reason: `${sentence(error.message)} ${held} Change the schedule, or try again once the cause is gone.`,
      };
    }
    const consequence = {
      transient: 'The schedule is saved here and will be tried again.',
      session: 'The schedule is saved here and goes out as soon as the sign-in works.',
      unknown: 'Before anything else is sent, the next try reads what Crossmark holds.',
    }[kind];
    return { kind, retryAfterMs, reason: `${sentence(error.message)} ${consequence}` };
  }
}

/** Within this time Crossmark's list shows a write that it confirmed. Longer than its lists have been seen to lag behind. */
const CONFIRMED_SHOWN_WITHIN_MS = 60_000;

/** Complete refreshes in a row that lack a plan before it is believed to be gone: one may come from a copy that lags behind. */
const MISSING_RUNS_BELIEVED = 2;

/** The list's row for an event that Crossmark's read-back says nobody is booked for. */
const unstaffed = ({ event, store }: EventState, mplanId: MplanId): PlannedEvent => ({
  mplanId,
  storeId: store.crossmarkStoreId,
  storeName: '',
  name: event.name,
  startsOn: event.startsOn,
  dueOn: event.dueOn,
  condition: 'Unstaffed',
  staffedReps: [],
  repId: null,
  bookingId: null,
  startsAt: null,
  instructionsUrl: null,
});

const sentence = (words: string) => (/[.!?]$/.test(words) ? words : `${words}.`);

const unlisted = (bookingId: BookingId) => ({ bookingId, repId: null, startsAt: null, endsAt: null });

/**
 * Whether what is remembered can be acted on without a read: no write is in doubt, no booking was refused that no read has
 * shown to be absent, and nobody has asked for the removal of this very booking since (a removal is remembered only once a
 * read has shown it).
 */
function isReliable(held: Remembered | null, steps: readonly JournalStep[]): boolean {
  if (steps.some((step) => isInDoubt(step) || (step.kind === 'create' && step.state === 'refused')))
    return false;
  return held === null || held.bookingId === null || !wasRemovalAsked(held.bookingId, steps);
}

const disagreeing = () =>
  new AttemptFailedError(
    'transient',
    'Crossmark’s list and its answers don’t agree about whether somebody is booked for this event. The schedule is saved here and will be tried again.',
  );

const stillListed = () =>
  new AttemptFailedError(
    'transient',
    'Crossmark confirmed that it removed the booking but still lists it. Nothing else is sent before that is clear; it will be tried again.',
  );

/** Whether a reading tells something else than what is remembered. */
function isNews(held: Remembered | null, { sync }: EventState): boolean {
  const columns = bookingColumns(held);
  return (Object.keys(columns) as (keyof typeof columns)[]).some(
    (column) => columns[column] !== sync[column],
  );
}

/** What is wanted, in Crossmark's terms; throws where it can't be said in them. */
function wantedOf(state: EventState, steps: readonly JournalStep[]): Wanted | null {
  const { schedule, employee } = state;
  if (!schedule || !employee) return null;
  if (employee.terminatedOn && employee.terminatedOn < schedule.workDate)
    throw impossible(
      state,
      `${employee.name} left on ${formatDay(employee.terminatedOn)} and can’t be booked for a later day. Choose somebody else.`,
    );
  if (!employee.repId)
    throw impossible(
      state,
      `${employee.name} has no RepID in Crossmark${employee.linkReason ? ` (${employee.linkReason})` : ''}, so nothing can be booked for them. Link ${employee.name} to a rep, or choose somebody else.`,
    );
  const { startsAt, endsAt } = schedule;
  return { repId: employee.repId, startsAt, endsAt, reissue: dueReissue(schedule, steps) };
}

/** Refuses before anything is sent what Crossmark would refuse or what can't be done at all. */
function refuseImpossible(
  step: Step,
  state: EventState,
  listed: PlannedEvent | null,
  held: Remembered | null,
): asserts step is Write {
  if (step.kind === 'blocked')
    throw impossible(
      state,
      'Crossmark lists a booking of this event without its number, so it can’t be removed from here. Remove it on Crossmark’s site, then try again.',
      held,
    );
  const isClosed = listed !== null && CLOSED_CONDITIONS.includes(listed.condition);
  if (step.kind === 'delete') {
    // With a booking its report would go.
    const isReport = listed?.condition === 'Submitted' && listed.bookingId === step.bookingId;
    // A booking goes only where the one that takes its place can be made.
    const isReplaced = state.schedule !== null && !state.schedule.reissueOf;
    if (!isReport && !(isClosed && isReplaced)) return;
  }
  if (!isClosed || (step.kind === 'reissue' && listed.condition !== 'Canceled')) return;
  if (listed.condition !== 'Canceled' && waitsForReissue(state))
    throw new AttemptFailedError(
      'transient',
      `Crossmark took the reissue but still has this event as ${listed.condition}. The schedule is saved here and will be tried again.`,
    );
  throw impossible(
    state,
    `Crossmark has this event as ${listed.condition}, so it can’t be booked. Unschedule it here.`,
    held,
  );
}

/** Whether the work was to be opened again for this schedule and nothing has been booked since: what is listed may lag behind. */
function waitsForReissue({ schedule, steps }: EventState): boolean {
  if (!schedule?.reissueOf) return false;
  const opened = steps.findIndex((step) => step.kind === 'reissue' && step.scheduleId === schedule.id);
  return !steps.slice(0, Math.max(opened, 0)).some((step) => step.kind === 'create' && step.state === 'done');
}

function impossible(state: EventState, sentence: string, held = remembered(state, [])): AttemptFailedError {
  return new AttemptFailedError('rejected', `${sentence} ${heldInWords(held, state.store.timeZone)}`);
}
