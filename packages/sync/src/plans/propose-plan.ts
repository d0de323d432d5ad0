import { type ProposalOccasion, syncAttempts } from '@scheduler/db';
import { and, eq } from 'drizzle-orm';
import { openQueuedAttempt } from '../attempts/queued-attempt.ts';
import { runAttempt, type TaskResult } from '../attempts/run-attempt.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { planJobKey } from '../queue/contracts.ts';

/** A plan that a job asks for. */
export interface PlanRequest {
  storeId: number;
  occasion: ProposalOccasion;
}

/**
 * Makes a plan for a store and leaves it to people to review, or says why there is none. Throws if
 * it was stopped.
 */
export type MakePlan = (
  request: PlanRequest & { jobId: string; signal: AbortSignal },
) => Promise<{ outcome: 'done' | 'nothing' | 'dead'; summary: string; failureReason?: string }>;

/**
 * Has a plan made for a store. If the worker is stopped meanwhile, another job makes the plan anew.
 * If the worker dies, the same job does it when it runs again.
 */
export async function proposePlan(
  ctx: SyncContext,
  makePlan: MakePlan,
  request: PlanRequest,
  job: JobInfo,
): Promise<TaskResult> {
  const { storeId, occasion } = request;
  const attempt = await openQueuedAttempt(ctx.db, job, {
    attempts: and(eq(syncAttempts.task, job.task), eq(syncAttempts.jobId, job.id)),
    next: { task: 'propose_plan', payload: { storeId, occasion }, key: planJobKey(storeId) },
    onEnd: async () => {},
  });
  return runAttempt(attempt, {
    job,
    policy: ctx.settings.retry,
    describe: async (error) => {
      // Our own side failed: graphile-worker retries the job, which opens another attempt.
      await attempt.abandon('failed on our own side').catch(() => {});
      throw error;
    },
    work: async () => {
      const ended = await makePlan({ ...request, jobId: job.id, signal: job.signal });
      await attempt.close(ctx.db, ended);
      return ended;
    },
  });
}
