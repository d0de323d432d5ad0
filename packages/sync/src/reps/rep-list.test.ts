import type { CrossmarkClient } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { connect, crossmarkReps, repReadings, syncAttempts } from '@scheduler/db';
import { createTestDatabase, moveClock, type TestDatabase } from '@scheduler/db/testing';
import { clockOffsetMs, currentTimeMs } from '@scheduler/runtime/clock';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { addStore, clearTables, clientOf, contextOf, jobOf, need, queuedJobs } from '../../test/fixture.ts';
import type { SyncContext } from '../context.ts';
import { sweep } from '../maintenance/sweep.ts';
import { requestRepReading } from '../queue/enqueue.ts';
import { readRepList } from './rep-list.ts';

let database: TestDatabase;
let simulator: Simulator;
let client: CrossmarkClient;
let ctx: SyncContext;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'rep_readings, crossmark_reps, sync_attempts');
  simulator = createSimulator({
    state: {
      reps: [
        { repId: '100001', employeeNumber: 'US100001', firstName: 'ADA', lastName: 'EXAMPLE' },
        { repId: '100002', employeeNumber: 'US100002', firstName: 'Bob', lastName: 'Sample' },
      ],
    },
  });
  await simulator.listen();
  client = clientOf(simulator.url);
  ctx = contextOf(database.db, client);
});
afterEach(async () => {
  await client.close();
  await simulator.close();
});

const job = jobOf('sync_employee');
const request = () => database.db.transaction((tx) => requestRepReading(tx, { requestedBy: 'u' }));
const kept = async () =>
  (await database.db.select().from(crossmarkReps).orderBy(crossmarkReps.repId)).map((rep) => rep.repId);
const reading = async () => need((await database.db.select().from(repReadings))[0]);

test('asked for twice is one reading and one job; what was read before is replaced whole', async () => {
  const readingId = await request();
  expect(await request()).toBe(readingId);
  expect(await queuedJobs(database.db)).toMatchObject([
    { task: 'sync_employee', key: `reps:${readingId}`, payload: { readingId } },
  ]);
  expect(await readRepList(ctx, readingId, job)).toMatchObject({
    outcome: 'done',
    summary: 'read 2 reps from Crossmark',
  });
  expect(await kept()).toEqual(['100001', '100002']);
  expect(await reading()).toMatchObject({ state: 'done', failureReason: null });

  simulator.removeRep('100002');
  await readRepList(ctx, await request(), job);
  expect(await kept()).toEqual(['100001']);
  expect(await readRepList(ctx, readingId, job)).toMatchObject({ outcome: 'nothing' });
});

test('while Crossmark is down the reading stays open, says why and comes again; the list from before stays', async () => {
  await readRepList(ctx, await request(), job);
  await database.sql`delete from graphile_worker._private_jobs`;
  await database.sql`delete from rep_readings`;
  const readingId = await request();
  simulator.addFaults({ kind: 'status', status: 503, times: 1 });
  expect(await readRepList(ctx, readingId, job)).toMatchObject({ outcome: 'retry' });
  expect(await reading()).toMatchObject({ state: 'queued', failureReason: expect.stringMatching(/503/) });
  expect(await queuedJobs(database.db)).toMatchObject([{ key: `reps:${readingId}` }]);
  expect(await kept()).toHaveLength(2);
  expect(await readRepList(ctx, readingId, job)).toMatchObject({ outcome: 'done' });
});

test.each([
  ['2026-12-31', ['America/Indiana/Indianapolis', 'Pacific/Auckland']],
  ['2027-01-01', ['Pacific/Auckland']],
])(
  'at 23:30 in Indianapolis the list is read from %s where the stores are in %j: their own day',
  async (from, zones) => {
    await moveClock(
      database.url,
      Date.parse('2026-12-31T23:30:00-05:00') - (currentTimeMs() - clockOffsetMs),
    );
    const moved = connect(database.url, { max: 2 });
    try {
      await moved.sql`truncate stores cascade`;
      for (const [n, timeZone] of zones.entries())
        await addStore(moved.db, { timeZone, number: `813${n}`, crossmarkStoreId: `31004${n}` });
      const requests: unknown[] = [];
      const availableReps: CrossmarkClient['availableReps'] = async (query) => {
        requests.push(query?.from);
        return client.availableReps(query);
      };
      const readingId = await moved.db.transaction((tx) => requestRepReading(tx, { requestedBy: 'u' }));
      const apart = { ...ctx, db: moved.db, crossmark: { ...client, availableReps } };
      expect(await readRepList(apart, readingId, job)).toMatchObject({ outcome: 'done' });
      expect(requests).toEqual([from]);
    } finally {
      await moved.close();
      await moveClock(database.url, clockOffsetMs);
    }
  },
);

test('a reading that lost its job gets one', async () => {
  await request();
  await database.sql`delete from graphile_worker._private_jobs`;
  expect(await sweep(database.db)).toBe(1);
  expect(await queuedJobs(database.db)).toHaveLength(1);
});

test('an attempt that our own code breaks off is not left open', async () => {
  const readingId = await request();
  const availableReps: CrossmarkClient['availableReps'] = async () => {
    throw new TypeError('x is not a function');
  };
  const broken = { ...ctx, crossmark: { ...client, availableReps } };
  await expect(readRepList(broken, readingId, job)).rejects.toThrow('x is not a function');
  expect(await database.db.select().from(syncAttempts)).toMatchObject([{ outcome: 'interrupted' }]);
  expect(await reading()).toMatchObject({ state: 'queued' });
});
