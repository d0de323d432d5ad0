/** An answer that costs something to get, kept for all who ask. */
export interface Kept<T> {
  /** The last answer, at once; the first one, which is read from the start, and the first after {@link Kept.forget} is waited for. */
  get(): Promise<T>;
  /** After a change that the next answer is to show. */
  forget(): void;
  stop(): void;
}

/** Answers are renewed this long after somebody asked for them, … */
const FRESH_FOR_MS = 1_000;
/** … and as often when nobody asks, so that whoever comes then needn't wait, nor sees what is long over. */
const RENEWED_EVERY_MS = 15_000;

/**
 * Reads ahead: whoever asks gets the last answer without waiting, and a new one is read behind it. Reading takes at most a
 * tenth of the time, however many ask and however long it takes. A reading that fails is told to those who ask next.
 */
export function keep<T>(read: () => Promise<T>): Kept<T> {
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
        known = { answer, renewAtMs: endedAtMs + Math.max(FRESH_FOR_MS, 9 * (endedAtMs - startedAtMs)) };
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
    if (!reading && performance.now() >= known.renewAtMs) renew().catch(() => {});
    return known.answer;
  };
  const readAhead = () => get().catch(() => {});
  readAhead();
  const timer = setInterval(readAhead, RENEWED_EVERY_MS).unref();
  return {
    get,
    forget() {
      known = undefined;
      reading = undefined;
    },
    stop: () => clearInterval(timer),
  };
}
