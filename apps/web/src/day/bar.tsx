// biome-ignore-all lint/a11y/useSemanticElements: bars are no columns of a table, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid what is in the cells takes the focus
import { lunchEnd, slotTimesFor, timeOf } from '@scheduler/scheduling';
import type { BoardSchedule, DayBoard } from '@scheduler/server/router';
import { TriangleAlert } from 'lucide-react';
import { type CSSProperties, useState } from 'react';
import { formatClock, formatHours, formatTime, shortTime, useIsPast } from '../lib/time.ts';
import { PLAIN_CONDITIONS, titleOf, titleParts } from '../lib/words.ts';
import { NoteMark } from '../notes/note-mark.tsx';
import { BriefSync, CautionMark, LOUD_STATES, typeColors } from '../ui/badges.tsx';
import type { DayActions } from './day-actions.ts';
import type { Axis } from './day-axis.ts';
import { type BarPlace, WORD_MINUTES } from './lane-layout.ts';
import { noonOf, noonWords } from './noon-check.tsx';
import { ScheduleMenu } from './schedule-menu.tsx';

/** One schedule on the timeline, as long as its work. The words of short work stand beside it. */
export function Bar({
  schedule,
  place,
  axis,
  board,
  isTabStop,
  actions,
}: {
  schedule: BoardSchedule;
  place: BarPlace;
  axis: Axis;
  board: DayBoard;
  isTabStop: boolean;
  actions: DayActions;
}) {
  const { event, flags } = schedule;
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  const isPast = useIsPast(schedule.endsAt);
  const isWithin = place.words === 'within';
  const { product, client } = titleParts(event);
  const startsAt = formatTime(schedule.startsAt, board.store.timeZone);
  const condition = PLAIN_CONDITIONS.includes(event.condition) ? '' : event.condition;
  const noon = noonOf(board, event.eventId);
  const lunch = isWithin ? lunchOf(schedule, board) : undefined;
  const tabIndex = isTabStop ? 0 : -1;
  const time = (
    <span className="shrink-0 font-semibold whitespace-nowrap text-(--type)">
      {isWithin ? (
        startsAt
      ) : (
        <>
          <span aria-hidden>{shortTime(startsAt)}</span>
          <span className="sr-only">{startsAt}, </span>
        </>
      )}
    </span>
  );
  const marks = (
    <>
      <NoteMark subject={{ kind: 'event', eventId: event.eventId }} />
      <CautionMark reasons={flags} />
      <BriefSync sync={event.sync} />
    </>
  );
  const rest = (
    <span className="sr-only">
      , {event.type}, until {formatTime(schedule.endsAt, board.store.timeZone)}
      {lunch && `, lunch at ${lunch.words}`}
      {isPast && ', over'}
    </span>
  );
  return (
    <div
      role="gridcell"
      data-event-id={event.eventId}
      data-words={place.words}
      className={`group/bar relative z-1 flex min-w-0 ${place.words === 'before' ? 'justify-self-end' : ''}`}
      style={{ ...positionOf(place, axis), ...typeColors(event.type, isPast) }}
    >
      <button
        type="button"
        data-stop={`event ${event.eventId}`}
        tabIndex={tabIndex}
        title={[titleOf(event), event.type, condition, isPast && 'over', noon && noonWords(noon, board)]
          .filter(Boolean)
          .join(' · ')}
        onClick={() => actions.open(event.eventId)}
        onContextMenu={(click) => {
          click.preventDefault();
          setIsMenuOpen(true);
        }}
        className={`min-w-0 flex-1 rounded-[5px] text-left select-none hover:brightness-97 focus-visible:outline-offset-0 ${LOUD_STATES[event.sync.state] ?? ''} ${
          isWithin
            ? 'relative overflow-hidden bg-(--tint) px-2 py-1 forced-colors:border'
            : `flex items-center gap-1.5 text-xs ${place.words === 'before' ? 'flex-row-reverse' : ''}`
        }`}
      >
        {isWithin ? (
          <>
            {lunch && (
              <span
                aria-hidden
                title={`Lunch at ${lunch.words}`}
                className="lunch absolute inset-y-0"
                style={lunch.style}
              />
            )}
            <span className="relative flex min-w-0 items-center gap-1.5 text-xs leading-tight">
              {time}
              <span className="shrink-0 text-(--type)">{formatHours(event.durationMinutes)}</span>
              {condition && <span className="truncate text-ink-2">{condition}</span>}
              {noon?.state === 'open' && (
                <span className="flex min-w-0 items-center gap-1 font-medium text-waiting">
                  <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
                  <span className="truncate">{noonWords(noon, board)}</span>
                </span>
              )}
              <span className="ml-auto flex min-w-0 items-center gap-1">{marks}</span>
            </span>
            <span
              className={`relative block truncate leading-tight font-medium ${isPast ? 'text-ink-2' : ''}`}
            >
              {product}
              {client && <span className="text-xs font-normal text-ink-2"> {client}</span>}
              {rest}
            </span>
          </>
        ) : (
          <>
            <span
              aria-hidden
              data-block
              className="h-6 shrink-0 rounded-[3px] bg-(--type) forced-color-adjust-none"
              style={{ width: `max(0.3rem, ${share(place.to - place.from, WORD_MINUTES)})` }}
            />
            <span
              className={`flex min-w-0 items-center gap-1 ${place.words === 'before' ? 'justify-end' : ''}`}
            >
              {time}
              <span className={`truncate ${isPast ? 'text-ink-2' : ''}`}>
                {product}
                {rest}
              </span>
              {marks}
            </span>
          </>
        )}
      </button>
      <ScheduleMenu
        schedule={schedule}
        noon={noon}
        instructionsUrl={board.instructions[event.eventId]}
        actions={actions}
        isOpen={isMenuOpen}
        onOpen={setIsMenuOpen}
        tabIndex={tabIndex}
        className={`absolute bottom-0.5 size-5 bg-surface opacity-0 group-hover/bar:opacity-100 focus-visible:opacity-100 data-[state=open]:opacity-100 pointer-coarse:size-9 pointer-coarse:bg-transparent pointer-coarse:opacity-100 ${place.words === 'before' ? 'left-0' : 'right-0.5'}`}
      />
    </div>
  );
}

/** `12.5%`, the share of some minutes in others. */
const share = (minutes: number, of: number): string => `${(minutes / of) * 100}%`;

/** The place of a bar with its words in the lane. */
function positionOf({ from, to, line, words }: BarPlace, { minutes }: Axis): CSSProperties {
  const gridArea = `${line + 1} / 1`;
  const width = share(words === 'within' ? to - from : WORD_MINUTES, minutes);
  return words === 'before'
    ? { gridArea, width, marginRight: share(Math.max(minutes - to, 0), minutes) }
    : { gridArea, width, marginLeft: share(from, minutes) };
}

/** The lunch of a schedule in words, and its place within the bar. */
function lunchOf(
  { startsAt, endsAt, event }: BoardSchedule,
  { store }: DayBoard,
): { words: string; style: CSSProperties } | undefined {
  const start = timeOf(startsAt, store.timeZone);
  const { lunchAt } = slotTimesFor(event.type, start, store.slotTimes);
  if (lunchAt === null) return undefined;
  const minutes = (Date.parse(endsAt) - Date.parse(startsAt)) / 60_000;
  const place = (time: string) => share(clockMinutes(time) - clockMinutes(start), minutes);
  return {
    words: formatClock(lunchAt),
    style: {
      left: place(lunchAt),
      width: share(clockMinutes(lunchEnd(lunchAt)) - clockMinutes(lunchAt), minutes),
    },
  };
}

function clockMinutes(time: string): number {
  const [hour, minute] = time.split(':').map(Number);
  return (hour ?? 0) * 60 + (minute ?? 0);
}
