import { expect, test } from 'vitest';
import { bucketOf, type Histogram, merge, partWithin, quantiles } from './histogram.ts';

const histogramOf = (durations: number[]) => {
  const histogram: Histogram = new Map();
  for (const duration of durations) merge(histogram, new Map([[bucketOf(duration), 1]]));
  return histogram;
};

test('quantiles are within a bucket (26 %) of the true ones, from a millisecond to a day', () => {
  const durations = Array.from({ length: 2000 }, (_, i) => 1.5 * 1.009 ** i).filter((d) => d < 86_400_000);
  const measured = quantiles(histogramOf(durations));
  const truth = (q: number) => durations[Math.ceil(q * durations.length) - 1] ?? Number.NaN;
  for (const [value, quantile] of [
    [measured?.p50, 0.5],
    [measured?.p95, 0.95],
    [measured?.p99, 0.99],
  ] as const) {
    expect((value ?? Number.NaN) / truth(quantile)).toBeGreaterThan(1 / 1.27);
    expect((value ?? Number.NaN) / truth(quantile)).toBeLessThan(1.27);
  }
});

test('merged histograms give the quantiles of all measurements, not an average of quantiles', () => {
  const fast = Array.from({ length: 99 }, () => 10);
  const slow = [60_000];
  const merged = histogramOf(fast);
  merge(merged, histogramOf(slow));
  expect(quantiles(merged)).toEqual(quantiles(histogramOf([...fast, ...slow])));
  expect(quantiles(merged)?.p99).toBeLessThan(13);
});

test('the part within a duration is that of the measurements, as exact as the buckets are', () => {
  const durations = [...Array.from({ length: 990 }, () => 400), ...Array.from({ length: 10 }, () => 90_000)];
  expect(partWithin(histogramOf(durations), 60_000)).toBe(0.99);
  expect(partWithin(histogramOf([1, 2, 3]), 60_000)).toBe(1);
  expect(partWithin(histogramOf([1, 600_000]), 1)).toBe(0.5);
  const within = partWithin(histogramOf([59_000, 59_500, 60_000, 64_000]), 60_000) ?? 0;
  expect(within).toBeGreaterThan(0.4);
  expect(within).toBeLessThan(1);
});

test('nothing measured has no quantiles and no part', () => {
  expect(quantiles(new Map())).toBeNull();
  expect(partWithin(new Map(), 60_000)).toBeNull();
});

test('odd durations are counted, never refused', () => {
  expect(bucketOf(Number.NaN)).toBe(0);
  expect(bucketOf(-5)).toBe(0);
  expect(bucketOf(Number.POSITIVE_INFINITY)).toBe(bucketOf(1e12));
});
