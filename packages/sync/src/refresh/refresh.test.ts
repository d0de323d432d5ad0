import { type CrossmarkClient, mplanId } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { auditLog, employees, eventSyncs, events, refreshRuns, schedules, syncSteps } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import {
  addDays,
  addMinutes,
  type Instant,
  instantAt,
  type WorkDate,
  workDateOf,
} from '@scheduler/scheduling';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEmployee,
  addEvent,
  addSchedule,
  addStore,
  chooseSide,
  clearTables,
  clientOf,
  contextOf,
  need,
  queuedJobs,
  STORE,
} from '../../test/fixture.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { requestRefresh, wantChange } from '../queue/enqueue.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { refresh, refreshOnTick } from './refresh.ts';

const today: WorkDate = workDateOf(currentInstant(), 'UTC');
const day = addDays(today, 5);
const at1045: Instant = instantAt(day, '10:45', STORE.timeZone);
const at1115: Instant = instantAt(day, '11:15', STORE.timeZone);
const CORE = '612345-Acme-Oat Bars (260105123456)  - V2-CORE';
const window = { startsOn: addDays(today, 1), dueOn: addDays(today, 14) };
const plan = (mplan: string, name = CORE, more: object = {}) => ({
  mplanId: mplan,
  storeId: STORE.crossmarkStoreId,
  name,
  ...window,
  ...more,
});
const book = (mplan: string, rep: string | null, startsAt: Instant, more: object = {}) => ({
  mplanId: mplan,
  storeId: STORE.crossmarkStoreId,
  repId: rep,
  startsAt,
  endsAt: addMinutes(startsAt, 390),
  ...more,
});

let database: TestDatabase;
let simulator: Simulator;
let client: CrossmarkClient;
let ctx: SyncContext;
let storeId: number;
let ada: number;
let bob: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
  ada = await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' });
  bob = await addEmployee(database.db, { storeId, name: 'Bob Sample', repId: '100002' });
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, refresh_runs, audit_log');
  simulator = createSimulator({
    state: {
      stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }],
      reps: [
        { repId: '100001', employeeNumber: 'US100001', firstName: 'Ada', lastName: 'Example' },
        { repId: '100002', employeeNumber: 'US100002', firstName: 'Bob', lastName: 'Sample' },
        { repId: '100003', employeeNumber: 'US100003', firstName: 'Eve', lastName: 'Outsider' },
      ],
      plans: [plan('40000001')],
    },
  });
  await simulator.listen();
  client = clientOf(simulator.url, { timeouts: { connectMs: 1_000, callMs: 5_000 } });
  ctx = contextOf(database.db, client);
});
afterEach(async () => {
  await client.close();
  await simulator.close();
});

const job = (overrides: Partial<JobInfo> = {}): JobInfo => ({
  id: '1',
  task: 'refresh_events',
  workerId: 'test-worker',
  signal: new AbortController().signal,
  ...overrides,
});
async function readAll(overrides: Partial<JobInfo> = {}) {
  const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
  const ended = await refresh(ctx, runId, job(overrides));
  const run = need(await database.db.query.refreshRuns.findFirst({ where: eq(refreshRuns.id, runId) }));
  return { ended, run };
}
const counts = ({ created, updated, unchanged, gone, drifted }: typeof refreshRuns.$inferSelect) => ({
  created,
  updated,
  unchanged,
  gone,
  drifted,
});
const NOTHING = { created: 0, updated: 0, unchanged: 0, gone: 0, drifted: 0 };
const eventOf = async (mplan: string) =>
  need(await database.db.query.events.findFirst({ where: eq(events.mplanId, mplanId(mplan)) }));
const live = async (eventId: number) =>
  database.db.query.schedules.findFirst({
    where: and(eq(schedules.eventId, eventId), isNull(schedules.endedAt)),
  });
const sync = async (eventId: number) =>
  database.db.query.eventSyncs.findFirst({ where: eq(eventSyncs.eventId, eventId) });
async function decide(eventId: number, wanted: { employeeId: number; startsAt: Instant } | null) {
  await database.db.transaction(async (tx) => {
    await tx
      .update(schedules)
      .set({ endedAt: sql`app_now()` })
      .where(and(eq(schedules.eventId, eventId), isNull(schedules.endedAt)));
    if (wanted) await addSchedule(tx, { eventId, ...wanted });
    await wantChange(tx, { eventId, task: 'sync_schedule' });
  });
}
const push = (eventId: number) => reconcile(ctx, eventId, job({ task: 'sync_schedule' }));
/** An event that both sides agree on: Ada at 10:45. */
async function synced(mplan = '40000001'): Promise<number> {
  await readAll();
  const { id } = await eventOf(mplan);
  await decide(id, { employeeId: ada, startsAt: at1045 });
  expect(await push(id)).toMatchObject({ outcome: 'done' });
  return id;
}

describe('events', () => {
  test('are made once; a second reading changes nothing', async () => {
    simulator.putPlans([plan('40000002', '612345-Acme-Oat Bars (260105123456)  - V2-Supervisor')]);
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, created: 2 });
    expect(await eventOf('40000002')).toMatchObject({
      type: 'Supervisor',
      eventNumber: '612345',
      durationMinutes: 5,
      ...window,
      condition: 'Unstaffed',
    });
    const before = await database.db.select().from(events).orderBy(events.id);
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 2 });
    expect(await database.db.select().from(events).orderBy(events.id)).toEqual(before);
  });

  test('that changed are changed here, and only they', async () => {
    simulator.putPlans(plan('40000002', 'Soup - Freeosk'));
    await readAll();
    simulator.putPlans(
      plan('40000002', 'Soup - Freeosk', { dueOn: addDays(today, 20), condition: 'Canceled' }),
    );
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, updated: 1, unchanged: 1 });
    expect(await eventOf('40000002')).toMatchObject({ dueOn: addDays(today, 20), condition: 'Canceled' });
  });

  test('5,001 of them arrive, page by page, and progress is told', async () => {
    simulator.putPlans(
      Array.from({ length: 5_000 }, (_, n) => plan(String(41_000_000 + n), `Event ${n} - Freeosk`)),
    );
    const { run } = await readAll();
    expect(run).toMatchObject({ state: 'done', read: 5_001, total: 5_001, created: 5_001 });
    expect(await database.db.$count(events)).toBe(5_001);
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 5_001 });
  });

  test('still open far ahead are read as well, scheduled ones there are not', async () => {
    const far = { startsOn: addDays(today, 120), dueOn: addDays(today, 130) };
    simulator.putPlans([
      plan('40000002', CORE, far),
      plan('40000003', CORE, { ...far, condition: 'Scheduled' }),
    ]);
    expect((await readAll()).run).toMatchObject({ created: 2 });
    expect(await eventOf('40000002')).toMatchObject(far);
  });

  test('the same plan in two stores is two events', async () => {
    await addStore(database.db, {
      crossmarkStoreId: '310043',
      number: '9001',
      timeZone: 'America/Los_Angeles',
    });
    simulator.load({
      ...simulator.state,
      stores: [
        ...simulator.state.stores,
        { storeId: '310043', name: 'West', timeZone: 'America/Los_Angeles' },
      ],
      plans: [...simulator.state.plans, { ...plan('40000001'), storeId: '310043' }],
    });
    expect((await readAll()).run).toMatchObject({ created: 2 });
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 2 });
  });

  test('known from a file are named, not doubled, and their schedules go out', async () => {
    const core = await addEvent(database.db, { storeId, mplanId: null, name: CORE, ...window });
    await decide(core, { employeeId: ada, startsAt: at1045 });
    expect(await push(core)).toMatchObject({ outcome: 'waiting' });
    const { run } = await readAll();
    expect(counts(run)).toEqual({ ...NOTHING, updated: 1 });
    expect(await eventOf('40000001')).toMatchObject({ id: core });
    expect(await sync(core)).toMatchObject({ state: 'pending', failureReason: null });
    expect(await queuedJobs(database.db)).toContainEqual(expect.objectContaining({ key: `event:${core}` }));
    expect(await push(core)).toMatchObject({ outcome: 'done' });
    expect(simulator.state.bookings).toMatchObject([
      { mplanId: '40000001', repId: '100001', startsAt: at1045 },
    ]);
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 1 });
  });

  test('of one key are told apart by their names', async () => {
    const other = '612345-Acme-Rice Bars (260105999999)  - V2-CORE';
    simulator.putPlans(plan('40000002', other));
    const oat = await addEvent(database.db, { storeId, mplanId: null, name: CORE, ...window });
    const rice = await addEvent(database.db, { storeId, mplanId: null, name: other, ...window });
    await readAll();
    expect(await eventOf('40000001')).toMatchObject({ id: oat });
    expect(await eventOf('40000002')).toMatchObject({ id: rice });
  });
});

describe('absence', () => {
  test('counts after two complete readings in a row, and ends when the event is back', async () => {
    simulator.putPlans(plan('40000002'));
    await readAll();
    simulator.removePlan('40000002', STORE.crossmarkStoreId);
    const first = (await readAll()).run;
    expect(counts(first)).toEqual({ ...NOTHING, unchanged: 1 });
    expect(first.unconfirmed).toBe(1);
    expect(await eventOf('40000002')).toMatchObject({ goneSince: null, missingRuns: 1 });
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 1, gone: 1 });
    expect(await eventOf('40000002')).toMatchObject({ goneSince: expect.any(String), missingRuns: 2 });
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 1 });
    simulator.putPlans(plan('40000002'));
    await readAll();
    expect(await eventOf('40000002')).toMatchObject({ goneSince: null, missingRuns: 0 });
  });

  test('an event that one reading lacks and the next one lists is missing for none', async () => {
    simulator.putPlans(plan('40000002'));
    await readAll();
    const { plans } = simulator.state;
    for (let round = 0; round < 3; round++) {
      simulator.removePlan('40000002', STORE.crossmarkStoreId);
      expect((await readAll()).run).toMatchObject({ gone: 0, unconfirmed: 1 });
      simulator.load({ ...simulator.state, plans });
      expect((await readAll()).run).toMatchObject({ gone: 0, unconfirmed: 0 });
      expect(await eventOf('40000002')).toMatchObject({ goneSince: null, missingRuns: 0 });
    }
  });

  test('a reading that another worker began anew counts for nothing', async () => {
    await readAll();
    simulator.removePlan('40000001', STORE.crossmarkStoreId);
    await readAll();
    const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
    const frozen: SyncContext = {
      ...ctx,
      crossmark: {
        ...client,
        async *listEvents(query) {
          yield* client.listEvents(query);
          await database.db.update(refreshRuns).set({ startedAt: sql`app_now() + interval '1 second'` });
        },
      },
    };
    expect(await refresh(frozen, runId, job())).toEqual({
      outcome: 'interrupted',
      summary: 'The reading was taken over by another worker.',
    });
    expect(await eventOf('40000001')).toMatchObject({ goneSince: null, missingRuns: 1 });
    expect(await refresh(ctx, runId, job())).toEqual({
      outcome: 'done',
      summary: 'read Crossmark’s list: 1 gone',
    });
    expect(await eventOf('40000001')).toMatchObject({ missingRuns: 2 });
  });

  test('a reading that dies half-way changes nothing for the worse, and is taken up again', async () => {
    simulator.putPlans(
      Array.from({ length: 1_500 }, (_, n) => plan(String(41_000_000 + n), `Event ${n} - Freeosk`)),
    );
    await readAll();
    simulator.removePlan('40000001', STORE.crossmarkStoreId);
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'status', status: 503, after: 1 });
    const { ended, run } = await readAll();
    expect(ended).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
    expect(run).toMatchObject({ state: 'queued', gone: 0 });
    expect((await eventOf('40000001')).goneSince).toBeNull();
    expect(await queuedJobs(database.db)).toContainEqual(
      expect.objectContaining({ key: `refresh:${run.id}` }),
    );
    expect(await refresh(ctx, run.id, job())).toMatchObject({ outcome: 'done' });
    expect((await eventOf('40000001')).missingRuns).toBe(1);
    await readAll();
    expect((await eventOf('40000001')).goneSince).not.toBeNull();
  });

  test('a list that never holds still says nothing about it', async () => {
    simulator.putPlans(
      Array.from({ length: 1_500 }, (_, n) => plan(String(41_000_000 + n), `Event ${n} - Freeosk`)),
    );
    await readAll();
    simulator.configure({ listShift: { rows: -3, chance: 1 } });
    simulator.removePlan('40000001', STORE.crossmarkStoreId);
    const { run } = await readAll();
    expect(run.gone).toBe(0);
  });

  test('an event that is gone keeps its schedule, and nothing dangles', async () => {
    const id = await synced();
    simulator.removePlan('40000001', STORE.crossmarkStoreId);
    await readAll();
    expect((await readAll()).run.gone).toBe(1);
    expect(await live(id)).toMatchObject({ employeeId: ada });
  });
});

describe('bad rows', () => {
  test('are reported with their plan, change nothing, and aren’t gone', async () => {
    simulator.putPlans([plan('40000002'), plan('40000003')]);
    await readAll();
    simulator.putPlans([
      plan('40000002', CORE, { row: { startDate: 'soon' } }),
      plan('40000003', 'Renamed - Freeosk'),
    ]);
    const { run } = await readAll();
    expect(run).toMatchObject({ state: 'done', gone: 0, badRows: [{ mplanId: '40000002' }] });
    expect(await eventOf('40000002')).toMatchObject({ ...window, goneSince: null });
    expect(await eventOf('40000003')).toMatchObject({ name: 'Renamed - Freeosk' });
  });

  test('a store that isn’t set up here is told, not invented', async () => {
    simulator.load({
      ...simulator.state,
      stores: [...simulator.state.stores, { storeId: '399999', name: 'Nowhere', timeZone: 'UTC' }],
      plans: [...simulator.state.plans, { ...plan('40000009'), storeId: '399999' }],
    });
    const { run } = await readAll();
    expect(run.badRows).toMatchObject([{ mplanId: '40000009', reason: expect.stringContaining('399999') }]);
    expect(run.created).toBe(1);
  });
});

describe('bookings found on Crossmark', () => {
  test('of a known rep become schedules', async () => {
    simulator.book(book('40000001', '100001', at1045));
    expect((await readAll()).run).toMatchObject({ created: 1, drifted: 0 });
    const { id } = await eventOf('40000001');
    expect(await live(id)).toMatchObject({
      employeeId: ada,
      startsAt: at1045,
      endsAt: addMinutes(at1045, 390),
      workDate: day,
      source: 'crossmark',
    });
    expect(await sync(id)).toMatchObject({
      state: 'synced',
      bookingId: simulator.state.bookings[0]?.bookingId,
    });
    expect(await queuedJobs(database.db)).toHaveLength(1);
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 1 });
  });

  test('of an unknown rep are shown as booked by somebody unknown, until the rep is known', async () => {
    simulator.book(book('40000001', '100003', at1045));
    await readAll();
    const { id } = await eventOf('40000001');
    expect(await live(id)).toBeUndefined();
    expect(await sync(id)).toMatchObject({
      state: 'synced',
      bookedRepNames: 'Eve Outsider',
      bookedStartsAt: at1045,
    });
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 1 });
    const eve = await addEmployee(database.db, { storeId, name: 'Eve Outsider', repId: '100003' });
    await readAll();
    expect(await live(id)).toMatchObject({ employeeId: eve });
    await database.sql`truncate events cascade`;
    await database.db.delete(employees).where(eq(employees.id, eve));
  });

  test('with a condition that lags behind count as scheduled', async () => {
    simulator.book(book('40000001', '100001', at1045), true);
    await readAll();
    expect(await eventOf('40000001')).toMatchObject({ condition: 'Scheduled' });
  });

  test('of a canceled event don’t make it scheduled', async () => {
    simulator.book(book('40000001', '100001', at1045));
    simulator.putPlans(plan('40000001', CORE, { condition: 'Canceled' }));
    await readAll();
    const event = await eventOf('40000001');
    expect(event.condition).toBe('Canceled');
    expect(await live(event.id)).toBeUndefined();
  });
});

describe('drift', () => {
  test('a booking moved and given to somebody there is adopted where nobody here disagrees', async () => {
    const id = await synced();
    const before = need(await live(id));
    simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, {
      repId: '100002',
      startsAt: at1115,
      endsAt: addMinutes(at1115, 390),
    });
    expect((await readAll()).run).toMatchObject({ drifted: 1 });
    expect(await live(id)).toMatchObject({
      id: before.id,
      employeeId: bob,
      startsAt: at1115,
      version: before.version + 1,
      source: 'crossmark',
    });
    expect(await sync(id)).toMatchObject({ state: 'synced', bookedRepId: '100002' });
    expect(await database.db.select().from(auditLog)).toMatchObject([
      {
        actorId: 'system',
        action: 'schedule.adopt',
        subjectId: String(before.id),
        after: { employeeName: 'Bob Sample' },
      },
    ]);
    expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 1 });
  });

  test('a booking that is new there is in the audit log; one of a store’s first list is told apart', async () => {
    simulator.book(book('40000001', '100001', at1045));
    await readAll();
    const first = need(await live((await eventOf('40000001')).id));
    simulator.putPlans(plan('40000002'));
    await readAll();
    simulator.book(book('40000002', '100002', at1115));
    await readAll();
    const second = need(await live((await eventOf('40000002')).id));
    const rows = await database.db.select().from(auditLog).orderBy(auditLog.id);
    const told = (of: typeof first, name: string, startsAt: Instant) => ({
      version: 1,
      eventId: of.eventId,
      employeeId: of.employeeId,
      employeeName: name,
      startsAt,
      endsAt: of.endsAt,
      workDate: of.workDate,
      ended: false,
    });
    const adopted = { actorId: 'system', actorName: 'Crossmark', action: 'schedule.adopt', before: null };
    expect(rows).toMatchObject([
      { ...adopted, subjectType: 'schedule', subjectId: String(first.id) },
      { ...adopted, subjectType: 'schedule', subjectId: String(second.id) },
    ]);
    expect(rows.map(({ after }) => after)).toEqual([
      { ...told(first, 'Ada Example', at1045), isFirstList: true },
      told(second, 'Bob Sample', at1115),
    ]);
  });

  test('all bookings of a first list are told apart, however often its reading was begun', async () => {
    simulator.putPlans([
      ...Array.from({ length: 1_500 }, (_, n) => plan(String(41_000_000 + n), `Event ${n} - Freeosk`)),
      plan('42000000'),
    ]);
    simulator.book(book('42000000', '100001', at1045));
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'status', status: 503, after: 1 });
    const { ended, run } = await readAll();
    expect(ended).toMatchObject({ outcome: 'retry' });
    const readBefore = await database.db.$count(events);
    expect(readBefore).toBeGreaterThan(0);
    expect(readBefore).toBeLessThan(1_502);
    simulator.book(book('40000001', '100002', at1115));
    await refresh(ctx, run.id, job());
    // The next one begins with all of them known.
    simulator.putPlans(plan('42000001'));
    simulator.book(book('42000001', '100002', addMinutes(at1115, 24 * 60)));
    await readAll();
    const rows = await database.db.select().from(auditLog).orderBy(auditLog.id);
    const isFirstList = (after: unknown) => (after as { isFirstList?: boolean }).isFirstList ?? false;
    expect(rows.map(({ action, after }) => [action, isFirstList(after)])).toEqual([
      ['schedule.adopt', true],
      ['schedule.adopt', true],
      ['schedule.adopt', false],
    ]);
  });

  test('a booking removed there puts the event back into the tray; its schedule is kept as history', async () => {
    const id = await synced();
    simulator.unbook(need(simulator.state.bookings[0]).bookingId);
    await readAll();
    await readAll();
    expect(await live(id)).toBeUndefined();
    expect(await database.db.$count(schedules)).toBe(1);
    expect(await eventOf('40000001')).toMatchObject({ condition: 'Unstaffed' });
    expect(await sync(id)).toMatchObject({ state: 'synced', bookingId: null });
  });

  test('work that somebody else did there at another time is shown as it was reported', async () => {
    const id = await synced();
    simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, {
      repId: '100002',
      startsAt: at1115,
      endsAt: addMinutes(at1115, 390),
    });
    simulator.putPlans(plan('40000001', CORE, { condition: 'Submitted' }));
    expect((await readAll()).run).toMatchObject({ drifted: 1 });
    expect(await live(id)).toMatchObject({ employeeId: bob, startsAt: at1115, source: 'crossmark' });
    expect(await eventOf('40000001')).toMatchObject({ condition: 'Submitted' });
    expect(await sync(id)).toMatchObject({ state: 'synced', bookedRepId: '100002' });
    expect((await readAll()).run).toMatchObject({ drifted: 0, updated: 0 });
  });

  test('work that was reported there with somebody unknown here keeps its schedule as history', async () => {
    const id = await synced();
    simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, { repId: '100003' });
    simulator.putPlans(plan('40000001', CORE, { condition: 'Submitted' }));
    await readAll();
    expect(await live(id)).toMatchObject({ employeeId: ada, startsAt: at1045 });
    expect(await sync(id)).toMatchObject({ state: 'synced', bookedRepId: '100003' });
  });

  describe('work that was reported there', () => {
    const submitted = (row: object = {}) =>
      simulator.putPlans(plan('40000001', CORE, { condition: 'Submitted', row }));
    /** Replaces the booking there by one with a new number. */
    const replace = (rep: string, startsAt: Instant) => {
      simulator.unbook(need(simulator.state.bookings[0]).bookingId);
      simulator.book(book('40000001', rep, startsAt));
    };

    test('under a new number is shown as it was reported, and nothing is sent', async () => {
      const id = await synced();
      replace('100002', at1115);
      submitted();
      await readAll();
      expect(await live(id)).toMatchObject({ employeeId: bob, startsAt: at1115 });
      expect(await sync(id)).toMatchObject({ state: 'synced', bookedRepId: '100002' });
      expect(await push(id)).toEqual({ outcome: 'nothing' });
      expect(simulator.state.bookings).toMatchObject([{ repId: '100002', startsAt: at1115 }]);
    });

    test('under a new number is settled by the choice of Crossmark’s side in a conflict', async () => {
      const id = await synced();
      await decide(id, { employeeId: ada, startsAt: at1115 });
      replace('100002', at1045);
      submitted();
      expect(await push(id)).toMatchObject({ outcome: 'conflict' });
      await readAll();
      await database.db.transaction((tx) => chooseSide(tx, id, 'theirs'));
      expect(await live(id)).toMatchObject({ employeeId: bob, startsAt: at1045 });
      expect(await sync(id)).toMatchObject({ state: 'synced', bookedRepId: '100002' });
      expect(await push(id)).toEqual({ outcome: 'nothing' });
    });

    test.each([
      ['RepID', { scheduleRepID: null }],
      ['day', { scheduleDate: '' }],
    ])('and is listed without its %s keeps its schedule until a row tells it', async (_what, row) => {
      const id = await synced();
      replace('100002', at1115);
      submitted(row);
      await readAll();
      expect(await live(id)).toMatchObject({ employeeId: ada, startsAt: at1045 });
      submitted();
      await readAll();
      expect(await live(id)).toMatchObject({ employeeId: bob, startsAt: at1115 });
      expect(await sync(id)).toMatchObject({ state: 'synced', bookedRepId: '100002' });
    });

    test('keeps its person, who has another RepID by now, while the zone here is wrong', async () => {
      const id = await synced();
      submitted();
      await readAll();
      const rename = (repId: string) =>
        database.sql`update employees set rep_id = ${repId} where id = ${ada}`;
      const setZone = (zone: string) =>
        database.sql`update stores set time_zone = ${zone} where id = ${storeId}`;
      await rename('100009');
      try {
        await setZone('America/Los_Angeles');
        await readAll();
        expect(await live(id)).toMatchObject({ employeeId: ada, startsAt: at1045 });
      } finally {
        await setZone(STORE.timeZone);
      }
      // A copy of the list from before would show the same.
      await readAll();
      await readAll();
      expect(await live(id)).toMatchObject({ employeeId: ada, startsAt: at1045 });
      expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 1 });
      await database.sql`truncate events cascade`;
      await rename('100001');
    });

    test.each([
      ['left its schedule as history', true],
      ['had ended its schedule before', false],
    ])(
      'by somebody unknown here, which %s, is shown once that person is known',
      async (_what, isReported) => {
        const id = await synced();
        simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, { repId: '100003' });
        if (isReported) submitted();
        await readAll();
        expect((await live(id)) !== undefined).toBe(isReported);
        submitted();
        await readAll();
        const eve = await addEmployee(database.db, { storeId, name: 'Eve Outsider', repId: '100003' });
        await readAll();
        expect(await live(id)).toMatchObject({ employeeId: eve, startsAt: at1045 });
        expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 1 });
        await database.sql`truncate events cascade`;
        await database.db.delete(employees).where(eq(employees.id, eve));
      },
    );

    test('by somebody unknown here is shown once a row tells who it was', async () => {
      const id = await synced();
      const { bookingId } = need(simulator.state.bookings[0]);
      simulator.moveBooking(bookingId, { repId: '100003' });
      submitted();
      await readAll();
      simulator.moveBooking(bookingId, { repId: '100002' });
      await readAll();
      expect(await live(id)).toMatchObject({ employeeId: bob, startsAt: at1045 });
    });

    test('gets no schedule where somebody here unscheduled it', async () => {
      const id = await synced();
      await decide(id, null);
      submitted();
      await push(id);
      await readAll();
      expect(await sync(id)).toMatchObject({ state: 'synced', bookedRepId: '100001' });
      await readAll();
      expect(await live(id)).toBeUndefined();
    });

    test.each([
      ['person', { employeeId: 'ada', startsAt: at1115 }],
      ['time', { employeeId: 'bob', startsAt: at1045 }],
    ])('is shown as it was reported where an earlier version left the %s of before', async (_what, was) => {
      const id = await synced();
      simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, {
        repId: '100002',
        startsAt: at1115,
        endsAt: addMinutes(at1115, 390),
      });
      submitted();
      await readAll();
      await database.db
        .update(schedules)
        .set({ employeeId: was.employeeId === 'ada' ? ada : bob, startsAt: was.startsAt })
        .where(eq(schedules.eventId, id));
      expect((await readAll()).run).toMatchObject({ drifted: 1 });
      expect(await live(id)).toMatchObject({ employeeId: bob, startsAt: at1115 });
      expect(counts((await readAll()).run)).toEqual({ ...NOTHING, unchanged: 1 });
    });
  });

  test.each([
    [
      'its booking',
      { scheduleEventID: null, scheduleDate: '', scheduleRepID: null, staffedReps: '', condition: 'Staffed' },
    ],
    [
      'all but the name',
      { scheduleEventID: null, scheduleDate: '', scheduleRepID: null, condition: 'Staffed' },
    ],
    ['the date', { scheduleDate: '' }],
    ['the rep', { scheduleRepID: null, staffedReps: '' }],
    ['the id', { scheduleEventID: null }],
  ])('a row that merely lacks %s changes nothing', async (_what, row) => {
    const id = await synced();
    const before = [await live(id), await sync(id)];
    simulator.putPlans(plan('40000001', CORE, { row }));
    expect((await readAll()).run).toMatchObject({ drifted: 0 });
    expect([await live(id), await sync(id)]).toEqual(before);
  });

  test('a row with the known number, another name and no RepID is somebody else’s booking', async () => {
    const id = await synced();
    const { bookingId } = need(await sync(id));
    simulator.putPlans(plan('40000001', CORE, { row: { scheduleRepID: null, staffedReps: 'EXAMPLE, ADA' } }));
    expect((await readAll()).run).toMatchObject({ drifted: 0 });
    expect(await live(id)).toMatchObject({ employeeId: ada });
    simulator.putPlans(plan('40000001', CORE, { row: { scheduleRepID: null, staffedReps: 'Eve Outsider' } }));
    expect((await readAll()).run).toMatchObject({ drifted: 1 });
    expect(await live(id)).toBeUndefined();
    expect(await sync(id)).toMatchObject({ bookingId, bookedRepId: null, bookedRepNames: 'Eve Outsider' });
  });

  test('unsynced changes are never touched', async () => {
    const id = await synced();
    simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, { repId: '100002' });
    await decide(id, { employeeId: ada, startsAt: at1115 });
    const before = [await live(id), await sync(id)];
    expect((await readAll()).run).toMatchObject({ drifted: 0 });
    expect([await live(id), await sync(id)]).toEqual(before);
  });

  test('a change synced while the page was on its way isn’t taken for drift', async () => {
    const id = await synced();
    const slow: SyncContext = {
      ...ctx,
      crossmark: {
        ...client,
        listEvents: (query) => {
          const pages = client.listEvents(query)[Symbol.asyncIterator]();
          return {
            [Symbol.asyncIterator]: () => ({
              next: async () => {
                const page = await pages.next();
                if (!page.done && page.value.rows.length > 0) {
                  await decide(id, { employeeId: bob, startsAt: at1115 });
                  await push(id);
                }
                return page;
              },
            }),
          };
        },
      },
    };
    const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
    await refresh(slow, runId, job());
    expect(await live(id)).toMatchObject({ employeeId: bob, startsAt: at1115, source: 'board' });
    expect(simulator.state.bookings).toMatchObject([{ repId: '100002', startsAt: at1115 }]);
  });

  describe('a booking made on Crossmark’s site whose schedule here gets another length alone', () => {
    /** Makes it five hours long. */
    const shorten = async (id: number) => {
      const { startsAt } = need(await live(id));
      const endsAt = addMinutes(startsAt, 300);
      await database.db.transaction(async (tx) => {
        await tx
          .update(schedules)
          .set({ endsAt })
          .where(and(eq(schedules.eventId, id), isNull(schedules.endedAt)));
        await wantChange(tx, { eventId: id, task: 'sync_schedule_update' });
      });
      expect(await push(id)).toMatchObject({ outcome: 'done' });
      expect(simulator.state.bookings).toMatchObject([{ repId: '100001', startsAt, endsAt }]);
      expect(await sync(id)).toMatchObject({ state: 'synced', bookedEndsAt: endsAt });
      expect((await readAll()).run).toMatchObject({ drifted: 0 });
      expect(await live(id)).toMatchObject({ startsAt, endsAt });
    };

    test('is sent, where it was adopted by a refresh', async () => {
      simulator.book(book('40000001', '100001', at1045));
      await readAll();
      const { id } = await eventOf('40000001');
      const { endsAt } = need(await live(id));
      expect(await sync(id)).toMatchObject({ state: 'synced', bookedEndsAt: endsAt });
      await shorten(id);
    });

    test('is sent, where it was found to be just what was wanted', async () => {
      await readAll();
      const { id } = await eventOf('40000001');
      simulator.book(book('40000001', '100001', at1045));
      await decide(id, { employeeId: ada, startsAt: at1045 });
      expect(await push(id)).toMatchObject({ outcome: 'nothing' });
      await shorten(id);
    });

    test('is sent, where Crossmark’s side was chosen in a conflict', async () => {
      const id = await synced();
      simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, {
        startsAt: at1115,
        endsAt: addMinutes(at1115, 390),
      });
      await decide(id, { employeeId: bob, startsAt: at1045 });
      expect(await push(id)).toMatchObject({ outcome: 'conflict' });
      await database.db.transaction((tx) => chooseSide(tx, id, 'theirs'));
      expect(await live(id)).toMatchObject({ employeeId: ada, startsAt: at1115 });
      await shorten(id);
    });
  });

  test('a write of ours that arrived late is put right, not adopted', async () => {
    const id = await synced();
    const [held] = simulator.state.bookings;
    // A frozen worker's removal: journalled, thought not to have arrived, and then it did.
    await database.db.insert(syncSteps).values({
      eventId: id,
      kind: 'delete',
      state: 'settled',
      bookingId: (await sync(id))?.bookingId ?? null,
    });
    simulator.unbook(need(held).bookingId);
    await readAll();
    expect(await live(id)).toMatchObject({ employeeId: ada });
    expect(await sync(id)).toMatchObject({ state: 'pending' });
    await push(id);
    expect(simulator.state.bookings).toMatchObject([{ repId: '100001', startsAt: at1045 }]);
    expect(await sync(id)).toMatchObject({ state: 'synced' });
  });

  test.each([
    ['settled', '25 hours'],
    ['not_done', '1 second'],
  ] as const)(
    'a removal on Crossmark’s site isn’t taken for one of ours that is %s and was sent %s ago',
    async (state, age) => {
      const id = await synced();
      const bookingId = need((await sync(id))?.bookingId);
      await database.db.insert(syncSteps).values({
        eventId: id,
        kind: 'delete',
        state,
        bookingId,
        sentAt: sql`app_now() - ${age}::interval`,
      });
      simulator.unbook(bookingId);
      await readAll();
      await readAll();
      expect(await live(id)).toBeUndefined();
      expect(await sync(id)).toMatchObject({ state: 'synced', bookingId: null });
    },
  );

  test('a double that arrived late is removed', async () => {
    simulator.configure({ secondBooking: 'duplicate' });
    const id = await synced();
    const step = need(await database.db.query.syncSteps.findFirst({ where: eq(syncSteps.eventId, id) }));
    await database.db.insert(syncSteps).values({
      eventId: id,
      kind: 'create',
      state: 'settled',
      repId: step.repId,
      startsAt: step.startsAt,
      endsAt: step.endsAt,
    });
    simulator.book(book('40000001', '100001', at1045));
    expect(simulator.state.bookings).toHaveLength(2);
    await readAll();
    await push(id);
    expect(simulator.state.bookings).toMatchObject([{ repId: '100001', startsAt: at1045 }]);
    expect(await sync(id)).toMatchObject({
      state: 'synced',
      bookingId: simulator.state.bookings[0]?.bookingId,
    });
  });

  test('a double beneath a booking that was moved there and adopted is removed', async () => {
    simulator.configure({ secondBooking: 'duplicate' });
    const id = await synced();
    const above = simulator.book(book('40000001', '100002', at1115));
    await readAll();
    expect(await live(id)).toMatchObject({ employeeId: bob, startsAt: at1115 });
    expect(await sync(id)).toMatchObject({ state: 'pending' });
    await push(id);
    expect(simulator.state.bookings).toMatchObject([{ bookingId: above.bookingId }]);
    expect(await sync(id)).toMatchObject({ state: 'synced' });
  });

  test('a booking moved there by more than its length gets its own end when its person becomes known', async () => {
    const id = await synced();
    const later = addMinutes(at1045, 1_440);
    simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, {
      repId: '100003',
      startsAt: later,
      endsAt: addMinutes(later, 390),
    });
    await readAll();
    expect(await live(id)).toBeUndefined();
    const eve = await addEmployee(database.db, { storeId, name: 'Eve Outsider', repId: '100003' });
    await readAll();
    expect(await live(id)).toMatchObject({ startsAt: later, endsAt: addMinutes(later, 390) });
    await database.sql`truncate events cascade`;
    await database.db.delete(employees).where(eq(employees.id, eve));
  });

  test('a dead letter whose booking somebody made by hand there is synced, and its event counts as booked at once', async () => {
    await readAll();
    const { id } = await eventOf('40000001');
    simulator.configure({ refusal: { repIds: ['100001'] } });
    await decide(id, { employeeId: ada, startsAt: at1045 });
    expect(await push(id)).toMatchObject({ outcome: 'dead' });
    simulator.book(book('40000001', '100001', at1045));
    await readAll();
    expect(await sync(id)).toMatchObject({ state: 'synced', failureReason: null });
    expect(await eventOf('40000001')).toMatchObject({ condition: 'Scheduled' });
    expect((await queuedJobs(database.db)).filter((queued) => queued.key === `event:${id}`)).toEqual([]);
  });
});

describe('a conflict', () => {
  async function conflict() {
    const id = await synced();
    simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, { repId: '100003' });
    await decide(id, { employeeId: bob, startsAt: at1115 });
    expect(await push(id)).toMatchObject({ outcome: 'conflict' });
    return id;
  }

  test('stands until a person chooses, whatever is read meanwhile', async () => {
    const id = await conflict();
    await readAll();
    expect(await push(id)).toEqual({ outcome: 'nothing' });
    expect(await sync(id)).toMatchObject({ state: 'conflict', conflict: { repId: '100003' } });
    expect(simulator.state.bookings).toMatchObject([{ repId: '100003' }]);
  });

  test.each(['inPlace', 'replace', 'duplicate'] as const)(
    'keep mine: Crossmark gets what the board has (%s)',
    async (secondBooking) => {
      simulator.configure({ secondBooking });
      const id = await conflict();
      expect(await database.db.transaction((tx) => chooseSide(tx, id, 'mine'))).toBe('mine');
      expect(await push(id)).toMatchObject({ outcome: 'done' });
      expect(simulator.state.bookings).toMatchObject([{ repId: '100002', startsAt: at1115 }]);
      expect(await sync(id)).toMatchObject({ state: 'synced', conflict: null });
    },
  );

  test('take theirs: the board gets what Crossmark has', async () => {
    const id = await conflict();
    const eve = await addEmployee(database.db, { storeId, name: 'Eve Outsider', repId: '100003' });
    expect(await database.db.transaction((tx) => chooseSide(tx, id, 'theirs'))).toMatchObject({
      after: { employeeName: 'Eve Outsider' },
    });
    expect(await live(id)).toMatchObject({ employeeId: eve, startsAt: at1045, source: 'crossmark' });
    expect(await sync(id)).toMatchObject({ state: 'synced', conflict: null });
    expect(await database.db.transaction((tx) => chooseSide(tx, id, 'theirs'))).toBe('none');
    await database.sql`truncate events cascade`;
    await database.db.delete(employees).where(eq(employees.id, eve));
  });
});

test('where Crossmark’s side is chosen, a double of ours beneath it is removed', async () => {
  simulator.configure({ secondBooking: 'duplicate' });
  const id = await synced();
  await decide(id, { employeeId: ada, startsAt: at1115 });
  const above = simulator.book(book('40000001', '100002', at1045));
  expect(await push(id)).toMatchObject({ outcome: 'conflict' });
  await database.db.transaction((tx) => chooseSide(tx, id, 'theirs'));
  await push(id);
  expect(simulator.state.bookings).toMatchObject([{ bookingId: above.bookingId }]);
  expect(await live(id)).toMatchObject({ employeeId: bob });
  expect(await sync(id)).toMatchObject({ state: 'synced' });
});

describe('runs', () => {
  test('several missed ticks end in exactly one reading', async () => {
    const ticks = [3, 2, 1].map((hours) => new Date(currentTimeMs() - hours * 3_600_000).toISOString());
    const refreshes = await Promise.all(ticks.map((tick) => refreshOnTick(ctx, tick)));
    expect(refreshes.filter((ended) => ended.outcome === 'done')).toHaveLength(1);
    const [run] = await database.db.select().from(refreshRuns);
    await refresh(ctx, need(run).id, job());
    expect(await refreshOnTick(ctx, need(ticks[2]))).toMatchObject({ outcome: 'nothing' });
    expect(await database.db.select().from(refreshRuns)).toMatchObject([
      { state: 'done', requestedBy: 'schedule' },
    ]);
    expect(await refreshOnTick(ctx, new Date(currentTimeMs() + 60_000).toISOString())).toMatchObject({
      outcome: 'done',
    });
  });

  test('a worker told to stop hands the reading back', async () => {
    const stopping = new AbortController();
    stopping.abort();
    const { ended, run } = await readAll({ signal: stopping.signal });
    expect(ended).toMatchObject({ outcome: 'interrupted' });
    expect(run.state).toBe('queued');
    expect(await queuedJobs(database.db)).toMatchObject([{ key: `refresh:${run.id}` }]);
  });

  test('Crossmark unreachable for an hour: the run fails with the reason, the next tick starts another', async () => {
    simulator.addFaults({ kind: 'status', status: 503, times: null });
    const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
    await database.db.update(refreshRuns).set({ requestedAt: sql`app_now() - interval '1 hour'` });
    expect(await refresh(ctx, runId, job())).toMatchObject({ outcome: 'dead' });
    const [run] = await database.db.select().from(refreshRuns);
    expect(run).toMatchObject({ state: 'failed', failureReason: expect.stringContaining('503') });
  });
});
