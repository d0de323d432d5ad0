/** An answer that is costly to read, shared by all callers. */
interface Revalidated<T> {
  /**
   * Returns the last answer at once. The caller waits for a new one if there is none yet, after
   * {@link Revalidated.forget}, and if the last answer is too old.
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
/**
 * An answer that is overdue by this time is not returned any more, because it may be wrong by now.
 * Pages ask more often.
 */
const OLD_AFTER_MS = 3_000;

/**
 * Returns the last answer and reads the next one in the background, so that frequent callers never
 * wait. However many callers there are, reading takes at most a tenth of the time, or one reading
 * every {@link RENEWED_EVERY_MS} if a reading is slow. Callers that wait for a reading get its
 * error if it fails. With `ahead`, the first reading begins at once, and readings go on without
 * callers.
 */
export function staleWhileRevalidate<T>(read: () => Promise<T>, { ahead = true } = {}): Revalidated<T> {
  let lastAnswer: { answer: Promise<T>; renewAtMs: number } | undefined;
  let pendingAnswer: Promise<T> | undefined;

  function renew(): Promise<T> {
    const startedAtMs = performance.now();
    const answer = read();
    pendingAnswer = answer;
    answer.then(
      () => {
        if (pendingAnswer !== answer) return;
        const endedAtMs = performance.now();
        const restMs = Math.min(9 * (endedAtMs - startedAtMs), RENEWED_EVERY_MS);
        lastAnswer = { answer, renewAtMs: endedAtMs + Math.max(FRESH_FOR_MS, restMs) };
        pendingAnswer = undefined;
      },
      () => {
        if (pendingAnswer !== answer) return;
        lastAnswer = undefined;
        pendingAnswer = undefined;
      },
    );
    return answer;
  }

  const get = () => {
    if (!lastAnswer) return pendingAnswer ?? renew();
    const overdueMs = performance.now() - lastAnswer.renewAtMs;
    if (overdueMs < 0) return lastAnswer.answer;
    const newer = pendingAnswer ?? renew();
    if (overdueMs >= OLD_AFTER_MS) return newer;
    newer.catch(() => {});
    return lastAnswer.answer;
  };
  const readAhead = () => get().catch(() => {});
  if (ahead) readAhead();
  const timer = ahead ? setInterval(readAhead, RENEWED_EVERY_MS).unref() : undefined;
  return {
    get,
    forget() {
      lastAnswer = undefined;
      pendingAnswer = undefined;
    },
    stop: () => clearInterval(timer),
  };
}

/** The most answers that are kept besides the first query's, for the filters of open pages. */
const MAX_OTHER_ANSWERS = 20;

/**
 * Keeps the answers of a query with parameters, each as {@link staleWhileRevalidate} does. The
 * answer to `first` is read ahead. Of the others, the most recently used are kept.
 */
export function staleWhileRevalidateEach<Query, T>(first: Query, read: (query: Query) => Promise<T>) {
  const firstAnswer = staleWhileRevalidate(() => read(first));
  const firstKey = JSON.stringify(first);
  const otherAnswers = new Map<string, Revalidated<T>>();
  return {
    get(query: Query = first): Promise<T> {
      const key = JSON.stringify(query);
      if (key === firstKey) return firstAnswer.get();
      const cached = otherAnswers.get(key) ?? staleWhileRevalidate(() => read(query), { ahead: false });
      otherAnswers.delete(key);
      otherAnswers.set(key, cached);
      const [oldest] = otherAnswers.keys();
      if (otherAnswers.size > MAX_OTHER_ANSWERS && oldest !== undefined) otherAnswers.delete(oldest);
      return cached.get();
    },
    forget() {
      firstAnswer.forget();
      otherAnswers.clear();
    },
    stop: firstAnswer.stop,
  };
}
