import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import { Redis } from 'ioredis';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { createMetricsReader, type MetricsReader } from './reader.ts';
import { findRedis } from './redis-process.ts';
import { createMetricsWriter, type MetricsWriter } from './writer.ts';

const PASSWORD = 'a password/with: signs';
const IN_URL = encodeURIComponent(PASSWORD);
const SENTINEL_PASSWORD = 'of-the-sentinel';
/** Longer than a working Redis needs, however busy the machine is. */
const PATIENT_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'crossmark-redis-'));
const running = new Set<ChildProcess>();
const open: { close(): unknown }[] = [];
const lines: string[] = [];
const log = {
  info: (fields: object, message: string) => lines.push(`${JSON.stringify(fields)} ${message}`),
  warn: (fields: object, message: string) => lines.push(`${JSON.stringify(fields)} ${message}`),
};

/** Starts a Redis server from lines of its configuration, and waits until it answers. */
async function start(port: number, password: string, settings: readonly string[], mode: string[] = []) {
  const file = join(folder, `${port}.conf`);
  const common = [`port ${port}`, 'bind 127.0.0.1', `requirepass "${password}"`, `dir ${folder}`];
  writeFileSync(file, [...common, ...settings, ''].join('\n'));
  const child = spawn(findRedis() ?? '', [file, ...mode], { stdio: 'ignore' });
  running.add(child);
  const probe = new Redis(port, '127.0.0.1', { password });
  probe.on('error', () => {});
  await vi.waitFor(() => probe.ping());
  probe.disconnect();
  return child;
}
async function kill(child: ChildProcess) {
  running.delete(child);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
const writer = (url: string): MetricsWriter => {
  const made = createMetricsWriter(url, log, { batchTimeoutMs: PATIENT_MS });
  open.push(made);
  return made;
};
const reader = (url: string): MetricsReader => {
  const made = createMetricsReader(url, { answerTimeoutMs: PATIENT_MS });
  open.push(made);
  return made;
};
const attempt = { task: 'sync_schedule', outcome: 'done', durationMs: 100 };
const attempts = async (from: MetricsReader) =>
  (await from.series({ range: '24h' }))?.tasks.sync_schedule?.total.attempts ?? 0;

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  for (const child of [...running]) await kill(child);
  lines.length = 0;
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

// The test command reports a machine without Redis.
describe.skipIf(!findRedis())('figures', () => {
  test('are written to a Redis with a password; a wrong one is reported, but never told', async () => {
    const port = await getPort();
    await start(port, PASSWORD, ['save ""']);
    const url = `redis://:${IN_URL}@127.0.0.1:${port}`;
    writer(url).attempt(attempt);
    await vi.waitFor(async () => expect(await attempts(reader(url))).toBe(1));
    expect(lines).toEqual([]);

    writer(`redis://:hunter2-wrong@127.0.0.1:${port}`).attempt(attempt);
    await vi.waitFor(() => expect(lines.join('\n')).toContain('Redis is gone'));
    expect(lines.join('\n')).toContain('WRONGPASS');
    expect(lines.join('\n')).not.toMatch(/hunter2|signs/);
    expect(await reader(`redis://:hunter2-wrong@127.0.0.1:${port}`).status()).toMatchObject({
      state: 'gone',
    });
  });

  test('go on at the replica that Sentinel promotes, and those from before are still there', async () => {
    const [first, second, watch, nobody] = [
      await getPort(),
      await getPort(),
      await getPort(),
      await getPort(),
    ];
    const replication = ['save ""', `masterauth "${PASSWORD}"`, 'repl-diskless-sync-delay 0'];
    const primary = await start(first, PASSWORD, replication);
    await start(second, PASSWORD, [...replication, `replicaof 127.0.0.1 ${first}`]);
    await start(
      watch,
      SENTINEL_PASSWORD,
      [
        `sentinel monitor figures 127.0.0.1 ${first} 1`,
        `sentinel auth-pass figures "${PASSWORD}"`,
        'sentinel down-after-milliseconds figures 500',
      ],
      ['--sentinel'],
    );
    const sentinel = new Redis(watch, '127.0.0.1', { password: SENTINEL_PASSWORD });
    open.push({ close: () => sentinel.disconnect() });
    await vi.waitFor(async () =>
      expect(await sentinel.call('sentinel', 'replicas', 'figures')).toHaveLength(1),
    );

    // The first Sentinel does not answer.
    const url = `redis+sentinel://:${IN_URL}@127.0.0.1:${nobody},127.0.0.1:${watch}/figures?sentinel_password=${SENTINEL_PASSWORD}`;
    const [figures, charts] = [writer(url), reader(url)];
    figures.attempt(attempt);
    await vi.waitFor(async () => expect(await attempts(charts)).toBe(1));
    const replica = new Redis(second, '127.0.0.1', { password: PASSWORD });
    open.push({ close: () => replica.disconnect() });
    await vi.waitFor(async () => expect(await replica.dbsize()).toBeGreaterThan(0));

    await kill(primary);
    await vi.waitFor(async () => expect(await charts.status()).toMatchObject({ state: 'gone' }));
    figures.attempt(attempt);
    await vi.waitFor(async () => expect(await attempts(charts)).toBe(2));
    expect(await charts.status()).toMatchObject({ state: 'connected' });
    expect(lines.join('\n')).toMatch(/Redis is gone[\s\S]*Redis is back/);
    expect(lines.join('\n')).not.toMatch(/signs|of-the-sentinel/);
  });

  test('are gone, and nobody waits, while no Sentinel answers', async () => {
    const url = `redis+sentinel://:${IN_URL}@127.0.0.1:${await getPort()},127.0.0.1:${await getPort()}/figures`;
    expect(await reader(url).status()).toMatchObject({ state: 'gone' });
    const figures = writer(url);
    figures.attempt(attempt);
    await vi.waitFor(() => expect(lines.join('\n')).toContain('Redis is gone'));
    await figures.close();
    expect(lines.join('\n')).not.toMatch(/signs/);
  });
});
