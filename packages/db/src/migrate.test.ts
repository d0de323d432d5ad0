import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from './connect.ts';
import { dumpSchema } from './dump-schema.ts';
import { migrate } from './migrate.ts';
import { databaseReasons } from './ready.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

describe('migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  it('produce exactly the schema that is checked in (after a change: pnpm db:generate)', async () => {
    expect(await dumpSchema(database.sql)).toBe(
      readFileSync(new URL('../schema.sql', import.meta.url), 'utf8'),
    );
  });

  it('may run again, and side by side, without effect', async () => {
    await Promise.all([migrate(database.url), migrate(database.url)]);
    expect(await dumpSchema(database.sql)).toBe(
      readFileSync(new URL('../schema.sql', import.meta.url), 'utf8'),
    );
  });

  it('are asked after: a database behind this version, one ahead of it, one that is away', async () => {
    const { db, sql, url } = database;
    expect(await databaseReasons(db)).toEqual([]);
    const behind = [expect.stringMatching(/behind this version/)];
    // A newer version's migration is no reason for an older app to stop: see docs/operations.md.
    await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', 9999999999999)`;
    expect(await databaseReasons(db)).toEqual([]);
    await sql`delete from drizzle.__drizzle_migrations where hash = 'newer'`;
    await sql.begin(async (tx) => {
      await tx`alter table drizzle.__drizzle_migrations rename to elsewhere`;
    });
    expect(await databaseReasons(db)).toEqual(behind);
    await sql`alter table drizzle.elsewhere rename to __drizzle_migrations`;
    const gone = connect(url.replace(/:\d+\//, ':1/'), { max: 1 });
    expect(await databaseReasons(gone.db)).toEqual(['The database does not answer.']);
    await gone.close();
  });

  it('are asked after on one connection, however many ask at once', async () => {
    const { db, sql } = database.app;
    let query: Promise<unknown> = Promise.resolve();
    await database.sql.begin(async (tx) => {
      await tx`lock table drizzle.__drizzle_migrations in access exclusive mode`;
      query = Promise.all(Array.from({ length: 50 }, () => databaseReasons(db)));
      // All of them were asked for before this, which would never get a connection beside them.
      await sql`select 1`;
    });
    expect(await query).toEqual(Array(50).fill([]));
  });

  it('let a second live schedule of one event fail in the database itself', async () => {
    const { sql } = database;
    await sql`insert into stores (crossmark_store_id, number, name, time_zone) values ('100001', '1', 'Store', 'UTC')`;
    await sql`insert into employees (store_id, name) values (1, 'Ada Example')`;
    await sql`insert into events (store_id, name, type, starts_on, due_on, duration_minutes)
              values (1, 'x', 'Other', '2026-01-01', '2026-01-08', 60)`;
    const schedule = () => sql`
      insert into schedules (event_id, employee_id, starts_at, ends_at, work_date)
      values (1, 1, '2026-01-02T15:00Z', '2026-01-02T16:00Z', '2026-01-02')`;
    await schedule();
    await expect(schedule()).rejects.toThrow(/schedules_one_live_per_event/);
    await sql`update schedules set ended_at = app_now()`;
    await schedule();
  });
});
