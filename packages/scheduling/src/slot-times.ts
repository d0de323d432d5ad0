import type { PerType } from './event-type.ts';
import type { EventType } from './vocabulary.ts';
import { LUNCH_MINUTES } from './worked-minutes.ts';

/** When somebody who starts at a slot has lunch and leaves, in store time, `HH:mm`. */
export interface SlotTimes {
  /** Null: nothing is said of lunch. */
  lunchAt: string | null;
  /** Null: when the schedule ends. */
  endsAt: string | null;
}

/** The times of each start of a type of work. */
export type SlotTimesByStart = Readonly<Record<string, SlotTimes>>;

const NOTHING_SAID: SlotTimes = { lunchAt: null, endsAt: null };

/** Lunches of the default starts. Two people who start one after the other don't have lunch at once. */
export const DEFAULT_SLOT_TIMES: PerType<SlotTimesByStart> = {
  Core: {
    '10:45': { lunchAt: '13:30', endsAt: null },
    '11:15': { lunchAt: '14:15', endsAt: null },
    '11:45': { lunchAt: '14:45', endsAt: null },
    '12:15': { lunchAt: '15:45', endsAt: null },
  },
};

/** The lunch and the end of a start: the store's setting, else the default. */
export function slotTimesFor(type: EventType, start: string, set: PerType<SlotTimesByStart> = {}): SlotTimes {
  return set[type]?.[start] ?? DEFAULT_SLOT_TIMES[type]?.[start] ?? NOTHING_SAID;
}

/**
 * Why the times of a start can't be: `lunch` isn't after the start, or `end` isn't after the start
 * and after lunch; null if they can.
 */
export function faultOfSlotTimes(start: string, { lunchAt, endsAt }: SlotTimes): 'lunch' | 'end' | null {
  if (lunchAt !== null && lunchAt <= start) return 'lunch';
  if (endsAt !== null && endsAt <= start) return 'end';
  if (lunchAt !== null && endsAt !== null && endsAt < lunchEnd(lunchAt)) return 'end';
  return null;
}

/** When a lunch ends, `HH:mm`. */
export function lunchEnd(lunchAt: string): string {
  return Temporal.PlainTime.from(lunchAt).add({ minutes: LUNCH_MINUTES }).toString().slice(0, 5);
}
