import { z } from 'zod';
import { id, month } from '../input.ts';
import { monthView } from '../month.ts';
import { router, viewerProcedure } from '../trpc.ts';

export const monthRouter = router({
  /** A month of a store in whole weeks: counts per type and day, and where unscheduled work is due. */
  get: viewerProcedure
    .input(z.strictObject({ storeId: id.optional(), month }))
    .query(({ ctx, input }) => monthView(ctx.backend.db, input)),
});
