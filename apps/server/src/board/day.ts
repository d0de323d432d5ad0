import type { Db } from '@scheduler/db';
import { absencesOn, slotCoverage, verifyDay, type WorkDate } from '@scheduler/scheduling';
import { readDays } from '@scheduler/verification';
import { attendanceOn } from '../attendance/attendance.ts';
import { covers, type StoreScope } from '../core/store-access.ts';
import { boardEvent } from '../events/board-event.ts';
import { boardStore, findStore, todayAt } from '../stores/stores.ts';
import type { DayBoard } from './types.ts';
import { boardSchedules, byRoleAndName, hoursOff } from './week.ts';

/**
 * One day of a store in one snapshot: its work by time, the unscheduled work that is due, and its
 * checks. The day lists everybody with work or a record of attendance on it, including people who
 * have left or belong to another store.
 */
export async function dayBoard(
  db: Db,
  query: { storeId?: number | undefined; day: WorkDate },
  scope: StoreScope,
): Promise<DayBoard> {
  const { day } = query;
  return db.transaction(
    async (tx) => {
      const store = await findStore(tx, query.storeId);
      const { holidays, people, planned, days } = await readDays(tx, {
        store,
        fromDay: day,
        toDay: day,
        tellsReasonsOf: (storeId) => covers(scope, storeId),
      });
      const [read] = days;
      if (!read) throw new Error(`Nothing was read of ${day}.`);
      const { holiday, rows, due, pairs, facts } = read;
      const ownIds = people.filter(({ storeId }) => covers(scope, storeId)).map(({ id }) => id);
      const attendance = await attendanceOn(tx, ownIds, day);

      const atWork = new Set(
        [...rows.map(({ schedule }) => schedule), ...attendance].map((each) => each.employeeId),
      );
      const displayedPeople = people
        .filter(({ id, terminatedOn }) => terminatedOn === null || terminatedOn >= day || atWork.has(id))
        .sort(byRoleAndName);

      return {
        store: boardStore(store),
        day,
        today: todayAt(store.timeZone),
        holiday: holiday?.name ?? null,
        people: displayedPeople.map((person) => ({
          id: person.id,
          name: person.name,
          role: person.role,
          off: absencesOn(person, day)[0]?.reason ?? null,
          hoursOff: hoursOff(person, day),
          mayOpen: covers(scope, person.storeId),
        })),
        attendance,
        schedules: boardSchedules(rows, { people, planned, holidays, store }),
        noonChecks: pairs.map(({ core, check, state }) => ({
          coreEventId: core.id,
          state,
          event: boardEvent(check.event, check.schedule, check.sync),
          workDate: check.live?.workDate ?? null,
        })),
        due: due.map(({ event, sync }) => boardEvent(event, null, sync)),
        instructions: Object.fromEntries(
          rows.flatMap(({ event }) => (event.instructionsUrl ? [[event.id, event.instructionsUrl]] : [])),
        ),
        coverage: slotCoverage(facts.work, facts.slots, store.timeZone),
        checks: verifyDay(facts),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}
