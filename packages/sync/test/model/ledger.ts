import type { BookingId, MplanId, RepId, StoreId } from '@scheduler/crossmark';
import type { AttemptOutcome } from '@scheduler/db';
import { addMinutes, CLOSED_CONDITIONS, type Instant, workDateOf } from '@scheduler/scheduling';
import {
  type Claim,
  type EventState,
  type JournalStep,
  type Lease,
  LeaseLostError,
  type Ledger,
} from '../../src/reconcile/ledger.ts';
import {
  bookingColumns,
  dueReissue,
  isInDoubt,
  type KnownBooking,
  knownBooking,
  writesBeneath,
} from '../../src/reconcile/observe.ts';
import {
  type AdoptedSchedule,
  type KnownRep,
  type LocalEvent,
  scheduleOf,
  withAgreedEnd,
} from '../../src/refresh/adopt.ts';
import { classifyDrift, conditionOf, needsWrite } from '../../src/refresh/drift.ts';
import { endOf, type ModelCrossmark, ZONES, type Zone } from './crossmark.ts';
import type { Process, VirtualTime } from './time.ts';

/** The one store. */
export const STORE_ID = '300001' as StoreId;

/** Longer than a call to Crossmark: a write of the holder may begin and end while another waits for its lease. */
const SLOW_LEASE_MS = 250;

/** How a run ends whose connection was lost, or for which the disk was full. */
export const CONNECTION_LOST = 'connection lost';
export const DISK_FULL = 'disk full';

/** What happens to the connection during a call. */
export interface Break {
  /** Before or after the call was done. */
  phase: 'before' | 'after';
  /** How long the process waits before it learns of it. */
  silentMs: number;
}

/** The calls that need no room on the disk. */
const READS: readonly (keyof Ledger)[] = ['readEvent', 'ownerOf'];

/** For each condition of a synced event: those that it may have had before. */
const FOLLOWED_BY = {
  Unstaffed: ['Scheduled', 'Staffed'],
  Scheduled: ['Unstaffed'],
  Submitted: ['Unstaffed', 'Scheduled', 'Staffed', 'Reissued'],
};

type SyncRow = EventState['sync'];
type ScheduleRow = NonNullable<EventState['schedule']>;
type Person = NonNullable<EventState['employee']>;

/** A job of the queue. One that lost its key to a newer one is forgotten once it ends. */
export interface Job {
  id: number;
  event: number;
  key: string | null;
  runAtMs: number;
  attempts: number;
  lockedBy: string | null;
  dead: boolean;
  /** The store's zone when the job was added. */
  timeZone: Zone;
}

interface EventRow {
  event: EventState['event'];
  schedule: ScheduleRow | null;
  sync: SyncRow | null;
  steps: JournalStep[];
  wasEndedThere: boolean;
}

const NO_FAILURE = {
  attempts: 0,
  failingSince: null,
  nextAttemptAt: null,
  failureKind: null,
  failureReason: null,
};
const RELEASED = { leaseOwner: null, leaseUntil: null };
/** A schedule without anything special. */
const NOTHING_SPECIAL = {
  overrideReason: null,
  reissueOf: null,
  reissueExpiresOn: null,
  reissueResponses: null,
};

/**
 * The board's database: events, schedules, sync rows, the journal and the queue, as rows in memory.
 */
export class Board {
  readonly rows: EventRow[];
  jobs: Job[] = [];
  /** The store's zone, as it is set here. */
  timeZone: Zone = ZONES[0];
  /** The disk has no room: nothing can be written. */
  isFull = false;
  readonly people: Person[];
  private nextId = 1;
  readonly time: VirtualTime;
  private readonly tell: (what: string) => void;
  onJobs: () => void = () => {};
  /** Is called for every change here that comes from Crossmark's side. */
  onForeign: (event: number, what: 'adopted' | 'in conflict') => void = () => {};
  private readonly observed: { event: number; held: KnownBooking }[] = [];

  constructor(count: number, time: VirtualTime, tell: (what: string) => void) {
    this.time = time;
    this.tell = tell;
    const base = { createdAt: time.now(), updatedAt: time.now() };
    this.people = [
      { name: 'Ada', repId: '100001' },
      { name: 'Bob', repId: '100002' },
      { name: 'Cyd', repId: null },
    ].map(({ name, repId }, index) => ({
      ...base,
      id: index + 1,
      storeId: 1,
      name,
      email: null,
      phone: null,
      role: 'Event Specialist',
      employeeNumber: null,
      repId: repId as RepId | null,
      linkState: repId ? 'linked' : 'not_found',
      linkReason: null,
      adultBeverageTrained: false,
      terminatedOn: null,
      version: 1,
    }));
    this.rows = Array.from({ length: count }, (_, index) => ({
      event: {
        ...base,
        id: index + 1,
        storeId: 1,
        mplanId: `4000000${index + 1}` as MplanId,
        name: `Event ${index + 1}`,
        eventNumber: null,
        type: 'Core',
        typeByHand: false,
        neverPlan: false,
        rulesVersion: 0,
        startsOn: '2026-01-01',
        dueOn: '2026-02-01',
        durationMinutes: 390,
        durationSource: 'rules',
        condition: 'Unstaffed',
        instructionsUrl: null,
        instructionsAskedAt: null,
        projectReferenceNumber: null,
        goneSince: null,
        missingRuns: 0,
        missingSince: null,
      },
      schedule: null,
      sync: null,
      steps: [],
      wasEndedThere: false,
    }));
  }

  row(event: number): EventRow {
    const row = this.rows[event - 1];
    if (!row) throw new Error(`There is no event ${event}.`);
    return row;
  }

  person(id: number | undefined): Person | null {
    return this.people.find((person) => person.id === id) ?? null;
  }

  /** What should be at Crossmark; undefined if that can't be said in its terms. */
  wanted({ schedule, steps }: EventRow) {
    if (!schedule) return null;
    const repId = this.person(schedule.employeeId)?.repId;
    if (!repId) return undefined;
    const { startsAt, endsAt } = schedule;
    return { repId, startsAt, endsAt, reissue: dueReissue(schedule, steps) };
  }

  addJob(event: number, runAtMs = this.time.nowMs): void {
    const key = `event:${event}`;
    const job = this.jobs.find((one) => one.key === key);
    if (job?.dead) this.jobs = this.jobs.filter((one) => one !== job);
    else if (job?.lockedBy) job.key = null;
    else if (job) {
      Object.assign(job, { runAtMs, attempts: 0 });
      this.onJobs();
      return;
    }
    const { timeZone } = this;
    this.jobs.push({
      id: this.nextId++,
      event,
      key,
      runAtMs,
      attempts: 0,
      lockedBy: null,
      dead: false,
      timeZone,
    });
    this.onJobs();
  }

  /** Ends a job: it succeeded, or it failed and runs again. */
  endJob(job: Job, well: boolean): void {
    if (well || job.key === null) this.jobs = this.jobs.filter((one) => one !== job);
    else {
      job.attempts += 1;
      Object.assign(job, {
        lockedBy: null,
        runAtMs: this.time.nowMs + Math.exp(Math.min(job.attempts, 10)) * 1_000,
      });
    }
    this.onJobs();
  }

  private syncOf(row: EventRow): SyncRow {
    row.sync ??= {
      eventId: row.event.id,
      state: 'synced',
      wantedVersion: 0,
      syncedVersion: 0,
      wantedAt: null,
      syncedAt: null,
      bookingId: null,
      bookedRepId: null,
      bookedRepNames: null,
      bookedStartsAt: null,
      bookedEndsAt: null,
      doubt: null,
      heldBackSince: null,
      ...RELEASED,
      ...NO_FAILURE,
      conflict: null,
      updatedAt: this.time.now(),
    };
    return row.sync;
  }

  private wantChange(row: EventRow): void {
    const sync = this.syncOf(row);
    const now = this.time.now();
    Object.assign(sync, NO_FAILURE, { state: 'pending', conflict: null, updatedAt: now, wantedAt: now });
    sync.wantedVersion += 1;
    row.wasEndedThere = false;
    this.addJob(row.event.id);
  }

  /** A dispatcher's save: this person at this time, or nobody. */
  decide(event: number, to: { employeeId: number; startsAt: Instant } | null): void {
    const row = this.row(event);
    if (!to && (!row.schedule || !this.mayEnd(row))) return;
    const { reissueOf, reissueExpiresOn, reissueResponses } = row.schedule ?? NOTHING_SPECIAL;
    this.put(row, to, { reissueOf, reissueExpiresOn, reissueResponses });
  }

  /** Whether a dispatcher may unschedule it: what was synced and then reported stays as history. */
  private mayEnd({ event, sync }: EventRow): boolean {
    return event.condition !== 'Submitted' || sync?.syncedVersion !== sync?.wantedVersion;
  }

  /** Whether the rules let a dispatcher schedule an event, or change its schedule. */
  takesSchedule(event: number): boolean {
    const { event: local, schedule } = this.row(event);
    return !CLOSED_CONDITIONS.includes(local.condition) || Boolean(schedule?.reissueOf);
  }

  /** An admin sets the store's zone. Schedules keep their instants. */
  setTimeZone(timeZone: Zone): void {
    this.timeZone = timeZone;
    for (const { schedule } of this.rows)
      if (schedule) schedule.workDate = workDateOf(schedule.startsAt, timeZone);
  }

  /** A dispatcher changes only the length of a schedule. */
  setLength(event: number, minutes: number): void {
    const row = this.row(event);
    const { schedule } = row;
    if (!schedule || !this.takesSchedule(event)) return;
    const { startsAt, version } = schedule;
    row.schedule = { ...schedule, endsAt: addMinutes(startsAt, minutes), version: version + 1 };
    this.wantChange(row);
  }

  /** A dispatcher reissues work that Crossmark has booked, if the booking has arrived there. */
  reissue(event: number, to: { employeeId: number; startsAt: Instant }): void {
    const row = this.row(event);
    const { schedule, sync } = row;
    if (!schedule || sync?.state !== 'synced' || !sync.bookingId || sync.leaseOwner) return;
    row.schedule = null;
    row.event.condition = 'Reissued';
    this.put(row, to, {
      reissueOf: sync.bookingId,
      reissueExpiresOn: '2026-03-01',
      reissueResponses: false,
    });
  }

  private put(
    row: EventRow,
    to: { employeeId: number; startsAt: Instant } | null,
    kept: Pick<NonNullable<EventRow['schedule']>, 'reissueOf' | 'reissueExpiresOn' | 'reissueResponses'>,
  ): void {
    const now = this.time.now();
    row.schedule = to && {
      id: row.schedule?.id ?? this.nextId++,
      eventId: row.event.id,
      ...to,
      endsAt: endOf(to.startsAt),
      workDate: workDateOf(to.startsAt, this.timeZone),
      source: 'board',
      version: (row.schedule?.version ?? 0) + 1,
      ...NOTHING_SPECIAL,
      ...kept,
      endedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    this.wantChange(row);
  }

  retryNow(event: number): void {
    const { sync } = this.row(event);
    if (!sync || sync.state === 'synced' || sync.state === 'conflict') return;
    Object.assign(sync, NO_FAILURE, { state: 'pending', conflict: null, updatedAt: this.time.now() });
    this.addJob(event);
  }

  /** Releases the jobs and leases of a process that sends no heartbeat. */
  rescue(processId: string): void {
    for (const { sync } of this.rows)
      if (sync?.leaseOwner?.split('/')[0] === processId) Object.assign(sync, RELEASED);
    const held = this.jobs.filter((job) => job.lockedBy === processId);
    this.jobs = this.jobs.filter((job) => !(held.includes(job) && job.key === null));
    for (const job of held) Object.assign(job, { lockedBy: null, runAtMs: this.time.nowMs });
    if (held.length > 0) this.onJobs();
  }

  /** Adds a job for each event that needs one and has none; returns how many. */
  sweep(): number {
    const now = this.time.now();
    const lost = this.rows.filter(
      ({ event, sync }) =>
        sync &&
        (sync.state === 'pending' || sync.state === 'waiting') &&
        (sync.leaseUntil === null || sync.leaseUntil < now) &&
        !this.jobs.some((job) => job.key === `event:${event.id}` && !job.dead),
    );
    for (const { event } of lost) this.addJob(event.id);
    return lost.length;
  }

  private local(row: EventRow): LocalEvent {
    return {
      event: row.event,
      schedule: row.schedule,
      repId: this.person(row.schedule?.employeeId)?.repId ?? null,
      sync: row.sync,
      wasEndedThere: row.wasEndedThere,
    };
  }

  /**
   * Whether this booking was shown to somebody here, perhaps in part: it was adopted, is
   * remembered, or is part of a conflict.
   */
  wasShown(event: number, booking: { bookingId: BookingId; repId: RepId; startsAt: Instant }): boolean {
    const tells = <T>(part: T | null, whole: T) => part === null || part === whole;
    return this.observed.some(
      ({ event: of, held }) =>
        of === event &&
        tells(held.bookingId, booking.bookingId) &&
        tells(held.repId, booking.repId) &&
        tells(held.startsAt, booking.startsAt),
    );
  }

  private show(event: number, held: KnownBooking | null): void {
    if (held) this.observed.push({ event, held });
  }

  /**
   * Processes a page of Crossmark's list, which was requested at `since`, as a refresh does.
   * Returns how many events it changed, without those of which only the knowledge grew.
   */
  refresh(listed: ReadonlyMap<number, ReturnType<ModelCrossmark['row']>>, since: Instant): number {
    const reps = this.knownReps();
    const now = this.time.now();
    const { timeZone } = this;
    let changed = 0;
    for (const [event, listedRow] of listed) {
      const row = this.row(event);
      if (!listedRow) {
        if (row.event.missingRuns < 2) changed += 1;
        this.countMissing(row, since);
        continue;
      }
      if (!needsWrite(listedRow, this.local(row), since, timeZone)) {
        if (row.sync) row.sync.doubt = null;
        continue;
      }
      const verdict = classifyDrift({
        row: listedRow,
        local: this.local(row),
        since,
        began: since,
        complete: true,
        confirmAfterMs: 0,
        timeZone,
        reps,
        steps: row.steps,
        wanted: this.wanted(row),
      });
      const condition = conditionOf(listedRow, this.local(row), since, verdict.kind);
      if (row.sync) row.sync.doubt = null;
      if (verdict.kind !== 'same') {
        if (verdict.kind !== 'record') changed += 1;
        this.tell(
          `refresh finds event ${event}: ${verdict.kind} ${'held' in verdict ? inWords(verdict.held) : ''}`,
        );
      }
      if ('held' in verdict) this.show(event, verdict.held);
      switch (verdict.kind) {
        case 'same':
          break;
        case 'doubt':
          this.syncOf(row).doubt = { seenAt: verdict.seenAt, shows: verdict.shows };
          break;
        case 'record':
          Object.assign(this.syncOf(row), bookingColumns(verdict.held), { updatedAt: now });
          break;
        case 'adopt':
          if (row.sync && row.sync.state !== 'synced') throw new Error('adopted over an unsynced change');
          Object.assign(this.syncOf(row), bookingColumns(verdict.held), { updatedAt: now });
          this.onForeign(event, 'adopted');
          this.adopt(row, verdict.becomes);
          if (row.schedule && verdict.stepIds.length > 0) this.reopen(row, verdict.stepIds);
          break;
        case 'repair':
          this.reopen(row, verdict.stepIds);
          break;
        case 'agreed': {
          const sync = this.syncOf(row);
          const settled = {
            state: 'synced',
            conflict: null,
            syncedVersion: sync.wantedVersion,
            syncedAt: now,
          };
          Object.assign(sync, bookingColumns(verdict.held), NO_FAILURE, settled, { updatedAt: now });
          this.settleDoubts(row, { stepId: verdict.stepId, bookingId: verdict.held?.bookingId ?? null });
          this.dropUnlocked(event);
          break;
        }
        case 'conflict':
          this.conflict(row, verdict.held);
      }
      if (row.event.goneSince) changed += 1;
      Object.assign(row.event, { condition, missingRuns: 0, goneSince: null });
    }
    return changed;
  }

  /** A complete refresh lacks an event. Two of them in a row mean that it is gone. */
  private countMissing({ event, sync }: EventRow, since: Instant): void {
    if (sync) sync.doubt = null;
    if (event.missingRuns >= 2) return;
    if (event.missingRuns === 0) event.missingSince = since;
    event.missingRuns += 1;
    if (event.missingRuns === 2) event.goneSince = this.time.now();
    this.tell(`refresh lacks event ${event.id}, ${event.missingRuns} times in a row`);
  }

  knownReps(): Map<string, KnownRep> {
    return new Map(this.people.flatMap((person) => (person.repId ? [[person.repId, person]] : [])));
  }

  private adopt(row: EventRow, theirs: AdoptedSchedule | null): void {
    if (row.schedule && !theirs) row.wasEndedThere = true;
    const now = this.time.now();
    row.schedule = theirs && {
      id: row.schedule?.id ?? this.nextId++,
      eventId: row.event.id,
      ...theirs,
      source: 'crossmark',
      version: (row.schedule?.version ?? 0) + 1,
      ...NOTHING_SPECIAL,
      endedAt: null,
      createdAt: now,
      updatedAt: now,
    };
  }

  private settleDoubts(
    row: EventRow,
    made?: { stepId: number | undefined; bookingId: BookingId | null },
  ): void {
    for (const step of row.steps.filter(isInDoubt))
      if (made && step.id === made.stepId) Object.assign(step, { state: 'done', bookingId: made.bookingId });
      else step.state = 'settled';
  }

  private reopen(row: EventRow, stepIds: readonly number[]): void {
    for (const step of row.steps) if (stepIds.includes(step.id)) step.state = 'unknown';
    Object.assign(this.syncOf(row), { state: 'pending', updatedAt: this.time.now() });
    this.addJob(row.event.id);
  }

  private conflict(row: EventRow, held: KnownBooking | null): void {
    this.onForeign(row.event.id, 'in conflict');
    const now = this.time.now();
    const conflict = {
      bookingId: held?.bookingId ?? null,
      repId: held?.repId ?? null,
      repNames: held?.names ?? '',
      startsAt: held?.startsAt ?? null,
      seenAt: now,
    };
    Object.assign(this.syncOf(row), NO_FAILURE, bookingColumns(held), {
      state: 'conflict',
      conflict,
      updatedAt: now,
    });
    this.show(row.event.id, held);
  }

  /** A person's choice in a conflict. */
  resolve(event: number, choice: 'mine' | 'theirs'): void {
    const row = this.row(event);
    const { sync } = row;
    if (sync?.state !== 'conflict') return;
    if (choice === 'mine') {
      this.wantChange(row);
      return;
    }
    const held = knownBooking({ sync }, []);
    const { condition } = row.event;
    const theirs = scheduleOf({ ...row, condition }, held, this.knownReps(), this.timeZone);
    const agreed = withAgreedEnd(held, theirs);
    this.adopt(row, theirs);
    const now = this.time.now();
    const settled = { state: 'synced', conflict: null, syncedVersion: sync.wantedVersion, syncedAt: now };
    Object.assign(sync, NO_FAILURE, bookingColumns(agreed), settled, { updatedAt: now });
    if (['Unstaffed', 'Scheduled', 'Staffed'].includes(row.event.condition))
      row.event.condition = held ? 'Scheduled' : 'Unstaffed';
    this.settleDoubts(row);
    const beneath = writesBeneath(held, row.steps);
    if (theirs && condition !== 'Submitted' && beneath.length > 0) {
      const ids = beneath.map((step) => step.id);
      this.reopen(row, ids);
    }
  }

  private dropUnlocked(event: number): void {
    this.jobs = this.jobs.filter((job) => job.key !== `event:${event}` || job.lockedBy !== null);
  }

  /**
   * The ledger of one process. Every call has a way there and a way back; in between it is done at
   * once. `breaks` says whether the connection breaks during a call.
   */
  ledger(
    process: Process,
    options: {
      breaks: () => Break | null;
      onLease: (lease: Lease) => void;
      onJournal: () => void;
    },
  ): Ledger {
    const { time } = this;
    const call = <T>(what: keyof Ledger, work: () => T, wayMs = 1): Promise<T> => {
      const arrived = process.call();
      return new Promise<T>((resolve, reject) => {
        const answer = (respond: () => void) => time.after(1, () => process.see('answers', respond));
        const fail = (message: string) => {
          this.tell(`${process.id}: ${message} at ${what}`);
          reject(new Error(message));
        };
        time.after(wayMs, () =>
          process.see('answers', () => {
            const breaks = options.breaks();
            // Of a connection that died without being closed, the process learns only by its time-out.
            const breakOff = () =>
              time.after(breaks?.silentMs ?? 0, () => process.see('timers', () => fail(CONNECTION_LOST)));
            if (breaks?.phase === 'before') return breakOff();
            if (this.isFull && !READS.includes(what)) return answer(() => fail(DISK_FULL));
            try {
              // The caller gets copies of the rows, which don't change any more.
              const value = structuredClone(work());
              if (breaks) breakOff();
              else answer(() => resolve(value));
            } catch (error) {
              if (error instanceof LeaseLostError)
                this.tell(`${process.id} finds at ${what}: ${error.message}`);
              answer(() => reject(error));
            }
            arrived();
          }),
        );
      });
    };
    const owned = (lease: Claim): SyncRow => {
      const { sync } = this.row(lease.eventId);
      if (sync?.leaseOwner !== lease.owner)
        throw new LeaseLostError(`The lease of event ${lease.eventId} is lost.`);
      return sync;
    };
    const stateOf = (eventId: number): EventState | undefined => {
      const { event, schedule, sync, steps } = this.row(eventId);
      const store = { crossmarkStoreId: STORE_ID, timeZone: this.timeZone };
      return sync
        ? {
            sync,
            event,
            store,
            schedule,
            employee: this.person(schedule?.employeeId),
            steps: steps.slice(0, 50),
          }
        : undefined;
    };
    const later = (ms: number) => new Date(time.nowMs + ms).toISOString();
    const release = (lease: Lease, values: Partial<SyncRow>) =>
      Object.assign(owned(lease), RELEASED, NO_FAILURE, values, { updatedAt: time.now() });
    const ended = (lease: Claim, outcome: AttemptOutcome, more = '') =>
      this.tell(`${process.id} ends with event ${lease.eventId}: ${outcome} ${more}`);

    const settle: (...parameters: Parameters<Ledger['settleStep']>) => void = (lease, stepId, result) => {
      const row = this.row(lease.eventId);
      const step = row.steps.find((one) => one.id === stepId);
      const { held, ...known } = result;
      const values = { ...known, answeredAt: time.now() };
      if (row.sync?.leaseOwner === lease.owner) {
        const news = held === undefined ? {} : bookingColumns(held);
        Object.assign(row.sync, news, { updatedAt: time.now() });
        Object.assign(step ?? {}, values);
        return;
      }
      if (result.state !== 'refused' && result.state !== 'not_done') {
        if (row.sync && row.sync.state !== 'conflict')
          Object.assign(row.sync, { state: 'pending', updatedAt: time.now() });
        Object.assign(step ?? {}, values, { state: 'unknown' });
        this.addJob(lease.eventId);
      }
      owned(lease);
    };
    const finish: (
      ...parameters: Parameters<Ledger['finishSynced']>
    ) => Awaited<ReturnType<Ledger['finishSynced']>> = (lease, { version, condition, outcome, summary }) => {
      const sync = owned(lease);
      const { steps } = this.row(lease.eventId);
      const inDoubt = steps.some(isInDoubt);
      if (sync.wantedVersion !== version || inDoubt) return null;
      const now = time.now();
      release(lease, { state: 'synced', conflict: null, syncedVersion: version, syncedAt: now });
      const { event } = this.row(lease.eventId);
      const from: string[] = FOLLOWED_BY[condition];
      if (from.includes(event.condition)) event.condition = condition;
      this.dropUnlocked(lease.eventId);
      ended(lease, outcome, `synced (${summary ?? ''})`);
      this.onSynced(lease.eventId);
      return { clickToSyncedMs: undefined };
    };

    return {
      takeLease: ({ eventId, owner, job }, leaseMs) =>
        call(
          'takeLease',
          () => {
            const { sync } = this.row(eventId);
            if (!sync || sync.state === 'synced' || sync.state === 'conflict') return 'nothing';
            if (sync.leaseUntil && sync.leaseUntil > time.now()) {
              this.addJob(eventId, Date.parse(sync.leaseUntil) + 1_000);
              return 'busy';
            }
            const attemptId = this.nextId++;
            if (sync.state === 'failed')
              Object.assign(sync, { state: 'pending', attempts: 0, failingSince: null });
            Object.assign(sync, { leaseOwner: owner, leaseUntil: later(leaseMs) });
            const takenAt = time.now();
            const lease = { eventId, owner, attemptId, takenAt, state: stateOf(eventId) ?? null };
            this.tell(`${process.id} takes event ${eventId}`);
            options.onLease({ ...lease, job });
            return lease;
          },
          Number(job.id) % 4 === 0 ? SLOW_LEASE_MS : 1,
        ).then((lease) => (typeof lease === 'string' ? lease : { ...lease, job })),
      readEvent: (eventId) => call('readEvent', () => stateOf(eventId)),
      journalStep: (lease, step, leaseMs, condition) =>
        call('journalStep', () => {
          Object.assign(owned(lease), { leaseUntil: later(leaseMs), updatedAt: time.now() });
          const id = this.nextId++;
          const create = step.kind === 'create' ? step : null;
          const reissue = step.kind === 'reissue' ? step : null;
          this.row(lease.eventId).steps.unshift({
            id,
            eventId: lease.eventId,
            kind: step.kind,
            state: 'sent',
            repId: step.kind === 'delete' ? null : step.repId,
            scheduleId: reissue?.scheduleId ?? null,
            startsAt: create?.startsAt ?? reissue?.workedAt ?? null,
            endsAt: create?.endsAt ?? null,
            bookingId: step.kind === 'create' ? null : step.bookingId,
            condition,
            detail: null,
            sentAt: time.now(),
            answeredAt: null,
          });
          options.onJournal();
          return id;
        }),
      settleStep: (...parameters) => call('settleStep', () => settle(...parameters)),
      settleAndFinish: (lease, stepId, made, finished) =>
        call('settleAndFinish', () => {
          settle(lease, stepId, { state: 'done', ...made });
          return finish(lease, finished);
        }),
      ownerOf: (bookingId, event) =>
        call('ownerOf', () => {
          const owner = this.rows.find((row) => row.event.id !== event && row.sync?.bookingId === bookingId);
          return owner?.event.mplanId ?? null;
        }),
      commitObservation: (lease, held, settled) =>
        call('commitObservation', () => {
          Object.assign(owned(lease), bookingColumns(held), { updatedAt: time.now() });
          for (const { id, state, bookingId } of settled) {
            const step = this.row(lease.eventId).steps.find((one) => one.id === id);
            const values = { state, answeredAt: time.now(), ...(bookingId ? { bookingId } : {}) };
            Object.assign(step ?? {}, values);
          }
        }),
      finishSynced: (...parameters) => call('finishSynced', () => finish(...parameters)),
      finishConflict: (lease, { version, held, reason }) =>
        call('finishConflict', () => {
          if (owned(lease).wantedVersion !== version) return null;
          release(lease, {});
          this.conflict(this.row(lease.eventId), held);
          ended(lease, 'conflict', reason);
          return true;
        }),
      finishWaiting: (lease, { version, reason }) =>
        call('finishWaiting', () => {
          if (owned(lease).wantedVersion !== version) return null;
          release(lease, { state: 'waiting', failureReason: reason });
          return true;
        }),
      finishFailed: (lease, failure) =>
        call('finishFailed', () => {
          const sync = owned(lease);
          const { kind: failureKind, reason: failureReason } = failure;
          if (failure.version !== null && sync.wantedVersion !== failure.version) {
            Object.assign(sync, RELEASED);
            this.addJob(lease.eventId);
            ended(lease, 'retry', 'at once, for what is wanted moved');
            return 'retry';
          }
          const failingSince = sync.failingSince ?? time.now();
          const failingForMs = time.nowMs - Date.parse(failingSince);
          const verdict = failure.decide({ earlierAttempts: sync.attempts, failingForMs });
          if (failureKind === 'rejected' && !verdict.dead) throw new Error('a refusal is retried');
          const failed = { ...RELEASED, failureKind, failureReason, failingSince, updatedAt: time.now() };
          ended(lease, verdict.dead ? 'dead' : 'retry', failureReason);
          if (verdict.dead) {
            Object.assign(sync, failed, {
              state: 'failed',
              attempts: sync.attempts + 1,
              nextAttemptAt: null,
            });
            this.addJob(lease.eventId);
            for (const job of this.jobs) if (job.key === `event:${lease.eventId}`) job.dead = true;
            return 'dead';
          }
          const runAt = later(verdict.retryInMs);
          const attempts = sync.attempts + (verdict.spent ? 1 : 0);
          const { failingSince: before } = sync;
          const next = verdict.waitsFor
            ? { nextAttemptAt: null, failingSince: before }
            : { nextAttemptAt: runAt };
          Object.assign(sync, failed, next, { state: 'waiting', attempts });
          this.addJob(lease.eventId, Date.parse(runAt));
          return 'retry';
        }),
      handBack: (lease, afterMs, summary) =>
        call('handBack', () => {
          Object.assign(owned(lease), RELEASED);
          this.addJob(lease.eventId, time.nowMs + afterMs);
          ended(lease, 'interrupted', summary);
        }),
      abandon: (lease) => call('abandon', () => ended(lease, 'interrupted', 'another worker took over')),
    };
  }

  onSynced: (event: number) => void = () => {};
}

const inWords = (
  held: { bookingId: BookingId | null; repId: RepId | null; startsAt: Instant | null } | null,
) => (held ? `${held.bookingId} ${held.repId} ${held.startsAt}` : 'nothing');
