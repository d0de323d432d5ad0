import type { CrossmarkClient } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { events, schedules } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, EVENT_RULES_VERSION, instantAt, workDateOf } from '@scheduler/scheduling';
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
  need,
  queuedJobs,
  STORE,
} from '../../test/fixture.ts';
import type { SyncContext } from '../context.ts';
import { requestRefresh } from '../queue/enqueue.ts';
import { applyEventRules } from './event-rules.ts';
import { refresh } from './refresh.ts';

const today = workDateOf(currentInstant(), 'UTC');
const SUPERVISOR = '612345-Acme-Oat Bars (260105123456)  - V2-SUPE';
const plan = (mplanId: string, name: string) => ({
  mplanId,
  storeId: STORE.crossmarkStoreId,
  name,
  startsOn: addDays(today, 1),
  dueOn: addDays(today, 14),
});
const { signal } = new AbortController();

let database: TestDatabase;
let simulator: Simulator;
let client: CrossmarkClient;
let ctx: SyncContext;
let storeId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, refresh_runs');
  simulator = createSimulator({
    state: {
      stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }],
      plans: [plan('40000001', SUPERVISOR)],
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

async function refreshNow() {
  const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
  const ended = await refresh(ctx, runId, jobOf('refresh_events'));
  expect(ended).toMatchObject({ outcome: 'done' });
}
const only = async () => {
  const rows = await database.db.select().from(events);
  expect(rows).toHaveLength(1);
  return need(rows[0]);
};
/** An event as an older version of the rules left it. */
const judgedBefore = (values: Partial<typeof events.$inferInsert>) =>
  database.db.update(events).set({ type: 'Other', durationMinutes: 60, rulesVersion: 0, ...values });

describe('an event that older rules judged', () => {
  test('is judged anew by the next refresh: type, number and minutes follow its name', async () => {
    await refreshNow();
    await judgedBefore({ eventNumber: null });
    await refreshNow();
    expect(await only()).toMatchObject({
      type: 'Supervisor',
      eventNumber: '612345',
      durationMinutes: 5,
      rulesVersion: EVENT_RULES_VERSION,
    });
  });

  test('keeps the times of its schedule, and nothing of it is sent anew', async () => {
    const eventId = await addEvent(database.db, { storeId, mplanId: '40000001', name: SUPERVISOR });
    const employeeId = await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' });
    const startsAt = instantAt(addDays(today, 5), '12:00', STORE.timeZone);
    await database.db.transaction((tx) => addSchedule(tx, { eventId, employeeId, startsAt, minutes: 60 }));
    const before = await database.db.select().from(schedules);
    const jobs = await queuedJobs(database.db);
    await judgedBefore({});
    expect(await applyEventRules(database.db, signal)).toBe(1);
    expect(await only()).toMatchObject({ type: 'Supervisor', durationMinutes: 5 });
    expect(await database.db.select().from(schedules)).toEqual(before);
    expect(await queuedJobs(database.db)).toEqual(jobs);
  });

  test('keeps a type that a person chose and minutes that a file told', async () => {
    await refreshNow();
    await judgedBefore({ type: 'Core', typeByHand: true, durationMinutes: 200, durationSource: 'file' });
    await refreshNow();
    expect(await only()).toMatchObject({ type: 'Core', typeByHand: true, durationMinutes: 200 });
  });

  test('is one of thousands: they are judged in batches, each once', async () => {
    await database.db.execute(sql`
      insert into events (store_id, mplan_id, name, type, starts_on, due_on, duration_minutes)
      select ${storeId}, (70000000 + n)::text, ${SUPERVISOR}, 'Other', '2026-01-01', '2026-01-08', 60
      from generate_series(1, 2500) n`);
    expect(await applyEventRules(database.db, signal)).toBe(2500);
    const old = await database.db.$count(events, sql`type <> 'Supervisor' or duration_minutes <> 5`);
    expect(old).toBe(0);
    expect(await applyEventRules(database.db, signal)).toBe(0);
  });

  test('that a newer version of this product judged is left alone', async () => {
    await refreshNow();
    await judgedBefore({ rulesVersion: EVENT_RULES_VERSION + 1 });
    await refreshNow();
    expect(await only()).toMatchObject({ type: 'Other', rulesVersion: EVENT_RULES_VERSION + 1 });
  });
});

describe('a type that a person chose', () => {
  test('is kept by a refresh, also when Crossmark gives the event another name', async () => {
    await refreshNow();
    await database.db.update(events).set({ type: 'Freeosk', typeByHand: true, durationMinutes: 15 });
    await refreshNow();
    expect(await only()).toMatchObject({ type: 'Freeosk', durationMinutes: 15 });
    simulator.putPlans(plan('40000001', '612345-Acme-Oat Bars (260105123456)  - V2-CORE'));
    await refreshNow();
    expect(await only()).toMatchObject({
      name: '612345-Acme-Oat Bars (260105123456)  - V2-CORE',
      type: 'Freeosk',
      typeByHand: true,
      durationMinutes: 15,
    });
  });

  test('does not keep a refresh from naming an event that a file brought', async () => {
    await addEvent(database.db, {
      storeId,
      mplanId: null,
      name: SUPERVISOR,
      startsOn: addDays(today, 1),
      dueOn: addDays(today, 14),
    });
    await database.db.update(events).set({ type: 'Other', typeByHand: true });
    await refreshNow();
    expect(await only()).toMatchObject({ mplanId: '40000001', type: 'Other', typeByHand: true });
  });
});

test('a new name that tells another type changes it; minutes that a file told stay', async () => {
  await refreshNow();
  await database.db.update(events).set({ durationMinutes: 7, durationSource: 'file' });
  simulator.putPlans(plan('40000001', '612345-Acme-Oat Bars (260105123456)  - V2-CORE'));
  await refreshNow();
  expect(await only()).toMatchObject({ type: 'Core', durationMinutes: 7 });
});
