import { type CrossmarkClient, mplanId } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { events, refreshRuns } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { desc, eq, isNull, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { addStore, clearTables, clientOf, contextOf, jobOf, need, STORE } from '../../test/fixture.ts';
import type { SyncContext } from '../context.ts';
import { requestRefresh } from '../queue/enqueue.ts';
import { refresh } from '../refresh/refresh.ts';

const today = workDateOf(currentInstant(), 'UTC');
const URL = 'https://files.example.test/a.pdf';
/** The list shows no link, though there is one. */
const HIDDEN = { row: { salesTools: [] } };
const plan = (number: number, more: object = {}) => ({
  mplanId: String(40_000_000 + number),
  storeId: STORE.crossmarkStoreId,
  name: `Event ${number} - Freeosk`,
  startsOn: addDays(today, 1),
  dueOn: addDays(today, 14),
  ...more,
});

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
    state: { stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }] },
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
const linkOf = async (number: number) =>
  need(
    await database.db.query.events.findFirst({
      where: eq(events.mplanId, mplanId(40_000_000 + number)),
    }),
  ).instructionsUrl;
/** How many events each call asked about. */
const requests = () =>
  simulator.log
    .filter(({ call }) => call === 'bulkPrintMplanLocations')
    .map(({ params }) => JSON.parse(params.mplanLocationIDs ?? '[]').length);
const dayLater = () =>
  database.db
    .update(events)
    .set({ instructionsAskedAt: sql`${events.instructionsAskedAt} - interval '24 hours'` });

test('a link that the list lacks is fetched after a refresh, kept, and asked for no more', async () => {
  simulator.putPlans([
    plan(1, { ...HIDDEN, instructionsUrl: URL }),
    plan(2, { instructionsUrl: `${URL}?2` }),
  ]);
  await refreshNow();
  expect([await linkOf(1), await linkOf(2)]).toEqual([URL, `${URL}?2`]);
  expect(requests()).toEqual([1]);
  await refreshNow();
  await dayLater();
  await refreshNow();
  expect(await linkOf(1)).toBe(URL);
  expect(requests()).toEqual([1]);
});

test('a list that tells a link later wins; one that tells none takes nothing away', async () => {
  simulator.putPlans(plan(1, { ...HIDDEN, instructionsUrl: URL }));
  await refreshNow();
  simulator.putPlans(plan(1, { row: {}, instructionsUrl: `${URL}?new` }));
  await refreshNow();
  expect(await linkOf(1)).toBe(`${URL}?new`);
  simulator.putPlans(plan(1, { row: {}, instructionsUrl: null, condition: 'Paused' }));
  await refreshNow();
  expect(await linkOf(1)).toBe(`${URL}?new`);
});

test('an event without instructions is asked about once a day, not with each refresh', async () => {
  simulator.putPlans(plan(1));
  await refreshNow();
  await refreshNow();
  expect(requests()).toEqual([1]);
  simulator.putPlans(plan(1, { ...HIDDEN, instructionsUrl: URL }));
  await dayLater();
  await refreshNow();
  expect(requests()).toEqual([1, 1]);
  expect(await linkOf(1)).toBe(URL);
});

test('a call that fails harms nothing: the refresh is done, and the next one asks again', async () => {
  simulator.putPlans(plan(1, { ...HIDDEN, instructionsUrl: URL }));
  simulator.addFaults({ call: 'bulkPrintMplanLocations', kind: 'status', status: 500, times: 1 });
  await refreshNow();
  expect(await linkOf(1)).toBeNull();
  expect(await database.db.query.refreshRuns.findFirst({ orderBy: desc(refreshRuns.id) })).toMatchObject({
    state: 'done',
    created: 1,
    failureReason: null,
  });
  await refreshNow();
  expect(await linkOf(1)).toBe(URL);
});

test('whatever goes wrong with it, the refresh is done', async () => {
  simulator.putPlans(plan(1, { ...HIDDEN, instructionsUrl: URL }));
  ctx.crossmark = { ...client, instructions: () => Promise.reject(new TypeError('a mistake of ours')) };
  await refreshNow();
  expect(await database.db.query.refreshRuns.findFirst()).toMatchObject({ state: 'done' });
  expect(await linkOf(1)).toBeNull();
});

test('many are asked about in batches, of which one that fails leaves the others be', async () => {
  simulator.putPlans(
    Array.from({ length: 120 }, (_, n) => plan(n, { ...HIDDEN, instructionsUrl: `${URL}?${n}` })),
  );
  simulator.addFaults({ call: 'bulkPrintMplanLocations', kind: 'status', status: 500, times: 1 });
  await refreshNow();
  expect(requests()).toEqual([50, 50, 20]);
  expect(await database.db.$count(events, isNull(events.instructionsUrl))).toBe(50);
  await refreshNow();
  expect(await database.db.$count(events, isNull(events.instructionsUrl))).toBe(0);
  expect(await linkOf(77)).toBe(`${URL}?77`);
});

test('nobody is asked about work that is over, closed, gone or not named yet', async () => {
  const hidden = { ...HIDDEN, instructionsUrl: URL };
  simulator.putPlans([
    plan(1, { ...hidden, startsOn: addDays(today, -9), dueOn: addDays(today, -2) }),
    plan(2, { ...hidden, condition: 'Canceled' }),
  ]);
  await refreshNow();
  expect(requests()).toEqual([]);
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd'])(
  'a link like %s is none',
  async (instructionsUrl) => {
    simulator.putPlans(plan(1, { ...HIDDEN, instructionsUrl }));
    await refreshNow();
    expect(await linkOf(1)).toBeNull();
  },
);

test('an answer about other plans than were asked for is not believed', async () => {
  simulator.putPlans(plan(1, HIDDEN));
  const crossed = { mplanId: mplanId(40_000_009), instructionsUrl: URL };
  ctx.crossmark = { ...client, instructions: async () => [crossed] };
  await refreshNow();
  expect(await linkOf(1)).toBeNull();
  const [event] = await database.db.select().from(events);
  expect(event?.instructionsAskedAt).toBeNull();
});
