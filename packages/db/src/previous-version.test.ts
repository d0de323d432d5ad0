import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoScenario, seedScenario } from './seeds/index.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

/** What drizzle-kit writes down of the schema after each migration. */
interface Snapshot {
  tables: Record<string, { name: string; columns: Record<string, { name: string; type: string }> }>;
}

const meta = new URL('../migrations/meta/', import.meta.url);
const snapshots = readdirSync(meta)
  .filter((file) => file.endsWith('_snapshot.json'))
  .sort();
const previous = JSON.parse(readFileSync(new URL(snapshots.at(-2) ?? '', meta), 'utf8')) as Snapshot;
const tables = Object.values(previous.tables).map(({ name, columns }) => ({
  name,
  columns: Object.values(columns).map((column) => `"${column.name}"`),
}));

/** Written by this version, and again by what knows only the previous version's columns. */
let ours: TestDatabase;
let theirs: TestDatabase;

beforeAll(async () => {
  [ours, theirs] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await seedScenario(ours.db, demoScenario('2026-01-05'));
  const [one] = await ours.sql`select id from events order by id limit 1`;
  await ours.sql`insert into event_syncs (event_id) values (${one?.id}) on conflict do nothing`;
  await ours.sql`insert into sync_steps (event_id, kind) values (${one?.id}, 'create')`;
  await ours.sql`insert into sync_attempts (task, job_id, worker_id) values ('sync_schedule', '1', 'w')`;
  await ours.sql`insert into refresh_runs (requested_by) values ('schedule')`;
});
afterAll(() => Promise.all([ours.close(), theirs.close()]));

/**
 * While an upgrade is under way, apps of the previous version work against this version's schema:
 * they name the columns they know, and nothing else. A migration that fails here has to be made in
 * two steps, see docs/operations.md.
 */
describe('apps of the previous version, against this schema', () => {
  test('read every column they know', async () => {
    for (const { name, columns } of tables) {
      await expect(
        ours.sql.unsafe(`select ${columns.join(', ')} from "${name}"`),
        name,
      ).resolves.toBeDefined();
    }
  });

  test('insert rows of the columns they know, change them, and hand a schedule on', async () => {
    let written = 0;
    await theirs.sql.begin(async (tx) => {
      // Rows in any order; what refers to what is checked at the end, by the rows themselves.
      await tx.unsafe(`set local session_replication_role = replica`);
      for (const { name, columns } of tables) {
        const list = columns.join(', ');
        const rows = await ours.sql.unsafe(
          `select to_jsonb(t)::text as row from (select ${list} from "${name}") t`,
        );
        for (const { row } of rows) {
          await tx.unsafe(
            `insert into "${name}" (${list}) overriding system value
             select ${list} from jsonb_populate_record(null::"${name}", $1::text::jsonb)`,
            [row],
          );
          written += 1;
        }
      }
    });
    expect(written).toBeGreaterThan(200);
    const [schedule] = await theirs.sql`select count(*)::int as count from schedules where ended_at is null`;
    expect(schedule?.count).toBeGreaterThan(10);
    for (const { name, columns } of tables) {
      const same = columns.filter((column) => column !== '"id"').map((column) => `${column} = ${column}`);
      if (same.length > 0)
        await expect(
          theirs.sql.unsafe(`update "${name}" set ${same.join(', ')}`),
          name,
        ).resolves.toBeDefined();
    }
  });
});
