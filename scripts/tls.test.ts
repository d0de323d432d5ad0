import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Database, databaseReasons, makeRoles } from '@scheduler/db';
import { backup, restore } from '@scheduler/db/backup';
import { findRedis } from '@scheduler/metrics/redis';
import getPort from 'get-port';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApp } from './lib/apps.ts';
import { type Infrastructure, temporaryInfrastructure } from './lib/infrastructure.ts';
import { answers, type Running, start, temporaryDirectory, waitFor } from './lib/process.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };
const data = temporaryDirectory();
const file = (name: string) => join(data.path, name);
const running: Running[] = [];
let infrastructure: Infrastructure;
let observer: Database;
let redisPort: number;
let redis: Running | undefined;

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
const makeAuthority = (name: string) =>
  openssl(
    'req',
    '-x509',
    ...KEY,
    '-subj',
    `/CN=${name}`,
    '-keyout',
    file(`${name}.key`),
    '-out',
    file(`${name}.crt`),
  );
/** Creates a server's certificate for one name, signed by `authority`. */
function certify(name: string, authority: string): void {
  const by = ['-CA', file(`${authority}.crt`), '-CAkey', file(`${authority}.key`)];
  const alt = ['-addext', `subjectAltName=DNS:${name}`, '-addext', 'basicConstraints=critical,CA:FALSE'];
  const out = ['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)];
  openssl('req', '-x509', ...KEY, '-subj', `/CN=${name}`, ...by, ...alt, ...out);
}

/** Changes settings of Postgres. */
async function configure(...settings: string[]): Promise<void> {
  for (const setting of settings) await observer.sql.unsafe(`alter system set ${setting}`);
  await observer.sql`select pg_reload_conf()`;
}
/** Makes Postgres use the certificate for a name. */
async function present(name: string): Promise<void> {
  const [row] = await observer.sql`show data_directory`;
  const { uid, gid } = statSync(row?.data_directory);
  for (const kind of ['crt', 'key']) {
    const target = join(row?.data_directory, `${name}.${kind}`);
    copyFileSync(file(`${name}.${kind}`), target);
    chmodSync(target, 0o600);
    chownSync(target, uid, gid);
  }
  await configure('ssl = on', `ssl_cert_file = '${name}.crt'`, `ssl_key_file = '${name}.key'`);
}

/** Returns a database's URL with the server's name and an `sslmode`. */
function asking(databaseUrl: string | undefined, mode: string, authority?: string): string {
  const url = new URL(databaseUrl ?? '');
  url.hostname = 'localhost';
  url.searchParams.set('sslmode', mode);
  if (authority) url.searchParams.set('sslrootcert', file(`${authority}.crt`));
  return url.href;
}
const app = (name: string, settings: Record<string, string>, main = 'src/main.ts') => {
  const started = startApp(infrastructure, name, main, settings);
  running.push(started);
  return started;
};
const stopAll = () => Promise.all(running.splice(0).map((one) => one.stop()));

/**
 * Returns every connection of the apps' role: its application name, and whether it is encrypted.
 */
const connections = () => observer.sql<{ name: string; ssl: boolean }[]>`
  select distinct application_name as name, ssl from pg_stat_activity join pg_stat_ssl using (pid)
  where usename in ('scheduler_app', 'scheduler_migrator') order by 1`;

beforeAll(async () => {
  infrastructure = await temporaryInfrastructure({ empty: true });
  makeAuthority('ours');
  makeAuthority('theirs');
  certify('localhost', 'ours');
  certify('other.example', 'ours');
  observer = connect(infrastructure.databaseUrl, { max: 1, applicationName: 'observer' });
  await present('localhost');
  redisPort = await getPort();
  if (!findRedis()) return;
  const tls = [
    '--tls-port',
    String(redisPort),
    '--tls-auth-clients',
    'no',
    '--tls-ca-cert-file',
    file('ours.crt'),
  ];
  const certificate = ['--tls-cert-file', file('localhost.crt'), '--tls-key-file', file('localhost.key')];
  // Redis opens no port without TLS.
  const plain = ['--port', '0', '--bind', '127.0.0.1', '--save', '', '--dir', data.path];
  redis = start('redis', findRedis() ?? '', [...plain, ...tls, ...certificate]);
});
afterAll(async () => {
  await stopAll();
  await redis?.stop();
  await observer?.close();
  await infrastructure?.stop();
  data.remove();
});

describe.each([
  // `require` accepts any certificate, as in libpq.
  ['require', undefined, 'other.example'],
  ['verify-full', 'ours', 'localhost'],
] as const)('with sslmode=%s', (mode, authority, certificate) => {
  test('every connection of server, worker and admin page is encrypted', async () => {
    await present(certificate);
    const { env, ports } = infrastructure;
    const DATABASE_URL = asking(env.DATABASE_URL, mode, authority);
    const rediss = { REDIS_URL: `rediss://localhost:${redisPort}`, NODE_EXTRA_CA_CERTS: file('ours.crt') };
    const settings = { DATABASE_URL, ...(findRedis() ? rediss : {}) };
    const [server, admin] = [app('server', settings), app('admin', settings)];
    app('worker', settings);
    await waitFor('The server', answers(`http://127.0.0.1:${ports.server}/readyz`), { process: server });
    await waitFor('The admin page', answers(`http://127.0.0.1:${ports.admin}/readyz`), { process: admin });
    const all = ['crossmark-admin', 'scheduler-server', 'scheduler-server-changes'];
    all.push('scheduler-worker', 'scheduler-worker-jobs', 'scheduler-worker-lifeline');
    await vi.waitFor(async () => {
      const names = (await connections()).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(all));
    }, PATIENCE);
    expect((await connections()).filter(({ ssl }) => !ssl)).toEqual([]);
    if (findRedis()) {
      const look = new Redis(redisPort, 'localhost', { tls: { ca: readFileSync(file('ours.crt')) } });
      await vi.waitFor(async () => {
        const clients = String(await look.client('LIST'));
        expect(clients).toContain('name=crossmark-metrics-reader');
        expect(clients).toContain('name=crossmark-metrics-writer');
      }, PATIENCE);
      look.disconnect();
    }
    await stopAll();
  });
});

/** The reasons not to trust a certificate or a server, each with the driver's message. */
const UNTRUSTED = [
  [
    'the certificate is of another authority',
    'theirs',
    () => present('localhost'),
    /unable to verify the first certificate|self-signed certificate|unable to get local issuer/,
  ],
  [
    'the certificate is of another server',
    'ours',
    () => present('other.example'),
    /does not match certificate/,
  ],
  [
    'the server has no TLS',
    'ours',
    () => configure('ssl = off'),
    /does not support SSL|disconnected before secure TLS connection/,
  ],
] as const;

describe.each(UNTRUSTED)('with sslmode=verify-full, where %s', (_, authority, arrange, said) => {
  test('no app and no command connects; each says why in one line', async () => {
    await arrange();
    const { env, ports, migratorUrl } = infrastructure;
    const DATABASE_URL = asking(env.DATABASE_URL, 'verify-full', authority);
    const server = app('server', { DATABASE_URL });
    const worker = app('worker', { DATABASE_URL });
    const admin = app('admin', { DATABASE_URL });
    const commands = asking(migratorUrl, 'verify-full', authority);
    const migrating = app('server', { DATABASE_URL: commands }, 'src/migrate.ts');
    await expect(backup(commands, file('backup.gz'))).rejects.toThrow(said);
    await waitFor('The admin page', answers(`http://127.0.0.1:${ports.admin}/healthz`), { process: admin });
    expect((await fetch(`http://127.0.0.1:${ports.admin}/readyz`)).status).toBe(503);
    for (const process of [server, worker, migrating, admin]) {
      const lines = () =>
        process
          .output()
          .split('\n')
          .filter((line) => said.test(line));
      await vi.waitFor(() => expect(lines(), process.name).not.toEqual([]), PATIENCE);
    }
    expect(await connections()).toEqual([]);
    await stopAll();
  });
});

describe.runIf(findRedis())('figures are not sent', () => {
  test.each([
    ['to a Redis whose certificate is of another authority', 'theirs', () => redisPort],
    ['to a Redis without TLS', 'ours', () => Number(new URL(infrastructure.redisUrl ?? '').port)],
  ] as const)('%s, and one line says why', async (_, authority, portOf) => {
    const port = portOf();
    await present('localhost');
    const DATABASE_URL = asking(infrastructure.env.DATABASE_URL, 'verify-full', 'ours');
    const figures = {
      REDIS_URL: `rediss://localhost:${port}`,
      NODE_EXTRA_CA_CERTS: file(`${authority}.crt`),
    };
    const worker = app('worker', { DATABASE_URL, ...figures });
    await vi.waitFor(
      () => expect(worker.output()).toMatch(/(certificate|ETIMEDOUT).*Redis is gone/),
      PATIENCE,
    );
    await vi.waitFor(() => expect(worker.output()).toContain('worker is ready'), PATIENCE);
    const tls = port === redisPort ? { tls: { ca: readFileSync(file('ours.crt')) } } : {};
    const look = new Redis(port, 'localhost', tls);
    expect(String(await look.client('LIST'))).not.toContain('crossmark-metrics');
    look.disconnect();
    await stopAll();
  });
});

test('commands run over TLS alone, where Postgres takes nothing else', async () => {
  await present('localhost');
  const [hba] = await observer.sql`show hba_file`;
  const before = readFileSync(hba?.hba_file);
  writeFileSync(hba?.hba_file, 'hostssl all all all scram-sha-256\n');
  try {
    await configure();
    const plain = connect(infrastructure.migratorUrl, { max: 1 });
    await expect(plain.sql`select 1`).rejects.toThrow('no encryption');
    await plain.close();
    const url = asking(infrastructure.migratorUrl, 'verify-full', 'ours');
    const migrating = app('server', { DATABASE_URL: url }, 'src/migrate.ts');
    await migrating.ended;
    expect(migrating.process.exitCode, migrating.output()).toBe(0);
    await observer.sql`insert into stores (crossmark_store_id, number, name, time_zone) values ('318135', '8135', 'Club', 'UTC')`;
    expect((await backup(url, file('backup.gz'))).tables).toBeGreaterThan(10);
    await makeRoles(asking(infrastructure.databaseUrl, 'verify-full', 'ours'), {});
    await observer.sql`create database restored owner scheduler_migrator`;
    const restored = new URL(url);
    restored.pathname = '/restored';
    await restore(restored.href, file('backup.gz'));
    const look = connect(restored.href, { max: 1 });
    expect(await databaseReasons(look.db)).toEqual([]);
    expect(await look.sql`select number from stores`).toEqual([{ number: '8135' }]);
    await look.close();
  } finally {
    writeFileSync(hba?.hba_file, before);
    await configure();
  }
});
