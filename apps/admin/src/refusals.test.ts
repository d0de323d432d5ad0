import { createUser } from '@scheduler/auth';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createMetricsReader } from '@scheduler/metrics';
import { createLogger } from '@scheduler/runtime';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildAdmin } from './app.ts';

const ORIGIN = 'http://localhost:4100';
const VIEWER = { email: 'viewer@test.example', password: 'correct horse battery' };

let database: TestDatabase;
let admin: FastifyInstance;
let viewerId: string;
let headers: Record<string, string>;
const lines: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  viewerId = await createUser(database.db, { ...VIEWER, name: 'viewer', role: 'viewer' });
  admin = await buildAdmin({
    database,
    metrics: createMetricsReader(undefined),
    authSecret: 'a secret of the tests, long enough for anybody',
    origin: ORIGIN,
    sessions: { idleHours: 12, maxHours: 168 },
    trustedProxies: [],
    log: createLogger('admin', 'info', { write: (line) => lines.push(line) }),
    page: 'none',
  });
  const url = '/api/auth/sign-in/email';
  const signedIn = await admin.inject({ method: 'POST', url, headers: { origin: ORIGIN }, payload: VIEWER });
  const [session] = signedIn.cookies;
  headers = { origin: ORIGIN, cookie: `${session?.name}=${encodeURIComponent(session?.value ?? '')}` };
  const [csrf] = (await admin.inject({ url: '/trpc/me', headers })).cookies;
  headers['x-xsrf-token'] = csrf?.value ?? '';
});
afterAll(async () => {
  await admin.close();
  await database.close();
});

/** What the log says of a request. */
async function saidOf(request: InjectOptions) {
  lines.length = 0;
  await admin.inject({ method: 'POST', payload: {}, headers, ...request });
  return lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request refused');
}

describe('the log says what was refused', () => {
  test('to somebody of a lesser role', async () => {
    const userId = viewerId;
    expect(await saidOf({ url: '/trpc/refreshNow' })).toMatchObject([
      { status: 403, userId, refused: ['refreshNow FORBIDDEN'], address: '127.0.0.1' },
    ]);
    const url = '/queues/api/queues/pause';
    expect(await saidOf({ method: 'PUT', url })).toMatchObject([{ path: url, status: 403, userId }]);
  });

  test('to another site’s page, without the session’s token, and to strangers', async () => {
    const url = '/trpc/refreshNow';
    const refused = [{ method: 'POST', path: url, status: 403 }];
    expect(await saidOf({ url, headers: { ...headers, origin: 'https://evil.example' } })).toMatchObject(
      refused,
    );
    expect(await saidOf({ url, headers: { ...headers, 'x-xsrf-token': 'guessed' } })).toMatchObject(refused);
    expect(await saidOf({ method: 'GET', url: '/metrics', headers: {} })).toMatchObject([{ status: 401 }]);
  });

  test('but has no line of what was not', async () => {
    const url = '/trpc/me';
    expect((await admin.inject({ url, headers })).statusCode).toBe(200);
    expect(await saidOf({ method: 'GET', url })).toEqual([]);
  });
});
