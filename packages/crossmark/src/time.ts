/**
 * The only conversions between Crossmark's times and ours. Crossmark takes local times with an
 * offset, answers a booking in UTC, and lists it as the store's wall time. Our code has only
 * instants and local days.
 */
import { currentInstant } from '@scheduler/runtime/clock';
import type { Instant, WorkDate } from '@scheduler/scheduling';

/**
 * A date in another century is a mistake, and a very distant date breaks Postgres, browsers and the
 * arithmetic of zones.
 */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2099;

function assertYearInRange<T extends { year: number }>(date: T): T {
  if (date.year >= FIRST_YEAR && date.year <= LAST_YEAR) return date;
  throw new RangeError(`the year ${date.year} is not between ${FIRST_YEAR} and ${LAST_YEAR}.`);
}

const canonical = (instant: Temporal.Instant): Instant => instant.toString({ fractionalSecondDigits: 3 });

/**
 * Formats an instant as local time with its offset: `2026-01-05T10:45:00-05:00`. Throws RangeError.
 */
export function toLocalOffset(instant: Instant, timeZone: string): string {
  return Temporal.Instant.from(instant)
    .toZonedDateTimeISO(timeZone)
    .toString({ smallestUnit: 'second', timeZoneName: 'never' });
}

/**
 * Rounds an instant down to the second, the precision of {@link toLocalOffset}. Throws RangeError.
 */
export function wholeSecond(instant: Instant): Instant {
  return canonical(Temporal.Instant.from(instant).round({ smallestUnit: 'second', roundingMode: 'floor' }));
}

/**
 * Parses a time with an offset (`…+00:00`). Throws RangeError, also for a missing offset or a year
 * out of range.
 */
export function fromOffset(text: string): Instant {
  const instant = Temporal.Instant.from(text);
  assertYearInRange(instant.toZonedDateTimeISO('UTC'));
  return canonical(instant);
}

const WALL_TIME = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2}) ([AP])M$/i;
const DAY = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

/**
 * Parses the list's `MM/DD/YYYY hh:mm:ss AM/PM` as a store's wall time. A time in the hour that
 * repeats in autumn is read as its first occurrence. A time in the hour that is skipped in spring
 * is read as one hour later. Throws RangeError, also for a year out of range.
 */
export function fromWallTime(text: string, timeZone: string): Instant {
  const [, month, day, year, hour, minute, second, amOrPm] = WALL_TIME.exec(text) ?? [];
  const hours = Number(hour);
  if (!amOrPm || hours < 1 || hours > 12) throw new RangeError(`"${text}" is not MM/DD/YYYY hh:mm:ss AM/PM.`);
  const wall = Temporal.PlainDateTime.from(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: (hours % 12) + (amOrPm.toUpperCase() === 'P' ? 12 : 0),
      minute: Number(minute),
      second: Number(second),
    },
    { overflow: 'reject' },
  );
  return canonical(assertYearInRange(wall).toZonedDateTime(timeZone).toInstant());
}

/** Parses `MM/DD/YYYY`. Throws RangeError, also for a year out of range. */
export function fromDay(text: string): WorkDate {
  const [, month, day, year] = DAY.exec(text) ?? [];
  if (!year) throw new RangeError(`"${text}" is not MM/DD/YYYY.`);
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  return assertYearInRange(Temporal.PlainDate.from(date, { overflow: 'reject' })).toString();
}

const formatDay = (date: Temporal.PlainDate): string =>
  `${String(date.month).padStart(2, '0')}/${String(date.day).padStart(2, '0')}/${date.year}`;

/**
 * Formats the range that the rep list takes: `MM/DD/YYYY HH:MM:SS,MM/DD/YYYY HH:MM:SS`. Without
 * days it runs from now, as the zone's wall time, for seven days. Throws RangeError.
 */
export function repRange(from: WorkDate | undefined, to: WorkDate | undefined, timeZone: string): string {
  const now = Temporal.Instant.from(currentInstant()).toZonedDateTimeISO(timeZone).toPlainDateTime();
  const clock = now.toPlainTime().toString({ smallestUnit: 'second' });
  const first = from ? Temporal.PlainDate.from(from) : now.toPlainDate();
  const last = to ? Temporal.PlainDate.from(to) : first.add({ days: 7 });
  return `${formatDay(first)} ${from ? '00:00:00' : clock},${formatDay(last)} ${to || from ? '23:59:59' : clock}`;
}

/** Validates a local day and returns it in canonical form. Throws RangeError. */
export function checkedDay(day: WorkDate): WorkDate {
  return Temporal.PlainDate.from(day).toString();
}
