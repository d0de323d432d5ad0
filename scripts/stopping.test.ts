import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimPort } from './lib/ports.ts';
import { answers, ROOT, start, waitFor } from './lib/process.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

// Server and worker have their own tests. The pages must be built, as for the browser tests.
test.each([
  ['web', 'server/main.ts', { SERVER_URL: 'http://127.0.0.1:1', WEB_ORIGIN: 'http://localhost:5173' }],
  ['admin', 'src/main.ts', { AUTH_SECRET: 'only-for-tests-only-for-tests-only-for-tests' }],
])('%s lets go of an open connection and stops with status 0 on SIGTERM', async (app, main, settings) => {
  const port = await claimPort();
  const env = { ...settings, DATABASE_URL: database.appUrl, [`${app.toUpperCase()}_PORT`]: String(port) };
  const running = start(app, process.execPath, [main], { cwd: join(ROOT, 'apps', app), env });
  await waitFor(app, answers(`http://127.0.0.1:${port}/healthz`), { process: running });
  // This client keeps the connection open.
  await fetch(`http://127.0.0.1:${port}/`);
  await running.stop('SIGTERM', 25_000);
  expect(running.process.exitCode, running.output()).toBe(0);
});
