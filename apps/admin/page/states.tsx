import { formatNumber } from './format.ts';
import { changesHref } from './place.ts';
import type { OverviewFacts } from './trpc.ts';
import { Ago, Badge } from './ui.tsx';

type State = OverviewFacts['states'][number]['state'];

/** In the order in which they ask for a person. */
const STATES: readonly State[] = ['failed', 'conflict', 'waiting', 'pending', 'synced'];

/** How many events are in each state, each a link to them. */
export function States({ facts, chosen }: { facts: OverviewFacts; chosen: State }) {
  return (
    <nav aria-label="Events by state of sync" className="grid grid-cols-2 gap-2.5 sm:grid-cols-5">
      {STATES.map((state) => {
        const row = facts.states.find((candidate) => candidate.state === state);
        return (
          <a
            key={state}
            href={changesHref({ filter: { state } })}
            aria-current={state === chosen ? 'true' : undefined}
            className={`rounded-lg border bg-surface px-3 py-2 hover:border-line-strong ${state === chosen ? 'border-accent' : 'border-line'}`}
          >
            <Badge state={state} />
            <span className="ml-2 font-semibold">{formatNumber(row?.count ?? 0)}</span>
            {row?.since && (
              <span className="block text-xs text-ink-2">
                longest for <Ago at={row.since} now={facts.at} suffix="" />
              </span>
            )}
          </a>
        );
      })}
    </nav>
  );
}
