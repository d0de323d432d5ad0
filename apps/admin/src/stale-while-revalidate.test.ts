import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { staleWhileRevalidate, staleWhileRevalidateEach } from './stale-while-revalidate.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

/** A question whose answers are given by hand. */
function question() {
  const reads: PromiseWithResolvers<string>[] = [];
  const kept = staleWhileRevalidate(() => {
    const answer = Promise.withResolvers<string>();
    reads.push(answer);
    return answer.promise;
  });
  return { reads, kept };
}

test('it is read from the start, once for all who ask', async () => {
  const { reads, kept } = question();
  const answers = [kept.get(), kept.get()];
  expect(reads).toHaveLength(1);
  reads[0]?.resolve('first');
  expect(await Promise.all(answers)).toEqual(['first', 'first']);
  kept.stop();
});

test('nobody waits for a later one, and reading takes a tenth of the time at most', async () => {
  const { reads, kept } = question();
  vi.advanceTimersByTime(1_000);
  reads[0]?.resolve('first');
  await kept.get();
  vi.advanceTimersByTime(8_999);
  await kept.get();
  expect(reads).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(await kept.get()).toBe('first');
  expect(reads).toHaveLength(2);
  reads[1]?.resolve('second');
  await reads[1]?.promise;
  expect(await kept.get()).toBe('second');
  kept.stop();
});

test('an answer from before a change is not shown after it', async () => {
  const { reads, kept } = question();
  kept.forget();
  const after = kept.get();
  reads[0]?.resolve('before');
  reads[1]?.resolve('after');
  expect(await after).toBe('after');
  expect(await kept.get()).toBe('after');
  kept.stop();
});

test('a reading that fails is told, and retried by the next caller', async () => {
  const { reads, kept } = question();
  reads[0]?.reject(new Error('gone'));
  await expect(kept.get()).rejects.toThrow('gone');
  const next = kept.get();
  reads[1]?.resolve('back');
  expect(await next).toBe('back');
  kept.stop();
});

test('what is over is told to nobody: one that should have been renewed long ago is waited for', async () => {
  const { reads, kept } = question();
  reads[0]?.resolve('first');
  await kept.get();
  vi.advanceTimersByTime(4_000);
  const after = kept.get();
  expect(reads).toHaveLength(2);
  reads[1]?.resolve('second');
  expect(await after).toBe('second');
  kept.stop();
});

test('each form of a question has its own answer, and a change forgets them all', async () => {
  const reads: string[] = [];
  const kept = staleWhileRevalidateEach<string, string>('a', async (key) => {
    reads.push(key);
    return `${key}${reads.length}`;
  });
  expect([await kept.get(), await kept.get('b'), await kept.get('b'), await kept.get('a')]).toEqual([
    'a1',
    'b2',
    'b2',
    'a1',
  ]);
  kept.forget();
  expect([await kept.get('b'), await kept.get()]).toEqual(['b3', 'a4']);
  for (let n = 0; n < 30; n++) await kept.get(`other ${n}`);
  const before = reads.length;
  await kept.get('b');
  expect(reads.length).toBe(before + 1);
  kept.stop();
});
