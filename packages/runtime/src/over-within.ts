import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

/** Whether work is over in time, well or not. A process that was frozen meanwhile first reads what has come. */
export async function isOverWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let isOver = false;
  const end = new AbortController();
  const over = work
    .catch(() => {})
    .then(() => {
      isOver = true;
      end.abort();
    });
  await Promise.race([over, wait(ms, undefined, { signal: end.signal }).catch(() => {})]);
  for (let turn = 0; !isOver && turn < 2; turn++) await nextTurn();
  return isOver;
}
