import { z } from 'zod';
import { previewReassignment, reassign } from '../schedules/reassign.ts';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id, version, workDate } from '../trpc/schemas.ts';
import { dayBoard } from './day.ts';

export const dayRouter = router({
  /** One day of a store: its work, its slots and its checks. Without a store, the first one. */
  get: viewerProcedure
    .input(z.strictObject({ storeId: id.optional(), day: workDate }))
    .query(({ ctx, input }) => dayBoard(ctx.backend.db, input, ctx.user.storeIds)),

  /**
   * Returns what `reassign` would do with a day's short work, all of it or one person's. Writes
   * nothing.
   */
  reassignPreview: dispatcherProcedure
    .input(
      z.strictObject({
        storeId: id.optional(),
        day: workDate,
        fromEmployeeId: id.optional(),
        toEmployeeId: id,
      }),
    )
    .query(({ ctx, input }) => previewReassignment(ctx.backend.db, input)),

  /**
   * Gives schedules of short work to another Lead or Club Supervisor. A schedule that a rule
   * forbids stays unchanged, and the answer has the reason.
   */
  reassign: dispatcherProcedure
    .input(
      z.strictObject({
        toEmployeeId: id,
        schedules: z
          .array(z.strictObject({ scheduleId: id, version }))
          .min(1, 'must name one schedule at least')
          .max(500, 'must name 500 schedules at most'),
      }),
    )
    .mutation(({ ctx, input }) => reassign(ctx.backend.db, ctx.actor, input)),
});
