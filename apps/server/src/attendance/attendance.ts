import {
  attendanceRecords,
  type Db,
  type Executor,
  employees,
  nextVersion,
  schedules,
  stores,
  type Tx,
} from '@scheduler/db';
import { replacedWork } from '@scheduler/db/facts';
import {
  ATTENDANCE_WORDS,
  type AttendanceStatus,
  formatDay,
  monthDays,
  ROLES,
  type WorkDate,
} from '@scheduler/scheduling';
import { and, asc, between, eq, inArray, isNull, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { csvLines } from '../core/csv-lines.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import type { AttendanceMonth, AttendanceRecord, AttendanceSummary, PersonAttendance } from './types.ts';

/** A person's day, and the version of its record that the user saw; null if there was none. */
interface SeenDay {
  employeeId: number;
  day: WorkDate;
  version: number | null;
}

const recordColumns = {
  employeeId: attendanceRecords.employeeId,
  day: attendanceRecords.day,
  status: attendanceRecords.status,
  note: attendanceRecords.note,
  version: attendanceRecords.version,
  recordedBy: attendanceRecords.recordedBy,
  recordedAt: attendanceRecords.recordedAt,
};

/**
 * Records how a person's day went, in place of what was recorded before. The person needs no
 * schedule on that day, and may have left since. Throws a {@link Refusal} if the day is still to
 * come, or if another user has recorded it since `version`.
 */
export async function recordAttendance(
  db: Db,
  actor: Actor,
  input: SeenDay & { status: AttendanceStatus; note: string | null },
): Promise<AttendanceRecord> {
  const { employeeId, day, version, status, note } = input;
  return save(db, async (tx) => {
    await assertPastDay(tx, input);
    const before = await recordOf(tx, input);
    if ((before?.version ?? null) !== version) throw staleDay(before, day);
    if (before && before.status === status && before.note === note) return before;
    const [after] = before
      ? await tx
          .update(attendanceRecords)
          .set({
            status,
            note,
            version: nextVersion,
            recordedBy: actor.name,
            recordedAt: sql`app_now()`,
          })
          .where(isDay(input))
          .returning(recordColumns)
      : await tx
          .insert(attendanceRecords)
          .values({ employeeId, day, status, note, recordedBy: actor.name })
          .onConflictDoNothing()
          .returning(recordColumns);
    // Another user's first record of the day was committed at the same moment.
    if (!after) throw staleDay(await recordOf(tx, input), day);
    await audit(tx, actor, [
      {
        action: 'attendance.record',
        subjectType: 'employee',
        subjectId: employeeId,
        ...(before && { before: inWords(before) }),
        after: inWords(after),
      },
    ]);
    return after;
  });
}

/** Removes a record, so that the day is unmarked again. Throws a {@link Refusal} if it changed. */
export async function removeAttendance(
  db: Db,
  actor: Actor,
  input: SeenDay & { version: number },
): Promise<void> {
  await save(db, async (tx) => {
    await assertPastDay(tx, input);
    const before = await recordOf(tx, input);
    if (before?.version !== input.version) throw staleDay(before, input.day);
    await tx.delete(attendanceRecords).where(isDay(input));
    await audit(tx, actor, [
      {
        action: 'attendance.remove',
        subjectType: 'employee',
        subjectId: input.employeeId,
        before: inWords(before),
        after: { day: input.day },
      },
    ]);
  });
}

const isDay = ({ employeeId, day }: { employeeId: number; day: WorkDate }) =>
  and(eq(attendanceRecords.employeeId, employeeId), eq(attendanceRecords.day, day));

async function recordOf(tx: Tx, seen: SeenDay): Promise<AttendanceRecord | undefined> {
  const [record] = await tx.select(recordColumns).from(attendanceRecords).where(isDay(seen)).for('update');
  return record;
}

/** The part of a record that the audit log keeps. */
const inWords = ({ day, status, note }: AttendanceRecord) => ({
  day,
  status: ATTENDANCE_WORDS[status],
  note,
});

async function assertPastDay(tx: Tx, { employeeId, day }: SeenDay): Promise<void> {
  const [person] = await tx
    .select({ name: employees.name, timeZone: stores.timeZone })
    .from(employees)
    .innerJoin(stores, eq(stores.id, employees.storeId))
    .where(eq(employees.id, employeeId));
  if (!person) throw notFound('person', employeeId);
  if (day <= todayAt(person.timeZone)) return;
  throw new Refusal(
    `${formatDay(day)} is still to come, so nobody knows yet how it goes for ${person.name}. Record it on the day itself.`,
    { code: 'not_allowed' },
  );
}

function staleDay(record: AttendanceRecord | undefined, day: WorkDate): Refusal {
  const now = record
    ? `${record.recordedBy} has recorded ${ATTENDANCE_WORDS[record.status]} for ${formatDay(day)} meanwhile.`
    : `The record of ${formatDay(day)} was removed meanwhile.`;
  return new Refusal(`${now} Look at it and record it again if it is wrong.`, {
    code: 'stale',
    changes: [],
    currentVersion: record?.version ?? null,
  });
}

/** The records of some people on a day. */
export async function attendanceOn(
  tx: Executor,
  employeeIds: readonly number[],
  day: WorkDate,
): Promise<AttendanceRecord[]> {
  if (employeeIds.length === 0) return [];
  return tx
    .select(recordColumns)
    .from(attendanceRecords)
    .where(and(inArray(attendanceRecords.employeeId, [...employeeIds]), eq(attendanceRecords.day, day)));
}

/**
 * The attendance of a store's people in a month, of all or of one of them. A person belongs to a
 * month if they were with the club then, or have work or a record in it.
 * @param query.month `YYYY-MM`
 */
export async function attendanceMonth(
  db: Db,
  query: { storeId?: number | undefined; month: string; employeeId?: number | undefined },
): Promise<AttendanceMonth> {
  const { month, employeeId } = query;
  const days = monthDays(month).filter((day) => day.startsWith(month));
  const [first, last] = [days[0] ?? '', days.at(-1) ?? ''];
  return db.transaction(
    async (tx) => {
      const store = await findStore(tx, query.storeId);
      const today = todayAt(store.timeZone);
      const ofStore = and(
        eq(employees.storeId, store.id),
        employeeId === undefined ? undefined : eq(employees.id, employeeId),
      );
      const [people, records, live, replaced] = await Promise.all([
        tx
          .select({
            employeeId: employees.id,
            name: employees.name,
            role: employees.role,
            terminatedOn: employees.terminatedOn,
          })
          .from(employees)
          .where(ofStore)
          .orderBy(asc(employees.name), asc(employees.id)),
        tx
          .select(recordColumns)
          .from(attendanceRecords)
          .innerJoin(employees, eq(employees.id, attendanceRecords.employeeId))
          .where(and(ofStore, between(attendanceRecords.day, first, last)))
          .orderBy(asc(attendanceRecords.day)),
        // Relies on the index schedules_live_by_day.
        tx
          .select({ employeeId: schedules.employeeId, day: schedules.workDate })
          .from(schedules)
          .innerJoin(employees, eq(employees.id, schedules.employeeId))
          .where(and(ofStore, isNull(schedules.endedAt), between(schedules.workDate, first, last))),
        replacedWork(tx, first, last, ofStore),
      ]);
      if (employeeId !== undefined && people.length === 0) throw notFound('person', employeeId);
      const recordsOf = Map.groupBy(records, (record) => record.employeeId);
      const work = [
        ...live,
        ...replaced.map(({ schedule: { employeeId, workDate: day } }) => ({ employeeId, day })),
      ];
      const workOf = Map.groupBy(work, (each) => each.employeeId);
      const months = people
        .map((person): PersonAttendance => {
          const own = recordsOf.get(person.employeeId) ?? [];
          const theirs = workOf.get(person.employeeId) ?? [];
          const workDays = [...new Set(theirs.map(({ day }) => day))].sort();
          return { ...person, records: own, workDays, ...summarize(own, workDays, today) };
        })
        .filter(
          ({ terminatedOn, records, workDays }) =>
            terminatedOn === null || terminatedOn >= first || records.length + workDays.length > 0,
        )
        .sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
      return {
        storeId: store.id,
        month,
        days,
        today,
        people: months,
        ...summarize(records, [], today),
        unmarked: months.reduce((sum, person) => sum + person.unmarked, 0),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

function summarize(
  records: readonly AttendanceRecord[],
  workDays: readonly WorkDate[],
  today: WorkDate,
): AttendanceSummary {
  const marked = new Set(records.map(({ day }) => day));
  const countOf = (status: AttendanceStatus) => records.filter((record) => record.status === status).length;
  return {
    counts: {
      on_time: countOf('on_time'),
      late: countOf('late'),
      called_in: countOf('called_in'),
      no_show: countOf('no_show'),
      excused: countOf('excused'),
    },
    onTimeRate: records.length > 0 ? countOf('on_time') / records.length : null,
    unmarked: workDays.filter((day) => day <= today && !marked.has(day)).length,
  };
}

const CSV_COLUMNS = ['Day', 'Person', 'Role', 'Status', 'Note', 'Recorded by', 'Recorded at (UTC)'];

/**
 * The records of {@link attendanceMonth} as a CSV file, by person and day. A day with work and
 * without a record is a row, too: its status is `not marked`.
 */
export async function attendanceCsv(
  db: Db,
  query: { storeId?: number | undefined; month: string; employeeId?: number | undefined },
): Promise<string> {
  const { people, today } = await attendanceMonth(db, query);
  const rows = people.flatMap(({ name, role, records, workDays }) => {
    const recordOn = new Map(records.map((record) => [record.day, record]));
    const days = [...new Set([...recordOn.keys(), ...workDays.filter((day) => day <= today)])].sort();
    return days.map((day) => {
      const record = recordOn.get(day);
      if (!record) return [day, name, role, 'not marked', '', '', ''];
      const { status, note, recordedBy, recordedAt } = record;
      return [day, name, role, ATTENDANCE_WORDS[status], note ?? '', recordedBy, recordedAt];
    });
  });
  return csvLines([CSV_COLUMNS, ...rows], { first: true });
}
