import { RefreshNow } from './actions.tsx';
import { formatDuration, formatNumber } from './format.ts';
import type { OverviewFacts } from './trpc.ts';
import { Ago, At, Badge, Facts, Panel } from './ui.tsx';

/** How a reading ended, by its state. */
const ENDS = {
  queued: { badge: 'pending', word: 'About to start' },
  running: { badge: 'pending', word: 'Reading' },
  done: { badge: 'synced', word: 'Done' },
  failed: { badge: 'failed', word: 'Failed' },
  needs_decision: { badge: 'waiting', word: 'Undecided' },
  superseded: { badge: 'pending', word: 'Superseded' },
} as const;

export function Refresh(props: { facts: OverviewFacts; mayAct: boolean }) {
  const { at, refresh } = props.facts;
  const { current, last, nextAt } = refresh;
  return (
    <Panel id="refresh" title="Refresh from Crossmark" aside={props.mayAct && <RefreshNow />}>
      {current && (
        <p className="mb-2">
          <Badge state="pending">{current.state === 'running' ? 'Reading' : 'About to start'}</Badge>{' '}
          <span className="text-sm text-ink-2">
            {formatNumber(current.read)}
            {current.total !== null && ` of ${formatNumber(current.total)}`} rows, since{' '}
            <Ago at={current.startedAt ?? current.requestedAt} now={at} suffix="" />
          </span>
        </p>
      )}
      {last ? (
        <Facts
          rows={[
            [
              'Last',
              <span key="last" className="inline-flex flex-wrap items-center justify-end gap-2">
                <Badge state={ENDS[last.state].badge}>{ENDS[last.state].word}</Badge>
                <Ago at={last.finishedAt ?? last.requestedAt} now={at} />
              </span>,
            ],
            ...(last.startedAt && last.finishedAt
              ? ([
                  ['Took', formatDuration(Date.parse(last.finishedAt) - Date.parse(last.startedAt))],
                ] as const)
              : []),
            [
              'Rows read',
              `${formatNumber(last.read)}${last.total === null ? '' : ` of ${formatNumber(last.total)}`}`,
            ],
            [
              'Events',
              `${formatNumber(last.created)} new, ${formatNumber(last.updated)} changed, ${formatNumber(last.unchanged)} the same, ${formatNumber(last.gone)} gone`,
            ],
            ['Bookings changed there', formatNumber(last.drifted)],
            ['Missing, not confirmed yet', formatNumber(last.unconfirmed)],
            ['Rows that could not be read', formatNumber(last.bad)],
            ['Next', nextAt ? <At at={nextAt} now={at} /> : 'every hour, by a worker'],
          ]}
        />
      ) : (
        <p className="text-sm text-ink-2">
          Crossmark’s list has not been read yet.
          {nextAt && (
            <>
              {' '}
              The next reading is at <At at={nextAt} now={at} />.
            </>
          )}
        </p>
      )}
      {last?.failureReason && <p className="mt-2 text-sm text-failed">{last.failureReason}</p>}
    </Panel>
  );
}
