import { rmSync } from 'node:fs';
import { connect, type Database } from '@scheduler/db';
import { type EmbeddedPostgres, startPostgres } from '@scheduler/db/embedded';
import { becomeStandby, copyAsStandby } from '@scheduler/db/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Api, signIn } from './lib/api.ts';
import { startApp } from './lib/apps.ts';
import { openClub, type Placement } from './lib/bench/club.ts';
import { heldBookings } from './lib/crossmark-side.ts';
import { type Infrastructure, type Interruptible, temporaryInfrastructure } from './lib/infrastructure.ts';
import { claimPort } from './lib/ports.ts';
import { answers, type Running, waitFor } from './lib/process.ts';

const SAVERS = 4;
const BEFORE = 20;
const AFTER = 20;

const running: Running[] = [];
let infrastructure: Infrastructure;
let first: Interruptible & { directory: string };
let second: EmbeddedPostgres;
let placements: Placement[];
/** The address of both hosts, for the apps. */
let DATABASE_URL: string;

beforeAll(async () => {
  infrastructure = await temporaryInfrastructure({ forgetful: true });
  placements = await openClub(infrastructure, 300);
  const { postgres, databaseDirectory, databaseUrl, env } = infrastructure;
  if (!postgres || !databaseDirectory) throw new Error('The embedded Postgres is missing.');
  first = { ...postgres, directory: databaseDirectory };
  await first.stop();
  const standby = copyAsStandby(first, databaseUrl);
  await first.start();
  second = await startPostgres({ directory: standby, durable: false });
  const primary = connect(databaseUrl, { max: 1 });
  // A commit is answered once the standby has it too.
  await primary.sql`alter system set synchronous_standby_names = '*'`;
  await primary.sql`select pg_reload_conf()`;
  await vi.waitFor(async () =>
    expect(await primary.sql`select sync_state from pg_stat_replication`).toEqual([{ sync_state: 'sync' }]),
  );
  await primary.close();
  DATABASE_URL = (env.DATABASE_URL ?? '').replace(/@([^/]+)/, `@$1,127.0.0.1:${second.port}`);
});
afterAll(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await second?.stop('immediate');
  await infrastructure?.stop();
  if (second) rmSync(second.directory, { recursive: true, force: true });
});

async function startServer(): Promise<{ server: Running; url: string }> {
  const port = await claimPort();
  const server = startApp(infrastructure, 'server', 'src/main.ts', {
    DATABASE_URL,
    SERVER_PORT: String(port),
  });
  running.push(server);
  const url = `http://127.0.0.1:${port}`;
  await waitFor('The server', answers(`${url}/readyz`), { process: server });
  return { server, url };
}
const signInAt = (url: string) => signIn(url, infrastructure.env.WEB_ORIGIN ?? '');
/** Connections of an observer to one of the hosts. */
function observe(port: number): Database {
  const url = new URL(infrastructure.databaseUrl);
  url.port = String(port);
  return connect(url.href, { max: 1, applicationName: 'observer' });
}
const save = (api: Api, { eventId, employeeId, startsAt }: Placement) =>
  api.schedules.create.mutate({ eventId, employeeId, startsAt });

test('while the standby is away a save waits, people read, and servers and workers go on with their connections', async () => {
  const workerPort = String(await claimPort());
  const worker = startApp(infrastructure, 'worker', 'src/main.ts', { DATABASE_URL, WORKER_PORT: workerPort });
  running.push(worker);
  const { server, url } = await startServer();
  const ready = answers(`http://127.0.0.1:${workerPort}/readyz`);
  await waitFor('The worker', ready, { process: worker });
  const api = await signInAt(url);
  const observer = observe(infrastructure.ports.postgres);
  const sessions = async () =>
    (
      await observer.sql<{ pid: number }[]>`select pid from pg_stat_activity
        where application_name in ('scheduler-server-changes', 'scheduler-worker-lifeline') order by pid`
    ).map(({ pid }) => pid);
  const heartbeats = async () => (await observer.sql`select max(seen_at)::text as at from workers`)[0]?.at;
  // The server opens its second one, for echoes, after some seconds.
  await vi.waitFor(async () => expect(await sessions()).toHaveLength(3));
  const before = await sessions();

  await second.stop('immediate');
  const next = placements.pop() as Placement;
  const saving = save(api, next).catch(() => {});
  await vi.waitFor(async () =>
    expect(await observer.sql`select from pg_stat_activity where wait_event = 'SyncRep'`).not.toEqual([]),
  );
  // Each heartbeat comes 5 s after the last one, and a silent Postgres is given up after 10 s.
  for (let count = 0, last = await heartbeats(); count < 4; count++) {
    await vi.waitFor(async () => expect(await heartbeats()).not.toBe(last));
    last = await heartbeats();
  }
  await waitFor('The server', answers(`${url}/readyz`), { process: server });
  await waitFor('The worker', ready, { process: worker });
  await api.board.week.query({ weekOf: '2026-01-05' });
  expect(await sessions()).toEqual(before);

  second = await startPostgres({ directory: second.directory, durable: false });
  // On a slow machine it was told after 35 s that it failed; it is done all the same.
  await saving;
  await vi.waitFor(async () =>
    expect(await observer.sql`select from schedules where event_id = ${next.eventId}`).toHaveLength(1),
  );
  await observer.close();
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

test('when the primary dies and the standby is promoted, servers and workers go on by themselves and nothing acknowledged is lost', async () => {
  const workerPort = String(await claimPort());
  const worker = startApp(infrastructure, 'worker', 'src/main.ts', { DATABASE_URL, WORKER_PORT: workerPort });
  running.push(worker);
  const { server, url } = await startServer();
  const ready = answers(`http://127.0.0.1:${workerPort}/readyz`);
  await waitFor('The worker', ready, { process: worker });
  const api = await signInAt(url);

  const acknowledged: Placement[] = [];
  const waiting = [...placements];
  let isOver = false;
  const savers = Array.from({ length: SAVERS }, async () => {
    while (!isOver) {
      const next = waiting.shift();
      if (!next) throw new Error('The club has too few events for this.');
      const done = await save(api, next).then(
        () => true,
        () => false,
      );
      if (done) acknowledged.push(next);
      // A save during the outage fails at once; the rest of the events is for later.
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  try {
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(BEFORE));
    await first.stop();
    const before = acknowledged.length;
    const promoting = observe(second.port);
    await promoting.sql`select pg_promote()`;
    await promoting.close();
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + AFTER));
  } finally {
    isOver = true;
    await Promise.all(savers);
  }

  await waitFor('The server', answers(`${url}/readyz`), { process: server });
  await waitFor('The worker', ready, { process: worker });
  const observer = observe(second.port);
  const rows = await observer.sql<{ eventId: number; mplanId: string }[]>`
    select e.id as "eventId", e.mplan_id as "mplanId" from schedules s join events e on e.id = s.event_id
    where e.id in ${observer.sql(acknowledged.map(({ eventId }) => eventId))}`;
  expect(rows.map(({ eventId }) => eventId).sort()).toEqual(
    acknowledged.map(({ eventId }) => eventId).sort(),
  );
  // The worker brings each of them to Crossmark, once.
  await vi.waitFor(async () => {
    for (const { mplanId } of rows)
      expect(await heldBookings(infrastructure.simulatorUrl, mplanId), mplanId).toHaveLength(1);
  });
  await observer.close();
});

test.each(['as it was, taking writes', 'as a standby of the new primary'])(
  'the earlier primary, which returns %s, is used by no running server and by no new one',
  async (how) => {
    const [running] = [await startServer()];
    if (how.startsWith('as a standby')) {
      await first.stop();
      const url = new URL(infrastructure.databaseUrl);
      url.port = String(second.port);
      becomeStandby(first, url.href);
    }
    await first.start();
    const observer = observe(second.port);
    // Each process opens its connections anew, and could choose the other host.
    await observer.sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'scheduler_app'`;
    const fresh = await startServer();
    for (const { url } of [running, fresh]) {
      const api = await vi.waitFor(() => signInAt(url));
      const next = placements.pop() as Placement;
      await save(api, next);
      expect(await observer.sql`select from schedules where event_id = ${next.eventId}`).toHaveLength(1);
    }
    const earlier = observe(infrastructure.ports.postgres);
    expect(
      await earlier.sql`select distinct application_name from pg_stat_activity
        where usename = 'scheduler_app' and application_name <> 'scheduler-primary'`,
    ).toEqual([]);
    await earlier.close();
    await observer.close();
  },
);
