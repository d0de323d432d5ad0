import { CrossmarkError, type Rep } from '@scheduler/crossmark';
import { crossmarkReps, type Db, repReadings, syncAttempts, type Tx } from '@scheduler/db';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { addDays, type Instant, type WorkDate, workDateOf } from '@scheduler/scheduling';
import { and, desc, eq, gte, isNull, ne, type SQL, sql } from 'drizzle-orm';
import { CrossmarkUnreachableError, whenHeldBack } from './breaker.ts';
import type { JobInfo, SyncContext } from './context.ts';
import { addJobs, type JobSpec } from './enqueue.ts';
import { readingJobKey } from './jobs.ts';
import type { Ended } from './reconcile.ts';
import { nextTry } from './retry.ts';

/** The rep list may depend on the days asked for: people who work only now and then are to be found as well. */
const REP_LIST_DAYS = 90;

/**
 * Reads Crossmark's rep list and keeps it, all of it, in place of what was read before: the server, which never talks to
 * Crossmark, computes from it what an import of people would do.
 */
export async function readRepList(ctx: SyncContext, readingId: number, job: JobInfo): Promise<Ended> {
  const [reading] = await ctx.db
    .select()
    .from(repReadings)
    .where(and(eq(repReadings.id, readingId), eq(repReadings.state, 'queued')));
  if (!reading) return { outcome: 'nothing', summary: 'this reading is over' };
  const note = (tx: Tx, state: typeof reading.state, failureReason: string | null) =>
    tx
      .update(repReadings)
      .set({ state, failureReason, ...(state === 'queued' ? {} : { finishedAt: sql`app_now()` }) })
      .where(eq(repReadings.id, readingId));
  return tryWithReps(ctx, job, workDateOf(currentInstant(), 'UTC'), {
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
  const close = (tx: Tx, values: Partial<typeof syncAttempts.$inferInsert>) =>
    tx
      .update(syncAttempts)
      .set({ ...values, finishedAt: sql`app_now()` })
      .where(eq(syncAttempts.id, attempt?.id ?? 0));
  const again = (tx: Tx, runAt?: Instant) =>
    addJobs(tx, [{ task: 'sync_employee', ...work.again, ...(runAt === undefined ? {} : { runAt }) }]);

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
        await again(tx, await whenHeldBack(tx));
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
      const nextTryAt = new Date(currentTimeMs() + verdict.retryInMs).toISOString();
      await again(tx, nextTryAt);
      await work.failed(tx, error.message, false);
      await close(tx, { ...failure, outcome: 'retry', nextTryAt });
      return { ...failure, outcome: 'retry' as const };
    });
  }
}

/** Tries that failed since the last one that didn't. */
async function failedTries(db: Db, which: SQL | undefined): Promise<{ tries: number; failingForMs: number }> {
  const attempts = await db
    .select({ outcome: syncAttempts.outcome, startedAt: syncAttempts.startedAt })
    .from(syncAttempts)
    .where(and(which, ne(syncAttempts.outcome, 'interrupted')))
    .orderBy(desc(syncAttempts.id))
    .limit(200);
  const end = attempts.findIndex((attempt) => attempt.outcome !== 'retry');
  const failed = end < 0 ? attempts : attempts.slice(0, end);
  const first = failed.at(-1);
  return { tries: failed.length, failingForMs: first ? currentTimeMs() - Date.parse(first.startedAt) : 0 };
}
