import type { BoardEvent } from '@scheduler/server/router';
import { SYNC_STATE_LOOKS } from '@scheduler/ui/sync-states';
import { TriangleAlert, UserRoundCheck } from 'lucide-react';
import { type MouseEvent, memo } from 'react';
import { formatHours } from '../lib/time.ts';
import { STATE_WORDS, syncSentence, TYPES, titleParts, windowWords } from '../lib/words.ts';
import { useIsSelected } from '../planning/selection.ts';

/** One unscheduled event as a line; with `mayMove` it can be dragged onto the board. */
export const TrayEvent = memo(function TrayEvent({
  event,
  mayMove = false,
  isStop = false,
  look = '',
  onPick,
}: {
  event: BoardEvent;
  mayMove?: boolean;
  /** Whether it is a stop of the tray's keys. The tray as a whole is then one stop of Tab. */
  isStop?: boolean;
  look?: string;
  onPick: (event: BoardEvent, click: MouseEvent) => void;
}) {
  const { product, client } = titleParts(event);
  const isSelected = useIsSelected(event.eventId);
  const type = TYPES[event.type];
  const facts = [event.type, windowWords(event), event.eventNumber].filter(Boolean).join(' · ');
  const sync = event.sync.state === 'synced' ? undefined : SYNC_STATE_LOOKS[event.sync.state];
  return (
    <button
      type="button"
      data-testid={`tray-event-${event.eventId}`}
      data-held={mayMove ? `event ${event.eventId}` : undefined}
      data-stop={isStop ? '' : undefined}
      tabIndex={isStop ? -1 : undefined}
      title={`${event.name}\n${facts}`}
      onClick={(click) => onPick(event, click)}
      className={`relative flex min-h-(--list-row) w-full min-w-0 items-center gap-2 rounded-[5px] px-2 text-left select-none hover:bg-surface-2 focus-visible:-outline-offset-2 pointer-coarse:min-h-11 ${isSelected ? 'bg-accent-soft! outline-2 -outline-offset-2 outline-accent' : look}`}
    >
      <span
        aria-hidden
        className="size-2 shrink-0 rounded-[2.5px] forced-color-adjust-none"
        style={{ background: `var(${type.token})` }}
      />
      <span className="relative min-w-0 flex-1 truncate">
        {product} <span className="text-ink-2">{client}</span>
        <span className="sr-only">
          , {facts}
          {isSelected && ', selected'}
        </span>
      </span>
      {event.neverPlan && (
        <span className="text-xs text-ink-2" title="Never planned automatically">
          By hand<span className="sr-only">: never planned automatically</span>
        </span>
      )}
      {event.bookedElsewhere && (
        <span className="shrink-0 text-conflict" title={`Booked in Crossmark by ${event.bookedElsewhere}`}>
          <UserRoundCheck aria-hidden className="size-3.5" />
          <span className="sr-only">Booked in Crossmark by {event.bookedElsewhere}</span>
        </span>
      )}
      {!event.mplanId && (
        <span className="shrink-0 text-waiting" title="Not found in Crossmark yet">
          <TriangleAlert aria-hidden className="size-3.5" />
          <span className="sr-only">Not found in Crossmark yet</span>
        </span>
      )}
      {sync && (
        <span
          data-sync-state={event.sync.state}
          title={syncSentence(event.sync)}
          className={`inline-flex shrink-0 items-center gap-1 text-xs ${sync.text}`}
        >
          <sync.Icon
            aria-hidden
            className={`size-3.5 ${event.sync.state === 'pending' ? 'animate-spin' : ''}`}
          />
          <span className={event.sync.state === 'pending' ? 'sr-only' : ''}>
            {STATE_WORDS[event.sync.state]}
          </span>
        </span>
      )}
      <span className="shrink-0 text-xs whitespace-nowrap text-ink-2">
        <span className="sr-only">, </span>
        {formatHours(event.durationMinutes)}
      </span>
    </button>
  );
});
