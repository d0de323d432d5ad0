import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** The true time at the start; milliseconds since 1970. */
const START_MS = Date.parse('2026-01-05T15:45:00.000Z');
const HOUR_MS = 3_600_000;

let clock: typeof import('./browser-clock.ts');

beforeEach(async () => {
  vi.useFakeTimers({ now: START_MS, toFake: ['Date', 'performance'] });
  vi.resetModules();
  clock = await import('./browser-clock.ts');
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** An answer of a server whose clock differs from the computer's by `aheadMs`, `thereMs` and `backMs` under way. */
async function ask(aheadMs: number, thereMs = 0, backMs = 0, header = clock.SERVER_TIME_HEADER) {
  vi.stubGlobal('fetch', async () => {
    vi.advanceTimersByTime(thereMs);
    const headers = { [header]: String(Date.now() + aheadMs) };
    vi.advanceTimersByTime(backMs);
    return new Response('', { headers });
  });
  await clock.fetchAndSetClock('/trpc');
  return clock.currentTimeMs() - Date.now();
}

test('before the first answer, and without the header, a page has the time of its computer', async () => {
  expect(clock.currentInstant()).toBe('2026-01-05T15:45:00.000Z');
  expect(await ask(HOUR_MS, 0, 0, 'date')).toBe(0);
});

test.each([3 * HOUR_MS, -3 * HOUR_MS, 48 * HOUR_MS, -48 * HOUR_MS])(
  'a page has the server’s time where the computer’s clock is off by %i ms',
  async (aheadMs) => {
    expect(await ask(aheadMs)).toBe(aheadMs);
    expect(clock.currentInstant()).toBe(new Date(START_MS + aheadMs).toISOString());
  },
);

test('a page’s clock is never ahead of the server’s, and at most as late as the quickest answer took to come', async () => {
  expect(await ask(HOUR_MS, 900, 800)).toBe(HOUR_MS - 800);
  expect(await ask(HOUR_MS, 10, 40)).toBe(HOUR_MS - 40);
  // Slower answers tell less.
  expect(await ask(HOUR_MS, 0, 5_000)).toBe(HOUR_MS - 40);
});

test('an answer that waited for the page’s code does not set its clock back', async () => {
  const sent = { clockMs: Date.now(), passedMs: performance.now() };
  const headers = { [clock.SERVER_TIME_HEADER]: String(Date.now() + HOUR_MS) };
  const answer = Promise.resolve(new Response('', { headers }));
  vi.advanceTimersByTime(900);
  expect(await ask(HOUR_MS, 10, 40)).toBe(HOUR_MS - 40);
  await clock.fetchAndSetClock('/trpc', {}, { ...sent, answer });
  expect(clock.currentTimeMs() - Date.now()).toBe(HOUR_MS - 40);
});

test('a computer’s clock that is set while the page is open is followed with the next answer', async () => {
  await ask(HOUR_MS, 5, 5);
  expect(await ask(0, 5, 5)).toBe(-5);
  expect(await ask(2 * HOUR_MS, 5, 5)).toBe(2 * HOUR_MS - 5);
});
