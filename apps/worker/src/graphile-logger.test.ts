import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createLogger } from '@scheduler/runtime';
import { sql } from 'drizzle-orm';
import { run } from 'graphile-worker';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { graphileLogger } from './graphile-logger.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

test('what a failed statement of a task was given is in none of graphile-worker’s lines', async () => {
  const lines: string[] = [];
  const log = createLogger('test', 'debug', { write: (line) => lines.push(line) });
  const { db } = database;
  const runner = await run({
    connectionString: database.appUrl,
    logger: graphileLogger(log, new Map()),
    noHandleSignals: true,
    taskList: {
      // Drizzle's message repeats the parameters, Postgres' own one the value that was wrong.
      repeated: async () => void (await db.execute(sql`select ${'s3cret-a'}::text::int`)),
      quoted: async () => void (await database.sql.unsafe(`select 's3cret-b'::int`)),
      put_in_words: async () => {
        const cause = await db
          .execute(sql`select ${'s3cret-c\nand more'}::text::int`)
          .catch((error) => error);
        throw new Error(`It did not work: ${cause.message}`, { cause });
      },
    },
  });
  try {
    for (const task of ['repeated', 'quoted', 'put_in_words'])
      await runner.addJob(task, {}, { maxAttempts: 1 });
    await vi.waitFor(() => {
      expect(lines.filter((line) => line.includes('Failed task'))).toHaveLength(3);
    });
  } finally {
    await runner.stop();
  }
  expect(lines.join('')).not.toMatch(/s3cret|and more/);
  expect(lines.join('')).toContain('invalid input syntax for type integer');
});
