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
  const count = countOf(histogram);
  if (count === 0) return null;
  const at = (quantile: number) => quantileOf(histogram, quantile);
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** How many were measured. */
export function countOf(histogram: Histogram): number {
  let count = 0;
  for (const n of histogram.values()) count += n;
  return count;
}

/** The duration in milliseconds that a part of the measurements (0 to 1) doesn't exceed; 0 where nothing was measured. */
export function quantileOf(histogram: Histogram, quantile: number): number {
  const rank = Math.max(1, Math.ceil(quantile * countOf(histogram)));
  let below = 0;
  let last = 0;
  for (const [bucket, n] of [...histogram].sort(([a], [b]) => a - b)) {
    if (below + n >= rank) {
      // Within a bucket, measurements are taken to lie evenly on the logarithmic scale.
      const within = (rank - below - 0.5) / n;
      return bucket === 0 ? 1 : 2 ** ((bucket - 1 + within) / PER_DOUBLING);
    }
    below += n;
    last = bucket;
  }
  return last === 0 ? 0 : 2 ** (last / PER_DOUBLING);
}

/** A histogram as Prometheus counts: how many were no longer than each power of two, in milliseconds. */
export function cumulative(histogram: Histogram): { upToMs: number; count: number }[] {
  const bounds = Array.from({ length: LAST / PER_DOUBLING + 1 }, (_, doubling) => doubling);
  return bounds.map((doubling) => {
    let count = 0;
    for (const [bucket, n] of histogram) if (bucket <= doubling * PER_DOUBLING) count += n;
    return { upToMs: 2 ** doubling, count };
  });
}

/** Adds `from` to `into`. */
export function merge(into: Histogram, from: Histogram): void {
  for (const [bucket, n] of from) into.set(bucket, (into.get(bucket) ?? 0) + n);
}
