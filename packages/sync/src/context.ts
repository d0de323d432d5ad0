import type { CrossmarkClient } from '@scheduler/crossmark';
import type { AttemptOutcome, Db } from '@scheduler/db';
import type { Logger } from 'pino';
import type { RetryPolicy } from './attempts/retry-policy.ts';
import type { Downloads } from './instructions/download.ts';
import type { TaskName } from './queue/contracts.ts';

/** What the tasks work with, the same for every job of a worker process. */
export interface SyncContext {
  db: Db;
  crossmark: CrossmarkClient;
  downloads: Downloads;
  log: Logger;
  settings: SyncSettings;
  metrics?: { attempt(figures: AttemptFigures): void; level(name: string, value: number): void } | undefined;
}

/** Settings of the sync engine. */
export interface SyncSettings {
  retry: RetryPolicy;
  /**
   * How long a reconciler owns an event after it last prolonged its lease. This is longer than its
   * slowest single call.
   */
  leaseMs: number;
  /**
   * A doubt is confirmed only by a complete refresh that begins so long after the one that left it.
   * Two refreshes within seconds may read the same copy of the list.
   */
  confirmAfterMs: number;
}

/**
 * Longer than any copy of the list is known to lag behind, and far shorter than the hour between
 * two refreshes: only refreshes that people request come closer together.
 */
export const DEFAULT_CONFIRM_AFTER_MS = 10 * 60_000;

/** A finished attempt of a task, for the charts. */
export interface AttemptFigures {
  task: TaskName;
  outcome: AttemptOutcome;
  durationMs: number;
  /** Only if an event became synced: the time since what is wanted last changed. */
  clickToSyncedMs?: number | undefined;
}

/** The job on whose behalf something runs. */
export interface JobInfo {
  id: string;
  task: TaskName;
  /** graphile-worker's id of the process, as in `locked_by`. */
  workerId: string;
  /**
   * Aborts when the process must stop. A running task then hands its job back, and no attempt is
   * spent.
   */
  signal: AbortSignal;
}
