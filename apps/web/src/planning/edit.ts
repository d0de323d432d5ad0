import type { BoardEvent, BoardSchedule } from '@scheduler/server/router';
import type { Ref } from './undo.ts';

/** Who does it and when. */
export interface Assignment {
  employeeId: number;
  employeeName: string;
  startsAt: string;
}

/** A live schedule as it was seen. */
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

/** Why a change that is taken back may go against a warning: it was so before. */
export const UNDO_REASON = 'Undone: back to how it was';

/** A schedule of the board, as an edit names it. */
export function seenOf(
  schedule: BoardSchedule,
  board: { people: readonly { id: number; name: string }[] },
): SeenSchedule {
  const { scheduleId, version, event, employeeId, startsAt } = schedule;
  const employeeName = board.people.find((person) => person.id === employeeId)?.name ?? 'Somebody';
  return { scheduleId, version, event, employeeId, employeeName, startsAt };
}

/** A schedule in the version that was seen, as the API asks for it. */
export const refOf = ({ scheduleId, version }: Ref): Ref => ({ scheduleId, version });
