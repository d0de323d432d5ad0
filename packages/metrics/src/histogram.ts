/**
 * Buckets per doubling. Their bounds are 26 % apart, so the error of a quantile is less than that.
 */
const PER_DOUBLING = 3;
/** The last bucket starts at 2^27 ms, about 37 hours, which exceeds the longest retry budget. */
const LAST_BUCKET = 27 * PER_DOUBLING;

/** The number of measurements in each bucket. Histograms are merged by addition. */
export type Histogram = Map<number, number>;

/** Quantiles of `count` measurements, in milliseconds. */
export interface Quantiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
}

/**
 * The bucket of a duration. Bucket n > 0 holds (2^((n-1)/3), 2^(n/3)] ms; bucket 0 holds up to 1
 * ms.
 */
export function bucketOf(durationMs: number): number {
  if (!(durationMs > 1)) return 0;
  return Math.min(LAST_BUCKET, Math.ceil(Math.log2(durationMs) * PER_DOUBLING - 1e-9));
}

/** The quantiles of a histogram, or null if it is empty. */
export function quantiles(histogram: Histogram): Quantiles | null {
  const count = countOf(histogram);
  if (count === 0) return null;
  const at = (quantile: number) => quantileOf(histogram, quantile);
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The number of measurements. */
export function countOf(histogram: Histogram): number {
  let count = 0;
  for (const n of histogram.values()) count += n;
  return count;
}

/** The duration in milliseconds at a quantile (0 to 1); 0 for an empty histogram. */
export function quantileOf(histogram: Histogram, quantile: number): number {
  const rank = Math.max(1, Math.ceil(quantile * countOf(histogram)));
  let below = 0;
  let last = 0;
  for (const [bucket, n] of [...histogram].sort(([a], [b]) => a - b)) {
    if (below + n >= rank) {
      // Measurements are assumed to be even on the logarithmic scale within a bucket.
      const within = (rank - below - 0.5) / n;
      return bucket === 0 ? 1 : 2 ** ((bucket - 1 + within) / PER_DOUBLING);
    }
    below += n;
    last = bucket;
  }
  return last === 0 ? 0 : 2 ** (last / PER_DOUBLING);
}

/** The part (0 to 1) of the measurements up to a duration; null for an empty histogram. */
export function partWithin(histogram: Histogram, durationMs: number): number | null {
  const count = countOf(histogram);
  if (count === 0) return null;
  const last = bucketOf(durationMs);
  // Measurements are assumed to be even on the logarithmic scale within a bucket.
  const ofLast = last === 0 ? 1 : Math.log2(durationMs) * PER_DOUBLING - (last - 1);
  let within = 0;
  for (const [bucket, n] of histogram) {
    if (bucket < last) within += n;
    else if (bucket === last) within += n * ofLast;
  }
  return within / count;
}

/** A histogram in Prometheus's form: the measurements up to each power of two, in milliseconds. */
export function cumulative(histogram: Histogram): { upToMs: number; count: number }[] {
  const bounds = Array.from({ length: LAST_BUCKET / PER_DOUBLING + 1 }, (_, doubling) => doubling);
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
