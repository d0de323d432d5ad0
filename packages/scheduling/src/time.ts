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
 * The instant at which a store's clocks show a time, `HH:mm` or `HH:mm:ss`, on a local day. If
 * clocks skip that time in spring, the instant is later by the part that they skip. If they show it
 * twice in autumn, it is the first of the two.
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
 * The first or the last moment at which a store's clocks show a time, `HH:mm`, on a local day. They
 * differ if clocks show it twice in autumn. If clocks skip it in spring, both are the moment at
 * which they are set forward.
 * @throws {RangeError} no such day, time or zone
 */
export function momentAt(day: WorkDate, time: string, timeZone: string, which: 'first' | 'last'): Instant {
  return remember(moments, `${day} ${time} ${timeZone} ${which}`, () => {
    const local = plainDate(day).toPlainDateTime(Temporal.PlainTime.from(time));
    const [first, last] = (['earlier', 'later'] as const).map((disambiguation) =>
      local.toZonedDateTime(timeZone, { disambiguation }),
    );
    const isSkipped = !first?.toPlainDateTime().equals(local);
    const ofClocks = which === 'first' ? first : last;
    const moment = isSkipped ? first?.getTimeZoneTransition('next') : ofClocks;
    if (!moment) throw new RangeError(`The clocks of ${timeZone} do not show ${time} on ${day}.`);
    return text(moment.toInstant());
  });
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
 * The store's local days on which work lasts, in order. Work that ends at midnight doesn't last
 * into the day that begins then.
 */
export function daysTouched(startsAt: Instant, endsAt: Instant, timeZone: string): WorkDate[] {
  const days = [workDateOf(startsAt, timeZone)];
  const lastMoment = Temporal.Instant.from(endsAt).subtract({ milliseconds: 1 });
  const last = workDateOf(text(lastMoment), timeZone);
  for (let day = addDays(days[0] ?? last, 1); day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Adds minutes of real time to an instant. A negative number gives an earlier instant. */
export function addMinutes(instant: Instant, minutes: number): Instant {
  return text(Temporal.Instant.from(instant).add({ minutes }));
}

/** Adds calendar days to a day. A negative number gives an earlier day. */
export function addDays(day: WorkDate, days: number): WorkDate {
  return plainDate(day).add({ days }).toString();
}

/** Returns the earlier one of two days. */
export const earlierDay = (a: WorkDate, b: WorkDate): WorkDate => (a < b ? a : b);

/** Returns the later one of two days. */
export const laterDay = (a: WorkDate, b: WorkDate): WorkDate => (a > b ? a : b);

/** The number of calendar days from one day to another; negative if `to` is the earlier one. */
export function daysBetween(from: WorkDate, to: WorkDate): number {
  return plainDate(from).until(plainDate(to)).days;
}

/** Day of the week, 0 = Sunday … 6 = Saturday. */
export function weekdayOf(day: WorkDate): number {
  return plainDate(day).dayOfWeek % 7;
}

/** The Sunday on or before a day: work weeks run Sunday to Saturday. */
export function weekStart(day: WorkDate): WorkDate {
  return remember(sundays, day, () => addDays(day, -weekdayOf(day)));
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
export const formatTime = (instant: Instant, timeZone: string): string =>
  formatClock(timeOf(instant, timeZone));

/** A time of day for a person to read: `10:45 AM` out of `10:45`. */
export function formatClock(time: string): string {
  const [hour = '0', minute = '00'] = time.split(':');
  return `${Number(hour) % 12 || 12}:${minute} ${Number(hour) < 12 ? 'AM' : 'PM'}`;
}

const plainDate = (day: WorkDate): Temporal.PlainDate =>
  remember(dates, day, () => {
    const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
    if (!match) throw new RangeError(`"${day}" is not a day (YYYY-MM-DD).`);
    const [year, month, dayOfMonth] = [Number(match[1]), Number(match[2]), Number(match[3])];
    return new Temporal.PlainDate(year, month, dayOfMonth);
  });

/**
 * Caches of times: a board needs the same few hundred again and again, and each takes some
 * microseconds.
 */
const localTimes = new Map<string, string>();
const moments = new Map<string, Instant>();
const dates = new Map<WorkDate, Temporal.PlainDate>();
const sundays = new Map<WorkDate, WorkDate>();
const KNOWN_AT_MOST = 5000;

const localTime = (instant: Instant, timeZone: string): string =>
  remember(localTimes, `${instant} ${timeZone}`, () =>
    Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDateTime().toString(),
  );

function remember<Value>(known: Map<string, Value>, key: string, compute: () => Value): Value {
  const before = known.get(key);
  if (before !== undefined) return before;
  const value = compute();
  if (known.size >= KNOWN_AT_MOST) known.clear();
  known.set(key, value);
  return value;
}

function text(instant: Temporal.Instant): Instant {
  return instant.toString({ fractionalSecondDigits: 3 });
}
