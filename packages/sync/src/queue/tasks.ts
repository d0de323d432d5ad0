import { errorText, inScope, traced } from '@scheduler/runtime';
import { clockOffsetMs } from '@scheduler/runtime/clock';
import type { Instant } from '@scheduler/scheduling';
import type { Task } from 'graphile-worker';
import type { TaskResult } from '../attempts/run-attempt.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { fetchInstructions } from '../instructions/fetch-instructions.ts';
import { type MakePlan, proposePlan } from '../plans/propose-plan.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { refresh, refreshOnTick } from '../refresh/refresh.ts';
import { syncEmployee } from '../reps/link-employee.ts';
import { readRepList } from '../reps/rep-list.ts';
import { ORIGIN, PAYLOADS, TASKS, type TaskName } from './contracts.ts';

/**
 * A task that hangs in spite of its own limits is given up, so that it doesn't occupy the worker
 * for ever. Its job runs again and finds out how far this one got. A refresh has no limit.
 */
const HARD_LIMIT_MS = 300_000;

async function withinLimit<T>(task: TaskName, running: Promise<T>): Promise<T> {
  if (task === 'refresh_events') return running;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${task} hung for ${HARD_LIMIT_MS / 1000} s`)), HARD_LIMIT_MS);
  });
  return Promise.race([running, limit]).finally(() => clearTimeout(timer));
}

/** The ids in a payload, which anybody may have written. */
function subjectOf(payload: unknown): Record<string, number> {
  if (typeof payload !== 'object' || payload === null) return {};
  const named = Object.entries(payload).filter(([name]) =>
    ['eventId', 'employeeId', 'runId', 'storeId'].includes(name),
  );
  return Object.fromEntries(named.filter(([, id]) => typeof id === 'number'));
}

/** Runs a task's payload for a job that was taken at `takenAt`. */
type Runner = (payload: unknown, job: JobInfo, takenAt: Instant | null) => Promise<TaskResult>;

/** The log level for an outcome; `info` for all others. */
const LOG_LEVELS: Partial<Record<TaskResult['outcome'], 'error' | 'warn'>> = { dead: 'error', retry: 'warn' };

/**
 * The seven tasks as graphile-worker wants them. Each parses its payload, runs, writes one log line
 * with the job and its outcome, and counts it. A task succeeds whatever Crossmark did, because its
 * next attempt is a separate job. It throws only if our own side failed, and then graphile-worker
 * retries it.
 * @param makePlan makes plans; it is given from outside, because plans have nothing to do with
 * syncing
 */
export function createTaskList(ctx: SyncContext, makePlan: MakePlan): Record<TaskName, Task> {
  const reconcileEvent: Runner = (payload, job, takenAt) => {
    const { eventId, search } = PAYLOADS.sync_schedule.parse(payload);
    return reconcile(ctx, eventId, job, search && takenAt ? { search, takenAt } : undefined);
  };
  const runners: Record<TaskName, Runner> = {
    sync_schedule: reconcileEvent,
    sync_schedule_update: reconcileEvent,
    sync_schedule_deletion: reconcileEvent,
    sync_employee: (payload, job) => {
      const ids = PAYLOADS.sync_employee.parse(payload);
      return 'readingId' in ids
        ? readRepList(ctx, ids.readingId, job)
        : syncEmployee(ctx, ids.employeeId, job);
    },
    refresh_events: (payload, job) => {
      const request = PAYLOADS.refresh_events.parse(payload);
      return 'runId' in request ? refresh(ctx, request.runId, job) : refreshOnTick(ctx, request.tickAt);
    },
    fetch_instructions: (payload, job) =>
      fetchInstructions(ctx, PAYLOADS.fetch_instructions.parse(payload).eventId, job),
    propose_plan: (payload, job) => proposePlan(ctx, makePlan, PAYLOADS.propose_plan.parse(payload), job),
  };
  const tasks = TASKS.map((task): [TaskName, Task] => [
    task,
    async (payload, helpers) => {
      const startedMs = performance.now();
      const job: JobInfo = {
        id: String(helpers.job.id),
        task,
        workerId: helpers.job.locked_by ?? 'unknown',
        signal: helpers.abortSignal,
      };
      // Postgres' own clock, as our clock shows it.
      const takenAt = helpers.job.locked_at
        ? new Date(helpers.job.locked_at.getTime() + clockOffsetMs).toISOString()
        : null;
      const { requestId, traceparent } = ORIGIN.parse(payload);
      const ids = { task, job: job.id, ...subjectOf(payload), ...(requestId ? { requestId } : {}) };
      const durationMs = () => Math.round(performance.now() - startedMs);
      const failed = ({ outcome }: TaskResult) => outcome === 'dead' || outcome === 'retry';
      const span = { name: task, kind: 'job', attributes: ids, traceparent, failed } as const;
      const run = async (): Promise<TaskResult> => {
        try {
          const ended = await withinLimit(task, runners[task](payload, job, takenAt));
          const { outcome, clickToSyncedMs } = ended;
          ctx.log[LOG_LEVELS[outcome] ?? 'info'](
            { ...ended, durationMs: durationMs() },
            `${task} ${outcome}`,
          );
          ctx.metrics?.attempt({ task, outcome, durationMs: durationMs(), clickToSyncedMs });
          return ended;
        } catch (error) {
          ctx.log.error({ err: error, durationMs: durationMs() }, `${task} broke off`);
          // The text stored with the job must be one that Postgres accepts, without the parameters
          // of a statement.
          throw new Error(errorText(error), { cause: error });
        }
      };
      await inScope(ids, () => traced(span, run));
    },
  ]);
  return Object.fromEntries(tasks) as Record<TaskName, Task>;
}
