import { setTimeout as wait } from 'node:timers/promises';

/** Limits of one process: concurrent calls, and calls begun within any one second. */
export type Limits = { concurrency: number; perSecond: number };

/** Keeps calls within limits. Both waits reject with the signal's reason when it aborts. */
export type Pacer = {
  /** Waits for a slot, first come first served. Returns a function that frees the slot. */
  enter(signal?: AbortSignal): Promise<() => void>;
  /** Waits, in a slot, until a call may begin. */
  turn(signal?: AbortSignal): Promise<void>;
};

/** The time and a way to wait; tests replace it. */
type Timer = { nowMs(): number; wait(ms: number, signal?: AbortSignal): Promise<void> };
const realTimer: Timer = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => wait(ms, undefined, { signal }),
};

/** Creates a {@link Pacer} for one process. Infinite limits cause no wait. */
export function createPacer({ concurrency, perSecond }: Limits, timer: Timer = realTimer): Pacer {
  let slotsTaken = 0;
  const queue: (() => void)[] = [];
  /** The times at which the latest calls began or will begin, at most `perSecond` of them. */
  const startsMs: number[] = [];

  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else slotsTaken -= 1;
  };

  return {
    async enter(signal) {
      signal?.throwIfAborted();
      if (slotsTaken < concurrency) slotsTaken += 1;
      else {
        const slot = Promise.withResolvers<void>();
        const takeSlot = () => slot.resolve();
        const abort = () => {
          const position = queue.indexOf(takeSlot);
          if (position < 0) return;
          queue.splice(position, 1);
          slot.reject(signal?.reason);
        };
        queue.push(takeSlot);
        signal?.addEventListener('abort', abort);
        await slot.promise.finally(() => signal?.removeEventListener('abort', abort));
      }
      return leave;
    },

    async turn(signal) {
      const nowMs = timer.nowMs();
      const isFull = startsMs.length >= perSecond;
      const startMs = Math.max(nowMs, isFull ? (startsMs.shift() ?? 0) + 1_000 : 0);
      if (Number.isFinite(perSecond)) startsMs.push(startMs);
      if (startMs > nowMs) await timer.wait(Math.ceil(startMs - nowMs), signal);
    },
  };
}
