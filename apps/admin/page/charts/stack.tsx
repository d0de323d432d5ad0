import {
  Bar,
  BarChart,
  CartesianGrid,
  ReferenceArea,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { formatNumber } from '../format.ts';
import { axisTicks, axisTime, MARGIN, type Row } from './axis.ts';
import { ChartTooltip } from './chart.tsx';
import { unknownArea } from './known-since.tsx';
import type { Range } from './ranges.ts';

export function StackedBars(props: {
  rows: Row[];
  range: Range;
  bars: readonly (readonly [string, string, string])[];
  /** Times in which calls to Crossmark were held back. */
  held?: readonly (readonly [from: string, to: string])[];
  knownSince?: string | null;
}) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={props.rows} margin={MARGIN} barCategoryGap={props.rows.length > 100 ? 0 : 1}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="at"
          tickFormatter={axisTime(props.range)}
          ticks={axisTicks(props.rows, props.range)}
          interval="preserveStart"
          minTickGap={16}
          tickLine={false}
          stroke="var(--line-strong)"
          height={22}
        />
        <YAxis
          allowDecimals={false}
          width={44}
          tickLine={false}
          axisLine={false}
          tickFormatter={formatNumber}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--surface-2)' }}
          content={(tooltip) => <ChartTooltip {...tooltip} names={props.bars} format={formatNumber} />}
        />
        {unknownArea(props.rows, props.knownSince)}
        {props.held?.map(([from, to]) => (
          <ReferenceArea
            key={from}
            x1={from}
            x2={to}
            fill="var(--mark-waiting)"
            fillOpacity={0.2}
            label={{ value: 'held', position: 'insideTopLeft', fill: 'var(--waiting)', fontSize: 12 }}
          />
        ))}
        {props.bars.map(([name, , colour]) => (
          <Bar
            key={name}
            dataKey={name}
            stackId="all"
            fill={colour}
            shapeRendering="crispEdges"
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}
