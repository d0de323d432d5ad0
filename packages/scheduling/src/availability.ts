import { formatDays, weekdayOf } from './time.ts';
import type { WorkDate } from './vocabulary.ts';

/** The availability of a person. */
export interface AvailabilityFacts {
  /** Weekly pattern, Sunday first; null: every day. */
  pattern: readonly boolean[] | null;
  /** Ranges of days that override the pattern, both ends included. */
  ranges: readonly { startsOn: WorkDate; endsOn: WorkDate; available: boolean; reason: string | null }[];
  /** Single days. */
  dates: readonly { day: WorkDate; available: boolean; reason: string | null }[];
  /** Days off, first and last included. */
  timeOff: readonly { startsOn: WorkDate; endsOn: WorkDate; reason: string | null }[];
}

/**
 * A reason why a person can't work on a day. Time off and a blocked date can't be overridden; the
 * others can.
 */
export interface Absence {
  cause: 'time_off' | 'date_unavailable' | 'range_unavailable' | 'pattern_unavailable';
  /**
   * The user's own text, otherwise the cause and its days, as a text of its own: `Time off, Fri Dec
   * 4`.
   */
  reason: string;
  /**
   * The same for a sentence that names the cause and the day: ` (dentist)`; empty if there is
   * nothing to add.
   */
  because: string;
}

/**
 * Why a person can't work on a day; empty when they can. Time off and a blocked date always block; else a single date
 * set available frees; else a range (an unavailable one, where ranges disagree); else the weekly pattern.
 */
export function absencesOn(person: AvailabilityFacts, day: WorkDate): Absence[] {
  const covers = (range: { startsOn: WorkDate; endsOn: WorkDate }) =>
    range.startsOn <= day && day <= range.endsOn;
  const blocks: Absence[] = [];
  for (const off of person.timeOff) {
    if (covers(off)) {
      blocks.push({ cause: 'time_off', ...inWords('Time off', off) });
    }
  }
  const date = person.dates.find((one) => one.day === day);
  if (date?.available === false) {
    const words = date.reason
      ? { reason: date.reason, because: ` (${date.reason})` }
      : { reason: 'not available that day', because: '' };
    blocks.push({ cause: 'date_unavailable', ...words });
  }
  if (blocks.length > 0 || date) return blocks;

  const ranges = person.ranges.filter(covers);
  const away = ranges.find((range) => !range.available);
  if (away) return [{ cause: 'range_unavailable', ...inWords('Not available', away) }];
  if (ranges.length > 0) return [];

  if (person.pattern?.[weekdayOf(day)] !== false) return [];
  const reason = `never works on ${WEEKDAY_NAMES[weekdayOf(day)]}s`;
  return [{ cause: 'pattern_unavailable', reason, because: ` (${reason})` }];
}

function inWords(
  what: string,
  { startsOn, endsOn, reason }: { startsOn: WorkDate; endsOn: WorkDate; reason: string | null },
): Pick<Absence, 'reason' | 'because'> {
  if (reason) return { reason, because: ` (${reason})` };
  const days = formatDays(startsOn, endsOn);
  return { reason: `${what}, ${days}`, because: startsOn === endsOn ? '' : ` (${days})` };
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
