import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backup, restore } from './backup.ts';
import { connect } from './connect.ts';
import { demoScenario, seedScenario } from './seeds/index.ts';
import { createTestDatabase, databaseUrl, type TestDatabase } from './testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'backup-'));
const file = join(directory, 'backup.gz');
let database: TestDatabase;
const made: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await seedScenario(database.db, demoScenario('2026-01-05'));
  const { sql } = database;
  // What text formats stumble over.
  await sql`update employees set name = ${'tab\t, line\n, return\r, \\N, \\., “\u2028” and null: '} where id = (select min(id) from employees)`;
  // A line of many chunks.
  await sql`insert into instruction_files (store_id, hash, size, pages, content)
    select id, 'x', 300000, 1, decode(repeat('00ff0a5c2e', 60000), 'hex') from stores`;
  await sql`select graphile_worker.add_job('sync_schedule', '{"eventId": 1}', job_key => 'event:1')`;
});
afterAll(async () => {
  for (const name of made) await database.sql.unsafe(`drop database ${name} with (force)`);
  await database.close();
  rmSync(directory, { recursive: true });
});

async function emptyDatabase(): Promise<string> {
  const name = `restored_${process.pid}_${made.length}`;
  await database.sql.unsafe(`create database ${name}`);
  made.push(name);
  return databaseUrl(database.url, name);
}

/** Every row of every table, and the next number of every sequence. */
async function contents(url: string): Promise<Record<string, unknown>> {
  const sql = postgres(url, { max: 1 });
  try {
    const tables = await sql`select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('public', 'drizzle', 'graphile_worker') order by 1`;
    const all: Record<string, unknown> = {};
    for (const { name } of tables) {
      all[name] = await sql.unsafe(`select to_jsonb(t)::text as row from ${name} t order by 1`);
    }
    all.sequences = await sql`select schemaname, sequencename, last_value from pg_sequences order by 1, 2`;
    return all;
  } finally {
    await sql.end();
  }
}

describe('a backup', () => {
  test('restored into an empty database gives every row of every table, and goes on numbering', async () => {
    await backup(database.url, file);
    const url = await emptyDatabase();
    await restore(url, file);
    const restored = await contents(url);
    expect(restored).toEqual(await contents(database.url));
    expect(Object.keys(restored).length).toBeGreaterThan(20);
    const { db, close, sql } = connect(url);
    await expect(db.query.employees.findFirst()).resolves.toBeDefined();
    await sql`insert into stores (crossmark_store_id, number, name, time_zone) values ('9', '9', 'New', 'UTC')`;
    await close();
  });

  test('that can’t be written ends with the reason, and its connection with it', async () => {
    const full = backup(database.url, '/dev/full');
    await expect(full).rejects.toThrow(/ENOSPC/);
    const left = database.sql`select from pg_stat_activity
      where datname = current_database() and query ilike 'copy %' and state <> 'idle'`;
    expect(await left).toHaveLength(0);
  });

  test('is not restored over data', async () => {
    const before = await contents(database.url);
    await expect(restore(database.url, file)).rejects.toThrow(/holds data, so nothing was changed/);
    expect(await contents(database.url)).toEqual(before);
  });

  test('that is cut short, of another version or none at all restores nothing', async () => {
    const whole = readFileSync(file);
    const url = await emptyDatabase();
    const bad = join(directory, 'bad.gz');
    writeFileSync(bad, whole.subarray(0, whole.length - 100));
    await expect(restore(url, bad)).rejects.toThrow();
    expect((await contents(url))['public.stores']).toEqual([]);
    const [header = '', ...rest] = gunzipSync(whole).toString().split('\n');
    const older = { ...JSON.parse(header), migrations: JSON.parse(header).migrations.slice(0, 1) };
    writeFileSync(bad, gzipSync([JSON.stringify(older), ...rest].join('\n')));
    await expect(restore(url, bad)).rejects.toThrow(/an older version \(1 migrations/);
    writeFileSync(bad, gzipSync('hello'));
    await expect(restore(url, bad)).rejects.toThrow(/no backup/);
    // Nothing of the three is in the way of the right one.
    await restore(url, file);
    expect(await contents(url)).toEqual(await contents(database.url));
  });
});
