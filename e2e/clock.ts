import { clockOffsetMs } from '@scheduler/runtime/clock';
import type { BrowserContext } from 'playwright-core';

/**
 * Moves the clock of a context's pages, by default by the offset of the whole stack. Time then
 * passes as usual.
 */
export async function moveClock(context: BrowserContext, byMs = clockOffsetMs): Promise<void> {
  if (byMs === 0) return;
  await context.addInitScript((offsetMs) => {
    const Real = Date;
    const moved = () => Real.now() + offsetMs;
    globalThis.Date = new Proxy(Real, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [moved()] : args, newTarget),
      get: (target, key) => (key === 'now' ? moved : Reflect.get(target, key)),
    });
  }, byMs);
}
