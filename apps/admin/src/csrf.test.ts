import { appRoutes } from '@bull-board/api/dist/routes.js';
import { createUser } from '@scheduler/auth';
import { auditLog } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createMetricsReader } from '@scheduler/metrics';
import { createLogger } from '@scheduler/runtime';
import { proceduresOf } from '@scheduler/runtime/testing';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildAdmin } from './app.ts';
import { router } from './router.ts';

const USER = { email: 'admin@test.example', password: 'correct horse battery' };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await createUser(database.db, { ...USER, name: 'admin', role: 'admin' });
});
afterAll(() => database.close());

/** Every route that changes something: of the page, of bull-board, and signing out. */
const CHANGES = [
  ...proceduresOf(router)
    .filter(({ type }) => type === 'mutation')
    .map(({ name }) => ({ method: 'POST' as const, url: `/trpc/${name}` })),
  ...appRoutes.api.flatMap((route) =>
    [route.method].flat().flatMap((method) =>
      method === 'get'
        ? []
        : [route.route].flat().map((path) => ({
            method: method.toUpperCase() as 'PUT' | 'POST' | 'PATCH',
            url: `/queues${path}`.replace(':queueName', 'sync_schedule').replace(/:\w+/g, '1'),
          })),
    ),
  ),
  { method: 'POST' as const, url: '/api/auth/sign-out' },
];

describe.each([
  { scheme: 'http', other: 'https', name: 'scheduler-admin.session_token' },
  { scheme: 'https', other: 'http', name: '__Host-scheduler-admin.session_token' },
])('behind $scheme', ({ scheme, other, name }) => {
  const HOST = 'admin.example.test';
  const OWN = `${scheme}://${HOST}`;
  const FOREIGN = 'evil.example';
  const origins = {
    none: undefined,
    null: 'null',
    right: OWN,
    'wrong scheme': `${other}://${HOST}`,
    'other port': `${OWN}:8443`,
    'a longer name': `${OWN}.evil.example`,
    foreign: `${scheme}://${FOREIGN}`,
  };
  const hosts = { right: HOST, foreign: FOREIGN };
  let admin: FastifyInstance;
  let cookie = '';
  const tokens: Record<string, string | undefined> = { none: undefined, wrong: 'guessed' };

  const signIn = () =>
    admin.inject({
      method: 'POST',
      url: '/api/auth/sign-in/email',
      headers: { host: HOST, origin: OWN },
      payload: USER,
    });

  beforeAll(async () => {
    admin = await buildAdmin({
      database: database.app,
      metrics: createMetricsReader(undefined),
      authSecret: 'a secret of the tests, long enough for anybody',
      origin: OWN,
      sessions: { idleHours: 12, maxHours: 168 },
      trustedProxies: [],
      log: createLogger('admin-test', 'silent'),
      page: 'none',
    });
    // The token of another session of the same person is a wrong one too.
    for (const kind of ['of another session', 'right']) {
      const { cookies } = await signIn();
      const [session] = cookies;
      expect(session).toMatchObject({ name, httpOnly: true, sameSite: 'Lax' });
      expect(session?.secure ?? false).toBe(scheme === 'https');
      cookie = `${name}=${encodeURIComponent(session?.value ?? '')}`;
      const page = await admin.inject({ url: '/trpc/me', headers: { cookie } });
      expect(page.statusCode).toBe(200);
      const [csrf] = page.cookies;
      expect(csrf?.secure ?? false).toBe(scheme === 'https');
      tokens[kind] = csrf?.value;
    }
    expect(tokens.right).toMatch(/^[\w-]{43}$/);
    expect(tokens.right).not.toBe(tokens['of another session']);
  });
  afterAll(() => admin.close());

  const send = (
    { method, url }: { method: 'PUT' | 'POST' | 'PATCH'; url: string },
    by: { token: string; origin: string; host: string; cookie?: string },
  ) => {
    const token = tokens[by.token];
    const origin = origins[by.origin as keyof typeof origins];
    return admin.inject({
      method,
      url,
      headers: {
        host: hosts[by.host as keyof typeof hosts],
        cookie: by.cookie ?? cookie,
        ...(origin === undefined ? {} : { origin }),
        ...(token === undefined ? {} : { 'x-xsrf-token': token }),
      },
      payload: {},
    });
  };

  const all = ['none', 'wrong', 'of another session', 'right'].flatMap((token) =>
    Object.keys(origins).flatMap((origin) => Object.keys(hosts).map((host) => ({ token, origin, host }))),
  );
  const isRight = ({ token, origin }: { token: string; origin: string }) =>
    token === 'right' && origin === 'right';

  test.each(all.filter((one) => !isRight(one)))(
    'every change is refused: token $token, Origin $origin, Host $host',
    async (by) => {
      for (const change of CHANGES) {
        const answer = await send(change, by);
        expect(answer.statusCode, change.url).toBe(403);
        expect(answer.json().error, change.url).toMatch(/did not come from|token of your session/);
      }
      expect(await database.db.$count(auditLog)).toBe(0);
    },
  );

  // Proxies send a Host of their own, so it says nothing of where a request came from.
  test.each(all.filter(isRight))(
    'a change with the session’s token from our own page is carried out: Host $host',
    async (by) => {
      const changes = CHANGES.filter(({ url }) => !url.endsWith('/sign-out'));
      expect(changes.length).toBeGreaterThan(20);
      for (const change of changes) {
        const answer = await send(change, by);
        expect([401, 403], `${change.url}: ${answer.body}`).not.toContain(answer.statusCode);
      }
      expect((await send({ method: 'POST', url: '/trpc/refreshNow' }, by)).statusCode).toBe(200);
      await database.sql`truncate audit_log`;
    },
  );

  test.each(all.filter(({ token, host }) => token === 'none' && host === 'right'))(
    'signing in needs our own page and no token: Origin $origin',
    async ({ origin }) => {
      const originHeader = origins[origin as keyof typeof origins];
      const answer = await admin.inject({
        method: 'POST',
        url: '/api/auth/sign-in/email',
        headers: { host: HOST, ...(originHeader === undefined ? {} : { origin: originHeader }) },
        payload: USER,
      });
      expect(answer.statusCode).toBe(origin === 'right' ? 200 : 403);
    },
  );

  test('a session under another prefix of the cookie’s name is none', async () => {
    const value = cookie.slice(cookie.indexOf('=') + 1);
    const bare = name.replace(/^__Host-/, '');
    for (const prefix of ['', '__Secure-', '__Host-'].filter((each) => each + bare !== name)) {
      const answer = await send(
        { method: 'POST', url: '/trpc/refreshNow' },
        { token: 'right', origin: 'right', host: 'right', cookie: `${prefix}${bare}=${value}` },
      );
      expect(answer.statusCode, prefix).toBe(401);
    }
  });
});
