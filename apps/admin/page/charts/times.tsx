import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatDuration } from '../format.ts';
import { axisTicks, axisTime, MARGIN, type Row, ticksOver } from './axis.ts';
import { Chart, ChartTooltip } from './chart.tsx';
import { unknownArea } from './known-since.tsx';
import type { Quantiles, Range } from './ranges.ts';

export const QUANTILES = [
  ['p50', 'median', 'var(--mark-fast)'],
  ['p95', '95 %', 'var(--mark-slow)'],
  ['p99', '99 %', 'var(--mark-slowest)'],
] as const;

export function QuantileChart(props: {
  id: string;
  title: string;
  unit: string;
  total: Quantiles | null;
  rows: Row[];
  range: Range;
  emptyText: string;
}) {
  const { total } = props;
  if (!total)
    return (
      <Chart id={props.id} title={props.title} unit={props.unit} summary={props.emptyText} legend={[]} />
    );
  return (
    <Chart
      id={props.id}
      title={props.title}
      unit={props.unit}
      summary={`${formatDuration(total.p50)} in the middle, 95 % within ${formatDuration(total.p95)}`}
      legend={QUANTILES.map(([name, label, colour]) => ({
        label,
        colour,
        value: formatDuration(total[name]),
      }))}
    >
      <QuantileLines rows={props.rows} range={props.range} quantiles={QUANTILES} />
    </Chart>
  );
}

/** Durations over time on a logarithmic scale, a line for each quantile. */
export function QuantileLines(props: {
  rows: Row[];
  range: Range;
  quantiles: readonly (readonly [name: string, label: string, colour: string])[];
  knownSince?: string | null;
}) {
  const { rows, range, quantiles } = props;
  const ticks = ticksOver(rows.flatMap((row) => quantiles.map(([name]) => row[name])));
  const measured = rows.filter((row) => row.p50 !== undefined).length;
  return (
    <ResponsiveContainer width="100%" height="100%">
      <LineChart data={rows} margin={MARGIN}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="at"
          tickFormatter={axisTime(range)}
          ticks={axisTicks(rows, range)}
          interval="preserveStart"
          minTickGap={16}
          tickLine={false}
          stroke="var(--line-strong)"
          height={22}
        />
        <YAxis
          scale="log"
          domain={[ticks[0] ?? 1, ticks.at(-1) ?? 1000]}
          ticks={ticks}
          interval={0}
          width={52}
          tickLine={false}
          axisLine={false}
          tickFormatter={formatDuration}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--line-strong)' }}
          content={(tooltip) => <ChartTooltip {...tooltip} names={quantiles} format={formatDuration} />}
        />
        {unknownArea(rows, props.knownSince)}
        {quantiles.map(([name, , colour]) => (
          <Line
            key={name}
            dataKey={name}
            stroke={colour}
            strokeWidth={1.75}
            // A lone measurement has no neighbour to be joined to.
            dot={measured < 60 ? { r: 1.75, fill: colour, strokeWidth: 0 } : false}
            activeDot={{ r: 4 }}
            isAnimationActive={false}
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  );
}
