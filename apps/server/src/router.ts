import { accessRouter } from './routers/access.ts';
import { accountRouter } from './routers/account.ts';
import { activityRouter } from './routers/activity.ts';
import { auditRouter } from './routers/audit.ts';
import { boardRouter } from './routers/board.ts';
import { csvRouter } from './routers/csv.ts';
import { dayRouter } from './routers/day.ts';
import { employeesRouter } from './routers/employees.ts';
import { eventsRouter } from './routers/events.ts';
import { monthRouter } from './routers/month.ts';
import { repsRouter } from './routers/reps.ts';
import { schedulesRouter } from './routers/schedules.ts';
import { settingsRouter } from './routers/settings.ts';
import { storesRouter } from './routers/stores.ts';
import { syncRouter } from './routers/sync.ts';
import { usersRouter } from './routers/users.ts';
import { router } from './trpc.ts';

/** Every operation of the public API. */
export const appRouter = router({
  activity: activityRouter,
  access: accessRouter,
  account: accountRouter,
  audit: auditRouter,
  board: boardRouter,
  csv: csvRouter,
  day: dayRouter,
  employees: employeesRouter,
  events: eventsRouter,
  month: monthRouter,
  reps: repsRouter,
  schedules: schedulesRouter,
  settings: settingsRouter,
  stores: storesRouter,
  sync: syncRouter,
  users: usersRouter,
});

export type AppRouter = typeof appRouter;
export type { ForeignChange, RefusalReason } from './refusal.ts';
export type * from './views.ts';
