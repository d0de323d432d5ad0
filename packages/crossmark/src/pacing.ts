import { setTimeout as wait } from 'node:timers/promises';

/** How much of Crossmark one process takes: calls under way at once, and calls begun in any one second. */
export type Limits = { concurrency: number; perSecond: number };

/** Keeps calls within limits. Both waits end with the signal's reason when it aborts. */
export type Pacer = {
  /** Waits for a place, first come first served; what it returns gives the place back. */
  enter(signal?: AbortSignal): Promise<() => void>;
  /** Waits, in a place, until a call may begin. */
  turn(signal?: AbortSignal): Promise<void>;
};

/** What time it is, and how to wait; a test brings its own. */
type Timer = { nowMs(): number; wait(ms: number, signal?: AbortSignal): Promise<void> };
const realTimer: Timer = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => wait(ms, undefined, { signal }),
};

/** A {@link Pacer} for one process; without limits, nobody waits. */
export function createPacer({ concurrency, perSecond }: Limits, timer: Timer = realTimer): Pacer {
  let taken = 0;
  const queue: (() => void)[] = [];
  /** When the latest calls began or will begin, as many as one second may hold. */
  const begun: number[] = [];

  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else taken -= 1;
  };

  return {
    async enter(signal) {
      signal?.throwIfAborted();
      if (taken < concurrency) taken += 1;
      else {
        const place = Promise.withResolvers<void>();
        const give = () => place.resolve();
        const giveUp = () => {
          const at = queue.indexOf(give);
          if (at < 0) return;
          queue.splice(at, 1);
          place.reject(signal?.reason);
        };
        queue.push(give);
        signal?.addEventListener('abort', giveUp);
        await place.promise.finally(() => signal?.removeEventListener('abort', giveUp));
      }
      return leave;
    },

    async turn(signal) {
      const nowMs = timer.nowMs();
      const full = begun.length >= perSecond;
      const atMs = Math.max(nowMs, full ? (begun.shift() ?? 0) + 1_000 : 0);
      if (Number.isFinite(perSecond)) begun.push(atMs);
      if (atMs > nowMs) await timer.wait(Math.ceil(atMs - nowMs), signal);
    },
  };
}
