import type { EmployeeNumber } from '@scheduler/crossmark';
import {
  attendanceRecords,
  type Db,
  type Executor,
  employees,
  events,
  holdLock,
  onlyRow,
  postgresError,
  schedules,
  stores,
  type Tx,
} from '@scheduler/db';
import { loadHolidays, loadPeople } from '@scheduler/db/facts';
import { addDays, daysTouched, ROLES, type Role, type WorkDate } from '@scheduler/scheduling';
import { enqueueEmployee } from '@scheduler/sync';
import { and, asc, eq, getTableColumns, gte, isNull, ne, or, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { changesSince, fieldsChanged } from '../core/changes-since.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { covers, isWithin, type StoreScope, WORK_ELSEWHERE } from '../core/store-access.ts';
import { save, UNIQUE_VIOLATION } from '../core/transaction.ts';
import { findStore, todayAt, todayAtStore } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import type { Employee, EmployeeDetail, Removed } from './types.ts';

/** A row of `employees`. */
export type EmployeeRecord = typeof employees.$inferSelect;

/**
 * The fields of a person that users may change. The RepID is not among them, because it only comes
 * from Crossmark.
 */
export interface EmployeeFields {
  name: string;
  email: string | null;
  phone: string | null;
  role: Role;
  employeeNumber: string | null;
  adultBeverageTrained: boolean;
}

/**
 * Returns the people of a store (by default of all stores within `scope`) by role and name, retired
 * people only on request.
 */
export async function listEmployees(
  db: Db,
  query: { storeId?: number | undefined; includeRetired: boolean },
  scope: StoreScope,
): Promise<Employee[]> {
  const rows = await db
    .select(getTableColumns(employees))
    .from(employees)
    .innerJoin(stores, eq(stores.id, employees.storeId))
    .where(
      and(
        query.storeId === undefined ? undefined : eq(employees.storeId, query.storeId),
        isWithin(employees.storeId, scope),
        query.includeRetired
          ? undefined
          : or(isNull(employees.terminatedOn), gte(employees.terminatedOn, todayAtStore)),
      ),
    );
  return rows
    .sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.name.localeCompare(b.name, 'en'))
    .map(toEmployee);
}

/**
 * Returns a person with the days on which they can work. Throws a {@link Refusal} if there is none.
 */
export async function getEmployee(db: Db, employeeId: number, scope: StoreScope): Promise<EmployeeDetail> {
  const [person] = await loadPeople(db, { ids: [employeeId] });
  if (!person) throw notFound('person', employeeId);
  const store = await findStore(db, person.storeId);
  const today = todayAt(store.timeZone);
  const rows = await db
    .select({
      scheduleId: schedules.id,
      eventName: events.name,
      storeId: events.storeId,
      startsAt: schedules.startsAt,
      endsAt: schedules.endsAt,
      workDate: schedules.workDate,
    })
    .from(schedules)
    .innerJoin(events, eq(events.id, schedules.eventId))
    .where(
      and(
        eq(schedules.employeeId, employeeId),
        isNull(schedules.endedAt),
        // Yesterday's work may last into today.
        gte(schedules.workDate, addDays(today, -1)),
      ),
    )
    .orderBy(asc(schedules.startsAt))
    .limit(200);
  const upcoming = rows
    .map(({ storeId, eventName, ...work }) => ({
      ...work,
      eventName: covers(scope, storeId) ? eventName : WORK_ELSEWHERE,
      isInOwnStore: storeId === person.storeId,
      lastDay: daysTouched(work.startsAt, work.endsAt, store.timeZone).at(-1) ?? work.workDate,
    }))
    .filter(({ lastDay }) => lastDay >= today);
  return {
    ...toEmployee(person),
    pattern: person.pattern ? [...person.pattern] : null,
    patternHours: person.patternHours,
    ranges: person.ranges
      .map(({ id, startsOn, endsOn, available, reason }) => ({ id, startsOn, endsOn, available, reason }))
      .sort(byFirstDay),
    dates: person.dates
      .map(({ day, available, reason }) => ({ day, available, reason }))
      .sort((a, b) => a.day.localeCompare(b.day)),
    timeOff: person.timeOff
      .map(({ id, startsOn, endsOn, reason, fromTime, untilTime }) => ({
        id,
        startsOn,
        endsOn,
        reason,
        fromTime,
        untilTime,
      }))
      .sort(byFirstDay),
    store,
    today,
    holidays: await loadHolidays(db),
    upcoming,
  };
}

const byFirstDay = (a: { startsOn: WorkDate }, b: { startsOn: WorkDate }) =>
  a.startsOn.localeCompare(b.startsOn);

/**
 * Adds a person to a store (by default the first one) and queues the search for their rep in
 * Crossmark.
 */
export async function createEmployee(
  db: Db,
  actor: Actor,
  input: EmployeeFields & { storeId?: number | undefined },
): Promise<Employee> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    const { storeId, ...fields } = input;
    const store = await findStore(tx, storeId);
    await assertDistinct(tx, { ...fields, storeId: store.id, id: null }, actor.storeIds);
    const person = onlyRow(
      await tx
        .insert(employees)
        .values({
          ...fields,
          storeId: store.id,
          employeeNumber: fields.employeeNumber as EmployeeNumber | null,
        })
        .returning(),
    );
    await audit(tx, actor, [
      {
        action: 'employee.create',
        subjectType: 'employee',
        subjectId: person.id,
        after: auditSnapshot(person),
      },
    ]);
    await enqueueEmployee(tx, person.id);
    return toEmployee(person);
  });
}

/**
 * Changes the given fields and queues the search for the person's rep again. Throws a
 * {@link Refusal} for a stale version.
 */
export async function updateEmployee(
  db: Db,
  actor: Actor,
  input: {
    employeeId: number;
    version: number;
    changes: { [Field in keyof EmployeeFields]?: EmployeeFields[Field] | undefined } & {
      terminatedOn?: WorkDate | null | undefined;
    };
  },
): Promise<Employee> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    const person = await lockEmployee(tx, input);
    const changes = Object.fromEntries(
      Object.entries(input.changes).filter(
        ([field, value]) => value !== undefined && value !== person[field as keyof EmployeeRecord],
      ),
    ) as Partial<Omit<EmployeeRecord, 'id'>>;
    if (Object.keys(changes).length === 0) return toEmployee(person);
    await assertDistinct(tx, { ...person, ...changes }, actor.storeIds);
    return toEmployee(await updateEmployeeRow(tx, actor, person, changes, 'employee.update'));
  });
}

/** Whether a person ever had a schedule or has a record of attendance. Both must be kept. */
async function hasHistory(tx: Tx, employeeId: number): Promise<boolean> {
  const [scheduled, recorded] = await Promise.all([
    tx.select({ id: schedules.id }).from(schedules).where(eq(schedules.employeeId, employeeId)).limit(1),
    tx
      .select({ id: attendanceRecords.id })
      .from(attendanceRecords)
      .where(eq(attendanceRecords.employeeId, employeeId))
      .limit(1),
  ]);
  return scheduled.length + recorded.length > 0;
}

/**
 * Retires a person after a last work day, by default today in their store. A person who never had a
 * schedule or a record of attendance is deleted instead. Returns the live schedules that need
 * somebody else then.
 */
export async function removeEmployee(
  db: Db,
  actor: Actor,
  input: { employeeId: number; version: number; lastWorkDay?: WorkDate | undefined },
): Promise<Removed> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    const person = await lockEmployee(tx, input);
    if (!(await hasHistory(tx, person.id))) {
      await tx.delete(employees).where(eq(employees.id, person.id));
      await audit(tx, actor, [
        {
          action: 'employee.delete',
          subjectType: 'employee',
          subjectId: person.id,
          before: auditSnapshot(person),
        },
      ]);
      return { outcome: 'deleted', terminatedOn: null, schedulesToReassign: [] };
    }
    const store = await findStore(tx, person.storeId);
    const terminatedOn = input.lastWorkDay ?? todayAt(store.timeZone);
    await updateEmployeeRow(tx, actor, person, { terminatedOn }, 'employee.retire');
    const left = await tx
      .select({ id: schedules.id })
      .from(schedules)
      .where(
        and(
          eq(schedules.employeeId, person.id),
          isNull(schedules.endedAt),
          // The last day on which the schedule lasts. One that ends at midnight doesn't touch the
          // next day.
          sql`((${schedules.endsAt} - interval '1 millisecond') at time zone ${store.timeZone})::date > ${terminatedOn}::date`,
        ),
      )
      .orderBy(asc(schedules.startsAt));
    return { outcome: 'retired', terminatedOn, schedulesToReassign: left.map((row) => row.id) };
  });
}

/**
 * Locks a person with the lock that scheduling takes, and checks the version that the user saw.
 */
export async function lockEmployee(
  tx: Tx,
  seen: { employeeId: number; version: number },
): Promise<EmployeeRecord> {
  const [person] = await tx.select().from(employees).where(eq(employees.id, seen.employeeId)).for('update');
  if (!person) throw notFound('person', seen.employeeId);
  if (person.version !== seen.version) throw await staleEmployee(tx, person, seen.version);
  return person;
}

async function staleEmployee(db: Executor, person: EmployeeRecord, seen: number): Promise<Refusal> {
  const subject = { type: 'employee' as const, id: person.id, version: seen };
  const changes = await changesSince(db, subject, (before, after) =>
    fieldsChanged(FIELD_WORDS, before, after),
  );
  const said =
    changes.map((one) => `${one.by} ${one.what}`).join('; ') || 'Crossmark’s rep list changed them';
  return new Refusal(
    `${person.name} was changed after you opened them: ${said}. Nothing of yours was saved; look again and repeat your change if it still fits.`,
    { code: 'stale', changes, currentVersion: person.version },
  );
}

const FIELD_WORDS = {
  name: 'the name',
  email: 'the e-mail address',
  phone: 'the phone number',
  role: 'the role',
  employeeNumber: 'the employee number',
  repId: 'the link to Crossmark',
  adultBeverageTrained: 'the beverage training',
  terminatedOn: 'the last work day',
  pattern: 'the weekly availability',
  ranges: 'the days that differ from it',
  dates: 'the single days',
  timeOff: 'the time off',
};

/**
 * Writes changes of a locked person as the next version, with an audit entry and the job that
 * searches for their rep.
 */
export async function updateEmployeeRow(
  tx: Tx,
  actor: Actor,
  person: EmployeeRecord,
  changes: Partial<Omit<EmployeeRecord, 'id'>>,
  action: string,
): Promise<EmployeeRecord> {
  const changed = onlyRow(
    await tx
      .update(employees)
      .set({ ...changes, version: person.version + 1, updatedAt: sql`app_now()` })
      .where(eq(employees.id, person.id))
      .returning(),
  );
  await audit(tx, actor, [
    {
      action,
      subjectType: 'employee',
      subjectId: person.id,
      before: auditSnapshot(person),
      after: auditSnapshot(changed),
    },
  ]);
  // The job also reconciles their future schedules again if they left or if their RepID changed.
  await enqueueEmployee(tx, person.id);
  return changed;
}

/** No index can enforce that names differ, so changes of names wait for each other. */
export const lockNames = (tx: Tx) => holdLock(tx, 'employeeNames');

/**
 * Refuses an employee number in use, and a second person of the same name without a number to
 * distinguish them.
 */
async function assertDistinct(
  tx: Tx,
  person: { id: number | null; storeId: number; name: string; employeeNumber: string | null },
  scope: StoreScope = null,
): Promise<void> {
  await lockNames(tx);
  const other = person.id === null ? undefined : ne(employees.id, person.id);
  if (person.employeeNumber !== null) {
    const [holder] = await tx
      .select({ name: employees.name, storeId: employees.storeId })
      .from(employees)
      .where(and(eq(employees.employeeNumber, person.employeeNumber as EmployeeNumber), other));
    if (holder) throw numberTaken(person.employeeNumber, covers(scope, holder.storeId) ? holder.name : null);
    return;
  }
  const [namesake] = await tx
    .select({ name: employees.name })
    .from(employees)
    .where(
      and(
        eq(employees.storeId, person.storeId),
        sql`lower(${employees.name}) = lower(${person.name})`,
        isNull(employees.terminatedOn),
        other,
      ),
    );
  if (namesake) {
    const message = `${namesake.name} is on the list already. Give the employee number, so that the two can be told apart.`;
    throw new Refusal(message, { code: 'taken', fields: [{ path: 'name', message }] });
  }
}

function numberTaken(employeeNumber: string, holder: string | null): Refusal {
  const message = `${employeeNumber} is ${holder ? `${holder}’s` : 'somebody else’s'} employee number. Check the number.`;
  return new Refusal(message, { code: 'taken', fields: [{ path: 'employeeNumber', message }] });
}

/** One save; turns a duplicate employee number, set at the same moment, into a refusal. */
export async function saveOrRefuseDuplicate<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await save(db, work);
  } catch (error) {
    const failure = postgresError(error);
    // Another transaction set the same number at the same moment. Other unique columns come from
    // Crossmark.
    if (failure?.code !== UNIQUE_VIOLATION || !failure.constraint?.includes('employeeNumber')) throw error;
    throw numberTaken('That', null);
  }
}

/** The snapshot of a person for the audit log. */
export const auditSnapshot = (person: EmployeeRecord): Record<string, unknown> => ({ ...toEmployee(person) });

/** Converts a row to the person that pages display. */
export function toEmployee(person: EmployeeRecord): Employee {
  return {
    id: person.id,
    storeId: person.storeId,
    name: person.name,
    email: person.email,
    phone: person.phone,
    role: person.role,
    employeeNumber: person.employeeNumber,
    repId: person.repId,
    linkState: person.linkState,
    linkReason: person.linkReason,
    adultBeverageTrained: person.adultBeverageTrained,
    terminatedOn: person.terminatedOn,
    version: person.version,
  };
}
