import { readdirSync, readFileSync } from 'node:fs';
import { asc } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessLinks, refreshRuns, repReadings, userAccounts, users } from './schema/index.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const migrations = new URL('../migrations/', import.meta.url);
const file = readdirSync(migrations).find((name) => name.endsWith('_only_one.sql')) ?? '';
const statements = readFileSync(new URL(file, migrations), 'utf8').split('--> statement-breakpoint');

test('an upgrade leaves the newest of what there should be one of, and from then on there is one', async () => {
  const { db, sql } = database;
  for (const [, name = ''] of statements.join('').matchAll(/CREATE UNIQUE INDEX "(\w+)"/g))
    await sql.unsafe(`drop index ${name}`);
  await sql`create index user_accounts_user on user_accounts (user_id)`;
  await db.insert(users).values(['ada', 'ben'].map((id) => ({ id, name: id, email: `${id}@example.test` })));
  const expiresAt = '2099-01-01T00:00:00.000Z';
  const link = (tokenHash: string, more: Partial<typeof accessLinks.$inferInsert>) => ({
    kind: 'invite' as const,
    createdBy: 'Ada',
    expiresAt,
    ...more,
    tokenHash,
  });
  await db
    .insert(accessLinks)
    .values([
      link('old invite', { email: 'new@example.test' }),
      link('another’s invite', { email: 'other@example.test' }),
      link('invite', { email: 'new@example.test' }),
      link('old reset', { kind: 'reset', userId: 'ada' }),
      link('another’s reset', { kind: 'reset', userId: 'ben' }),
      link('reset', { kind: 'reset', userId: 'ada' }),
      link('set up', { kind: 'set_up' }),
      link('set up again', { kind: 'set_up' }),
    ]);
  const states = ['needs_decision', 'running', 'done', 'needs_decision', 'queued', 'queued'] as const;
  await db.insert(refreshRuns).values(states.map((state) => ({ requestedBy: 'ada', state })));
  const readings = ['queued', 'done', 'queued'] as const;
  await db.insert(repReadings).values(readings.map((state) => ({ requestedBy: 'ada', state })));
  const account = { userId: 'ada', accountId: 'ada', providerId: 'credential' };
  await db.insert(userAccounts).values([
    { ...account, id: 'b', password: 'old', updatedAt: new Date('2026-01-01T00:00:00Z') },
    { ...account, id: 'a', password: 'new', updatedAt: new Date('2026-01-02T00:00:00Z') },
  ]);

  for (const statement of statements) await sql.unsafe(statement);

  const links = await db.select().from(accessLinks).orderBy(asc(accessLinks.id));
  expect(links.map(({ tokenHash }) => tokenHash)).toEqual([
    'another’s invite',
    'invite',
    'another’s reset',
    'reset',
    'set up',
    'set up again',
  ]);
  const runs = await db.select().from(refreshRuns).orderBy(asc(refreshRuns.id));
  expect(runs.map(({ state }) => state)).toEqual([
    'superseded',
    'failed',
    'done',
    'needs_decision',
    'failed',
    'queued',
  ]);
  const left = await db.select().from(repReadings).orderBy(asc(repReadings.id));
  expect(left.map(({ state }) => state)).toEqual(['failed', 'done', 'queued']);
  expect(await db.select().from(userAccounts)).toMatchObject([{ password: 'new' }]);
  for (const [table, row] of [
    [accessLinks, link('one more', { email: 'new@example.test' })],
    [accessLinks, link('one more', { kind: 'reset', userId: 'ada' })],
    [refreshRuns, { requestedBy: 'ada', state: 'running' }],
    [refreshRuns, { requestedBy: 'ada', state: 'needs_decision' }],
    [repReadings, { requestedBy: 'ada' }],
    [userAccounts, { ...account, id: 'c' }],
  ] as const) {
    await expect(db.insert(table).values(row as never)).rejects.toThrow();
  }
});
