import { describe, expect, test } from 'vitest';
import { grouped } from './grouped.ts';

/** Work that ends when it is told to, and what it was asked together. */
function heldBack() {
  const groups: { asked: readonly number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const ask = grouped<number, string>((asked) => {
    const { promise, resolve, reject } = Promise.withResolvers<PromiseSettledResult<string>[]>();
    const end = () =>
      resolve(
        asked.map((n) =>
          n < 0 ? { status: 'rejected', reason: `no ${n}` } : { status: 'fulfilled', value: `yes ${n}` },
        ),
      );
    groups.push({ asked, end, fail: reject });
    return promise;
  });
  return { ask, groups, asked: () => groups.map((group) => group.asked) };
}

describe('what is asked for at one time', () => {
  test('begins at once where somebody is alone, and together with the others who ask meanwhile', async () => {
    const { ask, groups, asked } = heldBack();
    const first = ask(1);
    expect(asked()).toEqual([[1]]);
    const rest = Promise.allSettled([ask(2), ask(-3), ask(4)]);
    expect(asked()).toEqual([[1]]);
    groups[0]?.end();
    expect(await first).toBe('yes 1');
    await expect.poll(asked).toEqual([[1], [2, -3, 4]]);
    groups[1]?.end();
    expect(await rest).toEqual([
      { status: 'fulfilled', value: 'yes 2' },
      { status: 'rejected', reason: 'no -3' },
      { status: 'fulfilled', value: 'yes 4' },
    ]);
    const last = ask(5);
    await expect.poll(() => asked().at(-1)).toEqual([5]);
    groups.at(-1)?.end();
    expect(await last).toBe('yes 5');
  });

  test('is done fifty at a time, and what fails as a whole is told to those of that group', async () => {
    const { ask, groups, asked } = heldBack();
    const all = Promise.allSettled(Array.from({ length: 61 }, (_, n) => ask(n)));
    groups[0]?.end();
    await expect.poll(() => groups.length).toBe(2);
    groups[1]?.fail(new Error('no connection'));
    await expect.poll(() => groups.length).toBe(3);
    groups[2]?.end();
    expect(asked().map(({ length }) => length)).toEqual([1, 50, 10]);
    const told = await all;
    expect(told.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual(asked()[1]);
  });

  test('is not held up for long by a group that hangs', async () => {
    const { ask, groups } = heldBack();
    const stuck = ask(1);
    const next = ask(2);
    await expect.poll(() => groups.length).toBe(2);
    groups[1]?.end();
    expect(await next).toBe('yes 2');
    groups[0]?.end();
    expect(await stuck).toBe('yes 1');
  });
});
