import { addDays, formatClock, momentAt } from './time.ts';
import type { Instant, WorkDate } from './vocabulary.ts';

/** A part of a day on the store's clocks, whatever day it is. */
export interface Hours {
  /** The first minute, `HH:mm`; null: from the beginning of the day. */
  fromTime: string | null;
  /** The minute that is no longer part of it, `HH:mm`; null: until the end of the day. */
  untilTime: string | null;
}

/** Whether hours of a day are part of other hours. Without hours, each is the whole day. */
export const areHoursWithin = (inner: Partial<Hours>, outer: Partial<Hours>): boolean =>
  (outer.fromTime ?? DAY_BEGINS) <= (inner.fromTime ?? DAY_BEGINS) &&
  (inner.untilTime ?? DAY_ENDS) <= (outer.untilTime ?? DAY_ENDS);

/** Whether hours of one day share a minute. Without hours, each is the whole day. */
export const doHoursOverlap = (one: Partial<Hours>, other: Partial<Hours>): boolean =>
  (one.fromTime ?? DAY_BEGINS) < (other.untilTime ?? DAY_ENDS) &&
  (other.fromTime ?? DAY_BEGINS) < (one.untilTime ?? DAY_ENDS);

const DAY_BEGINS = '00:00';
const DAY_ENDS = '24:00';

/** Whether hours are the whole day. */
export const isWholeDay = ({ fromTime = null, untilTime = null }: Partial<Hours>): boolean =>
  fromTime === null && untilTime === null;

/** Whether hours begin before they end. */
export const areOrdered = ({ fromTime = null, untilTime = null }: Partial<Hours>): boolean =>
  (fromTime ?? DAY_BEGINS) < (untilTime ?? DAY_ENDS);

/**
 * Whether work lasts into the hours of a day. Where clocks change, hours begin at the first moment
 * at which they show the time or a later one, and end at the last moment at which they show it. So
 * an hour that clocks show twice counts as long as it may be meant.
 */
export function isDuring(
  work: { startsAt: Instant; endsAt: Instant },
  day: WorkDate,
  { fromTime, untilTime }: Hours,
  timeZone: string,
): boolean {
  const begins = momentAt(day, fromTime ?? DAY_BEGINS, timeZone, 'first');
  const ends =
    untilTime === null
      ? momentAt(addDays(day, 1), DAY_BEGINS, timeZone, 'first')
      : momentAt(day, untilTime, timeZone, 'last');
  return work.startsAt < ends && work.endsAt > begins && begins < ends;
}

/** Hours for a record, with 24 hours a day: `13:00–24:00`. */
export const hoursOnClock = ({ fromTime, untilTime }: Partial<Hours>): string =>
  `${fromTime ?? DAY_BEGINS}–${untilTime ?? DAY_ENDS}`;

/** The parts of a day besides some hours, in order. */
export function hoursBesides({ fromTime, untilTime }: Hours): Hours[] {
  const parts: Hours[] = [];
  if (fromTime !== null) parts.push({ fromTime: null, untilTime: fromTime });
  if (untilTime !== null) parts.push({ fromTime: untilTime, untilTime: null });
  return parts;
}

/** Hours within a sentence: `from 1:00 PM to 5:00 PM`, `from 1:00 PM`, `until 11:00 AM`. */
export function hoursInWords({ fromTime, untilTime }: Hours): string {
  if (fromTime === null) return untilTime === null ? 'all day' : `until ${formatClock(untilTime)}`;
  return untilTime === null
    ? `from ${formatClock(fromTime)}`
    : `from ${formatClock(fromTime)} to ${formatClock(untilTime)}`;
}
