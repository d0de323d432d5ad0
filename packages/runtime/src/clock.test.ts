import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CLOCK = fileURLToPath(new URL('./clock.ts', import.meta.url));
const DAY_MS = 86_400_000;

/** The current time in a process of its own, in milliseconds since that of the real clock. */
const processAt = (env: Record<string, string>) =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { currentInstant, currentTimeMs } = await import(${JSON.stringify(CLOCK)});
       const days = (ms) => Math.round((ms - performance.timeOrigin) / ${DAY_MS});
       console.log(days(currentTimeMs()), days(Date.parse(currentInstant())));`,
    ],
    { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' },
  );

test('a test moves the clock of a process, forward and back', () => {
  expect(processAt({}).stdout).toBe('0 0\n');
  expect(processAt({ TEST_CLOCK_OFFSET_MS: String(40 * DAY_MS) }).stdout).toBe('40 40\n');
  expect(processAt({ TEST_CLOCK_OFFSET_MS: String(-400 * DAY_MS) }).stdout).toBe('-400 -400\n');
  const wrong = { TEST_CLOCK_OFFSET_MS: String(40 * DAY_MS), TEST_CLOCK_ERROR_MS: String(-DAY_MS) };
  expect(processAt(wrong).stdout).toBe('39 39\n');
});

test('in production, or by what is no number, it is never moved: the process doesn’t start', () => {
  for (const name of ['TEST_CLOCK_OFFSET_MS', 'TEST_CLOCK_ERROR_MS']) {
    const production = processAt({ [name]: '1', NODE_ENV: 'production' });
    expect(production.status).not.toBe(0);
    expect(production.stderr).toContain(`${name} moves the clock and is for tests only`);
  }
  expect(processAt({ NODE_ENV: 'production' }).stdout).toBe('0 0\n');
  expect(processAt({ TEST_CLOCK_OFFSET_MS: 'tomorrow' }).stderr).toContain('not a whole number');
});
