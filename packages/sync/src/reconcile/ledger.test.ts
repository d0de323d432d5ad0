import type { BookingId, RepId } from '@scheduler/crossmark';
import { eventSyncs, events, schedules, syncAttempts, syncSteps, type Tx } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  addEmployee,
  addEvent,
  addSchedule,
  addStore,
  clearTables,
  jobOf,
  need,
  queuedJobs,
} from '../../test/fixture.ts';
import { wantChanges } from '../queue/enqueue.ts';
import { claimOf, type Lease, LeaseLostError, type Ledger } from './ledger.ts';
import { postgresLedger } from './postgres-ledger.ts';

const START = '2026-01-05T15:45:00.000Z';
const END = '2026-01-05T22:15:00.000Z';
const LEASE_MS = 60_000;

let database: TestDatabase;
let ledger: Ledger;
let storeId: number;
let ada: number;
let eventIds: number[];

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
  ada = await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' });
});
afterAll(() => database.close());

beforeEach(async () => {
  await clearTables(database, 'events');
  ledger = postgresLedger(database.db);
  eventIds = [];
  for (const n of [1, 2, 3]) eventIds.push(await addEvent(database.db, { storeId, mplanId: `4000000${n}` }));
  await database.db.transaction(async (tx) => {
    for (const eventId of eventIds) await addSchedule(tx, { eventId, employeeId: ada, startsAt: START });
    await wantChanges(
      tx,
      eventIds.map((eventId) => ({ eventId, task: 'sync_schedule' })),
    );
  });
});

let jobs = 0;
const job = () => jobOf('sync_schedule', { id: String(++jobs) });
const take = (eventId: number) => ledger.takeLease(claimOf(eventId, job()), LEASE_MS);
async function taken(eventId: number): Promise<Lease> {
  const lease = await take(eventId);
  if (typeof lease === 'string') throw new Error(`The lease was not taken: ${lease}.`);
  return lease;
}
/** What a lease that was just taken came with, by what is there since. */
async function beforeTaken(eventId: number) {
  const state = await ledger.readEvent(eventId);
  if (!state) throw new Error(`There is no event ${eventId}.`);
  return { ...state, sync: { ...state.sync, leaseOwner: null, leaseUntil: null } };
}
/**
 * Does something in a transaction that stays open until what is returned is called, which waits for
 * its end.
 */
async function inOpenTransaction(work: (tx: Tx) => Promise<unknown>): Promise<() => Promise<void>> {
  const done = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const open = database.db.transaction(async (tx) => {
    await work(tx);
    done.resolve();
    await over.promise;
  });
  await Promise.race([done.promise, open]);
  return () => {
    over.resolve();
    return open;
  };
}
const write = { kind: 'create', repId: '100001' as RepId, startsAt: START, endsAt: END } as const;
const journal = (lease: Lease) => ledger.journalStep(lease, write, LEASE_MS, null);
const confirm = (lease: Lease, stepId: number, version = 1) => {
  const bookingId = String(70_000_000 + lease.eventId) as BookingId;
  const held = { bookingId, repId: write.repId, startsAt: START, endsAt: END, names: 'Ada Example' };
  const finish = { version, condition: 'Scheduled', outcome: 'done', summary: 'booked' } as const;
  return ledger.settleAndFinish(lease, stepId, { bookingId, held }, finish);
};
const states = async () =>
  (await database.db.select().from(eventSyncs).orderBy(asc(eventSyncs.eventId))).map(({ state }) => state);

test('events that come to each step at once end as each would alone', async () => {
  const leases = await Promise.all(eventIds.map(taken));
  expect(leases.map(({ eventId }) => eventId)).toEqual(eventIds);
  const read = await Promise.all(eventIds.map((eventId) => ledger.readEvent(eventId)));
  expect(read.map((state) => state?.event.id)).toEqual(eventIds);
  expect(read).toMatchObject(eventIds.map(() => ({ employee: { id: ada }, steps: [] })));
  const steps = await Promise.all(leases.map(journal));
  const finished = await Promise.all(leases.map((lease, n) => confirm(lease, need(steps[n]))));
  for (const one of finished) expect(one?.clickToSyncedMs).toBeGreaterThanOrEqual(0);

  const rows = await database.db.select().from(eventSyncs).orderBy(asc(eventSyncs.eventId));
  expect(rows).toMatchObject(
    eventIds.map((eventId) => ({
      eventId,
      state: 'synced',
      syncedVersion: 1,
      leaseOwner: null,
      bookingId: String(70_000_000 + eventId),
      bookedRepId: '100001',
      bookedRepNames: 'Ada Example',
      bookedStartsAt: START,
    })),
  );
  const journalled = await database.db.select().from(syncSteps).orderBy(asc(syncSteps.eventId));
  expect(journalled).toMatchObject(
    eventIds.map((eventId) => ({
      eventId,
      state: 'done',
      repId: '100001',
      startsAt: START,
      endsAt: END,
      bookingId: String(70_000_000 + eventId),
    })),
  );
  const attempts = await database.db.select().from(syncAttempts).orderBy(asc(syncAttempts.eventId));
  expect(attempts).toMatchObject(
    eventIds.map((eventId) => ({ eventId, number: 1, outcome: 'done', summary: 'booked' })),
  );
  for (const { scheduleId } of attempts)
    expect(await database.db.$count(schedules, eq(schedules.id, need(scheduleId)))).toBe(1);
  expect(await database.db.$count(events, eq(events.condition, 'Scheduled'))).toBe(3);
  // Whatever waited for these events has nothing left to do.
  expect(await queuedJobs(database.db)).toEqual([]);
});

test('of several who ask for the lease of one event at once, one gets it', async () => {
  const [eventId = 0] = eventIds;
  const leases = await Promise.all([take(eventId), take(eventId), take(eventId)]);
  expect(leases.filter((one) => typeof one === 'object')).toHaveLength(1);
  expect(leases.filter((one) => one === 'busy')).toHaveLength(2);
  expect(await database.db.$count(syncAttempts)).toBe(1);
});

test('an event that somebody has locked holds up nobody else', async () => {
  const [locked = 0, free = 0] = eventIds;
  const over = await inOpenTransaction(async (tx) => {
    await tx.select().from(eventSyncs).where(eq(eventSyncs.eventId, locked)).for('update');
  });
  const waiting = taken(locked);
  const lease = await taken(free);
  await confirm(lease, await journal(lease));
  expect(await states()).toEqual(['pending', 'synced', 'pending']);
  await over();
  expect(await waiting).toMatchObject({ eventId: locked });
});

test('of writes that are confirmed at once, each is finished only where nobody else touched its event', async () => {
  const leases = await Promise.all(eventIds.map(taken));
  const steps = await Promise.all(leases.map(journal));
  const [moved = 0, robbed = 0] = eventIds;
  await database.db.transaction((tx) => wantChanges(tx, [{ eventId: moved, task: 'sync_schedule_update' }]));
  await database.db
    .update(eventSyncs)
    .set({ leaseOwner: 'somebody else' })
    .where(eq(eventSyncs.eventId, robbed));
  const [first, second, third] = await Promise.allSettled(
    leases.map((lease, n) => confirm(lease, need(steps[n]))),
  );
  expect(first).toMatchObject({ status: 'fulfilled', value: null });
  expect(second).toMatchObject({ status: 'rejected', reason: expect.any(LeaseLostError) });
  expect(third).toMatchObject({ status: 'fulfilled', value: { clickToSyncedMs: expect.any(Number) } });
  expect(await states()).toEqual(['pending', 'pending', 'synced']);
  const journalled = await database.db.select().from(syncSteps).orderBy(asc(syncSteps.eventId));
  expect(journalled.map(({ state }) => state)).toEqual(['done', 'unknown', 'done']);
});

test('a late answer of a worker that lost the event keeps it from being finished, whenever it comes', async () => {
  const [eventId = 0] = eventIds;
  const former = await taken(eventId);
  const late = await journal(former);
  await database.db.update(eventSyncs).set({ leaseUntil: '2026-01-01T00:00:00Z' });
  const lease = await taken(eventId);
  await ledger.commitObservation(lease, null, [{ id: late, state: 'settled' }]);
  const step = await journal(lease);
  await expect(confirm(former, late)).rejects.toThrow(LeaseLostError);
  expect(await confirm(lease, step)).toBeNull();
  expect((await states())[0]).toBe('pending');
});

test('a lease comes with the event as it is, unless that changed while it was being taken', async () => {
  const [eventId = 0, other = 0] = eventIds;
  expect((await taken(other)).state).toEqual(await beforeTaken(other));
  // The statement that takes the lease waits for this change, and has read what was there before
  // it.
  const over = await inOpenTransaction(async (tx) => {
    await wantChanges(tx, [{ eventId, task: 'sync_schedule_update' }]);
  });
  const waiting = taken(eventId);
  await vi.waitFor(
    async () =>
      expect(
        await database.sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      ).toHaveLength(1),
    { timeout: 10_000 },
  );
  await over();
  expect((await waiting).state).toBeNull();
  expect((await ledger.readEvent(eventId))?.sync.wantedVersion).toBe(2);
});

test('what a cut connection left open is not done again by itself', async () => {
  const [first = 0, second = 0] = eventIds;
  const over = await inOpenTransaction(async (tx) => {
    await tx.execute(sql`lock table sync_attempts in exclusive mode`);
  });
  const both = Promise.allSettled([take(first), take(second)]);
  const cut = () => database.sql<{ n: number }[]>`
    select count(pg_terminate_backend(pid))::int n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await vi.waitFor(async () => expect((await cut())[0]?.n).toBe(1), { timeout: 10_000 });
  const [one, two] = await both;
  expect(one).toMatchObject({ status: 'rejected' });
  expect(two).toMatchObject({ status: 'rejected', reason: (one as PromiseRejectedResult).reason });
  await over();
  expect(await database.db.$count(syncAttempts)).toBe(0);
});

test('what can’t be written for one is that one’s failure alone', async () => {
  const [good = 0] = eventIds;
  const [kept, failed] = await Promise.allSettled([take(good), take(2 ** 40)]);
  expect(kept).toMatchObject({ status: 'fulfilled', value: { eventId: good } });
  expect(failed.status).toBe('rejected');
});

test('words that Postgres would refuse end their event like any others, cleaned wherever they are kept', async () => {
  const words = 'no such rep:\u0000"Ada\ud800"\r\nask again';
  const clean = 'no such rep: "Ada�" ask again';
  const [refused = 0, removed = 0, booked = 0] = await Promise.all(eventIds.map(taken));
  if (!refused || !removed || !booked) throw new Error('Three leases were expected.');
  await ledger.settleStep(refused, await journal(refused), { state: 'refused', detail: words });
  await ledger.finishFailed(refused, {
    version: 1,
    kind: 'rejected',
    reason: words,
    decide: () => ({ dead: true }),
  });
  await ledger.finishSynced(removed, { version: 1, condition: 'Unstaffed', outcome: 'done', summary: words });
  const held = {
    bookingId: '70000001' as BookingId,
    repId: write.repId,
    startsAt: START,
    endsAt: END,
    names: 'Ada',
  };
  const finish = { version: 1, condition: 'Scheduled', outcome: 'done', summary: words } as const;
  await ledger.settleAndFinish(booked, await journal(booked), { bookingId: held.bookingId, held }, finish);

  expect(await states()).toEqual(['failed', 'synced', 'synced']);
  expect(await ledger.readEvent(refused.eventId)).toMatchObject({ sync: { failureReason: clean } });
  const kept = await database.db.select().from(syncAttempts).orderBy(asc(syncAttempts.eventId));
  expect(kept.map(({ failureReason, summary }) => failureReason ?? summary)).toEqual([clean, clean, clean]);
  expect(
    (await database.db.select().from(syncSteps).where(eq(syncSteps.eventId, refused.eventId)))[0]?.detail,
  ).toBe(clean);
  expect((await queuedJobs(database.db)).map(({ lastError }) => lastError)).toContain(clean);
});
