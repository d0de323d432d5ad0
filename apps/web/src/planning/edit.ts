import type { BoardEvent, BoardSchedule } from '@scheduler/server/router';
import type { Ref } from './undo.ts';

/** The person and the start of a schedule. */
export interface Assignment {
  employeeId: number;
  employeeName: string;
  startsAt: string;
}

/** A live schedule, as the user saw it. */
export interface SeenSchedule extends Ref, Assignment {
  event: BoardEvent;
}

/** One change of the plan. */
export type Edit = { timeZone: string } & (
  | { kind: 'schedule'; event: BoardEvent; to: Assignment; withSupervisor?: boolean; overrideReason?: string }
  | { kind: 'move'; from: SeenSchedule; to: Assignment; overrideReason?: string }
  | { kind: 'unschedule'; from: SeenSchedule; overrideReason: string | null }
  | { kind: 'trade'; a: SeenSchedule; b: SeenSchedule }
);

/**
 * The override reason of an undo. It may go against a warning, because the schedule was so before.
 */
export const UNDO_REASON = 'Undone: back to how it was';

/** Returns a schedule of the board in the form of an edit. */
export function seenOf(
  schedule: BoardSchedule,
  board: { people: readonly { id: number; name: string }[] },
): SeenSchedule {
  const { scheduleId, version, event, employeeId, startsAt } = schedule;
  const employeeName = board.people.find((person) => person.id === employeeId)?.name ?? 'Somebody';
  return { scheduleId, version, event, employeeId, employeeName, startsAt };
}

/** Returns a schedule and the version that the user saw, in the form of the API. */
export const refOf = ({ scheduleId, version }: Ref): Ref => ({ scheduleId, version });
