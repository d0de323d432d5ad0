import { z } from 'zod';
import { router, viewerProcedure } from '../trpc/procedures.ts';
import { id, workDate } from '../trpc/schemas.ts';
import { weekBoard } from './week.ts';

export const boardRouter = router({
  /**
   * One week of a store: people, schedules and unscheduled events. Without a store, the first one;
   * without a week, the current one in the store's zone.
   */
  week: viewerProcedure
    .input(z.strictObject({ storeId: id.optional(), weekOf: workDate.optional() }))
    .query(({ ctx, input }) => weekBoard(ctx.backend.db, input, ctx.user.storeIds)),
});
