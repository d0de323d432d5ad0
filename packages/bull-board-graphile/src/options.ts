import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { CronItem } from 'graphile-worker';

/** The types of parameters. Every Postgres driver sends them in the same way. */
export type QueryParameter = string | number | null;

/**
 * Runs one statement with `$1`-style parameters and returns its rows. The board needs nothing else
 * of Postgres. pg: `(text, values) => pool.query(text, values).then(({ rows }) => rows)`; postgres:
 * `(text, values) => sql.unsafe(text, values)`.
 */
export type Query = (
  text: string,
  parameters: QueryParameter[],
) => PromiseLike<readonly Record<string, unknown>[]>;

/** An instant: a `Date`, an ISO string or epoch milliseconds. */
export type Moment = Date | string | number;

/** A task identifier, shown as a queue. */
export interface GraphileTask {
  /** The identifier with which jobs are added. */
  name: string;
  description?: string;
  displayName?: string;
  /** Attempts of jobs added on the board; graphile-worker's own default is 25. */
  maxAttempts?: number;
  /** Flags of jobs added on the board, for workers that use `forbiddenFlags`. */
  flags?: readonly string[];
  /**
   * The reason why many of its jobs can't be removed at once. Clean, empty and obliterate are
   * refused with this sentence.
   */
  keepsJobs?: string;
  /** JSON Schema of the payload, for the board's form to add a job. */
  payloadSchema?: Record<string, unknown>;
}

/** A finished job in the app's history, because graphile-worker deletes a job that succeeds. */
export interface CompletedJob {
  id: string;
  payload: unknown;
  attempts: number;
  /** The time of its start if left out. */
  addedAt?: Moment | null;
  startedAt: Moment;
  finishedAt: Moment;
  /** The result of the task. */
  result?: unknown;
  worker?: string | null;
}

/** One attempt of a job in the app's history. The board shows it as a line of the job's log. */
export interface JobAttempt {
  startedAt: Moment;
  finishedAt?: Moment | null;
  /** One word, such as `done` or `failed`. */
  outcome: string;
  detail?: string | null;
  worker?: string | null;
}

/** The data of a job by which an app finds its attempts, if it does not store the job's id. */
export interface JobReference {
  task: string;
  id: string;
  key: string | null;
  payload: unknown;
}

/** The app's history of jobs that graphile-worker has deleted, and of each attempt. */
export interface History {
  countCompleted(task: string): Promise<number>;
  /**
   * Returns the jobs at positions `start` to `end`, both included, counted from the one that
   * finished last.
   */
  listCompleted(task: string, start: number, end: number): Promise<readonly CompletedJob[]>;
  getCompleted(task: string, jobId: string): Promise<CompletedJob | null | undefined>;
  /** Returns a job's attempts, first to last. Also called for jobs that are not finished. */
  attemptsOf(job: JobReference): Promise<readonly JobAttempt[]>;
}

/**
 * Stores which tasks are paused. graphile-worker has no pause, so the app's workers must obey this
 * store, as the README shows with `forbiddenFlags`.
 */
export interface PauseStore {
  isPaused(task: string): Promise<boolean>;
  pause(task: string): Promise<void>;
  resume(task: string): Promise<void>;
}

/** A worker that takes a task's jobs. */
export interface TaskWorker {
  id: string;
  name?: string | null;
  /** The place where it runs, such as `host:pid`. */
  address?: string;
  startedAt: Moment;
}

/** Describes a value that is about to be shown. */
export interface RedactContext {
  task: string;
  part: 'payload' | 'error' | 'result' | 'log';
}

export interface GraphileQueuesOptions {
  query: Query;
  /** graphile-worker's schema; `graphile_worker` by default. */
  schema?: string;
  tasks: readonly GraphileTask[];
  /** Without it there is no list of completed jobs and a job's log is empty. */
  history?: History;
  /** Without it tasks can't be paused. */
  pauseStore?: PauseStore;
  /** Without it the workers shown are those that hold a running job. */
  workers?: (task: string) => Promise<readonly TaskWorker[]>;
  /** The crontab of the workers: its text, or the list that graphile-worker gets as `cronItems`. */
  cron?: string | readonly CronItem[];
  /** What to call jobs, by their ids; those left out are called as their task. One call for a page of jobs. */
  jobTitles?: (jobs: readonly JobReference[]) => Promise<ReadonlyMap<string, string>>;
  /** Jobs per minute that completed or failed, the latest minute first, for the board's chart of a queue. */
  jobsPerMinute?: (task: string, outcome: 'completed' | 'failed') => Promise<readonly number[]>;
  /** Redacts payloads, errors, results and log lines. Only its result leaves the server. */
  redact?: (value: unknown, context: RedactContext) => unknown;
  /** Whether the board only reads. Its routes for changes then answer 405. */
  readOnlyMode?: boolean;
  /** A link from a job to the app's own page about it. */
  externalJobUrl?: NonNullable<BaseAdapter['externalJobUrl']>;
}
