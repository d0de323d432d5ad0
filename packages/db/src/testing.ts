export { dumpSchema } from './dump-schema.ts';

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { clockOffsetMs, currentTimeMs } from '@scheduler/runtime/clock';
import postgres from 'postgres';
import { connect, type Database, type Db } from './connect.ts';
import { type EmbeddedPostgres, startPostgres } from './embedded.ts';
import { migrate } from './migrate.ts';
import { makeRoles, ROLES } from './roles.ts';

const TEMPLATE = 'template_migrated';
/** Set by {@link startTestPostgres} for the test files' processes. */
const URL_VARIABLE = 'TEST_POSTGRES_URL';

/**
 * Vitest global set-up: one throw-away Postgres server for a whole test run, with a migrated
 * database to copy.
 */
export async function startTestPostgres(): Promise<() => Promise<void>> {
  // Not below the checkout: as root, Postgres runs as a user who may not be able to get there.
  const directory = mkdtempSync(join('/tmp', 'crossmark-test-'));
  const server = await startPostgres({ directory, durable: false });
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`create database ${TEMPLATE}`);
  await sql.end();
  const template = databaseUrl(server.url, TEMPLATE);
  await makeRoles(template, { migrator: PASSWORD, app: PASSWORD });
  await migrate(as(ROLES.migrator, template));
  process.env[URL_VARIABLE] = server.url;
  return async () => {
    await server.stop('immediate');
    rmSync(server.directory, { recursive: true, force: true });
    rmSync(directory, { recursive: true, force: true });
  };
}

/**
 * A migrated, empty database for one test, which `close` removes. Its connections and `url` are a
 * superuser's.
 */
export interface TestDatabase extends Database {
  url: string;
  /** Connections of the role that all apps use. */
  app: Database;
  appUrl: string;
  /** Connections of the role that runs migrations. */
  migratorUrl: string;
}

/** Of both roles, in tests. */
const PASSWORD = 'only-for-tests';

function as(role: string, url: string): string {
  const other = new URL(url);
  other.username = role;
  other.password = PASSWORD;
  return other.href;
}

/**
 * Copies the migrated template, or another database of the test server, into a fresh database (some 50 ms).
 * @param template nobody may be connected to it
 */
export async function createTestDatabase(template = TEMPLATE): Promise<TestDatabase> {
  const serverUrl = process.env[URL_VARIABLE];
  if (!serverUrl)
    throw new Error('No test Postgres: run through the root vitest.config.ts, which starts one.');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = async (statement: string) => {
    const sql = postgres(serverUrl, { max: 1, onnotice: () => {} });
    await sql.unsafe(statement).finally(() => sql.end());
  };
  await admin(`create database ${name} template ${template} owner ${ROLES.migrator}`);
  await admin(`revoke create, temporary on database ${name} from public`);
  const url = databaseUrl(serverUrl, name);
  await moveClock(url, clockOffsetMs);
  const database = connect(url);
  const appUrl = as(ROLES.app, url);
  const app = connect(appUrl);
  return {
    ...database,
    url,
    app,
    appUrl,
    migratorUrl: as(ROLES.migrator, url),
    close: async () => {
      await Promise.all([database.close(), app.close()]);
      await admin(`drop database if exists ${name} with (force)`);
    },
  };
}

/** Moves the clock of a database (`app_now()`), for every connection that is opened from now on. */
export async function moveClock(url: string, offsetMs: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  await sql`alter database ${sql(name)} set scheduler.clock_offset = ${sql.unsafe(`'${Number(offsetMs)} ms'`)}`.finally(
    () => sql.end(),
  );
}

/** A test database whose time a test sets. */
export interface TimedDatabase {
  url: string;
  /** Queries over connections that have the time of {@link itIs}. */
  db(): Db;
  /** Makes it another time for the database, give or take the seconds of the test. */
  itIs(instant: string): Promise<void>;
  close(): Promise<void>;
}

/** Creates a {@link TestDatabase} whose time a test sets. */
export async function createTimedDatabase(): Promise<TimedDatabase> {
  const database = await createTestDatabase();
  const open = () => connect(database.url, { max: 8 });
  let timed = open();
  return {
    url: database.url,
    db: () => timed.db,
    async itIs(instant) {
      await timed.close();
      await moveClock(database.url, Date.parse(instant) - (currentTimeMs() - clockOffsetMs));
      timed = open();
    },
    async close() {
      await timed.close();
      await database.close();
    },
  };
}

/** The same server's URL for another of its databases. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** The files of a server, from which {@link copyAsStandby} makes a standby. */
type ServerFiles = Pick<EmbeddedPostgres, 'directory'>;

/**
 * Copies the files of a stopped server, so that a server on them is a standby of the primary at
 * `primaryUrl`, a superuser's. Returns their folder, beside the other one. The binaries have no
 * pg_basebackup.
 */
export function copyAsStandby({ directory }: ServerFiles, primaryUrl: string): string {
  const to = `${directory}-standby`;
  execFileSync('cp', ['--archive', directory, to]);
  becomeStandby({ directory: to }, primaryUrl);
  return to;
}

/** Makes a stopped server the standby of another one. */
export function becomeStandby({ directory }: ServerFiles, primaryUrl: string): void {
  const { hostname, port, username, password } = new URL(primaryUrl);
  const cluster = join(directory, 'cluster');
  const address = `host=${hostname} port=${port} user=${username} password=${password}`;
  appendFileSync(join(cluster, 'postgresql.auto.conf'), `primary_conninfo = '${address}'\n`);
  // Any user may read it: the server runs as another one under root.
  writeFileSync(join(cluster, 'standby.signal'), '', { mode: 0o644 });
}

/** A connection through a {@link Firewall}. */
interface Link {
  pass(): void;
  stop(): void;
  end(): void;
}

/** A TCP proxy in front of a database, which treats connections as firewalls do. */
export interface Firewall {
  /** The database's URL through it. */
  url: string;
  /**
   * Makes open connections dead for ever without closing them: neither side receives anything from the
   * other any more, not even its end. New connections pass.
   * @param picks which connections; all of them by default
   */
  forget(picks?: () => boolean): void;
  /**
   * Holds back everything on all open connections, also their end, until {@link release}. New
   * connections pass.
   */
  hold(): void;
  release(): void;
  /** Closes the connections that were forgotten, so that both sides learn of it. */
  closeForgotten(): void;
  close(): Promise<void>;
}

/** Puts a {@link Firewall} in front of the server with this URL, by default of a database. */
export async function createFirewall(url: string): Promise<Firewall> {
  const inside = new URL(url);
  const all = new Set<Socket>();
  const known = new Set<Link>();
  const held = new Set<Link>();
  const forgotten = new Set<Link>();
  const keep = (socket: Socket) => {
    all.add(socket);
    socket.on('error', () => {}).on('close', () => all.delete(socket));
    return socket;
  };
  const server = createServer((socket) => {
    const client = keep(socket);
    const database = keep(connectTo(Number(inside.port || 5432), inside.hostname));
    const link: Link = {
      pass: () => {
        client.pipe(database).pipe(client);
      },
      stop: () => {
        client.unpipe(database).pause();
        database.unpipe(client).pause();
      },
      end: () => {
        client.destroy();
        database.destroy();
      },
    };
    link.pass();
    known.add(link);
    client.on('close', () => known.delete(link) && database.destroy());
    database.on('close', () => known.delete(link) && client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const outside = new URL(url);
  outside.hostname = '127.0.0.1';
  outside.port = String((server.address() as AddressInfo).port);
  return {
    url: outside.href,
    forget: (picks = () => true) => {
      for (const link of [...known].filter(picks)) {
        link.stop();
        known.delete(link);
        forgotten.add(link);
      }
    },
    hold: () => {
      for (const link of known) {
        link.stop();
        held.add(link);
      }
    },
    release: () => {
      for (const link of held) if (known.has(link)) link.pass();
      held.clear();
    },
    closeForgotten: () => {
      for (const link of forgotten) link.end();
      forgotten.clear();
    },
    close: async () => {
      for (const socket of all) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
