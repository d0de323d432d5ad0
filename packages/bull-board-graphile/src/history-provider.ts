import type {
  MetricsHistoryPoint,
  MetricsHistoryProvider,
  MetricsLatencyPoint,
} from '@bull-board/api/dist/types.js';

/** The outcomes of jobs in one UTC hour or day. */
export interface HistoryBucket {
  startMs: number;
  completed: number;
  failed: number;
  /**
   * The number of measured durations, and a function that returns the quantile (0 to 1) in
   * milliseconds.
   */
  measured: number;
  quantile(part: number): number;
}

/** A span of time that the board requests. Both ends are included, in epoch milliseconds. */
export interface HistorySpan {
  /** One task; undefined means all tasks. */
  task: string | undefined;
  /** `range` means the whole span as one bucket, because quantiles can't be added up. */
  granularity: 'hour' | 'day' | 'range';
  fromMs: number;
  toMs: number;
}

/**
 * Creates the provider of the board's charts over days from figures of the app. Pass it to
 * `createBullBoard` as `historyProvider`. `read` returns the buckets of a span in order; an empty
 * list draws nothing. The charts have no age of the queue and no waiting time, because
 * graphile-worker does not store them.
 */
export function createHistoryProvider(
  read: (span: HistorySpan) => Promise<readonly HistoryBucket[]>,
): MetricsHistoryProvider {
  return {
    async getHistory({ queue, metric, from, to, granularity }): Promise<MetricsHistoryPoint[]> {
      if (metric === 'queueage') return [];
      const buckets = await read({ task: queue, granularity, fromMs: from, toMs: to });
      return buckets.map((bucket) => ({ ts: bucket.startMs, value: bucket[metric] }));
    },

    async getLatency({ queue, metric, from, to, granularity, percentiles }): Promise<MetricsLatencyPoint[]> {
      if (metric === 'waittime') return [];
      const buckets = await read({ task: queue, granularity, fromMs: from, toMs: to });
      return buckets
        .filter((bucket) => bucket.measured > 0)
        .map((bucket) => ({
          ts: bucket.startMs,
          count: bucket.measured,
          values: Object.fromEntries(
            percentiles.map((percentile) => [String(percentile), bucket.quantile(percentile / 100)]),
          ),
        }));
    },
  };
}
