import type { ReactNode } from 'react';
import { Swatch } from './charts/chart.tsx';
import { KnownSince } from './charts/known-since.tsx';
import { NoCharts } from './charts/no-charts.tsx';
import { RangePicker } from './charts/range-picker.tsx';
import { RANGES, type Range } from './charts/ranges.ts';
import { StackedBars } from './charts/stack.tsx';
import { QUANTILES, QuantileLines } from './charts/times.tsx';
import { formatDuration, formatNumber } from './format.ts';
import type { Overview } from './trpc.ts';
import { Panel } from './ui.tsx';

type Trend = NonNullable<Overview['trend']>;

const [MEDIAN, MOST] = QUANTILES;
const BARS = [
  ['good', 'not failed', 'var(--mark-fast)'],
  ['failed', 'failed', 'var(--mark-dead)'],
] as const;

/** How quickly changes reach Crossmark, what was attempted, and how Crossmark answers, in a range of time. */
export function TrendCharts(props: { overview: Overview; range: Range; onRange: (range: Range) => void }) {
  const { trend, redis, facts } = props.overview;
  if (!trend) return <NoCharts redis={redis} now={facts.at} />;
  const { total } = trend;
  const words = RANGES.find(([id]) => id === trend.range)?.[2] ?? '';
  return (
    <>
      <Panel
        id="synced"
        title="Click to synced"
        note={
          <>
            <Quantiles total={total.synced} otherwise="nothing was synced" />
            <KnownSince known={trend.knownSince} from={trend.starts[0]} now={facts.at} />
          </>
        }
        aside={<RangePicker name="overview-range" range={props.range} onRange={props.onRange} />}
      >
        <Times trend={trend} times={trend.synced} />
      </Panel>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2.5 md:grid-cols-2">
        <Panel
          id="attempts"
          title="Attempts"
          note={
            <>
              {formatNumber(total.attempts)}, {words}
              {total.failed > 0 && (
                <>
                  , <Swatch colour="var(--mark-dead)" /> {formatNumber(total.failed)} failed
                </>
              )}
            </>
          }
        >
          <Plot>
            <StackedBars
              rows={trend.starts.map((at, index) => ({
                at,
                good: trend.good[index] ?? undefined,
                failed: trend.failed[index] ?? undefined,
              }))}
              range={trend.range}
              bars={BARS}
              held={heldSpans(trend)}
              knownSince={trend.knownSince}
            />
          </Plot>
        </Panel>
        <Panel
          id="answers"
          title="Crossmark’s answers"
          note={<Quantiles total={total.answers} otherwise="nothing was asked" />}
        >
          <Times trend={trend} times={trend.answers} />
        </Panel>
      </div>
    </>
  );
}

const Plot = ({ children }: { children: ReactNode }) => <div className="h-29">{children}</div>;

function Quantiles(props: { total: { p50: number; p95: number } | null; otherwise: string }) {
  if (!props.total) return props.otherwise;
  return (
    <>
      <Swatch colour={MEDIAN[2]} /> half within {formatDuration(props.total.p50)}, <Swatch colour={MOST[2]} />{' '}
      95 % within {formatDuration(props.total.p95)}
    </>
  );
}

function Times(props: { trend: Trend; times: Trend['synced'] }) {
  const { starts, range } = props.trend;
  const rows = starts.map((at, index) => ({
    at,
    p50: props.times.p50[index] ?? undefined,
    p95: props.times.p95[index] ?? undefined,
  }));
  return (
    <Plot>
      <QuantileLines
        rows={rows}
        range={range}
        quantiles={[MEDIAN, MOST]}
        knownSince={props.trend.knownSince}
      />
    </Plot>
  );
}

/** When calls to Crossmark were held back: the first and the last bucket of each such time. */
function heldSpans({ starts, levels }: Trend): [from: string, to: string][] {
  const spans: [string, string][] = [];
  starts.forEach((at, index) => {
    if ((levels.held?.[index] ?? 0) === 0) return;
    const last = spans.at(-1);
    if (last && last[1] === starts[index - 1]) last[1] = at;
    else spans.push([at, at]);
  });
  return spans;
}
