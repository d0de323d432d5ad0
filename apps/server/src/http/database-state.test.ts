import { connect, SCHEMA_BEHIND } from '@scheduler/db';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  empty,
  live,
  ORIGIN,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { save, savedNothing } from '../core/transaction.ts';

let server: TestServer;
let api: Client;
let storeId: number;
let ada: number;

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  storeId = await addStore(server.database.db);
  ada = await addPerson(server.database.db, { storeId, name: 'Ada Example' });
});

const schedule = async () =>
  api.schedules.create.mutate({
    eventId: await addEvent(server.database.db, { storeId }),
    employeeId: ada,
    startsAt: '2026-01-05T15:45:00.000Z',
  });
const ready = async () => {
  const answer = await fetch(`${server.url}/readyz`);
  return { status: answer.status, ...((await answer.json()) as { ok: boolean; reasons: string[] }) };
};

test('a database that takes no writes makes the server not ready, and is ready again by itself', async () => {
  const { sql } = server.database;
  const [{ name } = { name: '' }] = await sql<{ name: string }[]>`select current_database() as name`;
  // Connections that are open keep what they began with.
  const cutOthers = () => sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'scheduler-server'`;
  await sql`alter database ${sql(name)} set default_transaction_read_only = on`;
  try {
    await cutOthers();
    await vi.waitFor(async () =>
      expect(await ready()).toMatchObject({
        status: 503,
        reasons: [expect.stringMatching(/^The database takes no writes: it is read-only\./)],
      }),
    );
  } finally {
    await sql`set default_transaction_read_only = off`;
    await sql`alter database ${sql(name)} reset default_transaction_read_only`;
    await cutOthers();
  }
  await vi.waitFor(async () => expect(await ready()).toEqual({ status: 200, ok: true, reasons: [] }));
});

test('a full disk makes the server not ready: each check writes a new file, and says what was refused', async () => {
  const { sql } = server.database;
  const file = async () => (await sql`select pg_relation_filenode('write_checks') as file`)[0]?.file;
  expect(await ready()).toMatchObject({ status: 200 });
  const before = await file();
  expect(await ready()).toMatchObject({ status: 200 });
  expect(await file()).not.toBe(before);
  await sql`create function disk_is_full() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`;
  await sql`create trigger disk_is_full before insert on write_checks for each row execute function disk_is_full()`;
  try {
    expect(await ready()).toMatchObject({
      status: 503,
      reasons: ['The database takes no writes: its disk is full. Nothing can be saved until there is room.'],
    });
  } finally {
    await sql`drop function disk_is_full() cascade`;
  }
});

test('a backup that reads all tables for long doesn’t make the server not ready', async () => {
  const reading = connect(server.database.url, { max: 1 });
  await reading.sql.begin(async (tx) => {
    await tx`select * from write_checks`;
    expect(await ready()).toMatchObject({ status: 200 });
  });
  await reading.close();
});

test('while the schema is behind the code requests are refused with one sentence, until it is there', async () => {
  const { sql } = server.database;
  const removed = await sql<{ hash: string; created_at: string }[]>`
    delete from drizzle.__drizzle_migrations
    where id = (select id from drizzle.__drizzle_migrations order by created_at desc limit 1) returning hash, created_at`;
  try {
    await vi.waitFor(async () => {
      const read = await refusalOf(api.board.week.query({ weekOf: '2026-01-05' }));
      expect(read).toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: SCHEMA_BEHIND });
    });
    expect(await refusalOf(schedule())).toMatchObject({ message: SCHEMA_BEHIND });
    const signIn = await fetch(`${server.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { origin: ORIGIN, 'content-type': 'application/json' },
      body: '{}',
    });
    expect([signIn.status, await signIn.json()]).toEqual([503, { message: SCHEMA_BEHIND }]);
    expect(await ready()).toMatchObject({ status: 503, reasons: [expect.stringMatching(/is behind this/)] });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  } finally {
    await sql`insert into drizzle.__drizzle_migrations ${sql(removed.map(({ hash, created_at }) => ({ hash, created_at })))}`;
  }
  expect(await schedule()).toMatchObject({ version: 1 });
});

test('a save whose commit isn’t answered may have been saved, and the dispatcher is told to look', async () => {
  const { sql } = server.database;
  await sql`create function end_connection() returns trigger language plpgsql as
    $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`;
  await sql`create constraint trigger end_connection after insert on schedules
    deferrable initially deferred for each row execute function end_connection()`;
  const refused = await refusalOf(schedule());
  await sql`drop function end_connection() cascade`;
  expect(refused.message).toMatch(/may have been saved: look before you try again/);
});

test('a save that is broken off before its commit saved nothing, and the dispatcher is told so', async () => {
  const { sql } = server.database;
  await sql`create function end_connection() returns trigger language plpgsql as
    $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`;
  await sql`create trigger end_connection after insert on schedules
    for each row execute function end_connection()`;
  const refused = await refusalOf(schedule());
  await sql`drop function end_connection() cascade`;
  expect(refused.message).toMatch(/^Something went wrong here, and nothing was saved/);
  expect(await live(server.database.db)).toEqual([]);
});

test('what fails outside of a save isn’t said to have saved nothing', async () => {
  const { db } = server.database;
  const broken = new Error('not possible');
  expect(savedNothing(broken)).toBe(false);
  const refused = await save(db, () => Promise.reject(broken)).catch((error: unknown) => error);
  expect(refused).toBe(broken);
  expect(savedNothing(new Error('said in other words', { cause: refused }))).toBe(true);
});
