import { auditLog, calendarFeeds } from '@scheduler/db';
import { createFirewall } from '@scheduler/db/testing';
import { createLogger } from '@scheduler/runtime';
import { addDays, instantAt } from '@scheduler/scheduling';
import { prune } from '@scheduler/sync';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  emailOf,
  empty,
  need,
  ORIGIN,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { expectValid, read } from '../../test/rfc.ts';
import { buildServer } from '../http/app.ts';
import { todayAt } from '../stores/stores.ts';

const ZONE = 'America/Indiana/Indianapolis';
const today = todayAt(ZONE);
const tomorrow = addDays(today, 1);

let server: TestServer;
const lines: string[] = [];
beforeAll(async () => {
  server = await startTestServer(createLogger('server', 'trace', { write: (line) => lines.push(line) }));
});
afterAll(() => server.close());

let storeId: number;
let ada: number;
beforeEach(async () => {
  await empty(server.database);
  await server.database.sql`delete from sign_in_tries`;
  storeId = await addStore(server.database.db);
  ada = await addPerson(server.database.db, { storeId, name: 'Ada Example' });
});

const addressOf = (token: string) => `/api/feeds/${token}.ics`;
/** Each network is counted by itself. */
const get = (
  path: string,
  { from = '203.0.113.7', ...headers }: Record<string, string> = {},
  method = 'GET',
) => fetch(server.url + path, { method, headers: { 'x-forwarded-for': from, ...headers } });
const entriesAt = async (token: string) => {
  const answer = await get(addressOf(token));
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expectValid(text);
  return read(text).map((event) => ({
    uid: event.uid,
    summary: event.summary,
    status: event.component.getFirstPropertyValue('status'),
    startsAt: event.startDate.toJSDate().toISOString(),
    sequence: event.sequence,
  }));
};
const makeFor = async (employeeId: number, replaces: number | null = null) =>
  (await server.as('dispatcher')).feeds.makeOfPerson.mutate({ employeeId, replaces });
const makeForStore = async (replaces: number | null = null) =>
  (await server.as('admin')).feeds.makeOfStore.mutate({ storeId, replaces });
/** Schedules a Core of tomorrow's. */
const schedule = async (employeeId: number, time = '10:45') => {
  const eventId = await addEvent(server.database.db, {
    storeId,
    startsOn: today,
    dueOn: addDays(today, 20),
  });
  const api = await server.as('dispatcher');
  return api.schedules.create.mutate({ eventId, employeeId, startsAt: instantAt(tomorrow, time, ZONE) });
};
const markSync = (eventId: number, state: string) =>
  server.database.sql`update event_syncs set state = ${state}::sync_state where event_id = ${eventId}`;
const settle = () => server.database.sql`update event_syncs set state = 'synced'`;

describe('a person’s calendar address', () => {
  test('gives their work to whoever has it, with no session, and nothing of others', async () => {
    const { sql } = server.database;
    await sql`update employees set phone = '555 0100', email = 'ada@example.test' where id = ${ada}`;
    const bea = await addPerson(server.database.db, { storeId, name: 'Bea Example' });
    const hers = await schedule(ada);
    await schedule(bea, '11:15');
    await settle();
    const { feed, token } = await makeFor(ada);
    expect(feed).toMatchObject({ createdBy: 'Dispatcher Person', lastReadAt: null });
    expect(token).toMatch(/^calfeed_[\w-]{43}$/);
    const answer = await get(addressOf(token));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
    expect(answer.headers.get('set-cookie')).toBeNull();
    const text = await answer.text();
    expect(text).not.toMatch(/Bea|555 0100|@example\.test|Dispatcher/);
    expect(await entriesAt(token)).toEqual([
      {
        uid: `event-${hers.eventId}-person-${ada}@crossmark-scheduler`,
        summary: 'Core: 612345-Acme-Oat Bars',
        status: 'CONFIRMED',
        startsAt: instantAt(tomorrow, '10:45', ZONE),
        sequence: 1,
      },
    ]);
    const api = await server.as('viewer');
    const seen = await api.feeds.ofPerson.query({ employeeId: ada });
    expect(seen).toEqual({ ...feed, lastReadAt: expect.any(String) });
  });

  test('is answered with 304 until something changes, and to HEAD without the calendar', async () => {
    const work = await schedule(ada);
    await settle();
    const { token } = await makeFor(ada);
    const first = await get(addressOf(token));
    const tag = need(first.headers.get('etag'));
    for (const known of [tag, `W/${tag}`, `"another", ${tag}`, '*']) {
      const again = await get(addressOf(token), { 'if-none-match': known });
      expect(again.status, known).toBe(304);
      expect(await again.text()).toBe('');
      expect(again.headers.get('etag')).toBe(tag);
    }
    const head = await get(addressOf(token), {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.headers.get('etag')).toBe(tag);
    expect(Number(head.headers.get('content-length'))).toBe(Buffer.byteLength(await first.text()));
    const api = await server.as('dispatcher');
    await api.schedules.reschedule.mutate({
      scheduleId: work.scheduleId,
      version: work.version,
      startsAt: instantAt(tomorrow, '11:45', ZONE),
    });
    const changed = await get(addressOf(token), { 'if-none-match': tag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(tag);
  });

  test('has what the board has at once, and says what Crossmark doesn’t hold yet', async () => {
    const { token } = await makeFor(ada);
    expect(await entriesAt(token)).toEqual([]);
    const work = await schedule(ada);
    const statusOf = async () => need((await entriesAt(token))[0]).status;
    expect(await statusOf()).toBe('TENTATIVE');
    for (const [state, status] of [
      ['waiting', 'TENTATIVE'],
      ['failed', 'TENTATIVE'],
      ['conflict', 'TENTATIVE'],
      ['synced', 'CONFIRMED'],
    ] as const) {
      await markSync(work.eventId, state);
      expect(await statusOf(), state).toBe(status);
    }
    const api = await server.as('dispatcher');
    await api.schedules.unschedule.mutate({ scheduleId: work.scheduleId, version: work.version });
    expect(await entriesAt(token)).toMatchObject([
      { status: 'CANCELLED', summary: 'Cancelled: Core: 612345-Acme-Oat Bars', sequence: 2 },
    ]);
  });

  test('ends when another one is made, and when it is revoked', async () => {
    const first = await makeFor(ada);
    const second = await makeFor(ada, first.feed.id);
    expect((await get(addressOf(first.token))).status).toBe(404);
    expect((await get(addressOf(second.token))).status).toBe(200);
    const api = await server.as('dispatcher');
    const stale = await refusalOf(makeFor(ada, first.feed.id));
    expect(stale).toMatchObject({ code: 'CONFLICT', reason: { code: 'stale' } });
    expect(stale.message).toContain('Dispatcher Person made a calendar address');
    const old = { employeeId: ada, feedId: first.feed.id };
    expect((await refusalOf(api.feeds.revokeOfPerson.mutate(old))).code).toBe('NOT_FOUND');
    await api.feeds.revokeOfPerson.mutate({ employeeId: ada, feedId: second.feed.id });
    expect((await get(addressOf(second.token))).status).toBe(404);
    expect(await api.feeds.ofPerson.query({ employeeId: ada })).toBeNull();
    const rows = await server.database.db.select().from(auditLog).orderBy(auditLog.id);
    expect(rows.map(({ action, subjectId }) => [action, subjectId])).toEqual([
      ['feed.make', String(ada)],
      ['feed.replace', String(ada)],
      ['feed.revoke', String(ada)],
    ]);
  });

  test('of several who make one at once, one gets it and the others are told so', async () => {
    const made = await Promise.allSettled(Array.from({ length: 6 }, () => makeFor(ada)));
    const [one, ...more] = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(more).toEqual([]);
    expect((await get(addressOf(need(one).token))).status).toBe(200);
    expect(await server.database.db.$count(calendarFeeds)).toBe(1);
  });

  test('ends with their last work day, for good once the records are pruned', async () => {
    const { db, sql } = server.database;
    const { token } = await makeFor(ada);
    const leaves = (day: string | null) => sql`update employees set terminated_on = ${day} where id = ${ada}`;
    await leaves(today);
    expect((await get(addressOf(token))).status).toBe(200);
    await leaves(addDays(today, -1));
    expect((await get(addressOf(token))).status).toBe(404);
    const api = await server.as('dispatcher');
    expect(await api.feeds.ofPerson.query({ employeeId: ada })).toBeNull();
    const refused = await refusalOf(makeFor(ada));
    expect(refused.message).toContain('The last work day of Ada Example was');
    expect(await prune(db, { recordsDays: 0, auditDays: 0, attendanceDays: 0 })).toMatchObject({
      calendar_feeds: 1,
    });
    await leaves(null);
    expect((await get(addressOf(token))).status).toBe(404);
  });
});

describe('a store’s calendar address', () => {
  test('has everybody’s names and times, an event once, and no way to reach anybody', async () => {
    const { sql } = server.database;
    const bea = await addPerson(server.database.db, { storeId, name: 'Bea Example' });
    await sql`update employees set phone = '555 0100', email = 'somebody@example.test'`;
    const work = await schedule(ada);
    await schedule(bea, '11:15');
    await sql`update events set instructions_url = 'https://instructions.test/1.pdf'`;
    const elsewhere = await addStore(server.database.db, '9000');
    const cy = await addPerson(server.database.db, { storeId: elsewhere, name: 'Cy Elsewhere' });
    const eventId = await addEvent(server.database.db, {
      storeId: elsewhere,
      startsOn: today,
      dueOn: addDays(today, 20),
    });
    const api = await server.as('dispatcher');
    await api.schedules.create.mutate({
      eventId,
      employeeId: cy,
      startsAt: instantAt(tomorrow, '10:45', ZONE),
    });
    await settle();
    const { token } = await makeForStore();
    const text = await (await get(addressOf(token))).text();
    expect(text).not.toMatch(/555 0100|@example\.test|instructions\.test|Cy Elsewhere/);
    await api.schedules.changeEmployee.mutate({
      scheduleId: work.scheduleId,
      version: work.version,
      employeeId: bea,
      overrideReason: 'Two Cores for once',
    });
    await settle();
    const entries = await entriesAt(token);
    expect(entries.map(({ summary, status }) => [summary, status])).toEqual([
      ['Bea Example, Core: 612345-Acme-Oat Bars', 'CONFIRMED'],
      ['Bea Example, Core: 612345-Acme-Oat Bars', 'CONFIRMED'],
    ]);
    expect(entries[0]?.uid).toBe(`event-${work.eventId}@crossmark-scheduler`);
  });

  test('ends when the admin who made it is disabled or no admin any more', async () => {
    const { sql } = server.database;
    const { token } = await makeForStore();
    const status = async () => (await get(addressOf(token))).status;
    expect(await status()).toBe(200);
    await sql`update users set role = 'dispatcher' where email = ${emailOf('admin')}`;
    expect(await status()).toBe(404);
    await sql`update users set role = 'admin' where email = ${emailOf('admin')}`;
    expect(await status()).toBe(200);
    await sql`update users set disabled_at = app_now() where email = ${emailOf('admin')}`;
    expect(await status()).toBe(404);
    await sql`update users set disabled_at = null where email = ${emailOf('admin')}`;
    const api = await server.as('admin');
    const feed = need(await api.feeds.ofStore.query({ storeId }));
    await api.feeds.revokeOfStore.mutate({ storeId, feedId: feed.id });
    expect(await status()).toBe(404);
  });
});

const wrongToken = (n: number) => `calfeed_${String(n).padStart(43, 'A')}`;

describe('an address that opens nothing', () => {
  test('is answered like one that never was', async () => {
    const { feed, token } = await makeFor(ada);
    const api = await server.as('dispatcher');
    await api.feeds.revokeOfPerson.mutate({ employeeId: ada, feedId: feed.id });
    const answerTo = async (path: string) => {
      const answer = await get(path);
      const headers = new Map(answer.headers);
      for (const name of ['x-request-id', 'date', 'x-server-time-ms']) headers.delete(name);
      return { status: answer.status, headers: [...headers], text: await answer.text() };
    };
    const nothing = await answerTo('/api/nothing');
    expect(nothing.status).toBe(404);
    for (const path of [token, wrongToken(1), token.slice(0, -1), `${token}A`, '1', '%00', token.slice(8)]) {
      expect(await answerTo(addressOf(path)), path).toEqual(nothing);
    }
    expect(await answerTo(`/api/feeds/${token}`)).toEqual(nothing);
  });

  test('makes its network wait after twenty, but not those who follow a calendar there, nor others', async () => {
    const { token } = await makeFor(ada);
    const other = await makeForStore();
    const from = '198.51.100.4';
    const statusOf = async (path: string, address = from) =>
      (await get(addressOf(path), { from: address })).status;
    expect(await statusOf(token)).toBe(200);
    for (let n = 0; n < 20; n++) expect(await statusOf(wrongToken(n))).toBe(404);
    await server.database.sql`update sign_in_tries set wait_until = app_now() + interval '5 minutes'`;
    const waiting = await get(addressOf(wrongToken(21)), { from: '198.51.100.200' });
    expect(waiting.status).toBe(429);
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
    // Not even the answer to a right address shows that it is right.
    expect(await statusOf(other.token)).toBe(429);
    expect(await statusOf(token)).toBe(200);
    expect(await statusOf(other.token, '198.51.101.1')).toBe(200);
    expect(await statusOf(other.token)).toBe(200);
    const kept = await server.database.sql`select key from sign_in_tries`;
    expect(JSON.stringify(kept)).not.toContain('198.51');
  });

  test('costs no statement where its form is wrong', async () => {
    const firewall = await createFirewall(server.database.appUrl);
    const app = await buildServer({
      databaseUrl: firewall.url,
      authSecret: 'only-for-tests-only-for-tests-only-for-tests',
      origins: [ORIGIN],
      sessions: { idleHours: 12, maxHours: 168 },
      trustedProxies: [],
      log: createLogger('server', 'silent'),
    });
    await firewall.close();
    try {
      for (const file of ['1.ics', 'calfeed_.ics', `${wrongToken(1)}A.ics`, wrongToken(1), '%2e%2e.ics']) {
        expect((await app.inject(`/api/feeds/${file}`)).statusCode, file).toBe(404);
      }
      // The one of the right form is looked up.
      expect((await app.inject(addressOf(wrongToken(1)))).statusCode).toBeGreaterThanOrEqual(500);
    } finally {
      await app.close();
    }
  });
});

test('the token stands in no log line, row or audit entry, whatever happens to its address', async () => {
  const { db } = server.database;
  const { token } = await makeFor(ada);
  lines.length = 0;
  const spellings = [
    ...[addressOf(token), `/api/feeds/${token}`, `/api/feeds/${token}.ics?x=1`, `/%61pi/feeds/${token}.ics`],
    ...[`/api//feeds/${token}.ics`, `/api/feeds/${token}.ics/`, `/trpc/${token}`, `/api/auth/${token}`],
    ...[`/nothing/${token}`, `/api/feeds/${token}%`, `/api/feeds/%ff${token}`, `/api/feeds/${token}.ics%00`],
  ];
  for (const path of spellings) for (const method of ['GET', 'HEAD', 'POST']) await get(path, {}, method);
  await db.execute(sql`alter table calendar_feeds rename to gone`);
  expect((await get(addressOf(token))).status).toBe(500);
  await db.execute(sql`alter table gone rename to calendar_feeds`);
  expect(lines.join('')).toContain('/api/feeds/:file');
  expect(lines.join('')).toContain('request failed');
  expect(lines.filter((line) => line.includes(token) || line.includes(token.slice(8)))).toEqual([]);
  const tables = ['calendar_feeds', 'audit_log', 'sign_in_tries'];
  for (const table of tables) {
    const rows = await db.execute(sql`select to_jsonb(t) as row from ${sql.identifier(table)} t`);
    expect(JSON.stringify(rows), table).not.toContain(token);
  }
});
