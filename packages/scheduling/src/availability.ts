import { doHoursOverlap, type Hours, hoursBesides, hoursInWords, isWholeDay } from './hours.ts';
import { formatDay, formatDays, laterDay, weekdayOf } from './time.ts';
import type { WorkDate } from './vocabulary.ts';

/** The availability of a person. */
export interface AvailabilityFacts {
  /** Weekly pattern, Sunday first; null: every day. */
  pattern: readonly boolean[] | null;
  /** The hours of each weekday in which the person works, Sunday first; null: the whole day. */
  patternHours?: readonly (Hours | null)[] | null;
  /** Ranges of days that override the pattern, both ends included. */
  ranges: readonly { startsOn: WorkDate; endsOn: WorkDate; available: boolean; reason: string | null }[];
  /** Single days. */
  dates: readonly { day: WorkDate; available: boolean; reason: string | null }[];
  /** Days off, first and last included. With hours, only these hours of each day are off. */
  timeOff: readonly (Partial<Hours> & { startsOn: WorkDate; endsOn: WorkDate; reason: string | null })[];
}

/**
 * A reason why a person can't work on a day. Time off and a blocked date can't be overridden; the
 * others can.
 */
export interface Absence {
  cause: 'time_off' | 'date_unavailable' | 'range_unavailable' | 'pattern_unavailable';
  /** The user's own text, otherwise the cause, for places that show its days anyway: `Time off`. */
  title: string;
  /**
   * The user's own text, otherwise the cause and its days, for places that show nothing else:
   * `Time off, Fri Dec 4`.
   */
  reason: string;
  /**
   * The same for a sentence that names the cause and the day: ` (dentist)`; empty if there is
   * nothing to add.
   */
  because: string;
}

/** A reason why a person can't work in some hours of a day. */
export interface HoursOff extends Absence, Hours {}

/**
 * Why a person can't work on a day at all; empty if they can, at least in some hours. Time off and
 * a blocked date always block. Otherwise a single date that is set available decides; otherwise a
 * range of days (if several ranges disagree, one in which the person is unavailable); otherwise the
 * weekly pattern.
 */
export function absencesOn(person: AvailabilityFacts, day: WorkDate): Absence[] {
  const covers = coversDay(day);
  const blocks: Absence[] = [];
  for (const off of person.timeOff) {
    if (covers(off) && isWholeDay(off)) {
      blocks.push({ cause: 'time_off', ...inWords('Time off', off) });
    }
  }
  const date = person.dates.find((one) => one.day === day);
  if (date?.available === false) {
    const words = date.reason
      ? { title: date.reason, reason: date.reason, because: ` (${date.reason})` }
      : { title: 'Not available', reason: 'not available that day', because: '' };
    blocks.push({ cause: 'date_unavailable', ...words });
  }
  if (blocks.length > 0 || date) return blocks;

  const ranges = person.ranges.filter(covers);
  const away = ranges.find((range) => !range.available);
  if (away) return [{ cause: 'range_unavailable', ...inWords('Not available', away) }];
  if (ranges.length > 0) return [];

  if (person.pattern?.[weekdayOf(day)] !== false) return [];
  const reason = `never works on ${WEEKDAY_NAMES[weekdayOf(day)]}s`;
  return [{ cause: 'pattern_unavailable', title: reason, reason, because: ` (${reason})` }];
}

/**
 * The hours of a day in which a person can't work, although they can in others: time off for part
 * of the day, and the hours besides those of the weekly pattern. Empty if time off or a blocked
 * date blocks the whole day.
 */
export function hoursOffOn(person: AvailabilityFacts, day: WorkDate): HoursOff[] {
  const absences = absencesOn(person, day);
  if (absences.some(({ cause }) => cause === 'time_off' || cause === 'date_unavailable')) return [];
  const covers = coversDay(day);
  const hours: HoursOff[] = [];
  for (const off of person.timeOff) {
    if (!covers(off)) continue;
    const { fromTime = null, untilTime = null, reason } = off;
    hours.push({
      cause: 'time_off',
      fromTime,
      untilTime,
      title: reason ?? 'Time off',
      reason: reason ?? 'time off',
      because: reason ? ` (${reason})` : '',
    });
  }
  const isOverridden = absences.length > 0 || person.dates.some((date) => date.day === day);
  const usual = person.patternHours?.[weekdayOf(day)];
  if (!usual || isOverridden || person.ranges.some(covers)) return hours;
  const reason = `works ${hoursInWords(usual)} on ${WEEKDAY_NAMES[weekdayOf(day)]}s`;
  for (const besides of hoursBesides(usual)) {
    hours.push({
      cause: 'pattern_unavailable',
      ...besides,
      title: reason,
      reason,
      because: ` (${reason})`,
    });
  }
  return hours;
}

/**
 * Says that somebody whose absence was taken back still has other time off in its days and hours, and
 * from which of its days on. Returns null if there is none.
 */
export function describeOtherTimeOff(
  name: string,
  others: AvailabilityFacts['timeOff'],
  { startsOn, endsOn, ...hours }: Partial<Hours> & { startsOn: WorkDate; endsOn: WorkDate },
): string | null {
  const [first] = others
    .filter((off) => off.startsOn <= endsOn && startsOn <= off.endsOn && doHoursOverlap(off, hours))
    .toSorted((a, b) => a.startsOn.localeCompare(b.startsOn));
  if (!first) return null;
  const because = first.reason ? ` (${first.reason})` : '';
  return `${name} still has time off on ${formatDay(laterDay(first.startsOn, startsOn))}${because}.`;
}

const coversDay = (day: WorkDate) => (range: { startsOn: WorkDate; endsOn: WorkDate }) =>
  range.startsOn <= day && day <= range.endsOn;

function inWords(
  what: string,
  { startsOn, endsOn, reason }: { startsOn: WorkDate; endsOn: WorkDate; reason: string | null },
): Pick<Absence, 'title' | 'reason' | 'because'> {
  if (reason) return { title: reason, reason, because: ` (${reason})` };
  const days = formatDays(startsOn, endsOn);
  return { title: what, reason: `${what}, ${days}`, because: startsOn === endsOn ? '' : ` (${days})` };
}

const WEEKDAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** A holiday: one date, or the same month and day every year. */
export interface Holiday {
  day: WorkDate;
  name: string;
  yearly: boolean;
}

/** The company holiday that falls on a day. */
export function holidayOn(day: WorkDate, holidays: readonly Holiday[]): Holiday | undefined {
  return holidays.find((holiday) =>
    holiday.yearly ? holiday.day.slice(5) === day.slice(5) : holiday.day === day,
  );
}
