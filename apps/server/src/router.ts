import { accessRouter } from './access/access-router.ts';
import { accountRouter } from './access/account-router.ts';
import { usersRouter } from './access/users-router.ts';
import { auditRouter } from './activity/audit-router.ts';
import { activityRouter } from './activity/router.ts';
import { attendanceRouter } from './attendance/router.ts';
import { dayRouter } from './board/day-router.ts';
import { monthRouter } from './board/month-router.ts';
import { boardRouter } from './board/router.ts';
import { feedsRouter } from './calendars/router.ts';
import { csvRouter } from './csv/router.ts';
import { repsRouter } from './employees/reps-router.ts';
import { employeesRouter } from './employees/router.ts';
import { eventsRouter } from './events/router.ts';
import { notesRouter } from './notes/router.ts';
import { packetsRouter } from './packets/router.ts';
import { planRouter } from './planning/router.ts';
import { reportsRouter } from './reports/router.ts';
import { schedulesRouter } from './schedules/router.ts';
import { storesRouter } from './stores/router.ts';
import { settingsRouter } from './stores/settings-router.ts';
import { syncRouter } from './sync/router.ts';
import { router } from './trpc/procedures.ts';
import { verificationRouter } from './verification/router.ts';

/** Every operation of the public API. */
export const appRouter = router({
  activity: activityRouter,
  access: accessRouter,
  account: accountRouter,
  attendance: attendanceRouter,
  audit: auditRouter,
  board: boardRouter,
  csv: csvRouter,
  day: dayRouter,
  employees: employeesRouter,
  events: eventsRouter,
  feeds: feedsRouter,
  month: monthRouter,
  notes: notesRouter,
  packets: packetsRouter,
  plan: planRouter,
  reports: reportsRouter,
  reps: repsRouter,
  schedules: schedulesRouter,
  settings: settingsRouter,
  stores: storesRouter,
  sync: syncRouter,
  users: usersRouter,
  verification: verificationRouter,
});

export type AppRouter = typeof appRouter;
export type * from './access/types.ts';
export type * from './activity/types.ts';
export type * from './attendance/types.ts';
export type * from './board/types.ts';
export type { CalendarFeed, NewCalendarFeed } from './calendars/types.ts';
export type { ForeignChange, RefusalReason } from './core/errors.ts';
export type * from './csv/types.ts';
export type * from './employees/types.ts';
export type * from './events/types.ts';
export type * from './notes/types.ts';
export type * from './packets/types.ts';
export type * from './planning/types.ts';
export type * from './reports/types.ts';
export type * from './schedules/types.ts';
export type * from './stores/types.ts';
export type * from './sync/types.ts';
export type * from './verification/types.ts';
