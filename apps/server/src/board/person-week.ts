import { type Db, employees, eventSyncs, events, plannedDays, schedules } from '@scheduler/db';
import {
  type EventRecord,
  eventSelection,
  joinSync,
  loadHolidays,
  loadPeople,
  replacedWork,
} from '@scheduler/db/facts';
import { absencesOn, addDays, holidayOn, type WorkDate, weekStart } from '@scheduler/scheduling';
import { and, between, eq, isNull } from 'drizzle-orm';
import { notFound } from '../core/errors.ts';
import { covers, type StoreScope, WORK_ELSEWHERE } from '../core/store-access.ts';
import type { PersonWeek } from '../employees/types.ts';
import { syncBadge } from '../events/board-event.ts';
import { boardStore, findStore, todayAt } from '../stores/stores.ts';
import { hoursOff } from './week.ts';

/** A person's week, by any day of it; by default this week. */
export interface WeekQuery {
  employeeId: number;
  weekOf?: WorkDate | undefined;
}

/**
 * One person's work in the week of a day (by default this week), Sunday first. Of work in a store
 * that is not within `scope`, it tells the time and the kind.
 */
export async function personWeek(db: Db, query: WeekQuery, scope: StoreScope): Promise<PersonWeek> {
  const { person, store, today, sunday } = await whoseWeek(db, query);
  const days = Array.from({ length: 7 }, (_, index) => addDays(sunday, index));
  const [holidays, [planned], replaced, live] = await Promise.all([
    loadHolidays(db),
    db
      .select({ eventId: plannedDays.eventId })
      .from(plannedDays)
      .where(plannedIn(person.id, sunday))
      .limit(1),
    replacedWork(db, sunday, addDays(sunday, 6), eq(employees.id, person.id)),
    // Relies on the index schedules_live_by_day.
    db
      .select(eventSelection)
      .from(schedules)
      .innerJoin(events, eq(events.id, schedules.eventId))
      .leftJoin(eventSyncs, joinSync)
      .where(
        and(
          isNull(schedules.endedAt),
          between(schedules.workDate, sunday, addDays(sunday, 6)),
          eq(schedules.employeeId, person.id),
        ),
      ),
  ]);
  const rows = [
    ...live.map((row) => ({ ...row, syncState: syncBadge(row.sync).state })),
    // Nothing is left to send of work that was done and then reissued.
    ...replaced.map((row) => ({ ...row, syncState: 'synced' as const })),
  ].sort((a, b) => a.schedule.startsAt.localeCompare(b.schedule.startsAt) || a.schedule.id - b.schedule.id);
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
    hoursOff: days.flatMap((day) => hoursOff(person, day)),
    hasCalendarFile: planned !== undefined,
    schedules: rows.map(({ event, schedule, syncState }) => ({
      scheduleId: schedule.id,
      eventId: event.id,
      version: schedule.version,
      ...toldOf(event, scope),
      type: event.type,
      startsAt: schedule.startsAt,
      endsAt: schedule.endsAt,
      workDate: schedule.workDate,
      changedAt: schedule.updatedAt,
      syncState,
    })),
  };
}

/**
 * Returns what a user limited to some stores may know of an event that a person works on: everything, or
 * only that it is work in another store.
 */
export function toldOf(event: EventRecord, scope: StoreScope) {
  const { name: eventName, eventNumber, instructionsUrl } = event;
  return covers(scope, event.storeId)
    ? { eventName, eventNumber, instructionsUrl, isElsewhere: false }
    : { eventName: WORK_ELSEWHERE, eventNumber: null, instructionsUrl: null, isElsewhere: true };
}

/** The person, their store and the Sunday of a week. Throws a {@link Refusal} if there is no such person. */
export async function whoseWeek(db: Db, query: WeekQuery) {
  const [person] = await loadPeople(db, { ids: [query.employeeId] });
  if (!person) throw notFound('person', query.employeeId);
  const store = await findStore(db, person.storeId);
  const today = todayAt(store.timeZone);
  return { person, store, today, sunday: weekStart(query.weekOf ?? today) };
}

/** The days of a week that were ever planned for a person. Relies on the index planned_days_of_person. */
export const plannedIn = (employeeId: number, sunday: WorkDate) =>
  and(eq(plannedDays.employeeId, employeeId), between(plannedDays.workDate, sunday, addDays(sunday, 6)));
