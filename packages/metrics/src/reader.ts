import { Redis } from 'ioredis';
import { bucketsOf, keyOf, type Range } from './buckets.ts';
import { connectionOptions } from './connection.ts';
import { type Histogram, merge, type Quantiles, quantiles } from './histogram.ts';

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

/** Reads what the writers counted. Never throws for want of Redis: that is an answer. */
export interface MetricsReader {
  status(): Promise<MetricsStatus>;
  /** Null while Redis can't be read; {@link MetricsReader.status} says since when. */
  series(query: { range: Range }): Promise<Series | null>;
  close(): void;
}

const ANSWER_WITHIN_MS = 2000;

/** A reader over one connection that comes back by itself after an outage. */
export function createMetricsReader(redisUrl: string | undefined): MetricsReader {
  if (!redisUrl) {
    return { status: async () => ({ state: 'not-configured' }), series: async () => null, close() {} };
  }
  const redis = new Redis(redisUrl, {
    ...connectionOptions('crossmark-metrics-reader'),
    commandTimeout: ANSWER_WITHIN_MS,
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
      await firstTry;
      const { tier, starts } = bucketsOf(range, Date.now());
      const pipeline = redis.pipeline();
      for (const start of starts) pipeline.hgetall(keyOf(tier, start));
      let answers: [Error | null, unknown][] | null;
      try {
        answers = await pipeline.exec();
      } catch {
        answers = null;
      }
      if (!answers || answers.some(([error]) => error)) {
        return null;
      }
      const buckets = answers.map(([, hash]) => Object.entries(hash as Record<string, string>));
      return summarise(range, tier.seconds, starts, buckets);
    },

    close: () => redis.disconnect(),
  };
}

/** Counters of one subject in one bucket or over many: how often which, and how long. */
class Tally {
  readonly counts = new Map<string, number>();
  readonly durations: Histogram = new Map();
  readonly synced: Histogram = new Map();

  add(other: Tally): void {
    for (const [which, n] of other.counts) this.counts.set(which, (this.counts.get(which) ?? 0) + n);
    merge(this.durations, other.durations);
    merge(this.synced, other.synced);
  }
}

function summarise(
  range: Range,
  bucketSeconds: number,
  starts: number[],
  buckets: [field: string, value: string][][],
): Series {
  const tasks = new Map<string, Tally[]>();
  const calls = new Map<string, Tally[]>();
  const empty = () => starts.map(() => new Tally());
  for (const [index, fields] of buckets.entries()) {
    for (const [field, value] of fields) {
      const [counter, subject, which] = field.split(':');
      if (!counter || !subject || which === undefined) continue;
      const group = counter === 'call' || counter === 'latency' ? calls : tasks;
      const row = group.get(subject) ?? empty();
      group.set(subject, row);
      const tally = row[index];
      if (!tally) continue;
      if (counter === 'outcome' || counter === 'call') tally.counts.set(which, Number(value));
      else if (counter === 'synced') tally.synced.set(Number(which), Number(value));
      else tally.durations.set(Number(which), Number(value));
    }
  }
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
