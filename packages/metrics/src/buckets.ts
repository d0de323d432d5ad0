/**
 * Where figures stand in Redis: one hash per span of time, its fields counters. Four widths are written side by side,
 * so every range is read from at most 168 hashes and nothing has to be rolled up later.
 *
 * Memory: 4 widths hold 180 + 156 + 171 + 124 = 631 hashes, each with one field per counter that moved. Five tasks
 * and nine calls in steady use come to some 150 fields of about 60 bytes, 6 MB for 30 days.
 */
const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Width of a bucket and how long it stays, both in seconds. */
export interface Tier {
  seconds: number;
  keptSeconds: number;
}

const tiers = {
  '1h': { seconds: MINUTE, keptSeconds: 3 * HOUR },
  '24h': { seconds: 10 * MINUTE, keptSeconds: DAY + 2 * HOUR },
  '7d': { seconds: HOUR, keptSeconds: 7 * DAY + 3 * HOUR },
  '30d': { seconds: 6 * HOUR, keptSeconds: 31 * DAY },
} satisfies Record<string, Tier>;

/** Spans that figures can be read for, and the number of buckets each is shown in. */
export type Range = keyof typeof tiers;
export const RANGES: readonly Range[] = ['1h', '24h', '7d', '30d'];
const bucketsIn: Record<Range, number> = { '1h': 60, '24h': 144, '7d': 168, '30d': 120 };

/** Every width that a figure is written to. */
export const TIERS: readonly Tier[] = RANGES.map((range) => tiers[range]);

/** Start of the bucket that holds a moment; both in seconds since 1970. */
export const startOf = (tier: Tier, second: number) => Math.floor(second / tier.seconds) * tier.seconds;

/** Redis key of the bucket that starts at `start`. */
export const keyOf = (tier: Tier, start: number) => `crossmark:metrics:${tier.seconds}:${start}`;

/** Starts of the buckets that make up a range ending now, oldest first; the last one is still filling. */
export function bucketsOf(range: Range, nowMs: number): { tier: Tier; starts: number[] } {
  const tier = tiers[range];
  const last = startOf(tier, nowMs / 1000);
  const count = bucketsIn[range];
  return { tier, starts: Array.from({ length: count }, (_, i) => last - (count - 1 - i) * tier.seconds) };
}

/**
 * Fields of a bucket's hash:
 * `outcome:<task>:<outcome>` and `call:<call>:<ok or failure>` count; `duration:<task>:<bucket>`,
 * `synced:<task>:<bucket>` and `latency:<call>:<bucket>` are histograms.
 */
export type Counter = 'outcome' | 'duration' | 'synced' | 'call' | 'latency';
export const fieldOf = (counter: Counter, subject: string, which: string | number) =>
  `${counter}:${subject}:${which}`;
