import type { BoardSchedule, DayBoard } from '@scheduler/server/router';
import { TYPES, titleOf } from '../lib/words.ts';
import { BookedEvent, nameIn } from './booked.tsx';
import type { DayActions } from './day-actions.ts';
import { type Noon, NoonCheck } from './noon-check.tsx';

export function DayCard({
  schedule,
  board,
  noon,
  check,
  actions,
}: {
  schedule: BoardSchedule;
  board: DayBoard;
  noon: Noon | undefined;
  check: ReadonlyMap<number, BoardSchedule>;
  actions: DayActions;
}) {
  const { event } = schedule;
  return (
    <article
      data-event-id={event.eventId}
      aria-label={`${titleOf(event)}, ${nameIn(board, schedule.employeeId)}`}
      className="h-full rounded-md border border-l-4 border-line bg-surface"
      style={{ borderLeftColor: `var(${TYPES[event.type].token})` }}
    >
      <BookedEvent schedule={schedule} board={board} actions={actions} />
      {noon && (
        <NoonCheck noon={noon} check={check.get(noon.event.eventId)} board={board} actions={actions} />
      )}
    </article>
  );
}
