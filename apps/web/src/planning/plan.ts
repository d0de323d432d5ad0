import type { BoardEvent } from '@scheduler/server/router';
import type { Assignment } from './edit.ts';
import type { Ref } from './undo.ts';

/** What a live schedule is now, for a dialog that changes it. */
export interface CurrentSchedule extends Ref, Assignment {
  workDate: string;
}

/**
 * `schedule` a free event, perhaps with a day and a person in mind · `move` to another time, day or
 * person · `person` the same time with somebody else.
 */
export type Plan =
  | { mode: 'schedule'; event: BoardEvent; day?: string; employeeId?: number }
  | { mode: 'move' | 'person'; event: BoardEvent; current: CurrentSchedule };
