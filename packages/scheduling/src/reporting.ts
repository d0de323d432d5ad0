import { addDays } from './time.ts';
import type { Condition, WorkDate } from './vocabulary.ts';

/** Days back from today in which work is looked for that nobody has reported. */
const UNREPORTED_DAYS = 14;

/** What Crossmark calls work that it has no report of. */
export const UNREPORTED_CONDITIONS: readonly Condition[] = ['Scheduled', 'Staffed', 'In Progress', 'Paused'];

/** The days, both included, whose work should be reported by today and may still be missing. */
export function unreportedDays(today: WorkDate): { from: WorkDate; to: WorkDate } {
  return { from: addDays(today, -UNREPORTED_DAYS), to: addDays(today, -1) };
}

/** Whether a schedule lies in the last 14 days, before today, and Crossmark has no report of it. */
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
 * The day on which reissued work expires unless said otherwise: the day after it was due, but never before the work can
 * be done (the last work day is the one before the expiry).
 */
export function defaultReissueExpiry(dueOn: WorkDate, workDate: WorkDate): WorkDate {
  return addDays(workDate < dueOn ? dueOn : workDate, 1);
}
