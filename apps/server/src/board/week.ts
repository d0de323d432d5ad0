import { type Db, eventSyncs, events, schedules, type Tx } from '@scheduler/db';
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
  type StoreRules,
  type WorkDate,
  weekStart,
} from '@scheduler/scheduling';
import { and, between, eq, gt, isNull, lte, notInArray, or, type SQL, sql } from 'drizzle-orm';
import { boardEvent } from '../events/board-event.ts';
import {
  type EventRecord,
  eventFacts,
  eventSelection,
  eventsWithLive,
  joinSync,
  liveSchedule,
  type ScheduleRecord,
  type SyncRecord,
} from '../events/records.ts';
import { loadHolidays, loadPeople, loadPlanned } from '../schedules/rule-inputs.ts';
import { boardStore, findStore, todayAt } from '../stores/stores.ts';
import type { BoardSchedule, WeekBoard } from './types.ts';

/** A schedule with its event and its sync row. */
export interface LiveRow {
  event: EventRecord;
  schedule: ScheduleRecord;
  sync: SyncRecord | null;
}

/**
 * One week of a store in one snapshot. `weekOf` may be any day of the week. The week omits people
 * who left before it, unless they have work in it.
 */
export async function weekBoard(
  db: Db,
  query: { storeId?: number | undefined; weekOf?: WorkDate | undefined },
): Promise<WeekBoard> {
  // In one snapshot an event is in the tray or on the board, never in both.
  return db.transaction(
    async (tx) => {
      const store = await findStore(tx, query.storeId);
      const today = todayAt(store.timeZone);
      const sunday = weekStart(query.weekOf ?? today);
      const days = Array.from({ length: 7 }, (_, index) => addDays(sunday, index));
      const saturday = addDays(sunday, 6);
      // Saturday's work may last into this day, so the rules need it.
      const sundayAfter = addDays(sunday, 7);
      const [allHolidays, rows, openRows, openElsewhere] = await Promise.all([
        loadHolidays(tx),
        workBetween(tx, store.id, sunday, saturday),
        openEvents(tx, store.id, gt(events.dueOn, sunday), lte(events.startsOn, saturday)),
        countOpenBesides(tx, store.id, sunday, saturday),
      ]);
      const people = await peopleWith(tx, store.id, rows);
      const planned = await loadPlanned(tx, { employeeIds: people.map((person) => person.id), days });

      const atWork = new Set(rows.map((row) => row.schedule.employeeId));
      const displayedPeople = people
        .filter(
          (person) => person.terminatedOn === null || person.terminatedOn >= sunday || atWork.has(person.id),
        )
        .sort(byRoleAndName);

      return {
        store: boardStore(store),
        weekOf: sunday,
        days,
        today,
        holidays: [...days, sundayAfter].flatMap((day) => {
          const holiday = holidayOn(day, allHolidays);
          return holiday ? [{ day, name: holiday.name }] : [];
        }),
        people: displayedPeople.map((person) => ({
          ...factsWithin(person, sunday, sundayAfter),
          linkState: person.linkState,
          off: days.flatMap((day) => {
            const [absence] = absencesOn(person, day);
            return absence ? [{ day, reason: absence.reason }] : [];
          }),
        })),
        schedules: boardSchedules(rows, { people, planned, holidays: allHolidays, store }),
        besides: workBesides(planned, rows),
        tray: openRows
          .sort((a, b) => byUrgency(a.event, b.event))
          .map((row) => boardEvent(row.event, null, row.sync)),
        openElsewhere,
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** Live work of a store between two days, both included, by time. */
export async function workBetween(tx: Tx, storeId: number, from: WorkDate, to: WorkDate): Promise<LiveRow[]> {
  // Relies on the index schedules_live_by_day.
  return tx
    .select(eventSelection)
    .from(schedules)
    .innerJoin(events, eq(events.id, schedules.eventId))
    .leftJoin(eventSyncs, joinSync)
    .where(and(isNull(schedules.endedAt), between(schedules.workDate, from, to), eq(events.storeId, storeId)))
    .orderBy(schedules.startsAt, schedules.id);
}

/** The unscheduled events of a store that can be scheduled. */
export async function openEvents(
  tx: Tx,
  storeId: number,
  ...within: SQL[]
): Promise<{ event: EventRecord; sync: SyncRecord | null }[]> {
  // Relies on the index events_store_due where `within` bounds the due day.
  return eventsWithLive(tx).where(and(isOpenAt(storeId), ...within));
}

/**
 * The condition, on an event joined with its live schedule, that the event is unscheduled and can
 * be scheduled.
 */
const isOpenAt = (storeId: number) =>
  and(
    eq(events.storeId, storeId),
    isNull(schedules.id),
    isNull(events.goneSince),
    notInArray(events.condition, [...CLOSED_CONDITIONS]),
  );

/** The numbers of open events whose whole window is before a week, and after it. */
async function countOpenBesides(
  tx: Tx,
  storeId: number,
  sunday: WorkDate,
  saturday: WorkDate,
): Promise<WeekBoard['openElsewhere']> {
  const earlier = lte(events.dueOn, sunday);
  const [counts] = await tx
    .select({
      earlier: sql<number>`count(*) filter (where ${earlier})::int`,
      all: sql<number>`count(*)::int`,
    })
    .from(events)
    .leftJoin(schedules, liveSchedule)
    .where(and(isOpenAt(storeId), or(earlier, gt(events.startsOn, saturday))));
  return { earlier: counts?.earlier ?? 0, later: (counts?.all ?? 0) - (counts?.earlier ?? 0) };
}

/** The people of a store, and other people who do its work. */
export async function peopleWith(tx: Tx, storeId: number, rows: readonly LiveRow[]) {
  const people = await loadPeople(tx, { storeId });
  const known = new Set(people.map((person) => person.id));
  const guests = [...new Set(rows.map((row) => row.schedule.employeeId))].filter((id) => !known.has(id));
  return guests.length > 0 ? [...people, ...(await loadPeople(tx, { ids: guests }))] : people;
}

type Ranked = Pick<PersonFacts, 'role' | 'name'>;

/** The display order of people. */
export const byRoleAndName = (a: Ranked, b: Ranked): number =>
  ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.name.localeCompare(b.name, 'en');

/** The facts of a person that the rules need, limited to some days. */
function factsWithin(person: PersonFacts, from: WorkDate, to: WorkDate): PersonFacts {
  const touches = (days: { startsOn: WorkDate; endsOn: WorkDate }) =>
    days.startsOn <= to && days.endsOn >= from;
  const { id, name, role, repId, terminatedOn, pattern } = person;
  return {
    ...{ id, name, role, repId, terminatedOn, pattern },
    ranges: person.ranges
      .filter(touches)
      .map(({ startsOn, endsOn, available, reason }) => ({ startsOn, endsOn, available, reason })),
    dates: person.dates
      .filter(({ day }) => from <= day && day <= to)
      .map(({ day, available, reason }) => ({ day, available, reason })),
    timeOff: person.timeOff
      .filter(touches)
      .map(({ startsOn, endsOn, reason }) => ({ startsOn, endsOn, reason })),
  };
}

function workBesides(planned: readonly PlannedWork[], rows: readonly LiveRow[]): PlannedWork[] {
  const displayedIds = new Set(rows.map((row) => row.schedule.id));
  return planned.filter((work) => !displayedIds.has(work.scheduleId));
}

/** Converts live schedules to their form on the board, each with the rules that it breaks now. */
export function boardSchedules(
  rows: readonly LiveRow[],
  facts: {
    people: readonly PersonFacts[];
    planned: readonly PlannedWork[];
    holidays: readonly Holiday[];
    store: StoreRules;
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
      windowEndsOn: schedule.reissueExpiresOn,
      flags: person
        ? flagsOf(
            evaluate({
              event: eventFacts(event, schedule, sync),
              person,
              startsAt: schedule.startsAt,
              store: facts.store,
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

/**
 * The reasons that the board marks. Hints are left out, and so is the rule that finished work takes
 * no booking.
 */
export function flagsOf(reasons: readonly Reason[], event: Pick<EventRecord, 'condition'>): Reason[] {
  return reasons.filter(
    (reason) =>
      reason.severity !== 'hint' && !(reason.code === 'not_schedulable' && event.condition === 'Submitted'),
  );
}
