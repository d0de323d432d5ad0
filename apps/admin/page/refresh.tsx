import { RefreshNow } from './actions.tsx';
import { formatDuration, formatNumber } from './format.ts';
import type { OverviewFacts } from './trpc.ts';
import { Ago, At, Badge, Facts, Panel } from './ui.tsx';

/** The result of a refresh, by its state. */
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
              The next refresh is at <At at={nextAt} now={at} />.
            </>
          )}
        </p>
      )}
      {last?.failureReason && <p className="mt-2 text-failed">{last.failureReason}</p>}
    </Panel>
  );
}

const HEAD = 'px-2 pb-1 text-right text-xs font-normal text-ink-2 first:pl-0 first:text-left last:pr-0';
const CELL =
  'border-t border-line px-2 py-1 text-right whitespace-nowrap first:pl-0 first:text-left last:pr-0';

/** The last readings of Crossmark's list, one a row. */
export function RecentRefreshes({ facts: { at, refresh } }: { facts: OverviewFacts }) {
  if (refresh.recent.length === 0) return null;
  return (
    <Panel id="recent" title="Earlier readings" note="the latest first">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls sideways must be reachable by keyboard. */}
      <section className="overflow-x-auto" tabIndex={0} aria-label="Readings of Crossmark’s list">
        <table className="w-full">
          <thead>
            <tr>
              {['Asked', 'End', 'Took', 'Rows', 'New', 'Changed', 'Gone', 'Bookings changed there'].map(
                (title) => (
                  <th key={title} scope="col" className={HEAD}>
                    {title}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {refresh.recent.map((run) => (
              <tr key={run.id}>
                <td className={CELL}>
                  <At at={run.requestedAt} now={at} />
                </td>
                <td className={CELL} title={run.failureReason ?? undefined}>
                  <Badge state={ENDS[run.state].badge}>{ENDS[run.state].word}</Badge>
                </td>
                <td className={CELL}>
                  {run.startedAt && run.finishedAt
                    ? formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))
                    : '–'}
                </td>
                {[run.read, run.created, run.updated, run.gone, run.drifted].map((count, index) => (
                  <td key={index} className={CELL}>
                    {formatNumber(count)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}
