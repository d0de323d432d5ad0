import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { createLogger } from '@scheduler/runtime';
import { findLeaks, MALFORMED_REQUESTS, recordRoutes, sendRaw } from '@scheduler/runtime/testing';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildPageServer } from './app.ts';

const log = createLogger('web-test', 'silent');

describe('the page server', () => {
  let api: FastifyInstance;
  let app: FastifyInstance;
  let url: string;
  let apiUrl: string;
  let pageDirectory: string;
  let openStreams = 0;
  let refusedOnes = 0;

  beforeAll(async () => {
    api = fastify({ forceCloseConnections: true });
    api.get('/healthz', async () => ({ ok: true }));
    api.get('/trpc/who', async (request) => ({
      cookie: request.headers.cookie,
      from: request.headers['x-forwarded-for'],
    }));
    api.post('/trpc/change', async ({ headers }) => ({ origin: headers.origin ?? null, host: headers.host }));
    api.post('/api/auth/sign-in', async (_request, reply) =>
      reply.header('set-cookie', 'session=1; HttpOnly').send({ ok: true }),
    );
    api.post('/trpc/call', { bodyLimit: 9_000_000 }, async (request) => ({
      heard: JSON.stringify(request.body).length,
    }));
    api.get('/trpc/unready', async (_request, reply) => {
      refusedOnes++;
      return reply.code(503).send({});
    });
    api.get('/trpc/stream', (request, reply) => {
      openStreams++;
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.raw.write('data: first\n\n');
      request.raw.on('close', () => {
        openStreams--;
      });
    });
    apiUrl = await api.listen({ host: '127.0.0.1', port: 0 });

    pageDirectory = join(await mkdtemp(join(tmpdir(), 'page-')), 'page');
    await mkdir(pageDirectory);
    await mkdir(join(pageDirectory, 'assets'));
    await writeFile(join(pageDirectory, 'index.html'), '<title>Scheduler</title>');
    await mkdir(join(pageDirectory, '.vite'));
    await writeFile(join(pageDirectory, '.vite/manifest.json'), '{"secret":1}');
    await writeFile(join(pageDirectory, '../outside.txt'), 'secret');
    await writeFile(join(pageDirectory, 'assets/main-abc123.js'), 'export {}');
    await writeFile(join(pageDirectory, 'assets/main-abc123.js.gz'), gzipSync('export {}'));
    app = await buildPageServer({
      pageDirectory,
      serverUrl: apiUrl,
      https: true,
      trustedProxies: [],
      log,
    });
    url = await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await app.close();
    await api.close();
    await rm(join(pageDirectory, '..'), { recursive: true });
  });

  it('gives the page for every path of the app, never from an old cache', async () => {
    for (const path of ['/', '/people', '/import?x=1']) {
      const answer = await fetch(url + path);
      expect(await answer.text()).toBe('<title>Scheduler</title>');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    }
  });

  it('lets hashed assets be kept for ever and says 404 for those that are gone', async () => {
    const asset = await fetch(`${url}/assets/main-abc123.js`);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await fetch(`${url}/assets/main-old.js`)).status).toBe(404);
  });

  it('sends what the build compressed, under the name that was asked for', async () => {
    const asset = await fetch(`${url}/assets/main-abc123.js`, { headers: { 'accept-encoding': 'gzip' } });
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect(asset.headers.get('content-type')).toMatch(/javascript/);
    expect(asset.headers.get('cache-control')).toMatch(/immutable/);
    expect(await asset.text()).toBe('export {}');
  });

  it.each([
    '/.vite/manifest.json',
    '/../outside.txt',
    '/..%2foutside.txt',
    '/%2e%2e/outside.txt',
    '/assets/..%5c..%5coutside.txt',
    '/assets/../../outside.txt',
    '/index.html%00.txt',
  ])('gives nothing that isn’t the page’s: %s', async (path) => {
    const { port } = new URL(url);
    // fetch would tidy the path up.
    const text = await new Promise<string>((resolve, reject) => {
      const call = request({ port, host: '127.0.0.1', path }, (answer) => resolve(textOf(answer)));
      call.on('error', reject).end();
    });
    expect(text).not.toContain('secret');
  });

  it('hands calls on to the API with their cookies, and cookies back', async () => {
    const who = await fetch(`${url}/trpc/who`, {
      headers: { cookie: 'session=1', 'x-forwarded-for': '9.9.9.9' },
    });
    expect(await who.json()).toEqual({ cookie: 'session=1', from: '127.0.0.1' });
    const signIn = await fetch(`${url}/api/auth/sign-in`, { method: 'POST' });
    expect(signIn.headers.get('set-cookie')).toBe('session=1; HttpOnly');
  });

  it.each([
    undefined,
    'null',
    'https://scheduler.example',
    'http://scheduler.example',
    'https://evil.example',
  ])(
    'hands on which page a change comes from as the browser said it, whatever Host it named: %s',
    async (origin) => {
      for (const host of ['scheduler.example', 'evil.example']) {
        const headers = { host, ...(origin === undefined ? {} : { origin }) };
        const change = await app.inject({ method: 'POST', url: '/trpc/change', headers });
        expect(change.json()).toEqual({ origin: origin ?? null, host: new URL(apiUrl).host });
      }
    },
  );

  it('refuses a body that the API would cut short, and takes none for itself', async () => {
    const send = (path: string, length: number) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `"${'x'.repeat(length - 2)}"`,
      });
    expect(await (await send('/trpc/call', 8 * 1024 * 1024)).json()).toEqual({ heard: 8 * 1024 * 1024 });
    expect((await send('/trpc/call', 8 * 1024 * 1024 + 1)).status).toBe(413);
    expect((await send('/people', 1_000)).status).toBe(404);
  });

  it('survives every malformed request with all log levels on', async () => {
    const lines: string[] = [];
    const traced = await buildPageServer({
      pageDirectory,
      serverUrl: apiUrl,
      https: true,
      trustedProxies: [],
      log: createLogger('web', 'trace', { write: (line) => lines.push(line) }),
    });
    const port = Number(new URL(await traced.listen({ host: '127.0.0.1', port: 0 })).port);
    for (const [what, request] of Object.entries(MALFORMED_REQUESTS)) {
      lines.length = 0;
      const answer = await sendRaw(port, request);
      expect(answer, what).toMatch(/^HTTP\/1\.1 4/);
      expect(answer, what).toMatch(/^content-security-policy: default-src 'none';.*frame-ancestors 'none'/m);
      expect(answer, what).toMatch(/^x-content-type-options: nosniff/m);
      expect(answer, what).toMatch(/^cache-control: no-store/m);
      expect(answer, what).toMatch(/^strict-transport-security: max-age=63072000; includeSubDomains/m);
      expect(lines.map((line) => JSON.parse(line).msg).join(), what).toMatch(
        /client (error|header_overflow)/,
      );
    }
    // Node's parser lets it through; the app refuses it, with the headers of all its answers.
    const withoutHost = await sendRaw(port, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(withoutHost).toMatch(/^HTTP\/1\.1 400/);
    expect(withoutHost).toMatch(/^content-security-policy: .*frame-ancestors 'none'/m);
    expect(withoutHost).toMatch(/^x-content-type-options: nosniff/m);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    await traced.close();
  });

  it('believes only the configured proxies about a client’s address', async () => {
    const behind = await buildPageServer({
      pageDirectory,
      serverUrl: apiUrl,
      https: false,
      trustedProxies: ['127.0.0.1'],
      log,
    });
    const who = await behind.inject({ url: '/trpc/who', headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(who.json()).toMatchObject({ from: '203.0.113.9' });
    await behind.close();
  });

  it('closes every answer to other sites, and stays with https once opened by it', async () => {
    for (const path of ['/', '/healthz', '/trpc/who', '/assets/none.js']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('content-security-policy')).not.toMatch(/script-src|unsafe-eval|https?:/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('permissions-policy')).toContain('camera=()');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{8,}/);
    }
    const plain = await buildPageServer({
      pageDirectory,
      serverUrl: apiUrl,
      https: false,
      trustedProxies: [],
      log,
    });
    expect((await plain.inject('/')).headers['strict-transport-security']).toBeUndefined();
    await plain.close();
  });

  it('lets calls through beside as many open pages as there are', async () => {
    const leave = new AbortController();
    const streams = await Promise.all(
      Array.from({ length: 150 }, () => fetch(`${url}/trpc/stream`, { signal: leave.signal })),
    );
    expect(streams.every(({ ok }) => ok)).toBe(true);
    const call = await fetch(`${url}/trpc/who`, { signal: AbortSignal.timeout(5_000) });
    expect(call.status).toBe(200);
    leave.abort();
    await vi.waitFor(() => expect(openStreams).toBe(0));
  });

  it('works on one request of a connection at a time, in order, and lets few wait', async () => {
    const port = Number(new URL(url).port);
    const requestFor = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
    const paths = ['/trpc/who', '/assets/main-abc123.js', '/healthz', '/assets/none.js'];
    const answers = await sendRaw(
      port,
      paths.map((path, at) => requestFor(path, at === 3 ? 'Connection: close\r\n' : '')).join(''),
    );
    expect([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      ...['200', '200', '200', '404'],
    ]);
    expect(answers).toMatch(/from[\s\S]*export {}[\s\S]*"ok":true[\s\S]*is not here/);

    const waiting = connect(port, '127.0.0.1');
    waiting.write(requestFor('/trpc/stream').repeat(17));
    await once(waiting, 'data');
    expect((await fetch(`${url}/trpc/who`)).status).toBe(200);
    expect(openStreams).toBe(1);
    waiting.destroy();
    await vi.waitFor(() => expect(openStreams).toBe(0));
    // Ends only because the connection is cut.
    await sendRaw(port, requestFor('/trpc/stream').repeat(18));
    await vi.waitFor(() => expect(openStreams).toBe(0));
  });

  it('asks the API once, also where it can’t do its job', async () => {
    refusedOnes = 0;
    expect((await fetch(`${url}/trpc/unready`)).status).toBe(503);
    expect(refusedOnes).toBe(1);
  });

  it('streams live updates as they come and hangs up on the API when the page does', async () => {
    const leave = new AbortController();
    const answer = await fetch(`${url}/trpc/stream`, { signal: leave.signal });
    const first = await answer.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toBe('data: first\n\n');
    expect(openStreams).toBe(1);
    leave.abort();
    await vi.waitFor(() => expect(openStreams).toBe(0));
  });

  it('is alive by itself, and ready where the API is alive', async () => {
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ok: true, reasons: [] });
    const lonely = await buildPageServer({
      pageDirectory,
      serverUrl: 'http://127.0.0.1:1',
      https: false,
      trustedProxies: [],
      log,
    });
    expect((await lonely.inject('/healthz')).statusCode).toBe(200);
    const answer = await lonely.inject('/readyz');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ ok: false, reasons: ['The scheduling server does not answer.'] });
    await lonely.close();
  });

  it('takes a redirect of the API for no answer', async () => {
    const elsewhere = fastify({ forceCloseConnections: true });
    elsewhere.get('/healthz', async (_request, reply) => reply.redirect(`${apiUrl}/healthz`));
    const behind = await buildPageServer({
      pageDirectory,
      serverUrl: await elsewhere.listen({ host: '127.0.0.1', port: 0 }),
      https: false,
      trustedProxies: [],
      log,
    });
    expect((await behind.inject('/readyz')).statusCode).toBe(503);
    await behind.close();
    await elsewhere.close();
  });

  it('answers 502 with a sentence while the API is down', async () => {
    const lonely = await buildPageServer({
      pageDirectory,
      serverUrl: 'http://127.0.0.1:1',
      https: false,
      trustedProxies: [],
      log,
    });
    const answer = await lonely.inject('/trpc/who');
    expect(answer.statusCode).toBe(502);
    expect(answer.json().error).toMatch(/did not answer/);
    await lonely.close();
  });

  it.each(['up', 'down'])(
    'writes no token of a calendar feed to the log while the API is %s',
    async (state) => {
      const lines: string[] = [];
      const traced = await buildPageServer({
        pageDirectory,
        serverUrl: state === 'up' ? apiUrl : 'http://127.0.0.1:1',
        https: true,
        trustedProxies: [],
        log: createLogger('web', 'trace', { write: (line) => lines.push(line) }),
      });
      const token = `calfeed_${'x'.repeat(43)}`;
      for (const path of [
        `/api/feeds/${token}.ics`,
        `/api/feeds/${token}.ics?a=1`,
        `/feeds/${token}`,
        `/%${token}`,
      ]) {
        for (const method of ['GET', 'HEAD', 'POST'] as const) await traced.inject({ method, url: path });
      }
      await traced.close();
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter((line) => line.includes('xxxxx'))).toEqual([]);
    },
  );

  it('logs no failure where a browser leaves before the API answers', async () => {
    const lines: string[] = [];
    const arrived = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const slow = fastify({ forceCloseConnections: true });
    slow.post('/trpc/slow', async () => {
      arrived.resolve();
      await left.promise;
      return { late: true };
    });
    const page = await buildPageServer({
      pageDirectory,
      serverUrl: await slow.listen({ host: '127.0.0.1', port: 0 }),
      https: false,
      trustedProxies: [],
      log: createLogger('web', 'info', { write: (line) => lines.push(line) }),
    });
    page.addHook('onRequest', async (_request, reply) => {
      reply.raw.once('close', () => left.resolve());
    });
    const browser = request(`${await page.listen({ host: '127.0.0.1', port: 0 })}/trpc/slow`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    browser.on('error', () => {}).end('{}');
    await arrived.promise;
    browser.destroy();
    await vi.waitFor(() => expect(lines.join('')).toMatch(/left before|failed/));
    expect(lines.map((line) => JSON.parse(line).level)).not.toContain(50);
    await page.close();
    await slow.close();
  });

  it('reveals no internals while the API is down, neither in an answer nor in a log line', async () => {
    const lines: string[] = [];
    const gone = 'http://127.0.0.1:1';
    const { app: lonely, routes } = await recordRoutes(() =>
      buildPageServer({
        pageDirectory,
        serverUrl: gone,
        https: true,
        trustedProxies: [],
        log: createLogger('web', 'trace', { write: (line) => lines.push(line) }),
      }),
    );
    const cookie = 'session=planted.signature';
    const answers = await Promise.all(
      routes.map(async ({ method, url: path }) => {
        const sent = { method: method as 'GET', url: path.replace('*', 'x'), headers: { cookie } };
        const answer = await lonely.inject(sent);
        return `${method} ${path} ${JSON.stringify(answer.headers)} ${answer.body}`;
      }),
    );
    await lonely.close();
    expect(answers.filter((answer) => answer.includes('did not answer')).length).toBeGreaterThan(5);
    expect(lines.join('')).toContain('the API did not answer');
    const told = [...answers, ...lines].flatMap((text) =>
      findLeaks(text, gone, { session: 'planted' }).map((what) => `${what} in ${text.slice(0, 600)}`),
    );
    expect(told).toEqual([]);
  });
});
