import { untilOnline } from './connection.ts';

/**
 * Loads code once there is a network. Without one {@link lazyRouteComponent} would take it for replaced by a newer version
 * and load everything anew, and what is on screen would be gone.
 */
export const online =
  <Module>(load: () => Promise<Module>) =>
  () =>
    untilOnline().then(load);
