import { lazyRouteComponent } from '@tanstack/react-router';
import { untilOnline } from './connection.ts';

const ASK_AGAIN_AFTER_MS = 1_000;

/**
 * Creates a component whose code is loaded when it is first shown. If the code can't be loaded,
 * {@link lazyRouteComponent} concludes that a newer version replaced it and reloads the page, which
 * without a network would leave nothing on screen. So this waits for the server first.
 * @param name the component among the module’s exports
 */
export const lazyComponent = <Module extends Record<string, unknown>, Name extends keyof Module>(
  load: () => Promise<Module>,
  name: Name,
) =>
  lazyRouteComponent(
    () =>
      untilOnline()
        .then(load)
        .catch(() => untilServerAnswers().then(load)),
    name,
  );

/** Resolves as soon as the server answers anything. */
async function untilServerAnswers(): Promise<void> {
  for (;;) {
    await untilOnline();
    try {
      await fetch('/healthz', { cache: 'no-store' });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_AFTER_MS));
    }
  }
}
