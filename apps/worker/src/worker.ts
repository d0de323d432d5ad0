import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { CrossmarkClient } from '@scheduler/crossmark';
import { connect, type Database, databaseReasons, workers } from '@scheduler/db';
import type { Logger } from '@scheduler/runtime';
import {
  type Breaker,
  CRONTAB,
  createTaskList,
  flagsOfPausedTasks,
  heartbeat,
  prune,
  type Retention,
  type RetryPolicy,
  rescue,
  SILENT_AFTER_SECONDS,
  type SyncContext,
  signOff,
  sweep,
} from '@scheduler/sync';
import { eq, sql } from 'drizzle-orm';
import { Logger as GraphileLogger, type Runner, run, type WorkerEvents } from 'graphile-worker';

/** Of the 25 s that stopping may take: so long running jobs may go on, then they hand themselves back. */
const DRAIN_MS = 15_000;
/** Longer than any one call to Crossmark takes with a sign-in in between. */
const LEASE_MS = 120_000;
/** How soon a probe that is due is made. */
const BREAKER_MS = 500;
/**
 * Connections that jobs use at once, in our pool and in graphile-worker's. What jobs ask takes milliseconds, much of it for all of
 * them together, so they hardly wait; a hundred jobs with a connection each would be all that Postgres has.
 */
const MOST_ASKING = 10;
const PRUNE_MS = 3_600_000;
const LONGEST_WAIT_FOR_POSTGRES_MS = 10_000;
/** How long asking for jobs may fail before the worker starts over. */
const IN_VAIN_MS = 3_000;
/** How long graphile-worker may take to hang up once no job of its runs any more. */
const HANG_UP_MS = 2_000;
/** When graphile-worker has nothing running any more, whatever it may still wait for. */
const OVER_EVENTS = [
  'pool:gracefulShutdown:complete',
  'pool:forcefulShutdown:complete',
  'pool:forcefulShutdown:error',
] as const;

export interface WorkerOptions {
  databaseUrl: string;
  crossmark: CrossmarkClient;
  /** The guard of its calls, to be looked after. */
  breaker?: Breaker;
  log: Logger;
  metrics?: SyncContext['metrics'];
  retry: RetryPolicy;
  concurrency: number;
  crontab?: string;
  /** How long an event is this worker's from its last step; without one, longer than any one call takes. */
  leaseMs?: number;
  /** After how much silence workers take each other for dead. */
  silentAfterSeconds?: number;
  /** How long records are kept; without it nothing is removed. */
  retention?: Retention;
  /** How long running jobs may go on once the worker stops. */
  drainMs?: number;
}

/** A worker that is starting or running. */
export interface Worker {
  /** graphile-worker's id of it; undefined until it takes jobs, another one after a restart. */
  readonly id: string | undefined;
  /** Why it can't carry changes to Crossmark right now, in sentences; empty where it can. */
  reasons(): Promise<string[]>;
  /** Takes no new jobs, lets running ones finish or hand themselves back unspent, and signs off. */
  stop(): Promise<void>;
}

/**
 * Starts a worker: waits for Postgres and its schema as long as it takes, runs jobs, gives signs of life, and looks
 * after what dead workers left behind. When Postgres goes away it starts over once it is back.
 */
export function startWorker(options: WorkerOptions): Worker {
  const { log, concurrency, silentAfterSeconds = SILENT_AFTER_SECONDS } = options;
  const silentMs = silentAfterSeconds * 1_000;
  const asking = Math.min(concurrency, MOST_ASKING);
  const database = connect(options.databaseUrl, {
    max: asking + 3,
    applicationName: 'scheduler-worker',
  });
  const { db } = database;
  const ctx: SyncContext = {
    db,
    crossmark: options.crossmark,
    log,
    metrics: options.metrics,
    settings: { retry: options.retry, leaseMs: options.leaseMs ?? LEASE_MS },
  };
  const taskList = createTaskList(ctx);
  const stopping = new AbortController();
  const { signal } = stopping;
  let runner: Runner | undefined;
  /** Resolves when no job of this runner runs any more. */
  let over: Promise<void> = Promise.resolve();
  let id: string | undefined;
  /** Since when asking for jobs fails. */
  let inVainSinceMs: number | undefined;

  async function runOnce(): Promise<void> {
    await postgresReady(database, log, signal);
    if (signal.aborted) return;
    const events: WorkerEvents = new EventEmitter();
    events.on('pool:create', ({ workerPool }) => {
      id = workerPool.id;
    });
    // A connection lost at the wrong moment leaves graphile-worker asking in vain for ever: then it starts afresh.
    inVainSinceMs = undefined;
    const heard = () => {
      inVainSinceMs = undefined;
    };
    events.on('worker:getJob:empty', heard);
    events.on('job:start', heard);
    events.on('worker:getJob:error', () => {
      inVainSinceMs ??= performance.now();
      if (performance.now() - inVainSinceMs < IN_VAIN_MS) return;
      heard();
      runner?.stop('no job could be asked for').catch(() => {});
    });
    // It gives up where it can't write how a job ended, and may then wait for ever for what it will never write.
    over = new Promise((resolve) => {
      for (const event of OVER_EVENTS) events.once(event, () => setTimeout(resolve, HANG_UP_MS).unref());
    });
    runner = await run({
      connectionString: options.databaseUrl,
      concurrency,
      // Two of its connections listen and poll.
      maxPoolSize: asking + 2,
      // runApp handles signals; two handlers would race for the exit.
      noHandleSignals: true,
      pollInterval: 1_000,
      gracefulShutdownAbortTimeout: options.drainMs ?? DRAIN_MS,
      // Without batching nobody waits for a job's end to be written: a failure of that ended the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      taskList,
      forbiddenFlags: flagsOfPausedTasks(db),
      crontab: options.crontab ?? CRONTAB,
      events,
      logger: graphileLogger(log),
    });
    if (signal.aborted) await runner.stop();
    else log.info({ worker: id, concurrency }, 'worker is ready');
    await Promise.race([runner.promise, over.then(() => hangUp(runner))]);
  }

  /** Closes the connections of a runner that is over, which one that waits for ever doesn't do by itself. */
  const hangUp = (ended: Runner | undefined) =>
    Promise.race([ended?.stop().catch(() => {}), wait(HANG_UP_MS, undefined, { ref: false })]);

  const { breaker, crossmark } = options;
  const chores = [
    repeat('breaker', BREAKER_MS, async () => {
      const released = await breaker?.tend((within) => crossmark.ping({ signal: within }), signal);
      if (released) log.info({ events: released }, 'sent on their way what waited for Crossmark');
    }),
    repeat('heartbeat', silentMs / 6, async () => {
      if (id) await heartbeat(db, { id, host: hostname(), pid: process.pid, concurrency });
    }),
    repeat('rescue', silentMs / 3, async () => {
      const dead = await rescue(db, silentAfterSeconds);
      if (dead.length > 0) log.warn({ workers: dead }, 'freed what dead workers held');
    }),
    repeat('sweep', silentMs, async () => {
      const found = await sweep(db);
      if (found > 0) log.warn({ jobs: found }, 'gave jobs to changes that had none');
    }),
    repeat('prune', PRUNE_MS, async () => {
      const removed = options.retention ? await prune(db, options.retention) : {};
      if (Object.keys(removed).length > 0) log.info({ removed }, 'removed what had been kept long enough');
    }),
  ];

  /** Does a chore again and again while the worker runs, never twice at once. */
  async function repeat(chore: string, everyMs: number, work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      if (id)
        await work().catch((error) => log.warn({ chore, reason: messageOf(error) }, 'a chore has to wait'));
      await wait(id ? everyMs : 100, undefined, { signal }).catch(() => {});
    }
  }

  const running = (async () => {
    while (!signal.aborted) {
      await runOnce().catch((error) =>
        log.error({ reason: messageOf(error) }, 'worker broke off, starting over'),
      );
      const last = id;
      id = undefined;
      // Nothing of it runs any more; where Postgres isn't back yet, a rescue frees what it held.
      if (last && !signal.aborted) await signOff(db, last).catch(() => {});
      if (!signal.aborted) await wait(1_000, undefined, { signal }).catch(() => {});
    }
  })();

  return {
    get id() {
      return id;
    },
    async reasons() {
      if (signal.aborted) return ['The worker is stopping.'];
      const reasons = await databaseReasons(db);
      if (reasons.length > 0) return reasons;
      if (!id) return ['The worker takes no jobs yet: it is starting.'];
      if (inVainSinceMs !== undefined) reasons.push('The worker asks for jobs in vain.');
      const heard = sql<boolean>`${workers.seenAt} > app_now() - ${silentAfterSeconds} * interval '1 second'`;
      const [mine] = await db.select({ heard }).from(workers).where(eq(workers.id, id));
      if (!mine?.heard) reasons.push('The worker’s sign of life is overdue: others take it for dead.');
      return reasons;
    },
    async stop() {
      const last = id;
      stopping.abort();
      log.info({ worker: last }, 'worker is stopping');
      await Promise.race([runner?.stop().catch(() => {}), over]);
      await Promise.all([running, ...chores]);
      if (last) await signOff(db, last).catch(() => {});
      await database.close();
      log.info({ worker: last }, 'worker has stopped');
    },
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Waits until Postgres answers and has our tables, longer each time, and says what it waits for. */
async function postgresReady({ db }: Database, log: Logger, signal: AbortSignal): Promise<void> {
  for (let waitMs = 250; !signal.aborted; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_FOR_POSTGRES_MS)) {
    try {
      const [row] = await db.execute<{ there: boolean }>(
        sql`select to_regclass('public.paused_tasks') is not null and to_regclass('graphile_worker._private_jobs') is not null as there`,
      );
      if (row?.there) return;
      log.warn({ retryInMs: waitMs }, 'waiting for the database to be migrated (pnpm db:migrate)');
    } catch (error) {
      // Drizzle's own message repeats the query; the reason is below it.
      const reason = error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
      log.warn({ reason, retryInMs: waitMs }, 'waiting for Postgres');
    }
    await wait(waitMs, undefined, { signal }).catch(() => {});
  }
}

/** graphile-worker's own lines go to our log; what it says of each job, our tasks say better. */
function graphileLogger(log: Logger): GraphileLogger {
  return new GraphileLogger(() => (level, message) => {
    if (level === 'error') log.error({ from: 'graphile-worker' }, message);
    else if (level === 'warning') log.warn({ from: 'graphile-worker' }, message);
    else log.debug({ from: 'graphile-worker' }, message);
  });
}
