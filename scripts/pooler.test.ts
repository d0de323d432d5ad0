import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Database } from '@scheduler/db';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { signIn } from './lib/api.ts';
import { startApp } from './lib/apps.ts';
import { openClub, type Placement } from './lib/bench/club.ts';
import { heldBookings } from './lib/crossmark-side.ts';
import { type Infrastructure, temporaryInfrastructure } from './lib/infrastructure.ts';
import { claimPort } from './lib/ports.ts';
import { answers, type Running, start, temporaryDirectory, waitFor } from './lib/process.ts';
import { findPgbouncer } from './lib/test-servers.ts';

const PGBOUNCER = findPgbouncer();

/** Fewer sessions than the apps have connections, so that they are shared. */
const SESSIONS = 5;
const SAVES = 60;
/** The user of a process that may not run as root. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const data = temporaryDirectory();
const running: Running[] = [];
let infrastructure: Infrastructure;
let placements: Placement[];
let observer: Database;
/** The settings of an app that uses the pooler. */
let settings: { DATABASE_URL: string; DATABASE_DIRECT_URL: string };

/** The configuration of docs/operations.md, with the addresses of this test. */
function configuration(port: number, database: URL): string {
  return `[databases]
* = host=${database.hostname} port=${database.port} connect_query='set statement_timeout = 30000; set idle_in_transaction_session_timeout = 30000'

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = ${SESSIONS}
max_client_conn = 500
auth_type = scram-sha-256
auth_file = ${join(data.path, 'users.txt')}
ignore_startup_parameters = statement_timeout, idle_in_transaction_session_timeout, tcp_keepalives_idle, tcp_keepalives_interval, tcp_keepalives_count, options
`;
}

// The test command reports a machine without PgBouncer.
describe.skipIf(!PGBOUNCER)('through PgBouncer in transaction mode', () => {
  beforeAll(async () => {
    infrastructure = await temporaryInfrastructure({ forgetful: true });
    placements = await openClub(infrastructure, SAVES);
    const direct = infrastructure.env.DATABASE_URL ?? '';
    const database = new URL(direct);
    const port = await claimPort();
    const file = join(data.path, 'pgbouncer.ini');
    writeFileSync(file, configuration(port, database));
    writeFileSync(join(data.path, 'users.txt'), `"${database.username}" "${database.password}"\n`);
    const pooler = start('pgbouncer', PGBOUNCER ?? '', [file], NOBODY);
    running.push(pooler);
    const pooled = new URL(direct);
    pooled.port = String(port);
    pooled.searchParams.set('prepared_statements', 'false');
    // Another account, by which the test tells the direct connections from those of the pooler.
    settings = { DATABASE_URL: pooled.href, DATABASE_DIRECT_URL: infrastructure.databaseUrl };
    const probe = connect(pooled.href, { max: 1 });
    await waitFor('PgBouncer', async () => (await probe.sql`select 1`).length, { process: pooler });
    await probe.close();
    observer = connect(infrastructure.databaseUrl, { max: 1, applicationName: 'observer' });
  });
  afterAll(async () => {
    // The pooler last.
    for (const one of running.reverse()) await one.stop();
    await observer?.close();
    await infrastructure?.stop();
    data.remove();
  });

  test('people save, pages hear of it, and a worker brings each change to Crossmark, over few sessions', async () => {
    const serverPort = await claimPort();
    const workerPort = String(await claimPort());
    const adminPort = String(infrastructure.ports.admin);
    const app = (name: string, own: Record<string, string>) => {
      const started = startApp(infrastructure, name, 'src/main.ts', { ...settings, ...own });
      running.push(started);
      return started;
    };
    const server = app('server', { SERVER_PORT: String(serverPort) });
    const worker = app('worker', { WORKER_PORT: workerPort });
    const admin = app('admin', { NODE_ENV: 'development' });
    const url = `http://127.0.0.1:${serverPort}`;
    const allReady = async () => {
      await waitFor('The server', answers(`${url}/readyz`), { process: server });
      await waitFor('The worker', answers(`http://127.0.0.1:${workerPort}/readyz`), { process: worker });
      await waitFor('The admin page', answers(`http://127.0.0.1:${adminPort}/readyz`), { process: admin });
    };
    await allReady();

    const api = await signIn(url, infrastructure.env.WEB_ORIGIN ?? '');
    await Promise.all(
      placements.map(({ eventId, employeeId, startsAt }) =>
        api.schedules.create.mutate({ eventId, employeeId, startsAt }),
      ),
    );
    await vi.waitFor(async () => {
      const unsynced = await observer.sql`
        select from events join event_syncs on event_syncs.event_id = events.id
        where events.id in ${observer.sql(placements.map(({ eventId }) => eventId))} and event_syncs.state <> 'synced'`;
      expect(unsynced).toHaveLength(0);
    });
    const rows = await observer.sql<{ mplanId: string }[]>`
      select mplan_id as "mplanId" from events where id in ${observer.sql(placements.map(({ eventId }) => eventId))}`;
    expect(rows).toHaveLength(SAVES);
    for (const { mplanId } of rows)
      expect(await heldBookings(infrastructure.simulatorUrl, mplanId), mplanId).toHaveLength(1);

    const sessions = await observer.sql<{ user: string; name: string }[]>`
      select usename as user, application_name as name from pg_stat_activity
      where backend_type = 'client backend' and application_name <> 'observer' order by 2`;
    expect(sessions.filter(({ user }) => user === 'scheduler_app').length).toBeLessThanOrEqual(SESSIONS);
    expect(sessions.filter(({ user }) => user === 'postgres').map(({ name }) => name)).toEqual([
      'scheduler-server-changes',
      'scheduler-server-changes',
      'scheduler-worker-jobs',
    ]);
    await allReady();
    for (const { output } of [server, worker, admin])
      expect(output()).not.toMatch(/prepared statement|no longer tells/);
  });

  test('the pooler’s sessions have the time-outs that the apps can’t pass on', async () => {
    const pooled = connect(settings.DATABASE_URL, { max: 1 });
    expect(await pooled.sql`show statement_timeout`).toEqual([{ statement_timeout: '30s' }]);
    expect(await pooled.sql`show idle_in_transaction_session_timeout`).toEqual([
      { idle_in_transaction_session_timeout: '30s' },
    ]);
    await pooled.close();
  });
});
