import { type Db, eventSyncs, events, schedules } from '@scheduler/db';
import {
  absencesOn,
  addDays,
  byUrgency,
  CLOSED_CONDITIONS,
  evaluate,
  type Holiday,
  holidayOn,
  type PersonFacts,
  type PlannedWork,
  type Reason,
  ROLES,
  type WorkDate,
  weekStart,
  workDateOf,
} from '@scheduler/scheduling';
import { and, between, eq, gt, isNull, lte, notInArray } from 'drizzle-orm';
import {
  type EventRecord,
  eventFacts,
  eventSelection,
  itsSync,
  liveSchedule,
  loadHolidays,
  loadPeople,
  loadPlanned,
  type ScheduleRecord,
  type SyncRecord,
} from './facts.ts';
import { boardEvent } from './present.ts';
import { findStore } from './stores.ts';
import type { BoardSchedule, WeekBoard } from './views.ts';

/** A schedule with its event and what the sync knows of it. */
export interface LiveRow {
  event: EventRecord;
  schedule: ScheduleRecord;
  sync: SyncRecord | null;
}

/**
 * One week of a store as of one moment. `weekOf` may be any day of the week. People who left before it are not on it,
 * but whoever has work in it is.
 */
export async function weekBoard(
  db: Db,
  query: { storeId?: number | undefined; weekOf: WorkDate },
): Promise<WeekBoard> {
  const sunday = weekStart(query.weekOf);
  const days = Array.from({ length: 7 }, (_, index) => addDays(sunday, index));
  const saturday = addDays(sunday, 6);

  // One snapshot: an event that is being scheduled meanwhile is in the tray or on the board, never in both.
  return db.transaction(
    async (tx) => {
      const store = await findStore(tx, query.storeId);
      const [allHolidays, ownPeople, rows, openRows] = await Promise.all([
        loadHolidays(tx),
        loadPeople(tx, { storeId: store.id }),
        tx
          .select(eventSelection)
          .from(schedules)
          .innerJoin(events, eq(events.id, schedules.eventId))
          .leftJoin(eventSyncs, itsSync)
          .where(
            and(
              isNull(schedules.endedAt),
              between(schedules.workDate, sunday, saturday),
              eq(events.storeId, store.id),
            ),
          )
          .orderBy(schedules.startsAt, schedules.id),
        // Relies on the index events_store_due.
        tx
          .select(eventSelection)
          .from(events)
          .leftJoin(schedules, liveSchedule)
          .leftJoin(eventSyncs, itsSync)
          .where(
            and(
              eq(events.storeId, store.id),
              gt(events.dueOn, sunday),
              lte(events.startsOn, saturday),
              isNull(schedules.id),
              isNull(events.goneSince),
              notInArray(events.condition, [...CLOSED_CONDITIONS]),
            ),
          ),
      ]);
      const known = new Set(ownPeople.map((person) => person.id));
      const guests = [...new Set(rows.map((row) => row.schedule.employeeId))].filter((id) => !known.has(id));
      const people =
        guests.length > 0 ? [...ownPeople, ...(await loadPeople(tx, { ids: guests }))] : ownPeople;
      const planned = await loadPlanned(tx, { employeeIds: people.map((person) => person.id), days });

      const atWork = new Set(rows.map((row) => row.schedule.employeeId));
      const shown = people
        .filter(
          (person) => person.terminatedOn === null || person.terminatedOn >= sunday || atWork.has(person.id),
        )
        .sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.name.localeCompare(b.name, 'en'));

      return {
        store: {
          id: store.id,
          name: store.name,
          number: store.number,
          timeZone: store.timeZone,
          slots: store.slots,
        },
        weekOf: sunday,
        days,
        today: workDateOf(new Date().toISOString(), store.timeZone),
        holidays: days.flatMap((day) => {
          const holiday = holidayOn(day, allHolidays);
          return holiday ? [{ day, name: holiday.name }] : [];
        }),
        people: shown.map((person) => ({
          id: person.id,
          name: person.name,
          role: person.role,
          linkState: person.linkState,
          off: days.flatMap((day) => {
            const [absence] = absencesOn(person, day);
            return absence ? [{ day, reason: absence.reason }] : [];
          }),
        })),
        schedules: boardSchedules(rows, { people, planned, holidays: allHolidays, timeZone: store.timeZone }),
        tray: openRows
          .sort((a, b) => byUrgency(a.event, b.event))
          .map((row) => boardEvent(row.event, null, row.sync)),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** Live schedules as the board shows them, each with the rules that it breaks as things stand. */
export function boardSchedules(
  rows: readonly LiveRow[],
  facts: {
    people: readonly PersonFacts[];
    planned: readonly PlannedWork[];
    holidays: readonly Holiday[];
    timeZone: string;
  },
): BoardSchedule[] {
  const personBy = new Map(facts.people.map((person) => [person.id, person]));
  const plannedBy = Map.groupBy(facts.planned, (work) => work.employeeId);
  return rows.map(({ event, schedule, sync }) => {
    const person = personBy.get(schedule.employeeId);
    return {
      scheduleId: schedule.id,
      version: schedule.version,
      event: boardEvent(event, schedule, sync),
      employeeId: schedule.employeeId,
      startsAt: schedule.startsAt,
      endsAt: schedule.endsAt,
      workDate: schedule.workDate,
      source: schedule.source,
      overrideReason: schedule.overrideReason,
      flags: person
        ? flagsOf(
            evaluate({
              event: eventFacts(event, schedule, sync),
              person,
              startsAt: schedule.startsAt,
              timeZone: facts.timeZone,
              planned: plannedBy.get(person.id) ?? [],
              holidays: facts.holidays,
              ignoreScheduleIds: [schedule.id],
              ...(schedule.reissueExpiresOn ? { windowEndsOn: schedule.reissueExpiresOn } : {}),
            }),
            event,
          )
        : [],
    };
  });
}

/** What is worth a mark on the board: no mere hints, and that done work takes no new booking is as it should be. */
function flagsOf(reasons: readonly Reason[], event: EventRecord): Reason[] {
  return reasons.filter(
    (reason) =>
      reason.severity !== 'hint' && !(reason.code === 'not_schedulable' && event.condition === 'Submitted'),
  );
}
