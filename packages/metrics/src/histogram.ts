/** Buckets per doubling: bounds lie 26 % apart, so a quantile is off by less than that, whatever the load. */
const PER_DOUBLING = 3;
/** The last bucket starts at 2^27 ms, some 37 hours: longer than the longest retry budget. */
const LAST = 27 * PER_DOUBLING;

/** How many of a histogram's measurements fell into each bucket. Two of them merge by addition. */
export type Histogram = Map<number, number>;

/** Quantiles of `count` measurements, in milliseconds. */
export interface Quantiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
}

/** The bucket of a duration. Bucket n > 0 holds (2^((n-1)/3), 2^(n/3)] ms; bucket 0 what is 1 ms or shorter. */
export function bucketOf(durationMs: number): number {
  if (!(durationMs > 1)) return 0;
  return Math.min(LAST, Math.ceil(Math.log2(durationMs) * PER_DOUBLING - 1e-9));
}

/** The median and the slow tail of a histogram, or null where nothing was measured. */
export function quantiles(histogram: Histogram): Quantiles | null {
  let count = 0;
  for (const n of histogram.values()) count += n;
  if (count === 0) return null;
  const sorted = [...histogram].sort(([a], [b]) => a - b);
  const at = (quantile: number) => {
    const rank = Math.max(1, Math.ceil(quantile * count));
    let below = 0;
    for (const [bucket, n] of sorted) {
      if (below + n >= rank) {
        // Within a bucket, measurements are taken to lie evenly on the logarithmic scale.
        const within = (rank - below - 0.5) / n;
        return bucket === 0 ? 1 : 2 ** ((bucket - 1 + within) / PER_DOUBLING);
      }
      below += n;
    }
    return 2 ** (LAST / PER_DOUBLING);
  };
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Adds `from` to `into`. */
export function merge(into: Histogram, from: Histogram): void {
  for (const [bucket, n] of from) into.set(bucket, (into.get(bucket) ?? 0) + n);
}
