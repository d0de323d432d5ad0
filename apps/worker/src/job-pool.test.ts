import { PATIENCE } from '@scheduler/db';
import { createTestDatabase, databaseUrl, type TestDatabase } from '@scheduler/db/testing';
import { createLogger } from '@scheduler/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

describe('the places of a pool that ask at once', () => {
  const TASK = 'held';
  const PLACES = 5;
  /** Ends the jobs that run. */
  let letEnd: (() => void)[] = [];
  let ran: string[] = [];
  beforeEach(async () => {
    letEnd = [];
    ran = [];
    await database.sql`delete from graphile_worker._private_jobs`;
  });

  /** A pool whose jobs run until they are let go. */
  const startHeld = (forbiddenFlags: () => Promise<string[]> | string[] = () => []) =>
    startJobPool({
      databaseUrl: database.url,
      asking: 2,
      patience: PATIENCE,
      drainMs: 100,
      log: createLogger('worker', 'silent'),
      runner: {
        concurrency: PLACES,
        taskList: {
          [TASK]: (payload) => {
            ran.push((payload as { name: string }).name);
            return new Promise<void>((resolve) => letEnd.push(resolve));
          },
        },
        forbiddenFlags,
        crontab: '',
      },
    });
  const add = (name: string, options: { queue?: string; flag?: string } = {}) => database.sql`
    select from graphile_worker.add_job(${TASK}, json_build_object('name', ${name}::text),
      queue_name => ${options.queue ?? null}::text, flags => ${options.flag ? [options.flag] : null}::text[])`;
  const locked = async () =>
    (await database.sql`select from graphile_worker._private_jobs where locked_by is not null`).length;

  test('take no job that none of them runs', async () => {
    const names = Array.from({ length: 3 * PLACES }, (_, n) => `${n}`);
    for (const name of names) await add(name);
    const pool = await startHeld();
    for (let rounds = 1; rounds <= 3; rounds++) {
      await expect.poll(() => ran.length).toBe(rounds * PLACES);
      await expect.poll(locked).toBe(PLACES);
      for (const end of letEnd.splice(0)) end();
    }
    expect(ran.toSorted()).toEqual(names.toSorted());
    await expect.poll(locked).toBe(0);
    await pool.stop();
    expect(await pool.over).toBeNull();
  });

  test('take one job at a time of those that run one after the other', async () => {
    for (const name of ['a', 'b', 'c']) await add(name, { queue: 'plans' });
    await add('other');
    const pool = await startHeld();
    await expect.poll(() => ran.toSorted()).toEqual(['a', 'other']);
    for (const end of letEnd.splice(0)) end();
    await expect.poll(() => ran.length).toBe(3);
    for (const end of letEnd.splice(0)) end();
    await expect.poll(() => ran.toSorted()).toEqual(['a', 'b', 'c', 'other']);
    for (const end of letEnd.splice(0)) end();
    await pool.stop();
  });

  test('take none of a paused task', async () => {
    const paused = ['task:paused'];
    for (let n = 0; n < PLACES; n++) await add(`paused ${n}`, { flag: 'task:paused' });
    for (let n = 0; n < PLACES; n++) await add(`${n}`);
    const pool = await startHeld(async () => paused);
    await expect.poll(() => ran.length).toBe(PLACES);
    expect(ran.filter((name) => name.startsWith('paused'))).toEqual([]);
    for (const end of letEnd.splice(0)) end();
    paused.pop();
    await expect.poll(() => ran.length).toBe(2 * PLACES);
    for (const end of letEnd.splice(0)) end();
    await pool.stop();
  });
});
