import { createBullBoard } from '@bull-board/api';
import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type {
  AppJob,
  AppJobScheduler,
  AppQueue,
  MetricsHistoryProvider,
  QueueMetrics,
  QueueWorker,
  RedisStats,
} from '@bull-board/api/dist/types.js';
import { FastifyAdapter } from '@bull-board/fastify';
import { createTestDatabase } from '@scheduler/db/testing';
import Fastify, { type FastifyInstance } from 'fastify';
import {
  Logger,
  makeWorkerUtils,
  run,
  runMigrations,
  type TaskList,
  type WorkerUtils,
} from 'graphile-worker';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type CompletedJob,
  createGraphileQueues,
  createHistoryProvider,
  type GraphileQueuesOptions,
  type HistorySpan,
  type JobAttempt,
  type PauseStore,
  type Query,
} from './index.ts';

type Database = Awaited<ReturnType<typeof createTestDatabase>>;
type Method = 'GET' | 'PUT' | 'POST' | 'PATCH';
/** All that tests look at in the bodies of bull-board's answers; each answer has some of it. */
interface Body {
  queues: AppQueue[];
  schedulers: AppJobScheduler[];
  job: AppJob & { id: string };
  workers: QueueWorker[] | null;
  completed: QueueMetrics | null;
  failed: QueueMetrics | null;
  clients: RedisStats['clients'];
  port: number;
  status: string;
  message: string;
}

const silent = new Logger(() => () => {});
const HOUR_MS = 3_600_000;

const TASKS = [
  { name: 'send mail', description: 'Sends a mail', maxAttempts: 3, flags: ['task:send mail'] },
  { name: 'report', payloadSchema: { type: 'object', properties: { day: { type: 'string' } } } },
];
const CRONTAB = `
# every hour, on the hour
0 * * * * report ?id=hourly&max=2 {"kind":"hourly"}
30 4 1 * * report
`;

let database: Database;
let utils: WorkerUtils;
beforeAll(async () => {
  database = await createTestDatabase();
  utils = await makeWorkerUtils({ connectionString: database.url, logger: silent });
});
afterAll(async () => {
  await utils.release();
  await database.close();
});

/** Both drivers as the README has users pass them. graphile-worker's own client is pg's. */
const drivers: Record<string, () => Query> = {
  pg: () => (text, values) =>
    utils.withPgClient((client) => client.query(text, values)).then(({ rows }) => rows),
  'postgres-js': () => (text, values) => database.sql.unsafe(text, values),
};

function memoryPauseStore() {
  const paused = new Set<string>();
  const store: PauseStore = {
    isPaused: async (task) => paused.has(task),
    pause: async (task) => void paused.add(task),
    resume: async (task) => void paused.delete(task),
  };
  return { ...store, paused };
}

function memoryHistory() {
  const completed: (CompletedJob & { task: string })[] = [];
  const attempts: Record<string, JobAttempt[]> = {};
  const of = (task: string) => completed.filter((job) => job.task === task);
  return {
    completed,
    attempts,
    countCompleted: async (task: string) => of(task).length,
    listCompleted: async (task: string, start: number, end: number) => of(task).slice(start, end + 1),
    getCompleted: async (task: string, id: string) => of(task).find((job) => job.id === id),
    attemptsOf: async ({ id }: { id: string }) => attempts[id] ?? [],
  };
}

/** A board served by Fastify as an app would, with bull-board's own check of every answer's shape. */
async function serve(options: GraphileQueuesOptions, historyProvider?: MetricsHistoryProvider) {
  const queues = createGraphileQueues(options);
  const serverAdapter = new FastifyAdapter();
  createBullBoard({
    queues,
    serverAdapter,
    options: { validateResponses: true, ...(historyProvider && { historyProvider }) },
  });
  const app: FastifyInstance = Fastify();
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (url.startsWith('/api/')) routes.push(`${one} ${url}`);
  });
  await app.register(serverAdapter.registerPlugin());
  const call = async (method: Method, url: string, payload?: object) => {
    const response = await app.inject({ method, url, ...(payload && { payload }) });
    return { status: response.statusCode, body: (response.body ? response.json() : {}) as Body };
  };
  const queue = (name: string) => {
    const queue = queues.find((candidate) => candidate.getName() === name);
    if (!queue) throw new Error(`no queue ${name}`);
    return queue;
  };
  const listed = async (name: string, query = '') => {
    const { body } = await call('GET', `/api/queues?activeQueue=${encodeURIComponent(name)}${query}`);
    const queue = body.queues.find((candidate) => candidate.name === name);
    if (!queue) throw new Error(`${name} is not listed`);
    return queue;
  };
  return { app, call, queue, listed, routes: routes.filter((route) => !route.startsWith('HEAD ')) };
}
type Board = Awaited<ReturnType<typeof serve>>;

const boards: Board[] = [];
async function board(options: Partial<GraphileQueuesOptions> = {}, driver = 'postgres-js') {
  const query = drivers[driver];
  if (!query) throw new Error(`no driver ${driver}`);
  const served = await serve({ query: query(), tasks: TASKS, ...options });
  boards.push(served);
  return served;
}
afterEach(async () => {
  for (const served of boards.splice(0)) await served.app.close();
});
beforeEach(async () => {
  await database.sql`delete from graphile_worker._private_jobs`;
  await database.sql`delete from graphile_worker._private_known_crontabs`;
});

const mail = (payload: object = { to: 'ada@example.test' }, spec = {}) =>
  utils.addJob('send mail', payload, { maxAttempts: 3, flags: ['task:send mail'], ...spec });
const later = () => new Date(Date.now() + HOUR_MS);

/** A job that used up its attempts, as a worker leaves it. */
async function failedMail(payload?: object) {
  const job = await mail(payload);
  await utils.permanentlyFailJobs([job.id], 'mailbox full');
  return job;
}

/** Runs a real worker over the database until `until` holds. */
async function work(
  taskList: TaskList,
  until: () => unknown,
  spec: { forbiddenFlags?: () => string[] } = {},
) {
  const runner = await run({
    connectionString: database.url,
    taskList,
    logger: silent,
    noHandleSignals: true,
    pollInterval: 50,
    concurrency: 2,
    crontab: '',
    ...spec,
  });
  try {
    await vi.waitFor(until, { timeout: 15_000, interval: 50 });
  } finally {
    await runner.stop();
  }
}

async function jobRow(id: string) {
  const [row] = await database.sql`select * from graphile_worker._private_jobs where id = ${id}`;
  return row;
}

describe.each(Object.keys(drivers))('every route of the board, over %s', (driver) => {
  const history = memoryHistory();
  const pauseStore = memoryPauseStore();
  const M = '/api/queues/send%20mail';
  let served: Board;
  beforeEach(async () => {
    history.completed.splice(0);
    pauseStore.paused.clear();
    served = await board(
      {
        history,
        pauseStore,
        cron: CRONTAB,
        jobsPerMinute: async (_task, outcome) => (outcome === 'completed' ? [4, 2, 0] : [1, 0, 0]),
        jobTitles: async (jobs) =>
          new Map(
            jobs.flatMap(({ task, id, payload }): [string, string][] => {
              const { about } = payload as { about?: string };
              return about ? [[id, `${task}: ${about}`]] : [];
            }),
          ),
      },
      driver,
    );
  });

  const routes: Record<string, () => Promise<void>> = {
    'GET /api/redis/stats': async () => {
      const { status, body } = await served.call('GET', '/api/redis/stats');
      expect(status).toBe(200);
      expect(body).toMatchObject({ backend: 'postgres', version: expect.stringMatching(/^\d+\.\d+/) });
      expect(body.clients.connected).toBeGreaterThan(0);
      expect(String(body.port)).toBe(new URL(database.url).port);
    },
    'GET /api/queues': async () => {
      await mail();
      await mail({}, { runAt: later() });
      await failedMail();
      const { body } = await served.call('GET', '/api/queues?activeQueue=send%20mail&status=failed');
      expect(body.queues).toHaveLength(2);
      await failedMail({ about: 'the week' });
      const named = await served.call('GET', '/api/queues?activeQueue=send%20mail&status=failed');
      expect(named.body.queues[0]?.jobs.map(({ name }) => name)).toEqual([
        'send mail: the week',
        'send mail',
      ]);
      expect(body.queues[0]).toMatchObject({
        name: 'send mail',
        description: 'Sends a mail',
        type: 'bull',
        counts: { waiting: 1, delayed: 1, failed: 1, active: 0, completed: 0, paused: 0 },
        allowRetries: true,
        allowCompletedRetries: false,
        pagination: { pageCount: 1 },
        jobs: [{ failedReason: 'mailbox full', data: { to: 'ada@example.test' } }],
      });
      expect(body.queues[1]).toMatchObject({ name: 'report', jobSchedulerCount: 2, jobs: [] });
    },
    'GET /api/job-schedulers': async () => {
      await database.sql`
        insert into graphile_worker._private_known_crontabs (identifier, known_since, last_execution)
        values ('hourly', now(), '2026-01-05T15:00:00Z')`;
      const { body } = await served.call('GET', '/api/job-schedulers');
      expect(body.schedulers).toMatchObject([
        {
          id: 'hourly',
          queueName: 'report',
          name: 'report',
          pattern: '0 * * * *',
          tz: 'UTC',
          lastRun: Date.parse('2026-01-05T15:00:00Z'),
          template: { data: { kind: 'hourly' }, opts: { maxAttempts: 2 } },
        },
        { id: 'report', pattern: '30 4 1 * *' },
      ]);
      const next = new Date(body.schedulers[0]?.next ?? 0);
      expect(next.getTime() - Date.now()).toBeLessThanOrEqual(HOUR_MS);
      expect(next.toISOString()).toMatch(/:00:00\.000Z$/);
      expect(new Date(body.schedulers[1]?.next ?? 0).toISOString()).toMatch(/-01T04:30:00\.000Z$/);
    },
    'GET /api/queues/:queueName/metrics': async () => {
      const { body } = await served.call('GET', `${M}/metrics`);
      expect(body.completed).toMatchObject({ data: [4, 2, 0], meta: { count: 6 } });
      expect(body.failed).toMatchObject({ data: [1, 0, 0], meta: { count: 1 } });
    },
    'GET /api/queues/:queueName/default-job-options': async () => {
      expect((await served.call('GET', `${M}/default-job-options`)).body).toEqual({ attempts: 3 });
      expect((await served.call('GET', '/api/queues/report/default-job-options')).body).toEqual({
        attempts: 25,
      });
    },
    'GET /api/queues/:queueName/workers': async () => {
      expect((await served.call('GET', `${M}/workers`)).body).toEqual({ workers: null });
    },
    'GET /api/queues/:queueName/rate-limit': async () => {
      const { body } = await served.call('GET', `${M}/rate-limit`);
      expect(body).toEqual({ supported: false, rateLimit: null });
    },
    'GET /api/queues/:queueName/job-data-schema': async () => {
      const { body } = await served.call('GET', '/api/queues/report/job-data-schema');
      expect(body).toMatchObject({ properties: { day: { type: 'string' } } });
    },
    'PUT /api/queues/pause': async () => {
      expect((await served.call('PUT', '/api/queues/pause')).status).toBe(200);
      expect([...pauseStore.paused]).toEqual(['send mail', 'report']);
    },
    'PUT /api/queues/resume': async () => {
      pauseStore.paused.add('report');
      expect((await served.call('PUT', '/api/queues/resume')).status).toBe(200);
      expect([...pauseStore.paused]).toEqual([]);
    },
    'GET /api/queues/:queueName/:jobId/logs': async () => {
      const { id } = await failedMail();
      history.attempts[id] = [
        {
          startedAt: '2026-01-05T15:45:00.000Z',
          finishedAt: new Date('2026-01-05T15:45:00.812Z'),
          outcome: 'failed',
          worker: 'worker-1',
          detail: 'mailbox full',
        },
        { startedAt: '2026-01-05T15:46:00.000Z', outcome: 'running' },
      ];
      expect((await served.call('GET', `${M}/${id}/logs`)).body).toEqual([
        '2026-01-05T15:45:00.000Z failed after 812 ms on worker-1: mailbox full',
        '2026-01-05T15:46:00.000Z running',
      ]);
    },
    'GET /api/queues/:queueName/:jobId/flow': async () => {
      const { id } = await mail();
      const { status, body } = await served.call('GET', `${M}/${id}/flow`);
      expect(status).toBe(200);
      expect(body).toEqual({ nodeId: id, flowRoot: null, isFlowNode: false });
    },
    'GET /api/queues/:queueName/:jobId': async () => {
      const runAt = later();
      const { id } = await mail({ to: 'ada@example.test' }, { runAt, jobKey: 'mail:7', priority: 5 });
      const { body } = await served.call('GET', `${M}/${id}`);
      expect(body).toMatchObject({
        status: 'delayed',
        job: {
          id,
          name: 'send mail',
          data: { to: 'ada@example.test' },
          attempts: 0,
          priority: 5,
          deduplicationId: 'mail:7',
          opts: { attempts: 3, priority: 5, jobKey: 'mail:7', flags: ['task:send mail'] },
          isFailed: false,
        },
      });
      expect(body.job.timestamp + (body.job.delay ?? 0)).toBe(runAt.getTime());
      for (const stranger of ['999999', 'abc', '-1', '99999999999999999999'])
        expect((await served.call('GET', `${M}/${stranger}`)).status).toBe(404);
      expect((await served.call('GET', `/api/queues/report/${id}`)).status).toBe(404);
    },
    'POST /api/queues/:queueName/add': async () => {
      const { body } = await served.call('POST', `${M}/add`, {
        name: 'ignored',
        data: { to: "o'brien@example.test" },
        options: {
          delay: HOUR_MS,
          attempts: 7,
          priority: -3,
          jobKey: 'k',
          queueName: `serial over ${driver}`,
        },
      });
      expect(body).toMatchObject({
        status: 'delayed',
        job: {
          name: 'send mail',
          data: { to: "o'brien@example.test" },
          opts: { queueName: `serial over ${driver}` },
        },
      });
      const row = await jobRow(body.job.id);
      expect(row).toMatchObject({
        max_attempts: 7,
        priority: -3,
        key: 'k',
        flags: { 'task:send mail': true },
      });
      const plain = await served.call('POST', `${M}/add`, {});
      expect(await jobRow(plain.body.job.id)).toMatchObject({ max_attempts: 3, payload: {}, key: null });
      for (const options of [
        { backoff: 5 },
        { delay: -1 },
        { attempts: 0 },
        { priority: 40_000 },
        { jobKey: 7 },
        { flags: 'x' },
      ]) {
        const refused = await served.call('POST', `${M}/add`, { data: {}, options });
        expect(refused.status).toBe(400);
        expect(refused.body.message).toMatch(/\.$/);
      }
    },
    'PUT /api/queues/:queueName/retry/:queueStatus': async () => {
      for (let n = 0; n < 130; n += 1) await failedMail({ n });
      expect((await served.call('PUT', `${M}/retry/failed`)).body).toEqual({ retried: 130, skipped: 0 });
      expect((await served.listed('send mail')).counts).toMatchObject({ failed: 0, waiting: 130 });
    },
    'PUT /api/queues/:queueName/promote': async () => {
      await mail({}, { runAt: later() });
      await mail({}, { runAt: later() });
      expect((await served.call('PUT', `${M}/promote`)).status).toBe(200);
      expect((await served.listed('send mail')).counts).toMatchObject({ delayed: 0, waiting: 2 });
    },
    'PUT /api/queues/:queueName/clean/:queueStatus': async () => {
      await failedMail();
      const old = await failedMail();
      await database.sql`
        update graphile_worker._private_jobs
        set created_at = now() - interval '1 hour', run_at = now() - interval '1 hour', updated_at = now() - interval '1 hour'
        where id = ${old.id}`;
      expect((await served.call('PUT', `${M}/clean/failed`)).status).toBe(200);
      // bull-board gives jobs five seconds of grace.
      expect((await served.listed('send mail')).counts.failed).toBe(1);
      expect(await jobRow(old.id)).toBeUndefined();
      expect((await served.call('PUT', `${M}/clean/wait`)).status).toBe(200);
      expect((await served.call('PUT', `${M}/clean/delayed`)).status).toBe(200);
      expect((await served.call('PUT', `${M}/clean/active`)).status).toBe(405);
      expect((await served.call('PUT', `${M}/clean/completed`)).status).toBe(405);
      expect((await served.call('PUT', `${M}/clean/prioritized`)).status).toBe(400);
    },
    'PUT /api/queues/:queueName/pause': async () => {
      const { id } = await mail();
      expect((await served.call('PUT', `${M}/pause`)).status).toBe(200);
      expect(await served.listed('send mail', '&status=paused')).toMatchObject({
        isPaused: true,
        counts: { paused: 1, waiting: 0 },
        jobs: [{ id }],
      });
      expect((await served.listed('send mail', '&status=waiting')).jobs).toEqual([]);
      expect((await served.call('GET', `${M}/${id}`)).body.status).toBe('paused');
      expect((await served.listed('report')).isPaused).toBe(false);
    },
    'PUT /api/queues/:queueName/resume': async () => {
      pauseStore.paused.add('send mail');
      await mail();
      expect((await served.call('PUT', `${M}/resume`)).status).toBe(200);
      expect(await served.listed('send mail')).toMatchObject({ isPaused: false, counts: { waiting: 1 } });
    },
    'PUT /api/queues/:queueName/concurrency': async () => {
      const { status, body } = await served.call('PUT', `${M}/concurrency`, { concurrency: 3 });
      expect(status).toBe(405);
      expect(body.message).toContain('`concurrency`');
    },
    'PUT /api/queues/:queueName/rate-limit': async () => {
      const answer = await served.call('PUT', `${M}/rate-limit`, { max: 1, duration: 1000 });
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { key: 'ERRORS.RATE_LIMIT_NOT_SUPPORTED' } },
      });
    },
    'PUT /api/queues/:queueName/rate-limit/release': async () => {
      expect((await served.call('PUT', `${M}/rate-limit/release`)).status).toBe(200);
    },
    'PUT /api/queues/:queueName/empty': async () => {
      await mail();
      await mail({}, { runAt: later() });
      await failedMail();
      const other = await utils.addJob('report', {});
      expect((await served.call('PUT', `${M}/empty`)).status).toBe(200);
      expect((await served.listed('send mail')).counts).toMatchObject({ waiting: 0, delayed: 0, failed: 1 });
      expect(await jobRow(other.id)).toBeDefined();
    },
    'PUT /api/queues/:queueName/obliterate': async () => {
      await mail();
      await failedMail();
      expect((await served.call('PUT', `${M}/obliterate`, {})).status).toBe(400);
      pauseStore.paused.add('send mail');
      expect((await served.call('PUT', `${M}/obliterate`, {})).status).toBe(200);
      expect((await served.listed('send mail')).counts).toMatchObject({ paused: 0, failed: 0 });
    },
    'PUT /api/queues/:queueName/job-schedulers/:schedulerId/remove': async () => {
      const { status, body } = await served.call('PUT', '/api/queues/report/job-schedulers/hourly/remove');
      expect(status).toBe(405);
      expect(body.message).toContain("the workers' program");
    },
    'PATCH /api/queues/:queueName/job-schedulers/:schedulerId': async () => {
      const url = '/api/queues/report/job-schedulers/hourly';
      expect(await served.call('PATCH', url, { pattern: '* * * * *' })).toMatchObject({
        status: 405,
        body: { error: { key: 'ERRORS.JOB_SCHEDULER_EDIT_NOT_SUPPORTED' } },
      });
    },
    'PUT /api/queues/:queueName/job-schedulers/:schedulerId/run': async () => {
      const { body } = await served.call('PUT', '/api/queues/report/job-schedulers/hourly/run');
      expect(await jobRow(body.job.id)).toMatchObject({
        max_attempts: 2,
        payload: { kind: 'hourly', _cron: { ts: expect.stringMatching(/Z$/), backfilled: false } },
      });
      expect((await served.call('PUT', '/api/queues/report/job-schedulers/nothing/run')).status).toBe(404);
    },
    'PUT /api/queues/:queueName/:jobId/retry': async () => {
      const { id } = await failedMail();
      expect((await served.call('PUT', `${M}/${id}/retry`)).status).toBe(204);
      expect(await jobRow(id)).toMatchObject({ attempts: 0, last_error: 'mailbox full', is_available: true });
      expect((await served.call('PUT', `${M}/${id}/retry`)).status).toBe(400);
    },
    'PUT /api/queues/:queueName/:jobId/clean': async () => {
      const { id } = await mail();
      expect((await served.call('PUT', `${M}/${id}/clean`)).status).toBe(204);
      expect(await jobRow(id)).toBeUndefined();
    },
    'PUT /api/queues/:queueName/:jobId/promote': async () => {
      const { id } = await mail({}, { runAt: later() });
      expect((await served.call('PUT', `${M}/${id}/promote`)).status).toBe(204);
      expect((await served.call('GET', `${M}/${id}`)).body.status).toBe('waiting');
      expect((await served.call('PUT', `${M}/${id}/promote`)).status).toBe(409);
    },
    'PATCH /api/queues/:queueName/:jobId/update-data': async () => {
      const { id } = await mail();
      const { status, body } = await served.call('PATCH', `${M}/${id}/update-data`, { jobData: { to: 'x' } });
      expect(status).toBe(405);
      expect(body.message).toContain("can't change the payload");
      expect(await jobRow(id)).toMatchObject({ payload: { to: 'ada@example.test' } });
    },
    'PATCH /api/queues/:queueName/:jobId/delay': async () => {
      const { id } = await mail({}, { runAt: later() });
      const runAt = Date.parse('2099-01-05T10:00:00Z');
      expect((await served.call('PATCH', `${M}/${id}/delay`, { runAt })).status).toBe(200);
      const row = await jobRow(id);
      expect(new Date(row?.run_at).getTime()).toBeGreaterThanOrEqual(runAt);
    },
    'PATCH /api/queues/:queueName/:jobId/priority': async () => {
      const { id } = await mail();
      expect((await served.call('PATCH', `${M}/${id}/priority`, { priority: 9 })).status).toBe(200);
      expect(await jobRow(id)).toMatchObject({ priority: 9 });
      // bull-board allows more than a smallint holds.
      expect((await served.call('PATCH', `${M}/${id}/priority`, { priority: 40_000 })).status).toBe(400);
    },
    'PUT /api/queues/:queueName/:jobId/remove-unprocessed-children': async () => {
      const { id } = await mail();
      expect((await served.call('PUT', `${M}/${id}/remove-unprocessed-children`)).status).toBe(400);
    },
  };

  test.each(Object.entries(routes))('%s', (_route, check) => check());

  test('no route of bull-board is left out above', () => {
    expect(Object.keys(routes).sort()).toEqual(served.routes.sort());
  });

  test('a board in read-only mode shows everything and changes nothing', async () => {
    const { id } = await failedMail();
    const readOnly = await board({ history, pauseStore, cron: CRONTAB, readOnlyMode: true }, driver);
    const before = await jobRow(id);
    const bodies: Record<string, object> = {
      '/rate-limit': {},
      '/concurrency': { concurrency: 1 },
      '/update-data': { jobData: {} },
      '/delay': { runAt: 1 },
      '/priority': { priority: 1 },
      '/job-schedulers/:schedulerId': { pattern: '* * * * *' },
    };
    for (const route of readOnly.routes) {
      const [method, pattern = ''] = route.split(' ');
      const url = pattern
        .replace(':queueName', 'send%20mail')
        .replace(':jobId', id)
        .replace(':queueStatus', 'failed')
        .replace(':schedulerId', 'hourly');
      const body = Object.entries(bodies).find(([end]) => pattern.endsWith(end))?.[1];
      const { status } = await readOnly.call(
        method as Method,
        url,
        method === 'GET' ? undefined : (body ?? {}),
      );
      // The two that go over all queues pass by those that are read-only.
      const passesBy = pattern === '/api/queues/pause' || pattern === '/api/queues/resume';
      expect([route, status]).toEqual([route, method === 'GET' || passesBy ? 200 : 405]);
    }
    expect(await jobRow(id)).toEqual(before);
    expect([...pauseStore.paused]).toEqual([]);
    expect((await readOnly.listed('send mail')).allowRetries).toBe(false);
  });
});

describe('with a real worker', () => {
  test('finished jobs come from the history, failed ones from the table with their error and attempts', async () => {
    const history = memoryHistory();
    const served = await board({ history });
    const good = await mail({ to: 'ada@example.test' });
    const bad = await mail({ to: 'nobody@example.test' }, { maxAttempts: 1 });
    const doubtful = await mail({ to: 'later@example.test' }, { maxAttempts: 5 });
    const startedMs = Date.now();
    await work(
      {
        'send mail': async (payload, { job }) => {
          const { to } = payload as { to: string };
          if (to !== 'ada@example.test') throw new Error(`no mailbox for ${to}`);
          history.completed.push({
            task: job.task_identifier,
            id: job.id,
            payload,
            attempts: job.attempts,
            addedAt: job.created_at,
            startedAt: job.locked_at ?? new Date(),
            finishedAt: new Date(),
            result: { sent: true },
            worker: job.locked_by,
          });
        },
      },
      async () =>
        expect((await served.listed('send mail')).counts).toMatchObject({
          completed: 1,
          failed: 1,
          delayed: 1,
          active: 0,
        }),
    );

    const completed = await served.listed('send mail', '&status=completed');
    expect(completed.jobs).toMatchObject([
      { id: good.id, attempts: 1, data: { to: 'ada@example.test' }, returnValue: { sent: true } },
    ]);
    const { timestamp = 0, processedOn, finishedOn } = completed.jobs[0] ?? {};
    expect(timestamp).toBeLessThanOrEqual(processedOn ?? 0);
    expect(processedOn).toBeLessThanOrEqual(finishedOn ?? 0);
    const M = '/api/queues/send%20mail';
    expect((await served.call('GET', `${M}/${good.id}`)).body.status).toBe('completed');
    for (const change of ['retry', 'clean', 'promote'])
      expect((await served.call('PUT', `${M}/${good.id}/${change}`)).status).toBe(405);
    expect((await served.call('PATCH', `${M}/${good.id}/update-data`, { jobData: {} })).status).toBe(405);

    const failed = await served.listed('send mail', '&status=failed');
    expect(failed.jobs).toMatchObject([
      {
        id: bad.id,
        attempts: 1,
        opts: { attempts: 1 },
        failedReason: 'no mailbox for nobody@example.test',
        stacktrace: ['no mailbox for nobody@example.test'],
        isFailed: true,
      },
    ]);
    // Worked back from graphile-worker's backoff.
    expect(failed.jobs[0]?.finishedOn).toBeGreaterThanOrEqual(startedMs);
    expect(failed.jobs[0]?.finishedOn).toBeLessThanOrEqual(Date.now());
    // The board would show a missing start as a duration since 1970.
    expect(failed.jobs[0]?.processedOn).toBe(failed.jobs[0]?.finishedOn);

    const delayed = await served.listed('send mail', '&status=delayed');
    expect(delayed.jobs).toMatchObject([{ id: doubtful.id, attempts: 1, isFailed: true }]);
    const latest = await served.listed('send mail', '&status=latest');
    expect(latest.jobs.map((one) => one.id).sort()).toEqual([good.id, bad.id, doubtful.id].sort());
  });

  test('a job that a worker is at is active, names the worker, and is not taken away from it', async () => {
    const pauseStore = memoryPauseStore();
    const served = await board({ pauseStore });
    const M = '/api/queues/send%20mail';
    const { id } = await mail();
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await work({ 'send mail': () => finished }, async () => {
      expect((await served.listed('send mail', '&status=active')).jobs).toMatchObject([
        { id, attempts: 1, processedBy: expect.any(String), processedOn: expect.any(Number) },
      ]);
      const row = await jobRow(id);
      expect((await served.call('GET', `${M}/workers`)).body.workers).toMatchObject([{ id: row?.locked_by }]);
      expect((await served.call('PUT', `${M}/${id}/clean`)).status).toBe(409);
      expect((await served.call('PUT', `${M}/${id}/promote`)).status).toBe(409);
      expect((await served.call('PATCH', `${M}/${id}/priority`, { priority: 1 })).status).toBe(409);
      await served.call('PUT', `${M}/empty`);
      await served.call('PUT', `${M}/pause`);
      expect((await served.call('PUT', `${M}/obliterate`, {})).status).toBe(409);
      expect((await served.call('PUT', `${M}/obliterate`, { force: true })).status).toBe(405);
      expect(await jobRow(id)).toEqual(row);
      finish();
    });
  });

  test('a retried job runs again', async () => {
    const served = await board();
    const { id } = await failedMail();
    await served.call('PUT', `/api/queues/send%20mail/${id}/retry`);
    const ran: string[] = [];
    await work({ 'send mail': async (_payload, { job }) => void ran.push(job.id) }, () =>
      expect(ran).toEqual([id]),
    );
  });

  test('workers that forbid the flags of paused tasks leave them alone until they are resumed', async () => {
    const pauseStore = memoryPauseStore();
    const served = await board({ pauseStore });
    const M = '/api/queues/send%20mail';
    await served.call('PUT', `${M}/pause`);
    await served.call('POST', `${M}/add`, { data: {} });
    await served.call('POST', '/api/queues/report/add', { data: {} });
    const ran: string[] = [];
    await work(
      { 'send mail': async () => void ran.push('mail'), report: async () => void ran.push('report') },
      async () => {
        expect(ran).toContain('report');
        if (pauseStore.paused.size > 0) {
          expect(ran).toEqual(['report']);
          expect((await served.listed('send mail')).counts).toMatchObject({ paused: 1, active: 0 });
          await served.call('PUT', `${M}/resume`);
        }
        expect(ran).toEqual(['report', 'mail']);
      },
      { forbiddenFlags: () => [...pauseStore.paused].map((task) => `task:${task}`) },
    );
  });
});

describe('what the board asks of Postgres', () => {
  test('one listing of many queues counts once', async () => {
    const query = vi.fn<Query>((text, values) => database.sql.unsafe(text, values));
    const served = await board({ query, tasks: Array.from({ length: 20 }, (_, n) => ({ name: `t${n}` })) });
    await served.call('GET', '/api/queues');
    expect(query.mock.calls.filter(([text]) => text.includes('count('))).toHaveLength(1);
  });

  test('retrying a page of failed jobs is one statement', async () => {
    const query = vi.fn<Query>((text, values) => database.sql.unsafe(text, values));
    const served = await board({ query });
    for (let n = 0; n < 40; n += 1) await failedMail();
    await served.call('PUT', '/api/queues/send%20mail/retry/failed');
    expect(query.mock.calls.filter(([text]) => text.includes('reschedule_jobs'))).toHaveLength(1);
  });

  test('on an open board nobody waits for a count: the one of before is shown while the next is got', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      let gate = Promise.resolve();
      const served = await board({
        query: async (text, values) => {
          if (text.includes('count(')) await gate;
          return database.sql.unsafe(text, values);
        },
      });
      await served.call('GET', '/api/queues');
      await mail();
      vi.setSystemTime(Date.now() + 1_000);
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      expect((await served.listed('send mail')).counts.waiting).toBe(0);
      open();
      await vi.waitFor(async () => expect((await served.listed('send mail')).counts.waiting).toBe(1));
    } finally {
      vi.useRealTimers();
    }
  });

  test('a count that fails is asked for again', async () => {
    let broken = true;
    const served = await board({
      query: (text, values) =>
        broken ? Promise.reject(new Error('connection lost')) : database.sql.unsafe(text, values),
    });
    expect(await served.call('GET', '/api/queues')).toMatchObject({
      status: 500,
      body: { message: 'connection lost' },
    });
    broken = false;
    expect((await served.call('GET', '/api/queues')).status).toBe(200);
  });

  test('pages neither repeat nor leave out a job, though all were added at the same instant', async () => {
    const served = await board();
    await utils.addJobs(Array.from({ length: 95 }, (_, n) => ({ identifier: 'send mail', payload: { n } })));
    const seen: string[] = [];
    for (let page = 1; page <= 10; page += 1) {
      const listed = await served.listed('send mail', `&status=waiting&page=${page}&jobsPerPage=10`);
      expect(listed.pagination.pageCount).toBe(10);
      seen.push(...listed.jobs.map((job) => String(job.id)));
    }
    expect(new Set(seen).size).toBe(95);
    expect(await served.queue('send mail').getJobs(['waiting'])).toHaveLength(95);
  });

  test.each(['1e308', '99999999999999999999', '1e15'])('page %s is empty', async (page) => {
    const served = await board();
    await mail();
    const path = `/api/queues?activeQueue=send%20mail&status=waiting&page=${page}`;
    const { status, body } = await served.call('GET', path);
    expect(status).toBe(200);
    expect(body.queues[0]?.jobs).toEqual([]);
  });

  test('waiting jobs are listed in the order in which workers take them', async () => {
    const served = await board();
    const last = await mail({}, { priority: 10 });
    const second = await mail({}, { priority: -1 });
    const first = await mail({}, { priority: -1, runAt: new Date(Date.now() - HOUR_MS) });
    const { jobs } = await served.listed('send mail', '&status=waiting');
    expect(jobs.map((job) => job.id)).toEqual([first.id, second.id, last.id]);
  });

  test('another schema works, however it is spelt', async () => {
    const schema = 'Other "jobs"';
    await runMigrations({ connectionString: database.url, schema, logger: silent });
    const served = await board({ schema });
    await served.call('POST', '/api/queues/report/add', { data: {} });
    expect((await served.listed('report')).counts.waiting).toBe(1);
  });
});

describe('what the app may leave out or add', () => {
  test('without history, pause store and crontab the board has no such tabs and says why it cannot', async () => {
    const served = await board();
    const listed = await served.listed('send mail');
    expect(listed.statuses).toEqual(['latest', 'active', 'waiting', 'failed', 'delayed']);
    const M = '/api/queues/send%20mail';
    const paused = await served.call('PUT', `${M}/pause`);
    expect(paused.status).toBe(405);
    expect(paused.body.message).toContain('`pauseStore`');
    expect((await served.call('PUT', '/api/queues/pause')).status).toBe(405);
    expect((await served.call('PUT', '/api/queues/resume')).status).toBe(200);
    expect((await served.call('GET', `${M}/metrics`)).body).toEqual({ completed: null, failed: null });
    const { id } = await mail();
    expect((await served.call('GET', `${M}/${id}/logs`)).body).toEqual([]);
    expect((await served.call('GET', '/api/job-schedulers')).body).toEqual({ schedulers: [] });
    const run = await served.call('PUT', '/api/queues/report/job-schedulers/report/run');
    expect(run.status).toBe(405);
  });

  test('a cron entry that workers ran shows without a crontab, by its last run', async () => {
    await database.sql`
      insert into graphile_worker._private_known_crontabs (identifier, known_since, last_execution)
      values ('report', now(), '2026-01-05T15:00:00Z')`;
    const served = await board();
    expect((await served.call('GET', '/api/job-schedulers')).body.schedulers).toEqual([
      { id: 'report', queueName: 'report', name: 'report', lastRun: Date.parse('2026-01-05T15:00:00Z') },
    ]);
  });

  test('cron items are taken as graphile-worker takes them', async () => {
    const served = await board({
      cron: [
        { task: 'report', match: '*/5 * * * *', identifier: 'often' },
        { task: 'report', match: () => false, identifier: 'never' },
      ],
    });
    const { schedulers } = (await served.call('GET', '/api/job-schedulers')).body;
    expect(schedulers).toMatchObject([{ id: 'often', pattern: '*/5 * * * *' }, { id: 'never' }]);
    expect((schedulers[0]?.next ?? 0) - Date.now()).toBeLessThanOrEqual(5 * 60_000);
    expect(schedulers[1]).not.toHaveProperty('next');
    await expect(board({ cron: 'every day report' })).rejects.toThrow(/crontab/);
  });

  test('workers come from the app where it knows them', async () => {
    const startedAt = new Date('2026-01-05T10:00:00Z');
    const served = await board({
      workers: async (task) =>
        task === 'report' ? [{ id: 'w1', name: 'reporter', address: 'host-1:4711', startedAt }] : [],
    });
    vi.useFakeTimers({ toFake: ['Date'], now: startedAt.getTime() + 90_000 });
    try {
      expect((await served.call('GET', '/api/queues/report/workers')).body.workers).toMatchObject([
        { id: 'w1', name: 'reporter', addr: 'host-1:4711', age: 90 },
      ]);
    } finally {
      vi.useRealTimers();
    }
    expect((await served.listed('report')).hasWorkers).toBe(true);
    expect((await served.listed('send mail')).hasWorkers).toBe(false);
  });

  test('what is redacted never leaves the server', async () => {
    const history = memoryHistory();
    const { id } = await mail({ secret: 'hunter2' });
    await utils.permanentlyFailJobs([id], 'refused hunter2');
    history.attempts[id] = [{ startedAt: new Date(), outcome: 'failed', detail: 'hunter2' }];
    history.completed.push({
      task: 'send mail',
      id: '900',
      payload: { secret: 'hunter2' },
      attempts: 1,
      startedAt: new Date(),
      finishedAt: new Date(),
      result: 'hunter2',
    });
    const parts: string[] = [];
    const served = await board({
      history,
      cron: '0 * * * * report {"secret":"hunter2"}',
      redact: (value, { part }) => {
        parts.push(part);
        return JSON.parse(JSON.stringify(value).replaceAll('hunter2', '[hidden]'));
      },
    });
    const M = '/api/queues/send%20mail';
    const answers = await Promise.all(
      [
        '/api/queues?activeQueue=send%20mail',
        `${M}/${id}`,
        `${M}/900`,
        `${M}/${id}/logs`,
        '/api/job-schedulers',
      ].map((url) => served.call('GET', url)),
    );
    expect(JSON.stringify(answers)).not.toContain('hunter2');
    expect(JSON.stringify(answers).match(/\[hidden\]/g)?.length).toBeGreaterThan(8);
    expect(new Set(parts)).toEqual(new Set(['payload', 'error', 'result', 'log']));
  });

  test('a job links to the page that the app has for it', async () => {
    const served = await board({
      externalJobUrl: ({ id }) => ({ href: `/mails/${id}`, displayText: 'Mail' }),
    });
    const { id } = await mail();
    const { body } = await served.call('GET', `/api/queues/send%20mail/${id}`);
    expect(body.job.externalUrl).toEqual({ href: `/mails/${id}`, displayText: 'Mail' });
  });
});

describe('charts over days', () => {
  const HOUR = Date.parse('2026-01-05T15:00:00Z');
  const spans: HistorySpan[] = [];
  const provider = createHistoryProvider(async (span) => {
    spans.push(span);
    return [
      { startMs: HOUR, completed: 7, failed: 2, measured: 9, quantile: (part) => 1000 * part },
      { startMs: HOUR + HOUR_MS, completed: 0, failed: 0, measured: 0, quantile: () => 0 },
    ];
  });
  let served: Board;
  beforeEach(async () => {
    spans.length = 0;
    served = await serve(
      { query: (text, values) => database.sql.unsafe(text, values), tasks: TASKS },
      provider,
    );
    boards.push(served);
  });
  const get = async (path: string) => {
    const response = await served.app.inject({ method: 'GET', url: `/api/metrics/${path}` });
    expect(response.statusCode, response.body).toBe(200);
    return response.json();
  };

  test('completed and failed jobs come from the app’s figures, of one task or all', async () => {
    const span = `from=${HOUR}&to=${HOUR + HOUR_MS}&granularity=hour`;
    expect(await get(`history?queue=report&${span}`)).toEqual({
      completed: [
        { ts: HOUR, value: 7 },
        { ts: HOUR + HOUR_MS, value: 0 },
      ],
      failed: [
        { ts: HOUR, value: 2 },
        { ts: HOUR + HOUR_MS, value: 0 },
      ],
    });
    expect(spans[0]).toEqual({ task: 'report', granularity: 'hour', fromMs: HOUR, toMs: HOUR + HOUR_MS });
    await get(`history?${span}`);
    expect(spans.at(-1)?.task).toBeUndefined();
  });

  test('durations are percentiles of what was measured, and nothing where nothing was', async () => {
    const span = `from=${HOUR}&to=${HOUR + HOUR_MS}&granularity=range&percentiles=50,99`;
    expect(await get(`latency?metric=runtime&${span}`)).toEqual([
      { ts: HOUR, count: 9, values: { 50: 500, 99: 990 } },
    ]);
  });

  test('what graphile-worker doesn’t know is left empty, not made up', async () => {
    const span = `from=${HOUR}&to=${HOUR + HOUR_MS}`;
    expect(await get(`history?metric=queueage&${span}`)).toEqual({ queueage: [] });
    expect(await get(`latency?metric=waittime&${span}`)).toEqual([]);
    expect(spans).toEqual([]);
  });
});

test('bull-board asks its adapters nothing that this one was not built for', () => {
  // A later bull-board that adds to this list has something new for the adapter to answer.
  expect(Object.getOwnPropertyNames(BaseAdapter.prototype).sort()).toEqual([
    'constructor',
    'format',
    'getActiveRateLimitTtl',
    'getArmedJobSchedulerId',
    'getConfiguredRateLimit',
    'getDatastoreStats',
    'getDescription',
    'getDisplayName',
    'getJobDataSchema',
    'getQueueDefaultJobOptions',
    'getWorkers',
    'isVisible',
    'normalizeWorkers',
    'releaseActiveRateLimit',
    'removeConfiguredRateLimit',
    'setConfiguredRateLimit',
    'setFormatter',
    'setVisibilityGuard',
    'supportsGlobalRateLimit',
    'supportsJobSchedulerRun',
    'supportsJobSchedulerUpdate',
  ]);
});
