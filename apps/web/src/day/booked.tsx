import type { BoardSchedule, DayBoard } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { ArrowLeftRight, CalendarClock, ExternalLink, Undo2, UserRoundPen } from 'lucide-react';
import { formatTime, useIsPast } from '../lib/time.ts';
import { PLAIN_CONDITIONS, titleOf } from '../lib/words.ts';
import { ReasonList, SyncMark, TypeMark } from '../ui/badges.tsx';
import type { DayActions } from './day-actions.ts';

/** Who does an event, how far it has got, and what can be done with it. */
export function BookedEvent({
  schedule,
  board,
  actions,
}: {
  schedule: BoardSchedule;
  board: DayBoard;
  actions: DayActions;
}) {
  const { event, flags } = schedule;
  const instructionsUrl = board.instructions[event.eventId];
  const past = useIsPast(schedule.endsAt);
  return (
    <div className="grid gap-1 px-2.5 py-1.5">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2">
            <TypeMark type={event.type} />
            <span className="text-xs text-ink-2">
              until {formatTime(schedule.endsAt, board.store.timeZone)}
              {past && ' · over'}
            </span>
          </p>
          <button
            type="button"
            onClick={() => actions.open(event.eventId)}
            title={event.name}
            className="block min-h-6 text-left leading-tight hover:underline pointer-coarse:min-h-9"
          >
            {titleOf(event)}
          </button>
          <p className="font-medium">{nameIn(board, schedule.employeeId)}</p>
        </div>
        <CardActions schedule={schedule} actions={actions} />
      </div>
      <p className="flex flex-wrap items-center gap-x-2">
        <SyncMark sync={event.sync} />
        {!PLAIN_CONDITIONS.includes(event.condition) && (
          <span className="text-xs text-ink-2">{event.condition}</span>
        )}
        {instructionsUrl && (
          <a
            href={instructionsUrl}
            target="_blank"
            rel="noreferrer"
            className="inline-flex min-h-6 items-center gap-1 text-xs text-accent-text underline pointer-coarse:min-h-9"
          >
            Instructions
            <span className="sr-only">for {titleOf(event)}, in a new tab</span>
            <ExternalLink aria-hidden className="size-3" />
          </a>
        )}
      </p>
      <ReasonList reasons={flags} brief />
    </div>
  );
}

function CardActions({ schedule, actions }: { schedule: BoardSchedule; actions: DayActions }) {
  const { change, unschedule, mayChange } = actions;
  if (!change || !unschedule || !mayChange?.(schedule)) return null;
  const title = titleOf(schedule.event);
  const look = 'pointer-coarse:w-9';
  return (
    <div className="-mr-1.5 flex shrink-0">
      <IconButton
        label={`Change person of ${title}`}
        className={look}
        onClick={() => change('person', schedule)}
      >
        <UserRoundPen aria-hidden className="size-4" />
      </IconButton>
      <IconButton label={`Move ${title}`} className={look} onClick={() => change('move', schedule)}>
        <CalendarClock aria-hidden className="size-4" />
      </IconButton>
      {schedule.event.type === 'Core' && (
        <IconButton label={`Trade ${title}`} className={look} onClick={() => change('trade', schedule)}>
          <ArrowLeftRight aria-hidden className="size-4" />
        </IconButton>
      )}
      <IconButton label={`Unschedule ${title}`} className={look} onClick={() => unschedule(schedule)}>
        <Undo2 aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}

export const nameIn = (board: DayBoard, employeeId: number): string =>
  board.people.find(({ id }) => id === employeeId)?.name ?? 'Somebody';
