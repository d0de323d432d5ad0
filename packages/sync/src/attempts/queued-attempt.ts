import { type Db, type Executor, syncAttempts, type Tx } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';
import { eq, type SQL, sql } from 'drizzle-orm';
import { lookAgainAfterMs } from '../breaker/unreachable.ts';
import type { JobInfo } from '../context.ts';
import { addJobs, type JobSpec } from '../queue/graphile.ts';
import {
  type AttemptEnd,
  closeAttempt,
  type FailureHistory,
  openAttempt,
  readFailures,
} from './attempt-rows.ts';
import type { Attempt } from './run-attempt.ts';

/** What a task without a lease says about its attempts. */
export interface QueuedWork {
  /** The person whose attempts these are. */
  employeeId?: number;
  /** Which rows of `sync_attempts` are its attempts. */
  attempts: SQL | undefined;
  /** When the work was asked for, if the whole time since then counts as failing. */
  since?: Instant;
  /** The job of its next attempt. */
  next: JobSpec;
  /**
   * Called in the transaction that ends an attempt without success. `isDead`: no other attempt
   * follows. `reason` is absent if the worker was only stopped.
   */
  onEnd(tx: Tx, end: { isDead: boolean; reason?: string }): Promise<void>;
}

/** An attempt of a task that no lease guards. The work itself closes it if all goes well. */
export interface QueuedAttempt extends Attempt {
  close(db: Executor, end: AttemptEnd): Promise<void>;
}

/** Opens an attempt of a task that no lease guards. */
export async function openQueuedAttempt(db: Db, job: JobInfo, work: QueuedWork): Promise<QueuedAttempt> {
  const { earlierAttempts } = await readFailures(db, work.attempts);
  const id = await openAttempt(db, job, { number: earlierAttempts + 1, employeeId: work.employeeId ?? null });
  const close = (on: Executor, end: AttemptEnd) => closeAttempt(on, id, end);
  return {
    close,
    handBack: (afterMs, summary) =>
      db.transaction(async (tx) => {
        await work.onEnd(tx, { isDead: false });
        await addJobs(tx, [{ ...work.next, afterMs }]);
        await close(tx, { outcome: 'interrupted', summary });
      }),
    fail: ({ kind: failureKind, reason: failureReason }, decide) =>
      db.transaction(async (tx) => {
        const verdict = decide(await readHistory(tx, id, work));
        const failure = { failureKind, failureReason };
        await work.onEnd(tx, { isDead: verdict.dead, reason: failureReason });
        if (verdict.dead) {
          await close(tx, { ...failure, outcome: 'dead' });
          return 'dead';
        }
        const { waitsFor: host, retryInMs } = verdict;
        await addJobs(tx, [{ ...work.next, afterMs: host ? await lookAgainAfterMs(tx, host) : retryInMs }]);
        const nextAttemptAt = sql`app_clock() + ${retryInMs} * interval '1 millisecond'`;
        await close(tx, {
          ...failure,
          ...(host ? { outcome: 'waiting' } : { outcome: 'retry', nextAttemptAt }),
        });
        return 'retry';
      }),
    abandon: (summary) => close(db, { outcome: 'interrupted', summary }),
  };
}

async function readHistory(tx: Tx, id: number, { attempts, since }: QueuedWork): Promise<FailureHistory> {
  const failures = await readFailures(tx, attempts);
  if (since === undefined) return failures;
  const [own] = await tx
    .select({
      failingForMs: sql<number>`(extract(epoch from app_clock() - ${since}::timestamptz) * 1000)::float8`,
    })
    .from(syncAttempts)
    .where(eq(syncAttempts.id, id));
  return { ...failures, ...own };
}
