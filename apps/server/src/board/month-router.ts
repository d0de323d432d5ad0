import { z } from 'zod';
import { router, viewerProcedure } from '../trpc/procedures.ts';
import { id, month } from '../trpc/schemas.ts';
import { monthView } from './month.ts';

export const monthRouter = router({
  /**
   * A month of a store in whole weeks: counts per type and day, and due days of unscheduled work.
   */
  get: viewerProcedure
    .input(z.strictObject({ storeId: id.optional(), month }))
    .query(({ ctx, input }) => monthView(ctx.backend.db, input)),
});
