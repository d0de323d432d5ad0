import type { ProposalLineView, ProposalView, WeekBoard } from '@scheduler/server/router';
import { useMemo, useRef } from 'react';

/**
 * Returns the lines of a plan that the board draws: those that wait, and those approved on the
 * screen until the board has been read again and shows their schedules. Without the latter, the
 * cells would be empty for that time.
 */
export function useDrawnLines(
  proposal: ProposalView | undefined,
  { weekOf, schedules }: Pick<WeekBoard, 'weekOf' | 'schedules'>,
): readonly ProposalLineView[] {
  const drawn = useRef<{ weekOf: string; lineIds: ReadonlySet<number> }>({ weekOf, lineIds: new Set() });
  return useMemo(() => {
    const wasDrawn = drawn.current.weekOf === weekOf ? drawn.current.lineIds : new Set();
    const scheduled = new Set(schedules.map((each) => placeOf(each.event.eventId, each)));
    const lines = (proposal?.lines ?? []).filter(
      (line) =>
        (line.state !== 'saved' || wasDrawn.has(line.lineId)) && !scheduled.has(placeOf(line.eventId, line)),
    );
    drawn.current = { weekOf, lineIds: new Set(lines.map(({ lineId }) => lineId)) };
    return lines;
  }, [proposal, weekOf, schedules]);
}

/** Names an event with its person and start. */
const placeOf = (eventId: number, { employeeId, startsAt }: { employeeId: number; startsAt: string }) =>
  `${eventId} ${employeeId} ${Date.parse(startsAt)}`;
