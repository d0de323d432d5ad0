import { eventSyncs, events, schedules, type Tx } from '@scheduler/db';
import type { PlanInput, ScheduledWork } from '@scheduler/planner';
import { addDays, type WorkDate } from '@scheduler/scheduling';
import { and, eq, gt, inArray, isNull, lte } from 'drizzle-orm';
import { type LiveRow, openEvents, peopleWith, workBetween } from '../board/week.ts';
import { eventFacts, eventSelection, joinSync } from '../events/records.ts';
import { loadHolidays, loadPlanned } from '../schedules/rule-inputs.ts';
import { todayAt } from '../stores/stores.ts';
import type { Store } from '../stores/types.ts';
import { loadRotations } from './rotations.ts';

/** Weekends of the four weeks before count for whose turn it is. */
const RECENT_DAYS = 28;

/** Reads what a plan is made from: a store's work from day to day, both included. */
export async function loadPlanInput(
  tx: Tx,
  store: Store,
  { fromDay, toDay }: { fromDay: WorkDate; toDay: WorkDate },
): Promise<PlanInput & { versions: Map<number, number> }> {
  const days: WorkDate[] = [];
  for (let day = fromDay; day <= toDay; day = addDays(day, 1)) days.push(day);
  const [holidays, rotations, rows, openRows] = await Promise.all([
    loadHolidays(tx),
    loadRotations(tx, store.id, { fromDay, toDay }),
    workBetween(tx, store.id, fromDay, toDay),
    openEvents(tx, store.id, gt(events.dueOn, fromDay), lte(events.startsOn, toDay)),
  ]);
  const checks = openRows.filter(({ event }) => event.type === 'Supervisor').map(({ event }) => event);
  const [people, cores] = await Promise.all([
    peopleWith(tx, store.id, rows),
    coresOf(
      tx,
      store.id,
      checks.flatMap(({ eventNumber }) => (eventNumber === null ? [] : [eventNumber])),
    ),
  ]);
  const employeeIds = people.map(({ id }) => id);
  const [planned, before] = await Promise.all([
    loadPlanned(tx, { employeeIds, days }),
    loadPlanned(tx, { employeeIds, days: [addDays(fromDay, -RECENT_DAYS), addDays(fromDay, -1)] }),
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
    today: todayAt(store.timeZone),
    days,
    people: people.map(({ id, name, role, repId, terminatedOn, pattern, ranges, dates, timeOff }) => ({
      ...{ id, name, role, repId, terminatedOn, pattern, ranges, dates, timeOff },
    })),
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
    planned,
    holidays,
    rotations,
    recent: before.filter(({ workDate }) => workDate >= addDays(fromDay, -RECENT_DAYS) && workDate < fromDay),
    versions: new Map(live.map(({ schedule }) => [schedule.id, schedule.version])),
  };
}

/** What the rules ask of an event, without the rest of its row: it is sent to a thread. */
function factsOf(row: Pick<LiveRow, 'event' | 'sync'> & { schedule: LiveRow['schedule'] | null }) {
  const facts = eventFacts(row.event, row.schedule, row.sync);
  const { id, type, name, startsOn, dueOn, condition, durationMinutes, scheduled } = facts;
  return { id, type, name, startsOn, dueOn, condition, durationMinutes, scheduled };
}

/** The live Cores of some numbers, on whatever day. Relies on the index events_number. */
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
