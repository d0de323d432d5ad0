/**
 * The present, for all of our TypeScript, on servers and in browsers. Tests start processes on another date by
 * TEST_CLOCK_OFFSET_MS, and move the database with them (`app_now()` in SQL). Time goes on as usual from there.
 */

/** A browser has no `process`: a test moves its whole clock. */
const env = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env ?? {};

const offset = env.TEST_CLOCK_OFFSET_MS || '0';
if (!/^-?\d+$/.test(offset)) {
  throw new Error(`Cannot start: TEST_CLOCK_OFFSET_MS is "${offset}", not a whole number of milliseconds.`);
}
/** By how much tests have moved the clock; 0 outside of tests. */
export const clockOffsetMs = Number(offset);
if (clockOffsetMs !== 0 && env.NODE_ENV === 'production') {
  throw new Error('Cannot start: TEST_CLOCK_OFFSET_MS moves the clock and is for tests only. Unset it.');
}

/** The present in milliseconds since 1970. To measure how long something takes, use `performance.now()`. */
export const currentTimeMs = (): number => Date.now() + clockOffsetMs;

/** The present as a canonical instant, such as `2026-01-05T15:45:00.000Z`. */
export const currentInstant = (): string => new Date(currentTimeMs()).toISOString();
