import type { BoardSchedule, DayBoard } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { CalendarPlus, TriangleAlert } from 'lucide-react';
import { formatDay, formatTime } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { BookedEvent } from './booked.tsx';
import type { DayActions } from './day-actions.ts';

export type Noon = DayBoard['noonChecks'][number];

/** The Supervisor event of a Core: who does it, or that nobody does. */
export function NoonCheck({
  noon,
  check,
  board,
  actions,
}: {
  noon: Noon;
  check: BoardSchedule | undefined;
  board: DayBoard;
  actions: DayActions;
}) {
  const { schedule } = actions;
  if (noon.state === 'open') {
    return (
      <div className="flex flex-wrap items-center gap-2 border-t border-line bg-waiting-soft px-2.5 py-1.5 text-sm text-waiting">
        <TriangleAlert aria-hidden className="size-4 shrink-0" />
        <span className="flex-1">The noon check is open.</span>
        {schedule && (
          <Button onClick={() => schedule(noon.event)}>
            <CalendarPlus aria-hidden className="size-4" />
            Schedule <span className="sr-only">the noon check of {titleOf(noon.event)}</span>
          </Button>
        )}
      </div>
    );
  }
  if (!check) {
    return (
      <p className="border-t border-line px-2.5 py-1.5 text-xs text-ink-2">
        Noon check on {noon.workDate ? formatDay(noon.workDate) : 'another day'}
        {noon.state === 'others' ? ', with the other Core of its number.' : ', and not on this day.'}
      </p>
    );
  }
  return (
    <div data-event-id={check.event.eventId} className="border-t border-line">
      <p className="px-2.5 pt-1.5 text-xs font-medium text-ink-2">
        Noon check, {formatTime(check.startsAt, board.store.timeZone)}
      </p>
      <BookedEvent schedule={check} board={board} actions={actions} />
    </div>
  );
}
