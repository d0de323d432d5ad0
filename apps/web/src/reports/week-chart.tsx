import type { WeekFigures } from '@scheduler/server/router';
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatDay, formatWeek } from '../lib/time.ts';
import { MEASURE_LOOKS, secondsInWords } from './measures.ts';
import type { Measure } from './reports-search.ts';

/** A measure by week, as bars. The table by week has the same figures in words. */
export function WeekChart({ measure, weeks }: { measure: Measure; weeks: readonly WeekFigures[] }) {
  const { value, format, word } = MEASURE_LOOKS[measure];
  const rows = weeks.map((week) => ({
    weekOf: week.weekOf,
    value: value(week),
    ...(measure === 'synced' && { p95: week.sync?.p95Seconds ?? null }),
  }));
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart
        data={rows}
        margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
        barGap={1}
        title={`${word} by week`}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="weekOf"
          tickFormatter={(sunday: string) => formatDay(sunday).split(' ').slice(1).join(' ')}
          tick={{ fontSize: 12, fill: 'var(--ink-2)' }}
          minTickGap={12}
          tickLine={false}
          stroke="var(--line-strong)"
          height={22}
        />
        <YAxis
          width={56}
          tick={{ fontSize: 12, fill: 'var(--ink-2)' }}
          tickFormatter={format}
          tickLine={false}
          axisLine={false}
          allowDecimals={measure === 'synced'}
          {...((measure === 'onTime' || measure === 'coverage') && { domain: [0, 100] })}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--surface-2)' }}
          content={({ active, label }) => {
            const week = weeks.find(({ weekOf }) => weekOf === label);
            return active && week ? <WeekTip measure={measure} week={week} /> : null;
          }}
        />
        <Bar dataKey="value" fill="var(--mark-fast)" maxBarSize={40} isAnimationActive={false} />
        {measure === 'synced' && (
          <Bar dataKey="p95" fill="var(--mark-slow)" maxBarSize={40} isAnimationActive={false} />
        )}
      </BarChart>
    </ResponsiveContainer>
  );
}

function WeekTip({ measure, week }: { measure: Measure; week: WeekFigures }) {
  return (
    <div className="rounded-md border border-line bg-surface px-3 py-2 text-sm shadow-float">
      <p className="font-medium">{formatWeek(week.weekOf)}</p>
      <p className="text-ink-2">
        {MEASURE_LOOKS[measure].word}: <span className="text-ink">{MEASURE_LOOKS[measure].words(week)}</span>
        {measure === 'synced' && week.sync && `, 95% within ${secondsInWords(week.sync.p95Seconds)}`}
      </p>
    </div>
  );
}
