import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

/**
 * Tables whose rows change state, each with the only file that writes them. Deletion of old rows is
 * excluded.
 */
const HOMES = [
  { name: 'event_syncs', table: 'eventSyncs', home: 'packages/sync/src/event-sync.ts' },
  { name: 'sync_attempts', table: 'syncAttempts', home: 'packages/sync/src/attempts/attempt-rows.ts' },
];

/**
 * Returns a pattern of statements that write rows: as SQL with the table's name, with its Drizzle
 * table, or with that table in a template.
 */
const writesOf = ({ name, table }: { name: string; table: string }) =>
  new RegExp(
    `\\b(?:update|insert into|merge into)\\s+(?:${name}\\b|\\$\\{${table}\\})|\\.(?:update|insert)\\(\\s*${table}\\b`,
    'i',
  );

test.each([
  'update event_syncs set state = 1',
  'insert into event_syncs (event_id)',
  `update\n  \${eventSyncs} set tries = 0`,
  'tx\n  .update(eventSyncs)\n  .set({})',
  'db.insert(eventSyncs)',
])('is seen to write: %s', (source) => {
  expect(source).toMatch(writesOf({ name: 'event_syncs', table: 'eventSyncs' }));
});

test.each(HOMES)('$home is the only file of the product that writes $name', ({ home, ...table }) => {
  const sources = globSync('{apps,packages}/*/src/**/*.{ts,tsx}', { cwd: ROOT }).filter(
    // Test data and demo data are exempt.
    (file) => !/\.test\.tsx?$/.test(file) && !file.startsWith('packages/db/src/seeds/'),
  );
  expect(sources.length).toBeGreaterThan(200);
  const writes = writesOf(table);
  expect(sources.filter((file) => writes.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([home]);
});
