/**
 * `pnpm test:dates [--only DATE]`: runs smoke and the browser tests that depend on dates on each
 * date that may cause a fault, with the clock of the whole stack moved to that date. Last line:
 * `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startingAt, TEST_DATES, type TestDate } from './lib/dates.ts';
import { readOptions } from './lib/options.ts';
import { ROOT } from './lib/process.ts';
import { readVitestResults } from './lib/vitest-results.ts';

const FILES = ['schedule', 'planning', 'day', 'month', 'look', 'axe'].map((name) => `e2e/${name}.test.ts`);

const { values } = readOptions('Usage: pnpm test:dates [--only DATE]', {
  options: { only: { type: 'string' } },
});
const dates = TEST_DATES.filter(({ at }) => at.startsWith(values.only ?? ''));
if (dates.length === 0) {
  console.error(`No such date. Dates: ${TEST_DATES.map(({ at }) => at.slice(0, 10)).join(', ')}.`);
  process.exit(1);
}

const run = (args: string[], env: Record<string, string> = {}): boolean =>
  spawnSync('pnpm', ['exec', ...args], { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } })
    .status === 0;

function smoke(date: TestDate): { passed: number; failed: number } {
  const green = run(['node', 'scripts/smoke.ts'], startingAt(date));
  return { passed: green ? 1 : 0, failed: green ? 0 : 1 };
}

function browser(date: TestDate): { passed: number; failed: number } {
  const scratch = mkdtempSync(join(tmpdir(), 'crossmark-results-'));
  const report = join(scratch, 'results.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const green = run(['vitest', 'run', '--project', 'browser', ...reporters, ...FILES], startingAt(date));
  try {
    const { passed, failed } = readVitestResults(report);
    return { passed, failed: green ? failed : Math.max(failed, 1) };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (!run(['turbo', 'run', 'build', '--output-logs=errors-only'])) {
  console.log('\n0 passed, 1 failed');
  process.exit(1);
}

let passed = 0;
let failed = 0;
const lines: string[] = [];
for (const date of dates) {
  const startedMs = performance.now();
  console.log(`\n── ${date.at}: ${date.why}`);
  const parts = [smoke(date), browser(date)];
  const counts = { passed: 0, failed: 0 };
  for (const part of parts) {
    counts.passed += part.passed;
    counts.failed += part.failed;
  }
  passed += counts.passed;
  failed += counts.failed;
  const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
  lines.push(`${date.at} ${counts.passed} passed, ${counts.failed} failed, ${minutes} min (${date.why})`);
  console.log(`\n${lines.at(-1)}`);
}
if (lines.length > 1) console.log(`\n${lines.join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
