import { formatCount, formatNumber } from './format.ts';
import type { OverviewFacts } from './trpc.ts';
import { Ago, Badge } from './ui.tsx';

export const STATES = ['synced', 'pending', 'waiting', 'failed', 'conflict'] as const;

/** `event` or `events`, by how many there are. */
const noun = (events: number): string => formatCount(events, 'event').replace(/^\S+ /, '');

export function States(props: { facts: OverviewFacts }) {
  return (
    <section
      aria-label="Events by state of sync"
      className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-5"
    >
      {STATES.map((state) => {
        const row = props.facts.states.find((candidate) => candidate.state === state);
        return (
          <a
            key={state}
            href={`#state=${state}`}
            className="rounded-lg border border-line bg-surface px-4 py-3 hover:border-line-strong"
          >
            <Badge state={state} />
            <p className="mt-1 text-2xl font-semibold">{formatNumber(row?.count ?? 0)}</p>
            <p className="text-sm text-ink-3">
              {row?.since && (
                <>
                  longest for <Ago at={row.since} now={props.facts.at} suffix="" />
                </>
              )}
              {!row?.since && (row?.count || state === 'synced' ? noun(row?.count ?? 0) : 'none')}
            </p>
          </a>
        );
      })}
    </section>
  );
}
