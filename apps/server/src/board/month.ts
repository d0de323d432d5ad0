import { type Db, events, schedules } from '@scheduler/db';
import { bookedElsewhere, loadHolidays, openEvents } from '@scheduler/db/facts';
import { addDays, EVENT_TYPES, holidayOn, monthDays, type WorkDate } from '@scheduler/scheduling';
import { and, between, count, eq, isNull } from 'drizzle-orm';
import { boardStore, findStore, todayAt } from '../stores/stores.ts';
import type { MonthView } from './types.ts';

/**
 * A month of a store in whole weeks, in one snapshot: the scheduled work of each type and day, and
 * the unscheduled work whose last day it is. Two statements for any number of days.
 * @param query.month `YYYY-MM`
 */
export async function monthView(
  db: Db,
  query: { storeId?: number | undefined; month: string },
): Promise<MonthView> {
  const days = monthDays(query.month);
  const [first, last] = [days[0] ?? '', days.at(-1) ?? ''];
  return db.transaction(
    async (tx) => {
      const store = await findStore(tx, query.storeId);
      const [holidays, planned, open] = await Promise.all([
        loadHolidays(tx),
        // Relies on the index schedules_live_by_day; each event is found by its primary key.
        tx
          .select({ day: schedules.workDate, type: events.type, count: count() })
          .from(schedules)
          .innerJoin(events, eq(events.id, schedules.eventId))
          .where(
            and(
              isNull(schedules.endedAt),
              between(schedules.workDate, first, last),
              eq(events.storeId, store.id),
            ),
          )
          .groupBy(schedules.workDate, events.type),
        openEvents(tx, store.id, between(events.dueOn, addDays(first, 1), addDays(last, 1))),
      ]);
      const plannedOn = Map.groupBy(planned, (each) => each.day);
      const dueOn = Map.groupBy(
        open.filter(({ sync }) => bookedElsewhere(null, sync) === null),
        ({ event }): WorkDate => addDays(event.dueOn, -1),
      );
      return {
        store: boardStore(store),
        month: query.month,
        today: todayAt(store.timeZone),
        days: days.map((day) => ({
          day,
          holiday: holidayOn(day, holidays)?.name ?? null,
          counts: (plannedOn.get(day) ?? [])
            .map(({ type, count }) => ({ type, count }))
            .sort((a, b) => EVENT_TYPES.indexOf(a.type) - EVENT_TYPES.indexOf(b.type)),
          due: dueOn.get(day)?.length ?? 0,
        })),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}
