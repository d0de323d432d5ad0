import {
  addMinutes,
  type Hours,
  type Instant,
  instantAt,
  momentAt,
  timeOf,
  type WorkDate,
} from '@scheduler/scheduling';
import type { DayBoard } from '@scheduler/server/router';
import type { Span } from './lane-layout.ts';

/** The hours of a day from its first to its last work, as real time: an hour that clocks skip is missing. */
export interface Axis {
  startsAt: Instant;
  minutes: number;
  /** The full hours of the store's clocks; `minute` counts from the beginning of the axis. */
  hours: { minute: number; label: string }[];
}

/** The hours that every day shows. */
const USUAL_HOURS = ['08:00', '18:00'] as const;

/** A slot of the day on the axis. */
export interface AxisSlot {
  time: string;
  minute: number;
  /** The first type of work that usually starts then. */
  type: DayBoard['coverage'][number]['type'];
  /** Whether somebody has it for each of its types. */
  isTaken: boolean;
}

/** Returns the hours that a day needs: the usual ones, and those of its work and its slots. */
export function axisOf({ day, store, schedules, coverage }: AxisFacts): Axis {
  const at = (time: string) => instantAt(day, time, store.timeZone);
  const moments = [
    ...USUAL_HOURS.map(at),
    ...coverage.flatMap(({ slots }) => slots.map(({ time }) => at(time))),
    ...schedules.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]),
  ].map((instant) => Date.parse(instant));
  const earliest = new Date(Math.min(...moments)).toISOString();
  const startsAt = addMinutes(earliest, -Number(timeOf(earliest, store.timeZone).slice(3)));
  const length = (Math.max(...moments) - Date.parse(startsAt)) / 60_000;
  const minutes = Math.ceil(length / 60) * 60;
  const hours = Array.from({ length: minutes / 60 }, (_, hour) => ({
    minute: hour * 60,
    label: hourWords(timeOf(addMinutes(startsAt, hour * 60), store.timeZone)),
  }));
  return { startsAt, minutes, hours };
}

type AxisFacts = Pick<DayBoard, 'day' | 'coverage'> & {
  store: Pick<DayBoard['store'], 'timeZone'>;
  schedules: readonly Pick<DayBoard['schedules'][number], 'startsAt' | 'endsAt'>[];
};

/** The minute of the axis at an instant. */
export const minuteAt = ({ startsAt }: Axis, instant: Instant): number =>
  (Date.parse(instant) - Date.parse(startsAt)) / 60_000;

/** The part of the axis that some hours of the day take; undefined where they take none of it. */
export function spanOf(
  axis: Axis,
  { day, timeZone }: { day: WorkDate; timeZone: string },
  { fromTime, untilTime }: Hours,
): Span | undefined {
  const minuteOf = (time: string, which: 'first' | 'last') =>
    minuteAt(axis, momentAt(day, time, timeZone, which));
  const from = fromTime === null ? 0 : Math.max(0, minuteOf(fromTime, 'first'));
  const to = untilTime === null ? axis.minutes : Math.min(axis.minutes, minuteOf(untilTime, 'last'));
  return from < to ? { from, to } : undefined;
}

/** The usual starts of the day on its axis, each time once with the first type that has it. */
export function slotsOn(axis: Axis, { day, store, coverage }: Omit<AxisFacts, 'schedules'>): AxisSlot[] {
  const slots = new Map<string, AxisSlot>();
  for (const { type, slots: ofType } of coverage) {
    for (const { time, usual, scheduleIds } of ofType) {
      if (!usual) continue;
      const before = slots.get(time);
      slots.set(time, {
        time,
        minute: minuteAt(axis, instantAt(day, time, store.timeZone)),
        type: before?.type ?? type,
        isTaken: (before?.isTaken ?? true) && scheduleIds.length > 0,
      });
    }
  }
  return [...slots.values()].sort((a, b) => a.minute - b.minute);
}

/** `8 AM`, or `8:30 AM` where a change of the clocks takes half an hour. */
function hourWords(time: string): string {
  const [hour = '0', minute = '00'] = time.split(':');
  return `${Number(hour) % 12 || 12}${minute === '00' ? '' : `:${minute}`} ${Number(hour) < 12 ? 'AM' : 'PM'}`;
}
