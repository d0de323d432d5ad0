import { once } from 'node:events';
import { connect as connectTo, type Socket } from 'node:net';
import { userSessions, users } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createLogger } from '@scheduler/runtime';
import { clockOffsetMs, currentTimeMs } from '@scheduler/runtime/clock';
import { isTrackedEnvelope } from '@trpc/server';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { need, ORIGIN, startTestServer, type TestServer } from '../../test/fixture.ts';
import { type ChangeFeed, openChangeFeed } from '../core/change-feed.ts';
import { appRouter } from '../router.ts';
import type { LiveChange } from '../sync/types.ts';

/** One more than a user may have open, and then some. */
const MANY = 60;

describe('streams and files that nobody waits for any more', () => {
  let server: TestServer;
  let cookie: string;
  let requestCount = 0;
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    server = await startTestServer();
    cookie = await server.cookieOf('dispatcher');
    requestCount = 0;
    server.app.server.on('request', () => {
      requestCount += 1;
    });
    server.app.server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
  });
  afterEach(() => server.close());

  const headers = () => ({ cookie, origin: ORIGIN, 'content-type': 'application/json' });
  const request = (line: string, body: string) => {
    const lines = Object.entries({ host: 'localhost', ...headers(), 'content-length': body.length });
    return `${line} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
  };
  const STREAM = () => request('GET /trpc/sync.onChange', '');
  const FILE = () => request('POST /trpc/csv.preview', '{}');
  /** Opens a connection and sends something down it. */
  const send = (text: string): Socket => {
    const { port } = new URL(server.url);
    const socket = connectTo(Number(port), '127.0.0.1', () => socket.write(text));
    return socket.on('error', () => {});
  };
  /** Runs `work` while the server can't learn who is signed in: the table of sessions is locked. */
  const whileNobodyIsKnown = (work: () => Promise<void>) =>
    server.database.db.transaction(async (tx) => {
      await tx.execute(sql`lock table ${userSessions} in access exclusive mode`);
      await work();
    });
  /** What a stream that is opened now begins with. */
  const openAnother = async (): Promise<string> => {
    const leave = new AbortController();
    const answer = await fetch(`${server.url}/trpc/sync.onChange`, {
      headers: { cookie },
      signal: leave.signal,
    });
    let said = '';
    for await (const chunk of answer.body ?? []) {
      said += Buffer.from(chunk).toString();
      if (/"all"|pages open/.test(said)) break;
    }
    leave.abort();
    return said;
  };
  /** Sends a file and returns the answer. */
  const sendAnother = async (): Promise<string> => {
    const request = { method: 'POST', headers: headers(), body: '{}' };
    return (await fetch(`${server.url}/trpc/csv.preview`, request)).text();
  };
  /**
   * The kinds of calls that are counted: the call itself, a function that makes another one, and
   * the answer to that if it is admitted.
   */
  const COUNTED = [
    ['streams', STREAM, openAnother, '"all"'],
    ['files', FILE, sendAnother, 'BAD_REQUEST'],
  ] as const;

  test.each(COUNTED)(
    '%s are not counted where they were reset before it was known whose they are',
    async (_what, asking, another, letThrough) => {
      await whileNobodyIsKnown(async () => {
        const clients = Array.from({ length: MANY }, () => send(asking()));
        await vi.waitFor(() => expect(requestCount).toBe(MANY));
        for (const client of clients) client.resetAndDestroy();
        await vi.waitFor(() => expect(sockets.size).toBe(0));
      });
      expect(await another()).toContain(letThrough);
    },
  );

  test.each(COUNTED)(
    '%s are not counted where they wait behind others on one connection',
    async (_what, asking, another, letThrough) => {
      const client = send(STREAM() + asking().repeat(MANY));
      await once(client, 'close');
      expect(requestCount).toBeGreaterThan(MANY);
      await vi.waitFor(() => expect(sockets.size).toBe(0));
      expect(await another()).toContain(letThrough);
    },
  );
});

describe('a stream that is open when the time of its session is over', () => {
  const HOUR_MS = 3_600_000;
  let server: TestServer;
  let cookie: string;

  beforeEach(async () => {
    server = await startTestServer();
    cookie = await server.cookieOf('dispatcher');
  });
  afterEach(async () => {
    vi.useRealTimers();
    await server.close();
  });

  /**
   * Opens a stream. Its `until` reads until a text appears or the stream ends, and returns
   * everything that was read.
   */
  async function openStream() {
    const leave = new AbortController();
    const url = `${server.url}/trpc/sync.onChange`;
    const answer = await fetch(url, { headers: { cookie }, signal: leave.signal });
    const reader = need(answer.body).pipeThrough(new TextDecoderStream()).getReader();
    let said = '';
    const until = async (text: string): Promise<string> => {
      while (!said.includes(text)) {
        const { done, value } = await reader.read();
        if (done) break;
        said += value;
      }
      return said;
    };
    await until('"all"');
    return { until, leave: () => leave.abort() };
  }
  /** Moves the server's clock. */
  const passHours = (hours: number) =>
    vi.useFakeTimers({ toFake: ['Date'], now: currentTimeMs() - clockOffsetMs + hours * HOUR_MS });
  const change = (id: number) => server.database.sql.notify('changes', JSON.stringify({ kind: 'event', id }));
  /** Marks the sessions as used, as a request does that a user's action caused. */
  const use = () => server.database.db.update(userSessions).set({ updatedAt: new Date(currentTimeMs()) });

  test.each([
    ['used by nobody for too long', 13, false],
    ['however much it is used', 169, true],
  ])('sends no more changes and says that it is signed out: %s', async (_, hours, used) => {
    const stream = await openStream();
    passHours(hours);
    if (used) await use();
    await change(4711);
    const said = await stream.until('UNAUTHORIZED');
    stream.leave();
    expect(said).toContain('Your session has ended. Sign in again.');
    expect(said).not.toContain('4711');
  });

  test('goes on where the session was used meanwhile, until that time is over too', async () => {
    const stream = await openStream();
    passHours(11);
    await use();
    passHours(2);
    await change(4711);
    expect(await stream.until('4711')).toContain('4711');
    passHours(11);
    await change(4712);
    const said = await stream.until('UNAUTHORIZED');
    stream.leave();
    expect(said).toContain('UNAUTHORIZED');
    expect(said).not.toContain('4712');
  });

  test('is opened again by its page without that counting as use of the session', async () => {
    const lastUsed = new Date(currentTimeMs() - 11 * HOUR_MS);
    await server.database.db.update(userSessions).set({ updatedAt: lastUsed });
    (await openStream()).leave();
    const sessions = await server.database.db.select().from(userSessions);
    expect(sessions.map(({ updatedAt }) => updatedAt)).toEqual([lastUsed]);
  });
});

describe('a stream asks again who it is for', () => {
  let database: TestDatabase;
  let feed: ChangeFeed;
  const leave = new AbortController();
  const requestsOf: Record<string, number> = { ada: 0, ben: 0 };
  const heard: Record<string, LiveChange[]> = { ada: [], ben: [] };

  beforeAll(async () => {
    database = await createTestDatabase();
    for (const id of ['ada', 'ben']) {
      await database.db.insert(users).values({ id, name: id, email: `${id}@example.test` });
    }
    feed = await openChangeFeed({
      database: database.app,
      url: database.appUrl,
      log: createLogger('server-test', 'silent'),
    });
    for (const id of ['ada', 'ben']) await listen(id);
  });
  afterAll(async () => {
    leave.abort();
    await feed.close();
    await database.close();
  });
  beforeEach(async () => {
    await beenTold();
    for (const id of ['ada', 'ben']) {
      requestsOf[id] = 0;
      heard[id] = [];
    }
  });

  async function listen(id: string): Promise<void> {
    const sessionEndsAtMs = currentTimeMs() + 3_600_000;
    const user = {
      id,
      name: id,
      email: `${id}@example.test`,
      role: 'viewer' as const,
      storeIds: null,
      sessionId: id,
      sessionEndsAtMs,
    };
    const whoNow = async () => {
      requestsOf[id] = (requestsOf[id] ?? 0) + 1;
      return user;
    };
    const caller = appRouter.createCaller(
      {
        user,
        whoNow,
        rememberDevice: () => {},
        requestId: id,
        inTurn: (work) => work(),
        schemaOf: () => undefined,
        backend: { db: database.db, changes: feed },
      },
      { signal: leave.signal },
    );
    const stream = await caller.sync.onChange();
    void (async () => {
      for await (const tracked of stream as AsyncIterable<unknown>) {
        if (isTrackedEnvelope<LiveChange>(tracked)) heard[id]?.push(tracked[1]);
      }
    })().catch(() => {});
  }

  let notes = 0;
  /** Resolves once both have received everything that was committed until now. */
  async function beenTold(): Promise<void> {
    notes += 1;
    await database.sql.notify('changes', JSON.stringify({ kind: 'event', id: notes }));
    for (const id of ['ada', 'ben']) {
      await vi.waitFor(() => expect(heard[id]).toContainEqual({ kind: 'event', id: notes }));
    }
  }

  const signIn = (id: string, times: number) =>
    database.db.insert(userSessions).values(
      Array.from({ length: times }, (_, n) => ({
        id: `${id}${n}`,
        userId: id,
        token: `${id}${n}`,
        expiresAt: new Date('2099-01-01T00:00:00Z'),
      })),
    );

  test('where a session of its own user ended, and only there', async () => {
    await signIn('ada', 3);
    await database.db.delete(userSessions).where(eq(userSessions.userId, 'ada'));
    await beenTold();
    expect(requestsOf).toEqual({ ada: 1, ben: 0 });
    expect(heard.ada).toContainEqual({ kind: 'access', id: 0 });
    expect(heard.ben).not.toContainEqual(expect.objectContaining({ kind: 'access' }));
  });

  test('where its own user’s role was taken or they were disabled, and only there', async () => {
    await database.db.update(users).set({ role: 'dispatcher' }).where(eq(users.id, 'ben'));
    await database.db
      .update(users)
      .set({ disabledAt: new Date('2026-01-01T00:00:00Z') })
      .where(eq(users.id, 'ben'));
    await database.db.update(users).set({ name: 'Ada' }).where(eq(users.id, 'ada'));
    await beenTold();
    expect(requestsOf).toEqual({ ada: 0, ben: 2 });
  });

  test('where sessions of so many users ended at once that they can’t be named', async () => {
    const crowd = Array.from({ length: 101 }, (_, n) => `user-${n}`);
    await database.db
      .insert(users)
      .values(crowd.map((id) => ({ id, name: id, email: `${id}@example.test` })));
    for (const id of crowd) await signIn(id, 1);
    await database.db.delete(userSessions);
    await database.db.delete(userSessions);
    await beenTold();
    expect(requestsOf).toEqual({ ada: 1, ben: 1 });
  });

  test('where a hundred users can be named, only if it is theirs', async () => {
    const crowd = await database.db
      .select({ id: users.id })
      .from(users)
      .where(sql`${users.id} <> 'ben'`)
      .limit(100);
    for (const { id } of crowd) await signIn(id, 1);
    await database.db.delete(userSessions);
    await beenTold();
    expect(requestsOf.ben).toBe(0);
  });
});
