import type { DayBoard } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { CalendarPlus } from 'lucide-react';
import { formatClock } from '../lib/time.ts';
import { titleOf, windowWords } from '../lib/words.ts';
import { TypeMark } from '../ui/badges.tsx';
import type { DayActions } from './day-actions.ts';

/** Unscheduled work whose last day this is. */
export function DueWork({ board, actions }: { board: DayBoard; actions: DayActions }) {
  if (board.due.length === 0) return null;
  const { schedule } = actions;
  return (
    <section aria-labelledby="due" className="grid gap-2">
      <h3 id="due" className="text-sm font-semibold">
        Unscheduled, last day <span className="font-normal text-ink-2">({board.due.length})</span>
      </h3>
      <ul className="grid gap-1.5 min-[640px]:grid-cols-2 min-[1200px]:grid-cols-1">
        {board.due.map((event) => (
          <li
            key={event.eventId}
            data-testid={`due-${event.eventId}`}
            className="grid gap-1 rounded-md border border-line bg-surface px-2.5 py-1.5"
          >
            <p className="flex flex-wrap items-center justify-between gap-x-2">
              <TypeMark type={event.type} whole />
              <span className="text-xs text-ink-2">{windowWords(event)}</span>
            </p>
            <div className="flex items-center gap-2">
              <button
                type="button"
                onClick={() => actions.open(event.eventId)}
                title={event.name}
                className="min-h-6 min-w-0 flex-1 text-left text-sm leading-tight hover:underline pointer-coarse:min-h-9"
              >
                {titleOf(event)}
              </button>
              {schedule && (
                <Button onClick={() => schedule(event)}>
                  <CalendarPlus aria-hidden className="size-4" />
                  Schedule <span className="sr-only">{titleOf(event)}</span>
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The usual starts of each type, with the people who have them, and the open ones. */
export function SlotCoverage({ board }: { board: DayBoard }) {
  const nameOf = new Map(board.people.map(({ id, name }) => [id, name]));
  const whoHas = new Map(
    board.schedules.map(({ scheduleId, employeeId }) => [scheduleId, nameOf.get(employeeId) ?? 'Somebody']),
  );
  const unused = board.day < board.today ? 'nobody' : 'open';
  return (
    <section aria-labelledby="slots" className="grid gap-2">
      <h3 id="slots" className="text-sm font-semibold">
        Slots
      </h3>
      <ul className="grid gap-2.5 min-[640px]:grid-cols-2 min-[1200px]:grid-cols-1">
        {board.coverage.map(({ type, slots }) => (
          <li key={type} data-testid={`slots-${type}`}>
            <TypeMark type={type} whole />
            <dl className="mt-0.5 grid grid-cols-[4.75rem_minmax(0,1fr)] gap-x-2 text-sm">
              {slots.map(({ time, usual, scheduleIds }) => (
                <div key={time} className="contents">
                  <dt className={usual ? '' : 'text-waiting'}>
                    {formatClock(time)}
                    {!usual && <span className="sr-only"> (no usual start)</span>}
                  </dt>
                  <dd className={scheduleIds.length === 0 ? 'text-ink-3' : ''}>
                    {scheduleIds.length === 0 ? unused : scheduleIds.map((id) => whoHas.get(id)).join(', ')}
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
    </section>
  );
}
