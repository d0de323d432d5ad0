import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { activitySearch, attentionSearch } from './activity/activity-search.ts';
import { auditSearch } from './audit/audit-search.ts';
import { boardSearch } from './board/board-search.ts';
import { daySearch, daySheetSearch } from './day/day-search.ts';
import { eventsSearch } from './events/events-search.ts';
import { apiQueries } from './lib/api.ts';
import { lazyComponent } from './lib/load.ts';
import { currentSession } from './lib/session.ts';
import { monthSearch } from './month/month-search.ts';
import { personSearch } from './people/person-search.ts';
import { signInSearch } from './shell/sign-in-search.ts';
import { PageFailed, StartFailed, Starting } from './shell/starting.tsx';
import { Toasts } from './ui/toast.tsx';

const root = createRootRoute({
  component: () => (
    <>
      <Outlet />
      <Toasts />
    </>
  ),
  notFoundComponent: lazyRouteComponent(() => import('./shell/not-found.tsx'), 'NotFound'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearch,
  // Whoever is signed in has no need of it. Where the server can't be reached, nobody is known to
  // be.
  beforeLoad: async ({ search: { next, ended } }) => {
    if (ended) return;
    if (await currentSession().catch(() => null)) throw redirect({ href: next ?? '/', replace: true });
  },
  component: lazyRouteComponent(() => import('./shell/sign-in.tsx'), 'SignIn'),
});

/** Who is signed in; whoever isn't is sent to sign in and comes back here. */
async function signedIn({ location }: { location: { href: string } }) {
  // Every page writes times in the store's zone: it is asked for beside the session.
  const stores = apiQueries.stores.list.ensureData(undefined, { retry: false }).catch(() => undefined);
  const session = await currentSession();
  if (!session)
    throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
  await stores;
  return { session };
}

const linkPage = lazyComponent(() => import('./access/link-page.tsx'), 'LinkPage');
const setUp = createRoute({ getParentRoute: () => root, path: '/set-up', component: linkPage });
const join = createRoute({ getParentRoute: () => root, path: '/join', component: linkPage });

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: signedIn,
  component: lazyRouteComponent(() => import('./shell/shell.tsx'), 'Shell'),
  pendingComponent: Starting,
  errorComponent: StartFailed,
});

const board = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: boardSearch,
  component: lazyComponent(() => import('./board/board-page.tsx'), 'BoardPage'),
});

const dayRoute = createRoute({
  getParentRoute: () => app,
  path: '/day',
  validateSearch: daySearch,
  component: lazyComponent(() => import('./day/day-page.tsx'), 'DayPage'),
});

const daySheet = createRoute({
  getParentRoute: () => app,
  path: '/day/print',
  validateSearch: daySheetSearch,
  component: lazyComponent(() => import('./day/day-sheet.tsx'), 'DaySheet'),
});

const monthRoute = createRoute({
  getParentRoute: () => app,
  path: '/month',
  validateSearch: monthSearch,
  component: lazyComponent(() => import('./month/month-page.tsx'), 'MonthPage'),
});

const eventsRoute = createRoute({
  getParentRoute: () => app,
  path: '/events',
  validateSearch: eventsSearch,
  component: lazyComponent(() => import('./events/events-page.tsx'), 'EventsPage'),
});

const people = createRoute({
  getParentRoute: () => app,
  path: '/people',
  component: lazyComponent(() => import('./people/people-page.tsx'), 'PeoplePage'),
});

const person = createRoute({
  getParentRoute: () => app,
  path: '/people/$id',
  validateSearch: personSearch,
  component: lazyComponent(() => import('./people/person-page.tsx'), 'PersonPage'),
});

/** For paper: nothing stands around it. */
const personWeek = createRoute({
  getParentRoute: () => root,
  path: '/people/$id/week',
  validateSearch: personSearch,
  beforeLoad: signedIn,
  errorComponent: StartFailed,
  component: lazyComponent(() => import('./people/week-sheet.tsx'), 'WeekSheet'),
});

const importPeople = createRoute({
  getParentRoute: () => app,
  path: '/people/import',
  component: lazyComponent(() => import('./people/import-people-page.tsx'), 'ImportPeoplePage'),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyComponent(() => import('./settings/settings-page.tsx'), 'SettingsPage'),
});

const importRoute = createRoute({
  getParentRoute: () => app,
  path: '/import',
  component: lazyComponent(() => import('./csv-import/import-page.tsx'), 'ImportPage'),
});

const activity = createRoute({
  getParentRoute: () => app,
  path: '/activity',
  validateSearch: activitySearch,
  component: lazyComponent(() => import('./activity/activity-page.tsx'), 'ActivityPage'),
});

/** Its address of old. */
const attention = createRoute({
  getParentRoute: () => app,
  path: '/attention',
  validateSearch: attentionSearch,
  beforeLoad: ({ search: { state, event } }) => {
    throw redirect({ to: '/activity', search: activitySearch({ show: state, event }), replace: true });
  },
});

const account = createRoute({
  getParentRoute: () => app,
  path: '/account',
  component: lazyComponent(() => import('./access/account-page.tsx'), 'AccountPage'),
});

const users = createRoute({
  getParentRoute: () => app,
  path: '/users',
  component: lazyComponent(() => import('./access/users-page.tsx'), 'UsersPage'),
});

const audit = createRoute({
  getParentRoute: () => app,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    setUp,
    join,
    personWeek,
    app.addChildren([
      board,
      dayRoute,
      daySheet,
      monthRoute,
      eventsRoute,
      people,
      person,
      importPeople,
      importRoute,
      activity,
      attention,
      settings,
      account,
      users,
      audit,
    ]),
  ]),
  defaultErrorComponent: PageFailed,
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
