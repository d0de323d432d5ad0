import { lazyRouteComponent } from '@tanstack/react-router';
import { untilOnline } from './connection.ts';

/**
 * Creates a component whose code is loaded when it is first shown. Without a network, loading waits
 * for one: {@link lazyRouteComponent} alone would conclude that the code was replaced by a newer
 * version and reload the page.
 * @param name the component among the module’s exports
 */
export const lazyComponent = <Module extends Record<string, unknown>, Name extends keyof Module>(
  load: () => Promise<Module>,
  name: Name,
) => lazyRouteComponent(() => untilOnline().then(load), name);
