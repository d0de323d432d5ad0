import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, BlockList } from 'node:net';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { connect } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createMetricsReader } from '@scheduler/metrics';
import { createLogger } from '@scheduler/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildAdmin } from '../apps/admin/src/app.ts';
import { buildServer } from '../apps/server/src/http/app.ts';
import { buildPageServer } from '../apps/web/server/app.ts';
import { ROOT, temporaryDirectory } from './lib/process.ts';

const ORIGIN = 'http://localhost:5173';
const common = {
  authSecret: 'only-for-tests-only-for-tests-only-for-tests',
  sessions: { idleHours: 12, maxHours: 168 },
  log: createLogger('proxies-test', 'silent'),
};

let database: TestDatabase;
const stops: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
  stops.push(() => database.close());
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/**
 * The apps with sign-in. Each function starts one behind proxies with these addresses and resolves
 * to its port.
 */
const apps: [string, (trustedProxies: string[]) => Promise<number>][] = [
  [
    'the scheduler',
    async (trustedProxies) => {
      const server = await buildServer({
        ...common,
        databaseUrl: database.url,
        origins: [ORIGIN],
        trustedProxies: ['loopback'],
      });
      stops.push(() => server.close());
      const page = temporaryDirectory();
      stops.push(async () => page.remove());
      const web = await buildPageServer({
        ...common,
        pageDirectory: page.path,
        serverUrl: await server.listen({ host: '127.0.0.1', port: 0 }),
        https: false,
        trustedProxies,
      });
      stops.push(() => web.close());
      return Number(new URL(await web.listen({ host: '127.0.0.1', port: 0 })).port);
    },
  ],
  [
    'the admin page',
    async (trustedProxies) => {
      const { db, sql, close, drop } = connect(database.url, { max: 2 });
      stops.push(close);
      const metrics = createMetricsReader(undefined);
      stops.push(async () => metrics.close());
      const admin = await buildAdmin({
        ...common,
        database: { db, sql, close, drop },
        metrics,
        origin: ORIGIN,
        trustedProxies,
        page: 'none',
      });
      stops.push(() => admin.close());
      return Number(new URL(await admin.listen({ host: '127.0.0.1', port: 0 })).port);
    },
  ],
];

/**
 * Starts a reverse proxy on 127.0.0.1 in front of a port. It behaves like nginx with
 * `proxy_add_x_forwarded_for`.
 */
async function startProxy(port: number): Promise<number> {
  const proxy: Server = createServer((incoming, answer) => {
    const forwarded = [incoming.headers['x-forwarded-for'], incoming.socket.remoteAddress]
      .flat()
      .filter(Boolean);
    const headers = { ...incoming.headers, 'x-forwarded-for': forwarded.join(', ') };
    const { method, url: path } = incoming;
    const passedOn = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(passedOn);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  stops.push(async () => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return (proxy.address() as AddressInfo).port;
}

/**
 * Attempts to sign in to an account through a port, from an address of this machine. Resolves to
 * the status.
 */
async function guess(
  port: number,
  from: string,
  email: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const call = request({
    host: '127.0.0.1',
    port,
    localAddress: from,
    method: 'POST',
    path: '/api/auth/sign-in/email',
    headers: { origin: ORIGIN, 'content-type': 'application/json', ...headers },
  }).end(JSON.stringify({ email, password: 'a wrong password' }));
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  await textOf(answer);
  return answer.statusCode ?? 0;
}

/**
 * Extends all present waits by an hour, so that the test does not depend on the speed of this
 * machine.
 */
const holdWaits = () =>
  database.sql`update sign_in_tries set wait_until = wait_until + interval '1 hour' where wait_until > last_at + interval '4 seconds'`;

describe('where a proxy stands in front', () => {
  test.each(apps)(
    '%s: strangers are told apart through a proxy, and can’t pretend to be others',
    async (_what, start) => {
      const port = await startProxy(await start(['127.0.0.1']));
      let n = 0;
      const from = (address: string, headers = {}) =>
        guess(port, address, `nobody${n++}@example.test`, headers);
      for (let attempt = 0; attempt < 20; attempt++) {
        expect(await from('127.5.0.1', { 'x-forwarded-for': `203.0.${attempt}.1` })).toBe(401);
      }
      await holdWaits();
      expect(await from('127.5.0.1')).toBe(429);
      expect(await from('127.5.0.1', { 'x-forwarded-for': '198.51.100.1' })).toBe(429);
      expect(await from('127.6.0.1')).toBe(401);
    },
  );

  test.each(apps)(
    '%s: a proxy that isn’t named counts as one address, whatever it says',
    async (_what, start) => {
      const port = await startProxy(await start([]));
      for (let attempt = 0; attempt < 20; attempt++) {
        expect(await guess(port, '127.5.0.1', `nobody${attempt}@example.test`)).toBe(401);
      }
      await holdWaits();
      expect(await guess(port, '127.6.0.1', 'nobody@example.test')).toBe(429);
    },
  );
});

test('docker-compose.yml names a proxy on its host to web and admin, and web to the server', () => {
  const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const part = (name: string) =>
    new RegExp(`^ {2}${name}:\\n((?: {4}.*\\n|\\n)*)`, 'm').exec(compose)?.[1] ?? '';
  const [, subnet = ''] = /FRONT_SUBNET:-([\d./]+)/.exec(compose) ?? [];
  const [network = '', bits] = subnet.split('/');
  const front = new BlockList();
  front.addSubnet(network, Number(bits), 'ipv4');
  // Docker gives the first address to the gateway.
  expect(front.check(network.replace(/0$/, '1'))).toBe(true);
  expect(part('server')).toContain('TRUSTED_PROXIES: *front-subnet');
  for (const app of ['web', 'admin']) {
    expect(part(app)).toContain(`TRUSTED_PROXIES: \${TRUSTED_PROXIES:-\${FRONT_SUBNET:-${subnet}}}`);
  }
  expect(compose).toContain('ipam: { config: [{ subnet: *front-subnet }] }');
});
