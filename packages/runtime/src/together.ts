import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Work that costs less for many at once than for each alone. Whoever asks in one turn of the event loop is served by one
 * call of `work`; whoever asks while that is under way waits for the next call, with all who come meanwhile, but no longer
 * than `patienceMs`. So nobody waits for others to come, and nobody gets what was begun before they asked.
 *
 * `work` gets what was asked for in the order of asking, and returns for each a result, or the promise of one. It runs outside
 * of any asker's scope. Where it fails for several and `apart` says that it may be done again, it is called for each of them
 * alone: what is wrong with one is not the others' trouble. Else all of them get the error.
 */
export function together<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly (Result | Promise<Result>)[]>,
  options: { most: number; patienceMs?: number; apart?: (error: unknown) => boolean },
): (item: Item) => Promise<Result> {
  const { most, patienceMs, apart } = options;
  interface Asked {
    item: Item;
    resolve: (result: Result | Promise<Result>) => void;
    reject: (error: unknown) => void;
  }
  const outside = AsyncLocalStorage.snapshot();
  const waiting: Asked[] = [];
  /** Whether a call is under way that is waited for, or about to begin. */
  let busy = false;

  async function serve(asked: readonly Asked[]): Promise<void> {
    try {
      const results = await work(asked.map(({ item }) => item));
      for (const [n, { resolve }] of asked.entries()) resolve(results[n] as Result);
    } catch (error) {
      if (asked.length > 1 && apart?.(error)) await Promise.all(asked.map((one) => serve([one])));
      else for (const { reject } of asked) reject(error);
    }
  }

  /** Once this turn of the event loop is over, serves all who wait by then, as many at a time as may be. */
  function begin(): void {
    if (busy || waiting.length === 0) return;
    busy = true;
    outside(setImmediate, () => {
      let patience: NodeJS.Timeout | undefined;
      let waitedFor = true;
      const next = () => {
        clearTimeout(patience);
        if (!waitedFor) return;
        waitedFor = false;
        busy = false;
        begin();
      };
      if (patienceMs !== undefined) patience = setTimeout(next, patienceMs);
      serve(waiting.splice(0, most)).finally(next);
    });
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      begin();
    });
}

/** {@link together} for work that is the same whoever asks. */
export function shared<T>(work: () => Promise<T>): () => Promise<T> {
  const ask = together<undefined, T>(
    async (asked) => {
      const result = await work();
      return asked.map(() => result);
    },
    { most: Number.POSITIVE_INFINITY },
  );
  return () => ask(undefined);
}
