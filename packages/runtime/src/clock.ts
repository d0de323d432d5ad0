/**
 * The current time for all TypeScript code, on servers and in browsers. Tests start processes on
 * another date with TEST_CLOCK_OFFSET_MS, and shift the database by the same offset (`app_now()` in
 * SQL).
 */

/** Empty in a browser, which has no `process`; there a test shifts the browser's clock. */
const env = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env ?? {};

const offset = env.TEST_CLOCK_OFFSET_MS || '0';
if (!/^-?\d+$/.test(offset)) {
  throw new Error(`Cannot start: TEST_CLOCK_OFFSET_MS is "${offset}", not a whole number of milliseconds.`);
}
/** The offset that a test has set; 0 outside of tests. */
export const clockOffsetMs = Number(offset);
if (clockOffsetMs !== 0 && env.NODE_ENV === 'production') {
  throw new Error('Cannot start: TEST_CLOCK_OFFSET_MS moves the clock and is for tests only. Unset it.');
}

/**
 * The current time in milliseconds since 1970. Measure durations with `performance.now()` instead.
 */
export const currentTimeMs = (): number => Date.now() + clockOffsetMs;

/** The current time as a canonical instant, such as `2026-01-05T15:45:00.000Z`. */
export const currentInstant = (): string => new Date(currentTimeMs()).toISOString();
