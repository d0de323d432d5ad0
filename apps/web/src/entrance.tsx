import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { apiQueries } from './lib/api.ts';
import { forgetEarlyRequests } from './lib/early.ts';
import { lazyComponent } from './lib/load.ts';
import { currentSession } from './lib/session.ts';
import { Shell } from './shell/shell.tsx';
import { signInSearch } from './shell/sign-in-search.ts';
import { StartFailed, Starting } from './shell/starting.tsx';
import { Toasts } from './ui/toast.tsx';

/** The route around every page. */
export const root = createRootRoute({
  component: () => (
    <>
      <Outlet />
      <Toasts />
    </>
  ),
  notFoundComponent: lazyRouteComponent(() => import('./shell/not-found.tsx'), 'NotFound'),
});

export const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearch,
  // A signed-in user does not need this page. If the server can't be reached, nobody counts as
  // signed in.
  beforeLoad: async ({ search: { next, ended } }) => {
    if (ended) return;
    if (await currentSession().catch(() => null)) throw redirect({ href: next ?? '/', replace: true });
  },
  component: lazyRouteComponent(() => import('./shell/sign-in.tsx'), 'SignIn'),
});

/** Returns the session. Without one, redirects to the sign-in page, which returns here. */
async function signedIn({ location }: { location: { href: string } }) {
  // Every page shows times in the store's zone, so the stores are loaded together with the session.
  const stores = apiQueries.stores.list.ensureData(undefined, { retry: false }).catch(() => undefined);
  const session = await currentSession();
  if (!session)
    throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
  await stores;
  forgetEarlyRequests();
  return { session };
}

const linkPage = lazyComponent(() => import('./access/link-page.tsx'), 'LinkPage');
export const setUp = createRoute({ getParentRoute: () => root, path: '/set-up', component: linkPage });
export const join = createRoute({ getParentRoute: () => root, path: '/join', component: linkPage });

/** The route around the pages for signed-in users. */
export const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: signedIn,
  component: Shell,
  pendingComponent: Starting,
  errorComponent: StartFailed,
});
