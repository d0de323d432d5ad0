// Not in time.ts, because the sign-in page needs this and should not load the code for time zones.

/** First and last day that the product knows. */
export const FIRST_DAY = '2000-01-01';
export const LAST_DAY = '2099-12-31';

/**
 * Whether a text is a day that exists, such as `2026-01-05`, and lies between the first and the
 * last day that are allowed.
 */
export function isDay(text: string, first = FIRST_DAY, last = LAST_DAY): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < first || text > last) return false;
  // Without this check, February 30 would be read as a day of March.
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
