/**
 * The layout of figures in Redis: one hash per bucket of time, with one field per counter. Each
 * figure is written to buckets of four widths, so that every range is read from at most 168 hashes
 * and no later aggregation is needed.
 *
 * Memory for 30 days: the four widths have at most 181 + 157 + 172 + 125 = 635 hashes, plus one for
 * the totals, each with one field per counter that changed. Six tasks and ten calls in steady use
 * have about 150 fields of about 60 bytes: 6 MB. The limit is {@link MAX_BYTES}, if every outcome
 * and every duration occurs in every bucket; a test fills it.
 */
const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** The most memory that seven tasks and ten calls can take in 30 days. */
export const MAX_BYTES = 96 * 2 ** 20;

/** The hash of the totals. It expires when nothing was counted for this long. */
export const TOTALS_KEY = 'crossmark:metrics:ever';
export const TOTALS_KEPT_SECONDS = 31 * DAY;

/** The field of the totals with the second of the first figure that was ever written. */
export const SINCE_FIELD = 'since';

/** The field of the totals with the second at which a level was last above zero. */
export const raisedField = (level: string) => `raised:${level}`;

/** The width of a bucket and how long it is kept, both in seconds. */
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

/** Ranges of time for which figures can be read. */
export type Range = keyof typeof tiers;
export const RANGES: readonly Range[] = ['1h', '24h', '7d', '30d'];
const bucketsIn: Record<Range, number> = { '1h': 60, '24h': 144, '7d': 168, '30d': 120 };

/** The widths of the buckets to which every figure is written. */
export const TIERS: readonly Tier[] = RANGES.map((range) => tiers[range]);

/** The start of the bucket that contains a moment, both in seconds since 1970. */
export const startOf = (tier: Tier, second: number) => Math.floor(second / tier.seconds) * tier.seconds;

/** The Redis key of the bucket that starts at `start`. */
export const keyOf = (tier: Tier, start: number) => `crossmark:metrics:${tier.seconds}:${start}`;

/**
 * The buckets between two moments (milliseconds since 1970) in UTC hours or days, as far as they
 * are kept. Returns the starts, in seconds, of the hashes to add up, and the width of a resulting
 * bucket.
 */
export function bucketsBetween(
  granularity: 'hour' | 'day',
  fromMs: number,
  toMs: number,
  nowMs: number,
): { tier: Tier; starts: number[]; widthSeconds: number } {
  const tier = granularity === 'hour' ? tiers['7d'] : tiers['30d'];
  const widthSeconds = granularity === 'hour' ? HOUR : DAY;
  const firstSecond = Math.max(fromMs / 1000, nowMs / 1000 - tier.keptSeconds);
  const starts: number[] = [];
  for (
    let start = Math.floor(firstSecond / widthSeconds) * widthSeconds;
    start * 1000 <= Math.min(toMs, nowMs);
    start += tier.seconds
  )
    starts.push(start);
  return { tier, starts, widthSeconds };
}

/**
 * The starts of the buckets of a range that ends now, oldest first. The last bucket is incomplete.
 */
export function bucketsOf(range: Range, nowMs: number): { tier: Tier; starts: number[] } {
  const tier = tiers[range];
  const last = startOf(tier, nowMs / 1000);
  const count = bucketsIn[range];
  return { tier, starts: Array.from({ length: count }, (_, i) => last - (count - 1 - i) * tier.seconds) };
}

/**
 * The fields of a bucket's hash. `outcome:<task>:<outcome>` and `call:<call>:<ok or failure>` are
 * counts; `duration:<task>:<bucket>`, `synced:<task>:<bucket>` and `latency:<call>:<bucket>` are
 * histograms; `spent:<task or call>:<histogram>` is the sum of a histogram's measurements in
 * milliseconds. `level:<name>:sum` and `level:<name>:samples` are the mean of what was sampled.
 */
export type Counter = 'outcome' | 'duration' | 'synced' | 'call' | 'latency' | 'spent' | 'level';
export const fieldOf = (counter: Counter, subject: string, which: string | number) =>
  `${counter}:${subject}:${which}`;
