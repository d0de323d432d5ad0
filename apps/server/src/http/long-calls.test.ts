import { request } from 'node:http';
import { createLogger } from '@scheduler/runtime';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addStore,
  emailOf,
  everything,
  ORIGIN,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { COLUMNS } from '../csv/format.ts';
import { type LongCall, type LongCalls, openLongCalls } from './long-calls.ts';

/** In this process they can't be reached: what is answered all the same was worked on in a thread, which imports its own. */
vi.mock('../csv/import.ts', () => ({ previewImport: inMainThread, importCsv: inMainThread }));
vi.mock('../csv/export.ts', () => ({ exportCsv: inMainThread, exportEvents: inMainThread }));
function inMainThread(): never {
  throw new Error('This ran in the main thread.');
}

const row = (number: number) =>
  `${number}-Acme-Oat Bars  - V2-CORE,,,8135,,03/07/2027 12:00:00 AM,03/20/2027 12:01:00 AM,360`;
const text = [COLUMNS.join(','), row(612_345), row(612_346)].join('\r\n');

describe('a file', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await addStore(server.database.db);
  });
  afterAll(() => server.close());

  test('is read, judged, imported and exported in a thread, and so is its answer', async () => {
    const dispatcher = await server.as('dispatcher');
    const { counts } = await dispatcher.csv.preview.mutate({ text });
    expect(counts).toMatchObject({ new: 2, error: 0 });
    expect(await dispatcher.csv.import.mutate({ text })).toMatchObject({ created: 2 });
    const viewer = await server.as('viewer');
    expect(await viewer.csv.export.query({ kind: 'unscheduled' })).toContain('612346-Acme');
    expect(await viewer.csv.exportEvents.query({})).toContain('612346-Acme');
  });

  test('is refused by the rules of all calls: role, input, and the words of it', async () => {
    const viewer = await server.as('viewer');
    expect(await refusalOf(viewer.csv.preview.mutate({ text }))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusalOf(server.signedOut.csv.export.query({ kind: 'scheduled' }))).toMatchObject({
      reason: { code: 'signed_out' },
    });
    const dispatcher = await server.as('dispatcher');
    expect(await refusalOf(dispatcher.csv.preview.mutate({ text: 1 as unknown as string }))).toMatchObject({
      reason: { code: 'input', fields: [{ path: 'text' }] },
    });
  });

  test('comes in a request of its own', async () => {
    const answer = await fetch(`${server.url}/trpc/csv.export,stores.list?batch=1&input={}`, {
      headers: { cookie: await server.cookieOf('viewer') },
    });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('Send csv.export in a request of its own.'),
    ]);
  });

  test('whose sender leaves is not imported, and its thread is free', async () => {
    const { db } = server.database;
    const before = await everything(db);
    const busy = async () => {
      const [row] = await db.execute<{ count: number }>(sql`
        select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`);
      return row?.count;
    };
    await db.transaction(async (tx) => {
      await tx.execute(sql`lock table events in share row exclusive mode`);
      const leaving = request(`${server.url}/trpc/csv.import`, {
        method: 'POST',
        headers: {
          origin: ORIGIN,
          cookie: await server.cookieOf('dispatcher'),
          'content-type': 'application/json',
        },
      });
      leaving.on('error', () => {});
      leaving.end(JSON.stringify({ text: text.replaceAll('61234', '71234') }));
      await vi.waitFor(async () => expect(await busy()).toBe(1));
      leaving.destroy();
      // A user's calls run one at a time. This one runs once the import was aborted, although the
      // lock still makes that one wait.
      const dispatcher = await server.as('dispatcher');
      expect(await dispatcher.csv.preview.mutate({ text })).toMatchObject({ counts: { same: 2 } });
    });
    await vi.waitFor(async () => expect(await busy()).toBe(0));
    expect(await everything(db)).toEqual(before);
  });
});

describe('long calls', () => {
  let calls: LongCalls;
  /** Opens calls with a thread of this body for each message. */
  const open = (onMessage: string) => {
    const source = `
      import { parentPort } from 'node:worker_threads';
      const answer = (call) => parentPort.postMessage({ status: 200, headers: [], body: new Uint8Array(), failures: [], requestId: call.requestId });
      parentPort.on('message', async (call) => {
        if (call === 'stop') return parentPort.close();
        ${onMessage}
      });`;
    calls = openLongCalls({
      databaseUrl: 'postgres://127.0.0.1:1/none',
      log: createLogger('server-test', 'silent'),
      file: new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    });
  };
  const call = (user: string, requestId: string, url = '/trpc/csv.preview'): LongCall => ({
    method: 'POST',
    url,
    body: null,
    user: {
      id: user,
      name: user,
      email: emailOf('viewer'),
      role: 'dispatcher',
      storeIds: null,
      sessionId: user,
      sessionEndsAtMs: 0,
    },
    requestId,
  });
  const never = () => new AbortController().signal;
  const go = new BroadcastChannel('go');
  beforeEach(() => open('answer(call);'));
  afterEach(() => calls.close());
  afterAll(() => go.close());

  test('are worked on one at a time, users in turn', async () => {
    await calls.close();
    open(`
      const go = new BroadcastChannel('go');
      go.postMessage({ begun: call.requestId });
      go.onmessage = ({ data }) => { if (data.answer !== call.requestId) return; go.close(); answer(call); };`);
    const begun: string[] = [];
    go.onmessage = ({ data }: { data: { begun?: string } }) => {
      if (data.begun) begun.push(data.begun);
    };
    const ids = ['ada 1', 'ada 2', 'ada 3', 'ben 1', 'cem 1', 'ben 2'];
    const answers = ids.map((id) => calls.answer(call(id.slice(0, 3), id), never()));
    const order = ['ada 1', 'ben 1', 'cem 1', 'ada 2', 'ben 2', 'ada 3'];
    for (const [at, id] of order.entries()) {
      await vi.waitFor(() => expect(begun).toHaveLength(at + 1));
      go.postMessage({ answer: id });
      await answers[ids.indexOf(id)];
    }
    expect(begun).toEqual(order);
  });

  test('free their thread where nobody waits for them any more, running or waiting', async () => {
    await calls.close();
    open("if (call.requestId !== 'hangs') answer(call);");
    const leave = [new AbortController(), new AbortController()];
    const hanging = ['ada', 'ben'].map((user, at) =>
      calls.answer(call(user, 'hangs'), leave[at]?.signal ?? never()),
    );
    const waiting = new AbortController();
    const left = calls.answer(call('cem', '2'), waiting.signal);
    const last = calls.answer(call('dora', '3'), never());
    waiting.abort();
    await expect(left).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    for (const one of leave) one.abort();
    await Promise.all(
      hanging.map((one) => expect(one).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' })),
    );
    expect(await last).toMatchObject({ status: 200 });
  });

  test.each([
    [
      'an error',
      'setImmediate(() => { throw new Error("broken"); });',
      'SERVICE_UNAVAILABLE',
      /broke off the work/,
    ],
    ['its end', 'process.exit(3);', 'SERVICE_UNAVAILABLE', /broke off the work/],
    [
      'too much memory',
      'const all = []; for (;;) all.push(Array.from({ length: 10_000 }, () => ({})));',
      'PAYLOAD_TOO_LARGE',
      /more memory than the server has/,
    ],
  ])(
    'say so in a sentence where their thread dies of %s, and the next is answered',
    async (_of, death, code, message) => {
      await calls.close();
      open(`if (call.requestId !== 'dies') return answer(call); ${death}`);
      await expect(calls.answer(call('ada', 'dies', '/trpc/csv.import'), never())).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
      await expect(calls.answer(call('ada', 'dies', '/trpc/csv.import'), never())).rejects.toThrow(
        'Either all of it is imported or nothing',
      );
      expect(await calls.answer(call('ada', 'lives'), never())).toMatchObject({ status: 200 });
    },
  );
});
