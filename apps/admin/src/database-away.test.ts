import { createUser } from '@scheduler/auth';
import { connect } from '@scheduler/db';
import { createFirewall, createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createMetricsReader } from '@scheduler/metrics';
import { createLogger } from '@scheduler/runtime';
import { capturePrinted, inputsOf, insideTold, type Route, withRoutes } from '@scheduler/runtime/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { z } from 'zod';
import { buildAdmin } from './app.ts';
import { router } from './router.ts';

const ORIGIN = 'http://localhost:4100';
const USER = { email: 'admin@test.example', password: 'correct horse battery' };
const procedures = Object.entries(
  router._def.procedures as unknown as Record<string, { _def: { type: string; inputs: z.ZodType[] } }>,
);

/** A request as a signed-in admin sends it. */
interface Sent {
  method: string;
  path: string;
  body?: string;
}

/** Requests for every route, those of bull-board included; what ends the session comes last. */
function requestsFor(routes: readonly Route[]): Sent[] {
  const sent: Sent[] = [];
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
  for (const [name, { _def: def }] of procedures) {
    for (const input of fc.sample(inputsOf(def.inputs[0]), 20)) {
      const json = JSON.stringify(input) ?? '';
      const path = `/trpc/${name}`;
      if (def.type === 'mutation') sent.push({ method: 'POST', path, body: json });
      else sent.push({ method: 'GET', path: json ? `${path}?input=${encodeURIComponent(json)}` : path });
    }
  }
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
    // Those that say who is signed in stay, so that routes get to their own statements.
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
    const printed = capturePrinted();
    const { app, routes } = await withRoutes(() =>
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
    const send = async ({ method, path, body }: Sent) => {
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
        'GET /trpc/changes',
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
      insideTold(text, firewall.url, secrets).map((what) => `${what} in ${text.slice(0, 600)}`),
    );
    expect(told.slice(0, 5)).toEqual([]);
  });
});
