import { createServer } from 'node:net';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { isConnectionLost, isRolledBack } from './errors.ts';
import { createTestDatabase } from './testing.ts';

const errorOf = (work: PromiseLike<unknown>) =>
  Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  );

test('tells a lost connection from a refused statement and from a fault of the program', async () => {
  const database = await createTestDatabase();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const refused = await errorOf(sql`select * from no_such_table`);
  expect([isConnectionLost(refused), isRolledBack(refused)]).toEqual([false, true]);

  const ended = await errorOf(sql`select pg_terminate_backend(pg_backend_pid())`);
  expect([isConnectionLost(ended), isRolledBack(ended)]).toEqual([true, false]);
  expect(isConnectionLost(new Error('Failed query', { cause: ended }))).toBe(true);
  await sql.end();
  await database.close();

  const nobody = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => nobody.once('listening', resolve));
  const address = nobody.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await new Promise((resolve) => nobody.close(resolve));
  const away = postgres({ host: '127.0.0.1', port, max: 1 });
  expect(isConnectionLost(await errorOf(away`select 1`))).toBe(true);
  await away.end();

  expect(isConnectionLost(new TypeError('undefined is not a function'))).toBe(false);
});
