import { lazyRouteComponent } from '@tanstack/react-router';
import { untilOnline } from './connection.ts';

/**
 * A component whose code is loaded when it is first shown. Without a network the loading waits for one:
 * {@link lazyRouteComponent} alone would take the code for replaced by a newer version and reload the page, and what is on
 * screen would be gone.
 * @param name the component among the module's exports
 */
export const lazyComponent = <Module extends Record<string, unknown>, Name extends keyof Module>(
  load: () => Promise<Module>,
  name: Name,
) => lazyRouteComponent(() => untilOnline().then(load), name);
