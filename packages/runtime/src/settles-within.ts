import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

/**
 * Whether work succeeds or fails within a time. After the time, pending input is processed first,
 * because the process may have been frozen meanwhile.
 */
export async function settlesWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let isSettled = false;
  const timer = new AbortController();
  const settled = work
    .catch(() => {})
    .then(() => {
      isSettled = true;
      timer.abort();
    });
  await Promise.race([settled, wait(timeoutMs, undefined, { signal: timer.signal }).catch(() => {})]);
  for (let turn = 0; !isSettled && turn < 2; turn++) await nextTurn();
  return isSettled;
}
