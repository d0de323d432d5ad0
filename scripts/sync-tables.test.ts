import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

/**
 * Tables whose rows have a life of their own, and the only file that writes them. Removing old rows
 * is no part of it.
 */
const HOMES = [
  { name: 'event_syncs', table: 'eventSyncs', home: 'packages/sync/src/event-sync.ts' },
  { name: 'sync_attempts', table: 'syncAttempts', home: 'packages/sync/src/attempts/attempt-rows.ts' },
];

/**
 * A statement that writes rows: written out, by its Drizzle table, or by that table's name in a
 * template.
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
    // Test data and demo data are no part of a row's life.
    (file) => !/\.test\.tsx?$/.test(file) && !file.startsWith('packages/db/src/seeds/'),
  );
  expect(sources.length).toBeGreaterThan(200);
  const writes = writesOf(table);
  expect(sources.filter((file) => writes.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([home]);
});
