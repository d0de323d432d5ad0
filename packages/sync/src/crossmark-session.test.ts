import { randomBytes } from 'node:crypto';
import { bookingId, type CrossmarkClient, createCrossmarkClient } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { connect, crossmarkSessions, type Database } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { need } from '../test/fixture.ts';
import { postgresSession, resealSessions } from './crossmark-session.ts';

const USER = { userId: 'demo.dispatcher', password: 'demo-crossmark-password' };
const KEY = randomBytes(32);

let database: TestDatabase;
let simulator: Simulator;
let opened: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  simulator = createSimulator({ settings: { latencyMs: { '*': { minMs: 0, maxMs: 30 } } } });
  await simulator.listen();
});
afterEach(async () => {
  for (const one of opened.reverse()) await one.close();
  opened = [];
  await simulator.close();
  await database.close();
});

function storeOf(options: { keys?: [Uint8Array, ...Uint8Array[]]; userId?: string; pool?: Database } = {}) {
  const pool = options.pool ?? connect(database.url, { max: 3 });
  opened.push(pool);
  const { userId } = { ...USER, ...options };
  return postgresSession({
    db: pool.db,
    baseUrl: `${simulator.url}/`,
    userId,
    keys: options.keys ?? [KEY],
    leaseMs: 60_000,
  });
}

/**
 * A worker's client as its process has it: connections of its own, nothing shared but what is in
 * Postgres.
 */
function worker(options: { keys?: [Uint8Array, ...Uint8Array[]]; password?: string } = {}): CrossmarkClient {
  const { password = USER.password } = options;
  const client = createCrossmarkClient({
    baseUrl: simulator.url,
    userId: USER.userId,
    password,
    session: storeOf(options),
  });
  opened.push(client);
  return client;
}

const signIns = () => simulator.log.filter((call) => call.call === 'authenticate').length;
const kept = async () => need((await database.db.select().from(crossmarkSessions))[0]);

test.each(['redirect', 'loginPage', '401'] as const)(
  'twenty calls on an expired session (%s) over two workers cause one sign-in, and all succeed',
  async (expiredLook) => {
    simulator.configure({ expiredLook });
    const workers = [worker(), worker()];
    await Promise.all(workers.map((one) => one.ping()));
    simulator.expireSessions();
    simulator.clearLog();
    await Promise.all(Array.from({ length: 20 }, (_, n) => need(workers[n % 2]).ping()));
    expect(signIns()).toBe(1);
  },
);

test('writes of two workers on an expired session are unknown, and one sign-in serves the reads after them', async () => {
  const workers = [worker(), worker()];
  await Promise.all(workers.map((one) => one.ping()));
  simulator.expireSessions();
  simulator.clearLog();
  const failures = await Promise.all(
    workers.map((one) =>
      one.unschedule({ bookingId: bookingId('50000001') }).catch((error: unknown) => error),
    ),
  );
  expect(failures).toMatchObject(workers.map(() => ({ kind: 'unknown', signedOut: true })));
  expect(signIns()).toBe(0);
  await Promise.all(workers.map((one) => one.ping()));
  expect(signIns()).toBe(1);
});

test('a worker that starts goes on with the session that the others have', async () => {
  await worker().ping();
  await worker().ping();
  expect(signIns()).toBe(1);
});

test('neither cookie nor password rests readable, and the same session never looks the same twice', async () => {
  await worker().ping();
  const sealed = [(await kept()).sealed];
  const cookie = need(await storeOf().current()).cookie;
  expect(cookie).toMatch(/PHPSESSID=\w+/);
  const startedAt = '2026-01-05T15:45:00.000Z';
  await storeOf().renew({ cookie, startedAt }, async () => ({ cookie, startedAt }));
  sealed.push((await kept()).sealed);
  expect(sealed[0]).not.toEqual(sealed[1]);
  const [dump] = await database.sql`select json_agg(s)::text as text, string_agg(encode(sealed, 'escape'), '')
    as bytes from crossmark_sessions s`;
  for (const text of [String(dump?.text), String(dump?.bytes)]) {
    expect(text).not.toContain(cookie.split('=')[1]);
    expect(text).not.toContain(USER.password);
    expect(text).not.toContain(KEY.toString('hex'));
  }
});

test('a session sealed with another key is as good as none: somebody signs in', async () => {
  await worker().ping();
  const keys: [Uint8Array] = [randomBytes(32)];
  expect(await storeOf({ keys }).current()).toBeNull();
  await worker({ keys }).ping();
  expect(signIns()).toBe(2);
});

test('a key is replaced without a sign-in: the new one first, resealed, the old one gone', async () => {
  await worker().ping();
  const fresh = randomBytes(32);
  const oldId = (await kept()).keyId;
  // Workers that have the new key already go on with the session sealed with the old one.
  await worker({ keys: [fresh, KEY] }).ping();
  expect(await resealSessions(database.db, [fresh, KEY])).toEqual({ resealed: 1, already: 0, unopened: 0 });
  expect((await kept()).keyId).not.toBe(oldId);
  await worker({ keys: [fresh] }).ping();
  expect(signIns()).toBe(1);
  expect(await storeOf({ keys: [KEY] }).current()).toBeNull();
  expect(await resealSessions(database.db, [fresh])).toEqual({ resealed: 0, already: 1, unopened: 0 });
});

test('resealing leaves alone what none of the keys opens', async () => {
  await worker().ping();
  const before = await kept();
  expect(await resealSessions(database.db, [randomBytes(32)])).toEqual({
    resealed: 0,
    already: 0,
    unopened: 1,
  });
  expect(await kept()).toEqual(before);
});

test('a session that was tampered with, or copied to another user, does not open', async () => {
  await worker().ping();
  await database.sql`insert into crossmark_sessions (host, user_id, sealed, key_id)
    select host, 'somebody.else', sealed, key_id from crossmark_sessions`;
  expect(await storeOf({ userId: 'somebody.else' }).current()).toBeNull();
  await database.sql`update crossmark_sessions set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1)`;
  expect(await storeOf().current()).toBeNull();
  await worker().ping();
  expect(signIns()).toBe(2);
});

test('a sign-in that fails leaves nothing behind, and the next one may try at once', async () => {
  await expect(worker({ password: 'wrong-password' }).ping()).rejects.toMatchObject({ kind: 'session' });
  expect(await kept()).toMatchObject({ sealed: null, renewOwner: null });
  await worker().ping();
  expect(signIns()).toBe(2);
});

test('a worker that died while signing in does not keep the others waiting for ever', async () => {
  await database.db.insert(crossmarkSessions).values({
    host: new URL(simulator.url).origin,
    userId: USER.userId,
    renewOwner: 'dead',
    renewUntil: sql`app_now() + interval '1 second'`,
  });
  await worker().ping();
  expect(signIns()).toBe(1);
  expect(await kept()).toMatchObject({ renewOwner: null, sealed: expect.anything() });
});

test('a worker frozen while signing in takes the session that another one got meanwhile', async () => {
  const late = Promise.withResolvers<{ cookie: string; startedAt: string }>();
  const frozen = storeOf().renew(null, () => late.promise);
  await vi.waitFor(async () => expect((await kept()).renewOwner).not.toBeNull());
  await database.sql`update crossmark_sessions set renew_until = app_now() - interval '1 second'`;
  const session = { cookie: 'PHPSESSID=new', startedAt: '2026-01-05T15:45:00.000Z' };
  expect(await storeOf().renew(null, async () => session)).toEqual(session);
  late.resolve({ cookie: 'PHPSESSID=late', startedAt: '2026-01-05T15:44:00.000Z' });
  expect(await frozen).toEqual(session);
  expect(await storeOf().current()).toEqual(session);
});

test('no transaction is open while somebody signs in', async () => {
  simulator.addFaults({ call: 'authenticate', kind: 'slow', delayMs: 500 });
  const signingIn = worker().ping();
  await vi.waitFor(() => expect(signIns()).toBe(1));
  const open = await database.sql`select from pg_stat_activity
    where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`;
  expect(open).toHaveLength(0);
  await signingIn;
});
