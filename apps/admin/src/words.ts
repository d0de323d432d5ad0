import type { FailureKind } from '@scheduler/db';
import type { TaskName } from '@scheduler/sync';

/** The display name of a task. */
export const TASK_NAMES: Record<TaskName, string> = {
  sync_schedule: 'New schedules',
  sync_schedule_update: 'Changed schedules',
  sync_schedule_deletion: 'Removed schedules',
  sync_employee: 'People',
  refresh_events: 'Refresh',
  propose_plan: 'Plans',
  fetch_instructions: 'Instructions',
};

/** The display name of a kind of failure. */
export const KIND_NAMES: Record<FailureKind, string> = {
  rejected: 'refused',
  transient: 'no answer',
  unknown: 'answer lost',
  session: 'sign-in failed',
};

/**
 * The display name, or the key itself if it is unknown, because Redis may contain keys of another
 * version.
 */
export const nameOf = (names: Record<string, string>, key: string): string => names[key] ?? key;
