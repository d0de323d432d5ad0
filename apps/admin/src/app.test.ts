import { appRoutes } from '@bull-board/api/dist/routes.js';
import { createUser } from '@scheduler/auth';
import { auditLog, eventSyncs, events, SCHEMA_BEHIND, type UserRole, workers } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createMetricsReader, createMetricsWriter, type MetricsReader } from '@scheduler/metrics';
import { findRedis, type RedisProcess, startRedis } from '@scheduler/metrics/redis';
import { createLogger } from '@scheduler/runtime';
import { clockOffsetMs, currentTimeMs } from '@scheduler/runtime/clock';
import { inputArbitrary, MALFORMED_REQUESTS, sendRaw } from '@scheduler/runtime/testing';
import { sweep, TASKS } from '@scheduler/sync';
import { desc, eq, isNull, sql } from 'drizzle-orm';
import fc from 'fast-check';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { z } from 'zod';
import { buildAdmin } from './app.ts';
import { type Charts, type Overview, router } from './router.ts';

const ORIGIN = 'http://localhost:4100';
const PASSWORD = 'correct horse battery';
const METRICS_TOKEN = 'a token for Prometheus';
const silent = { info() {}, warn() {} };

let database: TestDatabase;
/** Undefined if no Redis can be started; then the tests that need it are skipped. */
let redis: RedisProcess | undefined;
let metrics: MetricsReader;
let admin: FastifyInstance;
let withoutRedis: FastifyInstance;
const cookies = {} as Record<UserRole, string>;
/** What the page's scripts read from their cookie. */
const tokens = {} as Record<UserRole, string>;

const build = (reader: MetricsReader, log = createLogger('admin-test', 'silent')) =>
  buildAdmin({
    database: database.app,
    metrics: reader,
    authSecret: 'a secret of the tests, long enough for anybody',
    metricsToken: METRICS_TOKEN,
    origin: ORIGIN,
    sessions: { idleHours: 12, maxHours: 168 },
    trustedProxies: [],
    log,
    page: 'none',
  });

/** A request as a browser on our page sends it. */
const ask = (
  method: NonNullable<InjectOptions['method']>,
  url: string,
  as: UserRole | 'stranger',
  extra: { headers?: Record<string, string>; payload?: object | string; app?: FastifyInstance } = {},
) =>
  (extra.app ?? admin).inject({
    method,
    url,
    headers: {
      host: 'localhost:4100',
      origin: ORIGIN,
      ...(as === 'stranger' ? {} : { cookie: cookies[as], 'x-xsrf-token': tokens[as] ?? '' }),
      ...extra.headers,
    },
    ...(method === 'GET' ? {} : { payload: extra.payload ?? {} }),
  });

const act = (procedure: keyof typeof changes, input: object) =>
  ask('POST', `/trpc/${procedure}`, 'admin', { payload: input });

async function query<Answer>(procedure: string, as: UserRole, input?: object, app = admin): Promise<Answer> {
  const search = input ? `?input=${encodeURIComponent(JSON.stringify(input))}` : '';
  const answer = await ask('GET', `/trpc/${procedure}${search}`, as, { app });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json().result.data as Answer;
}

/** Facts are kept for a second; other tests' may still be shown. */
const overviewThat = (holds: (overview: Overview) => boolean) =>
  vi.waitFor(async () => {
    const overview = await query<Overview>('overview', 'viewer');
    if (!holds(overview)) throw new Error(`The overview shows ${JSON.stringify(overview.facts)}`);
    return overview;
  }, 5000);

async function signIn(email: string, password: string, headers: Record<string, string> = {}) {
  return admin.inject({
    method: 'POST',
    url: '/api/auth/sign-in/email',
    headers: { host: 'localhost:4100', origin: ORIGIN, ...headers },
    payload: { email, password },
  });
}

beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), findRedis() ? startRedis() : undefined]);
  metrics = createMetricsReader(redis?.url);
  admin = await build(metrics);
  withoutRedis = await build(createMetricsReader(undefined));
  for (const role of ['viewer', 'dispatcher', 'admin'] as const) {
    await createUser(database.db, { email: `${role}@test.example`, name: role, role, password: PASSWORD });
    const answer = await signIn(`${role}@test.example`, PASSWORD);
    expect(answer.statusCode, answer.body).toBe(200);
    cookies[role] = answer.cookies
      .map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)
      .join('; ');
    const page = await ask('GET', '/trpc/me', role);
    tokens[role] = page.cookies.find(({ name }) => name === 'XSRF-TOKEN')?.value ?? '';
  }
});
afterAll(async () => {
  await Promise.all([admin.close(), withoutRedis.close()]);
  metrics.close();
  await Promise.all([redis?.stop(), database.close()]);
});
beforeEach(async () => {
  await database.sql`delete from graphile_worker._private_jobs`;
  // Not truncated: that would wait for the overview's snapshot, which may be under way behind an
  // answer, and it for that.
  await database.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    const tables = await tx<{ name: string }[]>`
      select tablename as name from pg_tables
      where schemaname = 'public' and tablename not like 'user%' and tablename not in ('access_links', 'sign_in_tries')`;
    for (const { name } of tables) await tx`delete from ${tx(name)}`;
  });
});

test('a user of some stores sees nothing of the admin page, queues and figures, from the next request on', async () => {
  await createUser(database.db, {
    email: 'limited@test.example',
    name: 'Limited',
    role: 'dispatcher',
    password: PASSWORD,
  });
  const answer = await signIn('limited@test.example', PASSWORD);
  const cookie = answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
  const urls = ['/trpc/me', '/trpc/overview', '/queues/', '/queues/api/queues', '/metrics'];
  const statuses = () =>
    Promise.all(
      urls.map(async (url) => {
        const { statusCode, body } = await ask('GET', url, 'stranger', { headers: { cookie } });
        return { url, statusCode, isRefused: body.includes('you work in some of them') };
      }),
    );
  for (const status of await statuses()) expect(status).toMatchObject({ statusCode: 200, isRefused: false });
  await database.sql`update users set store_ids = '{1}' where email = 'limited@test.example'`;
  for (const status of await statuses()) expect(status).toMatchObject({ statusCode: 403, isRefused: true });
});

async function addJob(task: string, payload: object, key: string | null = null): Promise<string> {
  const [row] = await database.sql<{ id: string }[]>`
    select id::text from graphile_worker.add_job(${task}, ${JSON.stringify(payload)}::json, job_key => ${key})`;
  return row?.id ?? '';
}

/** An event that failed for good, as the worker leaves it. */
async function addDeadLetter(reason: string): Promise<{ eventId: number; jobId: string }> {
  const [row] = await database.sql<{ id: number }[]>`
    with store as (
      insert into stores (crossmark_store_id, number, name, time_zone)
      values ('310042', '8135', 'Club Eight', 'America/Indiana/Indianapolis') returning id
    ), event as (
      insert into events (store_id, mplan_id, name, type, starts_on, due_on, duration_minutes)
      select id, '40000001', '606001-CORE Soup - V2-CORE', 'Core', '2026-01-05', '2026-01-08', 390 from store
      returning id
    )
    insert into event_syncs (event_id, state, wanted_version, wanted_at, tries, failing_since, failure_kind, failure_reason)
    select id, 'failed', 1, app_now(), 2, app_now() - interval '20 minutes', 'rejected', ${reason} from event
    returning event_id as id`;
  const eventId = row?.id ?? 0;
  const jobId = await addJob('sync_schedule', { eventId }, `event:${eventId}`);
  await database.sql`select graphile_worker.permanently_fail_jobs(array[${jobId}]::bigint[], ${reason})`;
  return { eventId, jobId };
}

/** Many of them, in one statement each for rows and jobs. */
async function addDeadLetters(count: number, reason: string): Promise<void> {
  await database.sql`
    with store as (
      insert into stores (crossmark_store_id, number, name, time_zone)
      values (${`31${count}`}, ${String(count)}, 'Club', 'America/Indiana/Indianapolis') returning id
    ), event as (
      insert into events (store_id, mplan_id, name, type, starts_on, due_on, duration_minutes)
      select id, (41000000 + n)::text, 'Event ' || n, 'Core', '2026-01-05', '2026-01-08', 390
      from store, generate_series(1, ${count}::int) n
      returning id
    )
    insert into event_syncs (event_id, state, wanted_version, wanted_at, failing_since, failure_kind, failure_reason)
    select id, 'failed', 1, app_now(), app_now(), 'rejected', ${reason} from event`;
}

const mutations = appRoutes.api.flatMap((route) =>
  [route.method].flat().flatMap((method) =>
    method === 'get'
      ? []
      : [route.route].flat().map((path) => ({
          method: method.toUpperCase() as 'PUT' | 'POST' | 'PATCH',
          path: `/queues${path}`
            .replace(':queueName', 'sync_schedule')
            .replace(':jobId', '1')
            .replace(':schedulerId', 'refresh_events')
            .replace(':queueStatus', 'failed'),
        })),
  ),
);
const reads = appRoutes.api.flatMap((route) =>
  [route.method].flat().includes('get') ? [`/queues${[route.route].flat()[0]}`] : [],
);
const views = {
  me: {},
  overview: { filter: { state: 'failed' } },
  charts: { range: '1h' },
  attempts: { eventId: 1 },
};
/** Each with input that an admin could send. */
const changes = {
  redrive: { filter: { state: 'failed' } },
  retryJobs: { jobIds: ['1'] },
  refreshNow: {},
  markMissingGone: { runId: 1, digest: 'a'.repeat(64) },
  pause: { tasks: ['sync_schedule'] },
  resume: { tasks: ['sync_schedule'] },
  switchBreaker: { calls: 'hold' },
  releaseWorker: { workerId: 'w1' },
  purge: { task: 'sync_schedule', confirm: 'sync_schedule' },
};
/** Each refused with 400. */
const badInput: [name: keyof typeof changes, inputs: unknown[]][] = [
  [
    'redrive',
    [
      {},
      { eventIds: [] },
      { eventIds: [2 ** 40] },
      { eventIds: ['1 or 1=1'] },
      { eventIds: [1], all: true },
      { filter: {} },
      { filter: { state: 'all' } },
      { filter: { state: 'failed', text: 'x'.repeat(201) } },
      { filter: { state: 'failed', cause: 'all' } },
      { filter: { state: 'failed' }, shownAt: 'now' },
      [],
      null,
    ],
  ],
  ['retryJobs', [{}, { jobIds: [] }, { jobIds: ['1;'] }, { jobIds: [1] }, { jobIds: ['9'.repeat(19)] }]],
  ['pause', [{}, { tasks: [] }, { tasks: ['all'] }, { tasks: ['sync_schedule'], by: 'me' }]],
  ['resume', [{}, { tasks: [] }, { tasks: ['all'] }]],
  [
    'markMissingGone',
    [{}, { runId: 1 }, { runId: 1, digest: 'all' }, { runId: '1', digest: 'a'.repeat(64) }],
  ],
  ['switchBreaker', [{}, { calls: 'open' }]],
  ['releaseWorker', [{}, { workerId: '' }, { workerId: 1 }]],
  [
    'purge',
    [
      {},
      { task: 'sync_schedule' },
      { task: 'sync_schedule', confirm: 'yes' },
      { task: 'all', confirm: 'all' },
      { task: 'sync_employee', confirm: 'sync_employee' },
    ],
  ],
];

describe('every procedure', () => {
  test('is among those whose access is tested here', () => {
    expect(Object.keys(router._def.procedures).sort()).toEqual(
      [...Object.keys(views), ...Object.keys(changes)].sort(),
    );
  });
});

test('while the schema is behind the code requests are refused with one sentence, until it is there', async () => {
  const removed = await database.sql<{ hash: string; created_at: string }[]>`
    delete from drizzle.__drizzle_migrations
    where id = (select id from drizzle.__drizzle_migrations order by created_at desc limit 1) returning hash, created_at`;
  try {
    await vi.waitFor(async () => {
      const answer = await ask('GET', '/trpc/overview', 'admin');
      expect(answer.statusCode).toBe(503);
      expect(answer.json().error.message).toBe(SCHEMA_BEHIND);
    });
    const queues = await ask('GET', '/queues/api/queues', 'admin');
    expect([queues.statusCode, queues.json().message]).toEqual([503, SCHEMA_BEHIND]);
    expect((await ask('GET', '/healthz', 'stranger')).statusCode).toBe(200);
    expect((await ask('GET', '/readyz', 'stranger')).statusCode).toBe(503);
  } finally {
    await database.sql`
      insert into drizzle.__drizzle_migrations ${database.sql(removed.map(({ hash, created_at }) => ({ hash, created_at })))}`;
  }
  expect((await ask('GET', '/trpc/overview', 'admin')).statusCode).toBe(200);
});

describe('a stranger', () => {
  test('finds the liveness check and nothing else', async () => {
    expect((await ask('GET', '/healthz', 'stranger')).json()).toEqual({ ok: true });
    expect((await ask('GET', '/readyz', 'stranger')).json()).toEqual({ ok: true, reasons: [] });
    for (const path of reads) expect((await ask('GET', path, 'stranger')).statusCode, path).toBe(401);
    for (const { method, path } of mutations) {
      expect((await ask(method, path, 'stranger')).statusCode, path).toBe(401);
    }
    for (const name of Object.keys(views)) {
      expect((await ask('GET', `/trpc/${name}`, 'stranger')).statusCode, name).toBe(401);
    }
    for (const name of Object.keys(changes)) {
      expect((await ask('POST', `/trpc/${name}`, 'stranger')).statusCode, name).toBe(401);
    }
    expect((await ask('GET', '/queues/static/js/main.js', 'stranger')).statusCode).toBe(401);
  });

  test('who opens a queue page is sent to sign in, and from there back to it', async () => {
    const answer = await ask('GET', '/queues/queue/sync_schedule?status=failed', 'stranger', {
      headers: { accept: 'text/html' },
    });
    expect(answer.statusCode).toBe(302);
    expect(answer.headers.location).toBe(
      `/?next=${encodeURIComponent('/queues/queue/sync_schedule?status=failed')}`,
    );
  });

  test('is not let in with a wrong password, nor with a cookie of the scheduler', async () => {
    expect((await signIn('admin@test.example', 'wrong password')).statusCode).toBe(401);
    const renamed = cookies.admin.replaceAll('scheduler-admin', 'scheduler');
    const answer = await ask('GET', '/trpc/me', 'stranger', { headers: { cookie: renamed } });
    expect(answer.statusCode).toBe(401);
  });

  test('cannot sign up', async () => {
    const answer = await admin.inject({
      method: 'POST',
      url: '/api/auth/sign-up/email',
      headers: { host: 'localhost:4100', origin: ORIGIN },
      payload: { email: 'new@test.example', password: PASSWORD, name: 'New' },
    });
    expect(answer.statusCode).toBe(404);
  });
});

describe.each(['viewer', 'dispatcher'] as const)('a %s', (role) => {
  test('sees everything', async () => {
    expect(await query('me', role)).toMatchObject({ email: `${role}@test.example`, role });
    for (const [name, input] of Object.entries(views)) await query(name, role, input);
    expect((await ask('GET', '/metrics', role)).statusCode).toBe(200);
    expect((await ask('GET', '/queues', role)).statusCode).toBe(200);
    const board = (await ask('GET', '/queues/api/queues', role)).json();
    expect(board.queues).toHaveLength(7);
    // So that the board offers no buttons that would be refused.
    expect(board.queues.every((queue: { readOnlyMode: boolean }) => queue.readOnlyMode)).toBe(true);
  });

  test.each(mutations)('may not $method $path', async ({ method, path }) => {
    const answer = await ask(method, path, role);
    expect(answer.statusCode).toBe(403);
    expect(await database.db.$count(auditLog)).toBe(0);
  });

  test.each(Object.entries(changes))('may not %s', async (name, input) => {
    await addDeadLetter('no RepID');
    const answer = await ask('POST', `/trpc/${name}`, role, { payload: input });
    expect(answer.statusCode).toBe(403);
    expect(answer.json().error.message).toContain(`Your role (${role})`);
    expect(await database.db.$count(auditLog)).toBe(0);
  });
});

describe('a change', () => {
  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['another port of this host', { origin: 'http://localhost:5173' }],
  ])('from %s is refused, even with the cookie of an admin', async (_, headers) => {
    const jobId = await addJob('sync_schedule', { eventId: 1 });
    for (const [method, url] of [
      ['PUT', `/queues/api/queues/sync_schedule/${jobId}/clean`],
      ['POST', '/trpc/refreshNow'],
      ['POST', '/api/auth/sign-in/email'],
    ] as const) {
      expect((await ask(method, url, 'admin', { headers })).statusCode, url).toBe(403);
    }
    expect((await database.sql`select from graphile_worker.jobs`).length).toBe(1);
  });

  test('of queues by an admin is done, and in the audit log with who, what, before and after', async () => {
    const jobId = await addJob('sync_schedule', { eventId: 7, password: 'planted' });
    const answer = await ask('PUT', `/queues/api/queues/sync_schedule/${jobId}/clean`, 'admin');
    expect(answer.statusCode, answer.body).toBe(204);
    expect((await database.sql`select from graphile_worker.jobs`).length).toBe(0);
    await vi.waitFor(async () => {
      const [row] = await database.db.select().from(auditLog);
      expect(row).toMatchObject({
        actorName: 'admin',
        action: 'job.clean',
        subjectType: 'job',
        subjectId: `sync_schedule/${jobId}`,
        before: { job: { state: 'waiting', data: { eventId: 7, password: '[redacted]' } } },
        after: { status: 204, job: null },
      });
    });
  });

  test('that the board refuses is in the audit log with its status', async () => {
    const answer = await ask('PUT', '/queues/api/queues/sync_schedule/999999/retry', 'admin');
    expect(answer.statusCode).toBe(404);
    await vi.waitFor(async () => {
      const [row] = await database.db.select().from(auditLog).orderBy(desc(auditLog.id));
      expect(row).toMatchObject({ action: 'job.retry', after: { status: 404 } });
    });
  });

  test.each([
    ['none', {}],
    ['a wrong one', { 'x-xsrf-token': 'guessed' }],
    ['that of somebody else’s session', { 'x-xsrf-token': 'viewer' }],
  ])('without the token of the session is refused: %s', async (_, headers: Record<string, string>) => {
    const jobId = await addJob('sync_schedule', { eventId: 1 });
    const sent = {
      'x-xsrf-token': headers['x-xsrf-token'] === 'viewer' ? tokens.viewer : (headers['x-xsrf-token'] ?? ''),
    };
    for (const [method, url] of [
      ['PUT', `/queues/api/queues/sync_schedule/${jobId}/clean`],
      ['PUT', '/queues/api/queues/pause'],
      ['POST', '/trpc/refreshNow'],
      ['POST', '/api/auth/sign-out'],
    ] as const) {
      const answer = await ask(method, url, 'admin', { headers: sent });
      expect(answer.statusCode, url).toBe(403);
      expect(answer.json().error, url).toContain('token of your session');
    }
    expect(await database.db.$count(auditLog)).toBe(0);
  });

  test('redrives one dead letter at once, with an audit row', async () => {
    const { eventId } = await addDeadLetter('Ada Example has no RepID.');
    await overviewThat(({ facts }) => facts.deadLetters.length === 1);
    const { list } = await query<Overview>('overview', 'admin', {
      filter: { state: 'failed', text: 'ada' },
    });
    expect(list).toMatchObject({
      total: 1,
      rows: [{ eventId, reason: 'Ada Example has no RepID.', attempts: 2, task: 'sync_schedule' }],
    });
    const answer = await act('redrive', { eventIds: [eventId] });
    expect(answer.statusCode, answer.body).toBe(200);
    const after = await query<Overview>('overview', 'admin');
    expect(after.facts.deadLetters).toEqual([]);
    expect(after.facts.states).toMatchObject([{ state: 'pending', count: 1 }]);
    const [row] = await database.db.select().from(auditLog);
    expect(row).toMatchObject({
      actorName: 'admin',
      action: 'sync.retry',
      subjectId: String(eventId),
      before: { state: 'failed', attempts: 2 },
      after: { state: 'pending' },
    });
    expect((await act('redrive', { eventIds: [999] })).statusCode).toBe(404);
  });

  test('redrives all dead letters that match a filter, and no other, in as many statements as one', async () => {
    await addDeadLetters(500, 'Crossmark says: the rep is not certified.');
    await addDeadLetters(3, 'Ada Example has no RepID.');
    const statements = vi.spyOn(database.app.sql, 'unsafe');
    const answer = await act('redrive', {
      filter: { state: 'failed', kind: 'rejected', text: 'NOT certified' },
    });
    const statementCount = statements.mock.calls.length;
    statements.mockRestore();
    expect(answer.json().result.data).toEqual({ retried: 500 });
    // The overview is read anew by itself now and then, in some twenty.
    expect(statementCount).toBeLessThan(60);
    const counts =
      await database.sql`select state, count(*)::int as n from event_syncs group by state order by state`;
    expect([...counts]).toEqual([
      { state: 'pending', n: 500 },
      { state: 'failed', n: 3 },
    ]);
    const [row] = await database.db.select().from(auditLog);
    expect(row).toMatchObject({
      action: 'sync.retry',
      subjectId: 'dead letters',
      before: { filter: { text: 'NOT certified' }, eventIds: expect.any(Array) },
      after: { retried: 500 },
    });
  });

  test('groups what failed by its cause, and retries one cause, what was on the page of it, and no other', async () => {
    await addDeadLetters(
      3,
      'Crossmark refused: not certified. Crossmark still has Ada Example on Mon Jan 5.',
    );
    await addDeadLetters(2, 'Crossmark refused: closed. Crossmark has nobody booked for this event.');
    await database.sql`
      update event_syncs set failure_reason = 'Crossmark refused: not certified. Crossmark still has Bob on Tue Jan 6.'
      where event_id = (select min(event_id) from event_syncs)`;
    await database.sql`
      update event_syncs set state = 'conflict', failure_kind = null, failure_reason = 'Somebody changed this event on Crossmark’s side while it was changed here: Crossmark has Ada.'
      where event_id = (select max(event_id) from event_syncs)`;
    const { facts } = await overviewThat(({ facts }) => facts.causes.length === 3);
    expect(facts.causes.map(({ state, words, count }) => [state, words, count])).toEqual([
      ['failed', 'Crossmark refused: not certified.', 3],
      ['failed', 'Crossmark refused: closed.', 1],
      ['conflict', 'Changed on Crossmark’s side and here.', 1],
    ]);
    expect(JSON.stringify(facts.causes)).not.toMatch(/Ada|Bob/);
    const [certified] = facts.causes;
    expect(certified?.examples).toEqual([
      { title: 'Event 1', store: 'Club' },
      { title: 'Event 3', store: 'Club' },
    ]);
    const filter = { state: 'failed', cause: certified?.id };
    const { list } = await query<Overview>('overview', 'viewer', { filter });
    expect(list.total).toBe(3);
    // This event fails again after the page was read, so its user has not seen that failure.
    await database.sql`
      update event_syncs set updated_at = app_now() + interval '1 second'
      where event_id = (select min(event_id) from event_syncs)`;
    const answer = await act('redrive', { filter, shownAt: facts.at });
    expect(answer.json().result.data).toEqual({ retried: 2 });
    const [row] = await database.db.select().from(auditLog);
    expect(row).toMatchObject({
      action: 'sync.retry',
      subjectId: 'dead letters',
      before: { filter, cause: 'Crossmark refused: not certified.', eventIds: expect.any(Array) },
      after: { retried: 2 },
    });
    expect(await database.db.$count(eventSyncs, eq(eventSyncs.state, 'failed'))).toBe(2);
  });

  test('runs a failed job of a person’s link again', async () => {
    const jobId = await addJob('sync_employee', { employeeId: 3 }, 'employee:3');
    expect((await act('retryJobs', { jobIds: [jobId] })).statusCode).toBe(409);
    await database.sql`select graphile_worker.permanently_fail_jobs(array[${jobId}]::bigint[], 'cookie: planted')`;
    expect((await act('retryJobs', { jobIds: [jobId] })).json().result.data).toEqual({ retried: 1 });
    const [job] = await database.sql`select attempts, run_at <= now() as due from graphile_worker.jobs`;
    expect(job).toEqual({ attempts: 0, due: true });
    const [row] = await database.db.select().from(auditLog);
    expect(row).toMatchObject({ action: 'job.retry', subjectId: jobId });
    expect(JSON.stringify(row)).not.toContain('planted');
  });

  test('pauses and resumes tasks, here and on the board, with who, what and before and after', async () => {
    expect(
      (await act('pause', { tasks: ['sync_schedule', 'sync_employee'] })).json().result.data.paused,
    ).toEqual(['sync_schedule', 'sync_employee']);
    expect((await query<Overview>('overview', 'viewer')).facts.paused).toMatchObject([
      { task: 'sync_employee', pausedBy: 'admin' },
      { task: 'sync_schedule', pausedBy: 'admin' },
    ]);
    const board = (await ask('GET', '/queues/api/queues', 'viewer')).json();
    expect(
      board.queues
        .filter((queue: { isPaused: boolean }) => queue.isPaused)
        .map((queue: { name: string }) => queue.name),
    ).toEqual(['sync_schedule', 'sync_employee']);
    expect((await ask('PUT', '/queues/api/queues/sync_schedule/resume', 'admin')).statusCode).toBe(200);
    expect((await ask('PUT', '/queues/api/queues/refresh_events/pause', 'admin')).statusCode).toBe(200);
    const { facts } = await overviewThat(({ facts }) =>
      facts.paused.some(({ task }) => task === 'refresh_events'),
    );
    expect(facts.paused.map(({ task, pausedBy }) => [task, pausedBy])).toEqual([
      ['sync_employee', 'admin'],
      ['refresh_events', 'admin'],
    ]);
    await act('resume', { tasks: [...TASKS] });
    const rows = await database.db.select().from(auditLog).orderBy(auditLog.id);
    expect(rows.map(({ action, subjectId }) => `${action} ${subjectId}`).sort()).toEqual([
      'queue.pause refresh_events',
      'queue.pause sync_employee',
      'queue.pause sync_schedule',
      'queue.resume refresh_events',
      'queue.resume sync_employee',
      'queue.resume sync_schedule',
    ]);
    expect(rows[0]).toMatchObject({ actorName: 'admin', before: { paused: false }, after: { paused: true } });
  });

  test('holds back calls to Crossmark and lets them pass again', async () => {
    const early = await act('switchBreaker', { calls: 'hold' });
    expect(early.statusCode).toBe(409);
    await database.sql`insert into crossmark_breakers (host) values ('https://crossmark.example')`;
    expect((await act('switchBreaker', { calls: 'hold' })).statusCode).toBe(200);
    const { facts, verdict } = await query<Overview>('overview', 'viewer');
    expect(facts.crossmark).toMatchObject({ state: 'unreachable', byHand: true });
    expect(verdict.headline).toBe('Sync is stuck');
    expect((await act('switchBreaker', { calls: 'pass' })).statusCode).toBe(200);
    const rows = await database.db.select().from(auditLog).orderBy(auditLog.id);
    expect(rows).toMatchObject([
      { action: 'breaker.open', before: { state: 'closed' }, after: { state: 'open' } },
      { action: 'breaker.close', before: { state: 'open' }, after: { state: 'closed' } },
    ]);
  });

  test('releases a worker that is silent, and none that lives', async () => {
    await database.db.insert(workers).values({ id: 'w1', host: 'host', pid: 1, concurrency: 10 });
    const alive = await act('releaseWorker', { workerId: 'w1' });
    expect(alive.statusCode).toBe(409);
    expect(alive.json().error.message).toContain('heartbeat');
    await database.sql`update workers set seen_at = app_now() - interval '1 minute'`;
    const jobId = await addJob('sync_schedule', { eventId: 1 });
    await database.sql`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'w1', attempts = 1 where id = ${jobId}`;
    expect((await act('releaseWorker', { workerId: 'w1' })).json().result.data).toEqual({ jobs: 1 });
    expect((await act('releaseWorker', { workerId: 'w1' })).statusCode).toBe(404);
    expect(await database.db.select().from(auditLog)).toMatchObject([
      { action: 'worker.release', subjectId: 'w1', before: { jobs: 1 } },
    ]);
  });

  test('purges a queue only when its name was typed', async () => {
    await addJob('sync_schedule', { eventId: 1 });
    await addJob('sync_employee', { employeeId: 1 });
    const unsure = await act('purge', { task: 'sync_schedule', confirm: 'yes' });
    expect(unsure.json().error.message).toBe('Type sync_schedule to confirm the purge.');
    const people = await act('purge', { task: 'sync_employee', confirm: 'sync_employee' });
    expect(people.json().error.message).toContain('can’t be purged');
    expect(
      (await act('purge', { task: 'sync_schedule', confirm: 'sync_schedule' })).json().result.data,
    ).toEqual({
      purged: 1,
    });
    expect(await database.sql`select task_identifier as task from graphile_worker.jobs`).toMatchObject([
      { task: 'sync_employee' },
    ]);
    expect(await database.db.select().from(auditLog)).toMatchObject([
      { action: 'queue.purge', subjectId: 'sync_schedule', before: { jobs: 1 }, after: { jobs: 0 } },
    ]);
  });

  test.each(['empty', 'clean/wait', 'clean/delayed', 'clean/failed', 'obliterate'])(
    'on the board, %s of a queue takes no change with it, and no person’s look-up at all',
    async (how) => {
      const { eventId, jobId } = await addDeadLetter('no RepID');
      if (how !== 'clean/failed') {
        await database.sql`update event_syncs set state = 'pending'`;
        await database.sql`delete from graphile_worker._private_jobs where id = ${jobId}`;
        await addJob('sync_schedule', { eventId }, `event:${eventId}`);
      }
      await addJob('sync_employee', { employeeId: 1 }, 'employee:1');
      const runsIn = how === 'clean/delayed' ? '1 hour' : '-1 hour';
      // bull-board gives jobs five seconds of grace.
      await database.sql`
      update graphile_worker._private_jobs set run_at = now() + ${runsIn}::interval,
        created_at = created_at - interval '1 hour', updated_at = updated_at - interval '1 hour'`;
      // bull-board obliterates paused queues alone.
      await act('pause', { tasks: ['sync_schedule', 'sync_employee'] });
      const people = await ask('PUT', `/queues/api/queues/sync_employee/${how}`, 'admin');
      expect(people.statusCode).toBe(405);
      expect(people.body).toContain('can’t be purged');
      const answer = await ask('PUT', `/queues/api/queues/sync_schedule/${how}`, 'admin');
      expect(answer.statusCode, answer.body).toBe(200);
      const left = async () => [...(await database.sql`select key from graphile_worker.jobs order by key`)];
      expect(await left()).toEqual([{ key: 'employee:1' }]);
      if (how === 'clean/failed') {
        // A dead letter stands in the event's own row: without its job it can be retried all
        // the same.
        expect((await act('redrive', { eventIds: [eventId] })).statusCode).toBe(200);
      } else expect(await sweep(database.db)).toBe(1);
      expect(await left()).toEqual([{ key: 'employee:1' }, { key: `event:${eventId}` }]);
    },
  );

  test('asking for a refresh adds its run and its job', async () => {
    const answer = await ask('POST', '/trpc/refreshNow', 'admin');
    expect(answer.statusCode, answer.body).toBe(200);
    const { facts } = await query<Overview>('overview', 'admin');
    expect(facts.refresh.current).toMatchObject({ state: 'queued', id: answer.json().result.data.runId });
    expect(facts.queues.find((queue) => queue.task === 'refresh_events')?.ready).toBe(1);
    const minutesAhead = (Date.parse(facts.refresh.nextAt ?? '') - Date.parse(facts.at)) / 60_000;
    expect(minutesAhead).toBeGreaterThan(0);
    expect(minutesAhead).toBeLessThanOrEqual(60);
  });

  test('marking missing events as gone takes the list that was shown, and no other', async () => {
    await addDeadLetters(30, 'Crossmark said no.');
    await database.sql`
      insert into refresh_runs (requested_by, state, finished_at, missing)
      select 'schedule', 'needs_decision', app_now(), json_agg(id order by id) from events`;
    // What was asked a moment ago may be told for a second.
    const { facts, verdict } = await vi.waitFor(async () => {
      const overview = await query<Overview>('overview', 'viewer');
      expect(overview.facts.refresh.question).toMatchObject({ count: 30 });
      return overview;
    }, 10_000);
    const { question } = facts.refresh;
    expect(question?.rows[0]).toMatchObject({ name: 'Event 1', storeName: 'Club', dueOn: '2026-01-08' });
    expect(verdict.findings).toContainEqual(expect.objectContaining({ id: 'missing' }));
    const mark = (list: object) => ask('POST', '/trpc/markMissingGone', 'admin', { payload: list });

    await database.sql`update events set gone_since = app_now() where id = ${question?.rows[0]?.eventId ?? 0}`;
    const list = { runId: question?.runId, digest: question?.digest };
    const refused = await mark(list);
    expect(refused.statusCode).toBe(409);
    expect(refused.body).toContain('has changed since it was shown');
    const { facts: now } = await query<Overview>('overview', 'admin');
    const marked = await mark({ runId: list.runId, digest: now.refresh.question?.digest });
    expect(marked.json().result.data).toEqual({ gone: 29 });
    expect(await database.db.$count(events, isNull(events.goneSince))).toBe(0);
    expect(await database.db.select().from(auditLog)).toMatchObject([
      { action: 'refresh.mark_gone', subjectId: String(list.runId), after: { gone: 29 } },
    ]);
    expect((await query<Overview>('overview', 'admin')).facts.refresh.question).toBeNull();
  });
});

describe('what goes wrong', () => {
  test.each(badInput)('in a call is told in a sentence, without SQL or a stack: %s', async (name, inputs) => {
    for (const input of inputs) {
      const answer = await admin.inject({
        method: 'POST',
        url: `/trpc/${name}`,
        headers: {
          host: 'localhost:4100',
          origin: ORIGIN,
          cookie: cookies.admin,
          'x-xsrf-token': tokens.admin,
          'content-type': 'application/json',
        },
        payload: JSON.stringify(input),
      });
      expect(answer.statusCode, answer.body).toBe(400);
      expect(answer.json().error.message).toMatch(/^[^{[]+\.$/);
      expect(answer.json().error.data).not.toHaveProperty('stack');
    }
    expect(await database.db.$count(auditLog)).toBe(0);
  });

  test('in the database is told with the number of its log line, without SQL or a stack', async () => {
    const failing = vi
      .spyOn(database.app.db, 'transaction')
      .mockRejectedValueOnce(new Error('Failed query: select'));
    const answer = await ask('POST', '/trpc/refreshNow', 'admin');
    failing.mockRestore();
    expect(answer.statusCode).toBe(500);
    expect(answer.body).toMatch(/in the log as request [0-9a-f-]{36}/);
    expect(answer.body).not.toMatch(/Failed query|stack|\.ts/);
  });

  test.each([
    ['GET', '/queues/api/queues/sync_schedule/%00', {}],
    ['PUT', '/queues/api/queues/sync_schedule/%00/clean', {}],
    ['POST', '/queues/api/queues/sync_schedule/add', { name: 'x', data: { eventId: '\u0000' } }],
  ] as const)('on a queue page says neither SQL nor a stack: %s %s', async (method, path, payload) => {
    const answer = await ask(method, path, 'admin', { payload });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toMatch(/Failed query|select |insert into|\.js:/);
    expect(await database.sql`select from graphile_worker.jobs`).toHaveLength(0);
  });

  test.each([
    ['POST', '/api/auth/sign-in/email', 16],
    ['POST', '/trpc/redrive', 64],
    ['POST', '/queues/api/queues/sync_schedule/add', 64],
    ['PUT', '/queues/api/queues/sync_schedule/retry/failed', 64],
  ] as const)(
    'is refused before it is parsed where it is too long or nested deeply: %s %s',
    async (method, url, kB) => {
      const send = (payload: string) =>
        ask(method, url, 'admin', { payload, headers: { 'content-type': 'application/json' } });
      const ofBytes = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
      expect((await send(ofBytes(kB * 1024))).statusCode).not.toBe(413);
      expect((await send(ofBytes(kB * 1024 + 1))).statusCode).toBe(413);
      const nested = await send(`${'['.repeat(5_000)}1${']'.repeat(5_000)}`);
      expect(nested.statusCode).toBe(400);
      expect(nested.body).toContain('levels deep');
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        const form = await ask(method, url, 'admin', { payload: 'a=b', headers: { 'content-type': type } });
        expect(form.statusCode).toBe(415);
      }
    },
  );

  test('is answered in few words, however many fields are unknown or wrong', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`field number ${at}`, 1]));
    for (const payload of [unknown, { eventIds: Array(1_000).fill('x') }, { ['x'.repeat(60_000)]: 1 }]) {
      const answer = await ask('POST', '/trpc/redrive', 'admin', { payload });
      expect(answer.statusCode).toBe(400);
      expect(answer.body.length).toBeLessThan(6_000);
    }
  });

  test('is not asked for by the hundred', async () => {
    const url = `/trpc/${Array(21).fill('overview').join(',')}?batch=1`;
    expect((await ask('GET', url, 'admin')).statusCode).toBe(400);
  });
});

test.each(['TRACE', 'DELETE', 'OPTIONS'] as const)(
  'another method than a route has finds nothing: %s',
  async (method) => {
    for (const url of ['/trpc/me', '/api/auth/sign-in/email', '/queues/api/queues', '/metrics']) {
      const answer = await ask(method as 'DELETE', url, 'admin', { payload: '' });
      expect(answer.statusCode, url).toBe(404);
      expect(answer.body, url).not.toContain(cookies.admin);
    }
  },
);

test.each(['HEAD /trpc/me', 'GET /%74rpc/%25', 'GET http://a/trpc/%25', 'HEAD /api/auth/get-session'])(
  'is no failure of ours, however it is spelled: %s',
  async (line) => {
    const listening = await build(metrics, createLogger('admin', 'silent'));
    const port = Number(new URL(await listening.listen({ host: '127.0.0.1', port: 0 })).port);
    const answer = await sendRaw(port, `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    await listening.close();
    expect(answer).toMatch(/^HTTP\/1\.1 (404|200)/);
  },
);

test('every malformed request is survived with all log levels on', async () => {
  const lines: string[] = [];
  const traced = await build(metrics, createLogger('admin', 'trace', { write: (line) => lines.push(line) }));
  const port = Number(new URL(await traced.listen({ host: '127.0.0.1', port: 0 })).port);
  for (const [what, request] of Object.entries(MALFORMED_REQUESTS)) {
    lines.length = 0;
    const answer = await sendRaw(port, request);
    expect(answer, what).toMatch(/^HTTP\/1\.1 4/);
    expect(answer, what).toMatch(/^content-security-policy: default-src 'none';.*frame-ancestors 'none'/m);
    expect(answer, what).toMatch(/^x-content-type-options: nosniff/m);
    expect(answer, what).toMatch(/^cache-control: no-store/m);
    expect(lines.map((line) => JSON.parse(line).msg).join(), what).toMatch(/client (error|header_overflow)/);
  }
  // Node's parser lets it through; the app refuses it, with the headers of all its answers.
  const withoutHost = await sendRaw(port, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n');
  expect(withoutHost).toMatch(/^HTTP\/1\.1 400/);
  expect(withoutHost).toMatch(/^content-security-policy: .*frame-ancestors 'none'/m);
  expect(withoutHost).toMatch(/^x-content-type-options: nosniff/m);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  await traced.close();
});

describe('the overview', () => {
  test('counts jobs by what they wait for, with the age of the oldest', async () => {
    await database.sql`select graphile_worker.add_job('sync_schedule', '{}', run_at => now() - interval '5 minutes')`;
    await addJob('sync_schedule', {});
    await database.sql`select graphile_worker.add_job('sync_schedule', '{}', run_at => now() + interval '5 minutes')`;
    const dead = await addJob('sync_employee', { employeeId: 3 });
    await database.sql`select graphile_worker.permanently_fail_jobs(array[${dead}]::bigint[], 'cookie: planted')`;
    const running = await addJob('refresh_events', {});
    await database.sql`
      update graphile_worker._private_jobs set locked_at = now(), locked_by = 'w1', attempts = 1 where id = ${running}`;
    await database.db
      .insert(workers)
      .values({ id: 'w1', host: 'host', pid: 1, concurrency: 10, seenAt: sql`app_now()` });

    const { facts, verdict } = await overviewThat(({ facts }) => facts.workers[0]?.running.length === 1);
    const of = (task: string) => facts.queues.find((queue) => queue.task === task);
    expect(of('sync_schedule')).toMatchObject({ ready: 2, planned: 1, running: 0, dead: 0 });
    expect(Date.parse(facts.at) - Date.parse(of('sync_schedule')?.oldestReadyAt ?? '')).toBeGreaterThan(
      299_000,
    );
    expect(of('sync_employee')).toMatchObject({ ready: 0, dead: 1 });
    expect(of('refresh_events')).toMatchObject({ running: 1 });
    expect(facts.workers).toMatchObject([{ id: 'w1', alive: true, running: [{ task: 'refresh_events' }] }]);
    expect(verdict).toMatchObject({ level: 'broken', headline: 'Sync is stuck' });
    expect(JSON.stringify(facts)).not.toContain('planted');
  });

  test('calls a worker silent whose heartbeat stopped, and says that nothing reaches Crossmark', async () => {
    await database.db.insert(workers).values({
      id: 'w1',
      host: 'host',
      pid: 1,
      concurrency: 10,
      seenAt: sql`app_now() - interval '2 minutes'`,
    });
    const { facts, verdict } = await overviewThat(({ facts }) => facts.workers[0]?.running.length === 0);
    expect(facts.workers[0]?.alive).toBe(false);
    expect(verdict.findings[0]).toMatchObject({ id: 'no-worker', since: facts.workers[0]?.seenAt });
  });

  test('asks Postgres once for many open pages', async () => {
    const snapshot = vi.spyOn(database.app.db, 'transaction');
    try {
      await vi.waitFor(async () => {
        snapshot.mockClear();
        await Promise.all(Array.from({ length: 20 }, () => query('overview', 'viewer')));
        expect(snapshot.mock.calls.length).toBeLessThan(3);
      });
    } finally {
      snapshot.mockRestore();
    }
  });

  test('shows figures, verdict and list of one moment, while changes fail and are retried', async () => {
    const changes = (async () => {
      for (const count of [3, 1, 4, 2]) {
        await addDeadLetters(count, 'Crossmark refused it.');
        await act('redrive', { filter: { state: 'failed', text: `Event ${count}` } });
      }
    })();
    let isOver = false;
    void changes.finally(() => {
      isOver = true;
    });
    do {
      const { facts, verdict, list } = await query<Overview>('overview', 'viewer');
      const failed = facts.states.find(({ state }) => state === 'failed')?.count ?? 0;
      expect(list.total).toBe(failed);
      expect(facts.deadLetters.reduce((sum, group) => sum + group.count, 0)).toBe(failed);
      expect(verdict.findings.some(({ id }) => id === 'dead')).toBe(failed > 0);
    } while (!isOver);
    await changes;
  });

  test('says of failures that ended by themselves how many changes waited and how long, and nothing of others', async () => {
    await addDeadLetters(5, 'x');
    await database.sql`
      update event_syncs set state = 'synced', failure_kind = null, failure_reason = null
      where event_id < (select max(event_id) from event_syncs)`;
    const attempt = (n: number, outcome: string, reason: string | null, minutesAgo: number) => database.sql`
      insert into sync_attempts (task, job_id, worker_id, event_id, started_at, finished_at, outcome, failure_kind, failure_reason)
      select 'sync_schedule', '1', 'w1', id, app_now() - ${minutesAgo} * interval '1 minute',
        app_now() - ${minutesAgo} * interval '1 minute', ${outcome}, 'transient', ${reason}
      from events where name = ${`Event ${n}`}`;
    const noAnswer = (since: string) => `Crossmark has not answered since ${since}. Your change is saved.`;
    await attempt(1, 'retry', noAnswer('Mon Jan 5, 10:12 AM'), 30);
    await attempt(2, 'waiting', noAnswer('Mon Jan 5, 10:12 AM'), 29);
    await attempt(1, 'retry', noAnswer('Mon Jan 5, 10:12 AM'), 28);
    await attempt(1, 'done', null, 24);
    await attempt(2, 'nothing', null, 25);
    // Given up and set going by a person; older than a day; not over yet.
    await attempt(3, 'retry', 'Crossmark failed (503).', 20);
    await attempt(3, 'dead', 'Crossmark failed (503).', 19);
    await attempt(3, 'done', null, 18);
    await attempt(4, 'retry', 'Crossmark failed (502).', 1_500);
    await attempt(4, 'done', null, 1_499);
    await attempt(5, 'retry', 'Crossmark failed (504).', 5);
    const { facts } = await overviewThat(({ facts }) => facts.ended.length > 0);
    expect(facts.ended).toMatchObject([
      { words: 'Crossmark has not answered.', kind: 'transient', count: 2 },
    ]);
    // Each row has its own present.
    expect(facts.ended[0]?.longestMs).toBeCloseTo(360_000, -4);
  });

  test('answers with the last page that has any where the one asked for has become empty', async () => {
    await addDeadLetters(12, 'Crossmark refused it.');
    const filter = { state: 'failed' as const, text: 'refused' };
    const { list } = await query<Overview>('overview', 'viewer', { filter, offset: 20 });
    expect(list).toMatchObject({ total: 12, offset: 10 });
    expect(list.rows).toHaveLength(2);
    const [first, second] = list.rows;
    await act('redrive', { eventIds: [first?.eventId, second?.eventId] });
    const { list: after } = await query<Overview>('overview', 'viewer', { filter, offset: 10 });
    expect(after).toMatchObject({ total: 10, offset: 0 });
    expect(after.rows).toHaveLength(10);
  });
});

describe('while one person asks for more than the app can do at once', () => {
  test.each([
    ['attempts', `/trpc/attempts?input=${encodeURIComponent('{"eventId":1}')}`, 'sync_attempts'],
    ['pages of queues', '/queues/api/queues?activeQueue=sync_schedule', 'graphile_worker._private_jobs'],
    ['figures for Prometheus', '/metrics', 'workers'],
  ])('others are served: %s', async (_what, url, table) => {
    let all: Promise<unknown> = Promise.resolve();
    await database.sql.begin(async (tx) => {
      await tx.unsafe(`lock table ${table} in access exclusive mode`);
      all = Promise.all(Array.from({ length: 40 }, () => ask('GET', url, 'viewer')));
      await vi.waitFor(async () => {
        const stuck = await database.sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        expect(stuck.length).toBeGreaterThan(0);
      });
      expect((await ask('GET', '/trpc/me', 'dispatcher')).statusCode).toBe(200);
    });
    await all;
  });
});

describe('figures', () => {
  test.skipIf(!findRedis())('are those that the worker counted', async () => {
    const writer = createMetricsWriter(redis?.url, silent);
    for (let i = 0; i < 30; i++) {
      writer.attempt({ task: 'sync_schedule', outcome: 'done', durationMs: 400, clickToSyncedMs: 900 });
    }
    writer.attempt({ task: 'refresh_events', outcome: 'dead', durationMs: 50 });
    writer.call({ call: 'schedule', ok: false, durationMs: 30_000, failureKind: 'unknown' });
    await writer.close();

    const all = await query<Charts>('charts', 'viewer', { range: '24h' });
    expect(all.work?.total).toMatchObject({ attempts: 31, outcomes: { done: 30, dead: 1 } });
    expect(all.calls?.total).toMatchObject({ calls: 1, failed: 1 });
    const one = await query<Charts>('charts', 'viewer', { range: '1h', task: 'sync_schedule' });
    expect(one.work?.total.attempts).toBe(30);
    expect(one.work?.total.clickToSynced?.p50).toBeGreaterThan(700);
    expect(one.work?.total.clickToSynced?.p50).toBeLessThan(1150);
    expect(one.series?.starts).toHaveLength(60);
  });

  test.skipIf(!findRedis())(
    'are Prometheus’ text at /metrics, for people and for who has the token',
    async () => {
      const writer = createMetricsWriter(redis?.url, silent);
      writer.attempt({
        task: 'sync_schedule_update',
        outcome: 'done',
        durationMs: 400,
        clickToSyncedMs: 900,
      });
      writer.call({ call: 'getPlanningMplans', ok: true, durationMs: 30 });
      await writer.close();
      const bearer = (token: string) =>
        ask('GET', '/metrics', 'stranger', { headers: { authorization: `Bearer ${token}` } });
      expect((await bearer('another')).statusCode).toBe(401);
      expect((await ask('GET', '/metrics', 'stranger')).statusCode).toBe(401);
      const text = (await bearer(METRICS_TOKEN)).body;
      for (const line of [
        'crossmark_sync_jobs{task="sync_schedule",state="ready"} ',
        'crossmark_sync_oldest_job_seconds{task="refresh_events"} 0',
        'crossmark_sync_redis_up 1',
        'crossmark_sync_tries_total{task="sync_schedule_update",outcome="done"} 1',
        'crossmark_calls_total{call="getPlanningMplans",outcome="ok"} 1',
        'crossmark_sync_try_duration_seconds_bucket{task="sync_schedule_update",le="0.256"} 0',
        'crossmark_sync_try_duration_seconds_bucket{task="sync_schedule_update",le="0.512"} 1',
        'crossmark_sync_try_duration_seconds_bucket{task="sync_schedule_update",le="+Inf"} 1',
        'crossmark_sync_try_duration_seconds_sum{task="sync_schedule_update"} 0.4',
        'crossmark_sync_click_to_synced_seconds_count{task="sync_schedule_update"} 1',
      ])
        expect(text).toContain(line);
      const gone = await ask('GET', '/metrics', 'viewer', { app: withoutRedis });
      expect(gone.body).toContain('crossmark_sync_redis_up 0');
      expect(gone.body).not.toContain('tries_total');
    },
  );

  test.skipIf(!findRedis())('are the board’s charts over days', async () => {
    const writer = createMetricsWriter(redis?.url, silent);
    writer.attempt({ task: 'sync_schedule_deletion', outcome: 'done', durationMs: 400 });
    await writer.close();
    // Figures in Redis go by its own clock.
    const now = currentTimeMs() - clockOffsetMs;
    const span = `queue=sync_schedule_deletion&from=${now - 86_400_000}&to=${now}`;
    const history = await ask('GET', `/queues/api/metrics/history?${span}&granularity=hour`, 'viewer');
    expect(history.json().completed.at(-1)).toMatchObject({ value: 1 });
    for (const granularity of ['hour', 'day', 'range']) {
      const latency = await ask(
        'GET',
        `/queues/api/metrics/latency?${span}&metric=runtime&granularity=${granularity}`,
        'viewer',
      );
      expect(latency.json(), granularity).toMatchObject([
        { count: 1, values: { 50: expect.closeTo(400, -2) } },
      ]);
    }
  });

  test('say that Redis is not configured, and the rest is there', async () => {
    const charts = await query<Charts>('charts', 'viewer', { range: '1h' }, withoutRedis);
    expect(charts).toMatchObject({ status: { state: 'not-configured' }, series: null });
    const overview = await query<Overview>('overview', 'viewer', undefined, withoutRedis);
    expect(overview.redis).toEqual({ state: 'not-configured' });
    expect(overview.facts.queues).toHaveLength(7);
  });

  test.skipIf(!findRedis())(
    'say since when Redis is gone, the rest is there, and they come back by themselves',
    async () => {
      await redis?.stop();
      try {
        await vi.waitFor(async () => {
          const charts = await query<Charts>('charts', 'viewer', { range: '1h' });
          expect(charts).toMatchObject({
            status: { state: 'gone', since: expect.any(String) },
            series: null,
          });
        });
        const overview = await query<Overview>('overview', 'viewer');
        expect(overview.redis.state).toBe('gone');
        expect(overview.facts.queues).toHaveLength(7);
        expect((await ask('GET', '/queues/api/queues', 'viewer')).statusCode).toBe(200);
      } finally {
        await redis?.start();
      }
      await vi.waitFor(async () => {
        expect((await query<Charts>('charts', 'viewer', { range: '1h' })).series).not.toBeNull();
      }, 10_000);
    },
  );
});

describe('the board', () => {
  test('shows completed jobs and each attempt from the attempts that were recorded', async () => {
    const { eventId, jobId } = await addDeadLetter('no RepID');
    await database.sql`
      insert into sync_attempts (task, job_id, worker_id, event_id, number, started_at, finished_at, outcome, summary, failure_reason)
      values ('sync_schedule', '11', 'w1', ${eventId}, 1, app_now() - interval '3 min', app_now() - interval '2 min', 'done', 'booked 10:45', null),
        ('sync_schedule', ${jobId}, 'w1', ${eventId}, 1, app_now(), app_now(), 'dead', null, 'no RepID, password=planted')`;
    const queue = await vi.waitFor(async () => {
      const url = '/queues/api/queues?activeQueue=sync_schedule&status=completed';
      const board = (await ask('GET', url, 'viewer')).json();
      const queue = board.queues.find((candidate: { name: string }) => candidate.name === 'sync_schedule');
      expect(queue.counts).toMatchObject({ completed: 1, failed: 1 });
      return queue;
    }, 5000);
    expect(queue.jobs).toMatchObject([{ id: '11', returnValue: 'booked 10:45', data: { eventId } }]);
    const logs = await ask('GET', `/queues/api/queues/sync_schedule/${jobId}/logs`, 'viewer');
    expect(logs.json()).toHaveLength(2);
    expect(logs.body).toContain('no RepID');
    expect(logs.body).not.toContain('planted');
  });

  test('shows payloads and errors without secrets, in errors of its own as well', async () => {
    const jobId = await addJob('sync_schedule', { eventId: 1, token: 'planted' });
    await database.sql`select graphile_worker.permanently_fail_jobs(array[${jobId}]::bigint[], 'PHPSESSID=planted')`;
    const job = await ask('GET', `/queues/api/queues/sync_schedule/${jobId}`, 'admin');
    expect(job.statusCode).toBe(200);
    expect(job.body).not.toContain('planted');
  });

  test('shows of a job that failed with a statement neither the statement nor what it was given', async () => {
    const failed = 'Failed query: select * from users where id = $1\nparams: planted';
    const jobId = await addJob('sync_employee', { employeeId: 1 }, 'employee:1');
    await database.sql`select graphile_worker.permanently_fail_jobs(array[${jobId}]::bigint[], ${failed})`;
    const { eventId } = await addDeadLetter(failed);
    const pages = [
      `/queues/api/queues/sync_employee/${jobId}`,
      '/queues/api/queues?activeQueue=sync_employee&status=failed',
      `/trpc/attempts?input=${encodeURIComponent(JSON.stringify({ eventId }))}`,
    ];
    const answers = await Promise.all(pages.map((page) => ask('GET', page, 'admin')));
    // The list of what failed is kept for a second as well.
    const list = await vi.waitFor(async () => {
      const input = encodeURIComponent(JSON.stringify({ filter: { state: 'failed' } }));
      const answer = await ask('GET', `/trpc/overview?input=${input}`, 'admin');
      expect(answer.body).toContain('A statement failed.');
      return answer;
    }, 5000);
    const { facts } = await overviewThat(({ facts }) => facts.failedJobs.total === 1);
    expect(facts.failedJobs.rows).toMatchObject([{ id: jobId, reason: 'A statement failed.' }]);
    expect((await act('retryJobs', { jobIds: [jobId] })).statusCode).toBe(200);
    const [row] = await database.db.select().from(auditLog);
    const bodies = [...answers, list].map(({ body }) => body).concat(JSON.stringify([facts, row]));
    expect(bodies.filter((text) => text.includes('A statement failed.'))).toHaveLength(4);
    expect(bodies.join(' ')).not.toMatch(/planted|Failed query|select \*/);
  });

  test('has a link to the page where users sign out', async () => {
    const { body } = await ask('GET', '/queues', 'viewer');
    const [, config = ''] = /id="__UI_CONFIG__"[^>]*>([^<]*)</.exec(body) ?? [];
    expect(JSON.parse(config).miscLinks).toEqual([{ text: 'Overview and sign-out', url: '/' }]);
  });

  test('has its own policy for styles, and scripts from here only', async () => {
    const answer = await ask('GET', '/queues', 'viewer');
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    const page = (await ask('GET', '/', 'viewer')).headers['content-security-policy'];
    expect(page).toContain("default-src 'self'");
    expect(page).toContain("base-uri 'none'");
    expect(page).not.toContain('unsafe-inline');
    expect(answer.headers['x-frame-options']).toBe('DENY');
    expect(answer.headers['cache-control']).toBe('no-store');
    // Works where nothing but this host can be reached.
    expect(answer.body).not.toMatch(/googleapis|gstatic/);
  });
});

// `FUZZ_INPUTS=100000` for the long mode: so many for all procedures together.
const procedures = Object.entries(
  router._def.procedures as unknown as Record<
    string,
    { _def: { type: 'query' | 'mutation'; inputs: z.ZodType[] } }
  >,
);
const inputs = Math.ceil(Number(process.env.FUZZ_INPUTS ?? 300) / procedures.length);

test.each(procedures)(
  'hostile input: %s takes it or refuses it, and what is refused writes nothing',
  async (name, { _def: def }) => {
    const written = () => database.db.$count(auditLog);
    let before = await written();
    await fc.assert(
      fc.asyncProperty(inputArbitrary(def.inputs[0]), async (input) => {
        const payload = JSON.stringify(input);
        const headers = { 'content-type': 'application/json' };
        const answer =
          def.type === 'mutation'
            ? await ask('POST', `/trpc/${name}`, 'admin', { headers, payload })
            : await ask('GET', `/trpc/${name}?input=${encodeURIComponent(payload)}`, 'admin');
        expect(answer.statusCode, answer.body).toBeLessThan(500);
        const after = await written();
        if (answer.statusCode >= 400 || def.type === 'query') expect(after).toBe(before);
        before = after;
      }),
      { numRuns: inputs },
    );
  },
  60_000 + inputs * 60,
);
