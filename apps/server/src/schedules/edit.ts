import type { BookingId } from '@scheduler/crossmark';
import {
  type Db,
  eventSyncs,
  events,
  oncePerDatabase,
  postgresError,
  schedules,
  stores,
  type Tx,
} from '@scheduler/db';
import { createBatcher, currentOrigin } from '@scheduler/runtime';
import { currentInstant } from '@scheduler/runtime/clock';
import { evaluateTrade, type Instant, type WorkDate } from '@scheduler/scheduling';
import { and, eq, isNull } from 'drizzle-orm';
import { boardSchedules } from '../board/week.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save, UNIQUE_VIOLATION } from '../core/transaction.ts';
import { todayAt } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import type { BoardSchedule, CreatedRow, Saved, TradePreview } from '../views.ts';
import { type Doer, NOTHING_OVERRIDDEN, openPlan, type Plan, peek } from './plan-transaction.ts';
import {
  type EventRecord,
  eventLabel,
  eventSelection,
  isOver,
  itsSync,
  loadHolidays,
  loadPeople,
  loadPlanned,
  type ScheduleRecord,
  workedOn,
} from './rule-inputs.ts';

/** A live schedule as the board shows it. Throws a refusal where there is none. */
export async function getSchedule(db: Db, scheduleId: number): Promise<BoardSchedule> {
  const [row] = await db
    .select({ ...eventSelection, store: stores })
    .from(schedules)
    .innerJoin(events, eq(events.id, schedules.eventId))
    .innerJoin(stores, eq(stores.id, events.storeId))
    .leftJoin(eventSyncs, itsSync)
    .where(and(eq(schedules.id, scheduleId), isNull(schedules.endedAt)));
  if (!row) throw notFound('schedule', scheduleId);
  const { employeeId, workDate } = row.schedule;
  const [people, planned, holidays] = await Promise.all([
    loadPeople(db, { ids: [employeeId] }),
    loadPlanned(db, { employeeIds: [employeeId], days: [workDate] }),
    loadHolidays(db),
  ]);
  const [shown] = boardSchedules([row], { people, planned, holidays, store: row.store });
  if (!shown) throw notFound('schedule', scheduleId);
  return shown;
}

interface NewSchedule {
  eventId: number;
  employeeId: number;
  startsAt: Instant;
  withSupervisor: boolean;
  overrideReason?: string | undefined;
}

/** A schedule that somebody asks for. */
interface Asked {
  doer: Doer;
  input: NewSchedule;
}

/** Largest batch, so that few creates wait for each other's locks. */
const MAX_BATCH_SIZE = 50;
/** Longest a blocked batch delays the next one. */
const MAX_BATCH_WAIT_MS = 100;

/** Schedules asked for at one time are saved together, see {@link createTogether}. */
const creatingIn = oncePerDatabase((db) =>
  createBatcher((asked: readonly Asked[]) => createTogether(db, asked), {
    maxSize: MAX_BATCH_SIZE,
    maxWaitMs: MAX_BATCH_WAIT_MS,
  }),
);

/**
 * Schedules an event for a person. With `withSupervisor`, the open Supervisor event of a Core is scheduled as well, if
 * somebody can do it. Throws a {@link Refusal} where a rule speaks against it, or the event is scheduled already.
 */
export async function createSchedule(db: Db, actor: Actor, input: NewSchedule): Promise<Saved> {
  // The transaction is begun outside of any request: where this one came from is known only here.
  return creatingIn(db)({ doer: { actor, origin: currentOrigin() }, input });
}

/**
 * One transaction for several people's schedules. Where it fails each is tried again alone, so that nobody is told of
 * somebody else's trouble; but not once COMMIT was sent, for then it may have been carried out.
 */
async function createTogether(db: Db, asked: readonly Asked[]): Promise<Promise<Saved>[]> {
  let planned = false;
  try {
    const made = await guarded(db, async (tx) => {
      planned = false;
      const each = await createEach(tx, asked);
      planned = true;
      return each;
    });
    return made.map((one) => (one instanceof Refusal ? Promise.reject<Saved>(one) : Promise.resolve(one)));
  } catch (error) {
    if (planned || asked.length === 1) throw error;
    return asked.map(async (one) => (await createTogether(db, [one]))[0] as Promise<Saved>);
  }
}

/**
 * Schedules several events in one transaction, as when a week is copied: each for itself, in order, so that what a rule
 * speaks against is listed with the reason while the others are saved. Takes no overrides. A Core takes its open
 * Supervisor event along.
 */
export async function createSchedules(
  db: Db,
  actor: Actor,
  inputs: readonly { eventId: number; employeeId: number; startsAt: Instant }[],
): Promise<CreatedRow[]> {
  const doer = { actor, origin: currentOrigin() };
  const asked = inputs.map((input) => ({ doer, input: { ...input, withSupervisor: true } }));
  const made = await guarded(db, (tx) => createEach(tx, asked));
  return made.map((one, n) => {
    const [saved, message] = one instanceof Refusal ? [null, one.message] : [one, null];
    return { eventId: inputs[n]?.eventId ?? 0, saved, message };
  });
}

/** Plans each for itself, in order, and writes what the rules let pass. Any other failure fails all of it. */
async function createEach(tx: Tx, asked: readonly Asked[]): Promise<(Saved | Refusal)[]> {
  const plan = await openPlan(tx, {
    eventIds: asked.map(({ input }) => input.eventId),
    employeeIds: asked.map(({ input }) => input.employeeId),
    pairs: asked.some(({ input }) => input.withSupervisor),
    at: asked.map(({ input }) => input.startsAt),
    newSchedules: 2 * asked.length,
    anyStore: true,
  });
  const made = asked.map(({ doer, input }) => {
    try {
      const saved = place(plan, input);
      plan.sign(doer);
      return saved;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error;
    }
  });
  await plan.finish(tx);
  return made;
}

/** Puts a schedule into a plan, its Supervisor event along. Where it throws, the plan is as it was. */
function place(plan: Plan, input: NewSchedule): Saved {
  const event = plan.event(input.eventId);
  const person = plan.person(input.employeeId);
  plan.assertOpen(event);
  const accepted = plan.accept(
    plan.reasonsAgainst(event, person, input.startsAt),
    event,
    input.overrideReason,
  );
  const schedule = plan.insert(event, person, input.startsAt, accepted);
  const pairEvent = input.withSupervisor ? plan.openSupervisorEvent(event) : undefined;
  const paired = pairEvent ? plan.placeSupervisor(pairEvent, schedule) : null;
  return { scheduleId: schedule.id, eventId: event.id, version: schedule.version, paired };
}

/**
 * Moves a schedule to another time and, where given, to another person. A Core that changes its day takes its
 * Supervisor event along. Throws a {@link Refusal} for a stale version or where a rule speaks against it.
 */
export async function rescheduleSchedule(
  db: Db,
  actor: Actor,
  input: {
    scheduleId: number;
    version: number;
    startsAt: Instant;
    employeeId?: number | undefined;
    overrideReason?: string | undefined;
  },
): Promise<Saved> {
  return guarded(db, (tx) => edit(tx, actor, input));
}

/** {@link rescheduleSchedule} for the live schedule of an event; `version` is that schedule's. */
export async function rescheduleEvent(
  db: Db,
  actor: Actor,
  input: { eventId: number; version: number; startsAt: Instant; overrideReason?: string | undefined },
): Promise<Saved> {
  return guarded(db, async (tx) => {
    const [row] = await tx
      .select({ event: events, scheduleId: schedules.id })
      .from(events)
      .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
      .where(eq(events.id, input.eventId));
    if (!row) throw notFound('event', input.eventId);
    if (row.scheduleId === null) {
      throw new Refusal(
        `${eventLabel(row.event)} is not scheduled, so there is nothing to move. Schedule it first.`,
        { code: 'not_allowed' },
      );
    }
    return edit(tx, actor, { ...input, scheduleId: row.scheduleId });
  });
}

/** Gives a schedule to another person at the same time; a Core's Supervisor event stays as it is. */
export async function changeEmployee(
  db: Db,
  actor: Actor,
  input: { scheduleId: number; version: number; employeeId: number; overrideReason?: string | undefined },
): Promise<Saved> {
  return guarded(db, (tx) => edit(tx, actor, input));
}

async function edit(
  tx: Tx,
  actor: Actor,
  input: {
    scheduleId: number;
    version: number;
    startsAt?: Instant;
    employeeId?: number | undefined;
    overrideReason?: string | undefined;
  },
): Promise<Saved> {
  const seen = await peek(tx, input.scheduleId);
  const employeeId = input.employeeId ?? seen.employeeId;
  const plan = await openPlan(tx, {
    eventIds: [seen.eventId],
    employeeIds: [employeeId, seen.employeeId],
    pairs: input.startsAt !== undefined,
    at: [seen.startsAt, ...(input.startsAt === undefined ? [] : [input.startsAt])],
  });
  const person = plan.person(employeeId);
  const schedule = await plan.current(tx, input);
  const event = plan.event(schedule.eventId);
  const startsAt = input.startsAt ?? schedule.startsAt;
  const unchanged = { scheduleId: schedule.id, eventId: event.id, version: schedule.version, paired: null };
  if (startsAt === schedule.startsAt && person.id === schedule.employeeId) return unchanged;

  plan.assertListed(event);
  const reasons = plan.reasonsAgainst(event, person, startsAt, [schedule.id], schedule.reissueExpiresOn);
  const accepted = plan.accept(reasons, event, input.overrideReason);
  const pair = plan.supervisorScheduleOf(event, schedule);
  const action = startsAt === schedule.startsAt ? 'schedule.change_employee' : 'schedule.reschedule';
  const moved = await plan.update(tx, schedule, { person, startsAt, accepted, action });
  const paired =
    pair && moved.workDate !== schedule.workDate ? await plan.moveSupervisor(tx, pair, moved) : null;
  await plan.finish(tx, actor);
  return { ...unchanged, version: moved.version, paired };
}

/**
 * Two Core schedules swap people, on one day or two: both or neither. Takes no overrides. Throws a {@link Refusal} that
 * says for each side what speaks against it.
 */
export async function tradeSchedules(db: Db, actor: Actor, input: Trade): Promise<{ a: Saved; b: Saved }> {
  return guarded(db, async (tx) => {
    const { plan, a, b, verdict } = await openTrade(tx, input);
    if (!verdict.allowed) {
      const reasons = [...verdict.a, ...verdict.b];
      const against = new Set(
        reasons.filter(({ severity }) => severity !== 'hint').map((one) => one.message),
      );
      throw new Refusal(`The trade is not possible. ${[...against].join(' ')}`, { code: 'rules', reasons });
    }
    const swap = (schedule: ScheduleRecord, other: ScheduleRecord) =>
      plan.update(tx, schedule, {
        person: plan.person(other.employeeId),
        startsAt: schedule.startsAt,
        accepted: NOTHING_OVERRIDDEN,
        action: 'schedule.trade',
        tradedWith: other.id,
      });
    const [newA, newB] = [await swap(a, b), await swap(b, a)];
    await plan.finish(tx, actor);
    const saved = (schedule: ScheduleRecord): Saved => ({
      scheduleId: schedule.id,
      eventId: schedule.eventId,
      version: schedule.version,
      paired: null,
    });
    return { a: saved(newA), b: saved(newB) };
  });
}

/**
 * What the rules say of a trade, of each side: {@link tradeSchedules} without its writes. Throws a {@link Refusal} where
 * there is nothing to judge, as when one of them was changed since it was seen.
 */
export async function previewTrade(db: Db, input: Trade): Promise<TradePreview> {
  return db.transaction(async (tx) => (await openTrade(tx, input)).verdict);
}

interface Trade {
  a: { scheduleId: number; version: number };
  b: { scheduleId: number; version: number };
}

/** Locks both sides of a trade and judges it. */
async function openTrade(tx: Tx, input: Trade) {
  const [seenA, seenB] = [await peek(tx, input.a.scheduleId), await peek(tx, input.b.scheduleId)];
  const plan = await openPlan(tx, {
    eventIds: [seenA.eventId, seenB.eventId],
    employeeIds: [seenA.employeeId, seenB.employeeId],
    pairs: false,
    at: [seenA.startsAt, seenB.startsAt],
  });
  const [a, b] = [await plan.current(tx, input.a), await plan.current(tx, input.b)];
  const side = (schedule: ScheduleRecord) => ({
    scheduleId: schedule.id,
    event: plan.facts(plan.event(schedule.eventId)),
    person: plan.person(schedule.employeeId),
    startsAt: schedule.startsAt,
    endsAt: schedule.endsAt,
    ...(schedule.reissueExpiresOn ? { windowEndsOn: schedule.reissueExpiresOn } : {}),
  });
  for (const schedule of [a, b]) plan.assertListed(plan.event(schedule.eventId));
  const surroundings = plan.surroundings(plan.event(a.eventId));
  return {
    plan,
    a,
    b,
    verdict: evaluateTrade({ a: side(a), b: side(b), ...surroundings, now: currentInstant() }),
  };
}

/**
 * Ends a schedule (it is kept as history) and puts its event back to Unstaffed; a Core's Supervisor event goes with it.
 * Work that was reported as done keeps the schedule that it was done by.
 */
export async function unscheduleSchedule(
  db: Db,
  actor: Actor,
  input: { scheduleId: number; version: number },
): Promise<Saved> {
  return guarded(db, async (tx) => {
    const seen = await peek(tx, input.scheduleId);
    const plan = await openPlan(tx, {
      eventIds: [seen.eventId],
      employeeIds: [seen.employeeId],
      pairs: true,
      at: [seen.startsAt],
    });
    const schedule = await plan.current(tx, input);
    const event = plan.event(schedule.eventId);
    // One that never arrived is not what was worked: it goes, and what was reported stays.
    const { sync } = plan.standing(event);
    if (event.condition === 'Submitted' && sync?.syncedVersion === sync?.wantedVersion) {
      throw new Refusal(
        `${eventLabel(event)} was reported as done, so its schedule stays as history. To have it done again, reissue it.`,
        { code: 'not_allowed' },
      );
    }
    const pair = plan.supervisorScheduleOf(event, schedule);
    const ended = await plan.end(tx, schedule);
    const paired = pair ? await plan.endSupervisor(tx, pair, 'goes with its Core') : null;
    await plan.finish(tx, actor);
    return { scheduleId: schedule.id, eventId: event.id, version: ended.version, paired };
  });
}

/**
 * Opens past work that nobody reported, or Submitted work, again for a person. What was worked stays as history, here and
 * in Crossmark; `expiresOn` takes the place of the event's window: the first day on which it can't be worked any more. A
 * Core's Supervisor event stays as it is. Throws a {@link Refusal} where there is nothing to reopen or a rule speaks
 * against it.
 */
export async function reissueEvent(
  db: Db,
  actor: Actor,
  input: {
    eventId: number;
    employeeId: number;
    startsAt: Instant;
    expiresOn: WorkDate;
    includeResponses: boolean;
    overrideReason?: string | undefined;
  },
): Promise<Saved> {
  return guarded(db, async (tx) => {
    const { eventId, employeeId, startsAt } = input;
    const plan = await openPlan(tx, {
      eventIds: [eventId],
      employeeIds: [employeeId],
      pairs: false,
      at: [startsAt],
      newSchedules: 1,
    });
    const event = plan.event(eventId);
    const person = plan.person(employeeId);
    plan.assertListed(event);
    const bookingId = reopenable(event, plan);
    const { live } = plan.standing(event);
    const reasons = plan.reasonsAgainst(event, person, startsAt, live ? [live.id] : [], input.expiresOn);
    const accepted = plan.accept(reasons, event, input.overrideReason);
    const reissue = {
      reissueOf: bookingId,
      reissueExpiresOn: input.expiresOn,
      reissueResponses: input.includeResponses,
    };
    const schedule = await plan.reissue(tx, event, { person, startsAt, accepted, reissue });
    await plan.finish(tx, actor);
    return { scheduleId: schedule.id, eventId, version: schedule.version, paired: null };
  });
}

/** The booking in Crossmark that a reissue opens again. Throws a {@link Refusal} where there is none to be opened. */
function reopenable(event: EventRecord, plan: Plan): BookingId {
  const { live, sync } = plan.standing(event);
  const no = (message: string) => new Refusal(message, { code: 'not_allowed' });
  const label = eventLabel(event);
  const { timeZone } = plan.surroundings(event).store;
  const today = todayAt(timeZone);
  if (!isOver(event, workedOn(live, sync, timeZone), today))
    throw no(
      `${label} was neither reported as done nor booked for a day that is over, so there is nothing to reissue. Schedule or move it instead.`,
    );
  if (sync && sync.state !== 'synced')
    throw no(
      `The last change of ${label} hasn’t reached Crossmark yet. Reissue it once it is synced; its panel says what it waits for.`,
    );
  if (!sync?.bookingId)
    throw no(
      `Crossmark’s number of the booking of ${label} isn’t known here, and a reissue needs it. Refresh, then try again.`,
    );
  return sync.bookingId;
}

/** One save; the index that allows one live schedule per event says no in words. */
async function guarded<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await save(db, work);
  } catch (error) {
    throw asRefusal(error);
  }
}

function asRefusal(error: unknown): unknown {
  const failure = postgresError(error);
  if (failure?.code !== UNIQUE_VIOLATION || failure.constraint !== 'schedules_one_live_per_event')
    return error;
  return new Refusal(
    'This event was scheduled by somebody else a moment ago. Nothing of yours was saved; look at it again.',
    { code: 'taken' },
  );
}
