import { connect, eventSyncs, refreshRuns, schedules } from '@scheduler/db';
import { createTestDatabase, moveClock, type TestDatabase } from '@scheduler/db/testing';
import { clockOffsetMs } from '@scheduler/runtime/clock';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEmployee,
  addEvent,
  addSchedule,
  addStore,
  clearTables,
  need,
  queuedJobs,
} from '../../test/fixture.ts';
import { enqueueEmployee, requestRefresh, retryNow, wantChange, wantChanges } from './enqueue.ts';
import { addJobs } from './graphile.ts';

let database: TestDatabase;
let eventId: number;
let employeeId: number;
let storeId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
  employeeId = await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' });
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, refresh_runs');
  eventId = await addEvent(database.db, { storeId, mplanId: '40000001' });
});

const startsAt = '2026-01-05T15:45:00.000Z';

describe('enqueueing is part of the save', () => {
  test('a save that commits always has its job', async () => {
    await database.db.transaction(async (tx) => {
      await addSchedule(tx, { eventId, employeeId, startsAt });
      await wantChange(tx, { eventId, task: 'sync_schedule' });
    });
    expect(await queuedJobs(database.db)).toMatchObject([
      { task: 'sync_schedule', key: `event:${eventId}`, payload: { eventId }, attempts: 0 },
    ]);
    expect(await database.db.query.eventSyncs.findFirst()).toMatchObject({
      state: 'pending',
      wantedVersion: 1,
      syncedVersion: 0,
    });
  });

  test('a save that rolls back leaves no job', async () => {
    const save = database.db.transaction(async (tx) => {
      await addSchedule(tx, { eventId, employeeId, startsAt });
      await wantChange(tx, { eventId, task: 'sync_schedule' });
      await enqueueEmployee(tx, employeeId);
      throw new Error('the save fails at its end');
    });
    await expect(save).rejects.toThrow('the save fails at its end');
    expect(await queuedJobs(database.db)).toEqual([]);
    expect(await database.db.$count(eventSyncs)).toBe(0);
    expect(await database.db.$count(schedules)).toBe(0);
  });

  test('ten changes of one event leave one job and count ten versions', async () => {
    for (let i = 0; i < 10; i++)
      await database.db.transaction((tx) => wantChange(tx, { eventId, task: 'sync_schedule_update' }));
    expect(await queuedJobs(database.db)).toHaveLength(1);
    expect((await database.db.query.eventSyncs.findFirst())?.wantedVersion).toBe(10);
  });

  test('bulk changes add a job for each event in one transaction', async () => {
    const second = await addEvent(database.db, { storeId, mplanId: '40000002' });
    await database.db.transaction((tx) =>
      wantChanges(tx, [
        { eventId: second, task: 'sync_schedule_deletion' },
        { eventId, task: 'sync_schedule' },
      ]),
    );
    expect((await queuedJobs(database.db)).map((job) => [job.task, job.key])).toEqual(
      expect.arrayContaining([
        ['sync_schedule', `event:${eventId}`],
        ['sync_schedule_deletion', `event:${second}`],
      ]),
    );
  });
});

describe('retrying by hand', () => {
  test('a dead letter goes back to work with all attempts ahead, and its dead job is replaced', async () => {
    await database.db.transaction((tx) => wantChange(tx, { eventId, task: 'sync_schedule' }));
    const job = need((await queuedJobs(database.db))[0]);
    await database.sql`select graphile_worker.permanently_fail_jobs(array[${job.id}]::bigint[], 'no RepID')`;
    await database.db.update(eventSyncs).set({ state: 'failed', attempts: 4, failureReason: 'no RepID' });

    expect(await database.db.transaction((tx) => retryNow(tx, eventId))).toBe(true);
    expect(await queuedJobs(database.db)).toMatchObject([{ attempts: 0, lastError: null }]);
    expect(await database.db.query.eventSyncs.findFirst()).toMatchObject({
      state: 'pending',
      attempts: 0,
      failureReason: null,
    });
  });

  test('a synced event has nothing to retry', async () => {
    await database.db.insert(eventSyncs).values({ eventId, state: 'synced' });
    expect(await database.db.transaction((tx) => retryNow(tx, eventId))).toBe(false);
    expect(await queuedJobs(database.db)).toEqual([]);
  });
});

describe('asking for a refresh', () => {
  test('a second request while one is open gets the same run and no second job', async () => {
    const [first, second] = await Promise.all(
      ['u1', 'u2'].map((requestedBy) => database.db.transaction((tx) => requestRefresh(tx, { requestedBy }))),
    );
    expect(second).toBe(first);
    expect(await queuedJobs(database.db)).toHaveLength(1);
    await database.db
      .update(refreshRuns)
      .set({ state: 'done' })
      .where(eq(refreshRuns.id, need(first)));
    const third = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
    expect(third).not.toBe(first);
  });
});

test('where the clock was moved, a job still comes due after the time that was meant', async () => {
  await moveClock(database.url, 40 * 86_400_000);
  const moved = connect(database.url, { max: 1 });
  try {
    await addJobs(moved.db, [
      { task: 'sync_schedule', payload: { eventId }, key: 'event:1', afterMs: 60_000 },
    ]);
    expect(
      await moved.sql`
        select from graphile_worker.jobs
        where run_at between now() + interval '10 seconds' and now() + interval '1 minute'`,
    ).toHaveLength(1);
  } finally {
    await moved.close();
    await moveClock(database.url, clockOffsetMs);
  }
});
