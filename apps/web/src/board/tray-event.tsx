import type { BoardEvent } from '@scheduler/server/router';
import { memo } from 'react';
import { formatDuration } from '../lib/time.ts';
import { titleOf, windowWords } from '../lib/words.ts';
import { SyncMark, TypeMark } from '../ui/badges.tsx';

/** One unscheduled event as a button; with `mayMove` it can be dragged onto the board. */
export const TrayEvent = memo(function TrayEvent({
  event,
  mayMove = false,
  onPick,
}: {
  event: BoardEvent;
  mayMove?: boolean;
  onPick: (event: BoardEvent) => void;
}) {
  return (
    <button
      type="button"
      data-testid={`tray-event-${event.eventId}`}
      data-held={mayMove ? `event ${event.eventId}` : undefined}
      title={event.name}
      onClick={() => onPick(event)}
      className="grid w-full gap-0.5 rounded-md border border-line bg-surface px-2 py-1.5 text-left select-none hover:border-line-strong hover:bg-surface-2 pointer-coarse:py-2"
    >
      <span className="line-clamp-2 text-[13px] leading-tight font-medium">{titleOf(event)}</span>
      <span className="flex items-center gap-2">
        <TypeMark type={event.type} />
        <span className="ml-auto text-xs whitespace-nowrap text-ink-2">
          {formatDuration(event.durationMinutes)}
        </span>
      </span>
      <span className="text-xs text-ink-2">
        {windowWords(event)}
        {event.eventNumber && ` · ${event.eventNumber}`}
      </span>
      {event.bookedElsewhere && (
        <span className="text-xs text-conflict">Booked in Crossmark by {event.bookedElsewhere}</span>
      )}
      {!event.mplanId && <span className="text-xs text-waiting">Not found in Crossmark yet</span>}
      {event.sync.state !== 'synced' && (
        <span>
          <SyncMark sync={event.sync} />
        </span>
      )}
    </button>
  );
});
