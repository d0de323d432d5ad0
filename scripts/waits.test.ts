import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

/** What makes a test depend on how fast a machine is. */
const FORBIDDEN = [
  { what: 'sleeps', pattern: /\bwaitForTimeout\(|\bwait\((?!0\))\d/ },
  { what: 'measures', pattern: /\bperformance\.now\(/ },
  {
    what: 'compares how much time has passed',
    pattern: /expect\([^)]*(?:currentTimeMs|Date\.now)\(\)\s*-|-\s*(?:currentTimeMs|Date\.now)\(\)\)\.to/,
  },
  {
    what: 'wants something to be quick',
    pattern:
      /toBeLessThan\w*\((?:currentTimeMs|Date\.now)\(\)\s*-|toBeGreaterThan\w*\((?:currentTimeMs|Date\.now)\(\)\s*\+/,
  },
  { what: 'is repeated where it fails', pattern: /^\s*(?:(?:test|it)\b.*)?\bretry:\s*\d/ },
];

/** Whole numbers of hours or days ahead, which no machine is too slow for. */
const EXCEPTIONS: Record<string, RegExp> = {
  'packages/bull-board-graphile/src/board.test.ts': /HOUR_MS|5 \* 60_000/,
  'packages/db/src/clock.test.ts': /DAY_MS/,
};

test('no test sleeps, compares elapsed times or is repeated: each waits for a condition', () => {
  const files = execFileSync(
    'git',
    [
      'ls-files',
      '-co',
      '--exclude-standard',
      '--',
      '*.test.ts',
      '*.test.tsx',
      'e2e/*.ts',
      'vitest.config.ts',
    ],
    { cwd: ROOT, encoding: 'utf8' },
  )
    .trim()
    .split('\n')
    // A measurement, which asserts nothing.
    .filter((file) => !['e2e/measure.ts', 'scripts/waits.test.ts'].includes(file));
  const places = files.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        FORBIDDEN.filter(({ pattern }) => pattern.test(line) && !EXCEPTIONS[file]?.test(line)).map(
          ({ what }) => `${file}:${index + 1} ${what}: ${line.trim()}`,
        ),
      ),
  );
  expect(places).toEqual([]);
});
