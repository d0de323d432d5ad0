import { type Db, events, type Tx } from '@scheduler/db';
import {
  absencesOn,
  addDays,
  allSlots,
  byUrgency,
  CLOSED_CONDITIONS,
  corePairs,
  holidayOn,
  slotCoverage,
  verifyDay,
  type WorkDate,
} from '@scheduler/scheduling';
import { and, eq, inArray, isNull, notInArray } from 'drizzle-orm';
import { boardEvent } from '../events/board-event.ts';
import { bookedElsewhere, eventsWithLive } from '../events/records.ts';
import { loadHolidays, loadPlanned } from '../schedules/rule-inputs.ts';
import { boardStore, findStore, todayAt } from '../stores/stores.ts';
import type { DayBoard } from './types.ts';
import { boardSchedules, byRoleAndName, type LiveRow, openEvents, peopleWith, workBetween } from './week.ts';

/**
 * One day of a store in one snapshot: its work by time, the unscheduled work that is due, and its
 * checks. The day lists everybody with work on it, including people who left or belong to another
 * store.
 */
export async function dayBoard(
  db: Db,
  query: { storeId?: number | undefined; day: WorkDate },
): Promise<DayBoard> {
  const { day } = query;
  return db.transaction(
    async (tx) => {
      const store = await findStore(tx, query.storeId);
      const { timeZone } = store;
      const [holidays, rows, lastDay] = await Promise.all([
        loadHolidays(tx),
        workBetween(tx, store.id, day, day),
        openEvents(tx, store.id, eq(events.dueOn, addDays(day, 1))),
      ]);
      const [people, family] = await Promise.all([
        peopleWith(tx, store.id, rows),
        familiesOf(tx, store.id, rows),
      ]);
      const planned = await loadPlanned(tx, { employeeIds: people.map(({ id }) => id), days: [day] });

      const atWork = new Set(rows.map((row) => row.schedule.employeeId));
      const displayedPeople = people
        .filter(({ id, terminatedOn }) => terminatedOn === null || terminatedOn >= day || atWork.has(id))
        .sort(byRoleAndName);
      const due = lastDay
        .filter(({ sync }) => bookedElsewhere(null, sync) === null)
        .sort((a, b) => byUrgency(a.event, b.event));
      const at = { slots: allSlots(store.slots), timeZone };
      const work = rows.map(({ event, schedule }) => ({
        ...schedule,
        scheduleId: schedule.id,
        type: event.type,
        name: event.name,
      }));
      const pairs = corePairs(family, day, at);

      return {
        store: boardStore(store),
        day,
        today: todayAt(timeZone),
        holiday: holidayOn(day, holidays)?.name ?? null,
        people: displayedPeople.map((person) => ({
          id: person.id,
          name: person.name,
          role: person.role,
          off: absencesOn(person, day)[0]?.reason ?? null,
        })),
        schedules: boardSchedules(rows, { people, planned, holidays, store }),
        noonChecks: pairs.map(({ core, check, state }) => ({
          coreEventId: core.id,
          state,
          event: check.view,
          workDate: check.live?.workDate ?? null,
        })),
        due: due.map(({ event, sync }) => boardEvent(event, null, sync)),
        instructions: Object.fromEntries(
          rows.flatMap(({ event }) => (event.instructionsUrl ? [[event.id, event.instructionsUrl]] : [])),
        ),
        coverage: slotCoverage(work, at.slots, timeZone),
        checks: verifyDay({
          ...{ day, holidays, people, work, pairs, ...at },
          roleLimits: store.roleLimits,
          due: due.map(({ event }) => event),
        }),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/**
 * The Cores and Supervisor events that share a number with the day's Cores, on whatever day they
 * are scheduled.
 */
async function familiesOf(tx: Tx, storeId: number, rows: readonly LiveRow[]) {
  const numbers = rows.flatMap(({ event }) =>
    event.type === 'Core' && event.eventNumber !== null ? [event.eventNumber] : [],
  );
  if (numbers.length === 0) return [];
  // Relies on the index events_number.
  const members = await eventsWithLive(tx).where(
    and(
      eq(events.storeId, storeId),
      inArray(events.eventNumber, numbers),
      inArray(events.type, ['Core', 'Supervisor']),
      isNull(events.goneSince),
      notInArray(events.condition, ['Canceled', 'Expired']),
    ),
  );
  return members
    .filter(
      ({ event, schedule, sync }) =>
        // Nobody has to be found for finished work, or for work that Crossmark books for an unknown person.
        schedule || !(CLOSED_CONDITIONS.includes(event.condition) || bookedElsewhere(null, sync) !== null),
    )
    .map(({ event, schedule, sync }) => ({
      ...event,
      live: schedule,
      view: boardEvent(event, schedule, sync),
    }));
}
