import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

/** Files that use another clock on purpose, with the reason. */
const EXCEPTIONS = [
  // The clock itself, in TypeScript and in SQL.
  'packages/runtime/src/clock.ts',
  // The clock of pages, which is set by the server's.
  'packages/runtime/src/browser-clock.ts',
  'packages/runtime/src/browser-clock.test.ts',
  'packages/db/schema.sql',
  'packages/db/src/clock.test.ts',
  // The board for any graphile-worker uses Postgres' own clock, as graphile-worker does.
  'packages/bull-board-graphile/',
  // Redis expires figures by its own clock.
  'packages/metrics/',
  // The older stack does not use this clock.
  'bench/',
  'scripts/lib/bench/contestants.ts',
  // The rules themselves.
  'scripts/clock.test.ts',
];

const FORBIDDEN = [
  { what: 'Date.now', pattern: /\bDate\.now\b/ },
  { what: 'new Date()', pattern: /\bnew Date(?:\(\)|(?![\w(]))/ },
  { what: 'Temporal.Now', pattern: /\bTemporal\.Now\b/ },
  { what: 'now()', pattern: /(?<![.\w])now\(\)(?!\s*(?::(?!:)|\{))/i },
  {
    what: 'clock_timestamp(), current_date and the like',
    pattern:
      /\b(?:clock_timestamp|statement_timestamp|transaction_timestamp|current_date|current_timestamp|localtimestamp)\b/i,
  },
];

/** Columns of graphile-worker are compared with Postgres' own clock. */
const OF_GRAPHILE_WORKER = /\b(?:run_at|locked_at|last_execution)\b/;

test('the present comes from @scheduler/runtime/clock and app_now() alone', () => {
  const files = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', '--', '*.ts', '*.tsx', '*.sql', ':!packages/db/migrations'],
    { cwd: ROOT, encoding: 'utf8' },
  );
  const lines = files
    .trim()
    .split('\n')
    .filter((file) => !EXCEPTIONS.some((exception) => file.startsWith(exception)))
    .flatMap((file) =>
      readFileSync(join(ROOT, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          // A comment may name what is forbidden.
          const code = line.replace(/^\s*(?:\/\/|\/?\*|--).*/, '');
          return FORBIDDEN.filter(({ pattern }) => pattern.test(code))
            .filter(({ what }) => what !== 'now()' || !OF_GRAPHILE_WORKER.test(code))
            .map(({ what }) => `${file}:${index + 1}: ${what}`);
        }),
    );
  expect(lines).toEqual([]);
});

test('pages have the present from @scheduler/runtime/browser-clock: the computer before them may be on another date', () => {
  const files = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', '--', 'apps/web/src', 'apps/admin/page'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  const sources = files
    .trim()
    .split('\n')
    .filter((file) => /(?<!\.test)\.tsx?$/.test(file));
  expect(sources.length).toBeGreaterThan(50);
  expect(
    sources.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('@scheduler/runtime/clock')),
  ).toEqual([]);
});
