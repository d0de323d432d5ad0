import { addDays, type PlannedWork, type WorkDate } from '@scheduler/scheduling';
import { isWeekend, minutesOf } from './roster.ts';

/** The amount of a person's work over some days. */
export interface Fairness {
  employeeId: number;
  /** Minutes of presence, including short work beside long work. */
  minutes: number;
  /** Days with any work. */
  days: number;
  cores: number;
  /** Saturdays and Sundays with any work. */
  weekendDays: number;
}

/**
 * Sums up each person's work between two days, both included. The result includes people without
 * work, with zeros.
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

/**
 * Returns the first day of the four weeks that end with the week of a Sunday. Fairness counts these
 * weeks.
 */
export const fourWeeksTo = (sunday: WorkDate): WorkDate => addDays(sunday, -21);
