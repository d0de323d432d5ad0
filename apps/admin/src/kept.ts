/** An answer that is costly to read, shared by all callers. */
interface Kept<T> {
  /**
   * Returns the last answer at once. The caller waits for a new one if there is none yet, after {@link Kept.forget}, and if
   * the last answer is too old.
   */
  get(): Promise<T>;
  /** Drops the last answer, because a change must show in the next one. */
  forget(): void;
  stop(): void;
}

/** The shortest time between the end of one reading and the start of the next. */
const FRESH_FOR_MS = 1_000;
/** The longest such time after a slow reading, and the interval of readings without a caller. */
const RENEWED_EVERY_MS = 15_000;
/** An answer that is overdue by this time is not returned any more, because it may be wrong by now. Pages ask more often. */
const OLD_AFTER_MS = 3_000;

/**
 * Returns the last answer and reads the next one in the background, so that frequent callers never wait. However many
 * callers there are, reading takes at most a tenth of the time, or one reading every {@link RENEWED_EVERY_MS} if a reading
 * is slow. Callers that wait for a reading get its error if it fails. With `ahead`, the first reading begins at once, and
 * readings go on without callers.
 */
export function keep<T>(read: () => Promise<T>, { ahead = true } = {}): Kept<T> {
  let known: { answer: Promise<T>; renewAtMs: number } | undefined;
  let reading: Promise<T> | undefined;

  function renew(): Promise<T> {
    const startedAtMs = performance.now();
    const answer = read();
    reading = answer;
    answer.then(
      () => {
        if (reading !== answer) return;
        const endedAtMs = performance.now();
        const restMs = Math.min(9 * (endedAtMs - startedAtMs), RENEWED_EVERY_MS);
        known = { answer, renewAtMs: endedAtMs + Math.max(FRESH_FOR_MS, restMs) };
        reading = undefined;
      },
      () => {
        if (reading !== answer) return;
        known = undefined;
        reading = undefined;
      },
    );
    return answer;
  }

  const get = () => {
    if (!known) return reading ?? renew();
    const overdueMs = performance.now() - known.renewAtMs;
    if (overdueMs < 0) return known.answer;
    const newer = reading ?? renew();
    if (overdueMs >= OLD_AFTER_MS) return newer;
    newer.catch(() => {});
    return known.answer;
  };
  const readAhead = () => get().catch(() => {});
  if (ahead) readAhead();
  const timer = ahead ? setInterval(readAhead, RENEWED_EVERY_MS).unref() : undefined;
  return {
    get,
    forget() {
      known = undefined;
      reading = undefined;
    },
    stop: () => clearInterval(timer),
  };
}

/** The most questions besides the first that answers are kept of: the filters of the pages that are open. */
const MOST_KEPT = 20;

/**
 * Keeps the answers of one question in several forms, each as {@link keep} does. That to `first` is read ahead; of the
 * others those are kept that were asked for last.
 */
export function keepEach<Query, T>(first: Query, read: (query: Query) => Promise<T>) {
  const ofFirst = keep(() => read(first));
  const firstKey = JSON.stringify(first);
  const others = new Map<string, Kept<T>>();
  return {
    get(query: Query = first): Promise<T> {
      const key = JSON.stringify(query);
      if (key === firstKey) return ofFirst.get();
      const kept = others.get(key) ?? keep(() => read(query), { ahead: false });
      others.delete(key);
      others.set(key, kept);
      const [oldest] = others.keys();
      if (others.size > MOST_KEPT && oldest !== undefined) others.delete(oldest);
      return kept.get();
    },
    forget() {
      ofFirst.forget();
      others.clear();
    },
    stop: ofFirst.stop,
  };
}
