import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { connect, refreshRuns, stores } from '@scheduler/db';
import { createTestDatabase, moveClock, type TestDatabase } from '@scheduler/db/testing';
import { clockOffsetMs, currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { addDays, type Instant, workDateOf } from '@scheduler/scheduling';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addStore,
  clearTables,
  clientOf,
  contextOf,
  queuedJobs,
  STORE,
} from '../../test/fixture.ts';
import { requestRefresh } from '../queue/enqueue.ts';
import { refresh } from '../refresh/refresh.ts';
import { requestNightlyPlans, requestPlans } from './request-plans.ts';

let database: TestDatabase;
let storeId: number;
let otherId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
  otherId = await addStore(database.db, { crossmarkStoreId: '310043', number: '8136', name: 'Club Nine' });
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, refresh_runs');
  await database.db.update(stores).set({ planning: {}, nightPlannedOn: null });
});

const set = (id: number, values: Partial<typeof stores.$inferInsert>) =>
  database.db.update(stores).set(values).where(eq(stores.id, id));
const planJobs = async () =>
  (await queuedJobs(database.db))
    .filter(({ task }) => task === 'propose_plan')
    .map(({ key, payload }) => ({ key, ...payload }));

describe('new open events', () => {
  const request = () => database.db.transaction((tx) => requestPlans(tx, [storeId, otherId], 'import'));

  test('have a plan made where the store says so, one waiting job a store', async () => {
    await request();
    expect(await planJobs()).toEqual([]);
    await set(storeId, { planning: { afterImport: true } });
    await request();
    await request();
    expect(await planJobs()).toEqual([{ key: `plan:${storeId}`, storeId, occasion: 'import' }]);
  });

  test('leave no job where the transaction that brought them is rolled back', async () => {
    await set(storeId, { planning: { afterImport: true } });
    const broken = database.db.transaction(async (tx) => {
      await requestPlans(tx, [storeId], 'import');
      throw new Error('the import fails');
    });
    await expect(broken).rejects.toThrow('the import fails');
    expect(await planJobs()).toEqual([]);
  });
});

describe('a refresh', () => {
  const today = workDateOf(currentInstant(), STORE.timeZone);
  const plan = (mplanId: string) => ({
    mplanId,
    storeId: STORE.crossmarkStoreId,
    name: `6${mplanId.slice(-5)}-Acme-Oat (1)  - V2-CORE`,
    startsOn: addDays(today, 1),
    dueOn: addDays(today, 9),
  });
  /** Reads the list of a simulator. Returns how the run ended and which plans are requested. */
  async function readList(simulator: Simulator, signal = new AbortController().signal) {
    await simulator.listen();
    const client = clientOf(simulator.url, { timeouts: { connectMs: 1_000, callMs: 5_000 } });
    try {
      const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
      const job = { id: '1', task: 'refresh_events' as const, workerId: 'test-worker', signal };
      await refresh(contextOf(database.db, client), runId, job);
      return await planJobs();
    } finally {
      await client.close();
      await simulator.close();
    }
  }
  const listOf = (...ids: string[]) =>
    createSimulator({
      state: {
        stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }],
        plans: ids.map(plan),
      },
    });
  const waiting = () => [{ key: `plan:${storeId}`, storeId, occasion: 'refresh' }];
  const forget = () => database.sql`
    select graphile_worker.complete_jobs(array(select id from graphile_worker._private_jobs))`;

  test('that brings open events has a plan made at its end; one that brings none, does not', async () => {
    await set(storeId, { planning: { afterImport: true } });
    expect(await readList(listOf('40000001'))).toEqual(waiting());
    await forget();
    expect(await readList(listOf('40000001'))).toEqual([]);
    expect(await readList(listOf('40000001', '40000002'))).toEqual(waiting());
  });

  test('asks for none where the store does not want it, or every new event is left out of plans', async () => {
    expect(await readList(listOf('40000001'))).toEqual([]);
    await set(storeId, { planning: { afterImport: true } });
    await database.db.delete(refreshRuns);
    await database.sql`update events set never_plan = true, created_at = app_now() + interval '1 minute'`;
    expect(await readList(listOf('40000001'))).toEqual([]);
  });

  test('counts what one before it brought that failed in the middle', async () => {
    await set(storeId, { planning: { afterImport: true } });
    await addEvent(database.db, {
      storeId,
      mplanId: '40000001',
      name: plan('40000001').name,
      startsOn: addDays(today, 1),
      dueOn: addDays(today, 9),
    });
    await database.sql`
      insert into refresh_runs (requested_by, state, requested_at)
      values ('u1', 'failed', app_now() - interval '1 hour')`;
    expect(await readList(listOf('40000001'))).toEqual(waiting());
  });
});

describe('a nightly plan', () => {
  /** What is asked for when the clock shows an instant. */
  async function at(instant: Instant): Promise<number[]> {
    await moveClock(database.url, Date.parse(instant) - (currentTimeMs() - clockOffsetMs));
    const moved = connect(database.url, { max: 1 });
    try {
      return await requestNightlyPlans(moved.db);
    } finally {
      await moved.close();
      await moveClock(database.url, clockOffsetMs);
    }
  }
  const nightly = (nightlyAt: string, nightPlannedOn: string, timeZone = 'America/Chicago') =>
    set(storeId, { planning: { nightlyAt }, nightPlannedOn, timeZone });

  test('is asked for once a day, at the store’s own time, together with its job', async () => {
    await nightly('03:00', '2026-06-09');
    expect(await at('2026-06-10T07:59:00.000Z')).toEqual([]);
    expect(await at('2026-06-10T08:00:30.000Z')).toEqual([storeId]);
    expect(await planJobs()).toEqual([{ key: `plan:${storeId}`, storeId, occasion: 'night' }]);
    expect(await at('2026-06-10T08:01:30.000Z')).toEqual([]);
    expect(await at('2026-06-11T07:59:00.000Z')).toEqual([]);
    expect(await at('2026-06-11T08:00:00.000Z')).toEqual([storeId]);
  });

  test('is made up for once where no worker ran for days, also just before midnight', async () => {
    await nightly('23:59', '2026-06-05');
    expect(await at('2026-06-10T05:10:00.000Z')).toEqual([storeId]);
    expect(await at('2026-06-10T06:00:00.000Z')).toEqual([]);
    expect(await at('2026-06-11T04:59:00.000Z')).toEqual([storeId]);
  });

  test('comes at a time that the clocks skip, and once at a time that they show twice', async () => {
    // The clocks go from 2:00 to 3:00 at 08:00 UTC.
    await nightly('02:30', '2026-03-07');
    expect(await at('2026-03-08T07:59:00.000Z')).toEqual([]);
    expect(await at('2026-03-08T08:00:00.000Z')).toEqual([storeId]);
    expect(await at('2026-03-08T08:31:00.000Z')).toEqual([]);
    // They go from 2:00 back to 1:00 at 07:00 UTC.
    await nightly('01:30', '2026-10-31');
    expect(await at('2026-11-01T06:29:00.000Z')).toEqual([]);
    expect(await at('2026-11-01T06:30:00.000Z')).toEqual([storeId]);
    expect(await at('2026-11-01T07:00:00.000Z')).toEqual([]);
    expect(await at('2026-11-01T07:30:00.000Z')).toEqual([]);
    expect(await at('2026-11-02T07:30:00.000Z')).toEqual([storeId]);
    // Here they go from midnight back to 23:00 of the day before, at 03:00 UTC.
    await nightly('23:30', '2017-02-17', 'America/Sao_Paulo');
    expect(await at('2018-02-18T01:30:00.000Z')).toEqual([storeId]);
    expect(await at('2018-02-18T02:30:00.000Z')).toEqual([]);
    expect(await at('2018-02-19T02:30:00.000Z')).toEqual([storeId]);
  });

  test('is not asked for where it is off, and several workers ask once', async () => {
    await set(otherId, { nightPlannedOn: '2026-01-01' });
    expect(await at('2026-06-10T12:00:00.000Z')).toEqual([]);
    await set(storeId, { planning: { nightlyAt: '00:00' }, nightPlannedOn: '2020-01-01' });
    const storeIds = await Promise.all([1, 2, 3].map(() => requestNightlyPlans(database.db)));
    expect(storeIds.flat()).toEqual([storeId]);
  });
});
