import type { MplanId, StoreId } from '@scheduler/crossmark';
import { PROPOSAL_OCCASIONS } from '@scheduler/db';
import { clockErrorMs, clockOffsetMs } from '@scheduler/runtime/clock';
import { z } from 'zod';

/**
 * The seven tasks. The first three run the same reconciliation: a job names the event and not what
 * to do, so a late, repeated or reordered job is harmless. Their names tell people on the queue
 * pages what happened.
 */
export const TASKS = [
  'sync_schedule',
  'sync_schedule_update',
  'sync_schedule_deletion',
  'sync_employee',
  'refresh_events',
  'propose_plan',
  'fetch_instructions',
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
/**
 * With `search`, the worker may look for the event on Crossmark's list before it has read the event here.
 * Another value is ignored.
 */
const reconcilePayload = eventPayload.extend({
  search: z
    .object({
      mplanId: z.custom<MplanId>((value) => typeof value === 'string'),
      storeId: z.custom<StoreId>((value) => typeof value === 'string'),
      timeZone: z.string(),
    })
    .optional()
    .catch(undefined),
});

/** What each task's job carries, parsed when the job runs. */
export const PAYLOADS = {
  sync_schedule: reconcilePayload,
  sync_schedule_update: reconcilePayload,
  sync_schedule_deletion: reconcilePayload,
  /**
   * With an `employeeId`, the job links this person to a rep. With a `readingId`, it reads the
   * whole rep list, which imports use.
   */
  sync_employee: z.union([z.object({ employeeId: id }), z.object({ readingId: id })]),
  /**
   * A tick of the crontab has no run yet. It has `_cron.ts`, the minute of the tick by
   * graphile-worker's clock.
   */
  refresh_events: z.union([
    z.object({ runId: id }),
    z
      .object({ _cron: z.object({ ts: z.coerce.date() }) })
      // By the clock of the worker, which may be wrong.
      .transform(({ _cron }) => ({
        tickAt: new Date(_cron.ts.getTime() + clockOffsetMs + clockErrorMs).toISOString(),
      })),
  ]),
  propose_plan: z.object({ storeId: id, occasion: z.enum(PROPOSAL_OCCASIONS) }),
  /** Without the link, which may contain a secret. */
  fetch_instructions: eventPayload,
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
/** One waiting job per store: whoever asks meanwhile asks for the same plan. */
export const planJobKey = (storeId: number): string => `plan:${storeId}`;
/** One job per event's file of instructions at a time. */
export const instructionsJobKey = (eventId: number): string => `instructions:${eventId}`;
