import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import getPort from 'get-port';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
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

const [certificate, key] = [join(folder, 'redis.crt'), join(folder, 'redis.key')];
const TLS = [
  `tls-cert-file ${certificate}`,
  `tls-key-file ${key}`,
  `tls-ca-cert-file ${certificate}`,
  'tls-auth-clients no',
  // Servers and Sentinels speak TLS among themselves too.
  'tls-replication yes',
];

/** A Redis server of this file. */
interface Server {
  port: number;
  password: string;
  /** Lines of its configuration. */
  settings: readonly string[];
  hasTls?: boolean;
  isSentinel?: boolean;
}

/** A connection to one of the servers, which ends with the test. */
function connectTo({ port, password, hasTls = false }: Omit<Server, 'settings'>): Redis {
  const connection = new Redis(port, '127.0.0.1', { password, ...(hasTls && { tls: {} }) });
  connection.on('error', () => {});
  open.push({ close: () => connection.disconnect() });
  return connection;
}

/** Starts a Redis server, and waits until it answers. */
async function start(server: Server): Promise<ChildProcess> {
  const { port, password, settings, hasTls = false, isSentinel = false } = server;
  const file = join(folder, `${port}.conf`);
  const common = ['bind 127.0.0.1', `requirepass "${password}"`, `dir ${folder}`];
  const ports = hasTls ? ['port 0', `tls-port ${port}`, ...TLS] : [`port ${port}`];
  writeFileSync(file, [...ports, ...common, ...settings, ''].join('\n'));
  const child = spawn(findRedis() ?? '', [file, ...(isSentinel ? ['--sentinel'] : [])], { stdio: 'ignore' });
  running.add(child);
  const probe = connectTo(server);
  await vi.waitFor(() => probe.ping());
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

/** The authorities that this process trusts without this file. */
const trusted = getCACertificates('default');
beforeAll(() => {
  const files = ['-keyout', key, '-out', certificate];
  const names = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...files],
    {
      stdio: 'pipe',
    },
  );
  setDefaultCACertificates([...trusted, readFileSync(certificate, 'utf8')]);
});
afterAll(() => setDefaultCACertificates(trusted));
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
    await start({ port, password: PASSWORD, settings: ['save ""'] });
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

  test.each([
    ['redis+sentinel', false],
    ['rediss+sentinel', true],
  ])(
    'go on at the replica that Sentinel promotes, and those from before are still there (%s)',
    async (protocol, hasTls) => {
      const [first, second, watch, nobody] = [
        await getPort(),
        await getPort(),
        await getPort(),
        await getPort(),
      ];
      const data = { password: PASSWORD, hasTls };
      const replication = ['save ""', `masterauth "${PASSWORD}"`, 'repl-diskless-sync-delay 0'];
      const primary = await start({ ...data, port: first, settings: replication });
      const replicaOfFirst = [...replication, `replicaof 127.0.0.1 ${first}`];
      await start({ ...data, port: second, settings: replicaOfFirst });
      const watcher = {
        port: watch,
        password: SENTINEL_PASSWORD,
        hasTls,
        isSentinel: true,
        settings: [
          `sentinel monitor figures 127.0.0.1 ${first} 1`,
          `sentinel auth-pass figures "${PASSWORD}"`,
          'sentinel down-after-milliseconds figures 500',
        ],
      };
      await start(watcher);
      const sentinel = connectTo(watcher);
      await vi.waitFor(async () =>
        expect(await sentinel.call('sentinel', 'replicas', 'figures')).toHaveLength(1),
      );

      // The first Sentinel does not answer.
      const url = `${protocol}://:${IN_URL}@127.0.0.1:${nobody},127.0.0.1:${watch}/figures?sentinel_password=${SENTINEL_PASSWORD}`;
      const [figures, charts] = [writer(url), reader(url)];
      figures.attempt(attempt);
      await vi.waitFor(async () => expect(await attempts(charts)).toBe(1));
      const replica = connectTo({ ...data, port: second });
      await vi.waitFor(async () => expect(await replica.dbsize()).toBeGreaterThan(0));

      await kill(primary);
      await vi.waitFor(async () => expect(await charts.status()).toMatchObject({ state: 'gone' }));
      figures.attempt(attempt);
      await vi.waitFor(async () => expect(await attempts(charts)).toBe(2));
      expect(await charts.status()).toMatchObject({ state: 'connected' });
      expect(lines.join('\n')).toMatch(/Redis is gone[\s\S]*Redis is back/);
      expect(lines.join('\n')).not.toMatch(/signs|of-the-sentinel/);
    },
  );

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
