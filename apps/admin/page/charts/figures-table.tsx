import { nameOf, TASK_NAMES } from '../../src/words.ts';
import { formatDuration, formatNumber } from '../format.ts';
import { Panel } from '../ui.tsx';
import type { Charts, Quantiles } from './ranges.ts';

/** The same figures in a table: by task, and by call to Crossmark. */
export function FiguresTable(props: { charts: Charts; minutes: number }) {
  const head = 'px-2 py-1.5 text-right font-medium first:pl-0 first:text-left last:pr-0';
  const cell = 'px-2 py-1.5 text-right whitespace-nowrap last:pr-0';
  const first = 'py-1.5 pr-2 text-left font-normal';
  const time = (quantiles: Quantiles | null, which: 'p50' | 'p95' | 'p99') =>
    quantiles ? formatDuration(quantiles[which]) : '–';
  const rows = [
    ...Object.entries(props.charts.tasks).map(([name, figures]) => ({
      group: 'Tasks',
      name,
      label: nameOf(TASK_NAMES, name),
      n: figures.attempts,
      failed: (figures.outcomes.retry ?? 0) + (figures.outcomes.dead ?? 0),
      times: figures.duration,
    })),
    ...Object.entries(props.charts.callsByName).map(([name, figures]) => ({
      group: 'Calls to Crossmark',
      name,
      label: name,
      n: figures.calls,
      failed: figures.failed,
      times: figures.latency,
    })),
  ].sort((a, b) => b.group.localeCompare(a.group) || b.n - a.n);
  return (
    <Panel id="by-name" title="By task and by call">
      {rows.length === 0 ? (
        <p className="text-sm text-ink-3">There were no attempts and calls in this time.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls sideways must be reachable by keyboard.
        <section className="overflow-x-auto" tabIndex={0} aria-label="Counts and durations">
          <table className="w-full text-sm">
            <thead className="text-ink-3">
              <tr>
                <th scope="col" className={head}>
                  Name
                </th>
                {['Count', 'A minute', 'Failed', 'Median', '95 %', '99 %'].map((title) => (
                  <th key={title} scope="col" className={head}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            {['Tasks', 'Calls to Crossmark'].map((group) => (
              <tbody
                key={group}
                className="[&+tbody>tr:first-child>*]:border-t [&+tbody>tr:first-child>*]:border-line"
              >
                {rows
                  .filter((row) => row.group === group)
                  .map((row) => (
                    <tr key={row.name}>
                      <th scope="row" className={first}>
                        {row.label}
                      </th>
                      <td className={cell}>
                        <JobCount row={row} status="completed" n={row.n} />
                      </td>
                      <td className={cell}>
                        {(row.n / props.minutes).toLocaleString('en-US', { maximumSignificantDigits: 2 })}
                      </td>
                      <td className={cell}>
                        <JobCount row={row} status="failed" n={row.failed} />
                      </td>
                      <td className={cell}>{time(row.times, 'p50')}</td>
                      <td className={cell}>{time(row.times, 'p95')}</td>
                      <td className={cell}>{time(row.times, 'p99')}</td>
                    </tr>
                  ))}
              </tbody>
            ))}
          </table>
        </section>
      )}
    </Panel>
  );
}

/** A number of attempts as a link to their jobs. Calls have no jobs. */
function JobCount(props: { row: { group: string; name: string; label: string }; status: string; n: number }) {
  const { row, status, n } = props;
  if (row.group !== 'Tasks' || n === 0) return formatNumber(n);
  return (
    <a
      href={`/queues/queue/${row.name}?status=${status}`}
      aria-label={`${formatNumber(n)}: ${status} jobs, ${row.label}`}
      className="underline underline-offset-2"
    >
      {formatNumber(n)}
    </a>
  );
}
