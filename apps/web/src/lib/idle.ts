/**
 * Runs work when the browser is idle. Errors are ignored, because the work is repeated when it is
 * needed.
 */
export function whenIdle(work: () => unknown): void {
  const run = async () => work();
  const start = () => void run().catch(() => undefined);
  if ('requestIdleCallback' in window) window.requestIdleCallback(start, { timeout: 4000 });
  else setTimeout(start, 1500);
}
