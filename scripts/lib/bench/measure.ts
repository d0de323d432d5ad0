import { pause } from '../chaos/random.ts';
import type { Running } from '../process.ts';

const LOOK_EVERY_MS = 50;
/** Without progress for this time, the contestant counts as stuck. */
const STUCK_MS = 60_000;

/** The figures of one contestant in one round, by name: rates a second, or milliseconds. */
export type Figures = Record<string, number>;

/** The result of one contestant over all rounds: the median of each figure, and its spread. */
export interface Standing {
  contestant: string;
  figures: Record<string, { median: number; low: number; high: number }>;
}

/** A comparison of a part. The median of the rounds' ratios (or figures) decides it. */
export interface Verdict {
  what: string;
  target: string;
  median: number;
  low: number;
  high: number;
  met: boolean;
}

/** The result of a part of the bench. */
export interface PartResult {
  part: string;
  /** What was measured, in a sentence. */
  what: string;
  verdicts: Verdict[];
  standings: Standing[];
  /** Contestants that could not take part, and how to install them. */
  missing: string[];
  /** What the part draws in place of bars. */
  curves?: Curve[];
}

/** A figure over a growing number, as lines. */
export interface Curve {
  title: string;
  /** What the horizontal axis counts. */
  of: string;
  lines: { name: string; points: { at: number; value: number }[] }[];
}

/** Returns a percentile of sorted values. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

const rounded = (value: number) => Number(value.toPrecision(value >= 1_000 ? 4 : 3));

function spread(values: readonly number[]) {
  const [median, low, high] = [percentile(values, 0.5), Math.min(...values), Math.max(...values)].map(
    rounded,
  );
  return { median: median ?? Number.NaN, low: low ?? Number.NaN, high: high ?? Number.NaN };
}

/** Compares the figures of all rounds with a target. */
export function verdict(
  what: string,
  perRound: readonly number[],
  target: { atLeast: number } | { atMost: number },
): Verdict {
  const figures = spread(perRound);
  const met = 'atLeast' in target ? figures.median >= target.atLeast : figures.median <= target.atMost;
  const inWords = 'atLeast' in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
  return { what, target: inWords, ...figures, met };
}

/** The rounds of several contestants, each round's figures side by side. */
export class Rounds {
  private readonly rounds = new Map<string, Figures[]>();

  add(contestant: string, figures: Figures): void {
    this.rounds.set(contestant, [...(this.rounds.get(contestant) ?? []), figures]);
  }

  has(contestant: string): boolean {
    return this.rounds.has(contestant);
  }

  /** A figure of one contestant in every round. */
  of(contestant: string, figure: string): number[] {
    return (this.rounds.get(contestant) ?? []).map((figures) => figures[figure] ?? Number.NaN);
  }

  /** Returns the ratio of two contestants' figures for each round. */
  ratio(contestant: string, to: string, figure: string): number[] {
    const other = this.of(to, figure);
    return this.of(contestant, figure).map((value, round) => value / (other[round] ?? Number.NaN));
  }

  /** Compares a ratio with a target, if both contestants took part. */
  compare(
    what: string,
    [contestant, to]: [string, string],
    figure: string,
    target: { atLeast: number } | { atMost: number },
  ): Verdict[] {
    return this.has(contestant) && this.has(to)
      ? [verdict(what, this.ratio(contestant, to, figure), target)]
      : [];
  }

  standings(): Standing[] {
    return [...this.rounds].map(([contestant, all]) => ({
      contestant,
      figures: Object.fromEntries(
        Object.keys(all[0] ?? {}).map((name) => [name, spread(all.map((one) => one[name] ?? Number.NaN))]),
      ),
    }));
  }
}

/** Gives every contestant a turn in every round. Each round begins with another contestant. */
export async function interleave<T>(
  contestants: readonly T[],
  rounds: number,
  turn: (contestant: T, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < contestants.length; n++) {
      await turn(contestants[(round + n) % contestants.length] as T, round);
    }
  }
}

/** Sends requests by several clients, each with one request at a time, until all are sent. */
export async function hammer(
  clients: number,
  total: number,
  request: (n: number) => Promise<void>,
): Promise<{ perSecond: number; p50: number; p95: number }> {
  const took: number[] = [];
  let next = 0;
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let n = next++; n < total; n = next++) {
        const sentMs = performance.now();
        await request(n);
        took.push(performance.now() - sentMs);
      }
    }),
  );
  const perSecond = total / ((performance.now() - startedMs) / 1_000);
  return { perSecond, p50: percentile(took, 0.5), p95: percentile(took, 0.95) };
}

/**
 * Measures how many jobs a worker does in a second, until `until` are done. The first twentieth is
 * not counted, so that the start of the worker is excluded.
 * @param done returns how many are done so far
 * @param spent returns what was spent so far, such as milliseconds of a processor; `each` of the result is what one job took
 */
export async function rateOf(
  done: () => Promise<number>,
  until: number,
  worker: Running,
  spent: () => number[] = () => [],
): Promise<{ perSecond: number; each: number[] }> {
  const from = Math.max(1, Math.floor(until / 20));
  let first: { done: number; atMs: number; spent: number[] } | undefined;
  let last = { done: 0, atMs: performance.now() };
  for (;;) {
    const now = { done: await done(), atMs: performance.now() };
    if (now.done >= from) first ??= { ...now, spent: spent() };
    if (first && now.done >= until) {
      const { done: before, atMs, spent: spentBefore } = first;
      const count = now.done - before;
      return {
        perSecond: count / ((now.atMs - atMs) / 1_000),
        each: spent().map((value, n) => (value - (spentBefore[n] ?? 0)) / count),
      };
    }
    if (now.done > last.done) last = now;
    if (worker.process.exitCode !== null || now.atMs - last.atMs > STUCK_MS)
      throw new Error(`${worker.name} stopped at ${now.done} of ${until}.\n${worker.output()}`);
    await pause(LOOK_EVERY_MS);
  }
}
