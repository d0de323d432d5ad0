import { createServer } from 'vite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => {
  // Nobody answers there.
  vi.stubEnv('SERVER_URL', 'http://127.0.0.1:1');
  vi.stubEnv('NODE_ENV', 'development');
});
afterEach(() => vi.unstubAllEnvs());

test('in development the page’s health is told as in production, and is not the page', async () => {
  const root = new URL('..', import.meta.url).pathname;
  const server = await createServer({ root, server: { port: 0, strictPort: false }, logLevel: 'silent' });
  try {
    await server.listen();
    const base = server.resolvedUrls?.local[0] ?? '';
    const alive = await fetch(`${base}healthz`);
    expect([alive.status, await alive.json()]).toEqual([200, { ok: true }]);
    const ready = await fetch(`${base}readyz?x=1`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ ok: false, reasons: ['The scheduling server does not answer.'] });
  } finally {
    await server.close();
  }
});
