import { type CrossmarkClient, type EventPage, mplanId } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { auditLog, eventSyncs, events, refreshRuns, schedules } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant } from '@scheduler/runtime/clock';
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
  addSchedule,
  addStore,
  chooseSide,
  clearTables,
  clientOf,
  contextOf,
  jobOf as job,
  need,
  STORE,
} from '../../test/fixture.ts';
import { DEFAULT_CONFIRM_AFTER_MS, type SyncContext } from '../context.ts';
import { requestRefresh, wantChange } from '../queue/enqueue.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { refresh } from './refresh.ts';

const today: WorkDate = workDateOf(currentInstant(), 'UTC');
const day = addDays(today, 5);
const at1045: Instant = instantAt(day, '10:45', STORE.timeZone);
const at1115: Instant = instantAt(day, '11:15', STORE.timeZone);
const PLAN = '40000001';
const OTHER = '40000002';
const plan = (mplan: string) => ({
  mplanId: mplan,
  storeId: STORE.crossmarkStoreId,
  name: '612345-Acme-Oat Bars (260105123456)  - V2-CORE',
  startsOn: addDays(today, 1),
  dueOn: addDays(today, 14),
});

let database: TestDatabase;
let simulator: Simulator;
let client: CrossmarkClient;
let ctx: SyncContext;
let ada: number;
let bob: number;
let event: number;

beforeAll(async () => {
  database = await createTestDatabase();
  const storeId = await addStore(database.db);
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
      ],
      plans: [plan(PLAN), plan(OTHER)],
    },
  });
  await simulator.listen();
  client = clientOf(simulator.url);
  ctx = contextOf(database.db, client);
  await readAll();
  event = need(await database.db.query.events.findFirst({ where: eq(events.mplanId, mplanId(PLAN)) })).id;
});
afterEach(async () => {
  await client.close();
  await simulator.close();
});

async function readAll(using: SyncContext = ctx) {
  const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
  const ended = await refresh(using, runId, job('refresh_events'));
  const run = need(await database.db.query.refreshRuns.findFirst({ where: eq(refreshRuns.id, runId) }));
  return { ended, run };
}
/** One reading of a copy of the list that lags behind by so many changes of Crossmark's world. */
function readStale(behindWrites: number) {
  simulator.addFaults({ call: 'getPlanningMplans', kind: 'stale', reading: 'list', behindWrites });
  return readAll();
}
const push = () => reconcile(ctx, event, job('sync_schedule'));
async function decide(wanted: { employeeId: number; startsAt: Instant } | null) {
  await database.db.transaction(async (tx) => {
    await tx
      .update(schedules)
      .set({ endedAt: sql`app_now()` })
      .where(and(eq(schedules.eventId, event), isNull(schedules.endedAt)));
    if (wanted) await addSchedule(tx, { eventId: event, ...wanted });
    await wantChange(tx, { eventId: event, task: 'sync_schedule' });
  });
}
async function send(wanted: { employeeId: number; startsAt: Instant } | null) {
  await decide(wanted);
  expect(await push()).toMatchObject({ outcome: 'done' });
}
/** Booked on Crossmark's own site, and taken over here. */
async function adopted(repId: string, startsAt: Instant) {
  const endsAt = addMinutes(startsAt, 390);
  simulator.book({ mplanId: PLAN, storeId: STORE.crossmarkStoreId, repId, startsAt, endsAt });
  await readAll();
  expect((await here()).schedule).toMatchObject({ startsAt, source: 'crossmark' });
}
async function here() {
  const schedule = await database.db.query.schedules.findFirst({
    where: and(eq(schedules.eventId, event), isNull(schedules.endedAt)),
  });
  const sync = need(await database.db.query.eventSyncs.findFirst({ where: eq(eventSyncs.eventId, event) }));
  const row = need(await database.db.query.events.findFirst({ where: eq(events.id, event) }));
  const { doubt, ...known } = sync;
  return { schedule, sync: known, condition: row.condition, doubt };
}
const writes = () => simulator.log.filter(({ call }) => /^(schedule|delete)/.test(call ?? '')).length;
/** Reads a lagging copy, and expects nothing here or there to change by it. */
async function unmoved(behindWrites: number) {
  const { doubt: _, ...before } = await here();
  const sent = writes();
  const { run } = await readStale(behindWrites);
  expect(run).toMatchObject({ state: 'done', drifted: 0, updated: 0, unconfirmed: 1 });
  expect(await here()).toMatchObject({ ...before, doubt: { seenAt: run.startedAt } });
  expect(await push()).toEqual({ outcome: 'nothing' });
  expect(writes()).toBe(sent);
}
/** Reads the list as it is, and expects it to be what is known here. */
async function agreed() {
  const before = await here();
  expect((await readAll()).run).toMatchObject({ drifted: 0, updated: 0, unchanged: 2, unconfirmed: 0 });
  expect(await here()).toEqual({ ...before, doubt: null });
}

describe.each(['inPlace', 'replace', 'duplicate'] as const)(
  'a copy of the list that lags behind (%s)',
  (secondBooking) => {
    beforeEach(() => simulator.configure({ secondBooking }));

    test('from before a booking of ours doesn’t end its schedule, however often in turns', async () => {
      await send({ employeeId: ada, startsAt: at1045 });
      for (let round = 0; round < 3; round++) {
        await unmoved(1);
        await agreed();
      }
    });

    test('from before a booking that was adopted doesn’t end its schedule', async () => {
      await adopted('100001', at1045);
      await unmoved(1);
      await agreed();
    });

    test('from before a move of our own booking doesn’t move it back', async () => {
      await send({ employeeId: ada, startsAt: at1045 });
      await send({ employeeId: bob, startsAt: at1115 });
      await unmoved(2);
      await agreed();
      await unmoved(1);
      await agreed();
    });

    test('from before a move of an adopted booking doesn’t move it back', async () => {
      await adopted('100001', at1045);
      await send({ employeeId: bob, startsAt: at1115 });
      await unmoved(2);
      await agreed();
    });

    test.each([
      ['our own', () => send({ employeeId: ada, startsAt: at1045 })],
      ['an adopted', () => adopted('100001', at1045)],
    ])('from before the unscheduling of %s booking doesn’t schedule it again', async (_whose, book) => {
      await book();
      await send(null);
      await unmoved(1);
      await agreed();
      expect((await here()).schedule).toBeUndefined();
      expect(simulator.state.bookings).toEqual([]);
    });

    test('from before a booking of ours was moved there doesn’t move it back', async () => {
      await send({ employeeId: ada, startsAt: at1045 });
      simulator.moveBooking(need(simulator.state.bookings[0]).bookingId, { startsAt: at1115 });
      expect((await readAll()).run).toMatchObject({ drifted: 1 });
      await unmoved(1);
      await agreed();
      expect((await here()).schedule).toMatchObject({ startsAt: at1115 });
    });

    test('doesn’t settle what couldn’t be sent', async () => {
      await adopted('100001', at1045);
      simulator.addFaults({ call: 'deleteScheduledMplanEvent', kind: 'refuse' });
      await decide(null);
      expect(await push()).toMatchObject({ outcome: 'dead' });
      const before = await here();
      await readStale(1);
      expect(await here()).toMatchObject({ sync: before.sync, schedule: undefined });
      expect((await here()).sync.state).toBe('failed');
    });
  },
);

test('a list from before somebody else’s booking that was adopted doesn’t bring it back, nor have ours removed', async () => {
  await adopted('100001', at1045);
  simulator.unbook(need((await here()).sync.bookingId));
  await adopted('100002', at1115);
  const at1200 = instantAt(day, '12:00', STORE.timeZone);
  await send({ employeeId: ada, startsAt: at1200 });
  ctx.settings.confirmAfterMs = DEFAULT_CONFIRM_AFTER_MS;
  // The journal has no write for that first booking.
  await unmoved(4);
  await agreed();
  expect(simulator.state.bookings).toMatchObject([{ repId: '100001', startsAt: at1200 }]);
});

describe('a write whose answer was lost, and that did nothing', () => {
  const theirs = () =>
    simulator.book({
      mplanId: PLAN,
      storeId: STORE.crossmarkStoreId,
      repId: '100002',
      startsAt: at1115,
      endsAt: addMinutes(at1115, 390),
    });
  /**
   * Days later somebody makes of the booking what the lost write had asked for: a change as any
   * other.
   */
  const changedLater = async () => {
    await database.sql`update sync_steps set sent_at = sent_at - interval '5 days'`;
    const endsAt = addMinutes(at1045, 390);
    const { bookingId } = need(simulator.state.bookings[0]);
    simulator.moveBooking(bookingId, { repId: '100001', startsAt: at1045, endsAt });
    await readAll();
    expect(await push()).toEqual({ outcome: 'nothing' });
    expect((await here()).schedule).toMatchObject({ employeeId: ada, startsAt: at1045 });
    expect(simulator.state.bookings).toMatchObject([{ repId: '100001', startsAt: at1045 }]);
  };

  beforeEach(async () => {
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'drop', applied: false });
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await push()).toMatchObject({ outcome: 'retry', failureKind: 'unknown' });
  });

  test('doesn’t explain what somebody does days after Crossmark’s side was chosen', async () => {
    theirs();
    expect(await push()).toMatchObject({ outcome: 'conflict' });
    await database.db.transaction((tx) => chooseSide(tx, event, 'theirs'));
    await changedLater();
  });

  test('doesn’t explain what somebody does days after a dead letter was done by hand', async () => {
    await decide({ employeeId: bob, startsAt: at1115 });
    await database.db.update(eventSyncs).set({ state: 'failed' }).where(eq(eventSyncs.eventId, event));
    theirs();
    await readAll();
    expect((await here()).sync.state).toBe('synced');
    await changedLater();
  });
});

test('a booking that was refused and made all the same isn’t taken for not made on a row from before it', async () => {
  simulator.addFaults([
    { call: 'scheduleMplanEvent', kind: 'refuse', applied: true },
    { call: 'getPlanningMplans', kind: 'stale', reading: 'search', after: 1 },
  ]);
  await decide({ employeeId: ada, startsAt: at1045 });
  expect(await push()).toMatchObject({ outcome: 'dead' });
  await decide(null);
  expect(await push()).toMatchObject({ outcome: 'retry', failureKind: 'transient' });
  expect(await push()).toMatchObject({ outcome: 'done' });
  expect(simulator.state.bookings).toEqual([]);
  await agreed();
});

describe('work opened again, its new booking with the number of the old one', () => {
  async function reissued() {
    simulator.putPlans([{ ...plan(PLAN), condition: 'Submitted' }]);
    await readAll();
    const { bookingId } = (await here()).sync;
    await database.db.transaction(async (tx) => {
      await tx.update(schedules).set({ endedAt: sql`app_now()` }).where(isNull(schedules.endedAt));
      const id = await addSchedule(tx, { eventId: event, employeeId: bob, startsAt: at1115 });
      await tx
        .update(schedules)
        .set({ reissueOf: bookingId, reissueExpiresOn: addDays(today, 15), reissueResponses: true })
        .where(eq(schedules.id, id));
      await tx.update(events).set({ condition: 'Reissued' }).where(eq(events.id, event));
      await wantChange(tx, { eventId: event, task: 'sync_schedule' });
    });
    expect(await push()).toMatchObject({ outcome: 'done' });
    expect(await here()).toMatchObject({ condition: 'Reissued', sync: { bookingId } });
  }

  test('isn’t reported again by a copy of the list from before', async () => {
    await send({ employeeId: ada, startsAt: at1045 });
    await reissued();
    await unmoved(2);
    await agreed();
  });

  test('and removed there: what was once asked of the old one doesn’t explain it', async () => {
    await send({ employeeId: ada, startsAt: at1045 });
    simulator.addFaults({ call: 'deleteScheduledMplanEvent', kind: 'status', status: 429, applied: false });
    await decide(null);
    expect(await push()).toMatchObject({ outcome: 'retry' });
    await decide({ employeeId: ada, startsAt: at1045 });
    expect(await push()).toMatchObject({ outcome: 'nothing' });
    await reissued();
    simulator.unbook(need(simulator.state.bookings[0]).bookingId);
    expect((await readAll()).run).toMatchObject({ drifted: 0, unconfirmed: 1 });
    expect((await readAll()).run).toMatchObject({ drifted: 1, unconfirmed: 0 });
    expect(await here()).toMatchObject({ schedule: undefined, sync: { state: 'synced', bookingId: null } });
  });
});

test('a row in a booked condition without a booking settles no unscheduling that failed', async () => {
  await adopted('100001', at1045);
  simulator.addFaults({ call: 'deleteScheduledMplanEvent', kind: 'refuse' });
  await decide(null);
  expect(await push()).toMatchObject({ outcome: 'dead' });
  const nothing = { scheduleDate: '', staffedReps: '', scheduleRepID: '', scheduleEventID: '' };
  simulator.putPlans([{ ...plan(PLAN), row: nothing }]);
  for (let n = 0; n < 3; n++) {
    await readAll();
    expect((await here()).sync).toMatchObject({ state: 'failed', bookedRepId: '100001' });
  }
});

describe('a booking’s absence', () => {
  const gone = () => simulator.unbook(need(simulator.state.bookings[0]).bookingId);

  test('counts when two complete readings in a row show it, and is told in the audit log', async () => {
    await send({ employeeId: ada, startsAt: at1045 });
    gone();
    expect((await readAll()).run).toMatchObject({ drifted: 0, unchanged: 2, unconfirmed: 1 });
    expect((await here()).schedule).toMatchObject({ employeeId: ada });
    expect((await here()).condition).toBe('Scheduled');
    expect((await readAll()).run).toMatchObject({ drifted: 1, unchanged: 1, unconfirmed: 0 });
    expect(await here()).toMatchObject({
      schedule: undefined,
      condition: 'Unstaffed',
      sync: { state: 'synced', bookingId: null },
      doubt: null,
    });
    expect(await database.db.$count(auditLog, eq(auditLog.action, 'schedule.adopt'))).toBe(1);
    expect((await readAll()).run).toMatchObject({ drifted: 0, unchanged: 2, unconfirmed: 0 });
  });

  test('isn’t confirmed by a reading too soon after the first that showed it, however many, and is by one late enough', async () => {
    const apart = { ...ctx, settings: { ...ctx.settings, confirmAfterMs: DEFAULT_CONFIRM_AFTER_MS } };
    await send({ employeeId: ada, startsAt: at1045 });
    gone();
    const first = await readAll(apart);
    for (const _ of [1, 2]) {
      expect((await readAll(apart)).run).toMatchObject({ drifted: 0, unchanged: 2, unconfirmed: 1 });
      expect(await here()).toMatchObject({
        schedule: { employeeId: ada },
        doubt: { seenAt: first.run.startedAt },
      });
    }
    // Dates everything so far back.
    const { doubt } = await here();
    const ago = (instant: Instant) => addMinutes(instant, -DEFAULT_CONFIRM_AFTER_MS / 60_000);
    await database.db
      .update(eventSyncs)
      .set({
        updatedAt: sql`updated_at - ${DEFAULT_CONFIRM_AFTER_MS} * interval '1 millisecond'`,
        doubt: { ...need(doubt), seenAt: ago(need(doubt).seenAt) },
      })
      .where(eq(eventSyncs.eventId, event));
    expect((await readAll(apart)).run).toMatchObject({ drifted: 1, unconfirmed: 0 });
    expect(await here()).toMatchObject({ schedule: undefined, doubt: null });
  });

  test('isn’t confirmed by a reading that breaks off after it', async () => {
    await send({ employeeId: ada, startsAt: at1045 });
    gone();
    await readAll();
    const { run } = await readAll({
      ...ctx,
      crossmark: {
        ...client,
        async *listEvents(query) {
          yield* client.listEvents(query);
          throw new TypeError('broken off');
        },
      },
    });
    expect(run).toMatchObject({ state: 'failed', drifted: 0 });
    expect((await here()).schedule).toMatchObject({ employeeId: ada });
    expect((await readAll()).run).toMatchObject({ drifted: 1 });
    expect((await here()).schedule).toBeUndefined();
  });

  test('is forgotten where what is wanted was sent anew meanwhile', async () => {
    await send({ employeeId: ada, startsAt: at1045 });
    await unmoved(1);
    await send({ employeeId: bob, startsAt: at1115 });
    await unmoved(1);
    await agreed();
  });

  test('isn’t decided by a refresh that began before our own write', async () => {
    const pages: EventPage[] = [];
    for await (const page of client.listEvents({
      from: addDays(today, -30),
      to: addDays(today, 90),
      timeZoneOf: () => STORE.timeZone,
    }))
      pages.push(page);
    const { run } = await readAll({
      ...ctx,
      crossmark: {
        ...client,
        async *listEvents({ conditions }) {
          if (conditions) return;
          yield { rows: [], bad: [], read: 0, total: 2 };
          await send({ employeeId: ada, startsAt: at1045 });
          yield* pages;
        },
      },
    });
    expect(run).toMatchObject({ state: 'done', unconfirmed: 0 });
    expect(await here()).toMatchObject({ schedule: { employeeId: ada }, doubt: null });
  });

  test('that the second reading shows otherwise begins anew', async () => {
    await send({ employeeId: ada, startsAt: at1045 });
    await send({ employeeId: ada, startsAt: at1115 });
    await unmoved(1); // Between removal and booking: none.
    await unmoved(2); // The one before.
    await unmoved(1);
    await agreed();
  });
});
