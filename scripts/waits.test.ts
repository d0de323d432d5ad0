import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

/** Code that makes a test depend on the speed of the machine. */
const FORBIDDEN = [
  { what: 'sleeps', pattern: /\bwaitForTimeout\(|\bwait\((?!0\))\d/ },
  { what: 'measures', pattern: /\bperformance\.now\(/ },
  {
    what: 'compares how much time has passed',
    pattern: /expect\([^)]*(?:currentTimeMs|Date\.now)\(\)\s*-|-\s*(?:currentTimeMs|Date\.now)\(\)\)\.to/,
  },
  {
    what: 'requires something to be quick',
    pattern:
      /toBeLessThan\w*\((?:currentTimeMs|Date\.now)\(\)\s*-|toBeGreaterThan\w*\((?:currentTimeMs|Date\.now)\(\)\s*\+/,
  },
  {
    what: 'reads a page once, before it may show what is expected (use `expect.poll`)',
    pattern:
      /expect\(\s*await .*\.(?:count|innerText|textContent|allInnerTexts|inputValue|isVisible)\(\)\s*\)\.(?!not|toBe\((?:0|false)\))/,
  },
  { what: 'is repeated where it fails', pattern: /^\s*(?:(?:test|it)\b.*)?\bretry:\s*\d/ },
];

/**
 * Comparisons with times that are hours or days ahead, or of a clock that the test itself moves: both
 * are right on any machine.
 */
const EXCEPTIONS: Record<string, RegExp> = {
  'packages/bull-board-graphile/src/board.test.ts': /HOUR_MS|5 \* 60_000/,
  'packages/db/src/clock.test.ts': /DAY_MS/,
  'packages/runtime/src/browser-clock.test.ts': /HOUR_MS|passedMs/,
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
    // This file measures and asserts nothing.
    .filter((file) => !['e2e/measure/notes.ts', 'scripts/waits.test.ts'].includes(file));
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
