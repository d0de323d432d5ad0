import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import {
  NEWEST_OF_QUEUE,
  type Patience,
  type Primary,
  postgresAddress,
  primaryOf,
  sessionSettings,
} from '@scheduler/db';
import { errorText, type Logger } from '@scheduler/runtime';
import { type Runner, type RunnerOptions, run, type WorkerEvents } from 'graphile-worker';
import { Client, Pool, type PoolClient } from 'pg';
import { graphileLogger } from './graphile-logger.ts';

/** The time for which queries for jobs may fail before the pool ends. */
const IN_VAIN_MS = 3_000;
/** The time for graphile-worker to close its connections after its last job has ended. */
const HANG_UP_MS = 2_000;
/** Postgres' code for a refused write. */
const READ_ONLY = '25006';
/** How long the end of a job may wait to be written together with others. Its work is committed by then. */
const ENDS_WRITTEN_MS = 10;
/** The events after which graphile-worker runs nothing, even if it still waits for something. */
const OVER_EVENTS = [
  'pool:gracefulShutdown:complete',
  'pool:forcefulShutdown:complete',
  'pool:forcefulShutdown:error',
] as const;

/**
 * Prevents graphile-worker from migrating its schema when it starts. Only our migrations may do
 * that, so the start fails instead.
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
        // There is nothing to migrate. graphile-worker then checks that the schema isn't too new.
        return next();
      },
    },
  },
};

/** A running graphile-worker, from its start until nothing of it runs any more. */
export interface JobPool {
  /** The pool's id in graphile-worker, as in `locked_by` of its jobs. */
  readonly id: string;
  /** Jobs that ended but whose end could not be written, with the reason. */
  readonly unwritten: ReadonlyMap<string, string>;
  /** Whether its queries for jobs currently get no answer. */
  asksInVain(): boolean;
  /** Checks the connection that listens for new jobs. */
  probe(): Promise<void>;
  /**
   * Ends every connection at once, because they are known to be dead. The next queries open new
   * ones.
   */
  drop(): void;
  /** Takes no new jobs, and lets running ones finish or return to the queue. */
  stop(): Promise<void>;
  /**
   * Resolves when nothing of it runs any more, with the reason why it failed, or null if it was
   * stopped.
   */
  readonly over: Promise<string | null>;
}

/** Starts graphile-worker with separate connections. Throws if Postgres can't be reached. */
export async function startJobPool(options: {
  databaseUrl: string;
  /** Where the connection that listens goes; `databaseUrl` by default. */
  directUrl?: string | undefined;
  /** The number of concurrent statements. */
  asking: number;
  patience: Patience;
  drainMs: number;
  log: Logger;
  runner: Pick<RunnerOptions, 'concurrency' | 'taskList' | 'forbiddenFlags' | 'crontab'>;
}): Promise<JobPool> {
  const { log } = options;
  const unwritten = new Map<string, string>();
  const { databaseUrl, directUrl = databaseUrl, patience } = options;
  // One of its connections polls.
  const connections = openConnections({ url: databaseUrl, max: options.asking + 1, patience, log });
  const forListening = openConnections({ url: directUrl, max: 1, patience, log });
  const close = () => Promise.all([connections.close(), forListening.close()]);
  const events: WorkerEvents = new EventEmitter();
  let id = '';
  let brokeOff: string | null = null;
  let inVainSinceMs: number | undefined;
  let listening: PoolClient | undefined;
  let runner: Runner | undefined;

  events.on('pool:create', ({ workerPool }) => {
    id = workerPool.id;
  });
  // It asks for the connection that listens right after this event, as for any other.
  events.on('pool:listen:connecting', () => {
    connections.lendNext(forListening.pool);
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
  // If a connection is lost at the wrong moment, graphile-worker's queries may fail forever. The
  // pool then ends.
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
    // write would end the process. Its local queue would take jobs that nobody runs yet, and would
    // then run them although their task was paused meanwhile.
    preset: {
      plugins: [NO_MIGRATIONS],
      worker: {
        completeJobBatchDelay: ENDS_WRITTEN_MS,
        failJobBatchDelay: 0,
        getJobsTogether: true,
        preparedStatements: postgresAddress(databaseUrl).prepare,
      },
    },
    events,
    logger: graphileLogger(log, unwritten),
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  runner = started;

  const over = (async () => {
    await Promise.race([started.promise.catch(() => {}), hungUp]);
    // The crontab of a hanging pool still runs.
    await Promise.race([started.stop().catch(() => {}), wait(HANG_UP_MS, undefined, { ref: false })]);
    await close();
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
    drop: () => {
      connections.drop();
      forListening.drop();
    },
    stop: async () => {
      await Promise.race([started.stop().catch(() => {}), over]);
      await over;
    },
  };
}

/**
 * Opens graphile-worker's connections. A connection ends if an answer doesn't come in time, because
 * the driver gives up only the query. Of several hosts, all go to the primary.
 */
function openConnections(options: { url: string; max: number; patience: Patience; log: Logger }) {
  const { url, patience, log } = options;
  const primary = primaryOf(url);
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
          answer.catch((error: Error & { code?: string }) => {
            if (error.message === 'Query read timeout') drop(this);
            if (error.code === READ_ONLY) primary?.refused();
          });
        return answer;
      }) as typeof this.query;
      if (primary) connectToPrimary(this, primary);
    }
  }

  const pool = new Pool({
    connectionString: postgresAddress(url).pgUrl,
    max: options.max,
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
  const connect = pool.connect.bind(pool);
  const dropAll = () => open.forEach(drop);
  const forget = primary?.whenMoved(dropAll);
  return {
    pool,
    /** Takes the next connection that is asked for from another pool. */
    lendNext: (other: Pool) => {
      pool.connect = ((...parameters: Parameters<Pool['connect']>) => {
        pool.connect = connect;
        return other.connect(...parameters);
      }) as Pool['connect'];
    },
    drop: () => {
      primary?.doubt();
      dropAll();
    },
    close: async () => {
      forget?.();
      await Promise.race([pool.end().catch(() => {}), wait(HANG_UP_MS, undefined, { ref: false })]);
      dropAll();
    },
  };
}

/** Makes a connection ask for its host when it is opened, and tell when it doubts it. */
function connectToPrimary(client: Client, primary: Primary): void {
  const { connection } = client as unknown as { connection: EventEmitter };
  let isStandby = false;
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
    if (parameterName === 'in_hot_standby') isStandby = parameterValue === 'on';
  });
  client.on('error', primary.doubt);
  const connect = client.connect.bind(client) as () => Promise<unknown>;
  const open = async () => {
    Object.assign(client, await primary.place());
    try {
      await connect();
    } catch (error) {
      primary.doubt();
      throw error;
    }
    if (!isStandby) return;
    primary.doubt();
    await client.end();
    throw Object.assign(new Error('The host has become a standby.'), { code: 'NOT_PRIMARY' });
  };
  client.connect = ((callback?: (error: unknown) => void) =>
    callback ? void open().then(() => callback(undefined), callback) : open()) as typeof client.connect;
}
