import { CONDITIONS, type Condition, EVENT_TYPES, type EventType, isDay } from '@scheduler/scheduling';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { type ActivitySearch, HISTORY, UNSETTLED } from './activity/activity-search.ts';
import { type AuditSearch, KINDS, OBJECTS } from './audit/audit-search.ts';
import { readings } from './lib/api.ts';
import { online } from './lib/load.ts';
import { currentSession } from './lib/session.ts';
import { weekStart } from './lib/time.ts';
import { STATES, type SyncState } from './lib/words.ts';
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

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
const id = (value: unknown): number | undefined => {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
};
const day = (value: unknown): string | undefined =>
  typeof value === 'string' && isDay(value) ? value : undefined;

const month = (value: unknown): string | undefined =>
  typeof value === 'string' && day(`${value}-01`) ? value : undefined;

/**
 * What an address says, as far as it was understood. What isn't set stays named: the router lays this over what stands in
 * the address, where anything not named would come through unseen. Addresses leave it out.
 */
export function parsedSearch<Search extends object>(
  search: Search,
): { [Key in keyof Search]?: NonNullable<Search[Key]> } {
  return search as never;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search) => {
    const next = text(search.next);
    // Only paths of this app: nobody is sent elsewhere by a link to the sign-in page.
    return parsedSearch({
      next: next && /^\/(?![/\\])\P{Cc}*$/u.test(next) ? next : undefined,
      ended: search.ended === true ? true : undefined,
    });
  },
  // Whoever is signed in has no need of it. Where the server can't be reached, nobody is known to be.
  beforeLoad: async ({ search: { next, ended } }) => {
    if (ended) return;
    if (await currentSession().catch(() => null)) throw redirect({ href: next ?? '/', replace: true });
  },
  component: lazyRouteComponent(() => import('./shell/sign-in.tsx'), 'SignIn'),
});

/** Who is signed in; whoever isn't is sent to sign in and comes back here. */
async function signedIn({ location }: { location: { href: string } }) {
  // Every page writes times in the store's zone: it is asked for beside the session.
  const stores = readings.stores.list.ensureData(undefined, { retry: false }).catch(() => undefined);
  const session = await currentSession();
  if (!session)
    throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
  await stores;
  return { session };
}

const linkPage = lazyRouteComponent(
  online(() => import('./access/link-page.tsx')),
  'LinkPage',
);
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

/** What the board asks the API for: the week of its address, else the one that it is in the store. */
export const weekAsked = ({ week, store }: BoardSearch) => ({
  ...(week && { weekOf: weekStart(week) }),
  ...(store && { storeId: store }),
});

const board = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: (search): BoardSearch =>
    parsedSearch({
      store: id(search.store),
      week: day(search.week),
      day: day(search.day),
      view: search.view === 'tray' ? ('tray' as const) : undefined,
      q: text(search.q),
      type: EVENT_TYPES.find((type) => type === search.type),
      last: day(search.last),
      event: id(search.event),
    }),
  component: lazyRouteComponent(
    online(() => import('./board/board-page.tsx')),
    'BoardPage',
  ),
});

const dayRoute = createRoute({
  getParentRoute: () => app,
  path: '/day',
  validateSearch: (search) =>
    parsedSearch({ store: id(search.store), day: day(search.day), event: id(search.event) }),
  component: lazyRouteComponent(
    online(() => import('./day/day-page.tsx')),
    'DayPage',
  ),
});

const daySheet = createRoute({
  getParentRoute: () => app,
  path: '/day/print',
  validateSearch: (search) => parsedSearch({ store: id(search.store), day: day(search.day) }),
  component: lazyRouteComponent(
    online(() => import('./day/day-sheet.tsx')),
    'DaySheet',
  ),
});

const monthRoute = createRoute({
  getParentRoute: () => app,
  path: '/month',
  validateSearch: (search) => parsedSearch({ store: id(search.store), month: month(search.month) }),
  component: lazyRouteComponent(
    online(() => import('./month/month-page.tsx')),
    'MonthPage',
  ),
});

/** What a list of events can be ordered by: its columns. */
const EVENT_SORTS = ['due', 'name', 'type', 'condition', 'work', 'person', 'sync'] as const;

/** What the address of the events says: which ones, in which order, and what is open. */
export interface EventsSearch {
  /** Work of the last days that nobody has reported, in place of all events. */
  view?: 'unreported';
  store?: number;
  q?: string;
  type?: EventType;
  condition?: Condition;
  scheduled?: 'yes' | 'no';
  sync?: SyncState;
  /** An employee's id. */
  rep?: number;
  from?: string;
  to?: string;
  /** `from` and `to` are about the day of the plan, not about the window. */
  dates?: 'work';
  sort?: (typeof EVENT_SORTS)[number];
  desc?: true;
  /** The event whose panel is open. */
  event?: number;
}

const eventsRoute = createRoute({
  getParentRoute: () => app,
  path: '/events',
  validateSearch: (search): EventsSearch =>
    parsedSearch({
      view: search.view === 'unreported' ? ('unreported' as const) : undefined,
      store: id(search.store),
      q: text(search.q),
      type: EVENT_TYPES.find((type) => type === search.type),
      condition: CONDITIONS.find((condition) => condition === search.condition),
      scheduled: (['yes', 'no'] as const).find((answer) => answer === search.scheduled),
      sync: STATES.find((state) => state === search.sync),
      rep: id(search.rep),
      from: day(search.from),
      to: day(search.to),
      dates: search.dates === 'work' ? ('work' as const) : undefined,
      sort: EVENT_SORTS.find((sort) => sort === search.sort),
      desc: search.desc === true ? (true as const) : undefined,
      event: id(search.event),
    }),
  component: lazyRouteComponent(
    online(() => import('./events/events-page.tsx')),
    'EventsPage',
  ),
});

const people = createRoute({
  getParentRoute: () => app,
  path: '/people',
  component: lazyRouteComponent(
    online(() => import('./people/people-page.tsx')),
    'PeoplePage',
  ),
});

const week = (search: Record<string, unknown>) => parsedSearch({ week: day(search.week) });

const person = createRoute({
  getParentRoute: () => app,
  path: '/people/$id',
  validateSearch: week,
  component: lazyRouteComponent(
    online(() => import('./people/person-page.tsx')),
    'PersonPage',
  ),
});

/** For paper: nothing stands around it. */
const personWeek = createRoute({
  getParentRoute: () => root,
  path: '/people/$id/week',
  validateSearch: week,
  beforeLoad: signedIn,
  errorComponent: StartFailed,
  component: lazyRouteComponent(
    online(() => import('./people/week-sheet.tsx')),
    'WeekSheet',
  ),
});

const importPeople = createRoute({
  getParentRoute: () => app,
  path: '/people/import',
  component: lazyRouteComponent(
    online(() => import('./people/import-people-page.tsx')),
    'ImportPeoplePage',
  ),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyRouteComponent(
    online(() => import('./settings/settings-page.tsx')),
    'SettingsPage',
  ),
});

const importRoute = createRoute({
  getParentRoute: () => app,
  path: '/import',
  component: lazyRouteComponent(
    online(() => import('./csv-import/import-page.tsx')),
    'ImportPage',
  ),
});

const keyOf = <Key extends string>(words: Record<Key, string>, value: unknown): Key | undefined =>
  typeof value === 'string' && Object.hasOwn(words, value) ? (value as Key) : undefined;

const activitySearch = (search: Record<string, unknown>): ActivitySearch =>
  parsedSearch({
    store: id(search.store),
    tab: keyOf({ history: '', refreshes: '' }, search.tab),
    show: keyOf(UNSETTLED, search.show),
    reason: text(search.reason),
    kind: keyOf(HISTORY, search.kind),
    person: id(search.person),
    by: text(search.by),
    day: day(search.day),
    event: id(search.event),
  });

const activity = createRoute({
  getParentRoute: () => app,
  path: '/activity',
  validateSearch: activitySearch,
  component: lazyRouteComponent(
    online(() => import('./activity/activity-page.tsx')),
    'ActivityPage',
  ),
});

/** Its address of old. */
const attention = createRoute({
  getParentRoute: () => app,
  path: '/attention',
  validateSearch: (search) => parsedSearch({ state: text(search.state), event: id(search.event) }),
  beforeLoad: ({ search: { state, event } }) => {
    throw redirect({ to: '/activity', search: activitySearch({ show: state, event }), replace: true });
  },
});

const account = createRoute({
  getParentRoute: () => app,
  path: '/account',
  component: lazyRouteComponent(
    online(() => import('./access/account-page.tsx')),
    'AccountPage',
  ),
});

const users = createRoute({
  getParentRoute: () => app,
  path: '/users',
  component: lazyRouteComponent(
    online(() => import('./access/users-page.tsx')),
    'UsersPage',
  ),
});

const audit = createRoute({
  getParentRoute: () => app,
  path: '/audit',
  validateSearch: (search): AuditSearch =>
    parsedSearch({
      store: id(search.store),
      q: text(search.q),
      by: text(search.by),
      kind: keyOf(KINDS, search.kind),
      object: keyOf(OBJECTS, search.object),
      id: text(search.id),
      from: day(search.from),
      to: day(search.to),
      event: id(search.event),
    }),
  component: lazyRouteComponent(
    online(() => import('./audit/audit-page.tsx')),
    'AuditPage',
  ),
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
