import { type AttemptOutcome, type Db, type Executor, type FailureKind, syncAttempts } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';
import { and, desc, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { JobInfo } from '../context.ts';

/** The only file that writes `sync_attempts`. Only the removal of old rows is done elsewhere. */

/** How an attempt ended, as it is stored in its row. */
export interface AttemptEnd {
  outcome: AttemptOutcome;
  summary?: string | null;
  failureKind?: FailureKind;
  failureReason?: string;
  nextAttemptAt?: Instant | SQL;
}

/** Opens an attempt of a job, the `number`-th; returns its id. */
export async function openAttempt(
  db: Db,
  job: JobInfo,
  { number, employeeId = null }: { number: number; employeeId?: number | null },
): Promise<number> {
  const [attempt] = await db
    .insert(syncAttempts)
    .values({ task: job.task, jobId: job.id, workerId: job.workerId, employeeId, number })
    .returning({ id: syncAttempts.id });
  if (!attempt) throw new Error('The attempt was not added.');
  return attempt.id;
}

/**
 * Opens an attempt for each row of the CTE `taken`, the first one where a dead letter runs again.
 */
export const OPEN_ATTEMPTS_SQL = sql.raw(`
  insert into sync_attempts (task, job_id, worker_id, event_id, schedule_id, number)
  select task, "jobId", "workerId", event_id, schedule_id, case when redriven then 1 else tries + 1 end
  from taken returning id, event_id, job_id`);

/** Closes an attempt. */
export async function closeAttempt(db: Executor, id: number, end: AttemptEnd): Promise<void> {
  await db.execute(closeAttemptSql(db, id, end));
}

/** {@link closeAttempt} as a statement for a larger one. */
export const closeAttemptSql = (db: Executor, id: number, end: AttemptEnd): SQL =>
  db
    .update(syncAttempts)
    .set({ ...end, finishedAt: sql`app_now()` })
    .where(eq(syncAttempts.id, id))
    .getSQL();

/** Closes the attempts of the CTE `mine` (`"attemptId"`, `outcome`, `summary`). */
export const CLOSE_ATTEMPTS_SQL = sql.raw(`
  update sync_attempts set outcome = mine.outcome, summary = mine.summary, finished_at = app_now()
  from mine where id = "attemptId"`);

/** Closes those of the attempts that are still open as interrupted. */
export async function interruptAttempts(
  db: Executor,
  which: SQL | undefined,
  summary: string,
): Promise<void> {
  await db
    .update(syncAttempts)
    .set({ outcome: 'interrupted', summary, finishedAt: sql`app_now()` })
    .where(and(which, sql`${syncAttempts.outcome} is null`));
}

/** What came before an attempt: how many failed in a row, and for how long that has gone on. */
export interface FailureHistory {
  earlierAttempts: number;
  failingForMs: number;
}

/**
 * Counts the attempts that failed since the last one that didn't, and says for how long they have
 * been failing by Postgres' clock. A job that was held back was not attempted, and the time until
 * the next attempt doesn't count.
 */
export async function readFailures(db: Executor, which: SQL | undefined): Promise<FailureHistory> {
  const attempts = await db
    .select({
      outcome: syncAttempts.outcome,
      agoMs: sql<number>`(extract(epoch from app_clock() - ${syncAttempts.startedAt}) * 1000)::float8`,
    })
    .from(syncAttempts)
    // Without those that are still open.
    .where(and(which, ne(syncAttempts.outcome, 'interrupted')))
    .orderBy(desc(syncAttempts.id))
    .limit(200);
  const end = attempts.findIndex(({ outcome }) => outcome !== 'retry' && outcome !== 'waiting');
  const row = (end < 0 ? attempts : attempts.slice(0, end)).reverse();
  const first = row.findIndex(({ outcome }) => outcome === 'retry');
  let failingForMs = row[first]?.agoMs ?? 0;
  for (const [n, { outcome, agoMs }] of row.entries())
    if (outcome === 'waiting' && n > first && first >= 0) failingForMs -= agoMs - (row[n + 1]?.agoMs ?? 0);
  return { earlierAttempts: row.filter(({ outcome }) => outcome === 'retry').length, failingForMs };
}
