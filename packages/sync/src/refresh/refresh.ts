import { CrossmarkError } from '@scheduler/crossmark';
import { refreshRuns, syncAttempts } from '@scheduler/db';
import { cleanText, errorText } from '@scheduler/runtime';
import { and, eq, gte, inArray, sql } from 'drizzle-orm';
import { type Failure, isRefusal } from '../attempts/failure.ts';
import { openQueuedAttempt } from '../attempts/queued-attempt.ts';
import type { RetryPolicy } from '../attempts/retry-policy.ts';
import { runAttempt, type TaskResult } from '../attempts/run-attempt.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { fetchInstructionLinks } from '../instructions/fetch-links.ts';
import { requestMissingInstructions } from '../instructions/request.ts';
import { refreshJobKey } from '../queue/contracts.ts';
import { requestRefreshForTick } from '../queue/enqueue.ts';
import { applyEventRules } from './event-rules.ts';
import { RefreshRun } from './refresh-run.ts';

/**
 * A refresh that can't be finished is given up when the next hourly one takes over, whatever the
 * reason of its failure.
 */
const BUDGET_MS = 55 * 60_000;
const LONGEST_WAIT_MS = 10 * 60_000;

const policyOf = ({ retry }: SyncContext['settings']): RetryPolicy => ({
  ...retry,
  budgetMs: BUDGET_MS,
  capMs: Math.min(retry.capMs, LONGEST_WAIT_MS),
  maxRetries: Number.POSITIVE_INFINITY,
  endsSession: true,
});

/**
 * Reads Crossmark's whole list, page by page, each page in one short transaction that writes only
 * what differs. Events that Crossmark no longer lists are gone only after two complete refreshes in
 * a row; where very many are missing at once, a person decides. A schedule with unsynced changes is
 * never ended, and nothing is deleted. A row that can't be stored becomes a bad row and stops no
 * other. Throws only where the end of the run can't be written to our own database.
 */
export async function refresh(ctx: SyncContext, runId: number, job: JobInfo): Promise<TaskResult> {
  const { db } = ctx;
  const [run] = await db
    .update(refreshRuns)
    .set({
      state: 'running',
      startedAt: sql`app_now()`,
      read: 0,
      total: null,
      created: 0,
      updated: 0,
      unchanged: 0,
      gone: 0,
      drifted: 0,
      unconfirmed: 0,
      badRows: [],
      failureReason: null,
    })
    .where(isOpen(runId))
    .returning();
  if (!run) return { outcome: 'nothing' };
  const attempt = await openQueuedAttempt(db, job, {
    attempts: and(eq(syncAttempts.task, job.task), gte(syncAttempts.startedAt, run.requestedAt)),
    since: run.requestedAt,
    next: { task: 'refresh_events', payload: { runId }, key: refreshJobKey(runId) },
    onEnd: async (tx, { isDead, reason }) => {
      const failed = reason === undefined ? {} : { failureReason: reason };
      await tx
        .update(refreshRuns)
        .set(
          isDead
            ? { ...failed, state: 'failed', finishedAt: sql`app_now()` }
            : { ...failed, state: 'queued' },
        )
        .where(isOpen(runId));
    },
  });
  const result = await runAttempt(attempt, {
    job,
    policy: policyOf(ctx.settings),
    describe: (error) => {
      if (!(error instanceof CrossmarkError))
        ctx.log.error({ err: error, runId }, 'the refresh failed unexpectedly');
      return describeFailure(error);
    },
    work: async () => {
      await applyEventRules(db, job.signal);
      const summary = await new RefreshRun(ctx, runId, run.startedAt ?? run.requestedAt, job).readAll();
      await attempt.close(db, { outcome: 'done', summary });
      return { outcome: 'done', summary };
    },
  });
  if (result.outcome === 'done')
    // The refresh has ended. What fails here is retried after the next refresh.
    await fetchInstructionLinks(ctx, job)
      .then(() => db.transaction(requestMissingInstructions))
      .catch((error: unknown) => {
        ctx.log.warn({ err: error, runId }, 'instructions are fetched after a later refresh');
      });
  return result;
}

const isOpen = (runId: number) =>
  and(eq(refreshRuns.id, runId), inArray(refreshRuns.state, ['queued', 'running']));

/** Classifies the error that ended a refresh, and says it in a sentence for people. */
function describeFailure(error: unknown): Failure {
  if (error instanceof CrossmarkError)
    return { kind: error.kind, reason: cleanText(error.message), retryAfterMs: error.retryAfterMs };
  const reason = `Something went wrong on our side while the list was read: ${errorText(error)}`;
  // The same data would fail in the same code again, so this isn't retried. The next refresh may
  // find other data.
  return { kind: isRefusal(error) ? 'rejected' : 'transient', reason };
}

/**
 * Requests a refresh for the hourly tick, unless one that is open, or that started after this tick,
 * covers it. So several ticks missed together end in exactly one refresh.
 */
export async function refreshOnTick(ctx: SyncContext, tickAt: string): Promise<TaskResult> {
  return ctx.db.transaction(async (tx) => {
    const runId = await requestRefreshForTick(tx, tickAt);
    return runId === null
      ? { outcome: 'nothing', summary: 'a later reading has covered this hour' }
      : { outcome: 'done', summary: `refresh run ${runId}` };
  });
}
