/**
 * The current time for all TypeScript code, on servers and in browsers. Tests start processes on
 * another date with TEST_CLOCK_OFFSET_MS, and shift the database by the same offset (`app_now()` in
 * SQL). TEST_CLOCK_ERROR_MS makes the clock of one process wrong, and the database's stays right.
 */

/** Empty in a browser, which has no `process`; there a test shifts the browser's clock. */
const env = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env ?? {};

function millisecondsIn(name: string): number {
  const value = env[name] || '0';
  if (!/^-?\d+$/.test(value)) {
    throw new Error(`Cannot start: ${name} is "${value}", not a whole number of milliseconds.`);
  }
  if (Number(value) !== 0 && env.NODE_ENV === 'production') {
    throw new Error(`Cannot start: ${name} moves the clock and is for tests only. Unset it.`);
  }
  return Number(value);
}

/** The offset that a test has set for this process and its database; 0 outside of tests. */
export const clockOffsetMs = millisecondsIn('TEST_CLOCK_OFFSET_MS');
/** How wrong the clock of this process alone is said to be by a test; 0 outside of tests. */
export const clockErrorMs = millisecondsIn('TEST_CLOCK_ERROR_MS');

/**
 * The current time in milliseconds since 1970. Measure durations with `performance.now()` instead.
 */
export const currentTimeMs = (): number => Date.now() + clockOffsetMs + clockErrorMs;

/** The current time as a canonical instant, such as `2026-01-05T15:45:00.000Z`. */
export const currentInstant = (): string => new Date(currentTimeMs()).toISOString();
