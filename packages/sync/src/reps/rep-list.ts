import { CrossmarkError, type Rep } from '@scheduler/crossmark';
import { crossmarkReps, type Db, repReadings, stores, syncAttempts, type Tx } from '@scheduler/db';
import { addDays, type WorkDate } from '@scheduler/scheduling';
import { and, desc, eq, gte, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { nextTry } from '../attempts/retry-policy.ts';
import { CrossmarkUnreachableError, lookAgainAfterMs } from '../breaker/unreachable.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { readingJobKey } from '../queue/contracts.ts';
import { addJobs, type JobSpec } from '../queue/graphile.ts';
import type { Ended } from '../reconcile/reconcile.ts';

/** The rep list may depend on the days asked for: people who work only now and then are to be found as well. */
const REP_LIST_DAYS = 90;

/** The stores' day, the earlier one where they have two: whoever works today in one of them is to be found. UTC's without a store. */
const earliestToday = sql`
  select coalesce(min((app_now() at time zone ${stores.timeZone})::date), (app_now() at time zone 'UTC')::date)
  from ${stores}`;

/**
 * Reads Crossmark's rep list and keeps it, all of it, in place of what was read before: the server, which never talks to
 * Crossmark, computes from it what an import of people would do.
 */
export async function readRepList(ctx: SyncContext, readingId: number, job: JobInfo): Promise<Ended> {
  const [reading] = await ctx.db
    .select({ requestedAt: repReadings.requestedAt, today: sql<WorkDate>`(${earliestToday})::text` })
    .from(repReadings)
    .where(and(eq(repReadings.id, readingId), eq(repReadings.state, 'queued')));
  if (!reading) return { outcome: 'nothing', summary: 'this reading is over' };
  const note = (tx: Tx, state: typeof repReadings.$inferSelect.state, failureReason: string | null) =>
    tx
      .update(repReadings)
      .set({ state, failureReason, ...(state === 'queued' ? {} : { finishedAt: sql`app_now()` }) })
      .where(eq(repReadings.id, readingId));
  return tryWithReps(ctx, job, reading.today, {
    employeeId: null,
    earlier: and(
      eq(syncAttempts.task, job.task),
      isNull(syncAttempts.employeeId),
      gte(syncAttempts.startedAt, reading.requestedAt),
    ),
    again: { payload: { readingId }, key: readingJobKey(readingId) },
    use: async (tx, reps) => {
      const rows = new Map(
        reps.map(({ repId, employeeNumber, name, email, phone }) => [
          repId,
          { repId, employeeNumber, name, email, phone },
        ]),
      );
      await tx.delete(crossmarkReps);
      if (rows.size > 0) await tx.insert(crossmarkReps).values([...rows.values()]);
      await note(tx, 'done', null);
      return { outcome: 'done', summary: `${rows.size} reps read` };
    },
    failed: async (tx, reason, last) => {
      await note(tx, last ? 'failed' : 'queued', reason);
    },
  });
}

/** Something to be done with the rep list, and how to go on where Crossmark doesn't give it. */
interface RepWork {
  /** Whose try it is. */
  employeeId: number | null;
  /** Which rows of sync_attempts are its tries. */
  earlier: SQL | undefined;
  again: Pick<JobSpec, 'payload' | 'key'>;
  use(tx: Tx, reps: readonly Rep[]): Promise<Ended>;
  /** In the transaction that notes a failed try; `last` where there will be no other. */
  failed(tx: Tx, reason: string, last: boolean): Promise<void>;
}

/** Reads the rep list from a day on and does something with it in one transaction; a try that fails comes again. */
export async function tryWithReps(
  ctx: SyncContext,
  job: JobInfo,
  today: WorkDate,
  work: RepWork,
): Promise<Ended> {
  const { db } = ctx;
  const earlier = await failedTries(db, work.earlier);
  const [attempt] = await db
    .insert(syncAttempts)
    .values({
      task: job.task,
      jobId: job.id,
      workerId: job.workerId,
      employeeId: work.employeeId,
      number: earlier.tries + 1,
    })
    .returning({ id: syncAttempts.id });
  const close = (tx: Tx, values: PgUpdateSetSource<typeof syncAttempts>) =>
    tx
      .update(syncAttempts)
      .set({ ...values, finishedAt: sql`app_now()` })
      .where(eq(syncAttempts.id, attempt?.id ?? 0));
  const again = (tx: Tx, afterMs = 0) => addJobs(tx, [{ task: 'sync_employee', ...work.again, afterMs }]);

  try {
    const reps = await ctx.crossmark.availableReps({
      from: today,
      to: addDays(today, REP_LIST_DAYS),
      signal: job.signal,
    });
    return await db.transaction(async (tx) => {
      const ended = await work.use(tx, reps);
      await close(tx, ended);
      return ended;
    });
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
        await again(tx, await lookAgainAfterMs(tx, error));
        await work.failed(tx, error.message, false);
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
        await work.failed(tx, error.message, true);
        await close(tx, { ...failure, outcome: 'dead' });
        return { ...failure, outcome: 'dead' as const };
      }
      await again(tx, verdict.retryInMs);
      await work.failed(tx, failure.failureReason, false);
      await close(tx, {
        ...failure,
        outcome: 'retry',
        nextTryAt: sql`app_clock() + ${verdict.retryInMs} * interval '1 millisecond'`,
      });
      return { ...failure, outcome: 'retry' as const };
    });
  }
}

/**
 * Tries that failed since the last one that didn't, and for how long it has failed by Postgres' clock. What was held back
 * wasn't tried, and the time until the next try doesn't count.
 */
async function failedTries(db: Db, which: SQL | undefined): Promise<{ tries: number; failingForMs: number }> {
  const attempts = await db
    .select({
      outcome: syncAttempts.outcome,
      agoMs: sql<number>`(extract(epoch from app_clock() - ${syncAttempts.startedAt}) * 1000)::float8`,
    })
    .from(syncAttempts)
    .where(and(which, ne(syncAttempts.outcome, 'interrupted')))
    .orderBy(desc(syncAttempts.id))
    .limit(200);
  const end = attempts.findIndex(({ outcome }) => outcome !== 'retry' && outcome !== 'waiting');
  const row = (end < 0 ? attempts : attempts.slice(0, end)).reverse();
  const first = row.findIndex(({ outcome }) => outcome === 'retry');
  let failingForMs = row[first]?.agoMs ?? 0;
  for (const [n, { outcome, agoMs }] of row.entries())
    if (outcome === 'waiting' && n > first && first >= 0) failingForMs -= agoMs - (row[n + 1]?.agoMs ?? 0);
  return { tries: row.filter(({ outcome }) => outcome === 'retry').length, failingForMs };
}
