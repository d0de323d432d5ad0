import { Redis } from 'ioredis';
import { bucketsBetween, bucketsOf, EVER_KEY, keyOf, type Range } from './buckets.ts';
import { connectionOptions } from './connection.ts';
import { cumulative, type Histogram, merge, type Quantiles, quantiles } from './histogram.ts';

/** Whether figures can be read. Instants are ISO text in UTC; `gone.since` is when this process noticed. */
export type MetricsStatus =
  | { state: 'not-configured' }
  | { state: 'gone'; since: string }
  | { state: 'connected'; since: string; pingMs: number; usedMemoryBytes: number | null };

/** What tries of a task came to. Durations in milliseconds; null where there were none. */
export interface TaskFigures {
  tries: number;
  /** Tries by outcome, such as `done` or `retry`. */
  outcomes: Record<string, number>;
  duration: Quantiles | null;
  /** From the last change of what is wanted until Crossmark held it. */
  clickToSynced: Quantiles | null;
}

/** What calls to Crossmark came to. */
export interface CallFigures {
  calls: number;
  failed: number;
  /** Failed calls by kind. */
  failures: Record<string, number>;
  latency: Quantiles | null;
}

/** Figures over the whole range, and for each of its buckets in order. */
export interface Timeline<Figures> {
  total: Figures;
  points: Figures[];
}

/** Figures of a range in equal buckets, the oldest first. */
export interface Series {
  range: Range;
  bucketSeconds: number;
  /** Start of each bucket, ISO text in UTC. The last one is still filling. */
  starts: string[];
  allTasks: Timeline<TaskFigures>;
  tasks: Record<string, Timeline<TaskFigures>>;
  allCalls: Timeline<CallFigures>;
  calls: Record<string, Timeline<CallFigures>>;
}

/** A histogram of everything ever measured: counts of what was no longer than each bound, which end in all of them. */
export interface Distribution {
  count: number;
  sumMs: number;
  buckets: { upToMs: number; count: number }[];
}

/** Counted since Redis was last empty, for those who take differences themselves. */
export interface Totals {
  tasks: Record<
    string,
    { outcomes: Record<string, number>; duration: Distribution; clickToSynced: Distribution }
  >;
  calls: Record<string, { outcomes: Record<string, number>; latency: Distribution }>;
}

/** What tries of one task, or of all, came to in an hour or a day. */
export interface HistoryPoint {
  startMs: number;
  outcomes: Record<string, number>;
  duration: Histogram;
}

/** Reads what the writers counted. Never throws for want of Redis: that is an answer. */
export interface MetricsReader {
  status(): Promise<MetricsStatus>;
  /** Null while Redis can't be read; {@link MetricsReader.status} says since when. */
  series(query: { range: Range }): Promise<Series | null>;
  /** By hours or days of UTC between two moments (milliseconds since 1970), as far as they are kept. Null as for series. */
  history(query: {
    task?: string | undefined;
    granularity: 'hour' | 'day';
    fromMs: number;
    toMs: number;
  }): Promise<HistoryPoint[] | null>;
  /** Null as for series. */
  totals(): Promise<Totals | null>;
  close(): void;
}

const ANSWER_WITHIN_MS = 2000;

/**
 * A reader over one connection that comes back by itself after an outage. A Redis that doesn't answer within
 * `answerWithinMs` counts as gone.
 */
export function createMetricsReader(
  redisUrl: string | undefined,
  { answerWithinMs = ANSWER_WITHIN_MS } = {},
): MetricsReader {
  if (!redisUrl) {
    const none = async () => null;
    return {
      status: async () => ({ state: 'not-configured' }),
      series: none,
      history: none,
      totals: none,
      close() {},
    };
  }
  const redis = new Redis(redisUrl, {
    ...connectionOptions('crossmark-metrics-reader'),
    commandTimeout: answerWithinMs,
  });
  let connectedSince: string | undefined;
  let goneSince: string | undefined;
  const isGone = () => {
    connectedSince = undefined;
    goneSince ??= new Date().toISOString();
  };
  const isHere = () => {
    goneSince = undefined;
    connectedSince ??= new Date().toISOString();
  };
  redis.on('ready', isHere);
  redis.on('close', isGone);
  redis.on('error', () => {});

  /** The first connection is given a moment, so that a page opened at once doesn't call Redis gone. */
  const firstTry = new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
  });

  /** The fields of many hashes; null where Redis doesn't answer. */
  async function read(keys: string[]): Promise<Fields[] | null> {
    await firstTry;
    const pipeline = redis.pipeline();
    for (const key of keys) pipeline.hgetall(key);
    const answers = await pipeline.exec().catch(() => null);
    if (!answers || answers.some(([error]) => error)) return null;
    return answers.map(([, hash]) => Object.entries(hash as Record<string, string>));
  }

  return {
    async status() {
      await firstTry;
      const started = performance.now();
      try {
        const info = await redis.info('memory');
        isHere();
        const used = /used_memory:(\d+)/.exec(info)?.[1];
        return {
          state: 'connected',
          since: connectedSince ?? new Date().toISOString(),
          pingMs: performance.now() - started,
          usedMemoryBytes: used === undefined ? null : Number(used),
        };
      } catch {
        isGone();
        return { state: 'gone', since: goneSince ?? new Date().toISOString() };
      }
    },

    async series({ range }) {
      const { tier, starts } = bucketsOf(range, Date.now());
      const buckets = await read(starts.map((start) => keyOf(tier, start)));
      return buckets && summarise(range, tier.seconds, starts, buckets);
    },

    async history({ task, granularity, fromMs, toMs }) {
      const { tier, starts, widthSeconds } = bucketsBetween(granularity, fromMs, toMs, Date.now());
      const buckets = await read(starts.map((start) => keyOf(tier, start)));
      if (!buckets) return null;
      const { tasks } = tallies(buckets);
      const rows = task === undefined ? [...tasks.values()] : [tasks.get(task) ?? []];
      const points = new Map<number, Tally>();
      for (const [index, start] of starts.entries()) {
        const startMs = Math.floor(start / widthSeconds) * widthSeconds * 1000;
        const point = points.get(startMs) ?? new Tally();
        points.set(startMs, point);
        for (const row of rows) if (row[index]) point.add(row[index]);
      }
      return [...points].map(([startMs, tally]) => ({
        startMs,
        outcomes: Object.fromEntries(tally.counts),
        duration: tally.durations,
      }));
    },

    async totals() {
      const buckets = await read([EVER_KEY]);
      if (!buckets) return null;
      const { tasks, calls } = tallies(buckets);
      const distribution = (histogram: Histogram, sumMs = 0): Distribution => {
        const buckets = cumulative(histogram);
        return { count: buckets.at(-1)?.count ?? 0, sumMs, buckets };
      };
      const each = <Figures>(group: Map<string, Tally[]>, figures: (tally: Tally) => Figures) =>
        Object.fromEntries([...group].map(([name, [tally = new Tally()]]) => [name, figures(tally)]));
      return {
        tasks: each(tasks, (tally) => ({
          outcomes: Object.fromEntries(tally.counts),
          duration: distribution(tally.durations, tally.spent.get('duration')),
          clickToSynced: distribution(tally.synced, tally.spent.get('synced')),
        })),
        calls: each(calls, (tally) => ({
          outcomes: Object.fromEntries(tally.counts),
          latency: distribution(tally.durations, tally.spent.get('latency')),
        })),
      };
    },

    close: () => redis.disconnect(),
  };
}

type Fields = [field: string, value: string][];

/** Counters of one subject in one bucket or over many: how often which, and how long. */
class Tally {
  readonly counts = new Map<string, number>();
  readonly durations: Histogram = new Map();
  readonly synced: Histogram = new Map();
  /** Sums of what the histograms measured, in milliseconds. */
  readonly spent = new Map<string, number>();

  add(other: Tally): void {
    for (const [which, n] of other.counts) this.counts.set(which, (this.counts.get(which) ?? 0) + n);
    merge(this.durations, other.durations);
    merge(this.synced, other.synced);
  }
}

/** What each task and each call came to, bucket by bucket. */
function tallies(buckets: Fields[]): Record<'tasks' | 'calls', Map<string, Tally[]>> {
  const tasks = new Map<string, Tally[]>();
  const calls = new Map<string, Tally[]>();
  for (const [index, fields] of buckets.entries()) {
    for (const [field, value] of fields) {
      const [counter, subject, which] = field.split(':');
      if (!counter || !subject || which === undefined) continue;
      const isCall = counter === 'call' || counter === 'latency' || which === 'latency';
      const group = isCall ? calls : tasks;
      const row = group.get(subject) ?? buckets.map(() => new Tally());
      group.set(subject, row);
      const tally = row[index];
      if (!tally) continue;
      if (counter === 'outcome' || counter === 'call') tally.counts.set(which, Number(value));
      else if (counter === 'spent') tally.spent.set(which, Number(value));
      else if (counter === 'synced') tally.synced.set(Number(which), Number(value));
      else tally.durations.set(Number(which), Number(value));
    }
  }
  return { tasks, calls };
}

function summarise(range: Range, bucketSeconds: number, starts: number[], buckets: Fields[]): Series {
  const { tasks, calls } = tallies(buckets);
  const sum = (tallies: Tally[]) => {
    const total = new Tally();
    for (const tally of tallies) total.add(tally);
    return total;
  };
  const timeline = <Figures>(row: Tally[], figures: (t: Tally) => Figures): Timeline<Figures> => ({
    total: figures(sum(row)),
    points: row.map(figures),
  });
  const together = (group: Map<string, Tally[]>) =>
    starts.map((_, index) => sum([...group.values()].flatMap((row) => row[index] ?? [])));
  const each = <Figures>(group: Map<string, Tally[]>, figures: (t: Tally) => Figures) =>
    Object.fromEntries([...group].map(([subject, row]) => [subject, timeline(row, figures)]));

  return {
    range,
    bucketSeconds,
    starts: starts.map((start) => new Date(start * 1000).toISOString()),
    allTasks: timeline(together(tasks), taskFigures),
    tasks: each(tasks, taskFigures),
    allCalls: timeline(together(calls), callFigures),
    calls: each(calls, callFigures),
  };
}

const total = (counts: Map<string, number>) => [...counts.values()].reduce((sum, n) => sum + n, 0);

function taskFigures(tally: Tally): TaskFigures {
  return {
    tries: total(tally.counts),
    outcomes: Object.fromEntries(tally.counts),
    duration: quantiles(tally.durations),
    clickToSynced: quantiles(tally.synced),
  };
}

function callFigures(tally: Tally): CallFigures {
  const { ok: _, ...failures } = Object.fromEntries(tally.counts);
  const calls = total(tally.counts);
  return {
    calls,
    failed: calls - (tally.counts.get('ok') ?? 0),
    failures,
    latency: quantiles(tally.durations),
  };
}
