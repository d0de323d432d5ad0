import { accessRouter } from './routers/access.ts';
import { accountRouter } from './routers/account.ts';
import { boardRouter } from './routers/board.ts';
import { csvRouter } from './routers/csv.ts';
import { employeesRouter } from './routers/employees.ts';
import { eventsRouter } from './routers/events.ts';
import { schedulesRouter } from './routers/schedules.ts';
import { storesRouter } from './routers/stores.ts';
import { syncRouter } from './routers/sync.ts';
import { usersRouter } from './routers/users.ts';
import { router } from './trpc.ts';

/** Every operation of the public API. */
export const appRouter = router({
  access: accessRouter,
  account: accountRouter,
  board: boardRouter,
  csv: csvRouter,
  employees: employeesRouter,
  events: eventsRouter,
  schedules: schedulesRouter,
  stores: storesRouter,
  sync: syncRouter,
  users: usersRouter,
});

export type AppRouter = typeof appRouter;
export type { ForeignChange, RefusalReason } from './refusal.ts';
export type * from './views.ts';
