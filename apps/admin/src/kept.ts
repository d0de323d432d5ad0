/** An answer that costs something to get, kept for all who ask. */
interface Kept<T> {
  /** The last answer, at once; the first one, one after {@link Kept.forget} and one in place of an old one are waited for. */
  get(): Promise<T>;
  /** After a change that the next answer is to show. */
  forget(): void;
  stop(): void;
}

/** Answers are renewed this long after somebody asked for them, … */
const FRESH_FOR_MS = 1_000;
/** … and as often when nobody asks, so that whoever comes then needn't wait long. */
const RENEWED_EVERY_MS = 15_000;
/** What should have been renewed this long ago is told to nobody: it shows what is over. A page asks more often. */
const OLD_AFTER_MS = 3_000;

/**
 * Reads behind what it answers: whoever asks often gets the last answer without waiting. Reading takes at most a tenth of
 * the time, however many ask; where one takes long, the next one begins {@link RENEWED_EVERY_MS} after it at the latest. A reading that fails is told to those who ask next. With `ahead` it
 * is read from the start, and now and then when nobody asks.
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
export function keepEach<Asked, T>(first: Asked, read: (asked: Asked) => Promise<T>) {
  const ofFirst = keep(() => read(first));
  const firstKey = JSON.stringify(first);
  const others = new Map<string, Kept<T>>();
  return {
    get(asked: Asked = first): Promise<T> {
      const key = JSON.stringify(asked);
      if (key === firstKey) return ofFirst.get();
      const kept = others.get(key) ?? keep(() => read(asked), { ahead: false });
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
