import type { EventType } from './vocabulary.ts';

/** A Core's break: part of its duration here, and of no *Estimated Time* of Crossmark's. */
const LUNCH_MINUTES = 30;
const CORE_MINUTES = 390;

/** Minutes of work in a duration, as *Estimated Time* of Crossmark's files counts them: without a Core's lunch. */
export function workedMinutes(type: EventType, durationMinutes: number): number {
  return type === 'Core' && durationMinutes > LUNCH_MINUTES
    ? durationMinutes - LUNCH_MINUTES
    : durationMinutes;
}

/**
 * The duration that a file's *Estimated Time* stands for: a Core's with its lunch. Our own files of earlier versions wrote
 * a Core's duration, 390, in that column.
 * @param usualMinutes the duration that the event has, or would have without a file: it stands where the file says nothing else
 */
export function presenceMinutes(type: EventType, worked: number, usualMinutes?: number): number {
  if (usualMinutes !== undefined && workedMinutes(type, usualMinutes) === worked) return usualMinutes;
  if (type !== 'Core' || worked === CORE_MINUTES) return worked;
  return worked + LUNCH_MINUTES;
}
