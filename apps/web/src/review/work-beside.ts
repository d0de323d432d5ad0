import { type PlannedWork, workDateOf } from '@scheduler/scheduling';
import type { ProposalLineView } from '@scheduler/server/router';

/** What the other lines of a plan mean for the one that is dragged. */
export interface WorkBeside {
  /** What the plan gives to people. */
  work: readonly PlannedWork[];
  /** Schedules that the plan moves elsewhere. */
  movedIds: ReadonlySet<number>;
}

/**
 * Returns the work of the ticked lines that stay while a line moves; undefined if the event has no
 * line. Its noon check goes with it.
 */
export function workBeside(
  lines: readonly ProposalLineView[],
  eventId: number,
  timeZone: string,
): WorkBeside | undefined {
  const waiting = lines.filter(({ state }) => state !== 'saved');
  if (!waiting.some((line) => line.eventId === eventId)) return undefined;
  const isDragged = (line: ProposalLineView) => line.eventId === eventId || line.coreEventId === eventId;
  const others = waiting.filter((line) => line.ticked && !isDragged(line));
  // The schedules that others move, and that of the dragged one.
  const moving = waiting.filter((line) => line.ticked || isDragged(line));
  return {
    work: others.map(({ eventId, employeeId, type, startsAt, endsAt }) => ({
      // It has no schedule yet.
      scheduleId: -eventId,
      eventId,
      employeeId,
      type,
      startsAt,
      endsAt,
      workDate: workDateOf(startsAt, timeZone),
    })),
    movedIds: new Set(moving.flatMap(({ from }) => (from ? [from.scheduleId] : []))),
  };
}
