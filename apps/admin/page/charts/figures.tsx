import { KIND_NAMES, nameOf } from '../../src/words.ts';
import { formatCount, formatNumber } from '../format.ts';
import { Chart } from './chart.tsx';
import { FiguresTable } from './figures-table.tsx';
import type { Charts, Quantiles } from './ranges.ts';
import { StackedBars } from './stack.tsx';
import { QuantileChart } from './times.tsx';

/**
 * The outcomes of an attempt in the order in which they are stacked, with their names in the
 * legend.
 */
const OUTCOMES = [
  ['done', 'done', 'var(--mark-done)'],
  ['nothing', 'nothing to do', 'var(--mark-nothing)'],
  ['retry', 'failed, retried', 'var(--mark-retry)'],
  ['waiting', 'not possible yet', 'var(--mark-waiting)'],
  ['conflict', 'conflict', 'var(--mark-conflict)'],
  ['dead', 'failed for good', 'var(--mark-dead)'],
  ['interrupted', 'interrupted', 'var(--mark-interrupted)'],
] as const;

export function Figures(props: {
  charts: Charts;
  series: NonNullable<Charts['series']>;
  bucketWords: string;
  task: string;
}) {
  const { charts, series, bucketWords } = props;
  const { starts, range } = series;
  const attemptRows = starts.map((start, index) => ({
    at: start,
    ...Object.fromEntries(OUTCOMES.map(([name]) => [name, charts.work?.points[index]?.outcomes[name] ?? 0])),
  }));
  const calls = starts.map((start, index) => {
    const point = charts.calls?.points[index];
    return { at: start, good: (point?.calls ?? 0) - (point?.failed ?? 0), failed: point?.failed ?? 0 };
  });
  const timesOf = (pick: (index: number) => Quantiles | null | undefined) =>
    starts.map((start, index) => {
      const value = pick(index);
      return { at: start, p50: value?.p50, p95: value?.p95, p99: value?.p99 };
    });
  const work = charts.work?.total;
  const total = work?.attempts ?? 0;
  const minutes = (starts.length * series.bucketSeconds) / 60;

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2.5 lg:grid-cols-2">
      <Chart
        id="attempts"
        title="Attempts"
        unit={`attempts ${bucketWords}`}
        summary={
          total === 0
            ? 'No attempts in this time.'
            : `${formatCount(total, 'attempt')}, ${(total / minutes).toLocaleString('en-US', { maximumFractionDigits: 1 })} a minute`
        }
        legend={OUTCOMES.filter(([name]) => (work?.outcomes[name] ?? 0) > 0).map(([name, label, colour]) => ({
          label,
          colour,
          value: formatNumber(work?.outcomes[name] ?? 0),
        }))}
      >
        <StackedBars rows={attemptRows} range={range} bars={OUTCOMES} />
      </Chart>
      <QuantileChart
        id="synced"
        title="Click to synced"
        unit="from saving a change until Crossmark holds it"
        total={work?.clickToSynced ?? null}
        rows={timesOf((index) => charts.work?.points[index]?.clickToSynced)}
        range={range}
        emptyText={
          props.task && !props.task.startsWith('sync_schedule')
            ? 'This task has no clicks.'
            : 'Nothing was synced in this time.'
        }
      />
      <QuantileChart
        id="durations"
        title="Duration of an attempt"
        unit="from the moment a worker takes the job until it is done"
        total={work?.duration ?? null}
        rows={timesOf((index) => charts.work?.points[index]?.duration)}
        range={range}
        emptyText="No attempts in this time."
      />
      <QuantileChart
        id="latency"
        title="Crossmark’s answers"
        unit="duration of a call, all tasks"
        total={charts.calls?.total.latency ?? null}
        rows={timesOf((index) => charts.calls?.points[index]?.latency)}
        range={range}
        emptyText="No calls in this time."
      />
      <Chart
        id="calls"
        title="Calls to Crossmark"
        unit={`calls ${bucketWords}, all tasks`}
        summary={
          (charts.calls?.total.calls ?? 0) === 0
            ? 'No calls in this time.'
            : `${formatCount(charts.calls?.total.calls ?? 0, 'call')}, ${failureRate(charts.calls?.total)} failed`
        }
        legend={[
          {
            label: 'answered',
            colour: 'var(--mark-done)',
            value: formatNumber((charts.calls?.total.calls ?? 0) - (charts.calls?.total.failed ?? 0)),
          },
          ...Object.entries(charts.calls?.total.failures ?? {}).map(([kind, n]) => ({
            label: `failed: ${nameOf(KIND_NAMES, kind)}`,
            colour: 'var(--mark-dead)',
            value: formatNumber(n),
          })),
        ]}
      >
        <StackedBars
          rows={calls}
          range={range}
          bars={[
            ['good', 'answered', 'var(--mark-done)'],
            ['failed', 'failed', 'var(--mark-dead)'],
          ]}
        />
      </Chart>
      <FiguresTable charts={charts} minutes={minutes} />
    </div>
  );
}

const failureRate = (figures: { calls: number; failed: number } | undefined) => {
  if (!figures || figures.calls === 0) return 'none';
  return `${((100 * figures.failed) / figures.calls).toLocaleString('en-US', { maximumFractionDigits: 1 })} %`;
};
