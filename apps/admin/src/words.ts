import type { FailureKind } from '@scheduler/db';
import type { TaskName } from '@scheduler/sync';

/** What people call a task. */
export const TASK_NAMES: Record<TaskName, string> = {
  sync_schedule: 'New schedules',
  sync_schedule_update: 'Changed schedules',
  sync_schedule_deletion: 'Removed schedules',
  sync_employee: 'People',
  refresh_events: 'Refresh from Crossmark',
};

/** What people call a kind of failure. */
export const KIND_NAMES: Record<FailureKind, string> = {
  rejected: 'refused',
  transient: 'no answer',
  unknown: 'answer lost',
  session: 'sign-in failed',
};

/** A name out of one of these, else what was given: Redis may remember one of another version. */
export const nameOf = (names: Record<string, string>, key: string): string => names[key] ?? key;
