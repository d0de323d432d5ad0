import { bucketsBetween, bucketsOf, fieldOf, keyOf, type Range, SINCE_FIELD, TOTALS_KEY } from './buckets.ts';
import { openRedis } from './connection.ts';
import { cumulative, type Histogram, merge, partWithin, type Quantiles, quantiles } from './histogram.ts';

/**
 * Whether figures can be read. Instants are ISO text in UTC. `gone.since` is when this process
 * noticed.
 */
export type MetricsStatus =
  | { state: 'not-configured' }
  | { state: 'gone'; since: string }
  | { state: 'connected'; since: string; pingMs: number; usedMemoryBytes: number | null };

/** Figures of a task's attempts. Durations are in milliseconds, and null without measurements. */
export interface TaskFigures {
  attempts: number;
  /** Attempts by outcome, such as `done` or `retry`. */
  outcomes: Record<string, number>;
  duration: Quantiles | null;
  /** From the last change of the desired schedule until Crossmark held it. */
  clickToSynced: Quantiles | null;
  /** The part (0 to 1) of `clickToSynced` that took a minute at most. */
  withinAMinute: number | null;
}

/** Figures of calls to Crossmark. */
export interface CallFigures {
  calls: number;
  failed: number;
  /** Failed calls by kind. */
  failures: Record<string, number>;
  latency: Quantiles | null;
}

/** Figures for a whole range, and for each of its buckets in order. */
export interface Timeline<Figures> {
  total: Figures;
  points: Figures[];
}

/** Figures of a range in equal buckets, oldest first. */
export interface Series {
  range: Range;
  bucketSeconds: number;
  /** The start of each bucket, ISO text in UTC. The last bucket is incomplete. */
  starts: string[];
  allTasks: Timeline<TaskFigures>;
  tasks: Record<string, Timeline<TaskFigures>>;
  allCalls: Timeline<CallFigures>;
  calls: Record<string, Timeline<CallFigures>>;
  /** The mean of each level in each bucket; null where it was not sampled. */
  levels: Record<string, (number | null)[]>;
  /**
   * Since when figures are known: before that, nothing was counted, which is not the same as
   * nothing having happened. Null where nothing was ever counted.
   */
  knownSince: string | null;
  /** When each level was last above zero; a level that never was is left out. */
  raisedAt: Record<string, string>;
}

/**
 * A cumulative histogram of all measurements: the number up to each bound; the last bound has all.
 */
export interface Distribution {
  count: number;
  sumMs: number;
  buckets: { upToMs: number; count: number }[];
}

/** Totals since Redis was last empty, for readers such as Prometheus that compute differences. */
export interface Totals {
  tasks: Record<
    string,
    { outcomes: Record<string, number>; duration: Distribution; clickToSynced: Distribution }
  >;
  calls: Record<string, { outcomes: Record<string, number>; latency: Distribution }>;
}

/** Figures of the attempts of one task, or of all tasks, in an hour or a day. */
export interface HistoryPoint {
  startMs: number;
  outcomes: Record<string, number>;
  duration: Histogram;
}

/**
 * Reads the writers' figures. Without Redis its methods return null or a status instead of
 * throwing.
 */
export interface MetricsReader {
  status(): Promise<MetricsStatus>;
  /** Returns null while Redis can't be read; {@link MetricsReader.status} says since when. */
  series(query: { range: Range }): Promise<Series | null>;
  /**
   * Returns figures in UTC hours or days between two moments (milliseconds since 1970), as far as
   * they are kept. Null while Redis can't be read.
   */
  history(query: {
    task?: string | undefined;
    granularity: 'hour' | 'day';
    fromMs: number;
    toMs: number;
  }): Promise<HistoryPoint[] | null>;
  /** Returns null while Redis can't be read. */
  totals(): Promise<Totals | null>;
  close(): void;
}

const ANSWER_TIMEOUT_MS = 2000;

/**
 * Creates a reader with one connection, which reconnects after an outage. A Redis that does not
 * answer within `answerTimeoutMs` counts as gone.
 */
export function createMetricsReader(
  redisUrl: string | undefined,
  { answerTimeoutMs = ANSWER_TIMEOUT_MS } = {},
): MetricsReader {
  if (!redisUrl) {
    const readNothing = async () => null;
    return {
      status: async () => ({ state: 'not-configured' }),
      series: readNothing,
      history: readNothing,
      totals: readNothing,
      close() {},
    };
  }
  const redis = openRedis(redisUrl, 'crossmark-metrics-reader', { commandTimeout: answerTimeoutMs });
  let connectedSince: string | undefined;
  let goneSince: string | undefined;
  const markGone = () => {
    connectedSince = undefined;
    goneSince ??= new Date().toISOString();
  };
  const markConnected = () => {
    goneSince = undefined;
    connectedSince ??= new Date().toISOString();
  };
  redis.on('ready', markConnected);
  redis.on('close', markGone);
  redis.on('error', () => {});

  /**
   * Settles after the first connection attempt, so that an early request does not report Redis as
   * gone.
   */
  const firstConnection = new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
    // Without any Sentinel that answers, no connection is attempted that could close.
    redis.once('error', resolve);
  });

  /** Reads the fields of several hashes; null if Redis does not answer. */
  async function read(keys: string[]): Promise<Fields[] | null> {
    await firstConnection;
    const pipeline = redis.pipeline();
    for (const key of keys) pipeline.hgetall(key);
    const answers = await pipeline.exec().catch(() => null);
    if (!answers || answers.some(([error]) => error)) return null;
    return answers.map(([, hash]) => Object.entries(hash as Record<string, string>));
  }

  return {
    async status() {
      await firstConnection;
      const started = performance.now();
      try {
        const info = await redis.info('memory');
        markConnected();
        const used = /used_memory:(\d+)/.exec(info)?.[1];
        return {
          state: 'connected',
          since: connectedSince ?? new Date().toISOString(),
          pingMs: performance.now() - started,
          usedMemoryBytes: used === undefined ? null : Number(used),
        };
      } catch {
        markGone();
        return { state: 'gone', since: goneSince ?? new Date().toISOString() };
      }
    },

    async series({ range }) {
      const { tier, starts } = bucketsOf(range, Date.now());
      const hashes = await read([TOTALS_KEY, ...starts.map((start) => keyOf(tier, start))]);
      if (!hashes) return null;
      const [totals = [], ...buckets] = hashes;
      return { ...toSeries(range, tier.seconds, starts, buckets), ...toHistory(starts, buckets, totals) };
    },

    async history({ task, granularity, fromMs, toMs }) {
      const { tier, starts, widthSeconds } = bucketsBetween(granularity, fromMs, toMs, Date.now());
      const buckets = await read(starts.map((start) => keyOf(tier, start)));
      if (!buckets) return null;
      const { tasks } = groupByName(buckets);
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
      const buckets = await read([TOTALS_KEY]);
      if (!buckets) return null;
      const { tasks, calls } = groupByName(buckets);
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

/** The counts and durations of one task or call, in one bucket or several. */
class Tally {
  readonly counts = new Map<string, number>();
  readonly durations: Histogram = new Map();
  readonly synced: Histogram = new Map();
  /** The sums of the histograms' measurements in milliseconds. */
  readonly spent = new Map<string, number>();

  add(other: Tally): void {
    for (const [which, n] of other.counts) this.counts.set(which, (this.counts.get(which) ?? 0) + n);
    merge(this.durations, other.durations);
    merge(this.synced, other.synced);
  }
}

/** Groups counters into one tally per bucket for each task and each call. */
function groupByName(buckets: Fields[]): Record<'tasks' | 'calls', Map<string, Tally[]>> {
  const tasks = new Map<string, Tally[]>();
  const calls = new Map<string, Tally[]>();
  for (const [index, fields] of buckets.entries()) {
    for (const [field, value] of fields) {
      const [counter, subject, which] = field.split(':');
      if (!counter || !subject || which === undefined || counter === 'level') continue;
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

/** Levels by bucket, and what the totals know of the past. */
function toHistory(
  starts: number[],
  buckets: Fields[],
  totals: Fields,
): Pick<Series, 'levels' | 'knownSince' | 'raisedAt'> {
  const levels: Series['levels'] = {};
  for (const [index, fields] of buckets.entries()) {
    const values = new Map(fields);
    for (const [field, sum] of fields) {
      const [counter, name, which] = field.split(':');
      if (counter !== 'level' || !name || which !== 'sum') continue;
      const samples = Number(values.get(fieldOf('level', name, 'samples')));
      levels[name] ??= starts.map(() => null);
      if (samples > 0) levels[name][index] = Number(sum) / samples;
    }
  }
  const known = new Map(totals);
  const firstCounted = starts.find((_, index) => (buckets[index]?.length ?? 0) > 0);
  // An older version of the writer counted without leaving since when.
  const since = Math.min(Number(known.get(SINCE_FIELD) ?? Infinity), firstCounted ?? Infinity);
  const toIso = (second: number) => new Date(second * 1000).toISOString();
  const raisedAt = totals.flatMap(([field, second]): [string, string][] => {
    const [kind, name] = field.split(':');
    return kind === 'raised' && name ? [[name, toIso(Number(second))]] : [];
  });
  return {
    levels,
    knownSince: Number.isFinite(since) ? toIso(since) : null,
    raisedAt: Object.fromEntries(raisedAt),
  };
}

function toSeries(
  range: Range,
  bucketSeconds: number,
  starts: number[],
  buckets: Fields[],
): Omit<Series, 'levels' | 'knownSince' | 'raisedAt'> {
  const { tasks, calls } = groupByName(buckets);
  const sum = (tallies: Tally[]) => {
    const total = new Tally();
    for (const tally of tallies) total.add(tally);
    return total;
  };
  const timeline = <Figures>(row: Tally[], figures: (t: Tally) => Figures): Timeline<Figures> => ({
    total: figures(sum(row)),
    points: row.map(figures),
  });
  const sumOfAll = (group: Map<string, Tally[]>) =>
    starts.map((_, index) => sum([...group.values()].flatMap((row) => row[index] ?? [])));
  const each = <Figures>(group: Map<string, Tally[]>, figures: (t: Tally) => Figures) =>
    Object.fromEntries([...group].map(([subject, row]) => [subject, timeline(row, figures)]));

  return {
    range,
    bucketSeconds,
    starts: starts.map((start) => new Date(start * 1000).toISOString()),
    allTasks: timeline(sumOfAll(tasks), taskFigures),
    tasks: each(tasks, taskFigures),
    allCalls: timeline(sumOfAll(calls), callFigures),
    calls: each(calls, callFigures),
  };
}

const total = (counts: Map<string, number>) => [...counts.values()].reduce((sum, n) => sum + n, 0);

function taskFigures(tally: Tally): TaskFigures {
  return {
    attempts: total(tally.counts),
    outcomes: Object.fromEntries(tally.counts),
    duration: quantiles(tally.durations),
    clickToSynced: quantiles(tally.synced),
    withinAMinute: partWithin(tally.synced, 60_000),
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
