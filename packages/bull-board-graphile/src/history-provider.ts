import type {
  MetricsHistoryPoint,
  MetricsHistoryProvider,
  MetricsLatencyPoint,
} from '@bull-board/api/dist/types.js';

/** What jobs came to in one hour or one day of UTC. */
export interface HistoryBucket {
  startMs: number;
  completed: number;
  failed: number;
  /** How many durations were measured, and the one that a part of them (0 to 1) doesn't exceed, in milliseconds. */
  measured: number;
  quantile(part: number): number;
}

/** A span that the board asks for. Both ends are included, in epoch milliseconds. */
export interface HistorySpan {
  /** One task; all of them where absent. */
  task: string | undefined;
  /** `range`: the whole span as one bucket, since quantiles can't be added up. */
  granularity: 'hour' | 'day' | 'range';
  fromMs: number;
  toMs: number;
}

/**
 * The board's charts over days, from figures that the app keeps: hand it to `createBullBoard` as `historyProvider`. `read`
 * answers with the buckets of a span, in order; an empty list draws nothing. Age of the queue and time waited aren't known
 * to graphile-worker, and so neither to the charts.
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
