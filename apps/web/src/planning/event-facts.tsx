import type { EventRow } from '@scheduler/server/router';
import type { ReactNode } from 'react';
import { formatDay, formatDuration } from '../lib/time.ts';
import { windowWords } from '../lib/words.ts';
import { InstructionsFact } from '../packets/instructions-fact.tsx';
import { NeverPlan } from './never-plan.tsx';

/** The data of an event, without its schedule. */
export function EventFacts({
  row,
  storeName,
  onChangeType,
}: {
  row: EventRow;
  storeName: string;
  /** Undefined for viewers. */
  onChangeType: (() => void) | undefined;
}) {
  const { event } = row;
  return (
    <section aria-label="About the event">
      <h3 className="mb-1.5 text-sm font-semibold">Event</h3>
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
        <Fact term="Name">{event.name}</Fact>
        <Fact term="Type">
          {event.type}
          <span className="text-ink-2">{row.typeByHand ? ', set by hand' : ', by its name'}</span>
          {onChangeType && (
            <button
              type="button"
              onClick={onChangeType}
              className="ml-2 text-accent-text underline pointer-coarse:-my-2.5 pointer-coarse:py-2.5"
            >
              Change<span className="sr-only"> the type</span>
            </button>
          )}
        </Fact>
        <Fact term="Window">
          {windowWords(event)}
          <span className="text-ink-2">, due {formatDay(event.dueOn)}</span>
        </Fact>
        <Fact term="In plans">
          <NeverPlan event={event} mayWrite={onChangeType !== undefined} />
        </Fact>
        <Fact term="Duration">{formatDuration(event.durationMinutes)}</Fact>
        <Fact term="Store">{storeName}</Fact>
        <Fact term="Plan id">{event.mplanId ?? 'None yet: the next refresh looks for it'}</Fact>
        <Fact term="Instructions">
          <InstructionsFact row={row} />
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-2">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
