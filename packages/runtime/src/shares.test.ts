import { expect, test } from 'vitest';
import { ShareSpent, Shares } from './shares.ts';

test('a person has three things done at a time, in the order of asking, and 400 wait; another person waits for none of them', async () => {
  const shares = new Shares();
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (n: number) => () => {
    begun.push(n);
    return new Promise<void>((end) => ends.push(end));
  };
  const all = Array.from({ length: 403 }, (_, n) => shares.run('ada', work(n)));
  await expect(shares.run('ada', work(403))).rejects.toBeInstanceOf(ShareSpent);
  expect(await shares.run('ben', async () => 'done')).toBe('done');
  expect(begun).toEqual([0, 1, 2]);
  ends[1]?.();
  await all[1];
  expect(begun).toEqual([0, 1, 2, 3]);
  // There is room for one more.
  all.push(shares.run('ada', work(403)));
  for (let n = 0; n < all.length; n++) {
    ends[n]?.();
    await all[n];
  }
  expect(begun).toEqual(Array.from({ length: 404 }, (_, n) => n));
});

test('work that fails gives its turn back', async () => {
  const shares = new Shares();
  const failing = Array.from({ length: 10 }, () =>
    shares.run('ada', () => {
      throw new Error('no');
    }),
  );
  expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(Array(10).fill('rejected'));
  expect(await shares.run('ada', async () => 'done')).toBe('done');
});
