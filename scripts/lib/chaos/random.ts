import { seededRandom } from '@scheduler/runtime/random';

/**
 * Random decisions that a seed repeats. Each purpose has its own stream, so that one does not
 * influence another.
 */
export interface Random {
  /** Returns a number of at least 0 and below 1. */
  next(): number;
  /** Returns a whole number; both ends are included. */
  int(from: number, to: number): number;
  chance(probability: number): boolean;
  /** Returns one element of a list; undefined if it is empty. */
  pick<T>(list: readonly T[]): T | undefined;
  /** Returns one of the keys, with a probability in proportion to its weight. */
  weighted<K extends string>(weights: Record<K, number>): K;
}

/** Creates the decisions of one purpose under a seed (a hash of both is its start). */
export function createRandom(seed: number, purpose: string): Random {
  let state = seed | 0;
  for (const character of purpose) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  const next = seededRandom(state);
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(0, list.length - 1)],
    weighted: <K extends string>(weights: Record<K, number>) => {
      const entries = Object.entries(weights) as [K, number][];
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [key, weight] of entries) {
        left -= weight;
        if (left < 0) return key;
      }
      return (entries.at(-1) as [K, number])[0];
    },
  };
}

/** Waits. All pauses of a run use this function. */
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
