import { type Db, eventSyncs, events, schedules, stores } from '@scheduler/db';
import { eventSelection, joinSync, loadHolidays, loadPeople, loadPlanned } from '@scheduler/db/facts';
import { and, eq, isNull } from 'drizzle-orm';
import type { BoardSchedule } from '../board/types.ts';
import { boardSchedules, forUserOf } from '../board/week.ts';
import { notFound } from '../core/errors.ts';
import type { StoreScope } from '../core/store-access.ts';

/**
 * Returns a live schedule in its form on the board, as a user of the stores of `scope` may see it.
 * Throws a refusal if there is none.
 */
export async function getSchedule(db: Db, scheduleId: number, scope: StoreScope): Promise<BoardSchedule> {
  const [row] = await db
    .select({ ...eventSelection, store: stores })
    .from(schedules)
    .innerJoin(events, eq(events.id, schedules.eventId))
    .innerJoin(stores, eq(stores.id, events.storeId))
    .leftJoin(eventSyncs, joinSync)
    .where(and(eq(schedules.id, scheduleId), isNull(schedules.endedAt)));
  if (!row) throw notFound('schedule', scheduleId);
  const { employeeId, workDate } = row.schedule;
  const [people, planned, holidays] = await Promise.all([
    loadPeople(db, { ids: [employeeId] }),
    loadPlanned(db, { employeeIds: [employeeId], days: [workDate] }),
    loadHolidays(db),
  ]);
  const [schedule] = boardSchedules([row], {
    people: people.map((person) => forUserOf(scope, person)),
    planned,
    holidays,
    store: row.store,
  });
  if (!schedule) throw notFound('schedule', scheduleId);
  return schedule;
}
