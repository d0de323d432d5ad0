import type { MonthView } from '@scheduler/server/router';

type Day = MonthView['days'][number];

/** How much work of a day is still open, from nothing to much. */
export type Heat = 0 | 1 | 2 | 3;

/** The colors of the heat, each with its words. The number itself always stands beside the color. */
export const HEATS: Record<Heat, { words: string; look: string }> = {
  0: { words: 'nothing', look: 'bg-surface' },
  1: { words: '1', look: 'bg-heat-1' },
  2: { words: '2 or 3', look: 'bg-heat-2' },
  3: { words: '4 or more', look: 'bg-heat-3' },
};

/** The heat of a day, by its unscheduled events whose last day it is. */
export function heatOf({ due }: Pick<Day, 'due'>): Heat {
  if (due === 0) return 0;
  if (due === 1) return 1;
  return due <= 3 ? 2 : 3;
}

/** The number of scheduled events of a day. */
export const plannedOn = ({ counts }: Pick<Day, 'counts'>): number =>
  counts.reduce((sum, { count }) => sum + count, 0);

/** What is planned and what is open on some days together. */
export function totalsOf(days: readonly Pick<Day, 'counts' | 'due'>[]): { planned: number; due: number } {
  return {
    planned: days.reduce((sum, day) => sum + plannedOn(day), 0),
    due: days.reduce((sum, { due }) => sum + due, 0),
  };
}

/** Whether a day has work, open work or a holiday. */
export const hasSomething = (day: Day): boolean =>
  day.counts.length > 0 || day.due > 0 || day.holiday !== null;
