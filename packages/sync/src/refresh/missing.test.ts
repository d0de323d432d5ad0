import type { CrossmarkClient } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { events, refreshRuns } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { addDays, type WorkDate, workDateOf } from '@scheduler/scheduling';
import { eq, isNotNull, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addStore, clearTables, clientOf, contextOf, jobOf, need, STORE } from '../../test/fixture.ts';
import { DEFAULT_CONFIRM_AFTER_MS, type SyncContext } from '../context.ts';
import { requestRefresh } from '../queue/enqueue.ts';
import { markGone, readQuestion } from './missing.ts';
import { refresh, refreshOnTick } from './refresh.ts';

const today: WorkDate = workDateOf(currentInstant(), 'UTC');
const PLANS = Array.from({ length: 60 }, (_, n) => ({
  mplanId: String(40_000_000 + n),
  storeId: STORE.crossmarkStoreId,
  name: `Event ${n} - Freeosk`,
  startsOn: addDays(today, 1),
  dueOn: addDays(today, 14),
}));

let database: TestDatabase;
let simulator: Simulator;
let client: CrossmarkClient;
let ctx: SyncContext;

beforeAll(async () => {
  database = await createTestDatabase();
  await addStore(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, refresh_runs');
  simulator = createSimulator({
    state: {
      stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }],
      plans: PLANS,
    },
  });
  await simulator.listen();
  client = clientOf(simulator.url);
  ctx = contextOf(database.db, client);
  await read();
});
afterEach(async () => {
  await client.close();
  await simulator.close();
});

const job = jobOf('refresh_events');
async function read(using: SyncContext = ctx) {
  const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
  expect(await refresh(using, runId, job)).toMatchObject({ outcome: 'done' });
  return need(await database.db.query.refreshRuns.findFirst({ where: eq(refreshRuns.id, runId) }));
}
const readingsMade = () => simulator.log.filter(({ call }) => call === 'getPlanningMplans').length / 2;
const remove = (first: number, last: number) => {
  for (const { mplanId } of PLANS.slice(first, last)) simulator.removePlan(mplanId, STORE.crossmarkStoreId);
};
const goneCount = () => database.db.$count(events, isNotNull(events.goneSince));
const stateOf = async (runId: number) =>
  (await database.db.query.refreshRuns.findFirst({ where: eq(refreshRuns.id, runId) }))?.state;
const decide = (question: { runId: number; digest: string }) =>
  database.db.transaction((tx) => markGone(tx, question));

describe('a list that lacks very many events', () => {
  test('once is read again at once, and nothing is missing', async () => {
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'empty', reading: 'list' });
    simulator.clearLog();
    expect(await read()).toMatchObject({
      state: 'done',
      read: 60,
      total: 60,
      unchanged: 60,
      gone: 0,
      unconfirmed: 0,
    });
    expect(readingsMade()).toBe(2);
    expect(await readQuestion(database.db)).toBeNull();
    expect(await database.db.$count(events, eq(events.missingRuns, 0))).toBe(60);
  });

  test('twice is a question for a person: nothing is marked as gone, however often it is read', async () => {
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'empty', reading: 'list', times: null });
    const first = await read();
    expect(first).toMatchObject({ state: 'needs_decision', gone: 0, unconfirmed: 0 });
    expect(first.missing).toHaveLength(60);
    expect(first.finishedAt).not.toBeNull();
    const second = await read();
    expect(second.state).toBe('needs_decision');
    expect(await stateOf(first.id)).toBe('superseded');
    expect(await database.db.$count(events, eq(events.missingRuns, 0))).toBe(60);
    expect(await readQuestion(database.db)).toMatchObject({ runId: second.id, eventIds: second.missing });
    // A tick of before it has its answer; the next hour asks Crossmark again.
    const tick = (minutes: number) => new Date(currentTimeMs() + minutes * 60_000).toISOString();
    expect(await refreshOnTick(ctx, tick(-60))).toMatchObject({ outcome: 'nothing' });
    expect(await refreshOnTick(ctx, tick(60))).toMatchObject({ outcome: 'done' });
  });

  test('is answered by a later complete reading that lists them', async () => {
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'empty', reading: 'list', times: null });
    const run = await read();
    const question = need(await readQuestion(database.db));
    simulator.clearFaults();
    expect(await read()).toMatchObject({ state: 'done', unchanged: 60, gone: 0 });
    expect(await stateOf(run.id)).toBe('superseded');
    expect(await readQuestion(database.db)).toBeNull();
    expect(await decide(question)).toBeNull();
    expect(await goneCount()).toBe(0);
  });

  test('stays a question where a later reading breaks off', async () => {
    remove(0, 30);
    const run = await read();
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'status', status: 503, times: null });
    const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
    expect(await refresh(ctx, runId, job)).toMatchObject({ outcome: 'retry' });
    expect(await readQuestion(database.db)).toMatchObject({ runId: run.id });
  });

  test('a person marks exactly those as gone that they were shown', async () => {
    remove(0, 30);
    await read();
    const question = need(await readQuestion(database.db));
    expect(question.eventIds).toHaveLength(30);
    expect(await decide({ ...question, digest: 'another list' })).toBeNull();
    expect(await decide({ ...question, runId: question.runId + 1 })).toBeNull();
    expect(await goneCount()).toBe(0);
    expect(await decide(question)).toEqual(question.eventIds);
    expect(await goneCount()).toBe(30);
    expect(await database.db.$count(events, eq(events.missingRuns, 2))).toBe(30);
    expect(
      await database.db.query.refreshRuns.findFirst({ where: eq(refreshRuns.id, question.runId) }),
    ).toMatchObject({
      state: 'done',
      gone: 30,
    });
    expect(await decide(question)).toBeNull();
    expect(await read()).toMatchObject({ state: 'done', unchanged: 30, gone: 0, unconfirmed: 0 });
    // They come back as any event that was gone.
    simulator.putPlans(PLANS);
    expect(await read()).toMatchObject({ state: 'done', updated: 30 });
    expect(await goneCount()).toBe(0);
  });

  test('a list that changed since it was shown isn’t decided by', async () => {
    remove(0, 30);
    await read();
    const question = need(await readQuestion(database.db));
    await database.db
      .update(events)
      .set({ goneSince: sql`app_now()` })
      .where(eq(events.id, need(question.eventIds[0])));
    expect(await decide(question)).toBeNull();
    expect(await goneCount()).toBe(1);
    expect(await decide(need(await readQuestion(database.db)))).toHaveLength(29);
  });

  test('of two who decide at once, one does', async () => {
    remove(0, 30);
    await read();
    const question = need(await readQuestion(database.db));
    const decided = await Promise.all([decide(question), decide(question)]);
    expect(decided.filter((ids) => ids !== null)).toHaveLength(1);
  });
});

describe('what goes without a question', () => {
  test('20 events, as after two readings', async () => {
    remove(0, 20);
    expect(await read()).toMatchObject({ state: 'done', gone: 0, unconfirmed: 20 });
    expect(await read()).toMatchObject({ state: 'done', gone: 20, unconfirmed: 0 });
  });

  test('not before a reading late enough after the first that lacked them, however many come before it', async () => {
    const apart = { ...ctx, settings: { ...ctx.settings, confirmAfterMs: DEFAULT_CONFIRM_AFTER_MS } };
    remove(0, 1);
    for (const _ of [1, 2, 3]) expect(await read(apart)).toMatchObject({ gone: 0, unconfirmed: 1 });
    simulator.putPlans(need(PLANS[0]));
    await read(apart);
    remove(0, 1);
    expect(await read(apart)).toMatchObject({ gone: 0, unconfirmed: 1 });
    await database.db
      .update(events)
      .set({ missingSince: sql`missing_since - ${DEFAULT_CONFIRM_AFTER_MS} * interval '1 millisecond'` });
    expect(await read(apart)).toMatchObject({ gone: 1, unconfirmed: 0 });
  });

  test('more than 20 where they are no tenth of those known', async () => {
    const many = Array.from({ length: 240 }, (_, n) => ({
      ...need(PLANS[0]),
      mplanId: String(41_000_000 + n),
    }));
    simulator.putPlans(many);
    await read();
    remove(0, 30);
    expect(await read()).toMatchObject({ state: 'done', gone: 0, unconfirmed: 30 });
    remove(30, 31);
    expect(await read()).toMatchObject({ state: 'needs_decision' });
    simulator.putPlans(need(PLANS[30]));
    expect(await read()).toMatchObject({ state: 'done', gone: 30, unconfirmed: 0 });
  });
});
