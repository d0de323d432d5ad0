import type { Range, Series } from '@scheduler/metrics';

/** One number for each bucket; null where nothing was measured. */
type Numbers = (number | null)[];

/** Figures of a range for the overview, as columns with one number for each bucket. */
export interface Trend {
  range: Range;
  bucketSeconds: number;
  starts: string[];
  /** When counting began; null if nothing was ever counted. */
  knownSince: string | null;
  /** When each level was last above zero. */
  raisedAt: Record<string, string>;
  /** Attempts that did not fail. */
  good: Numbers;
  /** Attempts that failed. */
  failed: Numbers;
  /** Attempts by task. */
  tasks: Record<string, Numbers>;
  /** Milliseconds from saving a change until Crossmark held it. */
  synced: { p50: Numbers; p95: Numbers };
  /** The part (0 to 1) of the changes that were synced within a minute. */
  withinAMinute: Numbers;
  /** Milliseconds of Crossmark's answers. */
  answers: { p50: Numbers; p95: Numbers };
  levels: Record<string, Numbers>;
  total: {
    attempts: number;
    failed: number;
    synced: { count: number; p50: number; p95: number } | null;
    withinAMinute: number | null;
    answers: { p50: number; p95: number } | null;
  };
}

/** Outcomes of attempts that ask for another attempt, or for a person. */
const FAILED = ['retry', 'dead'];

const failedOf = (outcomes: Record<string, number>) =>
  FAILED.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
const rounded = (value: number | null | undefined) =>
  value === null || value === undefined ? null : Math.round(value);

/** What of the workers' figures the overview draws. What was not counted yet is null, never 0. */
export function toTrend(series: Series): Trend {
  const { starts, bucketSeconds, knownSince, allTasks, allCalls } = series;
  const isKnown = starts.map(
    (start) => knownSince !== null && Date.parse(start) + bucketSeconds * 1000 > Date.parse(knownSince),
  );
  const counted = (count: (index: number) => number): Numbers =>
    starts.map((_, index) => (isKnown[index] ? count(index) : null));
  const points = <Point>(all: readonly Point[], value: (point: Point) => number | null | undefined) =>
    starts.map((_, index) => (all[index] === undefined ? null : rounded(value(all[index]))));
  return {
    range: series.range,
    bucketSeconds,
    starts,
    knownSince,
    raisedAt: series.raisedAt,
    good: counted((index) => {
      const point = allTasks.points[index];
      return point ? point.attempts - failedOf(point.outcomes) : 0;
    }),
    failed: counted((index) => failedOf(allTasks.points[index]?.outcomes ?? {})),
    tasks: Object.fromEntries(
      Object.entries(series.tasks).map(([task, { points: all }]) => [
        task,
        counted((index) => all[index]?.attempts ?? 0),
      ]),
    ),
    synced: {
      p50: points(allTasks.points, (point) => point.clickToSynced?.p50),
      p95: points(allTasks.points, (point) => point.clickToSynced?.p95),
    },
    withinAMinute: allTasks.points.map(({ withinAMinute }) => withinAMinute),
    answers: {
      p50: points(allCalls.points, (point) => point.latency?.p50),
      p95: points(allCalls.points, (point) => point.latency?.p95),
    },
    levels: series.levels,
    total: {
      attempts: allTasks.total.attempts,
      failed: failedOf(allTasks.total.outcomes),
      synced: allTasks.total.clickToSynced,
      withinAMinute: allTasks.total.withinAMinute,
      answers: allCalls.total.latency,
    },
  };
}
