import type { EventType } from './vocabulary.ts';

/** A Core's lunch. It is part of the duration here and not part of Crossmark's *Estimated Time*. */
const LUNCH_MINUTES = 30;
const CORE_MINUTES = 390;

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
