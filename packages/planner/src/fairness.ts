import { addDays, type PlannedWork, type WorkDate } from '@scheduler/scheduling';
import { isWeekend, minutesOf } from './roster.ts';

/** How much work a person has over some days. */
export interface Fairness {
  employeeId: number;
  /** Minutes of presence, short work beside long work counted too. */
  minutes: number;
  /** Days with any work. */
  days: number;
  cores: number;
  /** Saturdays and Sundays with any work. */
  weekendDays: number;
}

/**
 * Sums up each person's work from day to day, both included. People without work are in it, with
 * zeros.
 */
export function fairnessOf(
  people: readonly { id: number }[],
  work: readonly PlannedWork[],
  from: WorkDate,
  to: WorkDate,
): Fairness[] {
  const byPerson = Map.groupBy(
    work.filter(({ workDate }) => from <= workDate && workDate <= to),
    ({ employeeId }) => employeeId,
  );
  return people.map(({ id }) => {
    const theirs = byPerson.get(id) ?? [];
    const days = new Set(theirs.map(({ workDate }) => workDate));
    return {
      employeeId: id,
      minutes: theirs.reduce((sum, each) => sum + minutesOf(each), 0),
      days: days.size,
      cores: theirs.filter(({ type }) => type === 'Core').length,
      weekendDays: [...days].filter(isWeekend).length,
    };
  });
}

/** The first day of four weeks that end with the week of a Sunday: what fairness looks back on. */
export const fourWeeksTo = (sunday: WorkDate): WorkDate => addDays(sunday, -21);
