import { type CrossmarkClient, createCrossmarkClient, repId } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { employees, eventSyncs, events, schedules, syncAttempts, syncSteps, type Tx } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { addMinutes, type Instant, workDateOf } from '@scheduler/scheduling';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addEmployee,
  addEvent,
  addSchedule,
  addStore,
  BOOKING_HABITS,
  chooseSide,
  clearTables,
  clientOf,
  contextOf,
  jobOf,
  need,
  queuedJobs,
  STORE,
} from '../../test/fixture.ts';
import { DEFAULT_RETRY_POLICY } from '../attempts/retry-policy.ts';
import { DEFAULT_CONFIRM_AFTER_MS, type JobInfo, type SyncContext } from '../context.ts';
import { retryNow, wantChange, wantChanges } from '../queue/enqueue.ts';
import { claimOf, type Ledger } from './ledger.ts';
import { postgresLedger } from './postgres-ledger.ts';
import { reconcile, reconcileWith } from './reconcile.ts';

const PLAN = '40000001';
const at1045: Instant = '2026-01-05T15:45:00.000Z';
const at1115: Instant = '2026-01-05T16:15:00.000Z';
const reps = [
  { repId: '100001', employeeNumber: 'US100001', firstName: 'Ada', lastName: 'Example' },
  { repId: '100002', employeeNumber: 'US100002', firstName: 'Bob', lastName: 'Sample' },
  { repId: '100003', employeeNumber: 'US100003', firstName: 'Eve', lastName: 'Outsider' },
];

let database: TestDatabase;
let simulator: Simulator;
let client: CrossmarkClient;
let ctx: SyncContext;
let storeId: number;
let ada: number;
let bob: number;
let eventId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
  ada = await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' });
  bob = await addEmployee(database.db, { storeId, name: 'Bob Sample', repId: '100002' });
});
afterAll(() => database.close());

beforeEach(async () => {
  await clearTables(database, 'events');
  await database.db.update(employees).set({ terminatedOn: null });
  await database.db
    .update(employees)
    .set({ repId: repId('100002') })
    .where(eq(employees.id, bob));
  eventId = await addEvent(database.db, { storeId, mplanId: PLAN });
  simulator = createSimulator({
    state: {
      stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }],
      reps,
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
  client = newClient();
  ctx = contextOf(database.db, client);
});
afterEach(async () => {
  await client.close();
  await simulator.close();
});

const newClient = () => clientOf(simulator.url, { timeouts: { connectMs: 1_000, callMs: 2_000 } });

/** What a dispatcher's save does: ends the live schedule, makes the wanted one, enqueues. */
async function decide(wanted: { employeeId: number; startsAt: Instant } | null, event = eventId) {
  await database.db.transaction(async (tx: Tx) => {
    await tx
      .update(schedules)
      .set({ endedAt: sql`app_now()` })
      .where(and(eq(schedules.eventId, event), isNull(schedules.endedAt)));
    if (wanted) await addSchedule(tx, { eventId: event, ...wanted });
    await wantChange(tx, { eventId: event, task: wanted ? 'sync_schedule' : 'sync_schedule_deletion' });
  });
}

/** A second event, here and in Crossmark. */
async function addOther(name: string): Promise<number> {
  const mplanId = '40000002';
  simulator.putPlans({
    mplanId,
    storeId: STORE.crossmarkStoreId,
    name,
    startsOn: '2026-01-01',
    dueOn: '2026-01-15',
  });
  return addEvent(database.db, { storeId, mplanId });
}

const job = (values: Partial<JobInfo> = {}) => jobOf('sync_schedule', values);
/** The worker's context, with calls of its client replaced. */
const withCalls = (calls: Partial<CrossmarkClient>): SyncContext => ({
  ...ctx,
  crossmark: { ...client, ...calls },
});
const run = (event = eventId) => reconcile(ctx, event, job());
const sync = async (event = eventId) =>
  need(await database.db.query.eventSyncs.findFirst({ where: eq(eventSyncs.eventId, event) }));
const bookings = () =>
  simulator.state.bookings.map(({ repId, startsAt, endsAt }) => ({ repId, startsAt, endsAt }));
const writes = () =>
  simulator.log.filter(
    (call) => call.call === 'scheduleMplanEvent' || call.call === 'deleteScheduledMplanEvent',
  );
const attempts = () => database.db.select().from(syncAttempts).orderBy(syncAttempts.id);
const booking = (repIdValue: string, startsAt: Instant) => ({
  repId: repIdValue,
  startsAt,
  endsAt: addMinutes(startsAt, 390),
});

describe.each(BOOKING_HABITS)('where $way', ({ habits }) => {
  beforeEach(() => {
    simulator.configure(habits);
  });

  test('a schedule is booked with its rep, store and time, and the id of the booking is kept', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([booking('100001', at1045)]);
    expect(await sync()).toMatchObject({
      state: 'synced',
      wantedVersion: 1,
      syncedVersion: 1,
      bookingId: simulator.state.bookings[0]?.bookingId,
      leaseOwner: null,
    });
    expect(await attempts()).toMatchObject([
      { outcome: 'done', number: 1, summary: 'booked Ada Example on Mon Jan 5, 10:45 AM' },
    ]);
    expect(await database.db.query.events.findFirst()).toMatchObject({ condition: 'Scheduled' });
  });

  test('a move, a change of person and an unscheduling leave exactly what is wanted', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    await decide({ employeeId: ada, startsAt: at1115 });
    await run();
    expect(bookings()).toEqual([booking('100001', at1115)]);
    await decide({ employeeId: bob, startsAt: at1115 });
    await run();
    expect(bookings()).toEqual([booking('100002', at1115)]);
    const [held] = simulator.state.bookings;
    await decide(null);
    await run();
    expect(bookings()).toEqual([]);
    expect(writes().at(-1)).toMatchObject({
      call: 'deleteScheduledMplanEvent',
      params: { id: held?.bookingId },
    });
    expect(await sync()).toMatchObject({ state: 'synced', bookingId: null });
    expect(await database.db.query.events.findFirst()).toMatchObject({ condition: 'Unstaffed' });
  });

  test.each([
    ['drop', {}],
    ['status', { status: 504 }],
    ['truncate', {}],
    ['garbage', {}],
  ] as const)('a booking whose answer is lost (%s) is found, not made twice', async (kind, details) => {
    simulator.addFaults({ call: 'scheduleMplanEvent', kind, applied: true, ...details });
    await decide({ employeeId: ada, startsAt: at1045 });
    const first = await run();
    if (first.outcome === 'retry') {
      expect(await sync()).toMatchObject({ state: 'waiting', failureKind: 'unknown', attempts: 1 });
      expect(await run()).toMatchObject({ outcome: 'done' });
    }
    expect(bookings()).toEqual([booking('100001', at1045)]);
    expect(writes()).toHaveLength(1);
    expect(await sync()).toMatchObject({
      state: 'synced',
      bookingId: simulator.state.bookings[0]?.bookingId,
    });
  });

  test('a booking whose request was lost is made, after a look', async () => {
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'drop', applied: false });
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    expect(bookings()).toEqual([]);
    await run();
    expect(bookings()).toEqual([booking('100001', at1045)]);
    const order = simulator.log
      .map((call) => call.call)
      .filter((call) => call !== 'authenticate' && call !== 'getUserInfo');
    expect(order).toEqual([
      'getPlanningMplans',
      'scheduleMplanEvent',
      'getPlanningMplans',
      'getmPlanLocationCondition',
      'scheduleMplanEvent',
    ]);
  });

  describe.each([
    ['the login page at 200', 'loginPage', 'expire'],
    ['the login page at 200, though somebody is signed in', 'loginPage', 'notSignedIn'],
    ['401', '401', 'expire'],
    ['a redirect to the login', 'redirect', 'expire'],
  ] as const)('a write answered with %s', (_words, look, kind) => {
    const signIns = () => simulator.log.filter((call) => call.call === 'authenticate').length;

    test('that was applied all the same is found by a read, not made again', async () => {
      await client.login();
      simulator.clearLog();
      simulator.addFaults({ call: 'scheduleMplanEvent', kind, look, applied: true });
      await decide({ employeeId: ada, startsAt: at1045 });
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(bookings()).toEqual([booking('100001', at1045)]);
      expect(writes()).toHaveLength(1);
      expect(signIns()).toBe(1);
      expect(await sync()).toMatchObject({ state: 'synced', attempts: 0 });
    });

    test('that was not applied is made once after a sign-in and a read, no attempt spent', async () => {
      await client.login();
      simulator.clearLog();
      simulator.addFaults({ call: 'scheduleMplanEvent', kind, look, applied: false });
      await decide({ employeeId: ada, startsAt: at1045 });
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(bookings()).toEqual([booking('100001', at1045)]);
      expect(simulator.log.map((call) => call.call).filter((call) => call !== 'getUserInfo')).toEqual([
        'getPlanningMplans',
        'scheduleMplanEvent',
        'authenticate',
        'getPlanningMplans',
        'getmPlanLocationCondition',
        'scheduleMplanEvent',
      ]);
      expect(await attempts()).toMatchObject([{ outcome: 'done', number: 1 }]);
    });

    test('again and again is retried until the budget is over, a read before each write', async () => {
      simulator.addFaults({ call: 'scheduleMplanEvent', kind, look, applied: false, times: 3 });
      await decide({ employeeId: ada, startsAt: at1045 });
      expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'unknown' });
      expect(await sync()).toMatchObject({ state: 'waiting', attempts: 1 });
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(bookings()).toEqual([booking('100001', at1045)]);
    });

    test('a removal so answered is finished by a read', async () => {
      await decide({ employeeId: ada, startsAt: at1045 });
      await run();
      simulator.addFaults({ call: 'deleteScheduledMplanEvent', kind, look, applied: true });
      await decide(null);
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(bookings()).toEqual([]);
      expect(writes()).toHaveLength(2);
    });
  });

  test('an unscheduling whose answer is lost is finished by a look', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    simulator.addFaults({ call: 'deleteScheduledMplanEvent', kind: 'drop', applied: true });
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'unknown' });
    await run();
    expect(bookings()).toEqual([]);
    expect(writes()).toHaveLength(2);
    expect(await sync()).toMatchObject({ state: 'synced' });
  });

  test('removal done and booking failed: goes on until the wanted booking exists', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'status', status: 429, applied: false });
    await decide({ employeeId: bob, startsAt: at1115 });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(bookings()).toEqual([]);
    await run();
    expect(bookings()).toEqual([booking('100002', at1115)]);
  });

  test('removed, the look after it failed, and wanted again as it was: booked again', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'status', status: 503, after: 1 });
    await decide({ employeeId: bob, startsAt: at1115 });
    expect(await run()).toMatchObject({ outcome: 'retry' });
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    expect(bookings()).toEqual([booking('100001', at1045)]);
  });

  test('a trade ends with both swapped, whatever order the two jobs take', async () => {
    const other = await addOther('Soup');
    await decide({ employeeId: ada, startsAt: at1045 });
    await decide({ employeeId: bob, startsAt: at1115 }, other);
    await Promise.all([run(), run(other)]);
    await decide({ employeeId: bob, startsAt: at1045 });
    await decide({ employeeId: ada, startsAt: at1115 }, other);
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'drop', applied: true });
    await Promise.all([run(other), run()]);
    await Promise.all([run(other), run()]);
    expect(simulator.state.bookings.map(({ mplanId, repId }) => [mplanId, repId]).sort()).toEqual([
      [PLAN, '100002'],
      ['40000002', '100001'],
    ]);
  });

  test('a Core and its Supervisor event, saved together, end as two bookings though one call fails at first', async () => {
    const noon: Instant = '2026-01-05T17:00:00.000Z';
    const supervisor = await addOther('Oat Bars - V2-Supervisor');
    await database.db.transaction(async (tx) => {
      await addSchedule(tx, { eventId, employeeId: ada, startsAt: at1045 });
      await addSchedule(tx, { eventId: supervisor, employeeId: bob, startsAt: noon, minutes: 5 });
      await wantChanges(tx, [
        { eventId, task: 'sync_schedule' },
        { eventId: supervisor, task: 'sync_schedule' },
      ]);
    });
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'drop', applied: false, mplanId: '40000002' });
    await run();
    expect(await run(supervisor)).toMatchObject({ outcome: 'retry' });
    await run(supervisor);
    expect(simulator.state.bookings).toMatchObject([
      { mplanId: PLAN, repId: '100001', startsAt: at1045 },
      { mplanId: '40000002', repId: '100002', startsAt: noon, endsAt: addMinutes(noon, 5) },
    ]);
  });

  test.each(['ok', 'empty'] as const)(
    'a write that arrives after its worker lost the event is found and put right, removals answered: %s',
    async (deleteAnswer) => {
      simulator.configure({ deleteAnswer, unknownDelete: 'success' });
      await decide({ employeeId: ada, startsAt: at1045 });
      // The worker freezes before its request leaves: the lease runs out, another worker books,
      // then the request arrives.
      const frozen = withCalls({
        schedule: async (wanted) => {
          await database.db.update(eventSyncs).set({ leaseUntil: '2020-01-01T00:00:00.000Z' });
          await decide({ employeeId: bob, startsAt: at1115 });
          expect(await run()).toMatchObject({ outcome: 'done' });
          return client.schedule(wanted);
        },
      });
      expect(await reconcile(frozen, eventId, job({ workerId: 'frozen' }))).toMatchObject({
        outcome: 'interrupted',
      });
      expect(await sync()).toMatchObject({ state: 'pending' });
      expect(await queuedJobs(database.db)).toMatchObject([{ key: `event:${eventId}` }]);
      await run();
      expect(bookings()).toEqual([booking('100002', at1115)]);
      expect(await sync()).toMatchObject({
        state: 'synced',
        bookingId: simulator.state.bookings[0]?.bookingId,
      });
    },
  );
});

describe('writing only what is needed', () => {
  test('a late or repeated job does nothing', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    const calls = simulator.log.length;
    expect(await run()).toEqual({ outcome: 'nothing' });
    expect(simulator.log).toHaveLength(calls);
  });

  test('a booking that is right already is adopted without a write', async () => {
    const { bookingId } = simulator.book({
      mplanId: PLAN,
      storeId: STORE.crossmarkStoreId,
      ...booking('100001', at1045),
    });
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'nothing' });
    expect(writes()).toEqual([]);
    expect(await sync()).toMatchObject({ state: 'synced', bookingId });
  });

  test('a hundred edits during an outage cost at most two writes after it', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    simulator.clearLog();
    simulator.addFaults({ kind: 'status', status: 503, times: null, applied: false });
    for (let edit = 0; edit < 100; edit++) {
      await decide({ employeeId: edit % 2 ? ada : bob, startsAt: edit % 3 ? at1045 : at1115 });
      if (edit % 10 === 0) await run();
    }
    simulator.clearFaults();
    simulator.clearLog();
    await run();
    expect(writes().length).toBeLessThanOrEqual(2);
    expect(bookings()).toEqual([booking('100001', at1115)]);
  });

  test('an edit made while a booking is under way is carried over in the same run', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    const edited = withCalls({
      schedule: async (wanted) => {
        const made = await client.schedule(wanted);
        if (wanted.repId === '100001') await decide({ employeeId: bob, startsAt: at1115 });
        return made;
      },
    });
    expect(await reconcile(edited, eventId, job())).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([booking('100002', at1115)]);
    expect(await sync()).toMatchObject({ state: 'synced', wantedVersion: 2, syncedVersion: 2 });
    expect(await queuedJobs(database.db)).toEqual([]);
  });

  test('the same plan in two stores is two events with a booking each', async () => {
    const secondStore = await addStore(database.db, {
      crossmarkStoreId: '310043',
      number: '9001',
      timeZone: 'America/Los_Angeles',
    });
    const second = await addEvent(database.db, { storeId: secondStore, mplanId: PLAN });
    simulator.load({
      ...simulator.state,
      stores: [
        ...simulator.state.stores,
        { storeId: '310043', name: 'West', timeZone: 'America/Los_Angeles' },
      ],
      plans: [
        ...simulator.state.plans,
        { mplanId: PLAN, storeId: '310043', name: 'Oat Bars', startsOn: '2026-01-01', dueOn: '2026-01-15' },
      ],
    });
    await decide({ employeeId: ada, startsAt: at1045 });
    await decide({ employeeId: bob, startsAt: '2026-01-05T18:45:00.000Z' }, second);
    await run();
    await run(second);
    expect(simulator.state.bookings).toMatchObject([
      { storeId: STORE.crossmarkStoreId, repId: '100001' },
      { storeId: '310043', repId: '100002' },
    ]);
    expect(writes().at(-1)?.params).toMatchObject({ Start: '2026-01-05T10:45:00-08:00' });
  });

  test.each([
    ['spring', '2026-03-08T14:45:00.000Z', '2026-03-08T10:45:00-04:00'],
    ['before spring', '2026-03-07T15:45:00.000Z', '2026-03-07T10:45:00-05:00'],
    ['autumn', '2026-11-01T15:45:00.000Z', '2026-11-01T10:45:00-05:00'],
    ['before autumn', '2026-10-31T14:45:00.000Z', '2026-10-31T10:45:00-04:00'],
    ['the hour that comes twice', '2026-11-01T06:30:00.000Z', '2026-11-01T01:30:00-05:00'],
  ])('clock changes (%s): the same wall time, and a second look agrees', async (_name, startsAt, local) => {
    await decide({ employeeId: ada, startsAt });
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'drop', applied: true });
    await run();
    await run();
    expect(writes()).toMatchObject([{ params: { Start: local } }]);
    expect(await sync()).toMatchObject({ state: 'synced', bookedStartsAt: startsAt });
  });
});

describe('a known plan that a search leaves out', () => {
  const leaveOut = (times: number | null) =>
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'empty', reading: 'search', times });
  const missing = (missingRuns: number) => database.db.update(events).set({ missingRuns });

  beforeEach(async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
  });

  test('is not taken for unbooked: the booking is removed once the list shows it', async () => {
    leaveOut(1);
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(await sync()).toMatchObject({ state: 'waiting', bookedRepId: '100001' });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([]);
    expect(await sync()).toMatchObject({ state: 'synced' });
  });

  test('is not taken for unbooked: a move is carried out, and is no conflict', async () => {
    leaveOut(1);
    await decide({ employeeId: ada, startsAt: at1115 });
    expect(await run()).toMatchObject({ outcome: 'retry' });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([booking('100001', at1115)]);
  });

  test('has nobody booked where Crossmark’s read-back of the event says so', async () => {
    simulator.unbook(need((await sync()).bookingId));
    leaveOut(null);
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'nothing' });
    expect(await sync()).toMatchObject({ state: 'synced', bookingId: null });
  });

  test('is booked by nobody on the word of the read-back alone', async () => {
    simulator.unbook(need((await sync()).bookingId));
    leaveOut(null);
    await decide({ employeeId: ada, startsAt: at1115 });
    expect(await run()).toMatchObject({ outcome: 'retry' });
    expect(writes()).toHaveLength(1);
  });

  test.each([
    ['error', 0, 'waiting'],
    ['error', 1, 'waiting'],
    ['error', 2, 'synced'],
    ['emptyObject', 1, 'waiting'],
    ['emptyBody', 2, 'synced'],
    ['Unstaffed', 0, 'synced'],
  ] as const)(
    'that is gone, where the read-back answers %s and %i refreshes in a row lacked it, ends %s',
    async (goneLocation, runs, state) => {
      simulator.configure({ goneLocation });
      await missing(runs);
      simulator.removePlan(PLAN, STORE.crossmarkStoreId);
      await decide(null);
      await run();
      expect(await sync()).toMatchObject({ state });
    },
  );

  test('and is gone for good can’t be booked: a dead letter says so', async () => {
    await missing(2);
    simulator.removePlan(PLAN, STORE.crossmarkStoreId);
    await decide({ employeeId: bob, startsAt: at1115 });
    expect(await run()).toMatchObject({
      outcome: 'dead',
      failureReason: expect.stringContaining('doesn’t list this event any more'),
    });
  });
});

describe('a row that tells less than is known', () => {
  const shows = (row: Record<string, unknown>) =>
    simulator.putPlans({ ...need(simulator.state.plans[0]), row });
  const nothing = { scheduleDate: '', staffedReps: '', scheduleRepID: '', scheduleEventID: '' };
  const lag = (behindWrites: number, times = 1) =>
    simulator.addFaults({
      call: 'getPlanningMplans',
      kind: 'stale',
      reading: 'search',
      behindWrites,
      times,
    });

  beforeEach(async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
  });

  test('from before the booking was made doesn’t make an unscheduling synced: it waits for a row that shows it', async () => {
    lag(1);
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([]);
    expect(await sync()).toMatchObject({ state: 'synced', bookingId: null });
  });

  test('and shows another name with the known number means another person: a conflict, and nothing is sent', async () => {
    shows({ scheduleRepID: '', staffedReps: 'Eve Outsider' });
    await decide({ employeeId: ada, startsAt: at1115 });
    expect(await run()).toMatchObject({ outcome: 'conflict' });
    expect(await sync()).toMatchObject({ conflict: { repId: null, repNames: 'Eve Outsider' } });
    expect(writes()).toHaveLength(1);
  });

  test('is believed of an unscheduling where Crossmark’s read-back has nobody either: nothing is sent', async () => {
    simulator.unbook(need((await sync()).bookingId));
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'nothing' });
    expect(writes()).toHaveLength(1);
    expect(await sync()).toMatchObject({ state: 'synced', bookingId: null });
  });

  test('from before the booking was made is no conflict either: a move waits for a row that shows it', async () => {
    lag(1);
    await decide({ employeeId: ada, startsAt: at1115 });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(writes()).toHaveLength(1);
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([booking('100001', at1115)]);
  });

  test('is believed where Crossmark’s read-back has nobody either: removed there and moved here is a conflict', async () => {
    simulator.unbook(need((await sync()).bookingId));
    await decide({ employeeId: ada, startsAt: at1115 });
    expect(await run()).toMatchObject({ outcome: 'conflict' });
    expect(writes()).toHaveLength(1);
  });

  test('in a booked condition without a booking doesn’t make an unscheduling synced either', async () => {
    shows(nothing);
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    shows({});
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([]);
  });

  test('in a booked condition without a booking is no conflict: a move waits for a row that tells more', async () => {
    shows(nothing);
    await decide({ employeeId: ada, startsAt: at1115 });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(writes()).toHaveLength(1);
    shows({});
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([booking('100001', at1115)]);
  });

  test.each([
    ['was refused', { kind: 'refuse' }, ['retry', 'done']],
    ['was lost', { kind: 'drop', applied: false }, ['retry', 'retry', 'done']],
  ] as const)(
    'from before the booking was made doesn’t settle a removal that %s',
    async (_words, fault, outcomes) => {
      simulator.configure({ secondBooking: 'duplicate' });
      simulator.addFaults([
        { call: 'deleteScheduledMplanEvent', ...fault },
        { call: 'getPlanningMplans', kind: 'stale', reading: 'search', after: 1 },
      ]);
      await decide({ employeeId: bob, startsAt: at1115 });
      for (const outcome of outcomes) {
        expect(bookings()).toEqual([booking('100001', at1045)]);
        expect(await run()).toMatchObject({ outcome });
      }
      expect(bookings()).toEqual([booking('100002', at1115)]);
      expect(await sync()).toMatchObject({ state: 'synced', bookedRepId: '100002' });
    },
  );

  test.each(['success', 'error'] as const)(
    'with a booking that we removed is no dead letter, where a second removal is answered with %s',
    async (unknownDelete) => {
      simulator.configure({ unknownDelete });
      await decide({ employeeId: bob, startsAt: at1115 });
      await run();
      lag(2, 2);
      await decide({ employeeId: ada, startsAt: at1115 });
      expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(bookings()).toEqual([booking('100001', at1115)]);
    },
  );
});

test.each(['inPlace', 'replace', 'duplicate'] as const)(
  'a row from before a booking whose answer was lost doesn’t have it made twice (%s)',
  async (secondBooking) => {
    simulator.configure({ secondBooking });
    simulator.addFaults([
      { call: 'scheduleMplanEvent', kind: 'drop', applied: true },
      { call: 'getPlanningMplans', kind: 'stale', reading: 'search', after: 1 },
    ]);
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'unknown' });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(writes()).toHaveLength(1);
    expect(bookings()).toEqual([booking('100001', at1045)]);
    expect(await sync()).toMatchObject({ state: 'synced' });
  },
);

test.each([300, 390])(
  'a row from before a removal isn’t taken for the booking asked for since, of the same person and start (%i minutes long)',
  async (minutes) => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    const endsAt = addMinutes(at1045, minutes);
    simulator.addFaults([
      // The look after the removal fails: the second attempt finds nothing and books, and that
      // answer is lost.
      { call: 'getPlanningMplans', kind: 'status', status: 503, after: 1 },
      { call: 'scheduleMplanEvent', kind: 'drop', applied: false },
    ]);
    await decide({ employeeId: bob, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'retry' });
    await decide({ employeeId: ada, startsAt: at1045 });
    await database.db.update(schedules).set({ endsAt }).where(isNull(schedules.endedAt));
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'unknown' });
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'stale', reading: 'search', times: 1 });
    await run();
    await run();
    expect(bookings()).toEqual([{ repId: '100001', startsAt: at1045, endsAt }]);
    expect(await sync()).toMatchObject({ state: 'synced', bookedEndsAt: endsAt });
  },
);

describe('an answer about something else', () => {
  test('another event’s booking, given for ours: neither is removed, and both are booked', async () => {
    const other = await addOther('Soup');
    await decide({ employeeId: ada, startsAt: at1045 }, other);
    await run(other);
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'crossed', mplanId: PLAN });
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(writes().map(({ call, event }) => [call, event?.split('_')[0]])).toEqual([
      ['scheduleMplanEvent', '40000002'],
      ['scheduleMplanEvent', PLAN],
    ]);
    const [theirs, ours] = simulator.state.bookings;
    expect(await sync(other)).toMatchObject({ state: 'synced', bookingId: theirs?.bookingId });
    expect(await sync()).toMatchObject({ state: 'synced', bookingId: ours?.bookingId });
  });

  test('a search answered with another plan’s row says nothing about ours', async () => {
    const other = await addOther('Soup');
    await decide({ employeeId: bob, startsAt: at1115 }, other);
    await run(other);
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'crossed', mplanId: PLAN });
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([booking('100002', at1115), booking('100001', at1045)]);
  });

  test('a row with the number of another event’s booking removes nothing: it is read again until it has its own', async () => {
    const other = await addOther('Soup');
    await decide({ employeeId: bob, startsAt: at1115 }, other);
    await run(other);
    const [theirs] = simulator.state.bookings;
    const row = {
      scheduleEventID: need(theirs).bookingId,
      scheduleRepID: '100001',
      scheduleDate: '01/05/2026 10:45:00 AM',
      staffedReps: 'Ada Example',
    };
    const [plan] = simulator.state.plans;
    simulator.putPlans({ ...need(plan), condition: 'Scheduled', row });
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({
      outcome: 'retry',
      failureReason: expect.stringContaining('belongs to another event here (plan 40000002)'),
    });
    simulator.putPlans({ ...need(plan), condition: 'Unstaffed', row: {} });
    expect(await run()).toMatchObject({ outcome: 'done' });
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([booking('100002', at1115)]);
    expect(await sync(other)).toMatchObject({ state: 'synced', bookingId: theirs?.bookingId });
  });

  test('a booking that Crossmark makes at another time than asked, each time: a person decides, and writes are few', async () => {
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'later', minutes: 15, times: null });
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({
      outcome: 'conflict',
      failureReason:
        'Crossmark booked Ada Example on Mon Jan 5, 11:00 AM, although Mon Jan 5, 10:45 AM was asked for. Choose which one stands.',
    });
    expect(await sync()).toMatchObject({ state: 'conflict' });
    await database.db.transaction((tx) => chooseSide(tx, eventId, 'mine'));
    expect(await run()).toMatchObject({ outcome: 'conflict' });
    expect(writes()).toHaveLength(3);
    expect(bookings()).toHaveLength(1);
  });
});

test('the second coming of an hour that comes twice is a move from the first', async () => {
  const first: Instant = '2026-11-01T05:30:00.000Z';
  const second: Instant = '2026-11-01T06:30:00.000Z';
  const { bookingId } = simulator.book({
    mplanId: PLAN,
    storeId: STORE.crossmarkStoreId,
    ...booking('100001', first),
  });
  await decide({ employeeId: ada, startsAt: first });
  expect(await run()).toMatchObject({ outcome: 'nothing' });
  expect(await sync()).toMatchObject({ state: 'synced', bookingId });
  await decide({ employeeId: ada, startsAt: second });
  expect(await run()).toMatchObject({ outcome: 'done' });
  expect(bookings()).toEqual([booking('100001', second)]);
  expect(await sync()).toMatchObject({ state: 'synced', bookedStartsAt: second });
});

describe('failures', () => {
  test('Crossmark down: waits with a reason and a next attempt; up again: synced', async () => {
    await simulator.close();
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    const waiting = await sync();
    expect(waiting).toMatchObject({ state: 'waiting', attempts: 1, leaseOwner: null });
    expect(waiting.failureReason).toMatch(/could not be reached.*saved here and will be retried/);
    expect(await queuedJobs(database.db)).toMatchObject([{ runAt: waiting.nextAttemptAt, attempts: 0 }]);
    await simulator.listen(Number(new URL(simulator.url).port));
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([booking('100001', at1045)]);
    expect(await sync()).toMatchObject({
      state: 'synced',
      attempts: 0,
      failureReason: null,
      nextAttemptAt: null,
    });
  });

  test('Crossmark’s Retry-After wins over our own backoff', async () => {
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'status', status: 429, retryAfter: 1800 });
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    const [attempt] = await attempts();
    const tryAtMs = Date.parse(need((await sync()).nextAttemptAt));
    expect(tryAtMs).toBeGreaterThan(Date.parse(need(attempt).startedAt) + 1_800_000);
    expect(tryAtMs).toBeLessThan(Date.parse(need(need(attempt).finishedAt)) + 1_800_000 * 1.2);
  });

  test('a person without a RepID: dead letter at once, nothing sent, a sentence that says why', async () => {
    await database.db.update(employees).set({ repId: null }).where(eq(employees.id, bob));
    await decide({ employeeId: bob, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'dead', failureKind: 'rejected' });
    expect(simulator.log).toEqual([]);
    const dead = await sync();
    expect(dead.state).toBe('failed');
    expect(dead.failureReason).toBe(
      'Bob Sample has no RepID in Crossmark, so nothing can be booked for them. Link Bob Sample to a rep, or choose somebody else. Crossmark has nobody booked for this event.',
    );
    const [letter] = await queuedJobs(database.db);
    expect(letter).toMatchObject({ attempts: letter?.maxAttempts, lastError: dead.failureReason });
  });

  test('a person who left before the day: dead letter at once', async () => {
    await database.db.update(employees).set({ terminatedOn: '2026-01-04' }).where(eq(employees.id, bob));
    await decide({ employeeId: bob, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'dead' });
    expect((await sync()).failureReason).toMatch(/Bob Sample left on Sun Jan 4/);
    expect(writes()).toEqual([]);
  });

  test('a refusal of Crossmark’s is a dead letter at once, with its words and what it holds now', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    simulator.configure({
      refusal: { repIds: ['100002'], message: 'Rep is not certified for this project' },
    });
    await decide({ employeeId: bob, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'dead', failureKind: 'rejected' });
    expect((await sync()).failureReason).toMatch(
      /refused: Rep is not certified for this project\. Crossmark has nobody booked for this event\./,
    );
    simulator.configure({ refusal: { repIds: [] } });
    await database.db.transaction((tx) => retryNow(tx, eventId));
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([booking('100002', at1045)]);
  });

  test.each(['Canceled', 'Expired', 'Submitted'] as const)('a %s event is not booked', async (condition) => {
    simulator.putPlans({
      mplanId: PLAN,
      storeId: STORE.crossmarkStoreId,
      name: 'Oat Bars',
      startsOn: '2026-01-01',
      dueOn: '2026-01-15',
      condition,
    });
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'dead' });
    expect((await sync()).failureReason).toContain(condition);
    expect(writes()).toEqual([]);
  });

  test.each(['success', 'error'] as const)(
    'unscheduling a booking that is gone already reaches its goal (unknown id: %s)',
    async (unknownDelete) => {
      simulator.configure({ unknownDelete });
      await decide({ employeeId: ada, startsAt: at1045 });
      await run();
      await decide(null);
      // Gone between the look and the removal.
      const racing = withCalls({
        unschedule: async (query) => {
          simulator.unbook(query.bookingId);
          await client.unschedule(query);
        },
      });
      expect(await reconcile(racing, eventId, job())).toMatchObject({
        outcome: expect.stringMatching(/done|nothing/),
      });
      expect(await sync()).toMatchObject({ state: 'synced', bookingId: null });
    },
  );

  test('a removal that Crossmark refuses is no success', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    simulator.addFaults({ call: 'deleteScheduledMplanEvent', kind: 'refuse', message: 'Work has started' });
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'dead' });
    expect((await sync()).failureReason).toMatch(
      /Work has started\. Crossmark still has Ada Example on Mon Jan 5, 10:45 AM\./,
    );
    expect(bookings()).toHaveLength(1);
  });

  test('a removal that Crossmark refused, taken back: synced, for the booking is there', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    simulator.addFaults({ call: 'deleteScheduledMplanEvent', kind: 'refuse', message: 'Work has started' });
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'dead' });
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'nothing' });
    expect(await sync()).toMatchObject({ state: 'synced' });
    expect(bookings()).toEqual([booking('100001', at1045)]);
    // And goes for good when it is taken away once more.
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([]);
  });

  test('a removal that Crossmark confirmed and didn’t carry out, taken back: synced once that is sure', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    await decide(null);
    const idle = withCalls({ unschedule: async () => {} });
    expect(await reconcile(idle, eventId, job())).toMatchObject({ outcome: 'retry' });
    await decide({ employeeId: ada, startsAt: at1045 });
    // So soon the list may lag behind.
    expect(await run()).toMatchObject({
      outcome: 'retry',
      failureReason: expect.stringContaining('confirmed that it removed the booking but still lists it'),
    });
    await database.sql`update sync_steps set sent_at = sent_at - interval '1 minute'`;
    const told = { kind: 'known' as const, condition: 'Unstaffed' as const, reps: '' };
    const gone = withCalls({ locationCondition: async () => told });
    expect(await reconcile(gone, eventId, job())).toMatchObject({ outcome: 'retry' });
    expect(await run()).toMatchObject({ outcome: 'nothing' });
    expect(await sync()).toMatchObject({ state: 'synced' });
    expect(writes()).toHaveLength(1);
    expect(bookings()).toEqual([booking('100001', at1045)]);
  });

  test('an answer to a removal that says nothing is checked by a look', async () => {
    simulator.configure({ deleteAnswer: 'empty' });
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([]);
  });

  test('a wrong password spends no attempt and says so', async () => {
    ctx = {
      ...ctx,
      crossmark: createCrossmarkClient({
        baseUrl: simulator.url,
        userId: 'demo.dispatcher',
        password: 'planted-secret',
      }),
    };
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'session' });
    const waiting = await sync();
    expect(waiting).toMatchObject({ state: 'waiting', attempts: 0 });
    expect(JSON.stringify([waiting, await attempts()])).not.toContain('planted-secret');
    await ctx.crossmark.close();
  });

  test('twenty jobs on an expired session: one sign-in, and all succeed', async () => {
    await client.login();
    const plans = Array.from({ length: 20 }, (_, n) => ({
      mplanId: String(41000000 + n),
      storeId: STORE.crossmarkStoreId,
      name: `Event ${n}`,
      startsOn: '2026-01-01',
      dueOn: '2026-01-15',
    }));
    simulator.putPlans(plans);
    const ids: number[] = [];
    for (const plan of plans) {
      const id = await addEvent(database.db, { storeId, mplanId: plan.mplanId });
      await decide({ employeeId: ada, startsAt: at1045 }, id);
      ids.push(id);
    }
    simulator.expireSessions();
    simulator.clearLog();
    const ended = await Promise.all(ids.map((id) => run(id)));
    expect(ended.map((end) => end.outcome)).toEqual(Array(20).fill('done'));
    expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(1);
  });

  test('an event known from a file alone waits for its name, without a job and without an attempt spent', async () => {
    const local = await addEvent(database.db, { storeId, mplanId: null });
    await decide({ employeeId: ada, startsAt: at1045 }, local);
    expect(await run(local)).toMatchObject({ outcome: 'waiting' });
    expect(await sync(local)).toMatchObject({ state: 'waiting', attempts: 0 });
    expect((await sync(local)).failureReason).toMatch(/next refresh|first refresh/);
  });

  test('the hard maximum of retries ends in a dead letter', async () => {
    ctx = { ...ctx, settings: { ...ctx.settings, retry: { ...DEFAULT_RETRY_POLICY, maxRetries: 3 } } };
    simulator.addFaults({ kind: 'status', status: 503, times: null });
    await decide({ employeeId: ada, startsAt: at1045 });
    const outcomes = [];
    for (let i = 0; i < 5; i++) outcomes.push((await run()).outcome);
    expect(outcomes).toEqual(['retry', 'retry', 'retry', 'retry', 'dead']);
  });
});

describe('somebody else on Crossmark’s side', () => {
  test('booked there while it was scheduled here: nobody is overwritten, a person chooses', async () => {
    simulator.book({ mplanId: PLAN, storeId: STORE.crossmarkStoreId, ...booking('100003', at1115) });
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await run()).toMatchObject({ outcome: 'conflict' });
    expect(writes()).toEqual([]);
    const conflicted = await sync();
    expect(conflicted).toMatchObject({
      state: 'conflict',
      conflict: { repId: '100003', startsAt: at1115, repNames: 'Eve Outsider' },
    });
    expect(conflicted.failureReason).toBe(
      'Somebody changed this event on Crossmark’s side while it was changed here: Crossmark has Eve Outsider on Mon Jan 5, 11:15 AM, the board has Ada Example on Mon Jan 5, 10:45 AM. Choose which one stands.',
    );
  });

  test('a booking moved there while it was moved here is a conflict', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, { repId: '100003' });
    await decide({ employeeId: bob, startsAt: at1115 });
    expect(await run()).toMatchObject({ outcome: 'conflict' });
    expect(bookings()).toMatchObject([{ repId: '100003' }]);
  });

  test('somebody’s booking of just what is wanted that is gone again isn’t found on a row from before that', async () => {
    const like = { mplanId: PLAN, storeId: STORE.crossmarkStoreId, ...booking('100001', at1045) };
    simulator.unbook(simulator.book(like).bookingId);
    await decide({ employeeId: ada, startsAt: at1045 });
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'stale', reading: 'search' });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([booking('100001', at1045)]);
  });

  describe('what is wanted again as it was before somebody changed it', () => {
    beforeEach(async () => {
      ctx.settings.confirmAfterMs = DEFAULT_CONFIRM_AFTER_MS;
      await decide({ employeeId: ada, startsAt: at1045 });
      await run();
      simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, booking('100002', at1115));
      await decide(null);
      expect(await run()).toMatchObject({ outcome: 'conflict' });
      await decide({ employeeId: ada, startsAt: at1045 });
    });

    test('is not taken for done on a row from before that change', async () => {
      simulator.addFaults({ call: 'getPlanningMplans', kind: 'stale', reading: 'search' });
      expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(bookings()).toEqual([booking('100001', at1045)]);
      expect(await sync()).toMatchObject({ state: 'synced', bookedRepId: '100001' });
    });

    /** One run of a worker whose clock is wrong. */
    const runAt = (aheadMs: number) => {
      const now = () => new Date(currentTimeMs() + aheadMs).toISOString();
      const deadline = (ms: number) => AbortSignal.timeout(ms);
      return reconcileWith({ ...ctx, ledger: postgresLedger(ctx.db), now, deadline }, eventId, job());
    };

    test('is not taken for done on such a row by a worker whose clock is ahead', async () => {
      simulator.addFaults({ call: 'getPlanningMplans', kind: 'stale', reading: 'search' });
      expect(await runAt(600_000)).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
      expect(await runAt(600_000)).toMatchObject({ outcome: 'done' });
      expect(bookings()).toEqual([booking('100001', at1045)]);
    });

    test('waits for no longer at a worker whose clock is behind', async () => {
      simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, booking('100001', at1045));
      expect(await runAt(-600_000)).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
      await database.sql`update event_syncs set wanted_at = wanted_at - interval '1 minute'`;
      expect(await runAt(-600_000)).toMatchObject({ outcome: 'nothing' });
      expect(await sync()).toMatchObject({ state: 'synced', bookedRepId: '100001' });
    });

    test('a row with a booking that was removed from here is no conflict where another one is known', async () => {
      await database.db.transaction((tx) => chooseSide(tx, eventId, 'mine'));
      await run();
      await decide({ employeeId: bob, startsAt: at1115 });
      expect(await run()).toMatchObject({ outcome: 'done' });
      simulator.addFaults({ call: 'getPlanningMplans', kind: 'stale', reading: 'search', behindWrites: 3 });
      await decide(null);
      expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(bookings()).toEqual([]);
    });

    test('is taken for done by others once no list can lag behind so far', async () => {
      simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, booking('100001', at1045));
      expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
      await database.sql`update event_syncs set wanted_at = wanted_at - interval '1 minute'`;
      expect(await run()).toMatchObject({ outcome: 'nothing' });
      expect(writes()).toHaveLength(1);
      expect(await sync()).toMatchObject({ state: 'synced', bookedRepId: '100001' });
    });
  });

  describe('is not explained by an earlier write of ours', () => {
    const removeThere = () => simulator.unbook(need(simulator.state.bookings[0]).bookingId);
    /**
     * Somebody gives the booking to Ada at 10:45, which is what the earlier write had asked for,
     * and Bob is moved here.
     */
    const bothChange = async () => {
      simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, booking('100001', at1045));
      await decide({ employeeId: bob, startsAt: at1045 });
    };

    test.each([
      ['429', { kind: 'status', status: 429, applied: false }],
      ['a refusal', { kind: 'refuse', applied: false }],
    ] as const)('that was answered with %s and did nothing: a conflict', async (_words, fault) => {
      simulator.addFaults({ call: 'scheduleMplanEvent', ...fault });
      await decide({ employeeId: ada, startsAt: at1045 });
      await run();
      await decide({ employeeId: bob, startsAt: at1115 });
      expect(await run()).toMatchObject({ outcome: 'done' });
      await bothChange();
      expect(await run()).toMatchObject({ outcome: 'conflict' });
      expect(bookings()).toEqual([booking('100001', at1045)]);
    });

    test.each([
      ['429', { kind: 'status', status: 429, applied: false }],
      ['a refusal', { kind: 'refuse', applied: false }],
    ] as const)('a removal answered with %s that did nothing: a conflict', async (_words, fault) => {
      await decide({ employeeId: ada, startsAt: at1045 });
      await run();
      simulator.addFaults({ call: 'deleteScheduledMplanEvent', ...fault });
      await decide(null);
      await run();
      await decide({ employeeId: ada, startsAt: at1045 });
      expect(await run()).toMatchObject({ outcome: 'nothing' });
      removeThere();
      await decide({ employeeId: ada, startsAt: at1115 });
      expect(await run()).toMatchObject({ outcome: 'conflict' });
      expect(bookings()).toEqual([]);
    });

    test.each([
      [23, 'done'],
      [25, 'conflict'],
    ] as const)(
      'whose answer was lost, once it has had a day to arrive (%i hours later: %s)',
      async (hours, outcome) => {
        simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'drop', applied: false });
        await decide({ employeeId: ada, startsAt: at1045 });
        await run();
        await decide({ employeeId: bob, startsAt: at1115 });
        expect(await run()).toMatchObject({ outcome: 'done' });
        await database.sql`update sync_steps set sent_at = sent_at - ${hours} * interval '1 hour'`;
        await bothChange();
        expect(await run()).toMatchObject({ outcome });
        const ours = outcome === 'done';
        expect(bookings()).toEqual([booking(ours ? '100002' : '100001', at1045)]);
      },
    );

    test('however long it was in doubt before it is read: it may have been done', async () => {
      simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'drop', applied: true });
      await decide({ employeeId: ada, startsAt: at1045 });
      await run();
      await database.sql`update sync_steps set sent_at = sent_at - interval '5 days'`;
      await decide({ employeeId: bob, startsAt: at1115 });
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(bookings()).toEqual([booking('100002', at1115)]);
    });
  });

  test('a booking listed without its number is not guessed at', async () => {
    simulator.book({ mplanId: PLAN, storeId: STORE.crossmarkStoreId, ...booking('100001', at1045) });
    simulator.putPlans({
      mplanId: PLAN,
      storeId: STORE.crossmarkStoreId,
      name: 'Oat Bars',
      startsOn: '2026-01-01',
      dueOn: '2026-01-15',
      row: { scheduleEventID: null },
    });
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    await decide(null);
    // A row from before it says nothing of it either.
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'stale', reading: 'search', behindWrites: 2 });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(await run()).toMatchObject({ outcome: 'dead' });
    expect((await sync()).failureReason).toMatch(/without its number/);
    expect(writes()).toEqual([]);
  });
});

describe('one reconciler an event', () => {
  test('a second job finds the lease taken, spends no attempt and loses nothing', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    let second: unknown;
    const slow = withCalls({
      schedule: async (wanted) => {
        const made = await client.schedule(wanted);
        if (!second) {
          await decide({ employeeId: bob, startsAt: at1115 });
          second = await reconcile(ctx, eventId, job({ id: '2', workerId: 'other' }));
          expect(await queuedJobs(database.db)).toMatchObject([{ key: `event:${eventId}` }]);
        }
        return made;
      },
    });
    await reconcile(slow, eventId, job());
    expect(second).toMatchObject({ outcome: 'waiting' });
    expect(bookings()).toEqual([booking('100002', at1115)]);
    expect(await sync()).toMatchObject({ state: 'synced', attempts: 0 });
    expect(await queuedJobs(database.db)).toEqual([]);
  });

  test('the lease is checked before each write: who lost it sends nothing', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    const robbed = withCalls({
      findEvent: async (query) => {
        const row = await client.findEvent(query);
        await database.db.update(eventSyncs).set({ leaseOwner: 'somebody else' });
        return row;
      },
    });
    expect(await reconcile(robbed, eventId, job())).toMatchObject({ outcome: 'interrupted' });
    expect(writes()).toEqual([]);
  });

  test('a process frozen past its lease before a write sends nothing when it wakes', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    const real = postgresLedger(database.db);
    const ledger: Ledger = {
      ...real,
      journalStep: async (...args) => {
        const step = await real.journalStep(...args);
        await vi.waitFor(async () => {
          const [row] = await database.sql`
            select lease_until + interval '20 ms' < app_now() as over from event_syncs where event_id = ${eventId}`;
          expect(row?.over).toBe(true);
        });
        return step;
      },
    };
    const settings = { ...ctx.settings, leaseMs: 20 };
    const deadline = (ms: number) => AbortSignal.timeout(ms);
    await reconcileWith({ ...ctx, ledger, settings, now: currentInstant, deadline }, eventId, job());
    expect(writes()).toEqual([]);
    await run();
    expect(bookings()).toEqual([booking('100001', at1045)]);
  });

  test('each write is in the journal before it leaves, and no transaction is open meanwhile', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    const watched = withCalls({
      schedule: async (wanted) => {
        expect(await database.db.select().from(syncSteps)).toMatchObject([
          { kind: 'create', state: 'sent', repId: '100001' },
        ]);
        const [open] = await database.sql`
            select count(*)::int as n from pg_stat_activity
            where datname = current_database() and state like 'idle in transaction%'`;
        expect(open?.n).toBe(0);
        return client.schedule(wanted);
      },
    });
    expect(await reconcile(watched, eventId, job())).toMatchObject({ outcome: 'done' });
  });

  test('an event with a write in doubt isn’t called synced', async () => {
    await decide(null);
    const ledger = postgresLedger(database.db);
    const lease = await ledger.takeLease(claimOf(eventId, job()), 60_000);
    if (typeof lease === 'string') throw new Error(`The lease was not taken: ${lease}.`);
    await database.db.insert(syncSteps).values({ eventId, kind: 'delete', state: 'unknown' });
    const { wantedVersion: version } = await sync();
    const result = { version, condition: 'Unstaffed' as const, outcome: 'done' as const, summary: null };
    expect(await ledger.finishSynced(lease, result)).toBeNull();
    expect(await sync()).toMatchObject({ state: 'pending', leaseOwner: lease.owner });
  });

  test('a worker told to stop hands its event back, no attempt spent', async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    const stopping = new AbortController();
    const stopped = withCalls({
      schedule: async (wanted) => {
        const call = client.schedule(wanted);
        await vi.waitFor(() => expect(simulator.log.at(-1)).toMatchObject({ call: 'scheduleMplanEvent' }));
        stopping.abort();
        return call;
      },
    });
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'hang', applied: true });
    expect(await reconcile(stopped, eventId, job({ signal: stopping.signal }))).toMatchObject({
      outcome: 'interrupted',
    });
    expect(await sync()).toMatchObject({ state: 'pending', attempts: 0, leaseOwner: null });
    const [queued] = await queuedJobs(database.db);
    expect(queued).toMatchObject({ attempts: 0 });
    // What was cut off may still arrive: it is given a moment before anybody reads.
    const [attempt] = await attempts();
    const { blipMs } = DEFAULT_RETRY_POLICY;
    expect(Date.parse(need(queued).runAt)).toBeGreaterThan(Date.parse(need(attempt).startedAt) + blipMs);
    await run();
    expect(bookings()).toEqual([booking('100001', at1045)]);
    expect(writes()).toHaveLength(1);
  });
});

test.each(['takeLease', 'journalStep', 'settleAndFinish', 'finishFailed'] as const)(
  'where our own database answers no more from %s on, the event is given back once it does',
  async (from) => {
    await decide({ employeeId: ada, startsAt: at1045 });
    // What it is asked first is done, and the answer lost; then it does nothing for a while.
    let answered = true;
    let silent = 3;
    const cut = new Proxy(postgresLedger(database.db), {
      get:
        (ledger, what: keyof Ledger) =>
        async (...args: unknown[]) => {
          const ask = Reflect.get(ledger, what) as (...args: unknown[]) => Promise<unknown>;
          if (answered && what !== from) return ask(...args);
          if (answered) await ask(...args);
          answered = false;
          if (silent-- > 0) throw new Error('connection lost');
          return ask(...args);
        },
    });
    if (from === 'finishFailed')
      simulator.addFaults({ call: 'getPlanningMplans', kind: 'status', status: 503, times: 1 });
    const deadline = (ms: number) => AbortSignal.timeout(ms / 50);
    await expect(
      reconcileWith({ ...ctx, ledger: cut, now: currentInstant, deadline }, eventId, job({ id: '7' })),
    ).rejects.toThrow('connection lost');
    expect(silent).toBeLessThan(0);
    expect(await sync()).toMatchObject({ leaseOwner: null, leaseUntil: null });
    for (const { outcome } of await attempts()) expect(outcome).not.toBeNull();
    await run();
    expect(await sync()).toMatchObject({ state: 'synced' });
    expect(bookings()).toEqual([booking('100001', at1045)]);
    expect(writes().filter(({ call }) => call === 'scheduleMplanEvent')).toHaveLength(1);
  },
);

test('after an unscheduling the event is back in the tray at once', async () => {
  await decide({ employeeId: ada, startsAt: at1045 });
  await run();
  await decide(null);
  await run();
  const [row] = await database.db.select().from(events).where(eq(events.id, eventId));
  expect(row).toMatchObject({ condition: 'Unstaffed', goneSince: null });
  expect(workDateOf(at1045, STORE.timeZone)).toBe('2026-01-05');
});

describe.each(BOOKING_HABITS)('work opened again, where $way', ({ habits, keepsReopened }) => {
  const at2045: Instant = '2026-01-20T15:45:00.000Z';
  const worked = booking('100001', at1045);
  const again = booking('100002', at2045);
  /** If Crossmark keeps second bookings, the finished work stays as its history. */
  const both = keepsReopened ? [worked, again] : [again];
  const reissues = () => simulator.log.filter((call) => call.call === 'createPendingWork');

  beforeEach(async () => {
    simulator.configure(habits);
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    simulator.putPlans([{ ...need(simulator.state.plans[0]), condition: 'Submitted' }]);
  });

  /** A dispatcher's reissue, to Bob two weeks on where nothing else is said. */
  async function reissue(to = { employeeId: bob, startsAt: at2045 }) {
    const { bookingId } = await sync();
    await database.db.transaction(async (tx) => {
      await tx
        .update(schedules)
        .set({ endedAt: sql`app_now()` })
        .where(and(eq(schedules.eventId, eventId), isNull(schedules.endedAt)));
      const id = await addSchedule(tx, { eventId, ...to });
      await tx
        .update(schedules)
        .set({ reissueOf: bookingId, reissueExpiresOn: '2026-01-22', reissueResponses: true })
        .where(eq(schedules.id, id));
      await tx.update(events).set({ condition: 'Reissued' }).where(eq(events.id, eventId));
      await wantChange(tx, { eventId, task: 'sync_schedule' });
    });
    return need(bookingId);
  }

  test('is reopened with the booking’s id, person and expiry, then booked; what was worked is never removed', async () => {
    const bookingId = await reissue();
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(simulator.state.pendingWork).toMatchObject([
      { bookingId, repId: '100002', expiresOn: '2026-01-22', storeId: STORE.crossmarkStoreId },
    ]);
    expect(reissues()[0]?.params).toMatchObject({ includeResponses: 'true' });
    expect(bookings()).toEqual(both);
    expect(writes().some((call) => call.call === 'deleteScheduledMplanEvent')).toBe(false);
    expect(await sync()).toMatchObject({
      state: 'synced',
      bookedRepId: '100002',
      bookedStartsAt: at2045,
    });
    expect(await database.db.query.events.findFirst()).toMatchObject({ condition: 'Reissued' });
  });

  test('step 1 done, step 2 failed: resuming does only the missing step', async () => {
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'status', status: 503 });
    await reissue();
    expect(await run()).toMatchObject({ outcome: 'retry' });
    expect(await sync()).toMatchObject({ state: 'waiting' });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(reissues()).toHaveLength(1);
    expect(bookings()).toEqual(both);
  });

  test.each([true, false])(
    'an answer to step 1 that is lost (applied: %s) is read back before anything else',
    async (applied) => {
      simulator.addFaults({ call: 'createPendingWork', kind: 'drop', applied });
      await reissue();
      expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'unknown' });
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(simulator.state.pendingWork).toHaveLength(1);
      expect(reissues()).toHaveLength(applied ? 1 : 2);
      expect(bookings()).toEqual(both);
    },
  );

  describe.each(['Submitted', 'Scheduled'] as const)(
    'confirmed by Crossmark, which still has it as %s:',
    (condition) => {
      const saysYes = () => withCalls({ reissue: async () => {} });
      /** Makes attempts until one sends a reissue that Crossmark confirms and doesn't carry out. */
      const reissueForNothing = async () => {
        const still = `Crossmark took the reissue but still has this event as ${condition}.`;
        expect(await reconcile(saysYes(), eventId, job())).toMatchObject({
          outcome: 'retry',
          failureReason: expect.stringContaining(still),
        });
        // So soon the list may lag behind.
        expect(await run()).toMatchObject({
          outcome: 'retry',
          failureReason: expect.stringContaining(still),
        });
        await database.sql`update sync_steps set sent_at = sent_at - interval '1 minute'`;
      };

      beforeEach(async () => {
        simulator.putPlans([{ ...need(simulator.state.plans[0]), condition }]);
        await reissue();
        await reissueForNothing();
      });

      test('it is sent once more where two readings, a minute apart, show nothing of it', async () => {
        expect(await run()).toMatchObject({ outcome: 'done' });
        expect(reissues()).toHaveLength(1);
        expect(bookings()).toEqual(both);
        expect(await sync()).toMatchObject({
          state: 'synced',
          bookedRepId: '100002',
          bookedStartsAt: at2045,
        });
      });

      test('it is not sent again while Crossmark’s read-back has it as reissued', async () => {
        const told = { kind: 'known' as const, condition: 'Reissued' as const, reps: '' };
        const ahead = withCalls({ locationCondition: async () => told });
        expect(await reconcile(ahead, eventId, job())).toMatchObject({ outcome: 'retry' });
        expect(reissues()).toEqual([]);
      });

      test('a second one that does nothing either ends as a dead letter; retried it is sent once more', async () => {
        await reissueForNothing();
        expect(await run()).toMatchObject({
          outcome: 'dead',
          failureReason: expect.stringMatching(
            new RegExp(
              `but still has it as ${condition}, also after a second time.*Crossmark still has Ada Example`,
            ),
          ),
        });
        expect(reissues()).toEqual([]);
        expect(bookings()).toEqual([worked]);
        await database.db.transaction((tx) => retryNow(tx, eventId));
        expect(await run()).toMatchObject({ outcome: 'done' });
        expect(reissues()).toHaveLength(1);
        expect(bookings()).toEqual(both);
      });
    },
  );

  test('a move and an unscheduling after it touch the new booking alone, and it is reopened once', async () => {
    await reissue();
    await run();
    await database.db
      .update(schedules)
      .set({ startsAt: '2026-01-21T15:45:00.000Z', endsAt: '2026-01-21T22:15:00.000Z' })
      .where(isNull(schedules.endedAt));
    await database.db.transaction((tx) => wantChange(tx, { eventId, task: 'sync_schedule_update' }));
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual([...both.slice(0, -1), booking('100002', '2026-01-21T15:45:00.000Z')]);
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual(both.slice(0, -1));
    expect(reissues()).toHaveLength(1);
    expect(await sync()).toMatchObject({ state: 'synced', bookingId: null });
  });

  test.each([1, 2])(
    'an unscheduling after it isn’t settled by a row from before the new booking (%i writes behind)',
    async (behindWrites) => {
      await reissue();
      await run();
      simulator.addFaults({ call: 'getPlanningMplans', kind: 'stale', reading: 'search', behindWrites });
      await decide(null);
      const { outcome } = await run();
      // With the number of the new booking, the old one looks like somebody else's change.
      expect(outcome).toBe(habits.reissueKeepsId ? 'conflict' : 'retry');
      if (outcome === 'conflict') await database.db.transaction((tx) => chooseSide(tx, eventId, 'mine'));
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(bookings()).toEqual(both.slice(0, -1));
      expect(await sync()).toMatchObject({ state: 'synced', bookingId: null });
    },
  );

  test('a booking after it whose answer is lost is found, not made twice', async () => {
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'drop', applied: true });
    await reissue();
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'unknown' });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual(both);
    expect(writes().filter(({ call }) => call === 'scheduleMplanEvent')).toHaveLength(2);
    expect(await sync()).toMatchObject({ state: 'synced', bookedRepId: '100002', bookedStartsAt: at2045 });
  });

  test('a booking after it whose answer is lost isn’t made twice on a row from before it', async () => {
    simulator.addFaults([
      { call: 'scheduleMplanEvent', kind: 'drop', applied: true },
      { call: 'getPlanningMplans', kind: 'stale', reading: 'search', after: 2 },
    ]);
    await reissue();
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'unknown' });
    expect(await run()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual(both);
    expect(writes()).toHaveLength(2);
  });

  test('for the same person at the same time is distinguished from the finished work', async () => {
    await reissue({ employeeId: ada, startsAt: at1045 });
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'drop', applied: false });
    expect(await run()).toMatchObject({ outcome: 'retry' });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(bookings()).toEqual(keepsReopened ? [worked, worked] : [worked]);
    await decide(null);
    await run();
    expect(bookings()).toEqual(keepsReopened ? [worked] : []);
  });

  test('reported once more and moved here before that is known: a dead letter says so', async () => {
    await reissue();
    await run();
    simulator.putPlans([{ ...need(simulator.state.plans[0]), condition: 'Submitted' }]);
    await database.db
      .update(schedules)
      .set({ startsAt: '2026-01-21T15:45:00.000Z', endsAt: '2026-01-21T22:15:00.000Z' })
      .where(isNull(schedules.endedAt));
    await database.db.transaction((tx) => wantChange(tx, { eventId, task: 'sync_schedule_update' }));
    expect(await run()).toMatchObject({
      outcome: 'dead',
      failureReason: expect.stringContaining('Submitted, so it can’t be booked. Unschedule it here.'),
    });
    expect(bookings()).toEqual(both);
  });

  test('reported once more and opened once more: it is reissued a second time', async () => {
    await reissue();
    await run();
    simulator.putPlans([{ ...need(simulator.state.plans[0]), condition: 'Submitted' }]);
    const at0203: Instant = '2026-02-03T15:45:00.000Z';
    const bookingId = await reissue({ employeeId: ada, startsAt: at0203 });
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(reissues()).toHaveLength(2);
    expect(reissues()[1]?.params).toMatchObject({ workLogEntryID: bookingId });
    expect(bookings().at(-1)).toEqual(booking('100001', at0203));
    expect(await sync()).toMatchObject({ state: 'synced', bookedStartsAt: at0203 });
  });

  test('taken back before it was sent: nothing is written, and the report stays', async () => {
    await reissue();
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'nothing' });
    expect(bookings()).toEqual([worked]);
    expect(await database.db.query.events.findFirst()).toMatchObject({ condition: 'Submitted' });
  });

  test('refused: a dead letter says so in Crossmark’s words, and nothing was booked', async () => {
    simulator.addFaults({ call: 'createPendingWork', kind: 'refuse' });
    await reissue();
    expect(await run()).toMatchObject({ outcome: 'dead', failureKind: 'rejected' });
    expect(bookings()).toEqual([worked]);
  });

  test.each([true, false])(
    'refused (applied all the same: %s) and retried is read back first, and opened once',
    async (applied) => {
      simulator.addFaults({ call: 'createPendingWork', kind: 'refuse', applied });
      await reissue();
      expect(await run()).toMatchObject({ outcome: 'dead', failureKind: 'rejected' });
      await database.db.transaction((tx) => retryNow(tx, eventId));
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(simulator.state.pendingWork).toHaveLength(1);
      expect(bookings()).toEqual(both);
    },
  );
});

describe('work reported as done meanwhile keeps its booking', () => {
  beforeEach(async () => {
    await decide({ employeeId: ada, startsAt: at1045 });
    await run();
    simulator.putPlans([{ ...need(simulator.state.plans[0]), condition: 'Submitted' }]);
  });

  test('where it was taken away here', async () => {
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'nothing' });
    expect(bookings()).toEqual([booking('100001', at1045)]);
    expect(await database.db.query.events.findFirst()).toMatchObject({ condition: 'Submitted' });
  });

  test('where it was moved here: a dead letter says so, and once taken away all agree', async () => {
    await decide({ employeeId: bob, startsAt: at1115 });
    expect(await run()).toMatchObject({
      outcome: 'dead',
      failureReason: expect.stringContaining('Submitted, so it can’t be booked. Unschedule it here.'),
    });
    expect(bookings()).toEqual([booking('100001', at1045)]);
    await decide(null);
    expect(await run()).toMatchObject({ outcome: 'nothing' });
    expect(bookings()).toEqual([booking('100001', at1045)]);
    expect(await sync()).toMatchObject({ state: 'synced' });
  });
});

test('what can’t be booked any more keeps the booking that it has', async () => {
  await decide({ employeeId: ada, startsAt: at1045 });
  await run();
  simulator.putPlans([{ ...need(simulator.state.plans[0]), condition: 'Canceled' }]);
  await decide({ employeeId: bob, startsAt: at1115 });
  expect(await run()).toMatchObject({ outcome: 'dead' });
  expect(bookings()).toEqual([booking('100001', at1045)]);
});
