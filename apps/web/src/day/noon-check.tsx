import type { DayBoard } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { CalendarPlus, TriangleAlert } from 'lucide-react';
import { formatDay, formatTime } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import type { DayActions } from './day-actions.ts';

export type Noon = DayBoard['noonChecks'][number];

/** The noon check of a Core of the day, if it has one. */
export const noonOf = ({ noonChecks }: DayBoard, coreEventId: number): Noon | undefined =>
  noonChecks.find((noon) => noon.coreEventId === coreEventId);

/** `Noon check: Lee Lead, 12:00 PM`: who does the noon check of a Core, and when. */
export function noonWords(noon: Noon, { schedules, people, store }: DayBoard): string {
  if (noon.state === 'open') return 'The noon check is open.';
  const check = schedules.find(({ event }) => event.eventId === noon.event.eventId);
  if (check) {
    const name = people.find(({ id }) => id === check.employeeId)?.name ?? 'Somebody';
    return `Noon check: ${name}, ${formatTime(check.startsAt, store.timeZone)}`;
  }
  const day = noon.workDate ? formatDay(noon.workDate) : 'another day';
  return `Noon check on ${day}${noon.state === 'others' ? ', with the other Core of its number.' : ', and not on this day.'}`;
}

/** The Supervisor event of a Core, with its person or a note that it is open. */
export function NoonCheck({ noon, board, actions }: { noon: Noon; board: DayBoard; actions: DayActions }) {
  const { schedule } = actions;
  const words = noonWords(noon, board);
  if (noon.state !== 'open') return <p className="text-xs text-ink-2">{words}</p>;
  return (
    <div className="flex flex-wrap items-center gap-2 rounded-md bg-waiting-soft px-2 py-1 text-sm text-waiting">
      <TriangleAlert aria-hidden className="size-4 shrink-0" />
      <span className="flex-1">{words}</span>
      {schedule && (
        <Button onClick={() => schedule(noon.event)}>
          <CalendarPlus aria-hidden className="size-4" />
          Schedule <span className="sr-only">the noon check of {titleOf(noon.event)}</span>
        </Button>
      )}
    </div>
  );
}
