import { createRoute, createRouter, redirect } from '@tanstack/react-router';
import { activitySearch, attentionSearch } from './activity/activity-search.ts';
import { auditSearch } from './audit/audit-search.ts';
import { boardSearch } from './board/board-search.ts';
import { daySearch, daySheetSearch } from './day/day-search.ts';
import { app, join, root, setUp, signIn } from './entrance.tsx';
import { eventsSearch } from './events/events-search.ts';
import { lazyComponent } from './lib/load.ts';
import { monthSearch } from './month/month-search.ts';
import { peopleSearch, personSearch, sheetsSearch } from './people/person-search.ts';
import { reportsSearch } from './reports/reports-search.ts';
import { PageFailed } from './shell/starting.tsx';
import { checksSearch } from './verification/checks-search.ts';

const board = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: boardSearch,
  component: lazyComponent(() => import('./board/board-page.tsx'), 'BoardPage'),
});

const weekPrint = createRoute({
  getParentRoute: () => app,
  path: '/week/print',
  validateSearch: boardSearch,
  component: lazyComponent(() => import('./paper/wall-page.tsx'), 'WallPage'),
});

const dayRoute = createRoute({
  getParentRoute: () => app,
  path: '/day',
  validateSearch: daySearch,
  component: lazyComponent(() => import('./day/day-page.tsx'), 'DayPage'),
});

const checks = createRoute({
  getParentRoute: () => app,
  path: '/checks',
  validateSearch: checksSearch,
  component: lazyComponent(() => import('./verification/checks-page.tsx'), 'ChecksPage'),
});

const daySheet = createRoute({
  getParentRoute: () => app,
  path: '/day/print',
  validateSearch: daySheetSearch,
  component: lazyComponent(() => import('./paper/day-sheet.tsx'), 'DaySheet'),
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
  validateSearch: peopleSearch,
  component: lazyComponent(() => import('./people/people-page.tsx'), 'PeoplePage'),
});

const person = createRoute({
  getParentRoute: () => app,
  path: '/people/$id',
  validateSearch: personSearch,
  component: lazyComponent(() => import('./people/person-page.tsx'), 'PersonPage'),
});

const personPrint = createRoute({
  getParentRoute: () => app,
  path: '/people/$id/print',
  validateSearch: sheetsSearch,
  component: lazyComponent(() => import('./paper/person-sheets-page.tsx'), 'PersonSheetPage'),
});

const peoplePrint = createRoute({
  getParentRoute: () => app,
  path: '/people/print',
  validateSearch: sheetsSearch,
  component: lazyComponent(() => import('./paper/person-sheets-page.tsx'), 'AllSheetsPage'),
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

/** The former address of the activity page. */
const attention = createRoute({
  getParentRoute: () => app,
  path: '/attention',
  validateSearch: attentionSearch,
  beforeLoad: ({ search: { state, event } }) => {
    throw redirect({ to: '/activity', search: activitySearch({ show: state, event }), replace: true });
  },
});

const reports = createRoute({
  getParentRoute: () => app,
  path: '/reports',
  validateSearch: reportsSearch,
  component: lazyComponent(() => import('./reports/reports-page.tsx'), 'ReportsPage'),
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
    app.addChildren([
      board,
      weekPrint,
      dayRoute,
      checks,
      daySheet,
      monthRoute,
      eventsRoute,
      people,
      person,
      personPrint,
      peoplePrint,
      importPeople,
      importRoute,
      activity,
      reports,
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
  // By default, what is shown while a page loads stays for half a second, even if the page is there.
  defaultPendingMinMs: 0,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
