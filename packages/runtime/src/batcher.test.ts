import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { coalesce, createBatcher } from './batcher.ts';
import { inScope } from './scope.ts';
import { currentOrigin } from './tracing.ts';

describe('a batcher', () => {
  /** Doubles numbers and records each batch; a batch with a negative number fails. */
  function createDoubler(
    options: { maxSize?: number; maxWaitMs?: number; canRetryAlone?: (error: unknown) => boolean } = {},
  ) {
    const batches: number[][] = [];
    const submit = createBatcher(
      async (numbers: readonly number[]) => {
        batches.push([...numbers]);
        await turn();
        if (numbers.some((number) => number < 0)) throw new RangeError('negative');
        return numbers.map((number) => 2 * number);
      },
      { maxSize: 100, ...options },
    );
    return { batches, submit };
  }

  test('processes items submitted at once in one batch, and each caller gets its own result', async () => {
    const { batches, submit } = createDoubler();
    expect(await Promise.all([1, 2, 3].map(submit))).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  test('starts no further batch, however late the others are, while as many as allowed are under way', async () => {
    const batches: number[] = [];
    const ends: (() => void)[] = [];
    const submit = createBatcher(
      async ([number = 0]: readonly number[]) => {
        batches.push(number);
        await new Promise<void>((resolve) => ends.push(resolve));
        return [number];
      },
      { maxSize: 1, maxWaitMs: 0, maxUnfinished: 2 },
    );
    const results = [1, 2, 3].map(submit);
    await vi.waitFor(() => expect(batches).toEqual([1, 2]));
    // Longer than a blocked batch delays the next one.
    await delay(20);
    expect(batches).toEqual([1, 2]);
    ends[0]?.();
    await vi.waitFor(() => expect(batches).toEqual([1, 2, 3]));
    for (const end of ends) end();
    expect(await Promise.all(results)).toEqual([1, 2, 3]);
  });

  test('processes items submitted while a batch runs in the next batch', async () => {
    const { batches, submit } = createDoubler();
    const first = submit(1);
    while (batches.length === 0) await turn();
    const later = [submit(2), submit(3)];
    expect(await Promise.all([first, ...later])).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1], [2, 3]]);
    expect(await submit(4)).toBe(8);
  });

  test('never exceeds the size of a batch', async () => {
    const { batches, submit } = createDoubler({ maxSize: 2 });
    expect(await Promise.all([1, 2, 3, 4, 5].map(submit))).toEqual([2, 4, 6, 8, 10]);
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  test('runs as many batches at the same time as it may, and lets the rest wait for one of them', async () => {
    const held: { numbers: readonly number[]; end: () => void }[] = [];
    const submit = createBatcher(
      (numbers: readonly number[]) =>
        new Promise<readonly number[]>((resolve) => held.push({ numbers, end: () => resolve(numbers) })),
      { maxSize: 2, maxRunning: 2 },
    );
    const all = [1, 2, 3, 4, 5].map(submit);
    while (held.length < 2) await turn();
    for (let n = 0; n < 5; n++) await turn();
    expect(held.map(({ numbers }) => numbers)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    held[1]?.end();
    expect(await Promise.all(all.slice(2, 4))).toEqual([3, 4]);
    while (held.length < 3) await turn();
    for (const { end } of held) end();
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4, 5]);
  });

  test('begins a batch beside a running one only with enough items, and with fewer once none runs', async () => {
    const held: { numbers: readonly number[]; end: () => void }[] = [];
    const submit = createBatcher(
      (numbers: readonly number[]) =>
        new Promise<readonly number[]>((resolve) => held.push({ numbers, end: () => resolve(numbers) })),
      { maxSize: 9, maxRunning: 3, leastBeside: 2 },
    );
    const settle = async () => {
      for (let n = 0; n < 5; n++) await turn();
      return held.map(({ numbers }) => numbers);
    };
    const all = [submit(1)];
    expect(await settle()).toEqual([[1]]);
    all.push(submit(2));
    expect(await settle()).toEqual([[1]]);
    all.push(submit(3));
    expect(await settle()).toEqual([[1], [2, 3]]);
    all.push(submit(4));
    held[0]?.end();
    expect(await settle()).toEqual([[1], [2, 3]]);
    held[1]?.end();
    expect(await settle()).toEqual([[1], [2, 3], [4]]);
    held[2]?.end();
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
  });

  test('begins the next batch after the longest wait, although the last one still runs', async () => {
    const held: (() => void)[] = [];
    const submit = createBatcher(
      (numbers: readonly number[]) =>
        new Promise<number[]>((resolve) => held.push(() => resolve(numbers.map((number) => 2 * number)))),
      { maxSize: 100, maxWaitMs: 20 },
    );
    const hanging = submit(1);
    while (held.length < 1) await turn();
    const others = [submit(2), submit(3)];
    while (held.length < 2) await turn();
    held[1]?.();
    expect(await Promise.all(others)).toEqual([4, 6]);
    held[0]?.();
    expect(await hanging).toBe(2);
    const later = submit(4);
    while (held.length < 3) await turn();
    held[2]?.();
    expect(await later).toBe(8);
  });

  test('retries each item of a failed batch alone, so that only the bad item fails', async () => {
    const { batches, submit } = createDoubler({ canRetryAlone: (error) => error instanceof RangeError });
    const [one, bad, two] = await Promise.allSettled([1, -1, 2].map(submit));
    expect([one, two]).toMatchObject([{ value: 2 }, { value: 4 }]);
    expect(bad).toMatchObject({ reason: new RangeError('negative') });
    expect(batches).toEqual([[1, -1, 2], [1], [-1], [2]]);
  });

  test('fails every item of a batch that must not be retried, and then works on', async () => {
    const { batches, submit } = createDoubler();
    const all = await Promise.allSettled([1, -1].map(submit));
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(batches).toHaveLength(1);
    expect(await submit(3)).toBe(6);
  });

  test('works outside the async context of its callers', async () => {
    const submit = createBatcher(async (items: readonly number[]) => items.map(() => currentOrigin()), {
      maxSize: 9,
    });
    expect(await inScope({ requestId: 'of the first' }, () => submit(1))).toEqual({});
  });

  test('coalesces calls without an item into one', async () => {
    let calls = 0;
    const call = coalesce(async () => ++calls);
    expect(await Promise.all([call(), call()])).toEqual([1, 1]);
    expect(await call()).toBe(2);
  });
});
