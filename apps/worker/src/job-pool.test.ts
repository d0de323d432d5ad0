import { PATIENCE } from '@scheduler/db';
import { createTestDatabase, databaseUrl, type TestDatabase } from '@scheduler/db/testing';
import { createLogger } from '@scheduler/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startJobPool } from './job-pool.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const start = (url: string) =>
  startJobPool({
    databaseUrl: url,
    asking: 1,
    patience: PATIENCE,
    drainMs: 100,
    log: createLogger('worker', 'silent'),
    runner: { concurrency: 1, taskList: {}, forbiddenFlags: [], crontab: '' },
  });

test('the queue is never migrated by a worker, whatever its account may: it stops and says what to do', async () => {
  await database.sql`delete from graphile_worker.migrations where id = 20`;
  const newest = async () =>
    (await database.sql`select max(id) as id from graphile_worker.migrations`)[0]?.id;
  await expect(start(database.url)).rejects.toThrow('run the migrations');
  expect(await newest()).toBe(19);
  await database.sql`insert into graphile_worker.migrations (id) values (20)`;
  // A newer one that says it breaks older apps is heeded.
  await database.sql`insert into graphile_worker.migrations (id, breaking) values (999, true)`;
  await expect(start(database.url)).rejects.toThrow('unsafe to continue');
  process.exitCode = undefined;
  await database.sql`delete from graphile_worker.migrations where id = 999`;

  const name = `unmigrated_${process.pid}`;
  await database.sql.unsafe(`create database ${name}`);
  await expect(start(databaseUrl(database.url, name))).rejects.toThrow('run the migrations');
  await database.sql.unsafe(`drop database ${name}`);
});

test('the app’s role starts it', async () => {
  const pool = await start(database.appUrl);
  expect(pool.id).toBeTruthy();
  await pool.stop();
  expect(await pool.over).toBeNull();
});
