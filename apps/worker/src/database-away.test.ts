import { createCrossmarkClient } from '@scheduler/crossmark';
import { createFirewall, createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createLogger, redirectConsole, serveHealth } from '@scheduler/runtime';
import { captureOutput, findLeaks } from '@scheduler/runtime/testing';
import { createBreaker, DEFAULT_BREAKER_POLICY, DEFAULT_RETRY_POLICY } from '@scheduler/sync';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startWorker } from './worker.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const patience = { timeout: 60_000, interval: 20 };

test('while the database is away or lacks its tables, no health route, log line or job tells SQL or where the database is', async () => {
  const firewall = await createFirewall(database.appUrl);
  const lines: string[] = [];
  const log = createLogger('worker', 'trace', { write: (line) => lines.push(line) });
  const logged = (text: string) => vi.waitFor(() => expect(lines.join('')).toContain(text), patience);
  // Nothing listens there: no job of this test gets so far.
  const baseUrl = 'http://127.0.0.1:9';
  const crossmark = createCrossmarkClient({ baseUrl, userId: 'nobody', password: 'none' });
  const printed = captureOutput();
  // Does what `runApp` does.
  const giveBack = redirectConsole(log);
  const worker = startWorker({
    databaseUrl: firewall.url,
    crossmark,
    breaker: createBreaker({ db: database.db, baseUrl, log, policy: DEFAULT_BREAKER_POLICY }),
    log,
    retry: DEFAULT_RETRY_POLICY,
    concurrency: 2,
    crontab: '',
    drainMs: 100,
    silentAfterSeconds: 1,
    retention: { recordsDays: 1, auditDays: 1, attendanceDays: 1 },
  });
  const health = await serveHealth({ host: '127.0.0.1', port: 0, ready: () => worker.reasons(), log });
  const answers: string[] = [];
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${health.port}${path}`);
    answers.push(`${path} ${JSON.stringify([...answer.headers])} ${await answer.text()}`);
    return answer.status;
  };
  const askAll = async () => [await ask('/healthz'), await ask('/readyz'), await ask('/nowhere')];
  let jobs: string;
  try {
    await vi.waitFor(async () => expect(await askAll()).toEqual([200, 200, 404]), patience);

    await database.sql`alter table events rename to gone_events`;
    await database.sql`alter table workers rename to gone_workers`;
    await database.sql`select graphile_worker.add_job('sync_schedule', '{"eventId": 1}'::json, max_attempts => 1)`;
    await logged('sync_schedule broke off');
    await logged('a chore failed and is repeated later');
    await vi.waitFor(async () => {
      expect(await database.sql`select from graphile_worker.jobs where last_error is not null`).toHaveLength(
        1,
      );
    }, patience);
    expect(await ask('/readyz')).toBe(503);
    jobs = JSON.stringify(await database.sql`select * from graphile_worker.jobs`);
    expect(jobs).toContain('relation \\"events\\" does not exist (42P01)');

    await firewall.close();
    await logged('waiting for Postgres');
    expect(await askAll()).toEqual([200, 503, 404]);
  } finally {
    await worker.stop();
    await health.close();
    await crossmark.close();
    await firewall.close();
    giveBack();
  }
  const said = printed().split('\n');
  // graphile-worker prints some errors itself.
  expect(lines.join('')).toContain('"from":"console"');
  const told = [...answers, ...lines, ...said, jobs].flatMap((text) =>
    findLeaks(text, firewall.url, {}).map((what) => `${what} in ${text.slice(0, 900)}`),
  );
  expect(told.slice(0, 5)).toEqual([]);
});
