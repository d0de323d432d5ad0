import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect, type Database, type Patience, transactById } from './connect.ts';
import { createFirewall, createTestDatabase, type Firewall, type TestDatabase } from './testing.ts';

/** A patience that a test can wait for. */
const SHORT: Patience = { connectMs: 1_000, statementMs: 1_000, answerMs: 1_500 };

let database: TestDatabase;
let firewall: Firewall;
let opened: Database[];

beforeEach(async () => {
  database = await createTestDatabase();
  firewall = await createFirewall(database.url);
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await firewall.close();
  await database.close();
});

function open(max = 1, patience: Patience = SHORT): Database {
  const one = connect(firewall.url, { max, patience });
  opened.push(one);
  return one;
}
const one = (on: Database) => on.db.execute(sql`select 1 as one`).then((rows) => [...rows]);

describe('a connection that dies without being closed', () => {
  test('fails what waits for an answer on it, and the next query goes over a new one', async () => {
    const pool = open();
    expect(await one(pool)).toEqual([{ one: 1 }]);
    firewall.forget();
    await expect(one(pool)).rejects.toMatchObject({ cause: { code: 'ANSWER_TIMEOUT' } });
    expect(await one(pool)).toEqual([{ one: 1 }]);
  });

  test('fails a transaction and all that was asked behind it', async () => {
    const pool = open();
    await expect(
      pool.db.transaction(async (tx) => {
        await tx.execute(sql`select 1`);
        firewall.forget();
        await tx.execute(sql`select 2`);
      }),
    ).rejects.toThrow();
    expect(await Promise.all([one(pool), one(pool)])).toEqual([[{ one: 1 }], [{ one: 1 }]]);
  });

  test('ends its transaction: nothing of that goes on over another connection', async () => {
    await database.sql`create table kept (n int)`;
    const pool = open();
    const lost = pool.db.transaction(async (tx) => {
      await tx.execute(sql`insert into kept values (1)`);
      pool.drop();
      // Opens the same place of the pool again.
      await vi.waitFor(() => one(pool));
      await tx.execute(sql`insert into kept values (2)`);
    });
    await expect(lost).rejects.toThrow();
    await one(pool);
    expect([...(await database.sql`select n from kept`)]).toEqual([]);
  });

  test('can be dropped by who knows that it is dead: nobody waits then', async () => {
    const pool = open(2, { connectMs: 1_000, statementMs: 600_000, answerMs: 600_000 });
    await Promise.all([one(pool), one(pool)]);
    firewall.forget();
    const waiting = [one(pool), one(pool), one(pool)].map((connection) =>
      connection.catch((error: unknown) => error),
    );
    pool.drop();
    for (const failed of await Promise.all(waiting.slice(0, 2))) expect(failed).toBeInstanceOf(Error);
    expect(await one(pool)).toEqual([{ one: 1 }]);
  });

  test('loses the locks that it held', async () => {
    await database.sql`create table kept (n int)`;
    await database.sql`insert into kept values (1)`;
    const pool = open();
    const held = pool.db.transaction(async (tx) => {
      await tx.execute(sql`select n from kept for update`);
      firewall.forget();
      await tx.execute(sql`update kept set n = 3`);
    });
    await expect(held).rejects.toThrow();
    await database.sql`update kept set n = 2`;
  });
});

test('where no connection can be opened, all that waits for one fails together, and what is asked later is attempted anew', async () => {
  const pool = open(4);
  expect(await one(pool)).toEqual([{ one: 1 }]);
  await firewall.close();
  let attempts = 0;
  const count = () => {
    attempts += 1;
  };
  subscribe('net.client.socket', count);
  try {
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => one(pool)));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    const transaction = pool.db.transaction((tx) => tx.execute(sql`select 1`));
    await expect(transaction).rejects.toThrow();
  } finally {
    unsubscribe('net.client.socket', count);
  }
  expect(attempts).toBeGreaterThan(0);
  expect(attempts).toBeLessThan(20);
});

test('a connection that is listened on and idle is left open', async () => {
  const pool = open(2, { connectMs: 1_000, statementMs: 200, answerMs: 300 });
  const heard: string[] = [];
  await pool.sql.listen('told', (payload) => heard.push(payload));
  // Longer than any of its limits.
  await database.sql`select pg_sleep(0.6)`;
  await database.sql.notify('told', 'hello');
  await vi.waitFor(() => expect(heard).toEqual(['hello']));
});

test('a statement that takes too long is broken off by Postgres, and its connection goes on', async () => {
  const pool = open(1, { connectMs: 1_000, statementMs: 100, answerMs: 60_000 });
  const pid = async () =>
    (await pool.db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`))[0]?.pid;
  const before = await pid();
  await expect(pool.db.execute(sql`select pg_sleep(60)`)).rejects.toMatchObject({ cause: { code: '57014' } });
  expect(await pid()).toBe(before);
});

describe('a transaction whose BEGIN is not waited for', () => {
  test('keeps all of it, or nothing', async () => {
    await database.sql`create table kept (n int)`;
    const { db } = open();
    await transactById(db, (tx) => tx.execute(sql`insert into kept values (1)`));
    const failed = transactById(db, async (tx) => {
      await tx.execute(sql`insert into kept values (2)`);
      throw new Error('It is not wanted after all.');
    });
    await expect(failed).rejects.toThrow('not wanted');
    expect([...(await database.sql`select n from kept`)]).toEqual([{ n: 1 }]);
  });

  test('is one transaction from its first statement on, with settings that end with it', async () => {
    const pool = open();
    const looked = sql`
      select pg_current_xact_id()::text id, current_setting('plan_cache_mode') plans, current_setting('enable_seqscan') scans`;
    const inside = await transactById(pool.db, async (tx) => [
      await tx.execute(looked),
      await tx.execute(looked),
    ]);
    const [first, second] = inside.map(([row]) => row);
    expect(first).toEqual({ id: second?.id, plans: 'force_generic_plan', scans: 'off' });
    expect([...(await pool.db.execute(looked))]).toMatchObject([{ plans: 'auto', scans: 'on' }]);
  });

  test.each(['select 1 / 0; begin', 'begin; select 1 / 0'])(
    'writes nothing if Postgres refuses “%s”, and leaves a connection that works',
    async (begin) => {
      await database.sql`create table kept (n int)`;
      const pool = open();
      await one(pool);
      const { beginEarly } = pool.sql as typeof pool.sql & {
        beginEarly(begin: string, work: (tx: typeof pool.sql) => Promise<unknown>): Promise<unknown>;
      };
      const refused = beginEarly(begin, async (tx) => {
        await tx`select 1`.catch(() => {});
        await tx`insert into kept values (1)`.catch(() => {});
      });
      await expect(refused).rejects.toThrow('division by zero');
      expect(await one(pool)).toEqual([{ one: 1 }]);
      expect([...(await database.sql`select n from kept`)]).toEqual([]);
    },
  );

  test('has its connection for itself, however many statements are sent on it before', async () => {
    const pool = open(2);
    const busy = await pool.sql.reserve();
    const other = await pool.sql.reserve();
    // More than the driver sends on one connection before it waits.
    const before = Array.from({ length: 100 }, () => one(pool));
    const id = sql`select pg_current_xact_id()::text id`;
    const inside = transactById(pool.db, async (tx) => [await tx.execute(id), await tx.execute(id)]);
    await turn();
    const after = Array.from({ length: 20 }, () => pool.db.execute<{ id: string }>(id));
    busy.release();
    await Promise.all(before);
    other.release();
    const [first, second] = (await inside).map(([row]) => row);
    expect(first?.id).toBe(second?.id);
    const outside = (await Promise.all(after)).map(([row]) => row?.id);
    expect(outside).not.toContain(first?.id);
    expect(new Set(outside).size).toBe(after.length);
  });

  test('is refused whole if Postgres no longer knows a statement that was prepared', async () => {
    await database.sql`create table kept (n int)`;
    const pool = open(1);
    const read = sql`select count(*)::int from kept where n > ${0}`;
    const saveOne = () => {
      let written: Promise<unknown> | undefined;
      return transactById(pool.db, async (tx) => {
        await tx.execute(read);
        // Not awaited, as COMMIT is sent together with it.
        written = tx.execute(sql`insert into kept values (${1}::int)`).then();
        written.catch(() => {});
      }).then(() => written);
    };
    await saveOne();
    // As behind a pooler, where the next transaction may be in another session, which has only the read.
    await pool.sql.unsafe('deallocate all').simple();
    await pool.db.execute(read);
    await expect(saveOne()).rejects.toThrow();
    expect([...(await database.sql`select n from kept`)]).toEqual([{ n: 1 }]);
    await saveOne();
    expect([...(await database.sql`select n from kept`)]).toEqual([{ n: 1 }, { n: 1 }]);
  });
});
