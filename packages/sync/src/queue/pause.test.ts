import { eventSyncs } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { eq } from 'drizzle-orm';
import { Logger, makeWorkerUtils, runOnce } from 'graphile-worker';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { addEvent, addStore, clearTables, need } from '../../test/fixture.ts';
import { TASKS } from './contracts.ts';
import { requestRefresh, wantChange } from './enqueue.ts';
import { flagsOfPausedTasks, pauseTasks, readPaused, resumeTasks } from './pause.ts';

let database: TestDatabase;
let storeId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, refresh_runs, paused_tasks');
});

const pause = (...tasks: Parameters<typeof pauseTasks>[1]) =>
  database.db.transaction((tx) => pauseTasks(tx, tasks, 'Ada'));
const resume = (...tasks: Parameters<typeof resumeTasks>[1]) =>
  database.db.transaction((tx) => resumeTasks(tx, tasks));

/** The tasks that a worker takes now, with all it would do until nothing is left. */
async function taken(): Promise<string[]> {
  const ran: string[] = [];
  await runOnce({
    connectionString: database.url,
    logger: new Logger(() => () => {}),
    forbiddenFlags: flagsOfPausedTasks(database.db),
    taskList: Object.fromEntries(TASKS.map((task) => [task, () => void ran.push(task)])),
  });
  return ran;
}
async function change(): Promise<number> {
  const eventId = await addEvent(database.db, {
    storeId,
    mplanId: String(40000001 + Math.floor(Math.random() * 1e6)),
  });
  await database.db.transaction((tx) => wantChange(tx, { eventId, task: 'sync_schedule' }));
  return eventId;
}

test('no job of a paused task is taken, others are, and after resuming nothing is lost', async () => {
  await change();
  expect(await pause('sync_schedule')).toEqual(['sync_schedule']);
  await change();
  await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'somebody' }));
  expect(await taken()).toEqual(['refresh_events']);
  await resume('sync_schedule');
  expect(await taken()).toEqual(['sync_schedule', 'sync_schedule']);
});

test('jobs that were added without a flag, by the clock or an older version, are paused too', async () => {
  const utils = await makeWorkerUtils({ connectionString: database.url, logger: new Logger(() => () => {}) });
  await utils.addJob('refresh_events', { runId: 1 });
  await utils.addJob('refresh_events', { runId: 2 }, { flags: ['another'] });
  await utils.release();
  await pause('refresh_events');
  expect(await taken()).toEqual([]);
});

test('pausing twice changes nothing and keeps who did it and since when', async () => {
  await pause('sync_schedule');
  const [first] = await readPaused(database.db);
  expect(await pause('sync_schedule', 'sync_employee')).toEqual(['sync_employee']);
  expect((await readPaused(database.db))[0]).toEqual(first);
  expect(await resume('sync_schedule')).toEqual([first]);
  expect(await resume('sync_schedule')).toEqual([]);
});

test('the time of a pause doesn’t count towards a dead letter', async () => {
  const eventId = await change();
  await database.db
    .update(eventSyncs)
    .set({ state: 'waiting', failureKind: 'transient', failingSince: '2026-01-05T10:00:00.000Z' })
    .where(eq(eventSyncs.eventId, eventId));
  await pause('sync_schedule');
  await database.sql`update paused_tasks set paused_at = '2026-01-05T10:10:00Z'`;
  const beforeMs = currentTimeMs();
  await resume('sync_schedule');
  const row = need(await database.db.query.eventSyncs.findFirst({ where: eq(eventSyncs.eventId, eventId) }));
  // Ten minutes of failing before the pause, and as much after it.
  const resumedMs = Date.parse(need(row.failingSince)) + 600_000;
  expect(resumedMs).toBeGreaterThanOrEqual(beforeMs);
  expect(resumedMs).toBeLessThanOrEqual(currentTimeMs());
});

test('what is paused is asked for once for all places of a worker, and never taken for nothing where Postgres fails', async () => {
  await pause('sync_schedule');
  const select = vi.spyOn(database.db, 'select');
  try {
    const flags = flagsOfPausedTasks(database.db);
    const answers = await Promise.all(Array.from({ length: 20 }, flags));
    expect(answers.every((answer) => answer.join() === 'task:sync_schedule')).toBe(true);
    expect(select).toHaveBeenCalledTimes(1);
    select.mockImplementationOnce(() => {
      throw new Error('gone');
    });
    const broken = flagsOfPausedTasks(database.db);
    await expect((async () => broken())()).rejects.toThrow('gone');
    expect(await broken()).toEqual(['task:sync_schedule']);
  } finally {
    select.mockRestore();
  }
});
