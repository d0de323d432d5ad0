import {
  type EventType,
  lunchEnd,
  type PerType,
  type SlotTimesByStart,
  slotTimesFor,
  timeOf,
} from '@scheduler/scheduling';
import { formatClock, formatTime } from '../lib/time.ts';

/** Start, lunch and end of a schedule: lunch and end of its usual start, else no lunch, and its own end. */
export function timesOnPaper(
  { startsAt, endsAt, type }: { startsAt: string; endsAt: string; type: EventType },
  { timeZone, slotTimes }: { timeZone: string; slotTimes: PerType<SlotTimesByStart> },
): { start: string; lunch: string; end: string } {
  const times = slotTimesFor(type, timeOf(startsAt, timeZone), slotTimes);
  return {
    start: formatTime(startsAt, timeZone),
    lunch: times.lunchAt ? `${formatClock(times.lunchAt)} – ${formatClock(lunchEnd(times.lunchAt))}` : '',
    end: times.endsAt ? formatClock(times.endsAt) : formatTime(endsAt, timeZone),
  };
}
