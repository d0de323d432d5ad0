import { getRouteApi } from '@tanstack/react-router';
import type { Session } from '../lib/session.ts';

const route = getRouteApi('/app');

/** Returns the session of the signed-in user. */
export function useSession(): Session {
  // The context itself is a new object at every change of the address, and nearly all components read it.
  return route.useRouteContext({ select: ({ session }) => session });
}

/** Whether the user may change schedules. Viewers may not. */
export function useMayWrite(): boolean {
  return useSession().role !== 'viewer';
}

/** Whether the user has all stores, and so may do what concerns every store. */
export function useHasAllStores(): boolean {
  return useSession().storeIds === null;
}

/** Whether the user may change settings and users. */
export function useIsAdmin(): boolean {
  return useSession().role === 'admin';
}
