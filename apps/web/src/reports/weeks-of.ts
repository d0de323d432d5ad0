import { earlierDay } from '@scheduler/scheduling';
import { addDays, daysBetween, laterDay, weekStart } from '../lib/time.ts';
import type { ReportsSearch } from './reports-search.ts';

const MOST_WEEKS = 53;

/**
 * The first Sunday and the last Saturday of an address, by default of this week and the three before
 * it. There are 53 weeks at most, and the last one is not before the first one.
 */
export function weeksOf({ from, to }: ReportsSearch, thisWeek: string): { from: string; to: string } {
  const lastSunday = weekStart(to ?? laterDay(thisWeek, from ?? thisWeek));
  const firstSunday = weekStart(from ?? addDays(lastSunday, -21));
  const first = earlierDay(firstSunday, lastSunday);
  const tooMany = daysBetween(first, lastSunday) >= MOST_WEEKS * 7;
  return {
    from: tooMany ? addDays(lastSunday, -(MOST_WEEKS - 1) * 7) : first,
    to: addDays(lastSunday, 6),
  };
}
