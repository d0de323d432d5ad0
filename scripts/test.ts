/**
 * `pnpm test`: checks types, lint and dead code, builds, and runs unit, integration and browser
 * tests, images, smoke and chaos. Last line: `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChromiumMissingError, findChromium } from './lib/chromium.ts';
import { startingAt, TEST_DATES } from './lib/dates.ts';
import { ROOT } from './lib/process.ts';
import { listMissingServers } from './lib/test-servers.ts';
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

const environment = (settings: Record<string, string> = {}) => ({
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  ...settings,
});

function run(args: string[]): boolean {
  const result = spawnSync('pnpm', ['exec', ...args], { cwd: ROOT, stdio: 'inherit', env: environment() });
  return result.status === 0;
}

function check(name: string, ...args: string[]): void {
  console.log(`\n── ${name}`);
  count(name, run(args));
}

/** A check that runs beside others; its output is printed when it has ended. */
async function checkBeside(
  name: string,
  args: string[],
  settings: Record<string, string> = {},
): Promise<void> {
  const child = spawn('pnpm', ['exec', ...args], { cwd: ROOT, env: environment(settings) });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  const [status] = await once(child, 'close');
  console.log(`\n── ${name}\n${Buffer.concat(output).toString().trimEnd()}`);
  count(name, status === 0);
}

check('types', 'pnpm', 'run', 'typecheck');
check('lint and format', 'biome', 'ci', '.');
check('dead code', 'knip');
check('build', 'turbo', 'run', 'build', '--output-logs=errors-only');

console.log('\n── unit, integration and browser tests');
try {
  findChromium();
} catch (error) {
  // The browser tests report this and fail; all other tests still run.
  if (!(error instanceof ChromiumMissingError)) throw error;
  console.error(error.message);
}
for (const name of listMissingServers()) {
  console.error(
    `Tests with ${name} are skipped: it is not installed. Run apt-get install ${name} to include them.`,
  );
}
const scratch = mkdtempSync(join(tmpdir(), 'crossmark-results-'));

/** Runs one of vitest's projects and counts its tests. */
function runTests(project: string): void {
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

// One after the other: beside one another they take as long, and pages answer late.
runTests('node');
runTests('browser');
rmSync(scratch, { recursive: true, force: true });

// These mostly wait: for apps that start, for synced events, for faults that end.
await Promise.all([
  // In folders: building real images takes Debian's archive and minutes; `pnpm images` does that.
  checkBeside('images', ['node', 'scripts/images.ts', '--folders']),
  checkBeside('smoke', ['node', 'scripts/smoke.ts']),
  // Two of the dates of `pnpm test:dates`. On one of them UTC is a day ahead of the store.
  ...TEST_DATES.slice(0, 2).map((date) =>
    checkBeside(`smoke at ${date.at}: ${date.why}`, ['node', 'scripts/smoke.ts'], startingAt(date)),
  ),
  // Short runs of three seeds; docs/chaos.md has the long runs.
  checkBeside('chaos', ['node', 'scripts/chaos.ts', '--seeds', '3', '--edits', '40']),
]);

if (failures.length > 0) console.log(`\nFailed:\n${failures.join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
