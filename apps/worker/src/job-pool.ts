import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { NEWEST_OF_QUEUE, type Patience, postgresAddress, sessionSettings } from '@scheduler/db';
import { errorText, type Logger } from '@scheduler/runtime';
import { type Runner, type RunnerOptions, run, type WorkerEvents } from 'graphile-worker';
import { Client, Pool, type PoolClient } from 'pg';
import { graphileLogger } from './graphile-logger.ts';

/** How long asking for jobs may fail before the pool ends. */
const IN_VAIN_MS = 3_000;
/** How long graphile-worker may take to hang up once no job of its runs any more. */
const HANG_UP_MS = 2_000;
/** Resolves when graphile-worker runs nothing any more, whatever it may still wait for. */
const OVER_EVENTS = [
  'pool:gracefulShutdown:complete',
  'pool:forcefulShutdown:complete',
  'pool:forcefulShutdown:error',
] as const;

/**
 * graphile-worker brings its schema up to date when it starts. Only the migrations may: it stops
 * instead.
 */
const NO_MIGRATIONS: GraphileConfig.Plugin = {
  name: 'SchedulerNoMigrations',
  version: '1.0.0',
  worker: {
    middleware: {
      bootstrap: () => {
        throw new Error('The queue has no schema yet: run the migrations.');
      },
      migrate: async (next, { client }) => {
        const { rows } = await client.query<{ newest: number }>(
          'select max(id) as newest from graphile_worker.migrations',
        );
        if (Number(rows[0]?.newest) < NEWEST_OF_QUEUE)
          throw new Error('The queue’s schema is behind this version: run the migrations.');
        // Nothing is left to do; it checks that the schema isn't too new.
        return next();
      },
    },
  },
};

/** graphile-worker at work, from its start until nothing of it runs any more. */
export interface JobPool {
  /** graphile-worker's id of it, as in `locked_by` of its jobs. */
  readonly id: string;
  /** Jobs that ended and whose end could not be written, with why. */
  readonly unwritten: ReadonlyMap<string, string>;
  /** Whether it asks for jobs at the moment and gets no answer. */
  asksInVain(): boolean;
  /** Asks on the connection that listens for new jobs whether it is alive. */
  probe(): Promise<void>;
  /**
   * Ends every connection at once, for they are known to be dead; what is asked next opens new
   * ones.
   */
  drop(): void;
  /** Takes no new jobs, and lets running ones finish or hand themselves back. */
  stop(): Promise<void>;
  /**
   * Resolves when nothing of it runs any more, with why it broke off; null where it was stopped.
   */
  readonly over: Promise<string | null>;
}

/** Starts graphile-worker on connections of its own. Throws where Postgres can't be reached. */
export async function startJobPool(options: {
  databaseUrl: string;
  /** Statements under way at once. */
  asking: number;
  patience: Patience;
  drainMs: number;
  log: Logger;
  runner: Pick<RunnerOptions, 'concurrency' | 'taskList' | 'forbiddenFlags' | 'crontab'>;
}): Promise<JobPool> {
  const { log } = options;
  const unwritten = new Map<string, string>();
  // Two of its connections listen and poll.
  const connections = openConnections(options.databaseUrl, options.asking + 2, options.patience, log);
  const events: WorkerEvents = new EventEmitter();
  let id = '';
  let brokeOff: string | null = null;
  let inVainSinceMs: number | undefined;
  let listening: PoolClient | undefined;
  let runner: Runner | undefined;

  events.on('pool:create', ({ workerPool }) => {
    id = workerPool.id;
  });
  events.on('pool:listen:success', ({ client }) => {
    listening = client;
  });
  events.on('pool:listen:release', ({ client }) => {
    if (listening === client) listening = undefined;
  });
  events.on('pool:fatalError', ({ error }) => {
    brokeOff ??= errorText(error);
  });
  // After a connection was lost at the wrong moment, graphile-worker may ask in vain for ever: the
  // pool ends then.
  const heard = () => {
    inVainSinceMs = undefined;
  };
  events.on('worker:getJob:empty', heard);
  events.on('job:start', heard);
  events.on('worker:getJob:error', () => {
    inVainSinceMs ??= performance.now();
    if (performance.now() - inVainSinceMs < IN_VAIN_MS) return;
    heard();
    brokeOff ??= 'No job could be asked for.';
    runner?.stop('no job could be asked for').catch(() => {});
  });
  // After a failed completion write graphile-worker can hang: stop waiting then.
  const hungUp = new Promise<void>((resolve) => {
    for (const event of OVER_EVENTS) events.once(event, () => setTimeout(resolve, HANG_UP_MS).unref());
  });

  const started = await run({
    ...options.runner,
    pgPool: connections.pool,
    // runApp handles signals; two handlers would race for the exit.
    noHandleSignals: true,
    pollInterval: 1_000,
    gracefulShutdownAbortTimeout: options.drainMs,
    // graphile-worker doesn't await the write that ends a job unless ends are batched, so a failed
    // write would end the process.
    preset: { plugins: [NO_MIGRATIONS], worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    events,
    logger: graphileLogger(log, unwritten),
  }).catch(async (error: unknown) => {
    await connections.close();
    throw error;
  });
  runner = started;

  const over = (async () => {
    await Promise.race([started.promise.catch(() => {}), hungUp]);
    // A pool that hangs still has its crontab running.
    await Promise.race([started.stop().catch(() => {}), wait(HANG_UP_MS, undefined, { ref: false })]);
    await connections.close();
    return brokeOff;
  })();

  return {
    id,
    unwritten,
    over,
    asksInVain: () => inVainSinceMs !== undefined,
    probe: async () => {
      await listening?.query('select 1');
    },
    drop: connections.drop,
    stop: async () => {
      await Promise.race([started.stop().catch(() => {}), over]);
      await over;
    },
  };
}

/**
 * graphile-worker's connections, which end where an answer doesn't come: its driver gives up the
 * question alone.
 */
function openConnections(url: string, max: number, patience: Patience, log: Logger) {
  const open = new Set<Client>();
  const drop = (client: Client) =>
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();

  class Connection extends Client {
    constructor(config?: ConstructorParameters<typeof Client>[0]) {
      super(config);
      open.add(this);
      this.once('end', () => open.delete(this));
      const query = this.query.bind(this) as (...parameters: unknown[]) => unknown;
      this.query = ((...parameters: unknown[]) => {
        const answer = query(...parameters);
        if (answer instanceof Promise)
          answer.catch((error: Error) => {
            if (error.message === 'Query read timeout') drop(this);
          });
        return answer;
      }) as typeof this.query;
    }
  }

  const pool = new Pool({
    connectionString: postgresAddress(url).pgUrl,
    max,
    application_name: 'scheduler-worker-jobs',
    connectionTimeoutMillis: patience.connectMs,
    query_timeout: patience.answerMs,
    keepAlive: true,
    options: Object.entries(sessionSettings(patience))
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    Client: Connection,
  });
  // The query that uses the connection fails too. These listeners only keep an unhandled error
  // event from ending the process.
  const lost = (error: Error) =>
    log.debug({ reason: errorText(error) }, 'a connection of the queue was lost');
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  return {
    pool,
    drop: () => open.forEach(drop),
    close: async () => {
      await Promise.race([pool.end().catch(() => {}), wait(HANG_UP_MS, undefined, { ref: false })]);
      open.forEach(drop);
    },
  };
}
