import type { ProposalLineView } from '@scheduler/server/router';
import { Lock, TriangleAlert } from 'lucide-react';
import { type CSSProperties, memo, useEffect, useRef } from 'react';
import { formatTime } from '../lib/time.ts';
import { TYPES, titleParts } from '../lib/words.ts';
import { cardId, chooseLine } from './use-review.ts';

/** They fill a day; one line says enough of all others. */
const LONG_TYPES: readonly ProposalLineView['type'][] = ['Core', 'Juicer Production'];

/** What is proposed for a cell: dashed until it is approved. Can be dragged to another one. */
export const ProposedCard = memo(function ProposedCard({
  line,
  timeZone,
  isChosen,
  mayMove,
}: {
  line: ProposalLineView;
  timeZone: string;
  isChosen: boolean;
  mayMove: boolean;
}) {
  const { product, client } = titleParts({ name: line.eventName });
  const { type } = line;
  const look = TYPES[type];
  const isBrief = !LONG_TYPES.includes(type);
  const card = useRef<HTMLButtonElement>(null);
  // It may have been chosen in the list while another week or another part of the page was on screen.
  useEffect(() => {
    if (isChosen) card.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isChosen]);
  const warned = line.changed !== null || line.refusal !== null;
  const struck = line.ticked ? '' : 'text-ink-2 line-through decoration-1';
  return (
    <button
      ref={card}
      type="button"
      id={cardId(line.lineId)}
      data-stop
      data-event-id={line.eventId}
      data-held={mayMove ? `${line.kind === 'new' ? 'event' : 'moved'} ${line.eventId}` : undefined}
      tabIndex={-1}
      onClick={() => chooseLine(line.lineId, 'board')}
      title={`${line.eventName}\n${type ?? ''}`}
      className={`w-full min-w-0 rounded-[5px] border border-dashed border-(--type) p-(--card-inset) text-left text-xs leading-tight select-none hover:brightness-97 focus-visible:outline-offset-0 pointer-coarse:min-h-9 ${isBrief ? '' : 'grow'} ${isChosen ? 'outline-2 outline-accent' : ''} ${line.ticked ? '' : 'border-line-strong! bg-transparent!'}`}
      style={
        {
          '--type': `var(${look.token})`,
          background: `color-mix(in srgb, var(${look.token}-soft) 50%, var(--surface))`,
        } as CSSProperties
      }
    >
      <span className="flex min-w-0 items-center gap-1.5">
        <span className="sr-only">{wordOf(line)}</span>
        <span className="shrink-0 font-semibold whitespace-nowrap text-(--type)">
          {formatTime(line.startsAt, timeZone)}
        </span>
        {isBrief && <span className={`truncate ${struck}`}>{product}</span>}
        <span className="sr-only">, {type}, </span>
        <span className="ml-auto flex shrink-0 gap-0.5 text-ink-2">
          {warned && <TriangleAlert aria-hidden className="size-3.5 text-waiting" />}
          {line.locked && <Lock aria-hidden className="size-3" />}
        </span>
      </span>
      {!isBrief && (
        <>
          <span className={`block truncate text-sm leading-tight font-medium ${struck}`}>{product}</span>
          <span className="block truncate text-ink-2">{client}</span>
        </>
      )}
    </button>
  );
});

/** What a card is, for those who don't see that it is dashed. */
function wordOf({ state, ticked }: ProposalLineView): string {
  if (state === 'saved') return 'Approved:';
  return ticked ? 'Proposed:' : 'Proposed, not ticked:';
}
