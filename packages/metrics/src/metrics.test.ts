import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fieldOf, keyOf, MAX_BYTES, RANGES, startOf, TIERS, TOTALS_KEY } from './buckets.ts';
import { createMetricsReader, type MetricsReader } from './reader.ts';
import { findRedis, type RedisProcess, startRedis } from './redis-process.ts';
import { createMetricsWriter, type MetricsWriter } from './writer.ts';

let server: RedisProcess;
let direct: Redis;
const open: { close(): unknown }[] = [];
const log = { info: vi.fn(), warn: vi.fn() };
const OUTCOMES = ['done', 'nothing', 'retry', 'dead', 'waiting', 'conflict', 'interrupted'];

/** Longer than a working Redis needs, however busy the machine is. */
const PATIENT_MS = 60_000;

const writer = (url = server.url, batchTimeoutMs = PATIENT_MS): MetricsWriter => {
  const made = createMetricsWriter(url, log, { batchTimeoutMs });
  open.push(made);
  return made;
};
const reader = (url = server.url, answerTimeoutMs = PATIENT_MS): MetricsReader => {
  const made = createMetricsReader(url, { answerTimeoutMs });
  open.push(made);
  return made;
};

// The test command reports a machine without Redis.
describe.skipIf(!findRedis())('with a Redis server of its own', () => {
  beforeAll(async () => {
    server = await startRedis();
    direct = new Redis(server.url);
    direct.on('error', () => {});
  });
  beforeEach(async () => {
    log.info.mockClear();
    log.warn.mockClear();
    await direct.flushall();
  });
  afterEach(async () => {
    vi.useRealTimers();
    for (const each of open.splice(0)) await each.close();
  });
  afterAll(async () => {
    direct.disconnect();
    await server.stop();
  });

  test('what two workers count is read as one, per task and together, in every range', async () => {
    const [a, b, figures] = [writer(), writer(), reader()];
    for (let i = 0; i < 90; i++) {
      a.attempt({ task: 'sync_schedule', outcome: 'done', durationMs: 100, clickToSyncedMs: 800 });
    }
    for (let i = 0; i < 10; i++) b.attempt({ task: 'sync_schedule', outcome: 'retry', durationMs: 20_000 });
    b.attempt({ task: 'refresh_events', outcome: 'done', durationMs: 5_000 });
    b.call({ call: 'schedule', ok: true, durationMs: 300 });
    b.call({ call: 'schedule', ok: false, durationMs: 30_000, failureKind: 'unknown' });
    await a.close();
    await b.close();

    for (const range of RANGES) {
      const series = await figures.series({ range });
      const task = series?.tasks.sync_schedule?.total;
      expect(task?.attempts).toBe(100);
      expect(task?.outcomes).toEqual({ done: 90, retry: 10 });
      expect(task?.duration?.p50).toBeGreaterThan(79);
      expect(task?.duration?.p50).toBeLessThan(126);
      expect(task?.duration?.p95).toBeGreaterThan(15_800);
      expect(task?.duration?.p95).toBeLessThan(25_200);
      expect(task?.clickToSynced?.count).toBe(90);
      expect(series?.allTasks.total.attempts).toBe(101);
      expect(series?.calls.schedule?.total).toMatchObject({ calls: 2, failed: 1, failures: { unknown: 1 } });
      expect(series?.starts).toHaveLength(series?.allTasks.points.length ?? -1);
      const points = series?.allTasks.points.reduce((sum, point) => sum + point.attempts, 0);
      expect(points).toBe(101);
    }
  });

  test('figures stand in the bucket of the moment they were counted in', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const now = Date.now();
    const figures = writer();
    vi.setSystemTime(now - 10 * 60_000);
    figures.attempt({ task: 'sync_schedule', outcome: 'dead', durationMs: 5 });
    vi.setSystemTime(now);
    figures.attempt({ task: 'sync_schedule', outcome: 'done', durationMs: 5 });
    await vi.waitFor(async () => expect(await direct.dbsize()).toBeGreaterThan(0));

    const series = await reader().series({ range: '1h' });
    expect(series?.tasks.sync_schedule?.points.at(-1)?.outcomes).toEqual({ done: 1 });
    expect(series?.tasks.sync_schedule?.points.at(-11)?.outcomes).toEqual({ dead: 1 });
  });

  test('every key expires: minutes after hours, six-hour buckets after a month', async () => {
    const figures = writer();
    figures.attempt({ task: 'sync_schedule', outcome: 'done', durationMs: 5 });
    await figures.close();
    const keys = await direct.keys('*');
    const ages = await Promise.all(keys.map((key) => direct.ttl(key)));
    expect(keys).toHaveLength(5);
    expect(Math.min(...ages)).toBeGreaterThan(3600);
    expect(Math.max(...ages)).toBeGreaterThan(30 * 86_400);
    expect(Math.max(...ages)).toBeLessThan(32 * 86_400);
  });

  test('memory of 30 days stays below its bound though every outcome and duration came up in every bucket', async () => {
    const bytes = async () => Number(/used_memory:(\d+)/.exec(await direct.info('memory'))?.[1]);
    const before = await bytes();
    const spread = <Name extends string>(names: Name[], fields: (name: Name) => string[]) =>
      names.flatMap(fields);
    const every = Array.from({ length: 82 }, (_, bucket) => bucket);
    const fields = [
      ...spread(
        [
          'sync_schedule',
          'sync_schedule_update',
          'sync_schedule_deletion',
          'sync_employee',
          'refresh_events',
        ],
        (task) => [
          ...OUTCOMES.map((outcome) => fieldOf('outcome', task, outcome)),
          ...every.flatMap((bucket) => [fieldOf('duration', task, bucket), fieldOf('synced', task, bucket)]),
          fieldOf('spent', task, 'duration'),
          fieldOf('spent', task, 'synced'),
        ],
      ),
      ...spread(
        Array.from({ length: 10 }, (_, n) => `aCallOfCrossmark${n}`),
        (call) => [
          ...['ok', 'transient', 'session', 'rejected', 'unknown'].map((how) => fieldOf('call', call, how)),
          ...every.map((bucket) => fieldOf('latency', call, bucket)),
          fieldOf('spent', call, 'latency'),
        ],
      ),
      ...spread(['oldest', 'dead', 'conflicts', 'held'], (level) => [
        fieldOf('level', level, 'sum'),
        fieldOf('level', level, 'samples'),
      ]),
    ];
    const values = Object.fromEntries(fields.map((field) => [field, '1000']));
    const now = Math.floor(Date.now() / 1000);
    await direct.hset(TOTALS_KEY, values);
    for (const tier of TIERS) {
      const kept = (tier.keptSeconds + tier.seconds) / tier.seconds;
      for (let back = 0; back < kept; back++) {
        const start = startOf(tier, now) - back * tier.seconds;
        await direct
          .pipeline()
          .hset(keyOf(tier, start), values)
          .expireat(keyOf(tier, start), now + 3600)
          .exec();
      }
    }
    expect(await direct.dbsize()).toBeLessThanOrEqual(636);
    const taken = (await bytes()) - before;
    expect(taken, 'bytes').toBeLessThan(MAX_BYTES);
  });

  test('levels are the mean of what workers sampled, absent where nobody did, and known since the first figure', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const now = Math.floor(Date.now() / 600_000) * 600_000 - 3_600_000;
    const [a, b, figures] = [writer(), writer(), reader()];
    vi.setSystemTime(now - 1_800_000);
    a.level('dead', 4);
    a.level('held', 0);
    vi.setSystemTime(now);
    a.level('dead', 2);
    b.level('dead', 1);
    a.level('dead', Number.NaN);
    a.level('dead', -1);
    await a.close();
    await b.close();
    const hour = await figures.series({ range: '1h' });
    const at = (ms: number) => hour?.starts.indexOf(new Date(ms).toISOString()) ?? -1;
    expect(hour?.levels.dead?.[at(now)]).toBe(1.5);
    expect(hour?.levels.dead?.[at(now - 1_800_000)]).toBe(4);
    expect(hour?.levels.dead?.[at(now - 60_000)]).toBeNull();
    expect(hour?.levels.held?.[at(now - 1_800_000)]).toBe(0);
    expect(hour?.knownSince).toBe(new Date(now - 1_800_000).toISOString());
    expect(hour?.raisedAt).toEqual({ dead: new Date(now).toISOString() });
    expect(hour?.tasks).toEqual({});
    await direct.flushall();
    expect(await figures.series({ range: '1h' })).toMatchObject({
      levels: {},
      knownSince: null,
      raisedAt: {},
    });
  });

  test('totals only ever grow, and know each duration’s sum', async () => {
    const figures = writer();
    figures.attempt({ task: 'sync_schedule', outcome: 'done', durationMs: 100, clickToSyncedMs: 900 });
    figures.attempt({ task: 'sync_schedule', outcome: 'retry', durationMs: 300 });
    figures.call({ call: 'schedule', ok: false, durationMs: 50, failureKind: 'unknown' });
    await figures.close();
    const totals = await reader().totals();
    const task = totals?.tasks.sync_schedule;
    expect(task?.outcomes).toEqual({ done: 1, retry: 1 });
    expect(task?.duration).toMatchObject({ count: 2, sumMs: 400 });
    expect(task?.duration.buckets.find(({ upToMs }) => upToMs === 128)?.count).toBe(1);
    expect(task?.clickToSynced).toMatchObject({ count: 1, sumMs: 900 });
    expect(totals?.calls.schedule).toMatchObject({
      outcomes: { unknown: 1 },
      latency: { count: 1, sumMs: 50 },
    });
    expect(Object.keys(totals?.tasks ?? {})).toEqual(['sync_schedule']);
  });

  test('history is by hours and days of UTC, one task or all', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    // Yesterday at 12:30 in UTC, so that nothing has expired.
    const midnight = Math.floor(Date.now() / 86_400_000) * 86_400_000;
    const now = midnight - 11.5 * 3_600_000;
    const figures = writer();
    for (const [hoursAgo, task] of [
      [0, 'a'],
      [1, 'a'],
      [1, 'b'],
      [30, 'b'],
    ] as const) {
      vi.setSystemTime(now - hoursAgo * 3_600_000);
      figures.attempt({ task, outcome: 'done', durationMs: 100 });
    }
    vi.setSystemTime(now);
    await figures.close();
    const counts = async (query: { task?: string; granularity: 'hour' | 'day' }) =>
      (await reader().history({ ...query, fromMs: now - 48 * 3_600_000, toMs: now }))
        ?.filter((point) => point.outcomes.done)
        .map((point) => [(midnight - point.startMs) / 3_600_000, point.outcomes.done]);
    expect(await counts({ granularity: 'hour' })).toEqual([
      [42, 1],
      [13, 2],
      [12, 1],
    ]);
    expect(await counts({ granularity: 'day' })).toEqual([
      [48, 1],
      [24, 3],
    ]);
    expect(await counts({ granularity: 'day', task: 'b' })).toEqual([
      [48, 1],
      [24, 1],
    ]);
  });

  test('ten thousand figures go out as one batch', async () => {
    const figures = writer();
    await vi.waitFor(async () =>
      expect(await direct.client('LIST')).toContain('name=crossmark-metrics-writer'),
    );
    const before = await commandsSeen('exec');
    for (let i = 0; i < 10_000; i++) {
      figures.attempt({ task: 'sync_schedule', outcome: 'done', durationMs: i, clickToSyncedMs: i });
    }
    await figures.close();
    expect((await commandsSeen('exec')) - before).toBe(1);
    expect((await reader().series({ range: '1h' }))?.allTasks.total.attempts).toBe(10_000);
  });

  test('what was counted while Redis was gone is there after it came back, without a restart', async () => {
    const [figures, charts] = [writer(), reader()];
    expect(await charts.status()).toMatchObject({ state: 'connected' });
    await server.stop();
    try {
      const gone = await vi.waitFor(async () => {
        const status = await charts.status();
        if (status.state !== 'gone') throw new Error(`still ${status.state}`);
        return status;
      });
      expect(Date.parse(gone.since)).toBeLessThanOrEqual(Date.now());
      expect(await charts.status()).toEqual(gone);
      expect(await charts.series({ range: '1h' })).toBeNull();
      for (let i = 0; i < 500; i++)
        figures.attempt({ task: 'sync_employee', outcome: 'done', durationMs: 7 });
      await vi.waitFor(() => expect(log.warn).toHaveBeenCalledTimes(1));
    } finally {
      await server.start();
    }
    await vi.waitFor(async () => {
      expect((await charts.series({ range: '1h' }))?.tasks.sync_employee?.total.attempts).toBe(500);
    });
    expect(await charts.status()).toMatchObject({ state: 'connected' });
    expect(log.info).toHaveBeenCalledTimes(1);
  });

  test('a Redis that hangs counts as gone, holds nobody up, and is used again when it goes on', async () => {
    const [figures, charts] = [writer(server.url, 500), reader(server.url, 500)];
    await vi.waitFor(async () => expect(await charts.status()).toMatchObject({ state: 'connected' }));
    const pid = Number(/process_id:(\d+)/.exec(await direct.info('server'))?.[1]);
    process.kill(pid, 'SIGSTOP');
    try {
      figures.attempt({ task: 'sync_schedule', outcome: 'done', durationMs: 5 });
      await vi.waitFor(() => expect(log.warn).toHaveBeenCalled());
      expect(await charts.status()).toMatchObject({ state: 'gone' });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await vi.waitFor(async () => {
      // A slow machine may lose any batch; one after the outage is counted in the end.
      figures.attempt({ task: 'sync_employee', outcome: 'done', durationMs: 5 });
      const total = (await charts.series({ range: '1h' }))?.tasks;
      // The batch that was running during the hang is never repeated: it is counted once or lost.
      expect(total?.sync_schedule?.total.attempts ?? 1).toBe(1);
      expect(total?.sync_employee?.total.attempts).toBeGreaterThan(0);
    });
  });

  test('memory stays bounded through a long outage and against names made of ids', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    // waitFor advances a fake clock, which must not reach the next minute.
    const now = Math.floor(Date.now() / 60_000) * 60_000;
    await server.stop();
    const figures = writer();
    try {
      for (let minute = 300; minute >= 0; minute--) {
        vi.setSystemTime(now - minute * 60_000);
        figures.attempt({ task: `job-${minute}`, outcome: 'done', durationMs: 5 });
      }
    } finally {
      await server.start();
    }
    await vi.waitFor(async () => {
      const hour = await reader().series({ range: '1h' });
      expect(hour?.allTasks.total.attempts).toBe(60);
      expect(Object.keys(hour?.tasks ?? {})).toEqual(['other']);
    });
    // Two hours are kept; older minutes are dropped.
    expect((await reader().series({ range: '24h' }))?.allTasks.total.attempts).toBe(120);
  });

  test('without a URL the writer does nothing and the reader says that Redis is not configured', async () => {
    const [figures, charts] = [createMetricsWriter(undefined, log), createMetricsReader(undefined)];
    figures.attempt({ task: 'sync_schedule', outcome: 'done', durationMs: 5 });
    figures.call({ call: 'schedule', ok: true, durationMs: 5 });
    await figures.close();
    expect(await charts.status()).toEqual({ state: 'not-configured' });
    expect(await charts.series({ range: '24h' })).toBeNull();
  });

  test('a server that never was there is gone, and closing does not wait for it', async () => {
    const figures = writer('redis://127.0.0.1:1');
    figures.attempt({ task: 'sync_schedule', outcome: 'done', durationMs: 5 });
    expect(await reader('redis://127.0.0.1:1').status()).toMatchObject({ state: 'gone' });
    await figures.close();
  });

  test('a port held by somebody else is refused with the reason, and no server is left behind', async () => {
    await expect(startRedis({ port: server.port })).rejects.toThrow(/did not start/);
    expect(await direct.ping()).toBe('PONG');
  });
});

test('without a server program the refusal names the fix', async () => {
  vi.stubEnv('PATH', '');
  try {
    await expect(startRedis()).rejects.toThrow('apt-get install redis-server');
  } finally {
    vi.unstubAllEnvs();
  }
});

async function commandsSeen(command: string): Promise<number> {
  const stats = await direct.info('commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}
