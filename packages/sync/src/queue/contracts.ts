import { clockOffsetMs } from '@scheduler/runtime/clock';
import { z } from 'zod';

/**
 * The five tasks. The first three run the same reconciliation: a job names the event and not what
 * to do, so a late, repeated or reordered job is harmless. Their names tell people on the queue
 * pages what happened.
 */
export const TASKS = [
  'sync_schedule',
  'sync_schedule_update',
  'sync_schedule_deletion',
  'sync_employee',
  'refresh_events',
] as const;
export type TaskName = (typeof TASKS)[number];

/**
 * The flag that each job of a task carries: graphile-worker leaves alone the jobs whose flag is
 * forbidden (see pause.ts).
 */
export const taskFlag = (task: TaskName): string => `task:${task}`;

/** Tasks that reconcile one event. */
export type EventTask = Extract<TaskName, `sync_schedule${string}`>;

const id = z.number().int().positive();
const eventPayload = z.object({ eventId: id });

/** What each task's job carries, parsed when the job runs. */
export const PAYLOADS = {
  sync_schedule: eventPayload,
  sync_schedule_update: eventPayload,
  sync_schedule_deletion: eventPayload,
  /** With a person: their link to a rep. With a reading: the whole rep list, kept for imports. */
  sync_employee: z.union([z.object({ employeeId: id }), z.object({ readingId: id })]),
  /**
   * Crontab ticks name no run: they bring `_cron.ts`, the minute they stand for by
   * graphile-worker's clock.
   */
  refresh_events: z.union([
    z.object({ runId: id }),
    z
      .object({ _cron: z.object({ ts: z.coerce.date() }) })
      .transform(({ _cron }) => ({ tickAt: new Date(_cron.ts.getTime() + clockOffsetMs).toISOString() })),
  ]),
} satisfies Record<TaskName, z.ZodType>;

/**
 * What a job carries besides its payload, so that logs and traces tell which click it came from.
 * Other values are ignored.
 */
export const ORIGIN = z
  .object({
    requestId: z.string().max(100).optional().catch(undefined),
    traceparent: z.string().max(100).optional().catch(undefined),
  })
  .catch({});

/**
 * Every full hour. Ticks missed in the last day are made up for, and several of them are one
 * refresh.
 */
export const CRONTAB =
  '0 * * * * refresh_events ?id=hourly_refresh&fill=1d&jobKey=refresh_tick&jobKeyMode=preserve_run_at&priority=10';

/** One job per event at a time: a newer one replaces what hasn't started yet. */
export const eventJobKey = (eventId: number): string => `event:${eventId}`;
/** One job per person at a time. */
export const employeeJobKey = (employeeId: number): string => `employee:${employeeId}`;
/** One job per reading of the rep list. */
export const readingJobKey = (readingId: number): string => `reps:${readingId}`;
/** One job per refresh run. */
export const refreshJobKey = (runId: number): string => `refresh:${runId}`;
