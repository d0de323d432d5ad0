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
  const hours = formatHours(event.durationMinutes);
  const warnings = warningsOf(flags);
  const time = (
    <span
      aria-hidden={isBrief || undefined}
      className="shrink-0 font-semibold whitespace-nowrap text-(--type)"
    >
      {isBrief ? shortTime(startsAt) : startsAt}
    </span>
  );
  const isPending = event.sync.state === 'pending';
  const marks = (note || warnings.length > 0 || isPending) && (
    <span className="ml-auto flex shrink-0 items-center gap-0.5 self-center">
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
  );
  // What the card shows by its place, colors and icons, for screen readers.
  const words = [
    isBrief && startsAt,
    event.type,
    isSelected && 'selected',
    past && !reported && 'over',
    isBrief && !isLoud && condition,
    !isLoud && STATE_WORDS[event.sync.state],
    note && `Note: ${note}`,
    warnings.length > 0 && `Caution: ${warnings.join(' ')}`,
  ];
  const loud = isLoud && <SyncMark sync={event.sync} />;
  const state = condition && (!isBrief || isLoud) && (
    <span title={condition} className="min-w-0 shrink-[2] truncate text-xs text-ink-2">
      {condition}
    </span>
  );
  // Space for the button of the menu while it is shown.
  const aside = menu && !roomy ? 'group-hover/card:pr-5 group-focus-within/card:pr-5' : '';
  const inner = `${aside} pointer-coarse:pr-0!`;
  return (
    <div
      data-card={schedule.scheduleId}
      className={`group/card relative min-w-0 rounded-[5px] bg-(--tint) forced-colors:border ${isBrief ? '' : 'grow'} ${LOUD_STATES[event.sync.state] ?? ''} ${isSelected ? 'outline-2 outline-accent' : LOOKS[look]}`}
      style={typeColors(event.type, past)}
    >
      <button
        type="button"
        data-testid={`schedule-${schedule.scheduleId}`}
        data-event-id={event.eventId}
        data-stop={roomy ? undefined : ''}
        data-held={menu && `schedule ${schedule.scheduleId}`}
        tabIndex={roomy ? undefined : -1}
        onClick={(click) =>
          menu && isSelecting(click) ? toggleSelected(event.eventId) : actions.open(event.eventId)
        }
        title={[title, event.type, condition, past && !reported && 'over'].filter(Boolean).join(' · ')}
        className={`flex h-full w-full min-w-0 rounded-[5px] text-left select-none hover:brightness-97 focus-visible:outline-offset-0 ${
          roomy ? 'py-2 pr-12 pl-3' : 'p-(--card-inset) pointer-coarse:min-h-9 pointer-coarse:pr-9!'
        } ${isBrief && !isLoud ? `items-center gap-1.5 text-xs ${aside}` : 'flex-col'}`}
      >
        {isBrief && !isLoud && (
          <>
            {time}
            <span className={`truncate ${past ? 'text-ink-2' : ''}`}>{product}</span>
            {marks}
          </>
        )}
        {isBrief && isLoud && (
          <>
            <span className="flex min-w-0 items-center gap-1.5 text-xs">
              {time}
              <span className={`truncate ${past ? 'text-ink-2' : ''}`}>{product}</span>
              {marks}
            </span>
            <span className={`flex min-w-0 items-center gap-1.5 ${inner}`}>
              {loud}
              {state}
            </span>
          </>
        )}
        {!isBrief && (
          <>
            <span className="flex min-w-0 items-baseline gap-1 text-xs leading-tight">
              {time}
              <span className="truncate text-(--type)">{hours}</span>
              {marks}
            </span>
            <span
              className={`block truncate leading-tight font-medium ${past ? 'text-ink-2' : ''} ${roomy ? 'text-base' : 'text-sm'} ${isTight && !isLoud ? inner : ''}`}
            >
              {product}
              {isTight && <span className="text-xs font-normal text-ink-2"> {client}</span>}
            </span>
            {(!isTight || isLoud || state) && (
              <span
                className={`flex min-w-0 items-center gap-1.5 text-xs leading-tight text-ink-2 ${inner} ${isTight ? '' : 'min-h-4'}`}
              >
                {!isTight && <span className={`truncate ${isLoud ? 'shrink-[3]' : ''}`}>{client}</span>}
                {state}
                {loud}
              </span>
            )}
          </>
        )}
        <span
          className="sr-only"
          {...(!isLoud && { 'data-testid': 'sync-badge', 'data-state': event.sync.state })}
        >
          , {words.filter(Boolean).join(', ')}
        </span>
      </button>
      {look === 'trade' && (
        <span className="pointer-events-none absolute inset-0 flex items-center justify-center gap-1 rounded-[5px] bg-accent-soft/90 text-xs font-medium text-accent-text">
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
          className={`drawn drawn-dots absolute grid place-items-center rounded text-ink-2 hover:bg-surface-3 hover:text-ink ${
            roomy
              ? 'top-1 right-1 size-11'
              : 'drawn-later right-0.5 bottom-0 size-4.5 pointer-coarse:top-0 pointer-coarse:right-0 pointer-coarse:bottom-auto pointer-coarse:size-9'
          }`}
        />
      )}
    </div>
  );
});
