import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUser } from '@scheduler/auth';
import { connect, events, makeRoles, migrate, ROLES, stores, USER_ROLES, users } from '@scheduler/db';
import { startPostgres } from '@scheduler/db/embedded';
import { crossmarkState, type DemoScenario, demoScenario, seedScenario } from '@scheduler/db/seeds';
import { createTestDatabase, moveClock } from '@scheduler/db/testing';
import { findRedis, startRedis } from '@scheduler/metrics/redis';
import { urlsOfHosts } from '@scheduler/runtime';
import { clockOffsetMs, currentInstant } from '@scheduler/runtime/clock';
import { workDateOf } from '@scheduler/scheduling';
import { max } from 'drizzle-orm';
import getPort from 'get-port';
import postgres from 'postgres';
import { claimPort } from './ports.ts';
import { answers, killStarted, ROOT, type Running, start, temporaryDirectory, waitFor } from './process.ts';

/**
 * The accounts of the demo data, and the worker's account at the simulator. They exist only in demo
 * data.
 */
export const DEMO = {
  password: 'demo-password',
  crossmark: { userId: 'demo.dispatcher', password: 'demo-crossmark-password' },
} as const;

const DATABASE = 'crossmark_scheduler';
const PREFERRED_PORTS = {
  web: 5173,
  server: 4000,
  admin: 4100,
  workerHealth: 4200,
  simulator: 4300,
  postgres: 5433,
  redis: 6380,
};

/** A server that tests can stop and start: Postgres crashes and recovers, Redis restarts empty. */
export interface Interruptible {
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
}

/** The running services that the apps need. */
export interface Infrastructure {
  ports: Record<keyof typeof PREFERRED_PORTS, number>;
  /** Settings for the apps' processes. */
  env: Record<string, string>;
  /** The address with the superuser's account. The apps get their own address in `env`. */
  databaseUrl: string;
  migratorUrl: string;
  /** The folder of the embedded Postgres; null if DATABASE_URL is set. */
  databaseDirectory: string | null;
  redisUrl: string | null;
  /** The embedded Postgres; null if DATABASE_URL is set. */
  postgres: Interruptible | null;
  redis: Interruptible | null;
  /** What is missing without Redis and how to install it; null if there is one. */
  redisMissing: string | null;
  simulatorUrl: string;
  startSimulator(): Promise<void>;
  stopSimulator(signal?: NodeJS.Signals): Promise<void>;
  /** Stops what was started here, in reverse order. */
  stop(): Promise<void>;
}

/**
 * Opens the database of `pnpm` commands: DATABASE_DIRECT_URL or DATABASE_URL, or the embedded Postgres with the files in
 * `dataDirectory` and its roles. `stop` stops only what was started here.
 */
export async function openDatabase(
  dataDirectory: string,
  port?: number,
): Promise<{
  /** The address; for the embedded Postgres with the superuser's account. */
  url: string;
  /** The address with the role of migrations, for the embedded Postgres. */
  migratorUrl: string;
  /** The address with the role of the apps, for the embedded Postgres. */
  appUrl: string;
  directory: string | null;
  stop(): Promise<void>;
  /** The embedded Postgres; null if DATABASE_URL is set. */
  own: Interruptible | null;
}> {
  const url = process.env.DATABASE_DIRECT_URL || process.env.DATABASE_URL;
  if (url) {
    return { url, migratorUrl: url, appUrl: url, directory: null, stop: async () => {}, own: null };
  }
  const options = {
    directory: join(dataDirectory, 'postgres'),
    ...(port === undefined ? {} : { port }),
  };
  let server = await startPostgres(options);
  // A test may be interrupting the server when it is to be stopped for good.
  let over = false;
  let starting: ReturnType<typeof startPostgres> | undefined;
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  const [database] = await sql`select from pg_database where datname = ${DATABASE}`;
  if (!database) await sql.unsafe(`create database ${DATABASE}`);
  await sql.end();
  const own = new URL(server.url);
  own.pathname = `/${DATABASE}`;
  const urlOf = (role: string) => {
    const other = new URL(own);
    other.username = role;
    // The password is the same for every command that uses these files.
    other.password = createHash('sha256').update(`${role} ${own.password}`).digest('base64url');
    return other;
  };
  const [migrator, app] = [urlOf(ROLES.migrator), urlOf(ROLES.app)];
  await makeRoles(own.href, { migrator: migrator.password, app: app.password });
  return {
    url: own.href,
    migratorUrl: migrator.href,
    appUrl: app.href,
    directory: server.directory,
    stop: async () => {
      over = true;
      await starting?.catch(() => {});
      await server.stop();
    },
    own: {
      stop: () => server.stop('immediate'),
      start: async () => {
        const { port: before } = server;
        if (over) throw new Error('Postgres was stopped for good.');
        starting = startPostgres(options);
        server = await starting;
        if (server.port !== before)
          throw new Error(`Postgres came back on another port: ${before} was taken.`);
      },
    },
  };
}

/**
 * The variables with the database and the day of the demo data that {@link makeDemoTemplate} wrote
 * for this test run.
 */
const TEMPLATE_VARIABLES = { database: 'TEST_DEMO_DATABASE', day: 'TEST_DEMO_DAY' } as const;

/**
 * Writes the demo data once into a database of the test server, which {@link
 * temporaryInfrastructure} copies. Initializing a server and hashing the users' passwords takes
 * longer than most browser tests.
 */
export async function makeDemoTemplate(): Promise<void> {
  const database = await createTestDatabase();
  await seedDemo({ databaseUrl: database.migratorUrl, simulatorUrl: null });
  process.env[TEMPLATE_VARIABLES.database] = new URL(database.url).pathname.slice(1);
  process.env[TEMPLATE_VARIABLES.day] = demoDay();
}

/** Whether this process belongs to a test run with {@link makeDemoTemplate}'s data. */
export const hasDemoTemplate = (): boolean => process.env[TEMPLATE_VARIABLES.database] !== undefined;

/**
 * Copies the test server's demo data, or its empty database. Returns the same as {@link
 * openDatabase}.
 */
async function copyDatabase(options: { empty?: boolean }): ReturnType<typeof openDatabase> {
  const template = options.empty ? undefined : process.env[TEMPLATE_VARIABLES.database];
  const { url, migratorUrl, appUrl, close } = await createTestDatabase(template);
  return { url, migratorUrl, appUrl, directory: null, stop: close, own: null };
}

/**
 * Starts Postgres, Redis if it is installed, and the Crossmark simulator, with demo data in
 * `dataDirectory`. DATABASE_URL and REDIS_URL replace the servers if they are set. Ports in use are
 * skipped.
 */
export async function startInfrastructure(options: {
  dataDirectory: string;
  /** Use any free ports, so that concurrent test runs don't disturb each other. */
  anyPorts?: boolean;
  /** Replace existing data with new demo data. */
  fresh?: boolean;
  /** No demo data and no users, as in a new installation. */
  empty?: boolean;
  /**
   * The simulator keeps nothing on disk, because saving its whole state at every booking is slow.
   */
  forgetful?: boolean;
  /** Use a copy of the data of {@link makeDemoTemplate} instead of a separate Postgres. */
  copied?: boolean;
  say?: (line: string) => void;
}): Promise<Infrastructure> {
  const say = options.say ?? (() => {});
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const undo of stops.splice(0).reverse()) await undo();
  };
  try {
    mkdirSync(options.dataDirectory, { recursive: true });
    const ports = {} as Infrastructure['ports'];
    for (const [name, port] of Object.entries(PREFERRED_PORTS)) {
      ports[name as keyof typeof ports] = options.anyPorts
        ? await claimPort()
        : await getPort({ port: following(port) });
    }

    say('Starting Postgres…');
    const database = options.copied
      ? await copyDatabase(options)
      : await openDatabase(options.dataDirectory, ports.postgres);
    stops.push(database.stop);
    ports.postgres = Number(new URL(urlsOfHosts(database.url)[0] ?? '').port || 5432);
    if (!options.copied) await migrate(database.migratorUrl);
    // The embedded database uses the clock of this process until it is closed.
    if (database.own) await moveClock(database.url, clockOffsetMs);

    let redisUrl = process.env.REDIS_URL ?? null;
    let ownRedis: Interruptible | null = null;
    let redisMissing: string | null = null;
    if (!redisUrl && findRedis()) {
      const redis = await startRedis({ port: ports.redis });
      stops.push(() => redis.stop());
      redisUrl = redis.url;
      ownRedis = redis;
    } else if (!redisUrl) {
      redisMissing =
        'no redis-server or valkey-server on PATH, so there are no charts: apt-get install redis-server, or set REDIS_URL';
    }

    const simulatorUrl = `http://127.0.0.1:${ports.simulator}`;
    let simulator: Running | undefined;
    const startSimulator = async () => {
      simulator = start('simulator', process.execPath, ['packages/crossmark/simulator/main.ts'], {
        env: {
          SIMULATOR_PORT: String(ports.simulator),
          ...(options.forgetful
            ? {}
            : { SIMULATOR_STATE_FILE: join(options.dataDirectory, 'simulator.json') }),
        },
      });
      await waitFor('The Crossmark simulator', answers(`${simulatorUrl}/__sim/health`), {
        process: simulator,
      });
    };
    const stopSimulator = async (signal?: NodeJS.Signals) => {
      await simulator?.stop(signal);
    };
    say('Starting the Crossmark simulator…');
    await startSimulator();
    stops.push(stopSimulator);

    const connection = connect(database.url, { max: 2 });
    const [known] = await connection.db.select({ id: stores.id }).from(stores).limit(1);
    const [last] = await connection.db.select({ dueOn: max(events.dueOn) }).from(events);
    await connection.close();
    if (options.empty) {
      say('No demo data.');
    } else if (options.copied) {
      await loadSimulator(simulatorUrl, demoScenario(process.env[TEMPLATE_VARIABLES.day] ?? demoDay()));
    } else if (options.fresh || !known) {
      say('Writing demo data…');
      await seedDemo({ databaseUrl: database.migratorUrl, simulatorUrl });
    } else if (last?.dueOn && last.dueOn < currentInstant()) {
      say('The demo data is weeks old and its events are past: pnpm dev --fresh writes it again.');
    }

    return {
      ports,
      databaseUrl: database.url,
      migratorUrl: database.migratorUrl,
      databaseDirectory: database.directory,
      redisUrl,
      postgres: database.own,
      redis: ownRedis,
      redisMissing,
      simulatorUrl,
      startSimulator,
      stopSimulator,
      stop,
      env: {
        DATABASE_URL: database.appUrl,
        ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
        AUTH_SECRET: keptSecret(join(options.dataDirectory, 'auth-secret')),
        CROSSMARK_BASE_URL: simulatorUrl,
        CROSSMARK_USER_ID: DEMO.crossmark.userId,
        CROSSMARK_PASSWORD: DEMO.crossmark.password,
        CROSSMARK_SESSION_KEY: keptSecret(join(options.dataDirectory, 'crossmark-session-key')),
        SERVER_PORT: String(ports.server),
        SERVER_URL: `http://127.0.0.1:${ports.server}`,
        // Any free port, because there may be several workers.
        WORKER_PORT: '0',
        WEB_PORT: String(ports.web),
        WEB_ORIGIN: `http://localhost:${ports.web}`,
        ADMIN_PORT: String(ports.admin),
        ADMIN_ORIGIN: `http://localhost:${ports.admin}`,
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Starts infrastructure on free ports with temporary data, never with an existing database or
 * Redis. When this process is told to stop, it first ends all that it started.
 */
export async function temporaryInfrastructure(
  options: { empty?: boolean; forgetful?: boolean; copied?: boolean } = {},
): Promise<Infrastructure> {
  for (const name of ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'REDIS_URL']) delete process.env[name];
  const data = temporaryDirectory();
  const starting = startInfrastructure({ ...options, dataDirectory: data.path, anyPorts: true });
  const stop = async () => {
    // A start in progress is ended as well.
    const infrastructure = await starting.catch(() => undefined);
    await infrastructure?.stop();
    data.remove();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      killStarted();
      void stop().finally(() => process.exit(130));
    });
  }
  try {
    return { ...(await starting), stop };
  } catch (error) {
    data.remove();
    throw error;
  }
}

/**
 * Replaces the club's data in Postgres and in the simulator with a scenario of today, and creates
 * the demo users.
 */
export async function seedDemo(
  target: { databaseUrl: string; simulatorUrl: string | null },
  makeScenario = demoScenario,
): Promise<void> {
  const scenario = makeScenario(demoDay());
  if (target.simulatorUrl) await loadSimulator(target.simulatorUrl, scenario);
  const connection = connect(target.databaseUrl, { max: 2 });
  try {
    await seedScenario(connection.db, scenario, target.simulatorUrl ?? undefined);
    const known = new Set(
      (await connection.db.select({ email: users.email }).from(users)).map((user) => user.email),
    );
    for (const role of USER_ROLES) {
      const email = `${role}@demo.test`;
      if (known.has(email)) continue;
      const name = `Demo ${role[0]?.toUpperCase()}${role.slice(1)}`;
      await createUser(connection.db, { email, name, role, password: DEMO.password });
    }
  } finally {
    await connection.close();
  }
}

/** Returns the current day at the demo club. */
const demoDay = () => workDateOf(currentInstant(), 'America/Indiana/Indianapolis');

/** Replaces the simulator's state with a scenario. */
async function loadSimulator(url: string, scenario: DemoScenario): Promise<void> {
  const loaded = await fetch(`${url}/__sim/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(crossmarkState(scenario, DEMO.crossmark)),
  });
  if (!loaded.ok)
    throw new Error(`The simulator refused the demo data: ${loaded.status} ${await loaded.text()}`);
}

/** Returns the port and the next few ports, of which the first free one is used. */
function following(port: number): number[] {
  return Array.from({ length: 20 }, (_, index) => port + index);
}

/** Returns a random secret of 32 bytes from a file, so that sessions survive a restart. */
function keptSecret(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** The default folder of development data. */
export const DATA_DIRECTORY = join(ROOT, '.data');
