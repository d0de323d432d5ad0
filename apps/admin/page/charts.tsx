import { type ReactNode, useEffect, useRef, useState } from 'react';
import {
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { KIND_NAMES, nameOf, TASK_NAMES } from '../src/words.ts';
import { clock, count, duration, moment, number } from './format.ts';
import { type Outputs, trpc } from './trpc.ts';
import { At, Panel } from './ui.tsx';

type Charts = Outputs['charts'];
type Redis = Charts['status'];
type Quantiles = NonNullable<NonNullable<Charts['work']>['total']['duration']>;

const RANGES = [
  ['1h', '1 hour', 'by the minute'],
  ['24h', '24 hours', 'by ten minutes'],
  ['7d', '7 days', 'by the hour'],
  ['30d', '30 days', 'by six hours'],
] as const;
type Range = (typeof RANGES)[number][0];
const TASKS = Object.keys(TASK_NAMES) as (keyof typeof TASK_NAMES)[];

/** Outcomes of a try in the order they are stacked; the words are the legend's. */
const OUTCOMES = [
  ['done', 'done', 'var(--mark-done)'],
  ['nothing', 'nothing to do', 'var(--mark-nothing)'],
  ['retry', 'failed, tried again', 'var(--mark-retry)'],
  ['waiting', 'can’t be tried yet', 'var(--mark-waiting)'],
  ['conflict', 'conflict', 'var(--mark-conflict)'],
  ['dead', 'failed for good', 'var(--mark-dead)'],
  ['interrupted', 'interrupted', 'var(--mark-interrupted)'],
] as const;
const QUANTILES = [
  ['p50', 'median', 'var(--mark-fast)'],
  ['p95', '95 %', 'var(--mark-slow)'],
  ['p99', '99 %', 'var(--mark-slowest)'],
] as const;

const REFRESH_MS: Record<Range, number> = { '1h': 0, '24h': 15_000, '7d': 60_000, '30d': 60_000 };

/** What Redis remembers, in charts; without Redis, the sentence that says so. */
export function ChartsSection(props: { redis: Redis; now: string }) {
  const [range, setRange] = useState<Range>('1h');
  const [task, setTask] = useState<(typeof TASKS)[number] | ''>('');
  const reachable = props.redis.state === 'connected';
  const charts = trpc.charts.useQuery(
    { range, ...(task ? { task } : {}) },
    { enabled: reachable, placeholderData: (previous) => previous },
  );
  // Asked for after the page's other figures, so that they show the same moment.
  const { refetch } = charts;
  const readAtMs = useRef(0);
  useEffect(() => {
    const nowMs = Date.parse(props.now);
    if (!reachable || nowMs - readAtMs.current < REFRESH_MS[range]) return;
    readAtMs.current = nowMs;
    void refetch();
  }, [props.now, range, reachable, refetch]);
  const bucketWords = RANGES.find(([id]) => id === range)?.[2] ?? '';

  return (
    <section aria-labelledby="figures-title" className="grid min-w-0 gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="figures-title" className="text-lg font-semibold">
          Figures
        </h2>
        {reachable && (
          <div className="flex flex-wrap items-center gap-2">
            <select
              aria-label="Task"
              value={task}
              onChange={(event) => setTask(TASKS.find((one) => one === event.target.value) ?? '')}
              className="min-h-9 rounded-md border border-line-strong bg-surface px-2 text-sm"
            >
              <option value="">All tasks</option>
              {TASKS.map((one) => (
                <option key={one} value={one}>
                  {TASK_NAMES[one]}
                </option>
              ))}
            </select>
            <fieldset className="flex rounded-md border border-line-strong bg-surface">
              <legend className="sr-only">Time span</legend>
              {RANGES.map(([id, label]) => (
                <label
                  key={id}
                  className="cursor-pointer px-3 py-1.5 text-sm first-of-type:rounded-l-md last-of-type:rounded-r-md has-checked:bg-accent has-checked:font-medium has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
                >
                  <input
                    type="radio"
                    name="range"
                    value={id}
                    checked={range === id}
                    onChange={() => setRange(id)}
                    className="sr-only"
                  />
                  {label}
                </label>
              ))}
            </fieldset>
          </div>
        )}
      </div>
      {reachable && charts.data?.series ? (
        <Figures charts={charts.data} series={charts.data.series} bucketWords={bucketWords} task={task} />
      ) : (
        <Missing redis={reachable && charts.data ? charts.data.status : props.redis} now={props.now} />
      )}
    </section>
  );
}

function Missing(props: { redis: Redis; now: string }) {
  const { redis } = props;
  return (
    <div role="status" className="rounded-lg border border-dashed border-line-strong px-4 py-8 text-ink-2">
      {redis.state === 'not-configured' && (
        <>
          <p className="font-medium text-ink">No charts: Redis is not configured.</p>
          <p>
            Set REDIS_URL for the worker and this page. Sync doesn’t need it; nothing but these charts is
            missing.
          </p>
        </>
      )}
      {redis.state === 'gone' && (
        <>
          <p className="font-medium text-ink">
            No charts: Redis is gone since <At at={redis.since} now={props.now} />.
          </p>
          <p>
            Sync goes on without it. Workers keep counting, and the charts catch up with up to two hours when
            Redis is back.
          </p>
        </>
      )}
      {redis.state === 'connected' && <p>Loading charts…</p>}
    </div>
  );
}

function Figures(props: {
  charts: Charts;
  series: NonNullable<Charts['series']>;
  bucketWords: string;
  task: string;
}) {
  const { charts, series, bucketWords } = props;
  const { starts, range } = series;
  const tries = starts.map((start, index) => ({
    at: start,
    ...Object.fromEntries(OUTCOMES.map(([name]) => [name, charts.work?.points[index]?.outcomes[name] ?? 0])),
  }));
  const calls = starts.map((start, index) => {
    const point = charts.calls?.points[index];
    return { at: start, good: (point?.calls ?? 0) - (point?.failed ?? 0), failed: point?.failed ?? 0 };
  });
  const timesOf = (pick: (index: number) => Quantiles | null | undefined) =>
    starts.map((start, index) => {
      const found = pick(index);
      return { at: start, p50: found?.p50, p95: found?.p95, p99: found?.p99 };
    });
  const work = charts.work?.total;
  const total = work?.attempts ?? 0;
  const minutes = (starts.length * series.bucketSeconds) / 60;

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-2">
      <Chart
        id="tries"
        title="Tries"
        unit={`tries ${bucketWords}`}
        says={
          total === 0
            ? 'No tries in this time.'
            : `${count(total, 'try', 'tries')}, ${(total / minutes).toLocaleString('en-US', { maximumFractionDigits: 1 })} a minute`
        }
        legend={OUTCOMES.filter(([name]) => (work?.outcomes[name] ?? 0) > 0).map(([name, label, colour]) => ({
          label,
          colour,
          value: number(work?.outcomes[name] ?? 0),
        }))}
      >
        <Stack rows={tries} range={range} bars={OUTCOMES} />
      </Chart>
      <Times
        id="synced"
        title="Click to synced"
        unit="from saving a change until Crossmark holds it"
        total={work?.clickToSynced ?? null}
        rows={timesOf((index) => charts.work?.points[index]?.clickToSynced)}
        range={range}
        nothing={
          props.task === 'sync_employee' || props.task === 'refresh_events'
            ? 'This task has no clicks.'
            : 'Nothing was synced in this time.'
        }
      />
      <Times
        id="durations"
        title="Duration of a try"
        unit="from a worker’s taking the job until it is done"
        total={work?.duration ?? null}
        rows={timesOf((index) => charts.work?.points[index]?.duration)}
        range={range}
        nothing="No tries in this time."
      />
      <Times
        id="latency"
        title="Crossmark’s answers"
        unit="duration of a call, all tasks"
        total={charts.calls?.total.latency ?? null}
        rows={timesOf((index) => charts.calls?.points[index]?.latency)}
        range={range}
        nothing="No calls in this time."
      />
      <Chart
        id="calls"
        title="Calls to Crossmark"
        unit={`calls ${bucketWords}, all tasks`}
        says={
          (charts.calls?.total.calls ?? 0) === 0
            ? 'No calls in this time.'
            : `${count(charts.calls?.total.calls ?? 0, 'call')}, ${failureRate(charts.calls?.total)} failed`
        }
        legend={[
          {
            label: 'answered',
            colour: 'var(--mark-done)',
            value: number((charts.calls?.total.calls ?? 0) - (charts.calls?.total.failed ?? 0)),
          },
          ...Object.entries(charts.calls?.total.failures ?? {}).map(([kind, n]) => ({
            label: `failed: ${nameOf(KIND_NAMES, kind)}`,
            colour: 'var(--mark-dead)',
            value: number(n),
          })),
        ]}
      >
        <Stack
          rows={calls}
          range={range}
          bars={[
            ['good', 'answered', 'var(--mark-done)'],
            ['failed', 'failed', 'var(--mark-dead)'],
          ]}
        />
      </Chart>
      <ByName charts={charts} minutes={minutes} />
    </div>
  );
}

const failureRate = (figures: { calls: number; failed: number } | undefined) => {
  if (!figures || figures.calls === 0) return 'none';
  return `${((100 * figures.failed) / figures.calls).toLocaleString('en-US', { maximumFractionDigits: 1 })} %`;
};

/** The same figures in a table: by task, and by call to Crossmark. */
function ByName(props: { charts: Charts; minutes: number }) {
  const head = 'px-2 py-1.5 text-right font-medium first:pl-0 first:text-left last:pr-0';
  const cell = 'px-2 py-1.5 text-right whitespace-nowrap last:pr-0';
  const first = 'py-1.5 pr-2 text-left font-normal';
  const time = (quantiles: Quantiles | null, which: 'p50' | 'p95' | 'p99') =>
    quantiles ? duration(quantiles[which]) : '–';
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
        <p className="text-sm text-ink-3">Nothing was done in this time.</p>
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
                        <JobsOf row={row} status="completed" n={row.n} />
                      </td>
                      <td className={cell}>
                        {(row.n / props.minutes).toLocaleString('en-US', { maximumSignificantDigits: 2 })}
                      </td>
                      <td className={cell}>
                        <JobsOf row={row} status="failed" n={row.failed} />
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

/** A number of tries that leads to their jobs; calls have none. */
function JobsOf(props: { row: { group: string; name: string; label: string }; status: string; n: number }) {
  const { row, status, n } = props;
  if (row.group !== 'Tasks' || n === 0) return number(n);
  return (
    <a
      href={`/queues/queue/${row.name}?status=${status}`}
      aria-label={`${number(n)}: ${status} jobs, ${row.label}`}
      className="underline underline-offset-2"
    >
      {number(n)}
    </a>
  );
}

function Chart(props: {
  id: string;
  title: string;
  unit: string;
  says: string;
  legend: { label: string; colour: string; value: string }[];
  children?: ReactNode;
}) {
  return (
    <Panel id={props.id} title={props.title} aside={<span className="text-sm text-ink-3">{props.unit}</span>}>
      <p className="text-sm font-medium">{props.says}</p>
      {props.children && <div className="mt-2 h-48">{props.children}</div>}
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-sm text-ink-2">
        {props.legend.map((entry) => (
          <li key={entry.label} className="flex items-center gap-1.5">
            <Swatch colour={entry.colour} />
            {entry.label} <span className="text-ink">{entry.value}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Swatch(props: { colour: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 10 10" className="size-2.5 shrink-0">
      <rect width="10" height="10" rx="2" fill={props.colour} />
    </svg>
  );
}

type Row = { at: string } & Record<string, string | number | undefined>;
const MARGIN = { top: 6, right: 8, bottom: 0, left: 0 };

/** Round moments in the reader's own time: each is the first bucket of its ten minutes, four hours, day or five days. */
function axisTicks(rows: Row[], range: Range): string[] {
  const unitOf = (at: string) => {
    const local = new Date(at);
    const day = Math.floor((local.getTime() - local.getTimezoneOffset() * 60_000) / 86_400_000);
    if (range === '1h') return Math.floor(local.getMinutes() / 10);
    if (range === '24h') return Math.floor(local.getHours() / 4);
    return range === '7d' ? day : Math.floor(day / 5);
  };
  return rows.map((row) => row.at).filter((at, i, all) => i > 0 && unitOf(at) !== unitOf(all[i - 1] ?? at));
}

function axisTime(range: Range) {
  const days = range === '7d' || range === '30d';
  return (at: string) =>
    days ? new Date(at).toLocaleDateString('en-US', { month: 'short', day: 'numeric' }) : clock(at);
}

function Stack(props: { rows: Row[]; range: Range; bars: readonly (readonly [string, string, string])[] }) {
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
        />
        <YAxis allowDecimals={false} width={44} tickLine={false} axisLine={false} tickFormatter={number} />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--surface-2)' }}
          content={(shown) => <Hover {...shown} names={props.bars} format={number} />}
        />
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

function Times(props: {
  id: string;
  title: string;
  unit: string;
  total: Quantiles | null;
  rows: Row[];
  range: Range;
  nothing: string;
}) {
  const { total } = props;
  if (!total)
    return <Chart id={props.id} title={props.title} unit={props.unit} says={props.nothing} legend={[]} />;
  const ticks = ticksOver(props.rows.flatMap((row) => [row.p50, row.p99]));
  const measured = props.rows.filter((row) => row.p50 !== undefined).length;
  return (
    <Chart
      id={props.id}
      title={props.title}
      unit={props.unit}
      says={`${duration(total.p50)} in the middle, 95 % within ${duration(total.p95)}`}
      legend={QUANTILES.map(([name, label, colour]) => ({ label, colour, value: duration(total[name]) }))}
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
            tickFormatter={duration}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--line-strong)' }}
            content={(shown) => <Hover {...shown} names={QUANTILES} format={duration} />}
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

/** Round durations from below the shortest to above the longest, for a logarithmic axis. */
function ticksOver(values: (string | number | undefined)[]): number[] {
  const round = [1, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 360_000_000];
  const found = values.filter((value): value is number => typeof value === 'number');
  const [least, most] = [Math.min(...found), Math.max(...found)];
  const first = round.findLastIndex((tick) => tick <= least);
  const last = round.findIndex((tick) => tick >= most);
  return round.slice(Math.max(0, first), (last === -1 ? round.length - 1 : last) + 1);
}

/** What stands under the pointer, or under the arrow keys. */
function Hover(props: {
  active?: boolean;
  label?: string | number;
  payload?: readonly { dataKey?: unknown; value?: unknown }[];
  names: readonly (readonly [string, string, string])[];
  format: (value: number) => string;
}) {
  if (!props.active || typeof props.label !== 'string') return null;
  const shown = props.names.flatMap(([name, label, colour]) => {
    const value = props.payload?.find((entry) => entry.dataKey === name)?.value;
    return typeof value === 'number' && value > 0 ? [{ label, colour, value }] : [];
  });
  return (
    <div className="rounded-md border border-line bg-surface px-3 py-2 text-sm shadow-md">
      <p className="font-medium">{moment(props.label)}</p>
      {shown.length === 0 && <p className="text-ink-3">nothing</p>}
      {shown.map(({ label, colour, value }) => (
        <p key={label} className="flex items-center gap-1.5 text-ink-2">
          <Swatch colour={colour} />
          {label} <span className="text-ink">{props.format(value)}</span>
        </p>
      ))}
    </div>
  );
}
