import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { CronItem } from 'graphile-worker';

/** What a statement may carry: any Postgres driver sends these alike. */
export type QueryParameter = string | number | null;

/**
 * All the board needs of Postgres: run one statement with `$1`-style parameters and answer with its rows.
 * pg: `(text, values) => pool.query(text, values).then(({ rows }) => rows)`;
 * postgres: `(text, values) => sql.unsafe(text, values)`.
 */
export type Query = (
  text: string,
  parameters: QueryParameter[],
) => PromiseLike<readonly Record<string, unknown>[]>;

/** An instant: a `Date`, an ISO string or epoch milliseconds. */
export type Moment = Date | string | number;

/** A task identifier, shown as a queue. */
export interface GraphileTask {
  /** The identifier that jobs are added with. */
  name: string;
  description?: string;
  displayName?: string;
  /** Attempts of jobs added on the board; graphile-worker's own default is 25. */
  maxAttempts?: number;
  /** Flags of jobs added on the board, for workers that use `forbiddenFlags`. */
  flags?: readonly string[];
  /** Why many of its jobs at once can't be removed: the sentence that cleaning, emptying and obliterating are refused with. */
  keepsJobs?: string;
  /** JSON Schema of the payload, for the board's form to add a job. */
  payloadSchema?: Record<string, unknown>;
}

/** A finished job as the app remembers it: graphile-worker deletes a job that succeeds. */
export interface CompletedJob {
  id: string;
  payload: unknown;
  attempts: number;
  /** Left out: when it was started. */
  addedAt?: Moment | null;
  startedAt: Moment;
  finishedAt: Moment;
  /** What the task returned or did. */
  result?: unknown;
  worker?: string | null;
}

/** One attempt of a job as the app remembers it; shown as a line of the job's log. */
export interface JobAttempt {
  startedAt: Moment;
  finishedAt?: Moment | null;
  /** In a word: `done`, `failed`, … */
  outcome: string;
  detail?: string | null;
  worker?: string | null;
}

/** What tells a job, for an app that remembers attempts by something other than the job's id. */
export interface JobReference {
  task: string;
  id: string;
  key: string | null;
  payload: unknown;
}

/** The app's memory of jobs that graphile-worker has deleted, and of each attempt. */
export interface History {
  countCompleted(task: string): Promise<number>;
  /** Positions `start` to `end`, both included, counted from the job that finished last. */
  listCompleted(task: string, start: number, end: number): Promise<readonly CompletedJob[]>;
  getCompleted(task: string, jobId: string): Promise<CompletedJob | null | undefined>;
  /** A job's attempts, first to last. Also asked for jobs that aren't finished. */
  attemptsOf(job: JobReference): Promise<readonly JobAttempt[]>;
}

/**
 * Where it is kept that a task is paused. graphile-worker has no pause of its own: the app's workers must honour it,
 * as the README shows with `forbiddenFlags`.
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
  /** Where it runs, such as `host:pid`. */
  address?: string;
  startedAt: Moment;
}

/** What a value is that is about to be shown. */
export interface RedactContext {
  task: string;
  part: 'payload' | 'error' | 'result' | 'log';
}

export interface GraphileQueuesOptions {
  query: Query;
  /** graphile-worker's schema, `graphile_worker` unless told otherwise. */
  schema?: string;
  tasks: readonly GraphileTask[];
  /** Without it there is no list of completed jobs and a job's log is empty. */
  history?: History;
  /** Without it tasks can't be paused. */
  pauseStore?: PauseStore;
  /** Without it the workers shown are those that hold a running job. */
  workers?: (task: string) => Promise<readonly TaskWorker[]>;
  /** What the workers run by the clock: a crontab's text, or the list given to graphile-worker as `cronItems`. */
  cron?: string | readonly CronItem[];
  /** Jobs per minute that completed or failed, the latest minute first, for the board's chart of a queue. */
  jobsPerMinute?: (task: string, outcome: 'completed' | 'failed') => Promise<readonly number[]>;
  /** Changes what is shown of payloads, errors, results and log lines. What it returns is what leaves the server. */
  redact?: (value: unknown, context: RedactContext) => unknown;
  /** The board shows everything and changes nothing: its routes for changes answer 405. */
  readOnlyMode?: boolean;
  /** A link from a job to the app's own page about it. */
  externalJobUrl?: NonNullable<BaseAdapter['externalJobUrl']>;
}
