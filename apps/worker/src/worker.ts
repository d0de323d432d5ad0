import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { CrossmarkClient } from '@scheduler/crossmark';
import {
  connect,
  type Database,
  databaseReasons,
  PATIENCE,
  type Patience,
  schemaIsBehind,
  workers,
} from '@scheduler/db';
import type { MailServer } from '@scheduler/mail';
import { planForStore, planRunsOf } from '@scheduler/plans';
import { errorText, type Logger, settlesWithin } from '@scheduler/runtime';
import {
  type Breaker,
  CRONTAB,
  createDownloads,
  createTaskList,
  DEFAULT_CONFIRM_AFTER_MS,
  type Downloads,
  flagsOfPausedTasks,
  heartbeat,
  prune,
  type Retention,
  type RetryPolicy,
  readLevels,
  requestNightlyPlans,
  rescue,
  SILENT_AFTER_SECONDS,
  type SyncContext,
  signOff,
  sweep,
} from '@scheduler/sync';
import { eq, sql } from 'drizzle-orm';
import { sendDigests } from './digest/digests.ts';
import { type JobPool, startJobPool } from './job-pool.ts';

/**
 * The time for running jobs to finish, of the 25 s that a stop may take. Then they return to the
 * queue.
 */
const DRAIN_MS = 15_000;
/** Longer than a call to Crossmark with a sign-in. */
const LEASE_MS = 120_000;
/** The longest delay of a due probe. */
const BREAKER_MS = 500;
/**
 * Connections that jobs use at once, in our pool and in graphile-worker's. Their statements take
 * milliseconds and are often batched, so jobs hardly wait. A hundred jobs with a connection each
 * would use all that Postgres has.
 */
const MOST_ASKING = 10;
const PRUNE_MS = 3_600_000;
/** How soon after its time a nightly plan is asked for. */
const NIGHTLY_MS = 30_000;
/** How soon after its time a digest is sent. */
const DIGESTS_MS = 30_000;
/** How often the levels of the charts are sampled: more than once in each of the narrowest buckets. */
const LEVELS_MS = 30_000;
const LONGEST_WAIT_FOR_POSTGRES_MS = 10_000;
/**
 * The time between checks of Postgres, and the time without an answer after which all connections
 * count as dead.
 */
const PULSE_EVERY_MS = 5_000;
const PULSE_WITHIN_MS = 10_000;
/** The wait before the first restart. It doubles with each restart soon after the last one. */
const RESTART_MS = 1_000;
const LONGEST_RESTART_MS = 15_000;
const STEADY_MS = 10_000;

export interface WorkerOptions {
  databaseUrl: string;
  /** The database itself, if `databaseUrl` is a pooler's. */
  directUrl?: string | undefined;
  crossmark: CrossmarkClient;
  /** Where files of instructions come from; by default from Crossmark's host alone. */
  downloads?: Downloads;
  /** The circuit breaker of its calls, which the worker updates. */
  breaker?: Breaker;
  log: Logger;
  metrics?: SyncContext['metrics'];
  retry: RetryPolicy;
  concurrency: number;
  crontab?: string;
  /** The duration of a lease after its last step; by default longer than any call. */
  leaseMs?: number;
  /** The least time from a refresh that left a doubt to the one that may confirm it. */
  confirmAfterMs?: number;
  /** The time without a heartbeat after which a worker counts as dead. */
  silentAfterSeconds?: number;
  /** The time for which records are kept; without it nothing is deleted. */
  retention?: Retention;
  /** How digests are sent, and the address of the pages they lead to; without it none are sent. */
  digests?: { mail: MailServer; origin: string } | undefined;
  /** The time for running jobs to finish when the worker stops. */
  drainMs?: number;
  /** The limits of waiting for Postgres. */
  patience?: Patience;
  /** The time between checks of Postgres, and the longest wait for an answer. */
  pulse?: { everyMs: number; withinMs: number };
  /** After running for this time, the next restart counts as the first of a row. */
  steadyMs?: number;
  /** Other pools of this process, whose connections are dropped too when Postgres falls silent. */
  alongside?: readonly Database[];
}

/** A worker that is starting or running. */
export interface Worker {
  /**
   * The worker's id in graphile-worker. Undefined until it takes jobs, and another one after a
   * restart.
   */
  readonly id: string | undefined;
  /**
   * Returns the reasons why it can't send changes to Crossmark now, as sentences; empty if it can.
   */
  reasons(): Promise<string[]>;
  /**
   * Takes no new jobs, lets running ones finish or return to the queue without a counted attempt,
   * and removes its heartbeat.
   */
  stop(): Promise<void>;
}

/**
 * Starts a worker. It waits for Postgres and its schema as long as needed, runs jobs, sends
 * heartbeats, and releases the jobs and leases of dead workers. If Postgres goes away, it restarts
 * when Postgres is back, with a longer wait each time in a row. If connections die without being
 * closed, it opens new ones.
 */
export function startWorker(options: WorkerOptions): Worker {
  const { log, concurrency, silentAfterSeconds = SILENT_AFTER_SECONDS, patience = PATIENCE } = options;
  const silentMs = silentAfterSeconds * 1_000;
  const asking = Math.min(concurrency, MOST_ASKING);
  const database = connect(options.databaseUrl, {
    max: asking + 3,
    applicationName: 'scheduler-worker',
    patience,
  });
  // A separate connection, so that heartbeats don't wait for jobs and show whether Postgres
  // answers.
  const lifeline = connect(options.databaseUrl, {
    max: 1,
    applicationName: 'scheduler-worker-lifeline',
    patience,
  });
  const { db } = database;
  const ctx: SyncContext = {
    db,
    crossmark: options.crossmark,
    downloads: options.downloads ?? createDownloads(options.crossmark, { allowedHosts: [] }),
    log,
    metrics: options.metrics,
    settings: {
      retry: options.retry,
      leaseMs: options.leaseMs ?? LEASE_MS,
      confirmAfterMs: options.confirmAfterMs ?? DEFAULT_CONFIRM_AFTER_MS,
    },
  };
  const taskList = createTaskList(ctx, (request) => planForStore(db, request));
  const stopping = new AbortController();
  const { signal } = stopping;
  let pool: JobPool | undefined;
  /** A pool that has ended but whose jobs aren't released yet. */
  let ended: JobPool | undefined;
  /** The number of failures in a row, and the reason of the last one. */
  let restarts = 0;
  let brokeOff: string | null = null;

  /** Runs jobs until the pool fails or the worker stops. */
  async function runOnce(): Promise<string | null> {
    await postgresReady(database, log, signal);
    await releaseEndedPool();
    if (signal.aborted) return null;
    const started = await startJobPool({
      databaseUrl: options.databaseUrl,
      directUrl: options.directUrl,
      asking,
      patience,
      drainMs: options.drainMs ?? DRAIN_MS,
      log,
      runner: {
        concurrency,
        taskList,
        forbiddenFlags: flagsOfPausedTasks(db),
        crontab: options.crontab ?? CRONTAB,
      },
    });
    pool = started;
    log.info({ worker: started.id, concurrency }, 'worker is ready');
    const steady = setTimeout(() => {
      restarts = 0;
      brokeOff = null;
    }, options.steadyMs ?? STEADY_MS);
    if (signal.aborted) await started.stop();
    try {
      return await started.over;
    } finally {
      clearTimeout(steady);
      ended = started;
      pool = undefined;
      await releaseEndedPool().catch(() => {});
    }
  }

  let lastSign = { id: '', atMs: 0 };
  /** Sends a heartbeat when one is due, and at once for a new pool. */
  async function sendHeartbeat(): Promise<void> {
    const id = pool?.id;
    const atMs = performance.now();
    if (!id || (id === lastSign.id && atMs - lastSign.atMs < silentMs / 6)) return;
    const sendsMail = options.digests !== undefined;
    await heartbeat(lifeline.db, { id, host: hostname(), pid: process.pid, concurrency, sendsMail });
    lastSign = { id, atMs };
  }

  /**
   * Releases the jobs and leases of an ended pool. If Postgres isn't back yet, this is repeated
   * before the next pool starts.
   */
  async function releaseEndedPool(): Promise<void> {
    if (!ended) return;
    await signOff(db, ended.id, ended.unwritten);
    ended = undefined;
  }

  const { breaker, crossmark } = options;
  const { everyMs, withinMs } = options.pulse ?? { everyMs: PULSE_EVERY_MS, withinMs: PULSE_WITHIN_MS };
  const chores = [
    repeat('breaker', BREAKER_MS, async () => {
      const released = await breaker?.tend((within) => crossmark.ping({ signal: within }), signal);
      if (released) log.info({ events: released }, 'released changes that waited for Crossmark');
    }),
    repeat('heartbeat', Math.min(silentMs / 6, 1_000), sendHeartbeat),
    repeat('rescue', silentMs / 3, async () => {
      const dead = await rescue(db, silentAfterSeconds);
      if (dead.length > 0) log.warn({ workers: dead }, 'released the jobs and leases of dead workers');
    }),
    repeat('sweep', silentMs, async () => {
      const lostJobs = await sweep(db);
      if (lostJobs > 0) log.warn({ jobs: lostJobs }, 'added jobs for changes that had none');
    }),
    repeat('nightly plans', NIGHTLY_MS, async () => {
      const storeIds = await requestNightlyPlans(db);
      if (storeIds.length > 0) log.info({ storeIds }, 'asked for nightly plans');
    }),
    repeat('digests', DIGESTS_MS, async () => {
      if (!options.digests) return;
      const counts = await sendDigests(db, { ...options.digests, log, signal });
      if (counts.sent + counts.failed > 0) log.info(counts, 'sent digests');
    }),
    repeat('levels', LEVELS_MS, async () => {
      const { metrics } = options;
      if (!metrics) return;
      for (const [name, value] of Object.entries(await readLevels(db))) metrics.level(name, value);
    }),
    repeat('prune', PRUNE_MS, async () => {
      const removed = options.retention ? await prune(db, options.retention) : {};
      if (Object.keys(removed).length > 0)
        log.info({ removed }, 'removed records that were past their retention');
    }),
    checkPostgres(),
  ];

  /** Repeats a chore while jobs run, never twice at the same time. */
  async function repeat(chore: string, everyMs: number, work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      if (pool)
        await work().catch((error) =>
          log.warn({ chore, reason: errorText(error) }, 'a chore failed and is repeated later'),
        );
      await wait(pool ? everyMs : 100, undefined, { signal }).catch(() => {});
    }
  }

  /**
   * Checks Postgres every few seconds. Without an answer in time, the worker closes all connections
   * and opens new ones.
   */
  async function checkPostgres(): Promise<void> {
    while (!signal.aborted) {
      const signsOfLife = Promise.all([lifeline.db.execute(sql`select 1`), pool?.probe()]);
      if (!(await settlesWithin(signsOfLife, withinMs)) && !signal.aborted) {
        log.warn({ withinMs }, 'Postgres gives no sign of life: dropping all connections');
        for (const one of [lifeline, database, ...(options.alongside ?? [])]) one.drop();
        pool?.drop();
      }
      await wait(everyMs, undefined, { signal }).catch(() => {});
    }
  }

  const running = (async () => {
    while (!signal.aborted) {
      const reason = await runOnce().catch(errorText);
      if (signal.aborted) break;
      restarts += 1;
      brokeOff = reason ?? 'It ended by itself.';
      const retryInMs = Math.min(RESTART_MS * 2 ** (restarts - 1), LONGEST_RESTART_MS);
      log.error({ reason: brokeOff, restarts, retryInMs }, 'worker broke off and restarts');
      await wait(retryInMs, undefined, { signal }).catch(() => {});
    }
  })();

  return {
    get id() {
      return pool?.id;
    },
    async reasons() {
      if (signal.aborted) return ['The worker is stopping.'];
      const reasons = await databaseReasons(db);
      if (reasons.length > 0) return reasons;
      if (restarts > 1) reasons.push(`The worker broke off ${restarts} times in a row: ${brokeOff}`);
      if (!pool) return [...reasons, 'The worker takes no jobs yet: it is starting.'];
      if (pool.asksInVain()) reasons.push('The worker asks for jobs in vain.');
      const heard = sql<boolean>`${workers.seenAt} > app_now() - ${silentAfterSeconds} * interval '1 second'`;
      const [mine] = await db.select({ heard }).from(workers).where(eq(workers.id, pool.id));
      if (!mine?.heard) reasons.push('The worker’s sign of life is overdue: others take it for dead.');
      return reasons;
    },
    async stop() {
      const last = pool?.id;
      stopping.abort();
      log.info({ worker: last }, 'worker is stopping');
      await pool?.stop();
      await Promise.all([running, ...chores]);
      await releaseEndedPool().catch(() => {});
      await planRunsOf(db).close();
      await Promise.all([database.close(), lifeline.close()]);
      log.info({ worker: last }, 'worker has stopped');
    },
  };
}

/**
 * Waits until Postgres answers and has this version's tables, with a longer wait each time, and
 * logs the reason.
 */
async function postgresReady({ db }: Database, log: Logger, signal: AbortSignal): Promise<void> {
  for (let waitMs = 250; !signal.aborted; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_FOR_POSTGRES_MS)) {
    try {
      if (!(await schemaIsBehind(db))) return;
      log.warn({ retryInMs: waitMs }, 'waiting for the database to be migrated (pnpm db:migrate)');
    } catch (error) {
      log.warn({ reason: errorText(error), retryInMs: waitMs }, 'waiting for Postgres');
    }
    await wait(waitMs, undefined, { signal }).catch(() => {});
  }
}
