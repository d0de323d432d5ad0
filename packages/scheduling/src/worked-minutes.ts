import type { EventType } from './vocabulary.ts';

/** A lunch. A Core's is part of its duration here and not part of Crossmark's *Estimated Time*. */
export const LUNCH_MINUTES = 30;
const CORE_MINUTES = 390;

/** Minutes of presence that a person gets at most from Sunday to Saturday, unless a plan says otherwise. */
export const MOST_MINUTES_PER_WEEK = 40 * 60;

/**
 * The minutes of work in a duration, without a Core's lunch: *Estimated Time* in Crossmark's files.
 */
export function workedMinutes(type: EventType, durationMinutes: number): number {
  return type === 'Core' && durationMinutes > LUNCH_MINUTES
    ? durationMinutes - LUNCH_MINUTES
    : durationMinutes;
}

/**
 * The duration for a file's *Estimated Time*; a Core's includes its lunch. Files of earlier
 * versions of this product have a Core's duration, 390, in that column.
 * @param usualMinutes the event's duration so far, or its default; it is kept if the file agrees
 * with it
 */
export function presenceMinutes(type: EventType, worked: number, usualMinutes?: number): number {
  if (usualMinutes !== undefined && workedMinutes(type, usualMinutes) === worked) return usualMinutes;
  if (type !== 'Core' || worked === CORE_MINUTES) return worked;
  return worked + LUNCH_MINUTES;
}
