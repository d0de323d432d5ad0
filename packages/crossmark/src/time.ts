/**
 * The only place where Crossmark's times become ours and back. Crossmark is written to in local time with offset,
 * answers bookings in UTC, and lists them as the store's wall time; here there are only instants and local days.
 */
import { currentInstant } from '@scheduler/runtime/clock';
import type { Instant, WorkDate } from '@scheduler/scheduling';
import { Temporal } from 'temporal-polyfill';

/** Dates of other centuries are slips, and the far ones stop what reads them: Postgres, browsers, the arithmetic of zones. */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2099;

function inRange<T extends { year: number }>(date: T): T {
  if (date.year >= FIRST_YEAR && date.year <= LAST_YEAR) return date;
  throw new RangeError(`the year ${date.year} is not between ${FIRST_YEAR} and ${LAST_YEAR}.`);
}

const canonical = (instant: Temporal.Instant): Instant => instant.toString({ fractionalSecondDigits: 3 });

/** `2026-01-05T10:45:00-05:00`: an instant as the zone's local time with the offset of that day. Throws RangeError. */
export function toLocalOffset(instant: Instant, timeZone: string): string {
  return Temporal.Instant.from(instant)
    .toZonedDateTimeISO(timeZone)
    .toString({ smallestUnit: 'second', timeZoneName: 'never' });
}

/** An instant as {@link toLocalOffset} sends it: without fractions of its second. Throws RangeError. */
export function wholeSecond(instant: Instant): Instant {
  return canonical(Temporal.Instant.from(instant).round({ smallestUnit: 'second', roundingMode: 'floor' }));
}

/** Reads a time that carries its offset (`…+00:00`). Throws RangeError, also where the offset is missing or the year can't be. */
export function fromOffset(text: string): Instant {
  const instant = Temporal.Instant.from(text);
  inRange(instant.toZonedDateTimeISO('UTC'));
  return canonical(instant);
}

const WALL = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2}) ([AP])M$/i;
const DAY = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

/**
 * Reads the list's `MM/DD/YYYY hh:mm:ss AM/PM` as the wall time of a store. The hour that comes twice in autumn is
 * taken as its first coming, the hour that spring leaves out as one later. Throws RangeError, also where the year can't be.
 */
export function fromWallTime(text: string, timeZone: string): Instant {
  const [, month, day, year, hour, minute, second, half] = WALL.exec(text) ?? [];
  const hours = Number(hour);
  if (!half || hours < 1 || hours > 12) throw new RangeError(`"${text}" is not MM/DD/YYYY hh:mm:ss AM/PM.`);
  const wall = Temporal.PlainDateTime.from(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: (hours % 12) + (half.toUpperCase() === 'P' ? 12 : 0),
      minute: Number(minute),
      second: Number(second),
    },
    { overflow: 'reject' },
  );
  return canonical(inRange(wall).toZonedDateTime(timeZone).toInstant());
}

/** Reads `MM/DD/YYYY`. Throws RangeError, also where the year can't be. */
export function fromDay(text: string): WorkDate {
  const [, month, day, year] = DAY.exec(text) ?? [];
  if (!year) throw new RangeError(`"${text}" is not MM/DD/YYYY.`);
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  return inRange(Temporal.PlainDate.from(date, { overflow: 'reject' })).toString();
}

const slashed = (date: Temporal.PlainDate): string =>
  `${String(date.month).padStart(2, '0')}/${String(date.day).padStart(2, '0')}/${date.year}`;

/**
 * The range of days that the rep list wants: `MM/DD/YYYY HH:MM:SS,MM/DD/YYYY HH:MM:SS`. Without days it runs from
 * now, as the zone's wall time, for seven days. Throws RangeError.
 */
export function repRange(from: WorkDate | undefined, to: WorkDate | undefined, timeZone: string): string {
  const now = Temporal.Instant.from(currentInstant()).toZonedDateTimeISO(timeZone).toPlainDateTime();
  const clock = now.toPlainTime().toString({ smallestUnit: 'second' });
  const first = from ? Temporal.PlainDate.from(from) : now.toPlainDate();
  const last = to ? Temporal.PlainDate.from(to) : first.add({ days: 7 });
  return `${slashed(first)} ${from ? '00:00:00' : clock},${slashed(last)} ${to || from ? '23:59:59' : clock}`;
}

/** Checks a local day. Throws RangeError. */
export function checkedDay(day: WorkDate): WorkDate {
  return Temporal.PlainDate.from(day).toString();
}
