import { EVENT_TYPES, type EventType } from '@scheduler/scheduling';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { currentSession } from './session.ts';
import { StartFailed, Starting } from './shell/starting.tsx';
import { Toasts } from './ui/toast.tsx';
import type { SyncState } from './words.ts';

const root = createRootRoute({
  component: () => (
    <>
      <Outlet />
      <Toasts />
    </>
  ),
  notFoundComponent: lazyRouteComponent(() => import('./shell/not-found.tsx'), 'NotFound'),
});

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
const id = (value: unknown): number | undefined => {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
};
const day = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;

/** Leaves out what isn't set, so that addresses stay short. */
function given<Search extends object>(search: Search): { [Key in keyof Search]?: NonNullable<Search[Key]> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as never;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search) => {
    const next = text(search.next);
    // Only paths of this app: nobody is sent elsewhere by a link to the sign-in page.
    return given({
      next: next && /^\/(?![/\\])/.test(next) ? next : undefined,
      ended: search.ended === true ? true : undefined,
    });
  },
  component: lazyRouteComponent(() => import('./shell/sign-in.tsx'), 'SignIn'),
});

const linkPage = lazyRouteComponent(() => import('./access/link-page.tsx'), 'LinkPage');
const setUp = createRoute({ getParentRoute: () => root, path: '/set-up', component: linkPage });
const join = createRoute({ getParentRoute: () => root, path: '/join', component: linkPage });

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: async ({ location }) => {
    const session = await currentSession();
    if (!session)
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
    return { session };
  },
  component: lazyRouteComponent(() => import('./shell/shell.tsx'), 'Shell'),
  pendingComponent: Starting,
  errorComponent: StartFailed,
});

/** What the board's address says: the week, what is looked for in the tray, and what is open. */
export interface BoardSearch {
  store?: number;
  /** Its Sunday. */
  week?: string;
  /** The day shown where only one fits. */
  day?: string;
  /** Where board and tray don't fit side by side. */
  view?: 'tray';
  q?: string;
  type?: EventType;
  /** Only events whose last day this is. */
  last?: string;
  /** The event whose panel is open. */
  event?: number;
}

const board = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: (search): BoardSearch =>
    given({
      store: id(search.store),
      week: day(search.week),
      day: day(search.day),
      view: search.view === 'tray' ? ('tray' as const) : undefined,
      q: text(search.q),
      type: EVENT_TYPES.find((type) => type === search.type),
      last: day(search.last),
      event: id(search.event),
    }),
  component: lazyRouteComponent(() => import('./board/board-page.tsx'), 'BoardPage'),
});

const people = createRoute({
  getParentRoute: () => app,
  path: '/people',
  component: lazyRouteComponent(() => import('./people/people-page.tsx'), 'PeoplePage'),
});

const importRoute = createRoute({
  getParentRoute: () => app,
  path: '/import',
  component: lazyRouteComponent(() => import('./import/import-page.tsx'), 'ImportPage'),
});

const UNSETTLED = ['failed', 'conflict', 'waiting', 'pending'] as const satisfies SyncState[];

const attention = createRoute({
  getParentRoute: () => app,
  path: '/attention',
  validateSearch: (search) =>
    given({ state: UNSETTLED.find((state) => state === search.state), event: id(search.event) }),
  component: lazyRouteComponent(() => import('./attention/attention-page.tsx'), 'AttentionPage'),
});

const account = createRoute({
  getParentRoute: () => app,
  path: '/account',
  component: lazyRouteComponent(() => import('./access/account-page.tsx'), 'AccountPage'),
});

const users = createRoute({
  getParentRoute: () => app,
  path: '/users',
  component: lazyRouteComponent(() => import('./access/users-page.tsx'), 'UsersPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    setUp,
    join,
    app.addChildren([board, people, importRoute, attention, account, users]),
  ]),
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
