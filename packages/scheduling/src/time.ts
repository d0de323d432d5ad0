import type { Instant, WorkDate } from './vocabulary.ts';

/** The store's local day on which an instant falls. */
export function workDateOf(instant: Instant, timeZone: string): WorkDate {
  return localTime(instant, timeZone).slice(0, 10);
}

/** The store's wall time at an instant, `HH:mm` in 24 hours. */
export function timeOf(instant: Instant, timeZone: string): string {
  return localTime(instant, timeZone).slice(11, 16);
}

/**
 * The instant at which a store's clocks show a time, `HH:mm` or `HH:mm:ss`, on a local day. Where clocks skip that
 * time in spring: as much later as they skip; where they show it twice in autumn: the first one.
 * @throws {RangeError} no such day, time or zone
 */
export function instantAt(day: WorkDate, time: string, timeZone: string): Instant {
  const match = /^(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(time);
  if (!match) throw new RangeError(`"${time}" is not a time of day (HH:mm).`);
  // Unlike a property bag, the constructor refuses an hour that no clock shows.
  const clock = new Temporal.PlainTime(Number(match[1]), Number(match[2]), Number(match[3] ?? 0));
  const local = plainDate(day).toPlainDateTime(clock);
  return text(local.toZonedDateTime(timeZone).toInstant());
}

/**
 * Whether clocks skip a time, `HH:mm`, on a local day in spring, or show it twice in autumn;
 * otherwise null. {@link instantAt} decides which instant is meant.
 * @throws {RangeError} no such day, time or zone
 */
export function oddityOf(day: WorkDate, time: string, timeZone: string): 'skipped' | 'repeated' | null {
  const local = plainDate(day).toPlainDateTime(Temporal.PlainTime.from(time));
  const [first, last] = (['earlier', 'later'] as const).map((disambiguation) =>
    local.toZonedDateTime(timeZone, { disambiguation }),
  );
  if (!first || !last || first.equals(last)) return null;
  return first.toPlainDateTime().equals(local) ? 'repeated' : 'skipped';
}

/**
 * The store's local days that work touches, in order, the day of its start first. Work that ends at midnight doesn't touch the
 * day that begins then.
 */
export function daysTouched(startsAt: Instant, endsAt: Instant, timeZone: string): WorkDate[] {
  const days = [workDateOf(startsAt, timeZone)];
  const lastMoment = Temporal.Instant.from(endsAt).subtract({ milliseconds: 1 });
  const last = workDateOf(text(lastMoment), timeZone);
  for (let day = addDays(days[0] ?? last, 1); day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

/** An instant some minutes of real time later; negative for earlier. */
export function addMinutes(instant: Instant, minutes: number): Instant {
  return text(Temporal.Instant.from(instant).add({ minutes }));
}

/** A day some calendar days later; negative for earlier. */
export function addDays(day: WorkDate, days: number): WorkDate {
  return plainDate(day).add({ days }).toString();
}

/** Calendar days from one day to another, negative where `to` is the earlier one. */
export function daysBetween(from: WorkDate, to: WorkDate): number {
  return plainDate(from).until(plainDate(to)).days;
}

/** Day of the week, 0 = Sunday … 6 = Saturday. */
export function weekdayOf(day: WorkDate): number {
  return plainDate(day).dayOfWeek % 7;
}

/** The Sunday on or before a day: work weeks run Sunday to Saturday. */
export function weekStart(day: WorkDate): WorkDate {
  return addDays(day, -weekdayOf(day));
}

/** The days of a month, `YYYY-MM`, filled up to whole weeks: Sundays first, Saturdays last. */
export function monthDays(month: string): WorkDate[] {
  const days: WorkDate[] = [];
  for (
    let day = weekStart(`${month}-01`);
    day.slice(0, 7) <= month || weekdayOf(day) !== 0;
    day = addDays(day, 1)
  ) {
    days.push(day);
  }
  return days;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A day for a person to read: `Mon Jan 5`. */
export function formatDay(day: WorkDate): string {
  const { month, day: dayOfMonth } = plainDate(day);
  return `${WEEKDAYS[weekdayOf(day)]} ${MONTHS[month - 1]} ${dayOfMonth}`;
}

/** Days from first to last for a person to read, one day once: `Mon Jan 5`, `Mon Jan 5 to Wed Jan 7`. */
export const formatDays = (first: WorkDate, last: WorkDate): string =>
  first === last ? formatDay(first) : `${formatDay(first)} to ${formatDay(last)}`;

/** A moment for a person to read, on a store's clocks: `Mon Jan 5, 10:45 AM`. */
export const formatWhen = (instant: Instant, timeZone: string): string =>
  `${formatDay(workDateOf(instant, timeZone))}, ${formatTime(instant, timeZone)}`;

/** A store's wall time for a person to read: `10:45 AM`. */
export function formatTime(instant: Instant, timeZone: string): string {
  const [hour = '0', minute = '00'] = timeOf(instant, timeZone).split(':');
  return `${Number(hour) % 12 || 12}:${minute} ${Number(hour) < 12 ? 'AM' : 'PM'}`;
}

function plainDate(day: WorkDate): Temporal.PlainDate {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) throw new RangeError(`"${day}" is not a day (YYYY-MM-DD).`);
  const [year, month, dayOfMonth] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return new Temporal.PlainDate(year, month, dayOfMonth);
}

/**
 * A cache of local times: a board needs the same few hundred again and again, and each takes some
 * microseconds.
 */
const known = new Map<string, string>();
const KNOWN_AT_MOST = 5000;

function localTime(instant: Instant, timeZone: string): string {
  const key = `${instant} ${timeZone}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDateTime().toString();
  if (known.size >= KNOWN_AT_MOST) known.clear();
  known.set(key, local);
  return local;
}

function text(instant: Temporal.Instant): Instant {
  return instant.toString({ fractionalSecondDigits: 3 });
}
