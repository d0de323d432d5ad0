import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatDuration } from '../format.ts';
import { axisTicks, axisTime, MARGIN, type Row, ticksOver } from './axis.ts';
import { Chart, ChartTooltip } from './chart.tsx';
import type { Quantiles, Range } from './ranges.ts';

const QUANTILES = [
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
  const ticks = ticksOver(props.rows.flatMap((row) => [row.p50, row.p99]));
  const measured = props.rows.filter((row) => row.p50 !== undefined).length;
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
      <ResponsiveContainer width="100%" height="100%">
        <LineChart data={props.rows} margin={MARGIN}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="at"
            tickFormatter={axisTime(props.range)}
            ticks={axisTicks(props.rows, props.range)}
            interval="preserveStart"
            minTickGap={16}
            tickLine={false}
            stroke="var(--line-strong)"
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
            content={(tooltip) => <ChartTooltip {...tooltip} names={QUANTILES} format={formatDuration} />}
          />
          {QUANTILES.map(([name, , colour]) => (
            <Line
              key={name}
              dataKey={name}
              stroke={colour}
              strokeWidth={2}
              // A lone measurement has no neighbour to be joined to.
              dot={measured < 60 ? { r: 2, fill: colour, strokeWidth: 0 } : false}
              activeDot={{ r: 4 }}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </Chart>
  );
}
