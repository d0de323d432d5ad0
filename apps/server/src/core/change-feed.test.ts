import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket, connect as tcp } from 'node:net';
import { join } from 'node:path';
import { connect, employees, eventSyncs } from '@scheduler/db';
import { startPostgres } from '@scheduler/db/embedded';
import { createFirewall, createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createLogger } from '@scheduler/runtime';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  empty,
  ORIGIN,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { type ChangeFeed, openChangeFeed } from './change-feed.ts';

/** Server-sent events as a browser would see them. */
interface Stream {
  events: { id: string | undefined; data: { kind: string; id: number } }[];
  ended: Promise<void>;
  close(): void;
}

const open: Stream[] = [];

async function stream(server: TestServer, lastEventId?: string): Promise<Stream> {
  const abort = new AbortController();
  const answer = await fetch(`${server.url}/trpc/sync.onChange`, {
    headers: {
      accept: 'text/event-stream',
      cookie: await server.cookieOf('viewer'),
      origin: ORIGIN,
      ...(lastEventId ? { 'last-event-id': lastEventId } : {}),
    },
    signal: abort.signal,
  });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const events: Stream['events'] = [];
  const read = async () => {
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString();
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
        // Named events are the protocol's own: connected, ping, return.
        const data = field('data');
        if (field('event') === undefined && data) events.push({ id: field('id'), data: JSON.parse(data) });
      }
    }
  };
  const opened = { events, ended: read().catch(() => {}), close: () => abort.abort() };
  open.push(opened);
  await vi.waitFor(() => expect(events.length).toBeGreaterThan(0));
  return opened;
}

describe('the stream of changes', () => {
  let server: TestServer;
  let eventId: number;
  let personId: number;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await empty(server.database);
    const storeId = await addStore(server.database.db);
    eventId = await addEvent(server.database.db, { storeId });
    personId = await addPerson(server.database.db, { storeId, name: 'Ada Example' });
    await server.database.db.insert(eventSyncs).values({ eventId });
  });
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });

  const touch = (failureReason: string) =>
    server.database.db.update(eventSyncs).set({ failureReason }).where(eq(eventSyncs.eventId, eventId));
  const kinds = (one: Stream) => one.events.map((event) => event.data);

  test('starts by asking to read everything again, then tells what is committed and nothing else', async () => {
    const one = await stream(server);
    expect(kinds(one)[0]).toEqual({ kind: 'all', id: 0 });
    await server.database.db
      .transaction(async (tx) => {
        await tx.update(employees).set({ phone: '1' });
        throw new Error('not saved');
      })
      .catch(() => {});
    await touch('a worker said so');
    await vi.waitFor(() => expect(kinds(one)).toContainEqual({ kind: 'event', id: eventId }));
    expect(kinds(one)).not.toContainEqual({ kind: 'employee', id: personId });
  });

  test('that was cut goes on exactly where it was: nothing missed, nothing twice', async () => {
    const first = await stream(server);
    await touch('one');
    await vi.waitFor(() => expect(kinds(first)).toContainEqual({ kind: 'event', id: eventId }));
    const last = first.events.at(-1)?.id;
    first.close();
    await first.ended;
    await server.database.db.update(employees).set({ phone: '2' });
    await touch('two');
    const second = await stream(server, last);
    await vi.waitFor(() =>
      expect(kinds(second)).toEqual([
        { kind: 'employee', id: personId },
        { kind: 'event', id: eventId },
      ]),
    );
  });

  test('that comes from another server, or was away for too long, is told to read everything again', async () => {
    const one = await stream(server, '8e5b0c1e-0000-4000-8000-000000000000:5');
    expect(kinds(one)[0]).toEqual({ kind: 'all', id: 0 });
    const garbled = await stream(server, 'x');
    expect(kinds(garbled)[0]).toEqual({ kind: 'all', id: 0 });
  });

  test('says so when the listening connection was lost in between', async () => {
    const one = await stream(server);
    await server.database.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'scheduler-server-changes' and datname = current_database()`,
    );
    await vi.waitFor(() => expect(kinds(one).slice(1)).toContainEqual({ kind: 'all', id: 0 }), 10_000);
    await touch('after');
    await vi.waitFor(() => expect(kinds(one)).toContainEqual({ kind: 'event', id: eventId }));
  });

  test('does not hold up a server that stops: it is cut, so that its page connects anew', async () => {
    const other = await startTestServer();
    const one = await stream(other);
    await other.close();
    await one.ended;
    expect(one.events).toHaveLength(1);
  });
});

describe('a burst of changes', () => {
  test('costs a page that can’t follow one reading of everything, and the server nothing that grows', async () => {
    const database = await createTestDatabase();
    const feed = await openChangeFeed({
      database: database.app,
      url: database.appUrl,
      log: createLogger('test', 'silent'),
    });
    const abort = new AbortController();
    const open = () => feed.since(null, abort.signal);
    const slow = open();
    const next = async () => (await slow.next()).value?.change;
    const burst = (from: number, to: number) => database.sql`
      select pg_notify('changes', json_build_object('kind', 'event', 'id', id)::text) from generate_series(${from}::int, ${to}::int) id`;
    const heard = async () => Number((await open().next()).value?.position.split(':')[1]);

    expect(await next()).toEqual({ kind: 'all', id: 0 });
    await burst(1, 3);
    expect([await next(), await next(), await next()].map((change) => change?.id)).toEqual([1, 2, 3]);
    await burst(4, 1003);
    await vi.waitFor(async () => expect(await heard()).toBe(1003));
    expect(await next()).toEqual({ kind: 'all', id: 0 });
    await burst(1004, 1004);
    expect(await next()).toEqual({ kind: 'event', id: 1004 });

    abort.abort();
    await expect(slow.next()).rejects.toThrow('aborted');
    await feed.close();
    await database.close();
  });
});

describe('listening', () => {
  let database: TestDatabase;
  let feed: ChangeFeed | undefined;
  const sockets = new Set<Socket>();
  /** Postgres behind a door that can be shut. */
  let shut = false;
  const door = createServer((inside) => {
    if (shut) return inside.destroy();
    const url = new URL(database.appUrl);
    const outside = tcp(Number(url.port), url.hostname);
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
    }
  });

  beforeAll(async () => {
    database = await createTestDatabase();
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await feed?.close();
    door.close();
    await database.close();
  });

  test('comes back by itself after Postgres was out of reach, and tells to read everything again', async () => {
    const url = new URL(database.appUrl);
    const address = door.address();
    url.hostname = '127.0.0.1';
    url.port = String(typeof address === 'object' ? address?.port : '');
    const behindDoor = connect(url.href, { max: 1 });
    const log = createLogger('test', 'silent');
    feed = await openChangeFeed({ database: behindDoor, url: url.href, log, checkEveryMs: 20 });
    const heard: string[] = [];
    const abort = new AbortController();
    const reading = (async () => {
      for await (const { change } of feed.since(null, abort.signal)) heard.push(change.kind);
    })();

    shut = true;
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(() => expect(feed?.hears()).toBe(false), 20_000);
    shut = false;
    await vi.waitFor(() => expect(feed?.hears()).toBe(true), 20_000);
    await vi.waitFor(() => expect(heard).toEqual(['all', 'all']));

    const storeId = await addStore(database.db);
    await addPerson(database.db, { storeId, name: 'Ada Example' });
    await vi.waitFor(() => expect(heard).toContain('employee'));
    abort.abort();
    await expect(reading).rejects.toThrow('aborted');
    await behindDoor.close();
  });

  test('comes back by itself after its connections died without being closed, and so do the queries of the process', async () => {
    const firewall = await createFirewall(database.appUrl);
    // This is longer than the test, so only the missing answer can show the fault.
    const patience = { connectMs: 5_000, statementMs: 600_000, answerMs: 600_000 };
    const pool = connect(firewall.url, { max: 2, patience });
    const log = createLogger('test', 'silent');
    const listening = await openChangeFeed({
      database: pool,
      url: firewall.url,
      log,
      checkEveryMs: 20,
      // A connection that is merely slow, on a busy machine, must not be taken for dead.
      withinMs: 3_000,
    });
    const heard: string[] = [];
    const abort = new AbortController();
    const reading = (async () => {
      for await (const { change } of listening.since(null, abort.signal)) heard.push(change.kind);
    })();
    await pool.sql`select 1`;

    firewall.forget();
    await expect(pool.sql`select 1`).rejects.toMatchObject({ code: 'CONNECTION_DROPPED' });
    expect([...(await pool.sql`select 1 as one`)]).toEqual([{ one: 1 }]);
    await vi.waitFor(() => expect(heard).toEqual(['all', 'all']), 20_000);
    expect(listening.hears()).toBe(true);
    const storeId = await addStore(database.db, '8136');
    await addPerson(database.db, { storeId, name: 'Bob Example' });
    await vi.waitFor(() => expect(heard).toContain('employee'));

    abort.abort();
    await expect(reading).rejects.toThrow('aborted');
    await listening.close();
    await pool.close();
    await firewall.close();
  });

  test('goes on while commits wait for a standby that is away, and no connection is dropped', async () => {
    const directory = mkdtempSync(join('/tmp', 'crossmark-standby-away-'));
    const server = await startPostgres({ directory, durable: false });
    const pool = connect(server.url, { max: 2 });
    const saving = connect(server.url, { max: 1 });
    const listening = await openChangeFeed({
      database: pool,
      url: server.url,
      log: createLogger('test', 'silent'),
      checkEveryMs: 20,
      withinMs: 1_000,
    });
    const heard: number[] = [];
    const abort = new AbortController();
    const reading = (async () => {
      for await (const { change } of listening.since(null, abort.signal)) heard.push(change.id);
    })();
    /** Waits until the echo was sent again, several times, and by which session. */
    const echoes = async () => {
      const seen = new Set<string>();
      let pids: number[] = [];
      await vi.waitFor(async () => {
        const rows = await pool.sql<{ pid: number; began: string }[]>`
          select pid, query_start::text as began from pg_stat_activity
          where application_name = 'scheduler-server-changes' order by pid`;
        pids = rows.map(({ pid }) => pid);
        for (const { began } of rows) seen.add(began);
        expect(seen.size).toBeGreaterThan(6);
      });
      return pids;
    };
    const before = await echoes();
    const [{ pid } = {}] = await pool.sql`select pg_backend_pid() as pid`;
    await pool.sql`create table kept (n int)`;
    await pool.sql`alter system set synchronous_standby_names = 'away'`;
    await pool.sql`select pg_reload_conf()`;
    await vi.waitFor(async () =>
      expect(await pool.sql`show synchronous_standby_names`).toEqual([{ synchronous_standby_names: 'away' }]),
    );
    expect(await echoes()).toEqual(before);

    const saved = saving.sql`
      with saved as (insert into kept values (1)) select pg_notify('changes', '{"kind":"event","id":7}')`.execute();
    await vi.waitFor(async () =>
      expect(
        await pool.sql`select wait_event from pg_stat_activity where wait_event = 'SyncRep'`,
      ).toHaveLength(1),
    );
    // Now the echo too would wait, behind the commit that waits.
    await vi.waitFor(async () =>
      expect(
        await pool.sql`select from pg_stat_activity where application_name = 'scheduler-server-changes' and wait_event_type = 'Lock'`,
      ).toHaveLength(1),
    );
    expect(await echoes()).toEqual(before);
    expect(listening.hears()).toBe(true);
    expect((await pool.sql`select from pg_stat_activity where pid = ${pid}`).length).toBe(1);

    await pool.sql`alter system reset synchronous_standby_names`;
    await pool.sql`select pg_reload_conf()`;
    await saved;
    await vi.waitFor(() => expect(heard).toEqual([0, 7]));
    abort.abort();
    await expect(reading).rejects.toThrow('aborted');
    await Promise.all([listening.close(), pool.close(), saving.close()]);
    await server.stop('immediate');
    for (const files of [directory, server.directory]) rmSync(files, { recursive: true, force: true });
  });
});
