import type { GraphileQueuesOptions, QueryParameter } from './options.ts';
import * as statements from './sql.ts';

/** A live job as the statements in sql.ts return it: instants in epoch milliseconds. */
export interface JobRow {
  id: string;
  payload: unknown;
  priority: number;
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  key: string | null;
  flags: string[];
  lockedBy: string | null;
  queueName: string | null;
  createdAt: number;
  runAt: number;
  lockedAt: number | null;
  failedAt: number;
  status: statements.LiveStatus;
}

/** The jobs of a task by status, and since when workers hold the running ones. */
export interface TaskCounts extends Record<statements.LiveStatus, number> {
  holders: { id: string; since: number }[];
}

export interface NewJob {
  task: string;
  payload: unknown;
  delayMs: number;
  queueName?: string | undefined;
  maxAttempts?: number | undefined;
  jobKey?: string | undefined;
  jobKeyMode?: string | undefined;
  priority?: number | undefined;
  flags?: readonly string[] | undefined;
}

const textOrNull = (value: unknown) => (value === null || value === undefined ? null : String(value));
const numberOrNull = (value: unknown) => (value === null || value === undefined ? null : Number(value));
const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : null);

function toJobRow(row: Record<string, unknown>): JobRow {
  return {
    id: String(row.id),
    payload: parsed(row.payload),
    priority: Number(row.priority),
    attempts: Number(row.attempts),
    maxAttempts: Number(row.max_attempts),
    lastError: textOrNull(row.last_error),
    key: textOrNull(row.key),
    flags: Object.keys((parsed(row.flags) ?? {}) as Record<string, true>),
    lockedBy: textOrNull(row.locked_by),
    queueName: textOrNull(row.queue_name),
    createdAt: Number(row.created_at),
    runAt: Number(row.run_at),
    lockedAt: numberOrNull(row.locked_at),
    failedAt: Number(row.failed_at),
    status: row.status as statements.LiveStatus,
  };
}

/**
 * A caller waits for a new answer if the cached one is older than this. A younger answer is
 * returned at once, and a new one is read in the background.
 */
const SHOWN_FOR_MS = 15_000;

/**
 * Caches an answer for ten times as long as the read took, but at least for half a second. A board
 * requests each queue separately, and again every few seconds. With the cache, each read is made
 * once and uses at most a tenth of one connection, for any size of the table and any number of open
 * pages. An open board does not wait: it gets the cached answer, and a new one is read in the
 * background.
 */
function kept<T>(read: () => Promise<T>) {
  let current: { answer: Promise<T>; until: number; shownUntil: number } | undefined;
  let reading: Promise<T> | undefined;

  function renew(): Promise<T> {
    const startedAt = Date.now();
    const answer = read();
    reading = answer;
    answer.then(
      () => {
        if (reading !== answer) return;
        const until = Date.now() + Math.max(500, 10 * (Date.now() - startedAt));
        current = { answer, until, shownUntil: until + SHOWN_FOR_MS };
        reading = undefined;
      },
      () => {
        if (reading !== answer) return;
        current = undefined;
        reading = undefined;
      },
    );
    return answer;
  }

  return {
    get(): Promise<T> {
      if (!current || Date.now() >= current.shownUntil) return reading ?? renew();
      if (!reading && Date.now() >= current.until) renew().catch(() => {});
      return current.answer;
    },
    forget() {
      current = undefined;
      reading = undefined;
    },
  };
}

/** Reads and changes of graphile-worker's jobs, shared by the queues of one board. */
export function createStore({ query, schema = 'graphile_worker', tasks }: GraphileQueuesOptions) {
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  const run = async (statement: string, ...parameters: QueryParameter[]) =>
    await query(statement.replaceAll(':schema', quoted), parameters);

  const counts = kept(async () => {
    const rows = await run(statements.COUNTS, JSON.stringify(tasks.map((task) => task.name)));
    return new Map(
      rows.map((row): [string, TaskCounts] => [
        String(row.task),
        {
          waiting: Number(row.waiting),
          delayed: Number(row.delayed),
          active: Number(row.active),
          failed: Number(row.failed),
          holders: (parsed(row.holders) ?? []) as TaskCounts['holders'],
        },
      ]),
    );
  });
  const crontabs = kept(async () => {
    const rows = await run(statements.KNOWN_CRONTABS);
    return new Map(rows.map((row) => [String(row.identifier), numberOrNull(row.last_execution)]));
  });

  /** Cached counts from before the change would not show it. */
  const change = (statement: string, ...parameters: QueryParameter[]) =>
    run(statement, ...parameters).finally(() => counts.forget());
  const changedIds = async (statement: string, ids: readonly string[], ...rest: QueryParameter[]) =>
    new Set((await change(statement, JSON.stringify(ids), ...rest)).map((row) => String(row.id)));

  return {
    async counts(task: string): Promise<TaskCounts> {
      const none: TaskCounts = { waiting: 0, delayed: 0, active: 0, failed: 0, holders: [] };
      return (await counts.get()).get(task) ?? none;
    },

    async job(task: string, id: string): Promise<JobRow | undefined> {
      const [row] = await run(statements.JOB, task, id);
      return row && toJobRow(row);
    },

    /**
     * Returns the jobs at positions `start` to `end`, both included; a negative `end` means up to
     * the last one.
     */
    async page(task: string, status: statements.LiveStatus, start: number, end: number): Promise<JobRow[]> {
      const limit = end < 0 ? null : Math.max(0, end - start + 1);
      return (await run(statements.PAGES[status], task, start, limit)).map(toJobRow);
    },

    async add(job: NewJob): Promise<JobRow> {
      const [row] = await change(
        statements.ADD,
        job.task,
        JSON.stringify(job.payload ?? {}),
        job.queueName ?? null,
        job.delayMs,
        job.maxAttempts ?? null,
        job.jobKey ?? null,
        job.jobKeyMode ?? 'replace',
        job.priority ?? null,
        JSON.stringify(job.flags ?? []),
      );
      if (!row) throw new Error('add_job answered with no row.');
      return toJobRow(row);
    },

    /**
     * Each of these returns the ids that were changed. A job that a worker holds is not changed.
     */
    retry: (ids: readonly string[]) => changedIds(statements.RETRY, ids),
    promote: (ids: readonly string[]) => changedIds(statements.PROMOTE, ids),
    remove: (ids: readonly string[]) => changedIds(statements.REMOVE, ids),
    changeDelay: (id: string, delayMs: number) => changedIds(statements.CHANGE_DELAY, [id], delayMs),
    changePriority: (id: string, priority: number) => changedIds(statements.CHANGE_PRIORITY, [id], priority),

    promoteAll: (task: string) => change(statements.PROMOTE_ALL, task),
    clean: (task: string, status: keyof typeof statements.CLEAN, graceMs: number) =>
      change(statements.CLEAN[status], task, graceMs),
    empty: (task: string) => change(statements.EMPTY, task),
    obliterate: (task: string) => change(statements.OBLITERATE, task),

    /** Returns the cron entries by identifier, with the time of the last run. */
    knownCrontabs: () => crontabs.get(),

    async datastore() {
      const [row] = await run(statements.DATASTORE);
      return {
        version: String(row?.version),
        port: Number(row?.port),
        uptime: Number(row?.uptime),
        connected: Number(row?.connected),
        blocked: Number(row?.blocked),
      };
    },
  };
}

export type Store = ReturnType<typeof createStore>;

/**
 * Whether Postgres can store this text as a job's id (a positive bigint). The id comes from a URL.
 */
export function isJobId(id: string): boolean {
  return /^\d{1,19}$/.test(id) && BigInt(id) <= 9_223_372_036_854_775_807n;
}
