import type { Rep } from '@scheduler/crossmark';
import { employees, events, holdLock, schedules, stores, syncAttempts, type Tx } from '@scheduler/db';
import { workDateOf } from '@scheduler/scheduling';
import { and, eq, gt, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import type { AttemptEnd } from '../attempts/attempt-rows.ts';
import type { TaskResult } from '../attempts/run-attempt.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { employeeJobKey } from '../queue/contracts.ts';
import { reconcileAgain } from '../queue/enqueue.ts';
import { addJobs, failJob } from '../queue/graphile.ts';
import { tidyName } from '../reconcile/wording.ts';
import { useRepList } from './rep-list.ts';

type Employee = typeof employees.$inferSelect;

/** How a person is linked to the rep list, or why they aren't linked. */
type Link = Pick<Employee, 'linkState' | 'linkReason' | 'repId' | 'employeeNumber'>;

/**
 * Links a person to Crossmark's rep list: by RepID, then employee number, then name without case; a
 * name that several reps have links nobody. Records the link, or why there is none, and has the
 * person's future schedules reconciled again if the RepID changed or the person left. Nothing is
 * written to Crossmark, because no call for that is known.
 */
export async function syncEmployee(ctx: SyncContext, employeeId: number, job: JobInfo): Promise<TaskResult> {
  const { db } = ctx;
  const [person] = await db
    .select({ timeZone: stores.timeZone, now: sql`app_now()`.mapWith(employees.createdAt) })
    .from(employees)
    .innerJoin(stores, eq(stores.id, employees.storeId))
    .where(eq(employees.id, employeeId));
  if (!person) return { outcome: 'nothing', summary: 'the person is gone' };
  const key = employeeJobKey(employeeId);
  const today = workDateOf(person.now, person.timeZone);
  return useRepList(ctx, job, today, {
    employeeId,
    // Relies on the index sync_attempts_employee.
    attempts: eq(syncAttempts.employeeId, employeeId),
    next: { task: 'sync_employee', payload: { employeeId }, key },
    use: (tx, reps) => applyLink(tx, employeeId, reps),
    onEnd: async (tx, { isDead, reason }) => {
      if (!isDead || reason === undefined) return;
      await addJobs(tx, [{ task: 'sync_employee', payload: { employeeId }, key }]);
      await failJob(tx, key, reason);
    },
  });
}

async function applyLink(tx: Tx, employeeId: number, reps: readonly Rep[]): Promise<AttemptEnd> {
  await lockForLink(tx, [employeeId]);
  const [person] = await tx.select().from(employees).where(eq(employees.id, employeeId)).for('no key update');
  if (!person) return { outcome: 'nothing', summary: 'the person is gone' };
  const rep = findRep(person, reps);
  const link = await linkTo(tx, person, rep);
  const changed =
    link.repId !== person.repId ||
    link.employeeNumber !== person.employeeNumber ||
    link.linkState !== person.linkState ||
    link.linkReason !== person.linkReason;
  if (changed)
    await tx
      .update(employees)
      .set({ ...link, updatedAt: sql`app_now()` })
      .where(eq(employees.id, employeeId));

  const resent =
    link.repId !== person.repId || person.terminatedOn !== null ? await resendSchedules(tx, [person.id]) : 0;
  const what = link.linkState === 'linked' ? `linked to rep ${link.repId}` : link.linkReason;
  const summary = resent > 0 ? `${what}; ${resent} schedules looked at again` : (what ?? null);
  return { outcome: changed || resent > 0 ? 'done' : 'nothing', summary };
}

/** Finds a person's rep by RepID, then by employee number, then by name; null if there is none. */
function findRep(person: Employee, reps: readonly Rep[]): Rep | 'ambiguous' | null {
  const byId = reps.find((rep) => rep.repId === person.repId);
  if (byId) return byId;
  const byNumber = person.employeeNumber && reps.find((rep) => rep.employeeNumber === person.employeeNumber);
  if (byNumber) return byNumber;
  const byName = reps.filter((rep) => tidyName(rep.name) === tidyName(person.name));
  // A rep of that name with another employee number is another person.
  const possible = byName.filter(
    (rep) => !rep.employeeNumber || !person.employeeNumber || rep.employeeNumber === person.employeeNumber,
  );
  if (byName.length > 1) return 'ambiguous';
  return possible[0] ?? null;
}

async function linkTo(tx: Tx, person: Employee, rep: Rep | 'ambiguous' | null): Promise<Link> {
  const kept = { repId: person.repId, employeeNumber: person.employeeNumber };
  if (rep === 'ambiguous')
    return {
      ...kept,
      linkState: 'ambiguous',
      linkReason: `several reps in Crossmark are called ${person.name}; enter the employee number to tell which`,
    };
  if (rep === null)
    return {
      ...kept,
      linkState: 'not_found',
      // The RepID stays: the list leaves out people who don't work in its days, and bookings may
      // still succeed.
      linkReason: person.repId
        ? `Crossmark's rep list no longer shows rep ${person.repId}`
        : `Crossmark's rep list has nobody called ${person.name}${person.employeeNumber ? ` or numbered ${person.employeeNumber}` : ''}`,
    };
  const [other] = await tx
    .select({ name: employees.name, storeId: employees.storeId })
    .from(employees)
    .where(
      and(
        ne(employees.id, person.id),
        or(
          eq(employees.repId, rep.repId),
          rep.employeeNumber ? eq(employees.employeeNumber, rep.employeeNumber) : undefined,
        ),
      ),
    );
  if (other) {
    // The reason is shown in this store alone, and its users may not see the other one.
    const whose =
      other.storeId === person.storeId
        ? `(${rep.name}) belongs to ${other.name}`
        : 'belongs to a person of another store';
    return {
      ...kept,
      linkState: 'taken',
      linkReason: `rep ${rep.repId} ${whose} already; correct one of the two`,
    };
  }
  return {
    repId: rep.repId,
    employeeNumber: person.employeeNumber ?? rep.employeeNumber,
    linkState: 'linked',
    linkReason: null,
  };
}

/**
 * Takes the lock for linking people until the transaction ends, and locks the future events of
 * these people, before the people as in every save.
 */
export async function lockForLink(tx: Tx, employeeIds: readonly number[]): Promise<void> {
  // Of two people who match one rep at the same time, the second sees the link of the first.
  await holdLock(tx, 'repLinks');
  await lockFutureEvents(tx, employeeIds);
}

/** Locks the future events of people and returns their ids. */
async function lockFutureEvents(tx: Tx, employeeIds: readonly number[]): Promise<number[]> {
  if (employeeIds.length === 0) return [];
  const rows = await tx
    .select({ id: events.id })
    .from(events)
    .innerJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .where(and(inArray(schedules.employeeId, [...employeeIds]), gt(schedules.startsAt, sql`app_now()`)))
    .orderBy(events.id)
    .for('no key update', { of: events });
  return rows.map((row) => row.id);
}

/**
 * Has every future schedule of people reconciled again, after {@link lockForLink}; returns how
 * many.
 */
export async function resendSchedules(tx: Tx, employeeIds: readonly number[]): Promise<number> {
  const eventIds = await lockFutureEvents(tx, employeeIds);
  await reconcileAgain(tx, eventIds);
  return eventIds.length;
}
