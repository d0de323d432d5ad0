import { type Db, holdLock, proposals, type Tx } from '@scheduler/db';
import { eventFacts, loadHolidays, workBetween } from '@scheduler/db/facts';
import {
  type Cause,
  concernedBy,
  endAbandoned,
  makePlan,
  type OpenedPlan,
  openPlan,
  type PlannedStore,
  planRunsOf,
  type Stay,
} from '@scheduler/plans';
import {
  addDays,
  areHoursWithin,
  earlierDay,
  formatDay,
  holidayOn,
  hoursOnClock,
  isWholeDay,
  laterDay,
  type WorkDate,
} from '@scheduler/scheduling';
import { and, desc, eq, inArray, isNotNull } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { type Off, recordTimeOff } from '../employees/availability.ts';
import { getEmployee, lockEmployee } from '../employees/employees.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import { knownTimeOff, whyOver } from './cover-cause.ts';
import type { CoverStarted } from './types.ts';

/** Work of so many days is covered at once. */
const MOST_DAYS = 62;
/** Days before the ones that are covered to which work may go. */
const DAYS_BEFORE = 7;

/**
 * Records that somebody is off, and has a plan made that finds others for their work of those days.
 * What has begun stays. Work that the plan is not about, such as that in another store, is returned
 * as broken. Days that are off already are not recorded again. Throws a {@link Refusal} for a stale
 * version of the person.
 */
export async function coverAbsence(
  db: Db,
  actor: Actor,
  input: { employeeId: number; version: number } & Off,
): Promise<CoverStarted> {
  const { employeeId, startsOn, endsOn, fromTime = null, untilTime = null } = input;
  return started(db, async (tx) => {
    const { storeId, name } = await lockEmployee(tx, input);
    const known = await knownTimeOff(tx, storeId, input);
    const recorded = known ? null : await recordTimeOff(tx, actor, input);
    const timeOffId = recorded?.timeOffId ?? null;
    const hours = isWholeDay(input) ? {} : { fromTime, untilTime };
    const cause: Cause = {
      kind: 'off',
      employeeId,
      name,
      startsOn,
      endsOn,
      ...hours,
      timeOffId: known ? known.timeOffId : timeOffId,
    };
    // An undo takes back what its own call recorded, so each record has a plan of its own.
    const cover = await openCover(tx, actor, storeId, cause, known !== null);
    const told = new Set([...cover.eventIds, ...cover.stays.map(({ eventId }) => eventId)]);
    const broken = recorded?.saved.broken.filter(({ eventId }) => !told.has(eventId)) ?? [];
    return { ...cover, timeOffId, broken };
  });
}

/** Has a plan made that finds others for somebody's work after their last day; records nothing of it. */
export async function coverLeaving(
  db: Db,
  actor: Actor,
  input: { employeeId: number; lastDay: WorkDate },
): Promise<CoverStarted> {
  const { employeeId, lastDay } = input;
  const { name, storeId } = await getEmployee(db, employeeId, actor.storeIds ?? null);
  return started(db, (tx) => openCover(tx, actor, storeId, { kind: 'leaving', employeeId, name, lastDay }));
}

/** Has a plan made that moves the work of a closed day to other days. */
export async function coverClosedDay(
  db: Db,
  actor: Actor,
  input: { storeId?: number | undefined; day: WorkDate },
): Promise<CoverStarted> {
  const { day } = input;
  return started(db, async (tx) => {
    const store = await findStore(tx, input.storeId);
    const holiday = holidayOn(day, await loadHolidays(tx));
    if (!holiday) {
      throw new Refusal(`The store is open on ${formatDay(day)}. Add the day in Settings first.`, {
        code: 'not_allowed',
      });
    }
    return openCover(tx, actor, store.id, { kind: 'closed', day, name: holiday.name });
  });
}

/** A cover, the plan that is to be made, and the events that it is about. */
type Opened = CoverStarted & { opened: OpenedPlan | null; eventIds: readonly number[] };

/** Saves what a plan begins with, and has it made. */
async function started(db: Db, open: (tx: Tx) => Promise<Opened>): Promise<CoverStarted> {
  const { opened, eventIds: _, ...answer } = await save(db, open);
  if (opened) void planRunsOf(db).start(opened.proposalId, () => makePlan(db, opened));
  return answer;
}

/**
 * Opens a plan for a cause, unless there is one under review or being made: then that one is it.
 * @param mayBeOpen whether there may be such a plan
 */
async function openCover(
  tx: Tx,
  actor: Actor,
  storeId: number,
  cause: Cause,
  mayBeOpen = true,
): Promise<Opened> {
  const store = await findStore(tx, storeId);
  const { scheduleIds, eventIds, stays, fromDay, toDay } = await workToCover(tx, store, cause);
  const about = { events: scheduleIds.length, eventIds, stays, timeOffId: null, broken: [] };
  await holdLock(tx, 'covers');
  await endAbandoned(tx, store.id);
  const proposalId = mayBeOpen ? await openCoverFor(tx, store.id, cause) : null;
  if (proposalId !== null || scheduleIds.length === 0) return { opened: null, proposalId, ...about };
  const opened = await openPlan(tx, {
    store,
    fromDay,
    toDay,
    options: {},
    locks: [],
    requestedBy: actor,
    cause,
  });
  await audit(tx, actor, [
    {
      action: 'proposal.cover',
      subjectType: 'store',
      subjectId: store.id,
      after: { proposal: opened.proposalId, events: scheduleIds.length, ...wordsOf(cause) },
    },
  ]);
  return { opened, proposalId: opened.proposalId, ...about };
}

/**
 * Returns the work that a cause concerns now, what stays as it is, and the days on which a plan may
 * put that work.
 */
export async function workToCover(
  tx: Tx,
  store: PlannedStore,
  cause: Cause,
): Promise<{
  scheduleIds: readonly number[];
  eventIds: readonly number[];
  stays: Stay[];
  fromDay: WorkDate;
  toDay: WorkDate;
}> {
  const days = daysOf(cause);
  const rows = await workBetween(tx, store.id, days.from, days.to);
  const scheduled = rows.map(({ event, schedule, sync }) => ({
    event: eventFacts(event, schedule, sync),
    scheduleId: schedule.id,
    employeeId: schedule.employeeId,
    workDate: schedule.workDate,
    startsAt: schedule.startsAt,
    endsAt: schedule.endsAt,
    windowEndsOn: schedule.reissueExpiresOn,
  }));
  const { scheduleIds, stays } = concernedBy(cause, { store, scheduled });
  const fromDay = laterDay(todayAt(store.timeZone), addDays(days.from, -DAYS_BEFORE));
  const ids = new Set(scheduleIds);
  const covered = scheduled.filter(({ scheduleId }) => ids.has(scheduleId));
  const lastDays = covered.map(({ event, workDate, windowEndsOn }) =>
    laterDay(workDate, addDays(windowEndsOn ?? event.dueOn, -1)),
  );
  const toDay = earlierDay(lastDays.reduce(laterDay, days.from), addDays(fromDay, MOST_DAYS));
  return { scheduleIds, eventIds: covered.map(({ event }) => event.id), stays, fromDay, toDay };
}

/** The days whose work a cause concerns, both included. */
function daysOf(cause: Cause): { from: WorkDate; to: WorkDate } {
  switch (cause.kind) {
    case 'off':
      return { from: cause.startsOn, to: cause.endsOn };
    case 'leaving':
      return { from: addDays(cause.lastDay, 1), to: addDays(cause.lastDay, MOST_DAYS) };
    case 'closed':
      return { from: cause.day, to: cause.day };
  }
}

/**
 * Returns the plan that is being made or reviewed for an absence, or for a longer one around it. A
 * plan whose own absence was removed since is none: its undo would take nothing back.
 */
export async function openCoverFor(tx: Tx, storeId: number, cause: Cause): Promise<number | null> {
  const rows = await tx
    .select({ id: proposals.id, cause: proposals.cause })
    .from(proposals)
    .where(
      and(
        eq(proposals.storeId, storeId),
        inArray(proposals.state, ['running', 'ready']),
        isNotNull(proposals.cause),
      ),
    )
    .orderBy(desc(proposals.id));
  for (const row of rows) {
    const other = row.cause as unknown as Cause;
    if (isWithin(cause, other) && (await whyOver(tx, storeId, other)) === null) return row.id;
  }
  return null;
}

function isWithin(cause: Cause, other: Cause): boolean {
  switch (cause.kind) {
    case 'off':
      return (
        other.kind === 'off' &&
        other.employeeId === cause.employeeId &&
        other.startsOn <= cause.startsOn &&
        cause.endsOn <= other.endsOn &&
        areHoursWithin(cause, other)
      );
    case 'leaving':
      return (
        other.kind === 'leaving' && other.employeeId === cause.employeeId && other.lastDay === cause.lastDay
      );
    case 'closed':
      return other.kind === 'closed' && other.day === cause.day;
  }
}

function wordsOf(cause: Cause): Record<string, string> {
  switch (cause.kind) {
    case 'off':
      return {
        off: cause.name,
        fromDay: cause.startsOn,
        toDay: cause.endsOn,
        ...(!isWholeDay(cause) && {
          hours: hoursOnClock(cause),
        }),
      };
    case 'leaving':
      return { leaving: cause.name, lastDay: cause.lastDay };
    case 'closed':
      return { closed: cause.name, day: cause.day };
  }
}
