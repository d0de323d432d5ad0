import { addDays } from './time.ts';
import type { Condition, WorkDate } from './vocabulary.ts';

/** Days before today that are checked for unreported work. */
const UNREPORTED_DAYS = 14;

/** Crossmark's conditions of work without a report. */
export const UNREPORTED_CONDITIONS: readonly Condition[] = ['Scheduled', 'Staffed', 'In Progress', 'Paused'];

/** The days, both included, whose work should be reported by today and may be missing. */
export function unreportedDays(today: WorkDate): { from: WorkDate; to: WorkDate } {
  return { from: addDays(today, -UNREPORTED_DAYS), to: addDays(today, -1) };
}

/** Whether a schedule is in the 14 days before today and Crossmark has no report of it. */
export function isUnreported(
  schedule: { workDate: WorkDate; condition: Condition },
  today: WorkDate,
): boolean {
  const { from, to } = unreportedDays(today);
  return (
    from <= schedule.workDate && schedule.workDate <= to && UNREPORTED_CONDITIONS.includes(schedule.condition)
  );
}

/**
 * The default expiry of reissued work: the day after it was due, but not before the day after the
 * work date, because the last work day is the day before the expiry.
 */
export function defaultReissueExpiry(dueOn: WorkDate, workDate: WorkDate): WorkDate {
  return addDays(workDate < dueOn ? dueOn : workDate, 1);
}
