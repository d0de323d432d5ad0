import { connect, type Database } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { savedNothing, saveInTwo } from './transaction.ts';

let database: TestDatabase;
let pool: Database;

beforeEach(async () => {
  database = await createTestDatabase();
  await database.sql`create table kept (n int primary key, xid text)`;
  pool = connect(database.url, { max: 1 });
});
afterEach(async () => {
  await pool.close();
  await database.close();
});

const kept = async () => [
  ...(await database.sql<{ n: number; xid: string }[]>`select n, xid from kept order by n`),
];
const look = sql`select pg_current_xact_id()::text xid`;
const write = (...numbers: number[]) =>
  sql`insert into kept select n, pg_current_xact_id()::text from unnest(array[${sql.join(numbers, sql`, `)}]::int[]) n`;

describe('a save whose last statement is sent together with COMMIT', () => {
  test('writes in the transaction that looked', async () => {
    for (const n of [1, 2]) {
      const xid = await saveInTwo(pool.db, async (tx) => {
        const [row] = await tx.execute<{ xid: string }>(look);
        return { result: row?.xid, write: write(n) };
      });
      expect((await kept()).at(-1)).toEqual({ n, xid });
    }
  });

  test('keeps nothing of a statement that Postgres refuses, and says so', async () => {
    await saveInTwo(pool.db, async () => ({ result: null, write: write(2) }));
    const error = await saveInTwo(pool.db, async (tx) => {
      await tx.execute(look);
      return { result: 'saved', write: write(1, 2) };
    }).catch((error: unknown) => error);
    expect(error).toMatchObject({ cause: { code: '23505' } });
    expect(savedNothing(error)).toBe(true);
    expect((await kept()).map(({ n }) => n)).toEqual([2]);
    await saveInTwo(pool.db, async () => ({ result: null, write: write(3) }));
    expect((await kept()).map(({ n }) => n)).toEqual([2, 3]);
  });

  test('keeps nothing of work that fails', async () => {
    const error = await saveInTwo(pool.db, async (tx) => {
      await tx.execute(look);
      throw new Error('A rule forbids it.');
    }).catch((error: unknown) => error);
    expect(savedNothing(error)).toBe(true);
    expect(await kept()).toEqual([]);
  });

  test('keeps nothing if Postgres ends the connection in place of writing, and says so', async () => {
    const error = await saveInTwo(pool.db, async () => ({
      result: null,
      write: sql`select pg_terminate_backend(pg_backend_pid())`,
    })).catch((error: unknown) => error);
    expect(error).toMatchObject({ cause: { code: '57P01' } });
    expect(savedNothing(error)).toBe(true);
    expect(await kept()).toEqual([]);
  });

  test('is uncertain if the connection ends before the answer to COMMIT', async () => {
    await pool.sql`create function end_connection() returns trigger language plpgsql as
      $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`;
    await pool.sql`create constraint trigger at_commit after insert on kept deferrable initially deferred
      for each row execute function end_connection()`;
    const error = await saveInTwo(pool.db, async () => ({ result: null, write: write(1) })).catch(
      (error: unknown) => error,
    );
    await pool.sql`drop function end_connection() cascade`;
    expect(error).toBeInstanceOf(Error);
    expect(savedNothing(error)).toBe(false);
  });

  test('is repeated after a deadlock', async () => {
    let times = 0;
    await saveInTwo(pool.db, async () => ({
      result: null,
      write:
        ++times === 1
          ? sql`do $$ begin raise exception 'waits' using errcode = '40P01'; end $$`
          : write(times),
    }));
    expect((await kept()).map(({ n }) => n)).toEqual([2]);
  });
});
