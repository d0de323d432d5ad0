import { clockOffsetMs, currentTimeMs } from '@scheduler/runtime/clock';

/** A moment at which the whole stack is tested. The demo store is in Indianapolis. */
export interface TestDate {
  at: string;
  why: string;
}

/**
 * Each weekday, ends of months and years, both changes of the clocks, and evenings that are already
 * the next day in UTC.
 */
export const TEST_DATES = [
  { at: '2026-12-31T22:00-05:00', why: 'Thursday, a year’s end, already next year in UTC' },
  { at: '2027-03-14T01:50-05:00', why: 'Sunday, ten minutes before clocks go forward' },
  { at: '2027-11-06T22:00-04:00', why: 'Saturday, the evening before clocks go back, already Sunday in UTC' },
  { at: '2027-11-07T01:50-04:00', why: 'Sunday, ten minutes before clocks go back' },
  { at: '2027-05-31T09:00-04:00', why: 'Monday, a month’s end' },
  { at: '2028-02-29T13:00-05:00', why: 'Tuesday, a leap day, a month’s end' },
  { at: '2027-03-10T17:30-05:00', why: 'Wednesday, clocks go forward at the end of its week' },
  { at: '2027-04-30T22:00-04:00', why: 'Friday, a month’s end, already next month in UTC' },
] as const satisfies TestDate[];

/** Returns the settings that move the clock of a process, and of all that it starts, to a date. */
export const startingAt = ({ at }: TestDate): { TEST_CLOCK_OFFSET_MS: string } => ({
  TEST_CLOCK_OFFSET_MS: String(Date.parse(at) - (currentTimeMs() - clockOffsetMs)),
});
