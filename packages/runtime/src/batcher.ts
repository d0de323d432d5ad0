import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Combines concurrent requests into batches, for work that costs less per batch than per item.
 * Items submitted in one turn of the event loop are processed by one call of `work`, at most
 * `maxSize` of them. Items submitted while `maxRunning` calls run (1 by default) wait for the next one, at most
 * `maxWaitMs`, while fewer than `maxUnfinished` are under way at all. While a call runs, another one begins only with
 * `leastBeside` items (1 by default), so that the calls do not become many and small. No item gets the result of a call that
 * began before it was submitted.
 *
 * `work` gets the items in the order of submission and returns a result, or the promise of one, for
 * each. It runs outside the async context of every caller. If it fails for several items and
 * `canRetryAlone` accepts the error, it is called again for each item alone, so that one bad item
 * does not fail the others. Otherwise every item of the batch gets the error.
 */
export function createBatcher<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly (Result | Promise<Result>)[]>,
  options: {
    maxSize: number;
    maxWaitMs?: number;
    maxRunning?: number;
    maxUnfinished?: number;
    leastBeside?: number;
    canRetryAlone?: (error: unknown) => boolean;
  },
): (item: Item) => Promise<Result> {
  const { maxSize, maxWaitMs, maxRunning = 1, canRetryAlone } = options;
  const { maxUnfinished = Number.POSITIVE_INFINITY, leastBeside = 1 } = options;
  interface Request {
    item: Item;
    resolve: (result: Result | Promise<Result>) => void;
    reject: (error: unknown) => void;
  }
  const runOutsideCallers = AsyncLocalStorage.snapshot();
  const waiting: Request[] = [];
  let isScheduled = false;
  /** The number of batches that run and are not yet older than `maxWaitMs`. */
  let running = 0;
  /** The number of all batches that run. */
  let unfinished = 0;

  async function process(requests: readonly Request[]): Promise<void> {
    try {
      const results = await work(requests.map(({ item }) => item));
      for (const [index, { resolve }] of requests.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (requests.length > 1 && canRetryAlone?.(error)) {
        await Promise.all(requests.map((request) => process([request])));
      } else for (const { reject } of requests) reject(error);
    }
  }

  /**
   * Schedules the next batch after this turn of the event loop, unless one is scheduled, enough are running, or one is running
   * and too few items wait.
   */
  function scheduleBatch(): void {
    if (isScheduled || running >= maxRunning || unfinished >= maxUnfinished) return;
    if (waiting.length < (running > 0 ? leastBeside : 1)) return;
    isScheduled = true;
    runOutsideCallers(setImmediate, () => {
      isScheduled = false;
      running++;
      unfinished++;
      let timer: NodeJS.Timeout | undefined;
      let isBlocking = true;
      const release = () => {
        clearTimeout(timer);
        if (!isBlocking) return;
        isBlocking = false;
        running--;
        scheduleBatch();
      };
      if (maxWaitMs !== undefined) timer = setTimeout(release, maxWaitMs);
      process(waiting.splice(0, maxSize)).finally(() => {
        unfinished--;
        release();
        // A batch that was released before may have been what the next one waited for.
        scheduleBatch();
      });
      scheduleBatch();
    });
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      scheduleBatch();
    });
}

/**
 * Combines concurrent calls of one piece of work: all calls made in one turn of the event loop, or
 * while an earlier call runs, share the next call's result. See {@link createBatcher}.
 */
export function coalesce<T>(work: () => Promise<T>): () => Promise<T> {
  const submit = createBatcher<undefined, T>(
    async (calls) => {
      const result = await work();
      return calls.map(() => result);
    },
    { maxSize: Number.POSITIVE_INFINITY },
  );
  return () => submit(undefined);
}
