import type { BoardEvent } from '@scheduler/server/router';
import type { Assignment } from './edit.ts';
import type { Ref } from './undo.ts';

/** The present state of a live schedule, for a dialog that changes it. */
export interface CurrentSchedule extends Ref, Assignment {
  workDate: string;
}

/**
 * The task of the dialog: `schedule` an open event, perhaps with a given day and person; `move` it
 * to another time, day or person; or choose another `person` at the same time.
 */
export type Plan =
  | { mode: 'schedule'; event: BoardEvent; day?: string; employeeId?: number }
  | { mode: 'move' | 'person'; event: BoardEvent; current: CurrentSchedule };
