import {
  type Executor,
  employees,
  eventSyncs,
  events,
  rotationExceptions,
  rotationTurns,
  schedules,
  type Tx,
} from '@scheduler/db';
import {
  eventFacts,
  eventSelection,
  joinSync,
  type LiveRow,
  loadHolidays,
  loadPeople,
  loadPlanned,
  openEvents,
  replacedWork,
  workBetween,
  workDone,
} from '@scheduler/db/facts';
import type { PlanInput, Rotations, ScheduledWork } from '@scheduler/planner';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, type StoreRules, type WorkDate, weekStart, workDateOf } from '@scheduler/scheduling';
import { and, between, eq, gt, inArray, isNull, lte } from 'drizzle-orm';

/** The data of a store for plans. */
export interface PlannedStore extends StoreRules {
  id: number;
}

/** The number of days before the first week of a plan whose weekends are counted. */
const RECENT_DAYS = 28;

/**
 * Reads the input of a plan: a store's work between two days, both included. Its people are those of
 * the store. A guest, who belongs to another store, is offered nothing and stays where they are: an
 * approval would refuse them, and why they can't work is for their own store.
 */
export async function loadPlanInput(
  tx: Tx,
  store: PlannedStore,
  { fromDay, toDay }: { fromDay: WorkDate; toDay: WorkDate },
): Promise<PlanInput & { versions: Map<number, number> }> {
  const days: WorkDate[] = [];
  for (let day = fromDay; day <= toDay; day = addDays(day, 1)) days.push(day);
  const [holidays, rotations, people, rows, openRows] = await Promise.all([
    loadHolidays(tx),
    loadRotations(tx, store.id, { fromDay, toDay }),
    loadPeople(tx, { storeId: store.id }),
    workBetween(tx, store.id, fromDay, toDay),
    openEvents(tx, store.id, gt(events.dueOn, fromDay), lte(events.startsOn, toDay)),
  ]);
  const checks = openRows.filter(({ event }) => event.type === 'Supervisor').map(({ event }) => event);
  const employeeIds = people.map(({ id }) => id);
  const own = new Set(employeeIds);
  const guestIds = rows.flatMap(({ schedule: { employeeId: id } }) => (own.has(id) ? [] : [id]));
  const sunday = weekStart(fromDay);
  const firstRecent = addDays(sunday, -RECENT_DAYS);
  const [cores, planned, before, replaced] = await Promise.all([
    coresOf(
      tx,
      store.id,
      checks.flatMap(({ eventNumber }) => (eventNumber === null ? [] : [eventNumber])),
    ),
    loadPlanned(tx, { employeeIds: [...employeeIds, ...guestIds], days }),
    loadPlanned(tx, { employeeIds, days: [firstRecent, addDays(sunday, -1)] }),
    replacedWork(tx, firstRecent, addDays(fromDay, -1), inArray(employees.id, employeeIds)),
  ]);
  const known = new Set(rows.map(({ schedule }) => schedule.id));
  const live = [...rows, ...cores.filter(({ schedule }) => !known.has(schedule.id))];
  return {
    store: {
      timeZone: store.timeZone,
      slots: store.slots,
      roleLimits: store.roleLimits,
      noonCheckBy: store.noonCheckBy,
    },
    today: workDateOf(currentInstant(), store.timeZone),
    days,
    people: people.map((person) => {
      const { id, name, role, repId, terminatedOn, pattern, patternHours, ranges, dates, timeOff } = person;
      return { id, name, role, repId, terminatedOn, pattern, patternHours, ranges, dates, timeOff };
    }),
    open: openRows.map(({ event, sync }) => factsOf({ event, sync, schedule: null })),
    scheduled: live.map(
      (row): ScheduledWork => ({
        scheduleId: row.schedule.id,
        event: factsOf(row),
        employeeId: row.schedule.employeeId,
        startsAt: row.schedule.startsAt,
        endsAt: row.schedule.endsAt,
        workDate: row.schedule.workDate,
        windowEndsOn: row.schedule.reissueExpiresOn,
      }),
    ),
    // Of guests only their work here counts: it takes starts and noon checks.
    planned: planned.filter(({ employeeId, storeId }) => own.has(employeeId) || storeId === store.id),
    holidays,
    rotations,
    neverPlan: [...openRows, ...live].filter(({ event }) => event.neverPlan).map(({ event }) => event.id),
    // Live work of the first week is among the planned.
    recent: [
      ...before.filter(({ workDate }) => firstRecent <= workDate && workDate < sunday),
      ...replaced.map(workDone),
    ],
    versions: new Map(live.map(({ schedule }) => [schedule.id, schedule.version])),
  };
}

/**
 * Returns the fields of an event that the rules need, without the rest of its row, because they are
 * sent to a thread.
 */
export function factsOf(row: Pick<LiveRow, 'event' | 'sync'> & { schedule: LiveRow['schedule'] | null }) {
  const facts = eventFacts(row.event, row.schedule, row.sync);
  const { id, type, name, startsOn, dueOn, condition, durationMinutes, scheduled } = facts;
  return { id, type, name, startsOn, dueOn, condition, durationMinutes, scheduled };
}

/** Reads the live Cores with some event numbers, on any day. Relies on the index events_number. */
async function coresOf(tx: Tx, storeId: number, numbers: readonly string[]): Promise<LiveRow[]> {
  if (numbers.length === 0) return [];
  return tx
    .select(eventSelection)
    .from(schedules)
    .innerJoin(events, eq(events.id, schedules.eventId))
    .leftJoin(eventSyncs, joinSync)
    .where(
      and(
        isNull(schedules.endedAt),
        eq(events.storeId, storeId),
        eq(events.type, 'Core'),
        inArray(events.eventNumber, [...numbers]),
      ),
    );
}

/** Reads a store's rotations as input for the planner. */
export async function loadRotations(
  db: Executor,
  storeId: number,
  days: { fromDay: WorkDate; toDay: WorkDate },
): Promise<Rotations> {
  const [weekdays, exceptions] = await Promise.all([
    db.select().from(rotationTurns).where(eq(rotationTurns.storeId, storeId)),
    db
      .select()
      .from(rotationExceptions)
      .where(
        and(
          eq(rotationExceptions.storeId, storeId),
          between(rotationExceptions.day, days.fromDay, days.toDay),
        ),
      ),
  ]);
  return { weekdays, exceptions };
}
