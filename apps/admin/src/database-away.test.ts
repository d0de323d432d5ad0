import { createUser } from '@scheduler/auth';
import { connect } from '@scheduler/db';
import { createFirewall, createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createMetricsReader } from '@scheduler/metrics';
import { createLogger } from '@scheduler/runtime';
import {
  captureOutput,
  findLeaks,
  proceduresOf,
  type Route,
  recordRoutes,
  sampleCalls,
  type TextRequest,
} from '@scheduler/runtime/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildAdmin } from './app.ts';
import { router } from './router.ts';

const ORIGIN = 'http://localhost:4100';
const USER = { email: 'admin@test.example', password: 'correct horse battery' };
const procedures = proceduresOf(router);

/** Requests for every route, those of bull-board included; what ends the session comes last. */
function requestsFor(routes: readonly Route[]): TextRequest[] {
  const sent: TextRequest[] = [];
  for (const { method, url } of routes) {
    // Each procedure has a request of its own, below.
    if (url === '/trpc/:path') continue;
    const filled = url.replace(':queueName', 'sync_schedule').replaceAll(/:\w+/g, '1');
    const paths = url.startsWith('/api/auth/')
      ? ['get-session', 'sign-in/email', 'sign-out', 'update-user'].map((end) => filled.replace('*', end))
      : [filled.replace('*', 'js/main.js')];
    const body = ['GET', 'HEAD'].includes(method) ? {} : { body: JSON.stringify(USER) };
    sent.push(...paths.map((path) => ({ method, path, ...body })));
  }
  sent.push(...sampleCalls(procedures, 20));
  return sent.sort(
    (a, b) => Number(a.path.startsWith('/api/auth/')) - Number(b.path.startsWith('/api/auth/')),
  );
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await createUser(database.db, { ...USER, name: 'admin', role: 'admin' });
});
afterAll(() => database.close());

/** What fails, and how. */
const TROUBLES: { trouble: string; begin(close: () => Promise<void>): Promise<void> }[] = [
  { trouble: 'the database is away', begin: (close) => close() },
  {
    trouble: 'the database lacks its tables',
    // The tables of users and sessions stay: a route whose caller is known gets as far as its own
    // statements.
    begin: async () => {
      const tables = await database.sql<{ name: string }[]>`
        select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname in ('public', 'graphile_worker') and tablename not in ('users', 'user_sessions')`;
      for (const { name } of tables)
        await database.sql.unsafe(`alter table ${name} rename to gone_${name.split('.')[1]}`);
    },
  },
];

describe.each(TROUBLES)('while $trouble', ({ begin }) => {
  test('no route answers or logs SQL, where the database is, or a session’s token', async () => {
    const firewall = await createFirewall(database.appUrl);
    const lines: string[] = [];
    const log = createLogger('admin', 'trace', { write: (line) => lines.push(line) });
    const through = connect(firewall.url, { max: 5 });
    const printed = captureOutput();
    const { app, routes } = await recordRoutes(() =>
      buildAdmin({
        database: through,
        metrics: createMetricsReader(undefined),
        authSecret: 'a secret of the tests, long enough for anybody',
        metricsToken: 'a token for Prometheus',
        origin: ORIGIN,
        sessions: { idleHours: 12, maxHours: 168 },
        trustedProxies: [],
        log,
        page: 'none',
      }),
    );
    const answers: string[] = [];
    const failed = new Set<string>();
    let headers: Record<string, string> = { origin: ORIGIN };
    const send = async ({ method, path, body }: TextRequest) => {
      const answer = await app.inject({
        method: method as 'GET',
        url: path,
        headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body === undefined ? {} : { payload: body }),
      });
      if (answer.statusCode >= 500) failed.add(`${method} ${path.split('?')[0]}`);
      // Files of bull-board's page hold whatever they hold.
      if (!(answer.statusCode === 200 && path.startsWith('/queues/static/')))
        answers.push(`${method} ${path} ${JSON.stringify(answer.headers)} ${answer.body}`);
      return answer;
    };
    let cookie = '';
    try {
      const path = '/api/auth/sign-in/email';
      const signedIn = await send({ method: 'POST', path, body: JSON.stringify(USER) });
      expect(signedIn.statusCode).toBe(200);
      const [session] = signedIn.cookies;
      cookie = session?.value ?? '';
      headers = { ...headers, cookie: `${session?.name}=${encodeURIComponent(cookie)}` };
      const [csrf] = (await send({ method: 'GET', path: '/trpc/me' })).cookies;
      headers = { ...headers, 'x-xsrf-token': csrf?.value ?? '' };
      answers.length = 0;
      await begin(firewall.close);

      expect(routes.map(({ url }) => url)).toEqual(
        expect.arrayContaining(['/trpc/:path', '/api/auth/*', '/metrics', '/readyz', '/queues/api/queues']),
      );
      const requests = requestsFor(routes);
      while (requests.length > 0) await Promise.all(requests.splice(0, 40).map(send));
      headers = { authorization: 'Bearer a token for Prometheus' };
      // What was read before is shown for a second.
      await vi.waitFor(async () => {
        expect((await send({ method: 'GET', path: '/metrics' })).statusCode).toBe(500);
      });
    } finally {
      await app.close();
      await through.close();
      await firewall.close();
    }
    const said = printed().split('\n');
    expect([...failed]).toEqual(
      expect.arrayContaining([
        'GET /metrics',
        'GET /trpc/overview',
        'POST /trpc/pause',
        'GET /queues/api/queues',
      ]),
    );
    expect(lines.join('')).toContain('a request failed');
    const secrets = {
      cookie,
      'cookie as it is sent': encodeURIComponent(cookie),
      'session token': cookie.split('.')[0] ?? '',
      password: USER.password,
    };
    const told = [...answers, ...lines, ...said].flatMap((text) =>
      findLeaks(text, firewall.url, secrets).map((what) => `${what} in ${text.slice(0, 600)}`),
    );
    expect(told.slice(0, 5)).toEqual([]);
  });
});
