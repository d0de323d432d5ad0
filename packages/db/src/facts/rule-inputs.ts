import {
  addDays,
  type Holiday,
  type Hours,
  type PersonFacts,
  type PlannedWork,
  type WorkDate,
  weekStart,
} from '@scheduler/scheduling';
import { and, between, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { Executor, Tx } from '../connect.ts';
import { jsonRows } from '../json-rows.ts';
import {
  availabilityDates,
  availabilityPatterns,
  availabilityRanges,
  employees,
  eventSyncs,
  events,
  holidays,
  schedules,
  timeOff,
} from '../schema/index.ts';
import type { SyncRecord } from './records.ts';

/** A person, with the rows of the days on which they can work. */
export type Person = typeof employees.$inferSelect &
  Omit<PersonFacts, 'ranges' | 'timeOff' | 'patternHours'> & {
    patternHours: (Hours | null)[] | null;
    ranges: (typeof availabilityRanges.$inferSelect)[];
    timeOff: (typeof timeOff.$inferSelect)[];
  };

/** People and the days on which they can work. Times of day and plans are not part of it. */
export async function loadPeople(
  db: Executor,
  which: { storeId: number } | { ids: readonly number[] },
): Promise<Person[]> {
  const where: SQL | undefined =
    'storeId' in which ? eq(employees.storeId, which.storeId) : inArray(employees.id, [...which.ids]);
  const ids = db.select({ id: employees.id }).from(employees).where(where);
  const [people, patterns, ranges, dates, off] = await Promise.all([
    db.select().from(employees).where(where).orderBy(employees.id),
    db.select().from(availabilityPatterns).where(inArray(availabilityPatterns.employeeId, ids)),
    db.select().from(availabilityRanges).where(inArray(availabilityRanges.employeeId, ids)),
    db.select().from(availabilityDates).where(inArray(availabilityDates.employeeId, ids)),
    db.select().from(timeOff).where(inArray(timeOff.employeeId, ids)),
  ]);
  return withAvailability(people, { patterns, ranges, dates, off });
}

/** People with the rows of the days on which they can work. */
function withAvailability(
  people: readonly (typeof employees.$inferSelect)[],
  rows: {
    patterns: (typeof availabilityPatterns.$inferSelect)[];
    ranges: (typeof availabilityRanges.$inferSelect)[];
    dates: (typeof availabilityDates.$inferSelect)[];
    off: (typeof timeOff.$inferSelect)[];
  },
): Person[] {
  const { ranges, dates, off } = rows;
  const patternOf = new Map(rows.patterns.map((row) => [row.employeeId, row]));
  const of = <Row extends { employeeId: number }>(rows: Row[], id: number) =>
    rows.filter((row) => row.employeeId === id);
  return people.map((person) => {
    const week = patternOf.get(person.id);
    return {
      ...person,
      pattern: week
        ? [week.sunday, week.monday, week.tuesday, week.wednesday, week.thursday, week.friday, week.saturday]
        : null,
      patternHours: week?.hours ?? null,
      ranges: of(ranges, person.id),
      dates: of(dates, person.id),
      timeOff: of(off, person.id),
    };
  });
}

const ROWS = {
  syncs: jsonRows(eventSyncs),
  people: jsonRows(employees),
  patterns: jsonRows(availabilityPatterns),
  ranges: jsonRows(availabilityRanges),
  dates: jsonRows(availabilityDates),
  off: jsonRows(timeOff),
};

/**
 * Reads the facts that the rules need before a change of schedules, in one statement, and reserves
 * ids for the schedules that it may create.
 * @param what.events the ids of the events, as an array
 * @param what.people the ids of the people, as an array
 */
export async function readForPlan(
  tx: Tx,
  what: { events: SQL; people: SQL; days: readonly WorkDate[]; newSchedules: number },
): Promise<{
  syncs: SyncRecord[];
  people: Person[];
  planned: PlannedWork[];
  holidays: Holiday[];
  scheduleIds: number[];
}> {
  const [from, to] = weeksOf(what.days);
  const theirs = sql`where employee_id = any((select people from chosen)::int[])`;
  const [row] = await tx.execute<Record<string, unknown>>(sql`
    with chosen as materialized (select ${what.events} events, ${what.people} people)
    select ${ROWS.syncs.of(sql`where event_id = any((select events from chosen)::int[])`)} syncs,
      ${ROWS.people.of(sql`where id = any((select people from chosen)::int[])`)} people,
      ${ROWS.patterns.of(theirs)} patterns,
      ${ROWS.ranges.of(theirs)} ranges,
      ${ROWS.dates.of(theirs)} dates,
      ${ROWS.off.of(theirs)} off,
      -- Relies on the index schedules_live_by_day.
      (select coalesce(json_agg(json_build_object('scheduleId', id, 'eventId', event_id,
          'employeeId', employee_id, 'type', (select type from events where id = event_id), 'startsAt', starts_at,
          'endsAt', ends_at, 'workDate', work_date)), '[]')
        from schedules
        where ended_at is null and work_date between ${from}::date and ${to}::date
          and employee_id = any((select people from chosen)::int[])) planned,
      (select coalesce(json_agg(json_build_object('day', day, 'name', name, 'yearly', yearly)), '[]')
        from holidays) holidays,
      (select coalesce(json_agg(nextval(pg_get_serial_sequence('schedules', 'id'))), '[]')
        from generate_series(1, ${what.newSchedules}::int)) "scheduleIds"`);
  if (!row) throw new Error('Nothing was read.');
  const read = <Name extends keyof typeof ROWS>(name: Name) =>
    ROWS[name].read(row[name]) as ReturnType<(typeof ROWS)[Name]['read']>;
  const instantOf = (text: string) => new Date(text).toISOString();
  return {
    syncs: read('syncs'),
    people: withAvailability(
      read('people').sort((a, b) => a.id - b.id),
      { patterns: read('patterns'), ranges: read('ranges'), dates: read('dates'), off: read('off') },
    ),
    planned: (row.planned as PlannedWork[]).map((work) => ({
      ...work,
      startsAt: instantOf(work.startsAt),
      endsAt: instantOf(work.endsAt),
    })),
    holidays: row.holidays as Holiday[],
    scheduleIds: row.scheduleIds as number[],
  };
}

/**
 * The first and the last day of the weeks of some days, with one more day at each end, because work
 * may last beyond midnight.
 */
function weeksOf(days: readonly WorkDate[]): [WorkDate, WorkDate] {
  const sorted = days.toSorted();
  const [first = '1970-01-01', last = '1970-01-01'] = [sorted[0], sorted.at(-1)];
  return [addDays(weekStart(first), -1), addDays(weekStart(last), 7)];
}

/**
 * Live work of people in all stores, in the weeks of some days, with its store and the reason with
 * which a soft conflict was accepted.
 */
export async function loadPlanned(
  db: Executor,
  query: { employeeIds: readonly number[]; days: readonly WorkDate[] },
): Promise<(PlannedWork & { storeId: number; overrideReason: string | null })[]> {
  if (query.days.length === 0 || query.employeeIds.length === 0) return [];
  // Relies on the index schedules_live_by_day.
  const [from, to] = weeksOf(query.days);
  return db
    .select({
      scheduleId: schedules.id,
      eventId: schedules.eventId,
      employeeId: schedules.employeeId,
      type: events.type,
      startsAt: schedules.startsAt,
      endsAt: schedules.endsAt,
      workDate: schedules.workDate,
      overrideReason: schedules.overrideReason,
      storeId: events.storeId,
    })
    .from(schedules)
    .innerJoin(events, eq(events.id, schedules.eventId))
    .where(
      and(
        isNull(schedules.endedAt),
        between(schedules.workDate, from, to),
        inArray(schedules.employeeId, [...query.employeeIds]),
      ),
    );
}

/** The holidays. */
export async function loadHolidays(db: Executor): Promise<Holiday[]> {
  return db.select({ day: holidays.day, name: holidays.name, yearly: holidays.yearly }).from(holidays);
}
