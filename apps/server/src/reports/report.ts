import { attendanceRecords, type Db, employees, eventSyncs, events, schedules, type Tx } from '@scheduler/db';
import { bookedElsewhere, joinSync, liveSchedule } from '@scheduler/db/facts';
import { addDays, daysBetween, type Instant, type WorkDate, weekStart } from '@scheduler/scheduling';
import { and, between, eq, inArray, isNull, ne, sql } from 'drizzle-orm';
import { byRoleAndName } from '../board/week.ts';
import { csvLines } from '../core/csv-lines.ts';
import { findStore } from '../stores/stores.ts';
import {
  type AttendanceDay,
  type Change,
  type DueWork,
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
      const lateChanges = changes.flatMap((change) => lateChangeOf(change, published) ?? []);
      const isIn = (day: WorkDate) => from <= day && day <= to;
      const facts = { work, attendance, changes: lateChanges.filter(({ weekOf }) => isIn(weekOf)) };
      const shared = (days: { from: WorkDate; to: WorkDate }): SharedFigures => {
        const isOfDays = (day: WorkDate) => days.from <= day && day <= days.to;
        const own = facts.work.filter(({ workDate }) => isOfDays(workDate));
        const ownDue = due.filter(({ lastDay }) => isOfDays(lastDay));
        return {
          ...workFiguresOf({
            work: own,
            attendance: facts.attendance.filter(({ day }) => isOfDays(day)),
            changes: facts.changes.filter(({ weekOf }) => isOfDays(weekOf)),
          }),
          people: new Set(own.map(({ employeeId }) => employeeId)).size,
          due: ownDue.length,
          covered: ownDue.filter(({ isCovered }) => isCovered).length,
          sync: syncTimesOf(
            changes.filter(({ before, after }) => isOfDays((after ?? before)?.workDate ?? '')),
          ),
        };
      };
      const weeks = Array.from({ length: (daysBetween(from, to) + 1) / 7 }, (_, index) => {
        const weekOf = addDays(from, index * 7);
        return { weekOf, ...shared({ from: weekOf, to: addDays(weekOf, 6) }) };
      });
      return {
        ...range,
        publishedDaysBefore,
        total: shared({ from, to }),
        weeks,
        people: await peopleOf(tx, facts),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

interface Range {
  storeId: number;
  from: WorkDate;
  to: WorkDate;
}

/** The figures of everybody who has one. */
async function peopleOf(tx: Tx, facts: Parameters<typeof workFiguresOf>[0]): Promise<PersonFigures[]> {
  const ids = [...new Set(Object.values(facts).flatMap((list) => list.map(({ employeeId }) => employeeId)))];
  if (ids.length === 0) return [];
  const people = await tx
    .select({ employeeId: employees.id, name: employees.name, role: employees.role })
    .from(employees)
    .where(inArray(employees.id, ids));
  const [work, attendance, changes] = [facts.work, facts.attendance, facts.changes];
  return people.sort(byRoleAndName).map((person) => {
    const isTheirs = ({ employeeId }: { employeeId: number }) => employeeId === person.employeeId;
    return {
      ...person,
      ...workFiguresOf({
        work: work.filter(isTheirs),
        attendance: attendance.filter(isTheirs),
        changes: changes.filter(isTheirs),
      }),
    };
  });
}

/** The live schedules of a store. Relies on the index schedules_live_by_day. */
function workIn(tx: Tx, { storeId, from, to }: Range): Promise<Work[]> {
  return tx
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
  const rows = await tx
    .select({ dueOn: events.dueOn, condition: events.condition, live: schedules, sync: eventSyncs })
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
  return rows.map(({ dueOn, condition, live, sync }) => ({
    lastDay: addDays(dueOn, -1),
    isCovered: live !== null || condition === 'Submitted' || bookedElsewhere(live, sync) !== null,
  }));
}

/**
 * The changes of all schedules whose event was ever planned for a day of the range. Each is read
 * by an index: the planned days of each person, their events' schedules, and what the audit log has of
 * these. Only a change that a user made has a time from click to synced: until the first attempt that
 * began after it and left both sides the same.
 */
async function changesIn(tx: Tx, { storeId, from, to }: Range): Promise<Change[]> {
  const rows = await tx.execute<{
    at: string;
    before: ChangeSide | null;
    after: ChangeSide | null;
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
    select ${instantText(sql`audit_log.at`)} as at,
      audit_log.before, audit_log.after,
      case when audit_log.actor_id <> 'system' and audit_log.action <> 'schedule.import' then (
        select ${instantText(sql`min(sync_attempts.finished_at)`)} from sync_attempts
        where sync_attempts.event_id = touched.event_id and sync_attempts.outcome in ('done', 'nothing')
          and sync_attempts.started_at >= audit_log.at
      ) end as "syncedAt"
    from touched
    join audit_log on audit_log.subject_type = 'schedule' and audit_log.subject_id = touched.id::text
    where audit_log.action like 'schedule.%'`);
  return rows.map(({ at, before, after, syncedAt }) => ({
    at,
    before: placeOf(before),
    after: placeOf(after),
    syncedAt,
  }));
}

/** A schedule in the audit log; some entries have only a part of it. */
interface ChangeSide {
  employeeId?: number;
  startsAt?: Instant;
  workDate?: WorkDate;
  ended?: boolean;
}

function placeOf(side: ChangeSide | null): Change['before'] {
  const { employeeId, startsAt, workDate, ended } = side ?? {};
  if (ended || employeeId === undefined || startsAt === undefined || workDate === undefined) return null;
  return { employeeId, startsAt, workDate };
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
