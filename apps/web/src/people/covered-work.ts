import { addDays } from '@scheduler/scheduling';
import type { EmployeeDetail } from '@scheduler/server/router';

/** Others are found for work of so many days at once. */
export const MOST_COVERED_DAYS = 62;

type Work = Pick<EmployeeDetail['upcoming'][number], 'workDate' | 'isInOwnStore'>;

/** Why nobody is looked for to do work of a person who leaves; null if others are looked for. */
export function whyNotCovered(work: Work, lastWorkDay: string): string | null {
  if (!work.isInOwnStore) return 'in another store: nobody is looked for';
  if (work.workDate <= lastWorkDay) return 'lasts from their last day: nobody is looked for';
  if (work.workDate > addDays(lastWorkDay, MOST_COVERED_DAYS))
    return `more than ${MOST_COVERED_DAYS} days later: nobody is looked for yet`;
  return null;
}
