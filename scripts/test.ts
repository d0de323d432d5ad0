/** `pnpm test`: types, lint, dead code, builds, unit, integration and browser tests, images, smoke, chaos. Last line: `N passed, N failed`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChromiumMissingError, findChromium } from './lib/chromium.ts';
import { startingAt, TEST_DATES } from './lib/dates.ts';
import { ROOT } from './lib/process.ts';
import { haveRedis } from './lib/redis.ts';
import { readVitestResults } from './lib/vitest-results.ts';

let passed = 0;
let failed = 0;
const failures: string[] = [];

function count(name: string, ok: boolean): void {
  if (ok) passed += 1;
  else {
    failed += 1;
    failures.push(name);
  }
}

function run(args: string[], settings: Record<string, string> = {}): boolean {
  const result = spawnSync('pnpm', ['exec', ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', ...settings },
  });
  return result.status === 0;
}

function check(name: string, ...args: string[]): void {
  console.log(`\n── ${name}`);
  count(name, run(args));
}

check('types', 'turbo', 'run', 'typecheck', '--output-logs=errors-only');
check('lint and format', 'biome', 'ci', '.');
check('dead code', 'knip');
check('build', 'turbo', 'run', 'build', '--output-logs=errors-only');

console.log('\n── unit, integration and browser tests');
try {
  findChromium();
} catch (error) {
  // The browser tests say the same, and fail; the others run all the same.
  if (!(error instanceof ChromiumMissingError)) throw error;
  console.error(error.message);
}
if (!haveRedis()) {
  console.error(
    'Tests with Redis are left out: no redis-server on PATH. apt-get install redis-server brings them in.',
  );
}
const scratch = mkdtempSync(join(tmpdir(), 'crossmark-results-'));

/** Runs one of vitest's projects and counts its tests. */
function tests(project: string): void {
  const report = join(scratch, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const green = run(['vitest', 'run', '--project', project, ...reporters]);
  const failedBefore = failed;
  try {
    const results = readVitestResults(report);
    passed += results.passed;
    for (const name of results.failures) count(name, false);
    if (!green && failed === failedBefore) count(`vitest ${project}`, false);
  } catch {
    count(`vitest ${project}`, false);
  }
}

tests('node');
tests('browser');
rmSync(scratch, { recursive: true, force: true });

check('images', 'node', 'scripts/images.ts');
check('smoke', 'node', 'scripts/smoke.ts');
// Two of the dates of `pnpm test:dates`, which runs more at all of them: in one of them UTC is a day ahead of the store.
for (const date of TEST_DATES.slice(0, 2)) {
  console.log(`\n── smoke at ${date.at}: ${date.why}`);
  count(`smoke at ${date.at}`, run(['node', 'scripts/smoke.ts'], startingAt(date)));
}
// Short storms of three seeds; docs/chaos.md has the long ones.
check('chaos', 'node', 'scripts/chaos.ts', '--seeds', '3', '--edits', '40');

if (failures.length > 0) console.log(`\nFailed:\n${failures.join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
