import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { connect, employees, eventSyncs, refreshRuns, syncAttempts, workers } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { addEvent, addStore, clearTables, jobOf, need, queuedJobs } from '../../test/fixture.ts';
import { requestRefresh, wantChange } from '../queue/enqueue.ts';
import { claimOf } from '../reconcile/ledger.ts';
import { postgresLedger } from '../reconcile/postgres-ledger.ts';
import { heartbeat } from './heartbeat.ts';
import { purge } from './purge.ts';
import { releaseWorker, rescue } from './rescue.ts';
import { sweep } from './sweep.ts';

let database: TestDatabase;
let storeId: number;
let eventId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, workers, refresh_runs');
  await database.db.delete(employees);
  eventId = await addEvent(database.db, { storeId, mplanId: '40000001' });
  await database.db.transaction((tx) => wantChange(tx, { eventId, task: 'sync_schedule' }));
});

const job = (workerId: string) => jobOf('sync_schedule', { workerId });
/** As graphile-worker does when a worker takes a job. */
const lock = (workerId: string, secondsAgo: number) => database.sql`
  update graphile_worker._private_jobs
  set locked_by = ${workerId}, locked_at = now() - ${secondsAgo} * interval '1 second', attempts = attempts + 1`;
const sync = async () =>
  need(await database.db.query.eventSyncs.findFirst({ where: eq(eventSyncs.eventId, eventId) }));

test('a killed worker’s job and lease are free within a minute, no attempt spent', async () => {
  await heartbeat(database.db, { id: 'pool-dead', host: 'h', pid: 1, concurrency: 1 });
  await lock('pool-dead', 40);
  await postgresLedger(database.db).takeLease(claimOf(eventId, job('pool-dead')), 120_000);
  await database.sql`update workers set seen_at = app_now() - interval '40 seconds'`;
  expect(await rescue(database.db)).toEqual(['pool-dead']);
  expect(await queuedJobs(database.db)).toMatchObject([{ lockedBy: null, attempts: 0 }]);
  expect(await sync()).toMatchObject({ state: 'pending', leaseOwner: null, attempts: 0 });
  expect(await database.db.select().from(syncAttempts)).toMatchObject([{ outcome: 'interrupted' }]);
  expect(await database.db.select().from(workers)).toEqual([]);
  const lease = await postgresLedger(database.db).takeLease(claimOf(eventId, job('pool-alive')), 120_000);
  expect(lease).toMatchObject({ owner: expect.stringContaining('pool-alive/') });
});

test('a worker that never gave a sign of life counts as dead too', async () => {
  await lock('pool-unknown', 40);
  expect(await rescue(database.db)).toEqual(['pool-unknown']);
});

test('a session whose client fell silent in the middle of a message gives its locks back', async () => {
  // Passes everything on to Postgres but the end of the message that has this text, and nothing after that.
  const text = 'update events set name = name';
  const { hostname, port } = new URL(database.url);
  const sync = Buffer.from([0x53, 0, 0, 0, 4]);
  const proxy = createServer((client) => {
    const postgres = createConnection(Number(port), hostname);
    let isSilent = false;
    client.on('data', (chunk: Buffer) => {
      if (isSilent) return;
      isSilent = chunk.includes(text);
      postgres.write(isSilent ? chunk.subarray(0, chunk.lastIndexOf(sync)) : chunk);
    });
    postgres.on('data', (chunk) => client.write(chunk));
    for (const socket of [client, postgres]) socket.on('error', () => {});
    postgres.on('close', () => client.destroy());
    client.on('close', () => postgres.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((proxy.address() as AddressInfo).port);
  const silent = connect(url.href, { max: 1 });
  try {
    const ended = silent.sql
      .begin(async (tx) => {
        await tx`select 1`;
        await tx.unsafe(`${text} where id = $1`, [eventId]);
      })
      .catch((error: Error) => error);
    const holdsLock = async () =>
      (await database.sql`select from pg_stat_activity where state = 'active' and wait_event = 'ClientRead'`)
        .length === 1;
    await vi.waitUntil(holdsLock, { timeout: 30_000 });
    await rescue(database.db, 60);
    expect(await holdsLock()).toBe(true);
    await rescue(database.db, 0);
    expect(await ended).toBeInstanceOf(Error);
    await database.sql`update events set name = 'free again' where id = ${eventId}`;
  } finally {
    await silent.close();
    proxy.close();
  }
});

test('a worker that gives signs of life keeps what it holds, however long it takes', async () => {
  await heartbeat(database.db, { id: 'pool-busy', host: 'h', pid: 1, concurrency: 1 });
  await lock('pool-busy', 3_000);
  expect(await rescue(database.db)).toEqual([]);
  expect(await queuedJobs(database.db)).toMatchObject([{ lockedBy: 'pool-busy' }]);
});

test('a dead worker’s job that a newer one replaced is dropped, not kept as a dead letter', async () => {
  await lock('pool-dead', 40);
  await database.db.transaction((tx) => wantChange(tx, { eventId, task: 'sync_schedule_update' }));
  await rescue(database.db);
  expect(await queuedJobs(database.db)).toMatchObject([{ task: 'sync_schedule_update', attempts: 0 }]);
});

test('a pending change whose job was lost gets one from the sweep', async () => {
  await database.sql`delete from graphile_worker._private_jobs`;
  expect(await sweep(database.db)).toBe(1);
  expect(await queuedJobs(database.db)).toMatchObject([{ key: `event:${eventId}`, attempts: 0 }]);
  expect(await sweep(database.db)).toBe(0);
});

test('the sweep leaves alone what is synced, dead, in conflict, in work or waits for its name', async () => {
  await database.sql`delete from graphile_worker._private_jobs`;
  for (const state of ['synced', 'failed', 'conflict'] as const) {
    await database.db.update(eventSyncs).set({ state });
    expect(await sweep(database.db)).toBe(0);
  }
  await database.db.update(eventSyncs).set({ state: 'pending' });
  await postgresLedger(database.db).takeLease(claimOf(eventId, job('w')), 60_000);
  expect(await sweep(database.db)).toBe(0);
  await database.sql`update events set mplan_id = null`;
  await database.db.update(eventSyncs).set({ state: 'waiting', leaseUntil: null, leaseOwner: null });
  expect(await sweep(database.db)).toBe(0);
});

test('an open refresh run whose job was lost gets one from the sweep', async () => {
  await database.db.insert(refreshRuns).values({ requestedBy: 'schedule', state: 'running' });
  expect(await sweep(database.db)).toBe(1);
  expect(await sweep(database.db)).toBe(0);
});

test('a worker is released by hand only after the silence that makes it dead, and then at once', async () => {
  await heartbeat(database.db, { id: 'w1', host: 'host', pid: 1, concurrency: 10 });
  await lock('w1', 5);
  const release = (id: string) => database.db.transaction((tx) => releaseWorker(tx, id));
  expect(await release('w1')).toEqual({ state: 'alive' });
  expect(need((await queuedJobs(database.db))[0]).lockedBy).toBe('w1');
  await database.sql`update workers set seen_at = app_now() - interval '31 seconds'`;
  expect(await release('w1')).toEqual({ state: 'released', jobs: 1 });
  expect(need((await queuedJobs(database.db))[0])).toMatchObject({ lockedBy: null, attempts: 0 });
  expect(await release('w1')).toEqual({ state: 'unknown' });
});

test('a purge empties the queue and loses no change: what is wanted is queued anew', async () => {
  const purged = (task: Parameters<typeof purge>[1]) =>
    database.db.transaction((tx) => purge(tx, task, 'Ada'));
  expect(await purged('sync_schedule_update')).toBe(0);
  expect(await purged('sync_schedule')).toBe(1);
  expect(await queuedJobs(database.db)).toHaveLength(0);
  expect(await sync()).toMatchObject({ state: 'pending', wantedVersion: 1 });
  expect(await sweep(database.db)).toBe(1);
  expect(need((await queuedJobs(database.db))[0]).key).toBe(`event:${eventId}`);
});

test('a purge leaves alone what a worker is at', async () => {
  await lock('w1', 0);
  expect(await database.db.transaction((tx) => purge(tx, 'sync_schedule', 'Ada'))).toBe(0);
  expect(await queuedJobs(database.db)).toHaveLength(1);
});

test('a purged reading of the list is given up and says so, and does not come back by itself', async () => {
  await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'somebody' }));
  expect(await database.db.transaction((tx) => purge(tx, 'refresh_events', 'Ada'))).toBe(1);
  const [run] = await database.db.select().from(refreshRuns);
  expect(run).toMatchObject({
    state: 'failed',
    failureReason: 'Ada purged the queue before this reading was done.',
  });
  expect(await sweep(database.db)).toBe(0);
});
