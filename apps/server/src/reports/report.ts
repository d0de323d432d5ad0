import { attendanceRecords, type Db, employees, eventSyncs, events, schedules, type Tx } from '@scheduler/db';
import { isBookedElsewhere, joinSync, liveSchedule, replacedWork } from '@scheduler/db/facts';
import { addDays, daysBetween, type WorkDate, weekStart } from '@scheduler/scheduling';
import { and, between, eq, inArray, isNull, ne, type SQL, sql } from 'drizzle-orm';
import { byRoleAndName } from '../board/week.ts';
import { csvLines } from '../core/csv-lines.ts';
import { findStore } from '../stores/stores.ts';
import {
  type AttendanceDay,
  type Change,
  type DueWork,
  type LateChange,
  lateChangeOf,
  syncTimesOf,
  type Work,
  workFiguresOf,
} from './figures.ts';
import type { PersonFigures, Report, SharedFigures, WorkFigures } from './types.ts';

/** Which store (by default the first one), and which days; the report has their whole weeks. */
export interface ReportQuery {
  storeId?: number | undefined;
  from: WorkDate;
  to: WorkDate;
  /** A week counts as published these days before its Sunday. */
  publishedDaysBefore: number;
}

/** The figures of a store's work in whole weeks, in one snapshot. */
export async function reportOf(db: Db, query: ReportQuery): Promise<Report> {
  const { publishedDaysBefore } = query;
  const from = weekStart(query.from);
  const to = addDays(weekStart(query.to), 6);
  return db.transaction(
    async (tx) => {
      const store = await findStore(tx, query.storeId);
      const range = { storeId: store.id, from, to };
      const [work, attendance, due, changes] = await Promise.all([
        workIn(tx, range),
        attendanceIn(tx, range),
        dueIn(tx, range),
        changesIn(tx, range),
      ]);
      const published = { daysBefore: publishedDaysBefore, timeZone: store.timeZone };
      const isIn = (day: WorkDate) => from <= day && day <= to;
      const facts: Facts = {
        work,
        attendance,
        due,
        changes: changes
          .flatMap((change) => lateChangeOf(change, published) ?? [])
          .filter(({ weekOf }) => isIn(weekOf)),
        saved: changes.filter(({ before, after }) => isIn((after ?? before)?.workDate ?? '')),
      };
      const ofWeek = {
        work: Map.groupBy(facts.work, ({ workDate }) => weekStart(workDate)),
        attendance: Map.groupBy(facts.attendance, ({ day }) => weekStart(day)),
        due: Map.groupBy(facts.due, ({ lastDay }) => weekStart(lastDay)),
        changes: Map.groupBy(facts.changes, ({ weekOf }) => weekOf),
        saved: Map.groupBy(facts.saved, ({ before, after }) =>
          weekStart((after ?? before)?.workDate ?? from),
        ),
      };
      const weeks = Array.from({ length: (daysBetween(from, to) + 1) / 7 }, (_, index) => {
        const weekOf = addDays(from, index * 7);
        const figures = sharedFiguresOf({
          work: ofWeek.work.get(weekOf) ?? [],
          attendance: ofWeek.attendance.get(weekOf) ?? [],
          due: ofWeek.due.get(weekOf) ?? [],
          changes: ofWeek.changes.get(weekOf) ?? [],
          saved: ofWeek.saved.get(weekOf) ?? [],
        });
        return { weekOf, ...figures };
      });
      return {
        ...range,
        publishedDaysBefore,
        total: sharedFiguresOf(facts),
        weeks,
        people: await peopleOf(tx, facts),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** What is known of some weeks. */
interface Facts {
  work: Work[];
  attendance: AttendanceDay[];
  due: DueWork[];
  /** After publishing. */
  changes: LateChange[];
  /** All changes of the work of these weeks, for the time until they were synced. */
  saved: Change[];
}

const sharedFiguresOf = (facts: Facts): SharedFigures => ({
  ...workFiguresOf(facts),
  people: new Set(facts.work.map(({ employeeId }) => employeeId)).size,
  due: facts.due.length,
  covered: facts.due.filter(({ isCovered }) => isCovered).length,
  sync: syncTimesOf(facts.saved),
});

interface Range {
  storeId: number;
  from: WorkDate;
  to: WorkDate;
}

/** The figures of everybody who has one. */
async function peopleOf(
  tx: Tx,
  facts: Pick<Facts, 'work' | 'attendance' | 'changes'>,
): Promise<PersonFigures[]> {
  const idOf = ({ employeeId }: { employeeId: number }) => employeeId;
  const of = {
    work: Map.groupBy(facts.work, idOf),
    attendance: Map.groupBy(facts.attendance, idOf),
    changes: Map.groupBy(facts.changes, idOf),
  };
  const ids = [...new Set(Object.values(of).flatMap((byPerson) => [...byPerson.keys()]))];
  if (ids.length === 0) return [];
  const people = await tx
    .select({ employeeId: employees.id, name: employees.name, role: employees.role })
    .from(employees)
    .where(inArray(employees.id, ids));
  return people.sort(byRoleAndName).map((person) => ({
    ...person,
    ...workFiguresOf({
      work: of.work.get(person.employeeId) ?? [],
      attendance: of.attendance.get(person.employeeId) ?? [],
      changes: of.changes.get(person.employeeId) ?? [],
    }),
  }));
}

/** A store's work: its live schedules, and what was done and then reissued. */
async function workIn(tx: Tx, { storeId, from, to }: Range): Promise<Work[]> {
  const replaced = await replacedWork(tx, from, to, eq(events.storeId, storeId));
  // Relies on the index schedules_live_by_day.
  const live = await tx
    .select({
      employeeId: schedules.employeeId,
      type: events.type,
      startsAt: schedules.startsAt,
      endsAt: schedules.endsAt,
      workDate: schedules.workDate,
    })
    .from(schedules)
    .innerJoin(events, eq(events.id, schedules.eventId))
    .where(
      and(isNull(schedules.endedAt), between(schedules.workDate, from, to), eq(events.storeId, storeId)),
    );
  return [...live, ...replaced.map(({ event: { type }, schedule }) => ({ ...schedule, type }))];
}

/** The recorded days of a store's people. Relies on the index attendance_records_day. */
function attendanceIn(tx: Tx, { storeId, from, to }: Range): Promise<AttendanceDay[]> {
  return tx
    .select({
      employeeId: attendanceRecords.employeeId,
      day: attendanceRecords.day,
      status: attendanceRecords.status,
    })
    .from(attendanceRecords)
    .innerJoin(employees, eq(employees.id, attendanceRecords.employeeId))
    .where(and(eq(employees.storeId, storeId), between(attendanceRecords.day, from, to)));
}

/** The events whose last possible day is in the range. Relies on the index events_store_due. */
async function dueIn(tx: Tx, { storeId, from, to }: Range): Promise<DueWork[]> {
  return tx
    .select({
      lastDay: sql<WorkDate>`(${events.dueOn} - 1)::text`,
      isCovered: sql<boolean>`(${schedules.id} is not null or ${events.condition} = 'Submitted' or ${isBookedElsewhere}) is true`,
    })
    .from(events)
    .leftJoin(schedules, liveSchedule)
    .leftJoin(eventSyncs, joinSync)
    .where(
      and(
        eq(events.storeId, storeId),
        between(events.dueOn, addDays(from, 1), addDays(to, 1)),
        isNull(events.goneSince),
        ne(events.condition, 'Canceled'),
      ),
    );
}

/** Where a changed schedule was before; a reissue takes nothing from who had the work. */
const BEFORE = sql`(case when change.action <> 'schedule.reissue' then change.before end)`;

/**
 * The changes of all schedules whose event was ever planned for a day of the range. Each is read
 * by an index: the planned days of each person, their events' schedules, and what the audit log has of
 * these. Only a change that a user made has a time from click to synced: until the first attempt that
 * began after it and left both sides the same. Attempts are removed by age, the oldest first. Once
 * the first of all, number 1, is gone, nothing is known of a change from before the oldest that is kept:
 * a later attempt may not be its own. A choice of Crossmark's
 * side is its change, too.
 *
 * A reissue adds work: what its person did before stays theirs. The first list of a store changes
 * nothing, because nobody knew of its work here.
 */
async function changesIn(tx: Tx, { storeId, from, to }: Range): Promise<Change[]> {
  const rows = await tx.execute<{
    at: string;
    before: (string | null)[];
    after: (string | null)[];
    syncedAt: string | null;
  }>(sql`
    with touched as (
      select distinct schedules.id, schedules.event_id
      from employees
      join planned_days on planned_days.employee_id = employees.id
        and planned_days.work_date between ${from} and ${to}
      join events on events.id = planned_days.event_id and events.store_id = ${storeId}
      join schedules on schedules.event_id = events.id
    )
    select ${instantText(sql`change.at`)} as at, ${partsOf(BEFORE)} as before,
      ${partsOf(sql`change.after`)} as after,
      case when change.actor_id <> 'system' and change.action not in ('schedule.import', 'sync.keep_theirs')
        and change.at >= (select case when id = 1 then '-infinity' else started_at end
          from sync_attempts order by id limit 1) then (
        select ${instantText(sql`min(sync_attempts.finished_at)`)} from sync_attempts
        where sync_attempts.event_id = touched.event_id and sync_attempts.outcome in ('done', 'nothing')
          and sync_attempts.started_at >= change.at
      ) end as "syncedAt"
    from touched
    -- By the index audit_log_subject: without the offset the whole audit log is read.
    cross join lateral (
      select at, actor_id, action, before, after from audit_log
      where subject_type = 'schedule' and subject_id = touched.id::text offset 0
    ) change
    where not coalesce((change.after ->> 'isFirstList')::boolean, false)`);
  return rows.map(({ at, before, after, syncedAt }) => ({
    at,
    before: placeOf(before),
    after: placeOf(after),
    syncedAt,
  }));
}

/** The parts of a schedule in the audit log that {@link placeOf} reads: it has many others. */
const partsOf = (side: SQL) =>
  sql`json_build_array(${side} ->> 'employeeId', ${side} ->> 'startsAt', ${side} ->> 'workDate', ${side} ->> 'ended')`;

/** Where a schedule stood; null if it has ended, or where an entry has only a part of it. */
function placeOf([employeeId, startsAt, workDate, ended]: (string | null)[]): Change['before'] {
  if (ended === 'true' || !employeeId || !startsAt || !workDate) return null;
  return { employeeId: Number(employeeId), startsAt, workDate };
}

const instantText = (value: ReturnType<typeof sql>) =>
  sql`to_char(${value} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const CHANGES = ['moved', 'reassigned', 'unscheduled', 'added'] as const;

const WORK_COLUMNS = [
  'Hours',
  'Hours without lunch',
  'Days',
  'Cores',
  'Days recorded',
  'Days on time',
  'On time %',
  ...CHANGES.map((kind) => `${kind[0]?.toUpperCase()}${kind.slice(1)} after publishing`),
];

const rounded = (value: number): string => String(Math.round(value * 100) / 100);
const percent = (part: number, whole: number): string => (whole > 0 ? rounded((part / whole) * 100) : '');

const workFields = (figures: WorkFigures): string[] => [
  rounded(figures.minutes / 60),
  rounded(figures.workedMinutes / 60),
  String(figures.days),
  String(figures.cores),
  String(figures.recorded),
  String(figures.onTime),
  percent(figures.onTime, figures.recorded),
  ...CHANGES.map((kind) => String(figures.changes[kind])),
];

/** A report as a CSV file, a row for each person or for each week. */
export async function reportCsv(db: Db, query: ReportQuery & { by: 'person' | 'week' }): Promise<string> {
  const { people, weeks } = await reportOf(db, query);
  if (query.by === 'person') {
    const rows = people.map((person) => [person.name, person.role, ...workFields(person)]);
    return csvLines([['Person', 'Role', ...WORK_COLUMNS], ...rows], { first: true });
  }
  const head = ['Week of', 'People', ...WORK_COLUMNS, 'Due', 'Covered', 'Coverage %'];
  const rows = weeks.map(({ sync, ...week }) => [
    week.weekOf,
    String(week.people),
    ...workFields(week),
    String(week.due),
    String(week.covered),
    percent(week.covered, week.due),
    ...(sync ? [rounded(sync.medianSeconds), rounded(sync.p95Seconds)] : ['', '']),
  ]);
  return csvLines([[...head, 'Seconds to synced, median', 'Seconds to synced, 95 %'], ...rows], {
    first: true,
  });
}
