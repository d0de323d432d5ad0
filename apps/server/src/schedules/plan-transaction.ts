import {
  employees,
  events,
  idList,
  jsonRows,
  onlyRow,
  pipeline,
  schedules,
  stores,
  type Tx,
} from '@scheduler/db';
import {
  bookedElsewhere,
  type EventRecord,
  eventFacts,
  eventLabel,
  type Person,
  readForPlan,
  type ScheduleRecord,
  type SyncRecord,
} from '@scheduler/db/facts';
import { currentOrigin, type Origin } from '@scheduler/runtime';
import { currentInstant } from '@scheduler/runtime/clock';
import {
  addMinutes,
  CLOSED_CONDITIONS,
  evaluate,
  formatWhen,
  type Holiday,
  type Instant,
  type PersonFacts,
  type PlannedWork,
  type Reason,
  supervisorEventFor,
  supervisorPlan,
  type WorkDate,
  workDateOf,
} from '@scheduler/scheduling';
import { type EventSearch, type EventTask, wantChangesWithSql } from '@scheduler/sync';
import { and, eq, ne, type SQL, sql } from 'drizzle-orm';
import { type AuditEntry, auditSql } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import type { Actor } from '../trpc/context.ts';
import { snapshot, staleSchedule } from './changes.ts';
import type { PairedOutcome } from './types.ts';

/** The overridden soft reasons, and why. */
export interface Accepted {
  overrideReason: string | null;
  overridden: string[];
}
export const NOTHING_OVERRIDDEN: Accepted = { overrideReason: null, overridden: [] };

/** The fields of a schedule of reissued work. */
export type ReissueColumns = Pick<ScheduleRecord, 'reissueOf' | 'reissueExpiresOn' | 'reissueResponses'>;

/** Reads a schedule without a lock, to find out what to lock. */
export async function findScheduleUnlocked(tx: Tx, scheduleId: number): Promise<ScheduleRecord> {
  const [row] = await tx.select().from(schedules).where(eq(schedules.id, scheduleId));
  if (!row) throw notFound('schedule', scheduleId);
  return row;
}

const [STORES, EVENTS, SCHEDULES] = [jsonRows(stores), jsonRows(events), jsonRows(schedules)];

/** The largest offset of a zone from UTC. */
const FURTHEST_ZONES_HOURS = [-12, 14];

/** A change of schedules, for which {@link openPlan} locks and reads. */
export interface PlannedChange {
  eventIds: readonly number[];
  employeeIds: readonly number[];
  /** Whether the Supervisor event of a Core may change too. */
  pairs: boolean;
  /** Instants whose weeks the rules need. */
  at: readonly Instant[];
  /** The most schedules that may be created. */
  newSchedules?: number;
  /**
   * Whether work of several stores may change, as in a batch of several people; otherwise only that
   * of the first event's store.
   */
  anyStore?: boolean;
  /** Whether the transaction is one of `transactById`, which finds rows by id already. */
  byId?: boolean;
}

/** The settings of `transactById`, for any other transaction. */
const FIND_BY_ID = sql`
  select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)`;

/**
 * The statements that lock the rows which a change of schedules touches: stores, events, people,
 * schedules, each by rising id.
 */
function locksFor(tx: Tx, what: PlannedChange) {
  const named = idList(what.eventIds);
  // Arrays instead of joins: then Postgres looks rows up by id, whatever row counts it estimates.
  // Also lock all Cores and Supervisor events of the number. Relies on the index events_number.
  const touched = sql`array(
    select unnest(${named}) id union
    select family.id from events named
    join events family on family.store_id = named.store_id and family.event_number = named.event_number
    where ${what.pairs} and named.id = any(${named}) and named.type = 'Core'
      and family.type in ('Core', 'Supervisor') and family.gone_since is null)`;
  // Also lock everyone eligible for the noon check, if there is one.
  const concerned = sql`array(
    select unnest(${idList(what.employeeIds)}) id union
    select id from employees
    where ${what.pairs} and role in ('Club Supervisor', 'Lead Event Specialist')
      and store_id = any(array(select store_id from events where type = 'Supervisor' and id = any(${touched}))))`;
  const statements = [
    async () => {
      if (!what.byId) await tx.execute(FIND_BY_ID);
    },
    // Each part refers to the one before it, and therefore locks after it. A change of the store's zone waits, because work
    // days depend on the zone.
    () =>
      tx.execute<{ stores: unknown; events: unknown; people: number[] }>(sql`
        with locked_stores as materialized (
          select ${STORES.columns} from stores
          where id in (select store_id from events where id = any(${named})) order by id for share
        ), locked_events as materialized (
          select ${EVENTS.columns} from events
          where id = any(${touched}) and (select count(*) from locked_stores) >= 0 order by id for no key update
        ), locked_people as materialized (
          select id from employees
          where id = any(${concerned}) and (select count(*) from locked_events) >= 0 order by id for no key update
        )
        select ${STORES.in(sql`locked_stores`)} stores, ${EVENTS.in(sql`locked_events`)} events,
          array(select id from locked_people) people`),
    () =>
      tx.execute(sql`
        select ${SCHEDULES.columns} from schedules
        where event_id = any(${touched}) and ended_at is null order by id for no key update`),
  ] as const;
  return { touched, concerned, statements };
}

/**
 * Locks all that {@link openPlan} locks, and reads nothing. For a transaction that writes other
 * rows, such as a person's time off, before it opens the plan.
 */
export async function lockForPlan(tx: Tx, what: PlannedChange): Promise<void> {
  await pipeline(...locksFor(tx, what).statements);
}

/**
 * Locks the rows that a change of schedules touches, then reads the facts that the rules need.
 * Every writer of schedules locks the people concerned and therefore sees all of their work, so
 * "one Core a day" and similar rules hold under concurrency. A missing row is refused when it is
 * first used.
 */
export async function openPlan(tx: Tx, what: PlannedChange): Promise<Plan> {
  const { touched, concerned, statements } = locksFor(tx, what);
  // Read committed: later statements see commits made while locks were awaited.
  const [, [locked], foundLive, facts] = await pipeline(...statements, () =>
    readForPlan(tx, {
      events: touched,
      people: concerned,
      // The zones of the stores are not known yet, so this covers the day in every zone.
      days: what.at.flatMap((instant) =>
        FURTHEST_ZONES_HOURS.map((hours) => workDateOf(addMinutes(instant, 60 * hours), 'UTC')),
      ),
      newSchedules: what.newSchedules ?? 0,
    }),
  );
  // Somebody may have become a Lead while locks were awaited. Who is not locked may be given other work now, so they wait for
  // the next change.
  const lockedPeople = new Set(locked?.people);
  return new Plan({
    stores: STORES.read(locked?.stores ?? []),
    events: EVENTS.read(locked?.events ?? []),
    live: foundLive.map(SCHEDULES.row),
    onlyStoreOf: what.anyStore ? null : (what.eventIds[0] ?? null),
    ...facts,
    people: facts.people.filter(({ id }) => lockedPeople.has(id)),
  });
}

/** A store's row. */
type StoreRecord = typeof stores.$inferSelect;

/** The actor of a change and the request it came from. */
export interface Attribution {
  actor: Actor;
  origin: Origin;
}

/** One change: its audit entry and its job. */
interface PendingChange {
  entry: AuditEntry;
  eventId: number;
  task: EventTask;
}

/**
 * A locked part of the schedules inside one transaction. Its methods write schedules and collect
 * the consequences of each change. `attributeTo` names the actor, and `flush` writes the audit
 * entries, the desired bookings and their jobs.
 */
export class Plan {
  private readonly stores: Map<number, StoreRecord>;
  /** The one store whose work may change; undefined means any. */
  private readonly onlyStore: StoreRecord | undefined;
  private events: Map<number, EventRecord>;
  private readonly people: Map<number, Person>;
  private liveOf: Map<number, ScheduleRecord>;
  /** The version that a schedule had before this transaction first changed it. */
  private versionBefore = new Map<number, number>();
  private ended = new Map<number, ScheduleRecord>();
  private readonly syncOf: Map<number, SyncRecord>;
  private readonly holidays: Holiday[];
  private newIds: number[];
  /** The live work of each person. Its lists are replaced, never changed, so that a copy of the map keeps them. */
  private plannedOf: Map<number, readonly PlannedWork[]>;
  private made: (typeof schedules.$inferInsert)[] = [];
  private unsigned: PendingChange[] = [];
  private readonly signed: (PendingChange & Attribution)[] = [];

  constructor(read: {
    stores: StoreRecord[];
    events: EventRecord[];
    live: ScheduleRecord[];
    syncs: SyncRecord[];
    people: Person[];
    scheduleIds: number[];
    planned: PlannedWork[];
    holidays: Holiday[];
    /** The event whose store is the only one allowed; null means any. */
    onlyStoreOf: number | null;
  }) {
    this.newIds = read.scheduleIds;
    this.stores = new Map(read.stores.map((store) => [store.id, store]));
    this.events = new Map(read.events.map((event) => [event.id, event]));
    this.people = new Map(read.people.map((person) => [person.id, person]));
    this.liveOf = new Map(read.live.map((schedule) => [schedule.eventId, schedule]));
    this.syncOf = new Map(read.syncs.map((sync) => [sync.eventId, sync]));
    this.plannedOf = Map.groupBy(read.planned, (work) => work.employeeId);
    this.holidays = read.holidays;
    const only = read.onlyStoreOf === null ? undefined : this.events.get(read.onlyStoreOf);
    this.onlyStore = only && this.stores.get(only.storeId);
  }

  /** Returns what the rules need besides an event and its candidates: its store, the holidays and the work of `people`. */
  surroundings(event: EventRecord, people: Iterable<{ id: number }> = this.people.values()) {
    const planned = [...people].flatMap(({ id }) => this.plannedOf.get(id) ?? []);
    return { store: this.storeOf(event), planned, holidays: this.holidays };
  }

  private storeOf(event: EventRecord): StoreRecord {
    const store = this.stores.get(event.storeId);
    if (!store) throw new Error(`The store of event ${event.id} was not read.`);
    return store;
  }

  event(id: number): EventRecord {
    const event = this.events.get(id);
    if (!event) throw notFound('event', id);
    if (this.onlyStore && event.storeId !== this.onlyStore.id) {
      throw new Refusal(
        `${eventLabel(event)} is not at ${this.onlyStore.name}: only work of one store can be changed together.`,
        { code: 'not_allowed' },
      );
    }
    return event;
  }

  person(id: number): Person {
    const person = this.people.get(id);
    if (!person) throw notFound('person', id);
    return person;
  }

  facts(event: EventRecord) {
    return eventFacts(event, this.liveOf.get(event.id), this.syncOf.get(event.id));
  }

  /**
   * Returns the live schedule of an edit. Throws if it ended or changed after the version that the
   * user saw. A change by this transaction itself, such as of a noon check that follows its Core,
   * makes nothing stale.
   */
  async current(tx: Tx, seen: { scheduleId: number; version: number }): Promise<ScheduleRecord> {
    const live = [...this.liveOf.values()].find((schedule) => schedule.id === seen.scheduleId);
    if (live && (live.version === seen.version || this.versionBefore.get(live.id) === seen.version)) {
      return live;
    }
    const endedHere = this.endedHere(seen);
    if (endedHere) {
      const label = eventLabel(this.event(endedHere.eventId));
      throw new Refusal(`${label} is unscheduled by the same change, so nothing else of it can change.`, {
        code: 'not_allowed',
      });
    }
    const schedule = live ?? (await findScheduleUnlocked(tx, seen.scheduleId));
    const event = this.event(schedule.eventId);
    throw await staleSchedule(tx, schedule, {
      version: seen.version,
      label: eventLabel(event),
      timeZone: this.storeOf(event).timeZone,
    });
  }

  /** Returns a schedule that this transaction has ended, if the user saw the version before that. */
  endedHere(seen: { scheduleId: number; version: number }): ScheduleRecord | undefined {
    return this.versionBefore.get(seen.scheduleId) === seen.version
      ? this.ended.get(seen.scheduleId)
      : undefined;
  }

  /** Refuses an event that Crossmark dropped, because it can't be booked. */
  assertListed(event: EventRecord): void {
    if (event.goneSince === null) return;
    throw new Refusal(
      `Crossmark no longer lists ${eventLabel(event)}, so it can’t be booked there. Refresh if you expect it to be back, or unschedule it.`,
      { code: 'not_allowed' },
    );
  }

  /** Refuses an event that is dropped, or booked in Crossmark for somebody unknown here. */
  assertOpen(event: EventRecord): void {
    this.assertListed(event);
    const names = bookedElsewhere(this.liveOf.get(event.id), this.syncOf.get(event.id));
    if (names === null) return;
    const message = `Crossmark has ${names} booked for ${eventLabel(event)}, and nobody here is linked to that rep. Link that person, or have the booking removed in Crossmark and refresh.`;
    throw new Refusal(message, {
      code: 'rules',
      reasons: [{ code: 'already_scheduled', severity: 'hard', message }],
    });
  }

  /** Refuses a person of another store than the event's. */
  assertSameStore(event: EventRecord, person: Person): void {
    if (person.storeId === event.storeId) return;
    throw new Refusal(`${person.name} belongs to another store than ${eventLabel(event)}.`, {
      code: 'not_allowed',
    });
  }

  reasonsAgainst(
    event: EventRecord,
    person: Person,
    startsAt: Instant,
    ignoreScheduleIds: readonly number[] = [],
    /** Reissued work: its expiry, which takes the window's place. */
    windowEndsOn?: WorkDate | null,
  ): Reason[] {
    this.assertSameStore(event, person);
    return evaluate({
      event: this.facts(event),
      person,
      startsAt,
      ...this.surroundings(event, [person]),
      ignoreScheduleIds,
      ...(windowEndsOn ? { windowEndsOn } : {}),
    });
  }

  /** Lets a change pass that no hard rule forbids and whose soft ones come with a reason; else throws. */
  accept(reasons: Reason[], event: EventRecord, overrideReason: string | undefined): Accepted {
    const hard = reasons.filter((reason) => reason.severity === 'hard');
    const soft = reasons.filter((reason) => reason.severity === 'soft');
    const live = this.liveOf.get(event.id);
    if (hard.length > 0) {
      const sentences = hard.map((reason) =>
        reason.code === 'already_scheduled' && live ? this.alreadyScheduled(event, live) : reason.message,
      );
      throw new Refusal(sentences.join(' '), { code: 'rules', reasons });
    }
    if (soft.length === 0) return NOTHING_OVERRIDDEN;
    const overridden = soft.map((reason) => reason.message);
    if (overrideReason === undefined) {
      throw new Refusal(overridden.join(' '), { code: 'needs_reason', reasons });
    }
    return { overrideReason, overridden };
  }

  private alreadyScheduled(event: EventRecord, live: ScheduleRecord): string {
    const at = formatWhen(live.startsAt, this.storeOf(event).timeZone);
    const who = this.people.get(live.employeeId)?.name;
    return `${eventLabel(event)} is already scheduled${who ? ` for ${who}` : ''} on ${at}. Move that schedule, or unschedule it first.`;
  }

  /** Adds a new schedule, which {@link flush} writes with its audit entry and job. */
  insert(
    event: EventRecord,
    person: Pick<Person, 'id' | 'name'>,
    startsAt: Instant,
    accepted: Accepted,
    what: { pairedWith?: number; reissue?: ReissueColumns; before?: ReturnType<typeof snapshot> } = {},
  ): ScheduleRecord {
    const { pairedWith, reissue, before } = what;
    const id = this.newIds.shift();
    if (id === undefined) throw new Error('More schedules are made than were announced.');
    const nowIs = currentInstant();
    const schedule: ScheduleRecord = {
      id,
      eventId: event.id,
      employeeId: person.id,
      ...this.times(event, startsAt),
      source: 'board',
      version: 1,
      overrideReason: accepted.overrideReason,
      reissueOf: null,
      reissueExpiresOn: null,
      reissueResponses: null,
      ...reissue,
      endedAt: null,
      createdAt: nowIs,
      updatedAt: nowIs,
    };
    const { endedAt: _, createdAt: __, updatedAt: ___, ...made } = schedule;
    this.made.push(made);
    this.remember(schedule);
    this.done(event.id, 'sync_schedule', {
      action: reissue ? 'schedule.reissue' : 'schedule.create',
      subjectType: 'schedule',
      subjectId: schedule.id,
      ...optional({ before }),
      after: {
        ...snapshot(schedule, person.name),
        ...withAccepted(accepted),
        ...optional({ pairedWith }),
        ...reissue,
      },
    });
    return schedule;
  }

  /**
   * Reopens past or reported work for a person. Its earlier schedule, if any, stays as history, and
   * a new one replaces it.
   */
  async reissue(
    tx: Tx,
    event: EventRecord,
    to: {
      person: Pick<Person, 'id' | 'name'>;
      startsAt: Instant;
      accepted: Accepted;
      reissue: ReissueColumns;
    },
  ): Promise<ScheduleRecord> {
    const worked = this.liveOf.get(event.id);
    if (worked)
      await tx
        .update(schedules)
        .set({ endedAt: sql`app_now()`, version: worked.version + 1, updatedAt: sql`app_now()` })
        .where(eq(schedules.id, worked.id));
    const { person, startsAt, accepted, reissue } = to;
    return this.insert(event, person, startsAt, accepted, {
      reissue,
      ...(worked ? { before: snapshot(worked, await this.nameOf(tx, worked.employeeId)) } : {}),
    });
  }

  /** Returns the day of an event's live schedule; null if it has none, or without an event. */
  dayOf(eventId: number | null): WorkDate | null {
    return this.liveOf.get(eventId ?? 0)?.workDate ?? null;
  }

  /** Returns the live schedule and the sync row of an event. */
  standing(event: EventRecord): { live: ScheduleRecord | undefined; sync: SyncRecord | undefined } {
    return { live: this.liveOf.get(event.id), sync: this.syncOf.get(event.id) };
  }

  async update(
    tx: Tx,
    schedule: ScheduleRecord,
    to: {
      person: Pick<Person, 'id' | 'name'>;
      startsAt: Instant;
      accepted: Accepted;
      action: string;
      tradedWith?: number;
      pairedWith?: number;
    },
  ): Promise<ScheduleRecord> {
    const event = this.event(schedule.eventId);
    const changed = onlyRow(
      await tx
        .update(schedules)
        .set({
          employeeId: to.person.id,
          ...this.times(event, to.startsAt),
          version: schedule.version + 1,
          source: 'board',
          overrideReason: to.accepted.overrideReason,
          updatedAt: sql`app_now()`,
        })
        .where(eq(schedules.id, schedule.id))
        .returning(),
    );
    this.rememberVersionBefore(schedule);
    this.remember(changed);
    this.done(event.id, 'sync_schedule_update', {
      action: to.action,
      subjectType: 'schedule',
      subjectId: schedule.id,
      before: snapshot(schedule, this.people.get(schedule.employeeId)?.name ?? ''),
      after: {
        ...snapshot(changed, to.person.name),
        ...withAccepted(to.accepted),
        ...optional({ tradedWith: to.tradedWith, pairedWith: to.pairedWith }),
      },
    });
    return changed;
  }

  /** Sets an event's duration from a file. Its schedule keeps its times until it is updated. */
  async lengthen(tx: Tx, event: EventRecord, durationMinutes: number): Promise<void> {
    const values = { durationMinutes, durationSource: 'file' as const };
    await tx
      .update(events)
      .set({ ...values, updatedAt: sql`app_now()` })
      .where(eq(events.id, event.id));
    this.events.set(event.id, { ...event, ...values });
  }

  async end(tx: Tx, schedule: ScheduleRecord, pairedWith?: number): Promise<ScheduleRecord> {
    const ended = onlyRow(
      await tx
        .update(schedules)
        .set({ endedAt: sql`app_now()`, version: schedule.version + 1, updatedAt: sql`app_now()` })
        .where(eq(schedules.id, schedule.id))
        .returning(),
    );
    // Crossmark sets Canceled and Expired, so they stay.
    const closed = CLOSED_CONDITIONS.map((condition) => ne(events.condition, condition));
    await tx
      .update(events)
      .set({ condition: 'Unstaffed', updatedAt: sql`app_now()` })
      .where(and(eq(events.id, schedule.eventId), ...closed));
    this.rememberVersionBefore(schedule);
    this.ended.set(schedule.id, ended);
    // A later change in the same transaction may use its time.
    this.forgetWork(schedule.eventId);
    this.liveOf.delete(schedule.eventId);
    const name = await this.nameOf(tx, schedule.employeeId);
    this.done(schedule.eventId, 'sync_schedule_deletion', {
      action: 'schedule.unschedule',
      subjectType: 'schedule',
      subjectId: schedule.id,
      before: snapshot(schedule, name),
      after: { ...snapshot(ended, name), ...optional({ pairedWith }) },
    });
    return ended;
  }

  /** The Supervisor event that is scheduled together with a Core: open, listed and not booked. */
  openSupervisorEvent(core: EventRecord): EventRecord | undefined {
    const open = [...this.events.values()].filter(
      (event) =>
        event.type === 'Supervisor' &&
        event.storeId === core.storeId &&
        event.goneSince === null &&
        !this.facts(event).scheduled &&
        !CLOSED_CONDITIONS.includes(event.condition),
    );
    return supervisorEventFor(core, open);
  }

  /**
   * The live Supervisor schedule that follows a Core's: same number, not yet reported, and not on a
   * day of another Core with that number, to which it then belongs.
   */
  supervisorScheduleOf(core: EventRecord, schedule: ScheduleRecord): ScheduleRecord | undefined {
    const scheduled = [...this.events.values()].filter(
      (event) =>
        event.storeId === core.storeId &&
        this.liveOf.has(event.id) &&
        !CLOSED_CONDITIONS.includes(event.condition),
    );
    const pair = supervisorEventFor(core, scheduled);
    const live = pair && this.liveOf.get(pair.id);
    if (!live) return undefined;
    const othersOf = scheduled.some(
      (event) =>
        event.type === 'Core' &&
        event.id !== schedule.eventId &&
        this.liveOf.get(event.id)?.workDate === live.workDate,
    );
    return othersOf ? undefined : live;
  }

  /**
   * Schedules a Core's Supervisor event at noon if somebody can do it; otherwise it stays open.
   */
  placeSupervisor(event: EventRecord, core: ScheduleRecord): PairedOutcome {
    const { person, startsAt } = this.supervisorFor(event, core, [...this.people.values()]);
    if (!person) {
      const day = formatWhen(startsAt, this.storeOf(event).timeZone);
      const message = `Nobody can do ${eventLabel(event)} on ${day}: it stays open.`;
      return { eventId: event.id, scheduleId: null, employeeId: null, startsAt: null, message };
    }
    const schedule = this.insert(event, person, startsAt, NOTHING_OVERRIDDEN, {
      pairedWith: core.id,
    });
    return this.placed(event, schedule, person, 'is scheduled');
  }

  /**
   * Moves a Supervisor schedule to its Core's new day, with the same person if possible. If nobody
   * can do it, the schedule ends.
   */
  async moveSupervisor(tx: Tx, pair: ScheduleRecord, core: ScheduleRecord): Promise<PairedOutcome> {
    const event = this.event(pair.eventId);
    const now = this.people.get(pair.employeeId);
    const same = now ? this.supervisorFor(event, core, [now], [pair.id]) : undefined;
    const { person, startsAt } = same?.person
      ? same
      : this.supervisorFor(event, core, [...this.people.values()], [pair.id]);
    if (!person) {
      const day = formatWhen(startsAt, this.storeOf(event).timeZone);
      return this.endSupervisor(tx, pair, `is open again: nobody can do it on ${day}`);
    }
    const action = 'schedule.reschedule';
    const to = { person, startsAt, accepted: NOTHING_OVERRIDDEN, action, pairedWith: core.id };
    return this.placed(event, await this.update(tx, pair, to), person, 'moved along');
  }

  async endSupervisor(tx: Tx, pair: ScheduleRecord, why: string): Promise<PairedOutcome> {
    const event = this.event(pair.eventId);
    await this.end(tx, pair);
    const message = `${eventLabel(event)} ${why}.`;
    return { eventId: event.id, scheduleId: null, employeeId: null, startsAt: null, message };
  }

  private supervisorFor(
    event: EventRecord,
    core: ScheduleRecord,
    people: Person[],
    ignoreScheduleIds: number[] = [],
  ): { startsAt: Instant; person: PersonFacts | null } {
    return supervisorPlan({
      supervisorEvent: this.facts(event),
      core,
      people: people.filter((person) => person.storeId === event.storeId),
      ...this.surroundings(event),
      ignoreScheduleIds,
    });
  }

  private placed(
    event: EventRecord,
    schedule: ScheduleRecord,
    person: PersonFacts,
    verb: string,
  ): PairedOutcome {
    const { id: scheduleId, employeeId, startsAt } = schedule;
    const at = formatWhen(startsAt, this.storeOf(event).timeZone);
    const message = `${eventLabel(event)} ${verb}: ${person.name} on ${at}.`;
    return { eventId: event.id, scheduleId, employeeId, startsAt, message };
  }

  private done(eventId: number, task: EventTask, entry: AuditEntry): void {
    this.unsigned.push({ entry, eventId, task });
  }

  /**
   * Makes several changes, all of them or none: after an error neither this plan nor the database has
   * any of them. Each of them sees those before it.
   * @param writesNow whether one of them moves or ends a schedule, which is written at once; new
   * schedules are written by {@link flush}
   */
  async changeTogether<Result>(
    tx: Tx,
    writesNow: boolean,
    change: (tx: Tx) => Promise<Result>,
  ): Promise<Result> {
    const before = {
      events: new Map(this.events),
      liveOf: new Map(this.liveOf),
      versionBefore: new Map(this.versionBefore),
      ended: new Map(this.ended),
      newIds: [...this.newIds],
      plannedOf: new Map(this.plannedOf),
      made: [...this.made],
      unsigned: [...this.unsigned],
    };
    try {
      return await (writesNow ? tx.transaction(change) : change(tx));
    } catch (error) {
      this.events = before.events;
      this.liveOf = before.liveOf;
      this.versionBefore = before.versionBefore;
      this.ended = before.ended;
      this.newIds = before.newIds;
      this.plannedOf = before.plannedOf;
      this.made = before.made;
      this.unsigned = before.unsigned;
      throw error;
    }
  }

  /** Attributes all changes without an actor to this one. */
  attributeTo(doer: Attribution): void {
    this.signed.push(...this.unsigned.map((deed) => ({ ...deed, ...doer })));
    this.unsigned = [];
  }

  /**
   * Writes new schedules, audit entries, and for each event the desired booking and its job.
   * @param actor the actor of changes that are not attributed yet
   */
  async flush(tx: Tx, actor: Actor): Promise<void> {
    this.attributeTo({ actor, origin: currentOrigin() });
    const write = this.writing();
    if (write) await tx.execute(write);
  }

  /** The one statement that writes what {@link flush} writes; null without a change. All changes are attributed. */
  writing(): SQL | null {
    if (this.unsigned.length > 0) throw new Error('Somebody has to answer for what was done.');
    if (this.signed.length === 0) return null;
    const entries = this.signed.map(({ entry, actor }) => ({ ...entry, actor }));
    const written = this.made.map((made) => ({
      ...made,
      condition: made.reissueOf ? 'Reissued' : 'Scheduled',
    }));
    const changes = this.signed.map((change) => ({ ...change, search: this.searchOf(change.eventId) }));
    return wantChangesWithSql(changes, [
      ...(written.length > 0 ? insertSchedulesParts(written) : []),
      sql`audited as (${auditSql(entries)})`,
    ]);
  }

  /** What the job of an event will search for on Crossmark's list. */
  private searchOf(eventId: number): EventSearch | undefined {
    const event = this.events.get(eventId);
    if (!event?.mplanId) return undefined;
    const { crossmarkStoreId: storeId, timeZone } = this.storeOf(event);
    return { mplanId: event.mplanId, storeId, timeZone };
  }

  private async nameOf(tx: Tx, employeeId: number): Promise<string> {
    const known = this.people.get(employeeId)?.name;
    if (known !== undefined) return known;
    const [row] = await tx
      .select({ name: employees.name })
      .from(employees)
      .where(eq(employees.id, employeeId));
    return row?.name ?? '';
  }

  private times(event: EventRecord, startsAt: Instant) {
    return {
      startsAt,
      endsAt: addMinutes(startsAt, event.durationMinutes),
      workDate: workDateOf(startsAt, this.storeOf(event).timeZone),
    };
  }

  private rememberVersionBefore({ id, version }: ScheduleRecord): void {
    if (!this.versionBefore.has(id)) this.versionBefore.set(id, version);
  }

  /** Later decisions in this transaction take the new rows into account. */
  private remember(schedule: ScheduleRecord): void {
    this.forgetWork(schedule.eventId);
    this.liveOf.set(schedule.eventId, schedule);
    const { type } = this.event(schedule.eventId);
    const others = this.plannedOf.get(schedule.employeeId) ?? [];
    this.plannedOf.set(schedule.employeeId, [...others, { ...schedule, scheduleId: schedule.id, type }]);
  }

  /** Removes an event's live schedule from the work of its person. */
  private forgetWork(eventId: number): void {
    const employeeId = this.liveOf.get(eventId)?.employeeId;
    const planned = employeeId === undefined ? undefined : this.plannedOf.get(employeeId);
    if (employeeId === undefined || !planned) return;
    this.plannedOf.set(
      employeeId,
      planned.filter((work) => work.eventId !== eventId),
    );
  }
}

/** The parts of a statement that write new schedules and the conditions of their events. */
const insertSchedulesParts = (made: readonly object[]): SQL[] => [
  sql`given as (
    select * from json_to_recordset(${JSON.stringify(made)}::json) as given(id int, "eventId" int, "employeeId" int,
      "startsAt" timestamptz, "endsAt" timestamptz, "workDate" date, "overrideReason" text, "reissueOf" text,
      "reissueExpiresOn" date, "reissueResponses" boolean, condition event_condition)
  )`,
  sql`followed as (
    update events set condition = given.condition, updated_at = app_now() from given
    where events.id = given."eventId" and events.id = any(array(select "eventId" from given))
  )`,
  sql`scheduled as (
    insert into schedules (id, event_id, employee_id, starts_at, ends_at, work_date, override_reason, reissue_of,
      reissue_expires_on, reissue_responses)
    overriding system value
    select id, "eventId", "employeeId", "startsAt", "endsAt", "workDate", "overrideReason", "reissueOf",
      "reissueExpiresOn", "reissueResponses"
    from given order by id
  )`,
];

const withAccepted = (accepted: Accepted): Record<string, unknown> =>
  accepted.overrideReason === null ? {} : { ...accepted };

/** Removes undefined fields. */
const optional = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
