import { readdirSync, readFileSync } from 'node:fs';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditLog, events, stores } from './schema/index.ts';
import { demoScenario } from './seeds/index.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const migrations = new URL('../migrations/', import.meta.url);
const file = readdirSync(migrations).find((name) => name.endsWith('_event_rules.sql')) ?? '';
/** The parts of the migration that change what is there already. */
const updates = readFileSync(new URL(file, migrations), 'utf8')
  .split('--> statement-breakpoint')
  .filter((statement) => /^UPDATE /m.test(statement));

test('an upgrade marks what files said of durations, and the Cores that were shortened by it', async () => {
  const { db, sql } = database;
  const { store } = demoScenario('2026-01-05');
  const [plain] = await db.insert(stores).values(store).returning();
  const [short] = await db
    .insert(stores)
    .values({ ...store, crossmarkStoreId: '700001' as never, number: '9', durations: { Core: 360 } })
    .returning();
  const made = await db
    .insert(events)
    .values(
      (
        [
          ['shortened by a file', plain?.id, 'Core', 360],
          ['as its store wants it', short?.id, 'Core', 360],
          ['as usual', plain?.id, 'Core', 390],
          ['made by a file', plain?.id, 'Juicer Survey', 15],
          ['changed by a file', plain?.id, 'Other', 45],
          ['given a reference by a file', plain?.id, 'Other', 60],
        ] as const
      ).map(([name, storeId, type, durationMinutes]) => ({
        name,
        storeId: storeId ?? 0,
        type,
        durationMinutes,
        startsOn: '2026-01-01',
        dueOn: '2026-01-08',
      })),
    )
    .returning();
  const idOf = (name: string) => String(made.find((event) => event.name === name)?.id);
  const by = { actorId: 'u', actorName: 'U', subjectType: 'event' };
  await db.insert(auditLog).values([
    { ...by, action: 'event.import', subjectId: idOf('made by a file'), after: { durationMinutes: 15 } },
    {
      ...by,
      action: 'event.import-change',
      subjectId: idOf('changed by a file'),
      after: { duration: '45 minutes' },
    },
    {
      ...by,
      action: 'event.import-change',
      subjectId: idOf('given a reference by a file'),
      after: { reference: '410200356' },
    },
  ]);
  expect(updates).toHaveLength(2);
  for (const statement of updates) await sql.unsafe(statement);
  const rows = await db.select().from(events).where(eq(events.typeByHand, false)).orderBy(asc(events.id));
  expect(rows.map((event) => [event.name, event.durationSource])).toEqual([
    ['shortened by a file', 'file_worked'],
    ['as its store wants it', 'rules'],
    ['as usual', 'rules'],
    ['made by a file', 'file'],
    ['changed by a file', 'file'],
    ['given a reference by a file', 'rules'],
  ]);
});
