import { CrossmarkError, type Rep } from '@scheduler/crossmark';
import { type Db, employees, events, schedules, stores, syncAttempts, type Tx } from '@scheduler/db';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { and, desc, eq, gt, isNull, ne, or, sql } from 'drizzle-orm';
import { CrossmarkUnreachableError, whenHeldBack } from './breaker.ts';
import type { JobInfo, SyncContext } from './context.ts';
import { addJobs, wantChanges } from './enqueue.ts';
import { employeeJobKey } from './jobs.ts';
import type { Ended } from './reconcile.ts';
import { nextTry } from './retry.ts';

/** The rep list may depend on the days asked for: people who work only now and then are to be found as well. */
const REP_LIST_DAYS = 90;

/** Any constant of ours will do: whoever holds it links a person. */
const LINK_LOCK = 7_261_003;

type Employee = typeof employees.$inferSelect;

/** How a person stands to the rep list, and why where they aren't linked. */
type Link = Pick<Employee, 'linkState' | 'linkReason' | 'repId' | 'employeeNumber'>;

/**
 * Resolves a person against Crossmark's rep list: by RepID, then employee number, then name without case; a name that
 * several reps have links nobody. Records the link or why there is none, and has the person's future schedules looked
 * at again where the RepID changed or the person left. Writes nothing to Crossmark: no such call is known.
 */
export async function syncEmployee(ctx: SyncContext, employeeId: number, job: JobInfo): Promise<Ended> {
  const { db } = ctx;
  const [found] = await db
    .select({ employee: employees, timeZone: stores.timeZone })
    .from(employees)
    .innerJoin(stores, eq(stores.id, employees.storeId))
    .where(eq(employees.id, employeeId));
  if (!found) return { outcome: 'nothing', summary: 'the person is gone' };
  const earlier = await failedTries(db, employeeId);
  const [attempt] = await db
    .insert(syncAttempts)
    .values({
      task: job.task,
      jobId: job.id,
      workerId: job.workerId,
      employeeId,
      number: earlier.tries + 1,
    })
    .returning({ id: syncAttempts.id });
  const close = (tx: Tx, values: Partial<typeof syncAttempts.$inferInsert>) =>
    tx
      .update(syncAttempts)
      .set({ ...values, finishedAt: sql`now()` })
      .where(eq(syncAttempts.id, attempt?.id ?? 0));
  const again = (tx: Tx, runAt?: string) =>
    addJobs(tx, [
      {
        task: 'sync_employee',
        payload: { employeeId },
        key: employeeJobKey(employeeId),
        ...(runAt === undefined ? {} : { runAt }),
      },
    ]);

  try {
    const today = workDateOf(new Date().toISOString(), found.timeZone);
    const reps = await ctx.crossmark.availableReps({
      from: today,
      to: addDays(today, REP_LIST_DAYS),
      signal: job.signal,
    });
    const ended = await db.transaction(async (tx) => {
      const ended = await applyLink(tx, employeeId, reps);
      await close(tx, ended);
      return ended;
    });
    return ended;
  } catch (error) {
    if (job.signal.aborted) {
      await db.transaction(async (tx) => {
        await again(tx);
        await close(tx, { outcome: 'interrupted', summary: 'handed back: the worker was stopping' });
      });
      return { outcome: 'interrupted' };
    }
    if (!(error instanceof CrossmarkError)) throw error;
    const failure = { failureKind: error.kind, failureReason: error.message };
    if (error instanceof CrossmarkUnreachableError)
      return db.transaction(async (tx) => {
        await again(tx, await whenHeldBack(tx));
        await close(tx, { ...failure, outcome: 'waiting' });
        return { ...failure, outcome: 'waiting' as const };
      });
    const verdict = nextTry(
      {
        kind: error.kind,
        earlierTries: earlier.tries,
        failingForMs: earlier.failingForMs,
        retryAfterMs: error.retryAfterMs,
      },
      ctx.settings.retry,
    );
    return db.transaction(async (tx) => {
      if (verdict.dead) {
        await again(tx);
        await tx.execute(sql`
          select graphile_worker.permanently_fail_jobs(
            array(select id from graphile_worker._private_jobs where key = ${employeeJobKey(employeeId)}),
            ${error.message}
          )`);
        await close(tx, { ...failure, outcome: 'dead' });
        return { ...failure, outcome: 'dead' as const };
      }
      const nextTryAt = new Date(Date.now() + verdict.retryInMs).toISOString();
      await again(tx, nextTryAt);
      await close(tx, { ...failure, outcome: 'retry', nextTryAt });
      return { ...failure, outcome: 'retry' as const };
    });
  }
}

/** Tries that failed since the last one that didn't. */
async function failedTries(db: Db, employeeId: number): Promise<{ tries: number; failingForMs: number }> {
  // Relies on the index sync_attempts_employee.
  const attempts = await db
    .select({ outcome: syncAttempts.outcome, startedAt: syncAttempts.startedAt })
    .from(syncAttempts)
    .where(and(eq(syncAttempts.employeeId, employeeId), ne(syncAttempts.outcome, 'interrupted')))
    .orderBy(desc(syncAttempts.id))
    .limit(200);
  const end = attempts.findIndex((attempt) => attempt.outcome !== 'retry');
  const failed = end < 0 ? attempts : attempts.slice(0, end);
  const first = failed.at(-1);
  return { tries: failed.length, failingForMs: first ? Date.now() - Date.parse(first.startedAt) : 0 };
}

async function applyLink(tx: Tx, employeeId: number, reps: readonly Rep[]): Promise<Ended> {
  // Two people looking for one rep at once: the second one sees what the first one got.
  await tx.execute(sql`select pg_advisory_xact_lock(${LINK_LOCK})`);
  // Events before people: the order in which saves lock them.
  await lockFutureEvents(tx, employeeId);
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
      .set({ ...link, updatedAt: sql`now()` })
      .where(eq(employees.id, employeeId));

  const resent = link.repId !== person.repId || person.terminatedOn !== null ? await resend(tx, person) : 0;
  const what = link.linkState === 'linked' ? `linked to rep ${link.repId}` : link.linkReason;
  const summary = resent > 0 ? `${what}; ${resent} schedules looked at again` : (what ?? null);
  return { outcome: changed || resent > 0 ? 'done' : 'nothing', summary };
}

/** Names as people write them: case, spacing and `LAST, FIRST` apart. */
const tidy = (name: string) => {
  const [last, first] = name.split(',');
  return (first === undefined ? name : `${first} ${last}`).trim().replace(/\s+/g, ' ').toLowerCase();
};

function findRep(person: Employee, reps: readonly Rep[]): Rep | 'ambiguous' | null {
  const byId = reps.find((rep) => rep.repId === person.repId);
  if (byId) return byId;
  const byNumber = person.employeeNumber && reps.find((rep) => rep.employeeNumber === person.employeeNumber);
  if (byNumber) return byNumber;
  const byName = reps.filter((rep) => tidy(rep.name) === tidy(person.name));
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
      // Kept all the same: the list leaves people out who don't work in its days, and bookings may still go through.
      linkReason: person.repId
        ? `Crossmark's rep list no longer shows rep ${person.repId}`
        : `Crossmark's rep list has nobody called ${person.name}${person.employeeNumber ? ` or numbered ${person.employeeNumber}` : ''}`,
    };
  const [other] = await tx
    .select({ name: employees.name, repId: employees.repId })
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
  if (other)
    return {
      ...kept,
      linkState: 'taken',
      linkReason: `rep ${rep.repId} (${rep.name}) belongs to ${other.name} already; correct one of the two`,
    };
  return {
    repId: rep.repId,
    employeeNumber: person.employeeNumber ?? rep.employeeNumber,
    linkState: 'linked',
    linkReason: null,
  };
}

/** The events that a person is to work. */
async function lockFutureEvents(tx: Tx, employeeId: number): Promise<number[]> {
  const rows = await tx
    .select({ id: events.id })
    .from(events)
    .innerJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .where(and(eq(schedules.employeeId, employeeId), gt(schedules.startsAt, sql`now()`)))
    .orderBy(events.id)
    .for('no key update', { of: events });
  return rows.map((row) => row.id);
}

/** Has every future schedule of a person reconciled again; returns how many. */
async function resend(tx: Tx, person: Employee): Promise<number> {
  const eventIds = await lockFutureEvents(tx, person.id);
  await wantChanges(
    tx,
    eventIds.map((eventId) => ({ eventId, task: 'sync_schedule_update' as const })),
  );
  return eventIds.length;
}
