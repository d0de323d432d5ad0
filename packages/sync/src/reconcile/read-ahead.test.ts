import { type CrossmarkClient, mplanId, storeId } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { syncSteps } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant } from '@scheduler/runtime/clock';
import { addMinutes, type Instant } from '@scheduler/scheduling';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEmployee,
  addEvent,
  addSchedule,
  addStore,
  clearTables,
  clientOf,
  contextOf,
  jobOf,
  STORE,
} from '../../test/fixture.ts';
import { wantChange } from '../queue/enqueue.ts';
import type { JournalStep, Ledger } from './ledger.ts';
import { postgresLedger } from './postgres-ledger.ts';
import { wasQuietSince } from './read-ahead.ts';
import { type ReconcileContext, reconcileWith } from './reconcile.ts';

const PLAN = '40000001';
const at1045: Instant = '2026-01-05T15:45:00.000Z';
const search = {
  mplanId: mplanId(PLAN),
  storeId: storeId(STORE.crossmarkStoreId),
  timeZone: STORE.timeZone,
};

describe('no write of ours was under way', () => {
  const taken: Instant = '2026-01-05T12:00:00.000Z';
  const step = (values: Partial<JournalStep>) =>
    ({ state: 'done', answeredAt: '2026-01-05T11:59:59.999Z', ...values }) as JournalStep;

  test.each([
    ['there was none', [], true],
    ['each was answered before', [step({}), step({ state: 'not_done' })], true],
    ['one was answered at that moment', [step({ answeredAt: taken }), step({})], false],
    ['one was answered later', [step({}), step({ answeredAt: '2026-01-05T12:00:00.001Z' })], false],
    ['one has no answer yet', [step({ state: 'sent', answeredAt: null })], false],
    ['one has an unknown outcome', [step({ state: 'unknown' })], false],
    ['it isn’t known when one was answered', [step({ answeredAt: null })], false],
  ])('if %s: %s', (_, steps, isQuiet) => {
    expect(wasQuietSince(steps, taken)).toBe(isQuiet);
  });
});

describe('a search that began when the job was taken', () => {
  let database: TestDatabase;
  let simulator: Simulator;
  let client: CrossmarkClient;
  let eventId: number;
  let ada: number;
  let bob: number;
  let inDatabase: Ledger;

  beforeAll(async () => {
    database = await createTestDatabase();
    const store = await addStore(database.db);
    ada = await addEmployee(database.db, { storeId: store, name: 'Ada Example', repId: '100001' });
    bob = await addEmployee(database.db, { storeId: store, name: 'Bob Sample', repId: '100002' });
    eventId = await addEvent(database.db, { storeId: store, mplanId: PLAN });
    inDatabase = postgresLedger(database.db);
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    await clearTables(database, 'schedules, event_syncs, sync_attempts, sync_steps');
    simulator = createSimulator({
      state: {
        stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }],
        reps: [
          { repId: '100001', employeeNumber: 'US100001', firstName: 'Ada', lastName: 'Example' },
          { repId: '100002', employeeNumber: 'US100002', firstName: 'Bob', lastName: 'Sample' },
        ],
        plans: [
          {
            mplanId: PLAN,
            storeId: STORE.crossmarkStoreId,
            name: 'Oat Bars',
            startsOn: '2026-01-01',
            dueOn: '2026-01-15',
          },
        ],
      },
    });
    await simulator.listen();
    client = clientOf(simulator.url);
  });
  afterEach(async () => {
    await client.close();
    await simulator.close();
  });

  async function want(employeeId: number): Promise<void> {
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`update schedules set ended_at = app_now() where ended_at is null`);
      await addSchedule(tx, { eventId, employeeId, startsAt: at1045 });
      await wantChange(tx, { eventId, task: 'sync_schedule' });
    });
  }
  const around = (changes: Partial<ReconcileContext> = {}): ReconcileContext => ({
    ...contextOf(database.db, client),
    ledger: inDatabase,
    now: currentInstant,
    deadline: (ms) => AbortSignal.timeout(ms),
    ...changes,
  });
  /** The ledger, with something that happens before a lease is taken. */
  const after = (before: () => Promise<unknown>): Ledger => ({
    ...inDatabase,
    takeLease: async (...request) => {
      await before();
      return inDatabase.takeLease(...request);
    },
  });
  const searches = () => simulator.log.filter(({ call }) => call === 'getPlanningMplans').length;
  const booked = () => simulator.state.bookings.map((booking) => booking.repId);
  /** The moment at which a job is taken, by Postgres' clock and after all that came before. */
  async function takenNow(): Promise<Instant> {
    const [row] = await database.sql<[{ locked_at: Date }]>`select now() + interval '1 ms' as locked_at`;
    const at = new Date(row.locked_at).toISOString();
    await database.sql`select pg_sleep(0.002)`;
    return at;
  }

  test('is the only one that a change needs', async () => {
    await want(ada);
    const ahead = { search, takenAt: await takenNow() };
    // The lease is taken once the search has reached Crossmark, so the search did not wait for it.
    const ledger = after(() => expect.poll(searches).toBe(1));
    expect(await reconcileWith(around({ ledger }), eventId, jobOf(), ahead)).toMatchObject({
      outcome: 'done',
    });
    expect(searches()).toBe(1);
    expect(booked()).toEqual(['100001']);
  });

  test('is repeated under the lease if another run wrote since', async () => {
    await want(ada);
    const takenAt = await takenNow();
    const ledger = after(async () => {
      await expect.poll(searches).toBe(1);
      await reconcileWith(around(), eventId, jobOf('sync_schedule', { id: '2' }));
      await want(bob);
    });
    expect(await reconcileWith(around({ ledger }), eventId, jobOf(), { search, takenAt })).toMatchObject({
      outcome: 'done',
    });
    const calls = simulator.log.map(({ call }) => call).filter((call) => call !== 'authenticate');
    expect(calls.filter((call) => call !== 'getUserInfo')).toEqual([
      'getPlanningMplans',
      // The other run.
      'getPlanningMplans',
      'scheduleMplanEvent',
      // This run, which does not believe what it had read before.
      'getPlanningMplans',
      'deleteScheduledMplanEvent',
      'getPlanningMplans',
      'scheduleMplanEvent',
    ]);
    expect(booked()).toEqual(['100002']);
  });

  test('is repeated if the lease came late', async () => {
    await want(ada);
    let lateMs = 0;
    const now = () => addMinutes(currentInstant(), lateMs / 60_000);
    const ledger = after(async () => {
      lateMs = 60_000;
    });
    const ahead = { search, takenAt: await takenNow() };
    expect(await reconcileWith(around({ ledger, now }), eventId, jobOf(), ahead)).toMatchObject({
      outcome: 'done',
    });
    expect(searches()).toBe(2);
  });

  test('is repeated if the event has another plan by now', async () => {
    await want(ada);
    const ahead = { search: { ...search, mplanId: mplanId('40000009') }, takenAt: await takenNow() };
    expect(await reconcileWith(around(), eventId, jobOf(), ahead)).toMatchObject({ outcome: 'done' });
    expect(searches()).toBe(2);
    expect(booked()).toEqual(['100001']);
  });

  test('is cut off if another run has the lease', async () => {
    await want(ada);
    const held = await inDatabase.takeLease({ eventId, owner: 'other/1', job: jobOf() }, 60_000);
    expect(held).toMatchObject({ eventId });
    let signal: AbortSignal | undefined;
    const crossmark = {
      ...client,
      findEvent: (query: Parameters<CrossmarkClient['findEvent']>[0]) => {
        signal = query.signal;
        return new Promise<never>(() => {});
      },
    };
    const ahead = { search, takenAt: await takenNow() };
    expect(await reconcileWith(around({ crossmark }), eventId, jobOf(), ahead)).toMatchObject({
      outcome: 'waiting',
    });
    expect(signal?.aborted).toBe(true);
    expect(await database.db.select().from(syncSteps)).toEqual([]);
  });

  test('fails the attempt as one under the lease would', async () => {
    await want(ada);
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'status', status: 503 });
    const ahead = { search, takenAt: await takenNow() };
    expect(await reconcileWith(around(), eventId, jobOf(), ahead)).toMatchObject({
      outcome: 'retry',
      failureKind: 'transient',
    });
    expect(searches()).toBe(1);
  });
});
