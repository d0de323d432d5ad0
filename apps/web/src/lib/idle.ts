/**
 * Runs something when the browser has nothing better to do; what fails is asked for again when it
 * is needed.
 */
export function whenIdle(work: () => unknown): void {
  const run = async () => work();
  const start = () => void run().catch(() => undefined);
  if ('requestIdleCallback' in window) window.requestIdleCallback(start, { timeout: 4000 });
  else setTimeout(start, 1500);
}
