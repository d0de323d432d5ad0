import type { Overview } from './trpc.ts';
import { Ago, At, Panel } from './ui.tsx';

/** The conditions to be told of: which are so now, and for how long the others have not been. */
export function Alerts({ overview }: { overview: Overview }) {
  const { alerts, facts } = overview;
  return (
    <Panel id="alerts" title="Alerts" note="what to be told of, also at /metrics">
      <ul className="divide-y divide-line">
        {alerts.map(({ name, isFiring, at }) => (
          <li key={name} className="flex items-center gap-2 py-0.5">
            <svg aria-hidden="true" viewBox="0 0 8 8" className="size-2 shrink-0">
              <circle cx="4" cy="4" r="4" fill={isFiring ? 'var(--waiting)' : 'var(--line-strong)'} />
            </svg>
            <span className={`min-w-0 flex-1 ${isFiring ? 'font-medium' : ''}`}>{name}</span>
            <span className={isFiring ? 'font-medium text-waiting' : 'text-ink-3'}>
              {isFiring ? 'now' : 'quiet'}
              {isFiring && at && (
                <>
                  , since <At at={at} now={facts.at} />
                </>
              )}
              {!isFiring && at && (
                <>
                  {' '}
                  <Ago at={at} now={facts.at} suffix="" />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
