import type { BoardSchedule } from '@scheduler/server/router';
import { ArrowLeftRight, LoaderCircle } from 'lucide-react';
import { memo } from 'react';
import { formatHours, formatTime, shortTime, useIsPast } from '../lib/time.ts';
import { PLAIN_CONDITIONS, STATE_WORDS, syncSentence, titleParts } from '../lib/words.ts';
import { NoteIcon } from '../notes/note-mark.tsx';
import { useNoteText } from '../notes/notes-in-view.ts';
import { isHistory } from '../planning/is-history.ts';
import { isSelecting, toggleSelected, useIsSelected } from '../planning/selection.ts';
import { LOUD_STATES, SyncMark, typeColors, warningsOf } from '../ui/badges.tsx';
import type { BoardActions } from './board-actions.ts';
import { useCardLook } from './drag-state.ts';

const LOOKS = {
  source: 'opacity-45',
  trade: 'outline-2 -outline-offset-1 outline-accent',
  '': '',
};

/** Whether work is short, so that one line is enough for its card. */
export const isBriefWork = ({ durationMinutes }: { durationMinutes: number }): boolean =>
  durationMinutes <= 60;

/**
 * One schedule on the board. Opens its panel; can be dragged, and moved by its menu. It has few
 * elements, because a week has hundreds of cards.
 */
export const ScheduleCard = memo(function ScheduleCard({
  schedule,
  timeZone,
  roomy = false,
  isTight = false,
  actions,
}: {
  schedule: BoardSchedule;
  timeZone: string;
  /** Whether it shares its cell with other long work and therefore has one line less. */
  isTight?: boolean;
  /**
   * On a phone the card has a whole line and is a stop of Tab; otherwise it is a stop of the grid's
   * keys.
   */
  roomy?: boolean;
  actions: BoardActions;
}) {
  const { event, flags } = schedule;
  const look = useCardLook(schedule);
  const isSelected = useIsSelected(event.eventId);
  const note = useNoteText({ kind: 'event', eventId: event.eventId });
  const { product, client } = titleParts(event);
  const title = client ? `${client} – ${product}` : product;
  const reported = isHistory(event);
  const menu = reported ? undefined : actions.menu;
  const past = useIsPast(schedule.endsAt);
  const startsAt = formatTime(schedule.startsAt, timeZone);
  const isBrief = !roomy && isBriefWork(event);
  const isLoud = event.sync.state in LOUD_STATES;
  const condition = PLAIN_CONDITIONS.includes(event.condition) ? '' : event.condition;
  const hasStatus = isLoud || (condition !== '' && !isBrief);
  const hours = formatHours(event.durationMinutes);
  const warnings = warningsOf(flags);
  const isPending = event.sync.state === 'pending';
  const time = isBrief ? shortTime(startsAt) : startsAt;
  // What the card shows by its place, colors and icons, for screen readers.
  const words = [
    isBrief && `${startsAt} for ${hours}`,
    event.type,
    isSelected && 'selected',
    past && !reported && 'over',
    !hasStatus && condition,
    !isLoud && STATE_WORDS[event.sync.state],
    note && `Note: ${note}`,
    warnings.length > 0 && `Caution: ${warnings.join(' ')}`,
  ]
    .filter(Boolean)
    .join(', ');
  // A status may count seconds, so only other cards are named by an attribute, which costs no element.
  const label = hasStatus
    ? undefined
    : `${time}${isBrief ? '' : ` ${hours}`} ${product}${client && ` ${client}`}, ${words}`;
  // Space for the button of the menu in the last line while it is shown.
  const aside = menu && !roomy ? 'group-hover/card:pr-5 group-focus-within/card:pr-5' : '';
  const last = aside && `card-last-line ${aside} pointer-coarse:pr-0!`;
  const hasClientLine = !isBrief && !isTight && !hasStatus;
  return (
    // Its parts lie in one cell of a grid. With positions, each would be a layer, and a click on a week
    // with hundreds of cards searches all layers ten times.
    <div
      data-card={schedule.scheduleId}
      className={`group/card grid min-w-0 grid-rows-[minmax(0,1fr)] rounded-[5px] bg-(--tint) *:[grid-area:1/1] forced-colors:border ${isBrief ? '' : 'grow'} ${LOUD_STATES[event.sync.state] ?? ''} ${isSelected ? 'outline-2 outline-accent' : LOOKS[look]}`}
      style={typeColors(event.type, past)}
    >
      <button
        type="button"
        data-testid={`schedule-${schedule.scheduleId}`}
        data-event-id={event.eventId}
        data-sync-state={event.sync.state}
        data-stop={roomy ? undefined : ''}
        data-held={menu && `schedule ${schedule.scheduleId}`}
        tabIndex={roomy ? undefined : -1}
        onClick={(click) =>
          menu && isSelecting(click) ? toggleSelected(event.eventId) : actions.open(event.eventId)
        }
        title={[title, event.type, condition, past && !reported && 'over'].filter(Boolean).join(' · ')}
        aria-label={label}
        className={`flex min-w-0 flex-col rounded-[5px] text-left leading-tight select-none hover:brightness-97 focus-visible:outline-offset-0 ${
          roomy ? 'py-2 pr-12 pl-3' : 'p-(--card-inset) pointer-coarse:min-h-9 pointer-coarse:pr-9!'
        } ${isBrief ? 'justify-center' : ''}`}
      >
        {/* One element that truncates all lines, because each one that truncates is drawn by itself. */}
        <span
          className={`block w-full truncate text-xs leading-tight text-(--type) ${isBrief && !hasStatus ? aside : ''}`}
        >
          {(note || warnings.length > 0 || isPending) && (
            <span className="float-right ml-1.5 flex items-center gap-0.5">
              {note && <NoteIcon text={note} />}
              {warnings.length > 0 && (
                <span
                  data-testid="caution"
                  title={warnings.join('\n')}
                  className="drawn drawn-caution text-waiting"
                />
              )}
              {isPending && (
                <span title={syncSentence(event.sync)} className="animate-spin text-pending">
                  <LoaderCircle aria-hidden className="size-3.5" />
                </span>
              )}
            </span>
          )}
          <b className="font-semibold">{time}</b>{' '}
          {isBrief ? <span className={`pl-1 ${past ? 'text-ink-2' : 'text-ink'}`}>{product}</span> : hours}
          {!isBrief && (
            <>
              <br />
              <span
                className={`leading-tight font-medium ${past ? 'text-ink-2' : 'text-ink'} ${roomy ? 'text-base' : 'text-sm'} ${hasStatus || hasClientLine ? '' : last}`}
              >
                {product}
                {isTight && <span className="text-xs leading-tight font-normal text-ink-2"> {client}</span>}
              </span>
            </>
          )}
          {hasClientLine && (
            <>
              <br />
              <span className={`text-ink-2 ${last}`}>{client || '\u00a0'}</span>
            </>
          )}
        </span>
        {hasStatus && (
          <span
            className={`flex min-h-4 w-full min-w-0 items-center gap-1.5 text-xs leading-tight text-ink-2 ${aside} pointer-coarse:pr-0!`}
          >
            {!isBrief && !isTight && (
              <span className={`truncate ${isLoud ? 'shrink-[3]' : ''}`}>{client}</span>
            )}
            {condition && (
              <span title={condition} className="min-w-0 shrink-[2] truncate">
                {condition}
              </span>
            )}
            {isLoud && <SyncMark sync={event.sync} />}
            <span className="sr-only">, {words}</span>
          </span>
        )}
      </button>
      {look === 'trade' && (
        <span className="pointer-events-none flex items-center justify-center gap-1 rounded-[5px] bg-accent-soft/90 text-xs font-medium text-accent-text">
          <ArrowLeftRight aria-hidden className="size-3.5" />
          Trade
        </span>
      )}
      {menu && (
        <button
          type="button"
          tabIndex={roomy ? undefined : -1}
          aria-label={`Move ${title} to…`}
          title="Move to…"
          aria-haspopup="menu"
          onClick={(click) => menu(schedule, click.currentTarget)}
          // A hovered card is brighter, and with that lies above what has no z-index.
          className={`drawn drawn-dots grid group-hover/card:z-1 place-items-center justify-self-end rounded text-ink-2 hover:bg-surface-3 hover:text-ink ${
            roomy
              ? 'mt-1 mr-1 size-11'
              : 'drawn-later mr-0.5 size-4.5 self-end pointer-coarse:mr-0 pointer-coarse:size-9 pointer-coarse:self-start'
          }`}
        />
      )}
    </div>
  );
});
