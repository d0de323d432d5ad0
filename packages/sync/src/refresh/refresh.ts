import { CrossmarkError } from '@scheduler/crossmark';
import { type Db, type FailureKind, refreshRuns, syncAttempts, type Tx } from '@scheduler/db';
import { cleanText, errorText } from '@scheduler/runtime';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { CrossmarkUnreachableError, lookAgainAfterMs } from '../breaker/unreachable.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { refreshJobKey } from '../queue/contracts.ts';
import { requestRefreshForTick } from '../queue/enqueue.ts';
import { addJobs } from '../queue/graphile.ts';
import type { Ended } from '../reconcile/reconcile.ts';
import { applyEventRules } from './event-rules.ts';
import { fetchInstructions } from './instructions.ts';
import { clock, isRefusal, Reading, TakenOverError } from './refresh-run.ts';

/** A reading that can't be finished is given up when the next hourly one takes over. */
const BUDGET_MS = 55 * 60_000;
const SHORTEST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 10 * 60_000;

/**
 * One reading of Crossmark's whole list, page by page, each page one short transaction that writes only what differs.
 * Events that Crossmark no longer lists count as gone only after two complete readings in a row; where very many are
 * missing at once, a person decides. Never ends a schedule that has unsynced changes, never deletes anything. A row that
 * can't be kept is listed as a bad one and stops no other. Throws only where our own database can't be told how the run
 * ended.
 */
export async function refresh(ctx: SyncContext, runId: number, job: JobInfo): Promise<Ended> {
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
  const [attempt] = await db
    .insert(syncAttempts)
    .values({ task: job.task, jobId: job.id, workerId: job.workerId })
    .returning({ id: syncAttempts.id });
  const close = (tx: Db | Tx, values: Partial<typeof syncAttempts.$inferInsert>) =>
    tx
      .update(syncAttempts)
      .set({ ...values, finishedAt: sql`app_now()` })
      .where(eq(syncAttempts.id, attempt?.id ?? 0));

  let ended: Ended;
  try {
    await applyEventRules(db, job.signal);
    const summary = await new Reading(ctx, runId, run.startedAt ?? run.requestedAt, job).readAll();
    await close(db, { outcome: 'done', summary });
    ended = { outcome: 'done', summary };
  } catch (error) {
    if (job.signal.aborted) {
      await db.transaction(async (tx) => {
        await tx.update(refreshRuns).set({ state: 'queued' }).where(isOpen(runId));
        await addJobs(tx, [{ task: 'refresh_events', payload: { runId }, key: refreshJobKey(runId) }]);
        await close(tx, { outcome: 'interrupted', summary: 'handed back: the worker was stopping' });
      });
      return { outcome: 'interrupted' };
    }
    if (error instanceof TakenOverError) {
      await close(db, { outcome: 'interrupted', summary: error.message });
      return { outcome: 'interrupted' };
    }
    if (!(error instanceof CrossmarkError))
      ctx.log.error({ err: error, runId }, 'the reading failed unexpectedly');
    return leaveFailed(db, run, job, error, close);
  }
  // The reading has ended: what fails here is tried again after the next one.
  await fetchInstructions(ctx, job).catch((error: unknown) => {
    ctx.log.warn({ err: error, runId }, 'links to instructions have to wait');
  });
  return ended;
}

const isOpen = (runId: number) =>
  and(eq(refreshRuns.id, runId), inArray(refreshRuns.state, ['queued', 'running']));

/** What a reading's failure is to its run. */
function failureOf(error: unknown): {
  failureKind: FailureKind;
  failureReason: string;
  retryAfterMs?: number | undefined;
} {
  if (error instanceof CrossmarkError)
    return {
      failureKind: error.kind,
      failureReason: cleanText(error.message),
      retryAfterMs: error.retryAfterMs,
    };
  const failureReason = `Something went wrong on our side while the list was read: ${errorText(error)}`;
  // The same data or code would fail again: the next reading may find other data.
  return { failureKind: isRefusal(error) ? 'rejected' : 'transient', failureReason };
}

/** Ends the run as failed, or has it tried again: it never stays as running with nobody at it. */
function leaveFailed(
  db: Db,
  run: typeof refreshRuns.$inferSelect,
  job: JobInfo,
  error: unknown,
  close: (tx: Tx, values: Partial<typeof syncAttempts.$inferInsert>) => Promise<unknown>,
): Promise<Ended> {
  const { retryAfterMs, ...failure } = failureOf(error);
  const { failureReason } = failure;
  const ours = isOpen(run.id);
  return db.transaction(async (tx) => {
    const nowMs = Date.parse(await clock(tx));
    const lastedMs = nowMs - Date.parse(run.requestedAt);
    // Not given up while Crossmark is known not to answer: it runs as soon as it does.
    const heldBack = error instanceof CrossmarkUnreachableError;
    if (failure.failureKind === 'rejected' || (lastedMs > BUDGET_MS && !heldBack)) {
      await tx
        .update(refreshRuns)
        .set({ state: 'failed', finishedAt: sql`app_now()`, failureReason })
        .where(ours);
      await close(tx, { ...failure, outcome: 'dead' });
      return { ...failure, outcome: 'dead' };
    }
    const waitMs = retryAfterMs ?? Math.min(Math.max(lastedMs, SHORTEST_RETRY_MS), LONGEST_RETRY_MS);
    const afterMs = error instanceof CrossmarkUnreachableError ? await lookAgainAfterMs(tx, error) : waitMs;
    const nextTryAt = new Date(nowMs + waitMs).toISOString();
    await tx.update(refreshRuns).set({ state: 'queued', failureReason }).where(ours);
    await addJobs(tx, [{ task: job.task, payload: { runId: run.id }, key: refreshJobKey(run.id), afterMs }]);
    const outcome = heldBack ? 'waiting' : 'retry';
    await close(tx, { ...failure, outcome, ...(heldBack ? {} : { nextTryAt }) });
    return { ...failure, outcome };
  });
}

/**
 * The hourly tick: asks for a run, unless one that is open, or was started after this tick, covers it. So several ticks
 * missed together end in exactly one reading.
 */
export async function refreshOnTick(ctx: SyncContext, tickAt: string): Promise<Ended> {
  return ctx.db.transaction(async (tx) => {
    const runId = await requestRefreshForTick(tx, tickAt);
    return runId === null
      ? { outcome: 'nothing', summary: 'a later reading has covered this hour' }
      : { outcome: 'done', summary: `refresh run ${runId}` };
  });
}
