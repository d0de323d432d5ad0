import { type Db, eventSyncs, events, schedules } from '@scheduler/db';
import { absencesOn, addDays, holidayOn, type WorkDate, weekStart } from '@scheduler/scheduling';
import { and, asc, between, eq, isNull } from 'drizzle-orm';
import { eventSelection, itsSync, loadHolidays, loadPeople } from './facts.ts';
import { syncBadge } from './present.ts';
import { notFound } from './refusal.ts';
import { boardStore, findStore, todayAt } from './stores.ts';
import type { PersonWeek } from './views.ts';

/** One person's work in the week of a day (this week, where none is given), Sunday first. */
export async function personWeek(
  db: Db,
  query: { employeeId: number; weekOf?: WorkDate | undefined },
): Promise<PersonWeek> {
  const [person] = await loadPeople(db, { ids: [query.employeeId] });
  if (!person) throw notFound('person', query.employeeId);
  const store = await findStore(db, person.storeId);
  const today = todayAt(store.timeZone);
  const sunday = weekStart(query.weekOf ?? today);
  const days = Array.from({ length: 7 }, (_, index) => addDays(sunday, index));
  const [holidays, rows] = await Promise.all([
    loadHolidays(db),
    // Relies on the index schedules_live_by_day.
    db
      .select(eventSelection)
      .from(schedules)
      .innerJoin(events, eq(events.id, schedules.eventId))
      .leftJoin(eventSyncs, itsSync)
      .where(
        and(
          isNull(schedules.endedAt),
          between(schedules.workDate, sunday, addDays(sunday, 6)),
          eq(schedules.employeeId, person.id),
        ),
      )
      .orderBy(asc(schedules.startsAt), asc(schedules.id)),
  ]);
  return {
    store: boardStore(store),
    employee: { id: person.id, name: person.name, role: person.role },
    weekOf: sunday,
    days,
    today,
    holidays: days.flatMap((day) => {
      const holiday = holidayOn(day, holidays);
      return holiday ? [{ day, name: holiday.name }] : [];
    }),
    off: days.flatMap((day) => {
      const [absence] = absencesOn(person, day);
      return absence ? [{ day, reason: absence.reason }] : [];
    }),
    schedules: rows.map(({ event, schedule, sync }) => ({
      scheduleId: schedule.id,
      eventId: event.id,
      version: schedule.version,
      eventName: event.name,
      eventNumber: event.eventNumber,
      type: event.type,
      startsAt: schedule.startsAt,
      endsAt: schedule.endsAt,
      workDate: schedule.workDate,
      changedAt: schedule.updatedAt,
      instructionsUrl: event.instructionsUrl,
      syncState: syncBadge(sync).state,
    })),
  };
}
