import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

/** A statement that writes rows of `event_syncs`: written out, by its Drizzle table, or by that table's name in a template. */
const WRITES =
  /\b(?:update|insert into|delete from|merge into)\s+(?:event_syncs\b|\$\{eventSyncs\})|\.(?:update|insert|delete)\(\s*eventSyncs\b/i;

const HOME = 'packages/sync/src/event-sync.ts';

test.each([
  'update event_syncs set state = 1',
  'insert into event_syncs (event_id)',
  `update\n  \${eventSyncs} set tries = 0`,
  'tx\n  .update(eventSyncs)\n  .set({})',
  'db.insert(eventSyncs)',
])('is seen to write: %s', (source) => {
  expect(source).toMatch(WRITES);
});

test('event-sync.ts is the only file of the product that writes event_syncs', () => {
  const sources = globSync('{apps,packages}/*/src/**/*.{ts,tsx}', { cwd: ROOT }).filter(
    // Test data and demo data are no part of an event's life.
    (file) => !/\.test\.tsx?$/.test(file) && !file.startsWith('packages/db/src/seeds/'),
  );
  expect(sources.length).toBeGreaterThan(200);
  const writers = sources.filter((file) => WRITES.test(readFileSync(join(ROOT, file), 'utf8')));
  expect(writers).toEqual([HOME]);
});
