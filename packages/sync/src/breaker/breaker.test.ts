import { type CrossmarkClient, CrossmarkError } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { crossmarkBreakers, eventSyncs, refreshRuns, syncAttempts } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { eq } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  addEmployee,
  addEvent,
  addSchedule,
  addStore,
  clearTables,
  clientOf,
  contextOf,
  jobOf as job,
  need,
  queuedJobs,
  STORE,
} from '../../test/fixture.ts';
import type { SyncContext } from '../context.ts';
import { enqueueEmployee, requestRefresh, requestRepReading, wantChange } from '../queue/enqueue.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { refresh } from '../refresh/refresh.ts';
import { syncEmployee } from '../reps/link-employee.ts';
import { readRepList } from '../reps/rep-list.ts';
import { type Breaker, type BreakerPolicy, createBreaker, DEFAULT_BREAKER_POLICY } from './breaker.ts';
import { holdCalls, letCallsPass } from './manual.ts';
import { readReachability } from './reachability.ts';
import { CrossmarkUnreachableError } from './unreachable.ts';

const POLICY: BreakerPolicy = { ...DEFAULT_BREAKER_POLICY, failures: 3 };
const at1045 = '2026-01-05T15:45:00.000Z';

let database: TestDatabase;
let simulator: Simulator;
let clients: CrossmarkClient[];
let ada: number;
let storeId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
  ada = await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' });
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, crossmark_breakers, refresh_runs, rep_readings, sync_attempts');
  simulator = createSimulator({
    state: {
      stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }],
      reps: [{ repId: '100001', employeeNumber: 'US100001', firstName: 'Ada', lastName: 'Example' }],
      plans: Array.from({ length: 5 }, (_, n) => ({
        mplanId: String(40000001 + n),
        storeId: STORE.crossmarkStoreId,
        name: 'Oat Bars',
        startsOn: '2026-01-01',
        dueOn: '2026-01-15',
      })),
    },
  });
  await simulator.listen();
  clients = [];
});
afterEach(async () => {
  for (const client of clients) await client.close();
  await simulator.close();
});

interface Process {
  breaker: Breaker;
  client: CrossmarkClient;
  ctx: SyncContext;
  tend(): Promise<number>;
}

/**
 * Makes what one worker has: a breaker and a client of its own. Workers share only the database.
 */
function worker(policy: Partial<BreakerPolicy> = {}): Process {
  const log = pino({ level: 'silent' });
  const breaker = createBreaker({
    db: database.db,
    baseUrl: simulator.url,
    log,
    policy: { ...POLICY, ...policy },
  });
  const client = clientOf(simulator.url, { timeouts: { connectMs: 1_000, callMs: 2_000 }, guard: breaker });
  clients.push(client);
  const ctx = { ...contextOf(database.db, client), log };
  return { breaker, client, ctx, tend: () => breaker.tend((signal) => client.ping({ signal })) };
}

const failing = (fault: Partial<Parameters<Simulator['addFaults']>[0] & object> = {}) =>
  simulator.addFaults({ kind: 'status', status: 503, times: null, ...fault });
const failed = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );
const row = async () => need((await database.db.select().from(crossmarkBreakers))[0]);
/** Makes the probe due, as if the time until it had passed. */
const probeIsDue = () =>
  database.sql`update crossmark_breakers set probe_at = app_now() - interval '1 second'`;

/** Opens the breaker by failing calls, and dates that half an hour back. */
async function outage(one: Process): Promise<void> {
  await one.client.ping();
  failing();
  for (let n = 0; n < POLICY.failures; n++) await failed(one.client.ping());
  expect((await row()).state).toBe('open');
  await database.sql`update crossmark_breakers set
    failing_since = failing_since - interval '30 minutes', opened_at = opened_at - interval '30 minutes'`;
  simulator.clearLog();
}

async function decide(plan = '40000001'): Promise<number> {
  const eventId = await addEvent(database.db, { storeId, mplanId: plan });
  await database.db.transaction(async (tx) => {
    await addSchedule(tx, { eventId, employeeId: ada, startsAt: at1045 });
    await wantChange(tx, { eventId, task: 'sync_schedule' });
  });
  return eventId;
}
const sync = async (eventId: number) =>
  need(await database.db.query.eventSyncs.findFirst({ where: eq(eventSyncs.eventId, eventId) }));

/**
 * Nobody waits for answers to be counted, so one that is counted late would begin a row of failures
 * anew.
 */
const counted = () =>
  vi.waitFor(async () => expect((await row()).windowCalls).toBe(simulator.log.length), 60_000);

test('failed calls in a row open it for all workers, whoever’s calls they were', async () => {
  const [one, other] = [worker(), worker()];
  await one.client.ping();
  await other.client.ping();
  await counted();
  failing();
  await failed(one.client.ping());
  await failed(other.client.ping());
  expect((await row()).state).toBe('closed');
  await failed(one.client.ping());
  expect(await row()).toMatchObject({ state: 'open', lastFailure: expect.stringContaining('503') });
  simulator.clearLog();
  expect(await failed(other.client.ping())).toBeInstanceOf(CrossmarkUnreachableError);
  expect(simulator.log).toEqual([]);
});

test('an answer in between starts the count anew; a refusal and a session that is over are answers', async () => {
  const { client } = worker({ failures: 2, windowCalls: 1_000 });
  await client.ping();
  for (let n = 0; n < 4; n++) {
    failing({ call: 'getPlanningMplans', times: 1 });
    await failed(client.ping());
    if (n % 2) simulator.expireSessions();
    await client.ping();
    await counted();
  }
  expect((await row()).state).toBe('closed');
});

test('half of a window’s calls failing opens it, however they alternate', async () => {
  const { client } = worker({ failures: 100, windowCalls: 8 });
  await client.ping();
  // The sign-in's two calls and this one: nobody waits for answers to be counted.
  await vi.waitFor(async () => expect((await row()).windowCalls).toBe(3));
  await database.sql`update crossmark_breakers set window_calls = 0`;
  for (let pair = 1; pair <= 4; pair++) {
    expect((await row()).state).toBe('closed');
    await client.ping();
    failing({ times: 1 });
    await failed(client.ping());
  }
  expect(await row()).toMatchObject({ state: 'open', windowCalls: 8, windowFailures: 4 });
});

test('failures of a window long past count no more', async () => {
  const { client } = worker({ failures: 100, windowCalls: 4 });
  await client.ping();
  failing({ times: 3 });
  await failed(client.ping());
  await database.sql`update crossmark_breakers set window_started_at = app_now() - interval '2 minutes'`;
  await failed(client.ping());
  await failed(client.ping());
  expect(await row()).toMatchObject({ state: 'closed', windowCalls: 2, windowFailures: 2 });
});

test('what we cancel ourselves says nothing about Crossmark', async () => {
  const { client } = worker({ failures: 1 });
  await client.ping();
  failing({ kind: 'hang' });
  expect(await failed(client.ping({ signal: AbortSignal.timeout(50) }))).toBeInstanceOf(CrossmarkError);
  expect((await row()).state).toBe('closed');
});

test('a restart forgets nothing: a new process sends nothing while it is open', async () => {
  await outage(worker());
  const fresh = worker();
  expect(await failed(fresh.client.ping())).toBeInstanceOf(CrossmarkUnreachableError);
  expect(await fresh.tend()).toBe(0);
  expect(simulator.log).toEqual([]);
});

test('while it is open a job waits: no attempt spent, no call made, and the reason says since when', async () => {
  const one = worker();
  await outage(one);
  await database.sql`update crossmark_breakers set failing_since = ${at1045}`;
  const eventId = await decide();
  for (let n = 0; n < 3; n++)
    expect(await reconcile(one.ctx, eventId, job())).toMatchObject({ outcome: 'waiting' });
  expect(await sync(eventId)).toMatchObject({
    state: 'waiting',
    attempts: 0,
    nextAttemptAt: null,
    leaseOwner: null,
    failureKind: 'transient',
    failureReason:
      'Crossmark has not answered since Mon Jan 5, 10:45 AM. Your change is saved and goes out by itself.',
  });
  expect(await database.db.select().from(syncAttempts)).toMatchObject(
    [1, 2, 3].map(() => ({ outcome: 'waiting', number: 1 })),
  );
  expect(await queuedJobs(database.db)).toMatchObject([{ key: `event:${eventId}`, attempts: 0 }]);
  expect(simulator.log).toEqual([]);
});

test('of all workers one makes the probe that is due, and one that fails puts the next one off', async () => {
  const workers = Array.from({ length: 4 }, () => worker());
  await outage(need(workers[0]));
  await probeIsDue();
  // Long enough for all to have a look while the probe is under way.
  simulator.configure({ latencyMs: { '*': 300 } });
  const beforeMs = currentTimeMs();
  await Promise.all(workers.flatMap((one) => [one.tend(), failed(one.client.ping()), one.tend()]));
  expect(simulator.log).toHaveLength(1);
  expect(await row()).toMatchObject({ state: 'open', probeOwner: null });
  expect(Date.parse(need((await row()).probeAt))).toBeGreaterThan(beforeMs + POLICY.probeMs / 2);
});

test('a job never is the probe: it waits unspent also when one is due', async () => {
  const one = worker();
  await outage(one);
  await probeIsDue();
  const eventId = await decide();
  expect(await reconcile(one.ctx, eventId, job())).toMatchObject({ outcome: 'waiting' });
  expect(await sync(eventId)).toMatchObject({ state: 'waiting', attempts: 0 });
  expect(simulator.log).toEqual([]);
});

test('a probe signs in where it must, and closes only once Crossmark works', async () => {
  const one = worker();
  await outage(one);
  simulator.clearFaults();
  simulator.expireSessions();
  failing({ call: 'getUserInfo', times: 1 });
  await probeIsDue();
  await one.tend();
  expect(await row()).toMatchObject({ state: 'open', probeOwner: null });
  await probeIsDue();
  await one.tend();
  expect((await row()).state).toBe('closed');
});

test('a probe whose worker died is made again by another one', async () => {
  const [one, other] = [worker(), worker()];
  await outage(one);
  simulator.clearFaults();
  await database.sql`update crossmark_breakers
    set probe_at = app_now() - interval '1 second', probe_owner = 'dead', probe_until = app_now() + interval '1 minute'`;
  expect(await failed(other.client.ping())).toBeInstanceOf(CrossmarkUnreachableError);
  await database.sql`update crossmark_breakers set probe_until = app_now() - interval '1 second'`;
  await other.tend();
  expect((await row()).state).toBe('closed');
});

test('a probe that is answered releases at once all that waits, and it goes out', async () => {
  const one = worker();
  await outage(one);
  const heldBack = [await decide('40000001'), await decide('40000002')];
  for (const eventId of heldBack) await reconcile(one.ctx, eventId, job());
  // Failed before it opened: its next attempt would be in an hour.
  const backingOff = await decide('40000003');
  await database.sql`
    update event_syncs set state = 'waiting', tries = 4, failure_kind = 'transient', failure_reason = 'x',
      failing_since = app_now() - interval '40 minutes', next_try_at = app_now() + interval '1 hour'
    where event_id = ${backingOff}`;
  // These wait for a person, or for the sign-in.
  const dead = await decide('40000004');
  await database.sql`update event_syncs set state = 'failed', failure_kind = 'rejected' where event_id = ${dead}`;
  const signIn = await decide('40000005');
  await database.sql`
    update event_syncs set state = 'waiting', failure_kind = 'session', next_try_at = app_now() + interval '1 hour'
    where event_id = ${signIn}`;
  await database.sql`delete from graphile_worker._private_jobs where key in (${`event:${dead}`}, ${`event:${signIn}`})`;
  expect(await readReachability(database.db)).toMatchObject({ state: 'unreachable', waiting: 3 });

  simulator.clearFaults();
  await probeIsDue();
  expect(await one.tend()).toBe(3);
  expect(await readReachability(database.db)).toMatchObject({ state: 'reachable', since: null, waiting: 3 });
  const jobs = await queuedJobs(database.db);
  expect(jobs.map((one) => one.key).sort()).toEqual([...heldBack, backingOff].map((id) => `event:${id}`));
  for (const { runAt } of jobs) expect(Date.parse(runAt)).toBeLessThanOrEqual(currentTimeMs() + 1_000);
  // Its attempts still count.
  expect(await sync(backingOff)).toMatchObject({ state: 'pending', attempts: 4 });
  for (const eventId of [...heldBack, backingOff])
    expect(await reconcile(one.ctx, eventId, job())).toMatchObject({ outcome: 'done' });
  expect(simulator.state.bookings).toHaveLength(3);
  expect(await sync(dead)).toMatchObject({ state: 'failed' });
  expect(await sync(signIn)).toMatchObject({ state: 'waiting' });
});

test('only the time in which an attempt was held back is left out of its budget, whoever’s failures opened the breaker', async () => {
  const one = worker();
  await outage(one);
  const [heldBack, backingOff] = [await decide('40000001'), await decide('40000002')];
  await database.sql`update event_syncs set failing_since = app_now() - interval '40 minutes', tries = 2`;
  await reconcile(one.ctx, heldBack, job());
  expect(await sync(heldBack)).toMatchObject({ state: 'waiting', attempts: 2, nextAttemptAt: null });
  // Dates the event back, as if it had been held back for half an hour. The other event's next
  // attempt isn't due yet.
  await database.sql`
    update event_syncs set held_back_since = held_back_since - interval '30 minutes' where event_id = ${heldBack}`;
  await database.sql`
    update event_syncs set state = 'waiting', failure_kind = 'transient', next_try_at = app_now() + interval '1 hour'
    where event_id = ${backingOff}`;
  simulator.clearFaults();
  await probeIsDue();
  expect(await one.tend()).toBe(2);
  failing({ call: 'getPlanningMplans' });
  for (const eventId of [heldBack, backingOff]) await reconcile(one.ctx, eventId, job());
  const failingForMinutes = async (eventId: number) => {
    const [row] = await database.sql`
      select round(extract(epoch from updated_at - failing_since) / 60)::int as minutes, held_back_since
      from event_syncs where event_id = ${eventId}`;
    return { ...row };
  };
  expect(await failingForMinutes(heldBack)).toEqual({ minutes: 10, held_back_since: null });
  expect(await failingForMinutes(backingOff)).toEqual({ minutes: 40, held_back_since: null });
});

test('a job that was held back just as it closed is released all the same', async () => {
  const one = worker();
  await outage(one);
  const eventId = await decide();
  await reconcile(one.ctx, eventId, job());
  await database.sql`update crossmark_breakers set state = 'closed'`;
  expect(await one.tend()).toBe(1);
  expect(await sync(eventId)).toMatchObject({ state: 'pending' });
  expect(await one.tend()).toBe(0);
});

test('a refresh, a person’s link and a reading of the rep list wait too, spend nothing, and run as soon as Crossmark answers', async () => {
  const one = worker();
  await outage(one);
  const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'schedule' }));
  await database.sql`update refresh_runs set requested_at = app_now() - interval '5 hours'`;
  await database.db.transaction((tx) => enqueueEmployee(tx, ada));
  expect(await refresh(one.ctx, runId, job('refresh_events'))).toMatchObject({ outcome: 'waiting' });
  expect(await syncEmployee(one.ctx, ada, job('sync_employee'))).toMatchObject({ outcome: 'waiting' });
  const readingId = await database.db.transaction((tx) => requestRepReading(tx, { requestedBy: 'u' }));
  expect(await readRepList(one.ctx, readingId, job('sync_employee'))).toMatchObject({ outcome: 'waiting' });
  expect(await queuedJobs(database.db)).toHaveLength(3);
  expect(await database.db.select().from(refreshRuns)).toMatchObject([{ state: 'queued' }]);
  for (const { runAt } of await queuedJobs(database.db))
    expect(Date.parse(runAt)).toBeGreaterThan(currentTimeMs());
  simulator.clearFaults();
  await probeIsDue();
  await one.tend();
  for (const { runAt } of await queuedJobs(database.db))
    expect(Date.parse(runAt)).toBeLessThanOrEqual(currentTimeMs() + 1_000);
});

test('a person’s link that was held back just as it closed runs at once', async () => {
  const one = worker();
  await outage(one);
  await database.db.transaction((tx) => enqueueEmployee(tx, ada));
  // The worker that was refused is slow to write it down; meanwhile a probe is answered.
  const reps = one.client.availableReps;
  one.client.availableReps = async (query) => {
    const refusal = await failed(reps(query));
    simulator.clearFaults();
    await probeIsDue();
    await one.tend();
    throw refusal;
  };
  expect(await syncEmployee(one.ctx, ada, job('sync_employee'))).toMatchObject({ outcome: 'waiting' });
  const [queued] = await queuedJobs(database.db);
  expect(Date.parse(need(queued).runAt)).toBeLessThanOrEqual(currentTimeMs() + 1_000);
});

test('Retry-After is waited out before any probe, also where it came before or after it opened', async () => {
  const one = worker();
  const beforeMs = currentTimeMs();
  await one.client.ping();
  failing({ status: 429, retryAfter: 600, times: 1 });
  await failed(one.client.ping());
  failing({ times: null });
  for (let n = 1; n < POLICY.failures; n++) await failed(one.client.ping());
  const atLeast = async (seconds: number) =>
    expect(Date.parse(need((await row()).probeAt))).toBeGreaterThanOrEqual(beforeMs + seconds * 1_000);
  expect((await row()).state).toBe('open');
  await atLeast(600);
  // A call that was under way when it opened is answered late.
  const late = await (async () => {
    await database.sql`update crossmark_breakers set state = 'closed'`;
    const settle = await one.breaker.admit('getPlanningMplans');
    await database.sql`update crossmark_breakers set state = 'open'`;
    return settle;
  })();
  await late(
    new CrossmarkError('transient', 'getPlanningMplans', 'Later.', { status: 429, retryAfterMs: 1_200_000 }),
  );
  await atLeast(1_200);
  // If Crossmark answers a probe with a later Retry-After, the next probe waits for that.
  simulator.clearFaults();
  failing({ status: 429, retryAfter: 3_000 });
  await probeIsDue();
  await one.tend();
  await atLeast(3_000);
});

test('a call’s own outcome stands even where it can’t be counted', async () => {
  const { breaker } = worker();
  const settle = await breaker.admit('scheduleMplanEvent');
  await database.sql`alter table crossmark_breakers rename to gone`;
  try {
    await settle('answered');
  } finally {
    await database.sql`alter table gone rename to crossmark_breakers`;
  }
});

test('held back by hand, nothing is sent and no probe made, until a person lets calls pass and what waits goes out', async () => {
  const one = worker();
  const eventId = await decide();
  expect(await database.db.transaction((tx) => holdCalls(tx, 'Ada'))).toBeNull();
  await one.client.ping();
  expect(await database.db.transaction((tx) => holdCalls(tx, 'Ada'))).toMatchObject({ before: 'closed' });
  simulator.clearLog();
  expect(await failed(one.client.ping())).toBeInstanceOf(CrossmarkUnreachableError);
  expect(await readReachability(database.db)).toMatchObject({
    state: 'unreachable',
    byHand: true,
    nextProbeAt: null,
    lastFailure: 'Ada held back all calls by hand.',
  });
  await reconcile(one.ctx, eventId, job());
  expect(await sync(eventId)).toMatchObject({ state: 'waiting' });
  expect((await sync(eventId)).failureReason).toContain('An admin holds back');
  await one.tend();
  expect(simulator.log).toEqual([]);

  expect(await database.db.transaction((tx) => letCallsPass(tx))).toMatchObject({ before: 'open' });
  await one.client.ping();
  expect(await one.tend()).toBe(1);
  expect(await sync(eventId)).toMatchObject({ state: 'pending' });
});

test('let pass by hand, a Crossmark that still fails opens it again', async () => {
  const one = worker();
  await outage(one);
  await database.db.transaction((tx) => letCallsPass(tx));
  expect(await row()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
  for (let n = 0; n < POLICY.failures; n++) await failed(one.client.ping());
  expect(await readReachability(database.db)).toMatchObject({ state: 'unreachable', byHand: false });
});

test('a Retry-After of a call that was under way doesn’t start probes against a person’s hand', async () => {
  const one = worker();
  await one.client.ping();
  const settle = await one.breaker.admit('getPlanningMplans');
  await database.db.transaction((tx) => holdCalls(tx, 'Ada'));
  await settle(
    new CrossmarkError('transient', 'getPlanningMplans', 'HTTP 503', { status: 503, retryAfterMs: 1 }),
  );
  expect(await row()).toMatchObject({ state: 'open', probeAt: null });
});
