import { type Db, eventSyncs, events, plannedDays, schedules } from '@scheduler/db';
import { absencesOn, addDays, holidayOn, type WorkDate, weekStart } from '@scheduler/scheduling';
import { and, asc, between, desc, eq, inArray, isNull, max, sum } from 'drizzle-orm';
import { notFound } from '../core/errors.ts';
import type { PersonCalendar, PersonWeek } from '../employees/types.ts';
import { syncBadge } from '../events/board-event.ts';
import { eventSelection, joinSync, liveSchedule } from '../events/records.ts';
import { loadHolidays, loadPeople } from '../schedules/rule-inputs.ts';
import { boardStore, findStore, todayAt } from '../stores/stores.ts';

interface WeekQuery {
  employeeId: number;
  weekOf?: WorkDate | undefined;
}

/** One person's work in the week of a day (by default this week), Sunday first. */
export async function personWeek(db: Db, query: WeekQuery): Promise<PersonWeek> {
  const { person, store, today, sunday } = await whoseWeek(db, query);
  const days = Array.from({ length: 7 }, (_, index) => addDays(sunday, index));
  const [holidays, [planned], rows] = await Promise.all([
    loadHolidays(db),
    db
      .select({ eventId: plannedDays.eventId })
      .from(plannedDays)
      .where(plannedIn(person.id, sunday))
      .limit(1),
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
    hasCalendarFile: planned !== undefined,
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

/**
 * The entries of a person's calendar file for a week: each event that was scheduled for them on one
 * of its days, in its current state. Work that moved to another day has its new times. Work that
 * ended, or that another person has, is cancelled.
 */
export async function personCalendar(db: Db, query: WeekQuery): Promise<PersonCalendar> {
  const { person, store, sunday } = await whoseWeek(db, query);
  // Relies on the index planned_days_of_person. The latest day comes first, because an event may
  // have been scheduled for several days.
  const planned = await db
    .select()
    .from(plannedDays)
    .where(plannedIn(person.id, sunday))
    .orderBy(desc(plannedDays.plannedAt), desc(plannedDays.startsAt));
  const latest = new Map(planned.toReversed().map((day) => [day.eventId, day]));
  const ids = [...latest.keys()];
  const [rows, changes] = await Promise.all([
    db
      .select({ event: events, live: schedules })
      .from(events)
      .leftJoin(schedules, liveSchedule)
      .where(inArray(events.id, ids)),
    // Relies on the index schedules_of_event.
    db
      .select({
        eventId: schedules.eventId,
        // Each change increments a version, a new schedule starts at one, and no row is deleted, so
        // the sum only grows.
        sequence: sum(schedules.version).mapWith(Number),
        changedAt: max(schedules.updatedAt),
      })
      .from(schedules)
      .where(inArray(schedules.eventId, ids))
      .groupBy(schedules.eventId),
  ]);
  const changesOf = new Map(changes.map((change) => [change.eventId, change]));
  const entries = rows.flatMap(({ event, live }) => {
    const day = latest.get(event.id);
    const change = changesOf.get(event.id);
    if (!day || !change) return [];
    const isTheirs = live?.employeeId === person.id;
    // Work that this person did stays theirs when it is reissued for another person.
    if (!isTheirs && live?.reissueOf && day.endsAt <= live.createdAt) return [];
    const { startsAt, endsAt } = isTheirs ? live : day;
    return [
      {
        eventId: event.id,
        eventName: event.name,
        type: event.type,
        startsAt,
        endsAt,
        isCancelled: !isTheirs,
        sequence: change.sequence,
        changedAt: change.changedAt ?? day.plannedAt,
        instructionsUrl: event.instructionsUrl,
      },
    ];
  });
  return {
    store: boardStore(store),
    employee: { id: person.id, name: person.name },
    weekOf: sunday,
    entries: entries.sort((a, b) => a.startsAt.localeCompare(b.startsAt) || a.eventId - b.eventId),
  };
}

async function whoseWeek(db: Db, query: WeekQuery) {
  const [person] = await loadPeople(db, { ids: [query.employeeId] });
  if (!person) throw notFound('person', query.employeeId);
  const store = await findStore(db, person.storeId);
  const today = todayAt(store.timeZone);
  return { person, store, today, sunday: weekStart(query.weekOf ?? today) };
}

const plannedIn = (employeeId: number, sunday: WorkDate) =>
  and(eq(plannedDays.employeeId, employeeId), between(plannedDays.workDate, sunday, addDays(sunday, 6)));
