import { clockOffsetMs, currentTimeMs } from '@scheduler/runtime/clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from './connect.ts';
import { createTestDatabase, moveClock, type TestDatabase } from './testing.ts';

const DAY_MS = 86_400_000;

describe('the clock of the database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  const seconds = (text: string) => `(extract(epoch from ${text}))::float8`;

  it('is that of Postgres, until a test moves it for every connection and column default', async () => {
    const { url } = database;
    const read = `select ${seconds('app_now() - now()')} as by_seconds, app_clock() >= app_now() as goes_on`;
    await moveClock(url, 0);
    const before = connect(url, { max: 1 });
    expect(await before.sql.unsafe(read)).toEqual([{ by_seconds: 0, goes_on: true }]);
    await before.close();

    await moveClock(url, 40 * DAY_MS);
    const moved = connect(url, { max: 1 });
    expect(await moved.sql.unsafe(read)).toEqual([{ by_seconds: 40 * 86_400, goes_on: true }]);
    await moved.sql`insert into workers (id, host, pid, concurrency) values ('w', 'host', 1, 1)`;
    const [row] = await moved.sql`select seen_at from workers`;
    expect(Date.parse(String(row?.seen_at))).toBeGreaterThan(currentTimeMs() - clockOffsetMs + 39 * DAY_MS);
    await moved.close();
  });

  it('is inlined, so that an index serves what compares with it', async () => {
    const { sql } = database;
    const plan = await sql.begin(async (tx) => {
      await tx`set local enable_seqscan = off`;
      return tx`explain select from schedules where ended_at is null and work_date > app_now()::date`;
    });
    expect(JSON.stringify(plan)).toMatch(/Index Cond: \(work_date > \(\(now\(\)/);
  });
});
