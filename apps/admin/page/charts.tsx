import { useEffect, useRef, useState } from 'react';
import { TASK_NAMES } from '../src/words.ts';
import { Figures } from './charts/figures.tsx';
import { RANGES, type Range, type Redis } from './charts/ranges.ts';
import { trpc } from './trpc.ts';
import { At } from './ui.tsx';

const TASKS = Object.keys(TASK_NAMES) as (keyof typeof TASK_NAMES)[];

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
        <NoCharts redis={reachable && charts.data ? charts.data.status : props.redis} now={props.now} />
      )}
    </section>
  );
}

function NoCharts(props: { redis: Redis; now: string }) {
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
