import { CrossmarkError, type Rep } from '@scheduler/crossmark';
import { crossmarkReps, repReadings, stores, syncAttempts, type Tx } from '@scheduler/db';
import { addDays, type WorkDate } from '@scheduler/scheduling';
import { and, eq, gte, isNull, sql } from 'drizzle-orm';
import type { AttemptEnd } from '../attempts/attempt-rows.ts';
import { openQueuedAttempt, type QueuedWork } from '../attempts/queued-attempt.ts';
import { runAttempt, type TaskResult } from '../attempts/run-attempt.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { readingJobKey } from '../queue/contracts.ts';

/**
 * The rep list may depend on the requested days. A long span also finds people who work only now
 * and then.
 */
const REP_LIST_DAYS = 90;

/**
 * Returns today's date in the stores. If it differs between them, the earlier date counts, so that
 * everybody who works today is found. Without a store, it is the date in UTC.
 */
const earliestToday = sql`
  select coalesce(min((app_now() at time zone ${stores.timeZone})::date), (app_now() at time zone 'UTC')::date)
  from ${stores}`;

/**
 * Reads Crossmark's whole rep list and stores it in place of the one before. From it the server,
 * which never calls Crossmark, computes what an import of people would do.
 */
export async function readRepList(ctx: SyncContext, readingId: number, job: JobInfo): Promise<TaskResult> {
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
  return useRepList(ctx, job, reading.today, {
    attempts: and(
      eq(syncAttempts.task, job.task),
      isNull(syncAttempts.employeeId),
      gte(syncAttempts.startedAt, reading.requestedAt),
    ),
    next: { task: 'sync_employee', payload: { readingId }, key: readingJobKey(readingId) },
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
      return { outcome: 'done', summary: `read ${rows.size} reps from Crossmark` };
    },
    onEnd: async (tx, { isDead, reason }) => {
      if (reason !== undefined) await note(tx, isDead ? 'failed' : 'queued', reason);
    },
  });
}

/** A use of the rep list. */
interface RepWork extends QueuedWork {
  /** Runs in the transaction that closes the attempt. */
  use(tx: Tx, reps: readonly Rep[]): Promise<AttemptEnd>;
}

/** Reads the rep list from a day on and uses it in one transaction. A failed attempt is retried. */
export async function useRepList(
  ctx: SyncContext,
  job: JobInfo,
  today: WorkDate,
  work: RepWork,
): Promise<TaskResult> {
  const attempt = await openQueuedAttempt(ctx.db, job, work);
  return runAttempt(attempt, {
    job,
    policy: ctx.settings.retry,
    describe: async (error) => {
      if (error instanceof CrossmarkError)
        return { kind: error.kind, reason: error.message, retryAfterMs: error.retryAfterMs };
      // Our own side failed: graphile-worker retries the job, which opens another attempt.
      await attempt.abandon('failed on our own side').catch(() => {});
      throw error;
    },
    work: async () => {
      const reps = await ctx.crossmark.availableReps({
        from: today,
        to: addDays(today, REP_LIST_DAYS),
        signal: job.signal,
      });
      return ctx.db.transaction(async (tx) => {
        const result = await work.use(tx, reps);
        await attempt.close(tx, result);
        return result;
      });
    },
  });
}
