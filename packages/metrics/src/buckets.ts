/**
 * Where figures stand in Redis: one hash per span of time, its fields counters. Four widths are written side by side,
 * so every range is read from at most 168 hashes and nothing has to be rolled up later.
 *
 * Memory for 30 days: 4 widths hold at most 181 + 157 + 172 + 125 = 635 hashes, and one more counts for ever, each with one
 * field per counter that moved. Five tasks and ten calls in steady use come to some 150 fields of about 60 bytes: 6 MB.
 * The bound is {@link MOST_BYTES}, were every outcome and every duration seen in every bucket; a test fills it.
 */
const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** What five tasks and ten calls can take at most in 30 days. */
export const MOST_BYTES = 96 * 2 ** 20;

/** Counters since ever, for those who count on by themselves; it goes when nothing was counted for so long, in seconds. */
export const EVER_KEY = 'crossmark:metrics:ever';
export const EVER_KEPT_SECONDS = 31 * DAY;

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

/**
 * Buckets between two moments (milliseconds since 1970), by hours or days of UTC as far as they are kept: which hashes are to
 * be added up, and where each bucket starts in seconds.
 */
export function bucketsBetween(
  granularity: 'hour' | 'day',
  fromMs: number,
  toMs: number,
  nowMs: number,
): { tier: Tier; starts: number[]; widthSeconds: number } {
  const tier = granularity === 'hour' ? tiers['7d'] : tiers['30d'];
  const widthSeconds = granularity === 'hour' ? HOUR : DAY;
  const first = Math.max(fromMs / 1000, nowMs / 1000 - tier.keptSeconds);
  const starts: number[] = [];
  for (
    let at = Math.floor(first / widthSeconds) * widthSeconds;
    at * 1000 <= Math.min(toMs, nowMs);
    at += tier.seconds
  )
    starts.push(at);
  return { tier, starts, widthSeconds };
}

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
 * `synced:<task>:<bucket>` and `latency:<call>:<bucket>` are histograms, and `spent:<task or call>:<histogram>` is the sum of
 * what one measured, in milliseconds.
 */
export type Counter = 'outcome' | 'duration' | 'synced' | 'call' | 'latency' | 'spent';
export const fieldOf = (counter: Counter, subject: string, which: string | number) =>
  `${counter}:${subject}:${which}`;
