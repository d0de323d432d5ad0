/**
 * One piece of work for all who ask for it before it begins: whoever asks while it is under way waits for the next, so
 * nobody gets what was begun before they asked.
 */
export function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        const begun = work();
        running = begun;
        return begun;
      });
    return next;
  };
}
