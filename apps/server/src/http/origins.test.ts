import { createUser } from '@scheduler/auth';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createLogger } from '@scheduler/runtime';
import { proceduresOf } from '@scheduler/runtime/testing';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everything } from '../../test/fixture.ts';
import { readSettings } from '../env.ts';
import { appRouter } from '../router.ts';
import { buildServer } from './app.ts';

const USER = { email: 'admin@test.example', password: 'correct horse battery' };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await createUser(database.db, { ...USER, name: 'admin', role: 'admin' });
});
afterAll(() => database.close());

/** Every route that may change something, and one of each kind that isn't there. */
const CHANGES = [
  ...proceduresOf(appRouter)
    .filter(({ type }) => type === 'mutation')
    .map(({ name }) => `/trpc/${name}`),
  ...['/api/auth/sign-out', '/api/auth/sign-in/email', '/api/auth/update-user', '/healthz', '/nowhere'],
];

describe.each([
  { scheme: 'http', other: 'https', name: 'scheduler.session_token' },
  { scheme: 'https', other: 'http', name: '__Host-scheduler.session_token' },
])('behind $scheme', ({ scheme, other, name }) => {
  const HOST = 'scheduler.example.test';
  const OWN = `${scheme}://${HOST}`;
  const SECOND = `${scheme}://scheduler.intranet.test`;
  const FOREIGN = 'evil.example';
  const wrong = {
    none: undefined,
    null: 'null',
    'wrong scheme': `${other}://${HOST}`,
    'other port': `${OWN}:8443`,
    'a longer name': `${OWN}.evil.example`,
    foreign: `${scheme}://${FOREIGN}`,
  };
  let server: FastifyInstance;
  let cookie = '';

  const post = (url: string, source: { origin: string | undefined; host: string }, payload: object = {}) =>
    server.inject({
      method: 'POST',
      url,
      headers: {
        host: source.host,
        cookie,
        'content-type': 'application/json',
        ...(source.origin === undefined ? {} : { origin: source.origin }),
      },
      payload,
    });

  beforeAll(async () => {
    server = await buildServer({
      databaseUrl: database.appUrl,
      authSecret: 'only-for-tests-only-for-tests-only-for-tests',
      origins: [OWN, SECOND],
      sessions: { idleHours: 12, maxHours: 168 },
      trustedProxies: [],
      log: createLogger('server-test', 'silent'),
    });
    const { cookies } = await post('/api/auth/sign-in/email', { origin: OWN, host: HOST }, USER);
    const [session] = cookies;
    expect(session).toMatchObject({ name, httpOnly: true, sameSite: 'Lax' });
    expect(session?.secure ?? false).toBe(scheme === 'https');
    cookie = `${name}=${encodeURIComponent(session?.value ?? '')}`;
  });
  afterAll(() => server.close());

  test.each(
    Object.entries(wrong).flatMap(([kind, origin]) =>
      [HOST, FOREIGN].map((host) => ({ kind, origin, host })),
    ),
  )('every change is refused: Origin $kind, Host $host', async ({ origin, host }) => {
    const before = await everything(database.db);
    for (const url of CHANGES) {
      const answer = await post(url, { origin, host });
      expect(answer.statusCode, url).toBe(403);
      expect(answer.body, url).toContain('Open it there');
    }
    expect(await everything(database.db)).toEqual(before);
  });

  // Proxies send a Host of their own, so it says nothing of where a request came from.
  test.each([OWN, SECOND].flatMap((origin) => [HOST, FOREIGN].map((host) => ({ origin, host }))))(
    'a change from our own page is carried out: Origin $origin, Host $host',
    async (by) => {
      const answer = await post('/trpc/sync.refreshNow', by);
      expect(answer.statusCode, answer.body).toBe(200);
    },
  );

  test('a session under another prefix of the cookie’s name is none', async () => {
    const value = cookie.slice(cookie.indexOf('=') + 1);
    const bare = name.replace(/^__Host-/, '');
    for (const prefix of ['', '__Secure-', '__Host-'].filter((each) => each + bare !== name)) {
      const answer = await server.inject({
        url: '/api/auth/get-session',
        headers: { cookie: `${prefix}${bare}=${value}` },
      });
      expect(answer.json(), prefix).toBeNull();
    }
  });
});

test('addresses of both schemes are refused at the start: a cookie belongs to one', () => {
  process.env.WEB_ORIGIN = 'https://scheduler.example.test, http://localhost:5173';
  try {
    expect(() => readSettings()).toThrow(/WEB_ORIGIN is wrong: the addresses mix https and http/);
  } finally {
    delete process.env.WEB_ORIGIN;
  }
});
