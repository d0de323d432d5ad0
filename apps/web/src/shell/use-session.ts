import { getRouteApi } from '@tanstack/react-router';
import type { Session } from '../lib/session.ts';

const route = getRouteApi('/app');

/** Who is signed in. */
export function useSession(): Session {
  return route.useRouteContext().session;
}

/** Whether they may change plans: viewers only look. */
export function useMayWrite(): boolean {
  return useSession().role !== 'viewer';
}

/** Whether they may change how the scheduler works. */
export function useIsAdmin(): boolean {
  return useSession().role === 'admin';
}
