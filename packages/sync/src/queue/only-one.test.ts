import { type CrossmarkClient, mplanId } from '@scheduler/crossmark';
import { events, refreshRuns, repReadings } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addEvent, addStore, clearTables, NO_DOWNLOADS, need, queuedJobs } from '../../test/fixture.ts';
import { DEFAULT_RETRY_POLICY } from '../attempts/retry-policy.ts';
import type { SyncContext } from '../context.ts';
import { fetchInstructionLinks } from '../instructions/fetch-links.ts';
import { heartbeat } from '../maintenance/heartbeat.ts';
import { purge } from '../maintenance/purge.ts';
import { releaseWorker } from '../maintenance/rescue.ts';
import { markGone, readQuestion } from '../refresh/missing.ts';
import { requestRefresh, requestRefreshForTick, requestRepReading, wantChange } from './enqueue.ts';
import { pauseTasks, readPaused, resumeTasks } from './pause.ts';

let database: TestDatabase;
let storeId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, refresh_runs, rep_readings, paused_tasks, workers');
});

/**
 * Lets eight people, servers or workers do the same at the same moment, each in a transaction of
 * its own.
 */
const atOnce = <T>(
  work: (tx: Parameters<Parameters<TestDatabase['db']['transaction']>[0]>[0], n: number) => Promise<T>,
) => Promise.all(Array.from({ length: 8 }, (_, n) => database.db.transaction((tx) => work(tx, n))));

test('of eight who ask for a refresh at once, ticks among them, all get the same one', async () => {
  const runs = await atOnce((tx, n) =>
    n % 2 === 0
      ? requestRefresh(tx, { requestedBy: `user-${n}` })
      : requestRefreshForTick(tx, '2026-01-05T15:00:00.000Z'),
  );
  const [run] = await database.db.select().from(refreshRuns);
  for (const id of runs) expect([null, need(run).id]).toContain(id);
  expect(await database.db.$count(refreshRuns)).toBe(1);
  expect(await queuedJobs(database.db)).toHaveLength(1);
});

test('of eight who ask for a reading of the rep list at once, all get the same one', async () => {
  const readings = await atOnce((tx, n) => requestRepReading(tx, { requestedBy: `user-${n}` }));
  expect(new Set(readings).size).toBe(1);
  expect(await database.db.$count(repReadings)).toBe(1);
  expect(await queuedJobs(database.db)).toHaveLength(1);
});

test('of eight who pause the same tasks at once, in any order, only one does it, and so with resuming', async () => {
  const tasks = ['sync_schedule', 'sync_employee', 'refresh_events'] as const;
  const paused = await atOnce((tx, n) => pauseTasks(tx, n % 2 ? tasks : tasks.toReversed(), `user-${n}`));
  expect(paused.flat().sort()).toEqual([...tasks].sort());
  expect(new Set((await readPaused(database.db)).map(({ pausedBy }) => pausedBy)).size).toBe(1);
  const resumed = await atOnce((tx, n) => resumeTasks(tx, n % 2 ? tasks : tasks.toReversed()));
  expect(
    resumed
      .flat()
      .map(({ task }) => task)
      .sort(),
  ).toEqual([...tasks].sort());
});

test('of eight who purge a queue at once, only one purges each job', async () => {
  for (let n = 0; n < 30; n++) {
    const eventId = await addEvent(database.db, { storeId, mplanId: String(40_000_000 + n) });
    await database.db.transaction((tx) => wantChange(tx, { eventId, task: 'sync_schedule' }));
  }
  const purged = await atOnce((tx, n) => purge(tx, 'sync_schedule', `user-${n}`));
  expect(purged.reduce((sum, jobs) => sum + jobs, 0)).toBe(30);
  expect(await queuedJobs(database.db)).toHaveLength(0);
});

test('of eight who release a silent worker’s jobs at once, only one does it', async () => {
  await heartbeat(database.db, { id: 'w1', host: 'host', pid: 1, concurrency: 10 });
  await database.sql`update workers set seen_at = app_now() - interval '31 seconds'`;
  const released = await atOnce((tx) => releaseWorker(tx, 'w1'));
  expect(released.filter(({ state }) => state === 'released')).toHaveLength(1);
  expect(released.filter(({ state }) => state === 'unknown')).toHaveLength(7);
});

test('of eight who decide a question at once, only one does it', async () => {
  const eventId = await addEvent(database.db, { storeId, mplanId: '40000001' });
  await database.db
    .insert(refreshRuns)
    .values({ requestedBy: 'schedule', state: 'needs_decision', missing: [eventId] });
  const question = need(await readQuestion(database.db));
  const decided = await atOnce((tx) => markGone(tx, question));
  expect(decided.filter((ids) => ids !== null)).toEqual([[eventId]]);
});

test('of eight readings that fetch links to instructions at once, each event is asked about by one', async () => {
  const today = workDateOf(currentInstant(), 'UTC');
  for (let n = 0; n < 120; n++)
    await addEvent(database.db, {
      storeId,
      mplanId: String(40_000_000 + n),
      startsOn: addDays(today, 1),
      dueOn: addDays(today, 14),
    });
  const requests: string[] = [];
  const crossmark: Pick<CrossmarkClient, 'instructions'> = {
    instructions: async ({ events: batch }) => {
      requests.push(...batch.map((event) => event.mplanId));
      return batch.map((event) => ({
        mplanId: mplanId(event.mplanId),
        instructionsUrl: 'https://a.test/b.pdf',
      }));
    },
  };
  const ctx: SyncContext = {
    db: database.db,
    crossmark: crossmark as CrossmarkClient,
    downloads: NO_DOWNLOADS,
    log: pino({ level: 'silent' }),
    settings: { retry: DEFAULT_RETRY_POLICY, leaseMs: 60_000, confirmAfterMs: 0 },
  };
  const { signal } = new AbortController();
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      fetchInstructionLinks(ctx, { id: `${n}`, task: 'refresh_events', workerId: 'w', signal } as never),
    ),
  );
  expect(results.reduce((sum, links) => sum + links, 0)).toBe(120);
  expect(requests).toHaveLength(120);
  expect(new Set(requests).size).toBe(120);
  expect(await database.db.$count(events)).toBe(120);
});
