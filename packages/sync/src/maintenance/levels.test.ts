import { crossmarkBreakers, eventSyncs } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEvent, addStore } from '../../test/fixture.ts';
import { readLevels } from './levels.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

test('the oldest change that isn’t in Crossmark, what needs a person, and whether calls are held back', async () => {
  const { db } = database;
  expect(await readLevels(db)).toEqual({ oldest: 0, dead: 0, conflicts: 0, held: 0, overdue: 0 });
  const storeId = await addStore(db);
  const hoursAgo = (hours: number) => new Date(currentTimeMs() - hours * 3_600_000).toISOString();
  for (const [mplanId, state, hours] of [
    ['40000001', 'synced', 90],
    ['40000002', 'failed', 3],
    ['40000003', 'pending', 1],
    ['40000004', 'conflict', 50],
  ] as const) {
    const eventId = await addEvent(db, { storeId, mplanId });
    await db.insert(eventSyncs).values({ eventId, state, wantedAt: hoursAgo(hours) });
  }
  await db.insert(crossmarkBreakers).values({ host: 'https://crossmark.example', state: 'open' });
  const { oldest, ...rest } = await readLevels(db);
  expect(rest).toEqual({ dead: 1, conflicts: 1, held: 1, overdue: 1 });
  // A conflict counts since it was noticed, which is now.
  expect(oldest / 3600).toBeCloseTo(3, 1);
  // What waits for a person is not late: nothing is sent before somebody decides.
  await db
    .update(eventSyncs)
    .set({ wantedAt: hoursAgo(0) })
    .where(eq(eventSyncs.state, 'pending'));
  expect(await readLevels(db)).toMatchObject({ dead: 1, conflicts: 1, overdue: 0 });
});
