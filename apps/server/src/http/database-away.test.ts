import { createUser } from '@scheduler/auth';
import { createFirewall, createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
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
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ORIGIN } from '../../test/fixture.ts';
import { appRouter } from '../router.ts';
import { buildServer } from './app.ts';

const USER = { email: 'admin@test.example', password: 'correct horse battery' };
const procedures = proceduresOf(appRouter);

/** Requests for every route. */
function requestsFor(routes: readonly Route[], inputs: number): TextRequest[] {
  const sent: TextRequest[] = [];
  for (const { method, url } of routes) {
    // Each procedure has a request of its own, below.
    if (url === '/trpc/:path') continue;
    const paths = url.endsWith('/*')
      ? ['get-session', 'sign-in/email', 'sign-out', 'update-user'].map((end) => url.replace('*', end))
      : [url.replaceAll(/:\w+/g, '1')];
    const body = ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method) ? {} : { body: JSON.stringify(USER) };
    sent.push(...paths.map((path) => ({ method, path, ...body })));
  }
  sent.push({ method: 'GET', path: `/api/feeds/calfeed_${'A'.repeat(43)}.ics` });
  sent.push(...sampleCalls(procedures, inputs));
  // What ends the session comes last.
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
const TROUBLES: {
  trouble: string;
  begin(close: () => Promise<void>): Promise<void>;
  /** To each procedure. */
  inputs: number;
  /** Routes that fail. */
  least: number;
}[] = [
  { trouble: 'the database is away', begin: (close) => close(), inputs: 3, least: procedures.length },
  {
    trouble: 'the database lacks its tables',
    // The tables of users and sessions stay: a procedure whose caller is known gets as far as its own statements.
    begin: async () => {
      const tables = await database.sql<{ name: string }[]>`
        select tablename as name from pg_tables
        where schemaname = 'public' and tablename not in ('users', 'user_sessions')`;
      for (const { name } of tables) await database.sql.unsafe(`alter table ${name} rename to gone_${name}`);
    },
    inputs: 40,
    least: procedures.length / 3,
  },
];

describe.each(TROUBLES)('while $trouble', ({ begin, inputs, least }) => {
  test('no route answers or logs SQL, where the database is, or a session’s token', async () => {
    const firewall = await createFirewall(database.appUrl);
    const lines: string[] = [];
    const log = createLogger('server', 'trace', { write: (line) => lines.push(line) });
    const { app, routes } = await recordRoutes(() =>
      buildServer({
        databaseUrl: firewall.url,
        authSecret: 'only-for-tests-only-for-tests-only-for-tests',
        origins: [ORIGIN],
        sessions: { idleHours: 12, maxHours: 168 },
        trustedProxies: [],
        log,
      }),
    );
    const printed = captureOutput();
    const answers: string[] = [];
    const failed = new Set<string>();
    let cookie = '';
    const send = async ({ method, path, body }: TextRequest) => {
      const leave = new AbortController();
      const answer = await fetch(base + path, {
        method,
        signal: leave.signal,
        headers: { cookie, origin: ORIGIN, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body === undefined ? {} : { body }),
      });
      const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream');
      const text = isStream ? '' : await answer.text();
      if (isStream) leave.abort();
      if (answer.status >= 500) failed.add(path.split('?')[0] ?? '');
      answers.push(`${method} ${path} ${JSON.stringify([...answer.headers])} ${text}`);
      return answer;
    };
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    try {
      const path = '/api/auth/sign-in/email';
      const signedIn = await send({ method: 'POST', path, body: JSON.stringify(USER) });
      expect(signedIn.status).toBe(200);
      [cookie = ''] = signedIn.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
      answers.length = 0;
      await begin(firewall.close);

      const requests = requestsFor(routes, inputs).filter(({ method }) => method !== 'TRACE');
      expect(routes.map(({ url }) => url)).toEqual(
        expect.arrayContaining([
          '/trpc/:path',
          '/api/auth/*',
          '/api/audit.csv',
          '/api/feeds/:file',
          '/readyz',
        ]),
      );
      while (requests.length > 0) await Promise.all(requests.splice(0, 40).map(send));
    } finally {
      await app.close();
      await firewall.close();
    }
    expect(failed.size).toBeGreaterThanOrEqual(least);
    expect(lines.join('')).toContain('procedure failed');
    const secrets = {
      cookie: cookie.split('=')[1] ?? '',
      'session token': cookie.split('=')[1]?.split('.')[0] ?? '',
      password: USER.password,
    };
    const told = [...answers, ...lines, ...printed().split('\n')].flatMap((text) =>
      findLeaks(text, firewall.url, secrets).map((what) => `${what} in ${text.slice(0, 600)}`),
    );
    expect(told.slice(0, 5)).toEqual([]);
  });
});
