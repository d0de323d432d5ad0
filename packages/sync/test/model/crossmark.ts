import { type BookingId, CrossmarkError, type PlannedEvent, type RepId } from '@scheduler/crossmark';
import {
  addMinutes,
  CLOSED_CONDITIONS,
  type Condition,
  type Instant,
  instantAt,
  timeOf,
  workDateOf,
} from '@scheduler/scheduling';
import { CrossmarkUnreachableError } from '../../src/breaker/unreachable.ts';
import type { ReconcileContext } from '../../src/reconcile/reconcile.ts';
import type { Process, VirtualTime } from './time.ts';

const CALL_MS = 30_000;
/** The zones that the store may have, here and at Crossmark. The first one is right at first. */
export const ZONES = ['America/Chicago', 'America/New_York', 'America/Los_Angeles'] as const;
export type Zone = (typeof ZONES)[number];

/** What may happen to one call. */
type Fault =
  | { kind: 'fine' }
  /** The call never reached Crossmark. */
  | { kind: 'refused' }
  /** The call isn't sent, because Crossmark is known not to answer. */
  | { kind: 'heldBack' }
  | { kind: 'busy'; retryAfterMs: number | undefined }
  | { kind: 'session' }
  /** The call has no answer that can be trusted, and it had its effect or not. */
  | { kind: 'dropped' | 'error500' | 'garbage' | 'hang'; applied: boolean }
  /**
   * The call has its effect after the caller gave up, because PHP continues when its client is
   * gone.
   */
  | { kind: 'late'; afterMs: number }
  /** A removal or a reissue is confirmed but not carried out. */
  | { kind: 'idle' }
  /** `ok: 0` */
  | { kind: 'no' }
  /** A write is answered as if nobody were signed in, whether it had its effect or not. */
  | { kind: 'signedOut'; applied: boolean }
  /** A search leaves out the event, as if there were none. */
  | { kind: 'leftOut' }
  /** The list's row lacks something. */
  | { kind: 'partial'; lacks: 'bookingId' | 'repId' | 'startsAt' };
/** What happens to a call, and how long its request and its answer take. */
export type Fate = { latencyMs: number } & Fault;

export interface SiteBooking {
  bookingId: BookingId;
  repId: RepId;
  startsAt: Instant;
  endsAt: Instant;
  /** When somebody last made or changed it on Crossmark's own site; null if it is as we made it. */
  touchedAtMs: number | null;
  /** When its work was opened again, so that it is history; null if it was not. */
  openedAtMs: number | null;
}

/** Crossmark's side of one event. */
export interface Plan {
  condition: Condition;
  /** Oldest first; the list shows the newest. */
  bookings: SiteBooking[];
  /** The work was opened again, and the new booking is beside the old one. */
  isBookedAnew: boolean;
  /** Bookings whose work was opened again. */
  opened: BookingId[];
  /** Hidden from every call, with its bookings kept. */
  gone: boolean;
  /** When its work was reported as done; null if it was not, or if the report is gone. */
  reportedAtMs: number | null;
}

export interface Habits {
  secondBooking: 'inPlace' | 'replace' | 'duplicate';
  /**
   * If a second booking edits the first one in place: whether the booking after a reissue does so
   * too.
   */
  reissueKeepsId: boolean;
  unknownDelete: 'success' | 'error';
}

/** Is called for every write when it is sent and when it is over, and for every read. */
export interface Watcher {
  readStarted(event: number): void;
  readAnswered(event: number, startedMs: number, whole: boolean): void;
  writeLeaves(event: number, what: WriteTold): WriteWatch;
}
export type WriteTold = { create: RepId; startsAt: Instant } | { remove: BookingId } | { reissue: BookingId };
export interface WriteWatch {
  /** `certain`: the caller knows whether the call had its effect. */
  over(certain: boolean): void;
  applied(): void;
  /**
   * Whether this write would hide another booking permanently. It arrives now, and its answer
   * arrives or is lost; or it arrives long after its caller gave up (null: after its caller died).
   */
  hidesAtOnce(answered: boolean): boolean;
  hidesLate(gaveUpAtMs: number | null): boolean;
  rejected(): void;
}

const NOTHING_YET: Plan = {
  condition: 'Unstaffed',
  bookings: [],
  isBookedAnew: false,
  opened: [],
  gone: false,
  reportedAtMs: null,
};
const refusal = (call: CrossmarkError['call'], words: string) =>
  new CrossmarkError('rejected', call, words, { status: 200 });

const MINUTES = 390;
export const endOf = (startsAt: Instant) => addMinutes(startsAt, MINUTES);

/**
 * Crossmark in memory. It does and answers what the real one may do and answer, however late or
 * wrong.
 */
export class ModelCrossmark {
  readonly plans: Plan[];
  /** The store's zone, in which the list tells wall time. */
  timeZone: Zone = ZONES[0];
  private readonly time: VirtualTime;
  private readonly habits: Habits;
  private fates: Fate[];
  private readonly tell: (what: string) => void;
  private nextBookingId = 50_000_001;
  private readonly eventOf = new Map<BookingId, number>();
  /** Every plan as it was since a moment, oldest first. */
  private readonly past: { atMs: number; plans: Plan[]; timeZone: Zone }[] = [];
  writes = 0;

  constructor(
    count: number,
    options: { time: VirtualTime; habits: Habits; fates: readonly Fate[]; tell: (what: string) => void },
  ) {
    this.plans = Array.from({ length: count }, () => structuredClone(NOTHING_YET));
    this.time = options.time;
    this.habits = options.habits;
    this.fates = [...options.fates];
    this.tell = options.tell;
  }

  /** From now on every call succeeds. */
  heal(): void {
    this.fates = [];
  }

  nextFate(): Fate {
    return this.fates.shift() ?? { kind: 'fine', latencyMs: 100 };
  }

  plan(event: number): Plan {
    const plan = this.plans[event - 1];
    if (!plan) throw new Error(`There is no plan ${event}.`);
    return plan;
  }

  /** Keeps the present state for copies of the list that lag behind. Call it after each change. */
  record(): void {
    this.past.push({ atMs: this.time.nowMs, plans: structuredClone(this.plans), timeZone: this.timeZone });
  }

  /** The row for an event in a copy of the list that lags so far behind. */
  laggingRow(event: number, query: { timeZone: string; behindMs: number }): PlannedEvent | null {
    const then = this.past.findLast(({ atMs }) => atMs <= this.time.nowMs - query.behindMs);
    const { plans, timeZone } = then ?? { plans: [], timeZone: this.timeZone };
    return this.row(event, query, { plan: plans[event - 1] ?? NOTHING_YET, timeZone });
  }

  /**
   * The list's row for an event, with its wall time taken for one in the zone that is asked for; null if
   * the event is gone.
   */
  row(
    event: number,
    { timeZone, lacks }: { timeZone: string; lacks?: 'bookingId' | 'repId' | 'startsAt' | undefined },
    site: { plan: Plan; timeZone: Zone } = { plan: this.plan(event), timeZone: this.timeZone },
  ): PlannedEvent | null {
    const { condition, bookings, gone } = site.plan;
    if (gone) return null;
    const booking = bookings.at(-1);
    const wallTimeAs = (instant: Instant) =>
      instantAt(workDateOf(instant, site.timeZone), timeOf(instant, site.timeZone), timeZone);
    const row = {
      mplanId: `4000000${event}` as PlannedEvent['mplanId'],
      storeId: '300001' as PlannedEvent['storeId'],
      storeName: 'Store',
      name: `Event ${event}`,
      startsOn: '2026-01-01',
      dueOn: '2026-02-01',
      condition,
      staffedReps: booking ? [`Rep ${booking.repId}`] : [],
      repId: booking?.repId ?? null,
      bookingId: booking?.bookingId ?? null,
      startsAt: booking ? wallTimeAs(booking.startsAt) : null,
      instructionsUrl: null,
    };
    return lacks ? { ...row, [lacks]: null } : row;
  }

  book(event: number, repId: RepId, startsAt: Instant, endsAt = endOf(startsAt)): SiteBooking {
    const plan = this.plan(event);
    if (!this.takesBookings(event)) throw refusal('scheduleMplanEvent', 'It can’t be scheduled.');
    const edited =
      this.habits.secondBooking === 'inPlace' && !plan.isBookedAnew ? plan.bookings.at(-1) : undefined;
    const bookingId = edited?.bookingId ?? (String(this.nextBookingId++) as BookingId);
    const booking = { bookingId, repId, startsAt, endsAt, touchedAtMs: null, openedAtMs: null };
    this.eventOf.set(bookingId, event);
    if (this.habits.secondBooking === 'replace') plan.bookings = [];
    plan.bookings = [...plan.bookings.filter((one) => one !== edited), booking];
    plan.isBookedAnew = false;
    if (plan.condition !== 'Reissued') plan.condition = 'Scheduled';
    this.record();
    return booking;
  }

  /** Whether an event is there and its work is open. */
  takesBookings(event: number): boolean {
    const { gone, condition } = this.plan(event);
    return !gone && !CLOSED_CONDITIONS.includes(condition);
  }

  /**
   * Somebody reports the work that is booked as done. Nobody reports work that was opened again and not
   * booked since: its retries would end with a person, as those of a reissue without effect do.
   */
  report(event: number): boolean {
    const plan = this.plan(event);
    const booking = plan.bookings.at(-1);
    if (!this.takesBookings(event) || !booking || plan.opened.includes(booking.bookingId)) return false;
    Object.assign(plan, { condition: 'Submitted', reportedAtMs: this.time.nowMs });
    this.record();
    return true;
  }

  unbook(bookingId: BookingId): boolean {
    const plan = this.plans.find(({ bookings }) => bookings.some((one) => one.bookingId === bookingId));
    if (!plan) return false;
    plan.bookings = plan.bookings.filter((one) => one.bookingId !== bookingId);
    // A report goes with its booking.
    if (plan.bookings.length === 0) Object.assign(plan, { condition: 'Unstaffed', reportedAtMs: null });
    this.record();
    return true;
  }

  /** The client as one process has it. */
  client(process: Process, watcher: Watcher): ReconcileContext['crossmark'] {
    return {
      findEvent: ({ mplanId, timeZone, signal }) => {
        const event = Number(mplanId.slice(-1));
        const startedMs = this.time.nowMs;
        watcher.readStarted(event);
        let whole = true;
        let isLeftOut = false;
        return this.call(process, signal, null, `event ${event}: read`, (fate) => {
          isLeftOut = fate.kind === 'leftOut';
          if (isLeftOut) return null;
          const lacks = fate.kind === 'partial' ? fate.lacks : undefined;
          whole = lacks === undefined;
          return this.row(event, { timeZone, lacks });
        }).then((row) => {
          if (!isLeftOut) watcher.readAnswered(event, startedMs, whole);
          return row;
        });
      },
      locationCondition: ({ mplanId, signal }) => {
        const event = Number(mplanId.slice(-1));
        return this.call(process, signal, null, `event ${event}: read back`, () => {
          const { condition, bookings, gone } = this.plan(event);
          if (gone) return { kind: 'unknownPlan' as const, reason: 'There is no such plan.' };
          const reps = bookings.map(({ repId }) => `Rep ${repId}`).join(', ');
          return { kind: 'known' as const, condition, reps };
        });
      },
      schedule: ({ mplanId, repId, startsAt, endsAt, signal }) => {
        const event = Number(mplanId.slice(-1));
        const watch = () => watcher.writeLeaves(event, { create: repId, startsAt });
        return this.call(process, signal, watch, `event ${event}: book ${repId} ${startsAt}`, () => {
          const made = this.book(event, repId, startsAt, endsAt);
          return { ...made, repName: `Rep ${repId}` };
        });
      },
      reissue: ({ mplanId, bookingId, signal }) => {
        const event = Number(mplanId.slice(-1));
        const watch = () => watcher.writeLeaves(event, { reissue: bookingId });
        return this.call(process, signal, watch, `event ${event}: reissue ${bookingId}`, (fate) => {
          if (fate.kind === 'idle') return;
          const plan = this.plan(event);
          if (plan.gone) throw refusal('createPendingWork', 'There is no such plan.');
          plan.condition = 'Reissued';
          plan.reportedAtMs = null;
          plan.opened.push(bookingId);
          const worked = plan.bookings.find((one) => one.bookingId === bookingId);
          if (worked) worked.openedAtMs = this.time.nowMs;
          plan.isBookedAnew = !this.habits.reissueKeepsId;
          this.record();
        });
      },
      unschedule: ({ bookingId, signal }) => {
        const event = this.eventOf.get(bookingId) ?? 0;
        const watch = () => watcher.writeLeaves(event, { remove: bookingId });
        return this.call(process, signal, watch, `remove ${bookingId}`, (fate) => {
          if (fate.kind === 'idle') return;
          if (!this.unbook(bookingId) && this.habits.unknownDelete === 'error')
            throw refusal('deleteScheduledMplanEvent', 'No such event.');
        });
      },
    };
  }

  private call<T>(
    process: Process,
    signal: AbortSignal | undefined,
    watchWrite: (() => WriteWatch) | null,
    what: string,
    work: (fate: Fate) => T,
  ): Promise<T> {
    const { time } = this;
    const name = watchWrite ? 'scheduleMplanEvent' : 'getPlanningMplans';
    const error = (kind: CrossmarkError['kind'], words: string, details = {}) =>
      new CrossmarkError(kind === 'unknown' && !watchWrite ? 'transient' : kind, name, words, details);
    const arrived = process.call();
    return new Promise<T>((resolve, reject) => {
      let over = false;
      let endedAtMs: number | null = null;
      let watch: WriteWatch | null = null;
      const end = (kind: 'answers' | 'timers', finish: () => void, certain: boolean, words: string) =>
        process.see(kind, () => {
          if (over) return;
          over = true;
          endedAtMs = time.nowMs;
          signal?.removeEventListener('abort', cancelled);
          watch?.over(certain);
          this.tell(`${process.id} gets for ${what}: ${words}`);
          finish();
        });
      const fail = (kind: 'answers' | 'timers', failure: CrossmarkError) =>
        end(kind, () => reject(failure), failure.kind !== 'unknown', `${failure.kind} (${failure.message})`);
      const cancelled = () => fail('timers', error('unknown', 'the call was cancelled'));
      const send = () => {
        if (over) return;
        if (signal?.aborted) return fail('answers', error('transient', 'cancelled before it was sent'));
        const fate = this.nextFate();
        const { latencyMs } = fate;
        if (fate.kind === 'refused' || fate.kind === 'heldBack') {
          arrived();
          const failure =
            fate.kind === 'refused'
              ? error('transient', 'connection refused')
              : new CrossmarkUnreachableError(name, { host: 'model', since: time.now(), byHand: false });
          return time.after(1, () => fail('answers', failure));
        }
        watch = watchWrite?.() ?? null;
        if (watch) this.writes += 1;
        this.tell(`${process.id} sends ${what}${fate.kind === 'fine' ? '' : ` (${JSON.stringify(fate)})`}`);
        const apply = () => {
          if ((over || process.dead) && watch?.hidesLate(endedAtMs)) {
            this.tell(`Crossmark never applies ${what}`);
            return () => {};
          }
          try {
            const value = work(fate);
            if (watch) {
              this.tell(`Crossmark applies ${what}`);
              watch.applied();
            }
            return () => end('answers', () => resolve(value), true, 'done');
          } catch (refused) {
            const reply = () => {
              watch?.rejected();
              reject(refused);
            };
            return () => end('answers', reply, true, String(refused));
          }
        };
        signal?.addEventListener('abort', cancelled);
        time.after(CALL_MS, () => fail('timers', error('unknown', 'no answer in time')));
        arrived();
        const answer = (respond: () => void) => time.after(latencyMs, respond);
        if (watch?.hidesAtOnce(fate.kind === 'fine')) {
          this.tell(`Crossmark never gets ${what}`);
          return;
        }
        const halfMs = Math.floor(latencyMs / 2);
        const succeed = () =>
          time.after(halfMs, () => {
            const respond = apply();
            time.after(latencyMs - halfMs, respond);
          });
        switch (fate.kind) {
          case 'fine':
          case 'idle':
          case 'partial':
          case 'leftOut':
            return succeed();
          case 'busy':
            return answer(() =>
              fail('answers', error('transient', '429', { status: 429, retryAfterMs: fate.retryAfterMs })),
            );
          case 'session':
            return answer(() => fail('answers', error('session', 'sign-in failed')));
          case 'no':
            return answer(() => {
              if (!watch) return fail('answers', error('transient', '503', { status: 503 }));
              watch.rejected();
              fail('answers', error('rejected', 'Crossmark says no.', { status: 200 }));
            });
          case 'late':
            if (watch) time.after(CALL_MS + fate.afterMs, apply);
            return;
          case 'signedOut':
            // The client itself repeats a read.
            if (!watch) return succeed();
            if (fate.applied) time.after(halfMs, apply);
            return answer(() =>
              fail('answers', error('unknown', 'nobody is signed in', { status: 200, signedOut: true })),
            );
          case 'dropped':
          case 'error500':
          case 'garbage':
          case 'hang': {
            if (fate.applied) time.after(halfMs, apply);
            if (fate.kind === 'hang') return;
            const status = { dropped: undefined, error500: 500, garbage: 200 }[fate.kind];
            return answer(() => fail('answers', error('unknown', fate.kind, { status })));
          }
        }
      };
      time.after(1, () => process.see('answers', send));
    });
  }
}
