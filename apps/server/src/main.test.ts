import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { makeRoles, migrate } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const GOOD = {
  AUTH_SECRET: 'only-for-tests-only-for-tests-only-for-tests',
  SERVER_PORT: '0',
  WEB_ORIGIN: 'http://localhost:5173',
};

let database: TestDatabase;
const processes: ChildProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => {
  for (const child of processes.splice(0)) child.kill('SIGKILL');
});
afterAll(() => database.close());

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env.PATH ?? '', ...env } });
  processes.push(child);
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
  }
  return { child, output, ended: once(child, 'exit') as Promise<[number | null]> };
}

describe('the server’s process', () => {
  test('refuses to start without its settings, names each one and repeats no secret', async () => {
    const { ended, output } = start({ AUTH_SECRET: 'short-secret', WEB_ORIGIN: 'nowhere' });
    expect((await ended)[0]).toBe(1);
    expect(output.text).toContain('DATABASE_URL is not set');
    expect(output.text).toContain('AUTH_SECRET is wrong');
    expect(output.text).toContain('WEB_ORIGIN is wrong');
    expect(output.text).not.toContain('short-secret');
  });

  test('starts, answers, and stops with status 0 on SIGTERM, leaving no connection behind', async () => {
    const { child, ended, output } = start({ ...GOOD, DATABASE_URL: database.appUrl });
    await vi.waitFor(() => expect(output.text).toContain('Server listening'), 20_000);
    const [, url] = /Server listening at (http:[^"]+)/.exec(output.text) ?? [];
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(output.text).toContain(
      'requests from loopback, linklocal, uniquelocal (TRUSTED_PROXIES) are counted by',
    );
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    const left =
      await database.sql`select from pg_stat_activity where application_name like 'scheduler-server%' and datname = current_database()`;
    expect(left).toHaveLength(0);
    expect(output.text).not.toContain(GOOD.AUTH_SECRET);
  });

  test('offers the first admin’s link once the database is migrated, also if it started before that', async () => {
    const empty = await createTestDatabase('template1');
    onTestFinished(() => empty.close());
    await makeRoles(empty.url, {});
    const { child, ended, output } = start({ ...GOOD, DATABASE_URL: empty.appUrl });
    const early = start({ ...GOOD, DATABASE_URL: empty.appUrl });
    for (const one of [output, early.output])
      await vi.waitFor(() => expect(one.text).toContain('Server listening'), 20_000);
    // One that still looks stops as any other.
    early.child.kill('SIGTERM');
    expect((await early.ended)[0]).toBe(0);
    expect(output.text).not.toContain('/set-up#');
    await migrate(empty.migratorUrl);
    await vi.waitFor(
      () => expect(output.text).toMatch(/http:\/\/localhost:5173\/set-up#[\w-]{43}\n/),
      20_000,
    );
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    expect(early.output.text).not.toContain('/set-up#');
  });
});
