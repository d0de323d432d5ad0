import type { BookingId, RepId } from '@scheduler/crossmark';
import { CLOSED_CONDITIONS, type Instant } from '@scheduler/scheduling';
import type { Logger } from 'pino';
import { DEFAULT_RETRY_POLICY } from '../../src/attempts/retry-policy.ts';
import type { JobInfo } from '../../src/context.ts';
import type { Lease } from '../../src/reconcile/ledger.ts';
import { dueReissue, isHistory, reopenedBookings } from '../../src/reconcile/observe.ts';
import { type ReconcileContext, reconcileWith } from '../../src/reconcile/reconcile.ts';
import {
  endOf,
  type Fate,
  type Habits,
  ModelCrossmark,
  type SiteBooking,
  type Watcher,
  type WriteTold,
  type WriteWatch,
  ZONES,
} from './crossmark.ts';
import { Board, type Break, CONNECTION_LOST, DISK_FULL, type Job, STORE_ID } from './ledger.ts';
import { type Phase, Process, type Trouble, VirtualTime } from './time.ts';

/** The events of a story, one after the other: what people do, and what goes wrong. */
export type Action = { afterMs: number } & (
  | { do: 'schedule'; event: number; person: number; slot: number }
  | { do: 'unschedule'; event: number }
  /** Changes nothing but the length of a schedule. */
  | { do: 'length'; event: number; minutes: number }
  /** Undoes the latest edit, by a schedule like the one before it. */
  | { do: 'undo'; event: number }
  | { do: 'trade' }
  | { do: 'reissue'; event: number; person: number; slot: number }
  /** Somebody on Crossmark's own site changes, removes or makes a booking. */
  | { do: 'outside'; event: number; how: 'move' | 'person' | 'remove' | 'rebook'; rep: number; slot: number }
  /** Somebody on Crossmark's own site reports the work that is booked as done. */
  | { do: 'report'; event: number }
  /** An event disappears from Crossmark, or comes back. */
  | { do: 'vanish'; event: number }
  /** An admin sets the store's zone here, or Crossmark gets another one. */
  | { do: 'zone'; side: 'here' | 'there'; zone: number }
  | { do: 'choose'; event: number; choice: 'mine' | 'theirs' }
  | { do: 'retry'; event: number }
  | { do: 'trouble'; worker: number; trouble: Trouble; calls: number; phase: Phase }
  /** With `silentMs`, the process learns of it only by a time-out. */
  | { do: 'breakConnection'; calls: number; phase: Phase; silentMs?: number }
  /** The clock of a worker's machine is wrong. */
  | { do: 'skew'; worker: number; aheadMs: number }
  /** Our disk is full for a while, from the n-th statement from now on. */
  | { do: 'fillDisk'; calls: number; ms: number }
  | { do: 'loseJobs' }
  | { do: 'repeatJob'; event: number }
  | { do: 'sweep' }
  /** A read of the whole list; with `behindMs`, of a copy that lags behind. */
  | { do: 'refresh'; behindMs?: number }
);

/**
 * A story from the first edit to the last fault. Afterwards all faults end, and both sides must
 * agree.
 */
export interface Story extends Habits {
  deeds: Action[];
  /**
   * What happens to the calls to Crossmark, in the order in which they are sent. All later ones
   * succeed.
   */
  fates: Fate[];
  /** What people choose in the conflicts that are left at the end. */
  choice: 'mine' | 'theirs';
}

export const EVENTS = 2;
const WORKERS = 2;
const CONCURRENCY = 2;
const LEASE_MS = 120_000;
const SILENT_MS = 35_000;
const REPS = ['100001', '100002', '100003'] as RepId[];
const SLOTS: Instant[] = ['2026-01-08T15:45:00.000Z', '2026-01-08T17:30:00.000Z', '2026-01-09T15:45:00.000Z'];
const HEALING_ROUNDS = 8;

/** A guarantee that was broken, with everything that happened before. */
class StoryError extends Error {
  override readonly name = 'StoryError';
}

/** What people do that has to be written to our disk. */
const SAVES: readonly Action['do'][] = [
  'schedule',
  'unschedule',
  'length',
  'undo',
  'trade',
  'reissue',
  'choose',
  'retry',
  'repeatJob',
  'sweep',
];

const silent = { error() {} } as unknown as Logger;

/** Plays one story to its end. Throws {@link StoryError} if a guarantee is broken. */
export async function tell(story: Story): Promise<void> {
  await new Telling(story).toTheEnd();
}

interface Run {
  process: Process;
  job: Job;
  lease: Lease | null;
  /** The last whole read of its event. */
  readAtMs: number | null;
  rejected: boolean;
  /** A write of this run that is journalled and not sent yet. */
  mayWrite: boolean;
}

class Telling {
  private readonly story: Story;
  private readonly time = new VirtualTime();
  private readonly history: string[] = [];
  private readonly broken: string[] = [];
  private readonly board: Board;
  private readonly crossmark: ModelCrossmark;
  private processes: Process[] = [];
  private hired = 0;
  private breaks: (Break & { calls: number })[] = [];
  private fills: { calls: number; ms: number }[] = [];
  /** All people and times that were ever chosen for an event, here or on Crossmark's site. */
  private readonly decided = new Set<string>();
  private readonly chosen = new Set<string>();
  /** Each event's schedule before its latest edit. */
  private readonly before = new Map<number, { employeeId: number; startsAt: Instant }>();
  /**
   * Events with a write whose outcome nobody knows and nobody has read since, with the time at which it was
   * sent.
   */
  private readonly inDoubt = new Map<number, number>();
  private readonly underWay = new Map<number, Set<{ run: Run; holder: boolean }>>();
  /**
   * Events whose Crossmark side was changed otherwise than by a write of the run that holds the
   * lease.
   */
  private readonly disturbed = new Set<number>();
  private readonly touchedOutside = new Set<number>();
  /** Events whose schedule got another length here. */
  private readonly resized = new Set<number>();
  /** The store's zone was wrong here, so nothing can be said about times that were read. */
  private wasZoneWrong = false;
  private lastDeedAtMs = 0;
  private healed = false;

  constructor(story: Story) {
    this.story = story;
    const note = (what: string) => {
      this.history.push(`${((this.time.nowMs - Date.UTC(2026, 0, 5, 12)) / 1_000).toFixed(3)} s  ${what}`);
    };
    this.note = note;
    this.board = new Board(EVENTS, this.time, note);
    const { fates } = story;
    this.crossmark = new ModelCrossmark(EVENTS, { time: this.time, habits: story, fates, tell: note });
    this.board.onJobs = () => this.wake();
    this.board.onForeign = (event, what) => this.checkForeign(event, what);
    this.board.onSynced = (event) => this.checkSynced(event);
    for (let n = 0; n < WORKERS; n++) this.hire(n);
  }

  private readonly note: (what: string) => void;

  private violated(what: string): void {
    this.broken.push(what);
    this.note(`!!! ${what}`);
  }

  // ---------------------------------------------------------------- workers

  private hire(place: number): void {
    const id = `worker-${place + 1}.${++this.hired}`;
    const process: Process = new Process(id, this.time, (trouble) => this.suffer(process, place, trouble));
    this.processes[place] = process;
  }

  private suffer(process: Process, place: number, trouble: Trouble): void {
    if (process.dead || process.frozen) return;
    const rescue = () =>
      this.onceThereIsRoom(() => {
        this.note(`${process.id} is found silent`);
        this.board.rescue(process.id);
      });
    this.note(`${process.id}: ${trouble.kind}${trouble.kind === 'freeze' ? ` for ${trouble.ms} ms` : ''}`);
    switch (trouble.kind) {
      case 'crash':
        process.dead = true;
        this.time.after(1_000, () => {
          this.hire(place);
          this.wake();
        });
        if (trouble.rescued) this.time.after(SILENT_MS, rescue);
        return;
      case 'freeze':
        process.freeze();
        if (trouble.rescued && trouble.ms > SILENT_MS) this.time.after(SILENT_MS, rescue);
        this.time.after(trouble.ms, () => {
          this.note(`${process.id} goes on`);
          process.thaw(trouble.first);
          this.wake();
        });
        return;
      case 'stop':
        process.stopping.abort();
        this.time.after(1_000, () => {
          this.hire(place);
          this.wake();
        });
    }
  }

  /** What needs room on the disk waits until there is some. */
  private onceThereIsRoom(write: () => void): void {
    if (this.board.isFull) this.time.after(1_000, () => this.onceThereIsRoom(write));
    else write();
  }

  private wakeAtMs = Number.POSITIVE_INFINITY;

  /** Workers look for jobs whose time has come, at that time. */
  private wake(): void {
    const open = this.board.jobs.filter((job) => !job.lockedBy && !job.dead && job.key !== null);
    if (open.length === 0) return;
    const atMs = Math.max(Math.min(...open.map((job) => job.runAtMs)), this.time.nowMs + 1);
    if (atMs >= this.wakeAtMs) return;
    this.wakeAtMs = atMs;
    this.time.at(atMs, () => {
      if (this.wakeAtMs !== atMs) return;
      this.wakeAtMs = Number.POSITIVE_INFINITY;
      if (this.board.isFull) return this.onceThereIsRoom(() => this.wake());
      const due = this.board.jobs.filter(
        (job) => !job.lockedBy && !job.dead && job.key !== null && job.runAtMs <= this.time.nowMs,
      );
      for (const job of due) {
        const free = this.processes
          .filter(
            (one) => !one.dead && !one.frozen && !one.stopping.signal.aborted && one.running < CONCURRENCY,
          )
          .sort((a, b) => a.running - b.running)[0];
        // A worker that becomes free looks for a job again.
        if (!free) return;
        this.start(free, job);
      }
      this.wake();
    });
  }

  private start(process: Process, job: Job): void {
    job.lockedBy = process.id;
    process.running += 1;
    const run: Run = { process, job, lease: null, readAtMs: null, rejected: false, mayWrite: false };
    const info: JobInfo = {
      id: String(job.id),
      task: 'sync_schedule',
      workerId: process.id,
      signal: process.stopping.signal,
    };
    const breaks = () => {
      const full = this.fills.find((one) => one.calls-- <= 0);
      this.fills = this.fills.filter((one) => one !== full);
      if (full) this.fillDisk(full.ms);
      const due = this.breaks.find((one) => one.calls-- <= 0);
      this.breaks = this.breaks.filter((one) => one !== due);
      return due ?? null;
    };
    const ctx: ReconcileContext = {
      ledger: this.board.ledger(process, {
        breaks,
        onLease: (lease) => {
          run.lease = lease;
        },
        onJournal: () => {
          run.mayWrite = true;
        },
      }),
      crossmark: this.crossmark.client(process, this.watcher(run)),
      log: silent,
      settings: { retry: DEFAULT_RETRY_POLICY, leaseMs: LEASE_MS, confirmAfterMs: 0 },
      now: () => new Date(this.time.nowMs + process.clockAheadMs).toISOString(),
      deadline: (ms) => {
        const controller = new AbortController();
        this.time.after(ms, () => process.see('timers', () => controller.abort(new Error('timed out'))));
        return controller.signal;
      },
    };
    const end = (well: boolean) => {
      process.running -= 1;
      // No other worker may take the lease of a living process, so otherwise nothing would happen
      // to the event until the lease ends.
      if (this.holds(run) && !process.dead && !process.stopping.signal.aborted)
        this.violated(`a run over event ${job.event} is over and keeps its lease`);
      // If a process was thought to be dead, its job was given to another one.
      this.onceThereIsRoom(() => {
        if (job.lockedBy === process.id && this.board.jobs.includes(job)) this.board.endJob(job, well);
        this.wake();
      });
    };
    const { mplanId } = this.board.row(job.event).event;
    const search = mplanId && { mplanId, storeId: STORE_ID, timeZone: job.timeZone };
    // Half of the jobs don't know what to search for, as those that were added by a sweep.
    const ahead = search && job.id % 2 === 0 ? { search, takenAt: this.time.now() } : undefined;
    reconcileWith(ctx, job.event, info, ahead).then(
      () => end(true),
      (error: unknown) => {
        this.note(`${process.id} breaks off: ${error}`);
        if (!(error instanceof Error && [CONNECTION_LOST, DISK_FULL].includes(error.message)))
          this.violated(`threw ${error}`);
        end(false);
      },
    );
  }

  // ---------------------------------------------------------------- what must hold all the time

  private holds(run: Run): boolean {
    const { lease } = run;
    const sync = lease && this.board.row(lease.eventId).sync;
    return Boolean(sync && sync.leaseOwner === lease.owner && (sync.leaseUntil ?? '') > this.time.now());
  }

  private watcher(run: Run): Watcher {
    return {
      readStarted: () => {},
      readAnswered: (event, startedMs, whole) => {
        if (whole) run.readAtMs = startedMs;
        // One that began before the write says nothing about it.
        if (startedMs >= (this.inDoubt.get(event) ?? startedMs)) this.inDoubt.delete(event);
      },
      writeLeaves: (event, what) => this.watchWrite(run, event, what),
    };
  }

  private watchWrite(run: Run, event: number, what: WriteTold): WriteWatch {
    if (!run.mayWrite) this.violated(`a write for event ${event} that is not in the journal`);
    run.mayWrite = false;
    const holder = this.holds(run);
    const others = this.underWay.get(event) ?? new Set();
    this.underWay.set(event, others);
    if (holder) {
      for (const other of others)
        if (other.holder && other.run !== run && !other.run.process.dead && !other.run.process.frozen)
          this.violated(`two writes for event ${event} at one time`);
      if (this.inDoubt.has(event))
        this.violated(`a write for event ${event} without a read after one in doubt`);
      if (run.rejected) this.violated(`a write for event ${event} after a refusal`);
    } else this.disturbed.add(event);
    if ('create' in what) {
      if (!this.chosen.has(`${event} ${what.create} ${what.startsAt}`))
        this.violated(`a booking of ${what.create} at ${what.startsAt}, whom nobody chose`);
    } else if ('remove' in what) this.checkRemoval(run, event, what.remove);
    const mine = { run, holder };
    const doubtful = this.inDoubt.has(event);
    others.add(mine);
    if (holder) this.inDoubt.set(event, this.time.nowMs);
    let over = false;
    return {
      over: (certain) => {
        over = true;
        others.delete(mine);
        if (certain && holder) this.inDoubt.delete(event);
      },
      applied: () => {
        if (over || run.process.dead) this.disturbed.add(event);
      },
      hidesAtOnce: (answered) =>
        !holder && 'create' in what && (doubtful || !answered || this.hasUnknown(event)) && this.keepsSeconds,
      hidesLate: (gaveUpAtMs) =>
        'create' in what &&
        (this.hasUnknown(event) || this.isHeld(event)) &&
        this.keepsSeconds &&
        !this.isSoon(gaveUpAtMs),
      rejected: () => {
        if ('create' in what) run.rejected = true;
      },
    };
  }

  /**
   * Something that can't be guaranteed (docs/sync.md). If Crossmark keeps second bookings, its list
   * shows only the newest. So a booking may be hidden for ever by another one that arrives long
   * after its caller gave up, if it arrives between a read and a write, or if the journal doesn't
   * know the hidden one. The same happens if a frozen worker sends a booking and the answer to
   * another one was lost.
   */
  private get keepsSeconds(): boolean {
    return this.story.secondBooking === 'duplicate';
  }

  /** A time so short that no run reads in between, unless people do several things quickly. */
  private isSoon(gaveUpAtMs: number | null): boolean {
    if (gaveUpAtMs === null) return false;
    return this.time.nowMs - gaveUpAtMs < DEFAULT_RETRY_POLICY.blipMs && this.lastDeedAtMs < gaveUpAtMs;
  }

  private isHeld(event: number): boolean {
    return (this.board.row(event).sync?.leaseUntil ?? '') > this.time.now();
  }

  private hasUnknown(event: number): boolean {
    const { steps } = this.board.row(event);
    return this.crossmark
      .plan(event)
      .bookings.some(({ bookingId }) => !steps.some((step) => step.bookingId === bookingId));
  }

  /**
   * A booking that somebody made on Crossmark's site is removed only if somebody here was shown it.
   */
  private checkRemoval(run: Run, event: number, id: BookingId): void {
    const { bookings, reportedAtMs } = this.crossmark.plan(event);
    const booking = bookings.at(-1);
    // One that another hides in the list can't be seen to have changed.
    if (booking?.bookingId !== id || run.readAtMs === null) return;
    if (reportedAtMs !== null && reportedAtMs < run.readAtMs)
      this.violated(`removed booking ${id}, which was read to be the report of done work`);
    // One that was changed there since, or is read in a wrong zone, looks like a new booking.
    if (this.wasZoneWrong) return;
    const { openedAtMs, touchedAtMs } = booking;
    if (touchedAtMs === null && openedAtMs !== null && openedAtMs < run.readAtMs)
      this.violated(`removed booking ${id}, whose work was opened again`);
    if (touchedAtMs === null) return;
    const { repId, startsAt } = booking;
    if (touchedAtMs >= run.readAtMs) return;
    if (this.board.wasShown(event, booking)) return;
    // If somebody here wanted exactly this booking, it counts as ours.
    if (this.decided.has(`${event} ${repId} ${startsAt}`)) return;
    this.violated(`removed booking ${id}, which was made outside and which nobody here has seen`);
  }

  /** Only an action on Crossmark's site may change a decision made here, or cause a conflict. */
  private checkForeign(event: number, what: string): void {
    // An incomplete row looks the same as a change by somebody on Crossmark's site.
    if (this.touchedOutside.has(event) || this.story.fates.some((fate) => fate.kind === 'partial')) return;
    this.violated(`event ${event} is ${what} though nobody touched it on Crossmark's site`);
  }

  private checkSynced(event: number): void {
    if (this.disturbed.has(event)) return;
    const difference = this.difference(event);
    if (difference) this.violated(`event ${event} is said to be synced: ${difference}`);
  }

  /** How Crossmark differs from the board, or null. */
  private difference(event: number): string | null {
    const row = this.board.row(event);
    const wanted = this.board.wanted(row);
    // The finished work stays, also if another person's booking made its reissue unnecessary.
    const due = row.schedule && dueReissue(row.schedule, row.steps);
    const all = this.crossmark.plan(event).bookings;
    // One that another hides in the list can't be seen to have changed.
    const isHidden = (one: SiteBooking) =>
      one !== all.at(-1) && reopenedBookings(row.steps).has(one.bookingId);
    const bookings = all.filter(
      (one) => !isHistory(one, row.steps) && !isHidden(one) && one.bookingId !== due?.bookingId,
    );
    const held =
      bookings.map((one) => `${one.bookingId} ${one.repId} ${one.startsAt}`).join(' and ') || 'nothing';
    if (!wanted) {
      // Booked by somebody unknown here: shown as such and left alone.
      const [only] = bookings;
      const known = this.board.knownReps();
      // The report of done work stays as well, also if it was listed without its number.
      const isReport = this.crossmark.plan(event).condition === 'Submitted';
      const isLeft = only && only.bookingId === row.sync?.bookingId && !known.has(only.repId);
      const left = bookings.length === 1 && (isReport || isLeft);
      return bookings.length === 0 || left ? null : `nobody is wanted, Crossmark has ${held}`;
    }
    // Crossmark's list has no ends, so a late write or a person on Crossmark's site may change an
    // end without a trace (docs/sync.md).
    const isEndSeen = !this.resized.has(event) || !this.disturbed.has(event);
    // Reported work keeps its schedule as history if nobody here was the person in the report.
    const isUnknownReport =
      this.crossmark.plan(event).condition === 'Submitted' &&
      this.touchedOutside.has(event) &&
      bookings.length === 1 &&
      bookings[0]?.repId === REPS[2];
    if (isUnknownReport) return null;
    const right = bookings.filter(
      (one) =>
        one.repId === wanted.repId &&
        one.startsAt === wanted.startsAt &&
        (one.endsAt === wanted.endsAt || !isEndSeen),
    );
    return right.length === 1 && bookings.length === 1
      ? null
      : `wanted ${wanted.repId} ${wanted.startsAt}, Crossmark has ${held}`;
  }

  /**
   * Whether all work was opened again that had to be, except work that somebody booked on
   * Crossmark's site meanwhile.
   */
  private isOpened(event: number): boolean {
    const reissueOf = this.board.row(event).schedule?.reissueOf;
    return (
      !reissueOf || this.touchedOutside.has(event) || this.crossmark.plan(event).opened.includes(reissueOf)
    );
  }

  // ---------------------------------------------------------------- the story

  private act(deed: Action): void {
    const { board } = this;
    this.note(`>>> ${JSON.stringify(deed)}`);
    this.lastDeedAtMs = this.time.nowMs;
    if (board.isFull && SAVES.includes(deed.do)) {
      this.note('--- is refused, because the disk is full');
      return;
    }
    switch (deed.do) {
      case 'schedule':
        this.decide(deed.event, { employeeId: deed.person, startsAt: SLOTS[deed.slot] ?? '' });
        break;
      case 'unschedule':
        this.decide(deed.event, null);
        break;
      case 'length':
        this.resized.add(deed.event);
        board.setLength(deed.event, deed.minutes);
        break;
      case 'undo': {
        const before = this.before.get(deed.event);
        if (before) this.decide(deed.event, before);
        break;
      }
      case 'trade': {
        const [a, b] = [board.row(1).schedule, board.row(2).schedule];
        if (!a || !b || !board.takesSchedule(1) || !board.takesSchedule(2)) return;
        this.decide(1, { employeeId: b.employeeId, startsAt: a.startsAt });
        this.decide(2, { employeeId: a.employeeId, startsAt: b.startsAt });
        break;
      }
      case 'reissue':
        board.reissue(deed.event, { employeeId: deed.person, startsAt: SLOTS[deed.slot] ?? '' });
        this.choose(deed.event);
        break;
      case 'outside':
        this.actOutside(deed);
        break;
      case 'choose':
        board.resolve(deed.event, deed.choice);
        this.choose(deed.event);
        break;
      case 'report':
        if (this.crossmark.report(deed.event)) this.touchedOutside.add(deed.event);
        break;
      case 'vanish':
        this.crossmark.plan(deed.event).gone = !this.crossmark.plan(deed.event).gone;
        this.crossmark.record();
        this.touchedOutside.add(deed.event);
        this.disturbed.add(deed.event);
        break;
      case 'zone':
        this.setZone(deed);
        break;
      case 'retry':
        board.retryNow(deed.event);
        break;
      case 'trouble':
        this.processes[deed.worker]?.arm(deed.trouble, deed.calls, deed.phase);
        break;
      case 'breakConnection':
        this.breaks.push({ calls: deed.calls, phase: deed.phase, silentMs: deed.silentMs ?? 0 });
        break;
      case 'skew': {
        const process = this.processes[deed.worker];
        if (process) process.clockAheadMs = deed.aheadMs;
        break;
      }
      case 'fillDisk':
        this.fills.push({ calls: deed.calls, ms: deed.ms });
        break;
      case 'loseJobs':
        board.jobs = board.jobs.filter((job) => job.lockedBy !== null);
        break;
      case 'repeatJob':
        board.addJob(deed.event);
        break;
      case 'sweep':
        board.sweep();
        break;
      case 'refresh':
        this.refresh(deed.behindMs);
        break;
    }
  }

  private decide(event: number, to: { employeeId: number; startsAt: Instant } | null): void {
    const { schedule } = this.board.row(event);
    if (to && !this.board.takesSchedule(event)) return;
    if (schedule) this.before.set(event, { employeeId: schedule.employeeId, startsAt: schedule.startsAt });
    this.board.decide(event, to);
    this.choose(event);
  }

  private choose(event: number): void {
    const { schedule } = this.board.row(event);
    // A person may get their RepID later.
    const repId = this.board.person(schedule?.employeeId)?.repId ?? REPS[2];
    if (!schedule) return;
    this.chosen.add(`${event} ${repId} ${schedule.startsAt}`);
    this.decided.add(`${event} ${repId} ${schedule.startsAt}`);
  }

  /** The disk has no room for a while. */
  private fillDisk(ms: number): void {
    this.note('our disk is full');
    this.board.isFull = true;
    this.time.after(ms, () => {
      this.note('our disk has room again');
      this.board.isFull = false;
      this.wake();
    });
  }

  /** Changes the store's zone; here not while the list is read by the old one. */
  private setZone({ side, zone }: Extract<Action, { do: 'zone' }>): void {
    const timeZone = ZONES[zone] ?? ZONES[0];
    if (side === 'here' && (this.isReading || this.board.isFull)) return;
    if (side === 'here') this.board.setTimeZone(timeZone);
    else this.crossmark.timeZone = timeZone;
    this.crossmark.record();
    this.wasZoneWrong = true;
    for (const { event } of this.board.rows) {
      this.touchedOutside.add(event.id);
      this.disturbed.add(event.id);
    }
    if (side === 'here') this.refresh();
  }

  private actOutside({ event, how, rep, slot }: Extract<Action, { do: 'outside' }>): void {
    const { crossmark, board, time } = this;
    const { bookings } = crossmark.plan(event);
    const booking = bookings.at(-1);
    const repId = REPS[rep] ?? REPS[0];
    const startsAt = SLOTS[slot] ?? '';
    if (!repId) return;
    const { sync, schedule } = board.row(event);
    const quiet = !sync || (sync.state === 'synced' && sync.leaseOwner === null);
    const chosen = (one: RepId, at: Instant) => this.chosen.add(`${event} ${one} ${at}`);
    if (booking && how === 'move') {
      Object.assign(booking, { startsAt, endsAt: endOf(startsAt), touchedAtMs: time.nowMs });
      chosen(booking.repId, startsAt);
    } else if (booking && how === 'person') {
      Object.assign(booking, { repId, touchedAtMs: time.nowMs });
      chosen(repId, booking.startsAt);
    } else if (booking && how === 'remove') crossmark.unbook(booking.bookingId);
    else if (how === 'rebook') {
      // If Crossmark keeps second bookings, its list hides the first one, which nobody could notice
      // here.
      const hidden =
        (bookings.length > 0 || schedule !== null || !quiet) && this.story.secondBooking === 'duplicate';
      if (hidden || !crossmark.takesBookings(event)) return;
      Object.assign(crossmark.book(event, repId, startsAt), { touchedAtMs: time.nowMs });
      chosen(repId, startsAt);
    } else return;
    crossmark.record();
    this.disturbed.add(event);
    this.touchedOutside.add(event);
  }

  private isReading = false;
  private hasLagged = false;

  /**
   * Reads the whole list, which has only one page here. There is one read at a time, and of two in
   * a row at most one is of a copy that lags behind, because what two in a row show counts as true.
   */
  private refresh(behindMs = 0): void {
    const since = this.time.now();
    const fate = this.healed ? { kind: 'fine' as const, latencyMs: 100 } : this.crossmark.nextFate();
    if (this.isReading || this.board.isFull || (fate.kind !== 'fine' && fate.kind !== 'partial')) return;
    this.isReading = true;
    const lags = behindMs > 0 && !this.hasLagged;
    this.hasLagged = lags;
    this.time.after(Math.floor(fate.latencyMs / 2), () => {
      const lacks = fate.kind === 'partial' ? fate.lacks : undefined;
      const { timeZone } = this.board;
      const rows = new Map(
        this.board.rows.map(({ event: { id } }) => [
          id,
          lags
            ? this.crossmark.laggingRow(id, { timeZone, behindMs })
            : this.crossmark.row(id, { timeZone, lacks }),
        ]),
      );
      this.time.after(Math.ceil(fate.latencyMs / 2), () => {
        this.isReading = false;
        if (this.board.isFull) return;
        this.changes += this.board.refresh(rows, since);
        for (const { event } of this.board.rows) this.choose(event.id);
      });
    });
  }

  private changes = 0;

  async toTheEnd(): Promise<void> {
    for (const deed of this.story.deeds) {
      await this.time.pass(this.time.nowMs + deed.afterMs);
      this.act(deed);
      if (this.broken.length > 0) break;
    }
    if (this.broken.length === 0) await this.heal();
    if (this.broken.length > 0) throw this.failure();
  }

  /**
   * From here on, Crossmark, the workers and the database have no faults, and people decide all
   * conflicts and dead letters.
   */
  private async heal(): Promise<void> {
    const { board, crossmark, time } = this;
    this.note('--- all heals');
    this.lastDeedAtMs = time.nowMs;
    crossmark.heal();
    this.breaks = [];
    this.fills = [];
    for (const process of this.processes) {
      process.disarm();
      process.clockAheadMs = 0;
    }
    for (const plan of crossmark.plans) plan.gone = false;
    board.setTimeZone(crossmark.timeZone);
    crossmark.record();
    const cyd = board.people.find((person) => person.repId === null);
    if (cyd) cyd.repId = REPS[2] ?? null;
    await time.pass();
    for (let n = 1; n <= this.hired; n++)
      for (let place = 1; place <= WORKERS; place++) {
        const id = `worker-${place}.${n}`;
        if (this.processes[place - 1]?.id !== id) board.rescue(id);
      }
    this.healed = true;
    // Leases that nobody gave back have to end first, because the sweep skips their events until
    // then.
    await time.pass(time.nowMs + LEASE_MS + 1_000);
    for (let round = 0; ; round++) {
      this.changes = 0;
      await time.pass();
      this.changes += board.sweep();
      await time.pass();
      // A change at the very moment at which a read begins may be missing in it.
      await time.pass(time.nowMs + 1_000);
      // Nobody has to wait for the next refresh.
      for (const { event, sync } of board.rows)
        if (sync?.state === 'waiting' || (sync?.state === 'failed' && sync.failureKind !== 'rejected'))
          this.violated(`event ${event.id} fails though all is well: ${sync.failureReason}`);
      this.refresh();
      await time.pass();
      for (const { event, sync } of board.rows) {
        if (sync?.state === 'conflict') {
          this.note(`event ${event.id}: a person chooses ${this.story.choice}`);
          board.resolve(event.id, this.story.choice);
          this.choose(event.id);
          this.changes += 1;
        } else if (sync?.state === 'failed') {
          // Only a change that was made here after the last that was synced can be one that closed work
          // refuses for good.
          const isClosed =
            CLOSED_CONDITIONS.includes(crossmark.plan(event.id).condition) &&
            sync.wantedVersion > sync.syncedVersion;
          if (sync.failureKind !== 'rejected' || (round >= 2 && !isClosed))
            this.violated(`event ${event.id} is a dead letter: ${sync.failureReason}`);
          const unschedules = isClosed && round >= 1;
          this.note(
            `event ${event.id}: a person ${unschedules ? 'unschedules' : 'retries'} it (${sync.failureReason})`,
          );
          if (unschedules) board.decide(event.id, null);
          else board.retryNow(event.id);
          this.changes += 1;
        }
      }
      await time.pass();
      if (this.changes === 0) break;
      if (round === HEALING_ROUNDS) return this.violated('it does not come to rest');
    }
    for (const { event, sync } of board.rows) {
      const difference = this.difference(event.id);
      if (difference) this.violated(`event ${event.id} ends wrong: ${difference}`);
      if (!this.isOpened(event.id)) this.violated(`event ${event.id} is synced and was never opened again`);
      if (event.goneSince) this.violated(`event ${event.id} is back at Crossmark and counts as gone here`);
      if (sync && (sync.state !== 'synced' || sync.leaseOwner || sync.wantedVersion !== sync.syncedVersion))
        this.violated(`event ${event.id} is stuck: ${JSON.stringify(sync)}`);
    }
    await this.checkRest();
  }

  /** Checks that every job that runs now finds nothing to do. */
  private async checkRest(): Promise<void> {
    const before = this.crossmark.writes;
    for (const { event } of this.board.rows) this.board.addJob(event.id);
    await this.time.pass();
    this.changes = 0;
    this.refresh();
    await this.time.pass();
    if (this.crossmark.writes > before || this.changes > 0) this.violated('repeated jobs do something');
  }

  private failure(): StoryError {
    return new StoryError([...this.broken, 'What happened:', ...this.history].join('\n'));
  }
}
