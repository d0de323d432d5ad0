import { isDay } from '@scheduler/scheduling';
import { addDays } from '../lib/time.ts';

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');
/** Fewer letters of a month or weekday begin too many other words. */
const FEWEST_LETTERS = 3;
const BY_NAME: Readonly<Record<string, number>> = {
  today: 0,
  tomorrow: 1,
  yesterday: -1,
  'next week': 7,
  'last week': -7,
  'previous week': -7,
};

/**
 * Returns the day that a text names, as people type it: `2026-12-08`, `12/8`, `Dec 8`, `8 December`,
 * `tomorrow`, `next week`, or `friday` for the next one from today on. Of a day without a year, the
 * nearest one to `today`. Undefined if the text names no day.
 */
export function dayNamed(text: string, today: string): string | undefined {
  const words = text.trim().toLowerCase().replace(/[,.]/g, '').replace(/\s+/g, ' ');
  if (isDay(words)) return words;
  const offset = BY_NAME[words];
  if (offset !== undefined) return addDays(today, offset);
  const weekday = placeOf(WEEKDAYS, words);
  if (weekday >= 0) {
    const now = new Date(`${today}T00:00:00Z`).getUTCDay();
    return addDays(today, (weekday - now + 7) % 7);
  }
  const numbers = /^(\d{1,2})\/(\d{1,2})$/.exec(words);
  if (numbers) return nearestDay(Number(numbers[1]), Number(numbers[2]), today);
  const named = /^(?:([a-z]+) (\d{1,2})|(\d{1,2}) ([a-z]+))$/.exec(words);
  const month = placeOf(MONTHS, named?.[1] ?? named?.[4] ?? '');
  return month >= 0 ? nearestDay(month + 1, Number(named?.[2] ?? named?.[3]), today) : undefined;
}

/** The place of the name that begins with a word, as `december` begins with `dec`; -1 if none. */
const placeOf = (names: readonly string[], word: string): number =>
  word.length < FEWEST_LETTERS ? -1 : names.findIndex((name) => name.startsWith(word));

/** The day of that month which is nearest to `today`; undefined if no such day exists. */
function nearestDay(month: number, date: number, today: string): string | undefined {
  const year = Number(today.slice(0, 4));
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const distance = (day: string) => Math.abs(Date.parse(day) - Date.parse(today));
  return [year - 1, year, year + 1]
    .map((each) => `${each}-${twoDigits(month)}-${twoDigits(date)}`)
    .filter((day) => isDay(day))
    .toSorted((a, b) => distance(a) - distance(b))[0];
}
