import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addPerson, addStore, ORIGIN, startTestServer, type TestServer } from '../../test/fixture.ts';

/** Three times as many as the server has connections to the database. */
const MANY = 72;

let server: TestServer;
let person: number;
beforeAll(async () => {
  server = await startTestServer();
  const storeId = await addStore(server.database.db);
  person = await addPerson(server.database.db, { storeId, name: 'Ada Example' });
});
afterAll(() => server.close());

/** Runs `work` while nobody else can read a table. */
const whileLocked = (table: string, work: () => Promise<void>) =>
  server.database.db.transaction(async (tx) => {
    await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`);
    await tx.execute(sql`lock table ${sql.identifier(table)} in access exclusive mode`);
    await work();
  });
/** Connections of the server that wait for a lock. */
const waiting = async () => {
  const [row] = await server.database.sql`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and application_name = 'scheduler-server' and wait_event_type = 'Lock'`;
  return row?.count;
};

interface Answer {
  status: number;
  text: string;
}
const send = async (path: string, headers: Record<string, string>, body?: string): Promise<Answer> => {
  const answer = await fetch(server.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { origin: ORIGIN, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, text: await answer.text() };
};
interface Flood {
  answers: Answer[];
  all: Promise<unknown>;
}
/** Sends a request so often at the same moment; the answers there are so far are in what it gives. */
const flood = (
  path: string,
  headers: Record<string, string>,
  body: string | undefined,
  times: number,
): Flood => {
  const answers: Answer[] = [];
  const all = Array.from({ length: times }, async () => answers.push(await send(path, headers, body)));
  return { answers, all: Promise.all(all) };
};
const batchOf = (name: string, length: number) => {
  const body = JSON.stringify(
    Object.fromEntries(Array.from({ length }, (_, n) => [n, { month: '2026-01' }])),
  );
  return `/trpc/${Array(length).fill(name).join(',')}?batch=1&input=${encodeURIComponent(body)}`;
};

describe('while one person asks for more than the server can do at once', () => {
  test('others are served: three of a person’s calls run, a batch’s counted singly, and more than wait are refused', async () => {
    const cookie = await server.cookieOf('viewer');
    const other = await server.as('dispatcher');
    let batches: Flood | undefined;
    await whileLocked('stores', async () => {
      batches = flood(batchOf('month.get', 20), { cookie }, undefined, 21);
      await vi.waitFor(async () => expect(await waiting()).toBe(3));
      expect((await other.account.sessions.query()).length).toBeGreaterThan(0);
      expect(await waiting()).toBe(3);
    });
    await batches?.all;
    const calls = batches?.answers.flatMap(({ text }): unknown[] => JSON.parse(text)) ?? [];
    expect(calls).toHaveLength(420);
    const refused = calls.filter((call) => JSON.stringify(call).includes('"httpStatus":429'));
    // Three ran and 400 waited.
    expect(refused).toHaveLength(17);
    expect(JSON.stringify(refused[0])).toContain('Too many requests of yours are waiting');
  });

  test.each([
    ['calendar files', (): string => `/api/people/${person}/week.ics`, 'employees', 'dispatcher', 5],
    ['the audit log as a file', (): string => '/api/audit.csv', 'audit_log', 'admin', 1],
  ] as const)('others are served though it asks for %s', async (_what, path, table, role, statements) => {
    const cookie = await server.cookieOf(role);
    const other = await server.as('viewer');
    let files: Flood | undefined;
    await whileLocked(table, async () => {
      files = flood(path(), { cookie }, undefined, MANY);
      await vi.waitFor(async () => expect(await waiting()).toBe(3 * statements));
      expect((await other.account.sessions.query()).length).toBeGreaterThan(0);
      expect(await waiting()).toBe(3 * statements);
    });
    await files?.all;
    expect(files?.answers.filter(({ status }) => status === 429)).toEqual([]);
  });

  test('what is refused, or whose connection is closed, holds nobody’s turn', async () => {
    const cookie = await server.cookieOf('dispatcher');
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const leave = new AbortController();
        const answer = fetch(`${server.url}/api/people/${person}/week.ics`, {
          headers: { cookie },
          signal: leave.signal,
        }).catch(() => {});
        setImmediate(() => leave.abort());
        await answer;
      }),
    );
    for (let n = 0; n < 6; n++) expect((await send('/api/people/x/week.ics', { cookie })).status).toBe(400);
    expect((await send(`/api/people/${person}/week.ics`, { cookie })).status).toBe(404);
  });
});

test('while a stranger’s network asks for links, others are served, other strangers too', async () => {
  const open = JSON.stringify({ token: 'x'.repeat(43) });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  let floods: Flood | undefined;
  let others: Flood | undefined;
  await whileLocked('access_links', async () => {
    floods = flood('/trpc/access.open', from('203.0.113.1'), open, MANY);
    await vi.waitFor(async () => expect(await waiting()).toBe(3));
    others = flood('/trpc/access.open', from('198.51.100.1'), open, 1);
    await vi.waitFor(async () => expect(await waiting()).toBe(4));
    const viewer = await server.as('viewer');
    expect((await viewer.account.sessions.query()).length).toBeGreaterThan(0);
  });
  await Promise.all([floods?.all, others?.all]);
  expect(others?.answers.map(({ status }) => status)).toEqual([404]);
});
