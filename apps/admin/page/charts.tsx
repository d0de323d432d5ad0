import { useEffect, useRef, useState } from 'react';
import { TASK_NAMES } from '../src/words.ts';
import { Figures } from './charts/figures.tsx';
import { KnownSince } from './charts/known-since.tsx';
import { NoCharts } from './charts/no-charts.tsx';
import { RangePicker } from './charts/range-picker.tsx';
import { RANGES, type Range, type Redis } from './charts/ranges.ts';
import { trpc } from './trpc.ts';

const TASKS = Object.keys(TASK_NAMES) as (keyof typeof TASK_NAMES)[];

const REFRESH_MS: Record<Range, number> = { '1h': 0, '24h': 15_000, '7d': 60_000, '30d': 60_000 };

/** The charts of the figures in Redis; without Redis, a sentence that says so. */
export function ChartsSection(props: { redis: Redis; now: string }) {
  const [range, setRange] = useState<Range>('1h');
  const [task, setTask] = useState<(typeof TASKS)[number] | ''>('');
  const reachable = props.redis.state === 'connected';
  const charts = trpc.charts.useQuery(
    { range, ...(task ? { task } : {}) },
    { enabled: reachable, placeholderData: (previous) => previous },
  );
  // Loaded after the page's other figures, so that all show the same moment.
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
    <section aria-labelledby="charts-title" className="grid min-w-0 gap-2.5">
      <div className="flex flex-wrap items-center gap-3">
        <h2 id="charts-title" className="text-lg font-semibold">
          Charts
        </h2>
        {charts.data?.series && (
          <p className="mr-auto text-ink-2">
            What workers counted
            <KnownSince
              known={charts.data.series.knownSince}
              from={charts.data.series.starts[0]}
              now={props.now}
            />
          </p>
        )}
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
            <RangePicker name="range" range={range} onRange={setRange} />
          </div>
        )}
      </div>
      {reachable && charts.data?.series ? (
        <Figures charts={charts.data} series={charts.data.series} bucketWords={bucketWords} task={task} />
      ) : (
        <NoCharts redis={reachable && charts.data ? charts.data.status : props.redis} now={props.now} />
      )}
    </section>
  );
}
