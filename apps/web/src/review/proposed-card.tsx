import type { BoardEvent, ProposalLineView } from '@scheduler/server/router';
import { Lock, TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { formatTime } from '../lib/time.ts';
import { TYPES, titleOf } from '../lib/words.ts';
import { cardId, chooseLine } from './use-review.ts';

/** What is proposed for a cell: dashed until it is approved. Can be dragged to another one. */
export const ProposedCard = memo(function ProposedCard({
  line,
  type,
  timeZone,
  isChosen,
  mayMove,
}: {
  line: ProposalLineView;
  type: BoardEvent['type'] | undefined;
  timeZone: string;
  isChosen: boolean;
  mayMove: boolean;
}) {
  const title = titleOf({ name: line.eventName });
  const look = type && TYPES[type];
  const warned = line.changed !== null || line.refusal !== null;
  return (
    <button
      type="button"
      id={cardId(line.lineId)}
      data-stop
      data-event-id={line.eventId}
      data-held={mayMove && line.kind === 'new' ? `event ${line.eventId}` : undefined}
      tabIndex={-1}
      onClick={() => chooseLine(line.lineId, 'board')}
      title={line.eventName}
      className={`grid w-full grid-cols-[minmax(0,1fr)] gap-0.5 rounded-md border border-dashed px-1.5 py-1 text-left select-none hover:brightness-97 focus-visible:outline-offset-0 ${isChosen ? 'outline-2 outline-accent' : ''} ${line.ticked ? '' : 'border-line-strong! bg-transparent!'}`}
      style={
        look && {
          borderColor: `var(${look.token})`,
          background: `color-mix(in oklab, var(${look.token}) 7%, var(--surface))`,
        }
      }
    >
      <span className="flex items-center gap-x-1.5 text-xs">
        <span className="sr-only">{line.ticked ? 'Proposed:' : 'Proposed, not ticked:'}</span>
        <span className="font-semibold whitespace-nowrap">{formatTime(line.startsAt, timeZone)}</span>
        <span className="truncate text-ink-2">{look?.short}</span>
        <span className="ml-auto flex shrink-0 gap-0.5 text-ink-2">
          {warned && <TriangleAlert aria-hidden className="size-3.5 text-waiting" />}
          {line.locked && <Lock aria-hidden className="size-3" />}
        </span>
      </span>
      <span
        className={`line-clamp-2 text-[13px] leading-tight ${line.ticked ? '' : 'text-ink-2 line-through decoration-1'}`}
      >
        {title}
      </span>
    </button>
  );
});
