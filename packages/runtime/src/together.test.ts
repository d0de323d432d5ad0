import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { inScope } from './scope.ts';
import { shared, together } from './together.ts';
import { currentOrigin } from './tracing.ts';

describe('work done together', () => {
  /** Doubles numbers, and tells which were asked for at once; negative ones can't be done. */
  function doubling(
    options: { most?: number; patienceMs?: number; apart?: (error: unknown) => boolean } = {},
  ) {
    const calls: number[][] = [];
    const ask = together(
      async (numbers: readonly number[]) => {
        calls.push([...numbers]);
        await turn();
        if (numbers.some((number) => number < 0)) throw new RangeError('negative');
        return numbers.map((number) => 2 * number);
      },
      { most: 100, ...options },
    );
    return { calls, ask };
  }

  test('serves those who ask at once by one call, and each gets its own', async () => {
    const { calls, ask } = doubling();
    expect(await Promise.all([1, 2, 3].map(ask))).toEqual([2, 4, 6]);
    expect(calls).toEqual([[1, 2, 3]]);
  });

  test('lets those who ask while it is under way wait for the next call', async () => {
    const { calls, ask } = doubling();
    const first = ask(1);
    while (calls.length === 0) await turn();
    const later = [ask(2), ask(3)];
    expect(await Promise.all([first, ...later])).toEqual([2, 4, 6]);
    expect(calls).toEqual([[1], [2, 3]]);
    expect(await ask(4)).toBe(8);
  });

  test('takes no more at a time than it may', async () => {
    const { calls, ask } = doubling({ most: 2 });
    expect(await Promise.all([1, 2, 3, 4, 5].map(ask))).toEqual([2, 4, 6, 8, 10]);
    expect(calls).toEqual([[1, 2], [3, 4], [5]]);
  });

  test('is not waited for longer than anybody is patient', async () => {
    const held: (() => void)[] = [];
    const ask = together(
      (numbers: readonly number[]) =>
        new Promise<number[]>((resolve) => held.push(() => resolve(numbers.map((number) => 2 * number)))),
      { most: 100, patienceMs: 20 },
    );
    const hanging = ask(1);
    while (held.length < 1) await turn();
    const others = [ask(2), ask(3)];
    while (held.length < 2) await turn();
    held[1]?.();
    expect(await Promise.all(others)).toEqual([4, 6]);
    held[0]?.();
    expect(await hanging).toBe(2);
    const later = ask(4);
    while (held.length < 3) await turn();
    held[2]?.();
    expect(await later).toBe(8);
  });

  test('is done for each alone where one of them fails, and only that one hears of it', async () => {
    const { calls, ask } = doubling({ apart: (error) => error instanceof RangeError });
    const [one, bad, two] = await Promise.allSettled([1, -1, 2].map(ask));
    expect([one, two]).toMatchObject([{ value: 2 }, { value: 4 }]);
    expect(bad).toMatchObject({ reason: new RangeError('negative') });
    expect(calls).toEqual([[1, -1, 2], [1], [-1], [2]]);
  });

  test('fails for all where it must not be done again, and goes on with the next', async () => {
    const { calls, ask } = doubling();
    const all = await Promise.allSettled([1, -1].map(ask));
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls).toHaveLength(1);
    expect(await ask(3)).toBe(6);
  });

  test('is nobody’s in particular: it runs outside of what its askers run in', async () => {
    const ask = together(async (items: readonly number[]) => items.map(() => currentOrigin()), { most: 9 });
    expect(await inScope({ requestId: 'of the first' }, () => ask(1))).toEqual({});
  });

  test('may be the same for all', async () => {
    let calls = 0;
    const ask = shared(async () => ++calls);
    expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
    expect(await ask()).toBe(2);
  });
});
