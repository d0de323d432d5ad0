// Apart from time.ts: the sign-in page needs this, and no time zones.

/** First and last day that the product knows. */
export const FIRST_DAY = '2000-01-01';
export const LAST_DAY = '2099-12-31';

/** Whether a text is a day that there is, such as `2026-01-05`, from the first to the last one allowed. */
export function isDay(text: string, first = FIRST_DAY, last = LAST_DAY): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < first || text > last) return false;
  // February 30 would be read as a day of March.
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
