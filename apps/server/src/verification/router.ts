import { daysBetween } from '@scheduler/scheduling';
import { z } from 'zod';
import { router, viewerProcedure } from '../trpc/procedures.ts';
import { id, workDate } from '../trpc/schemas.ts';
import { verifiedDays } from './days.ts';

const MOST_DAYS = 31;

export const verificationRouter = router({
  /**
   * Some days of a store with their checks and scores. Without a store, the first one. With a plan
   * that waits for review, the days as they would be with its ticked lines.
   */
  days: viewerProcedure
    .input(
      z
        .strictObject({
          storeId: id.optional(),
          fromDay: workDate,
          toDay: workDate,
          proposalId: id.optional(),
        })
        .refine(({ fromDay, toDay }) => fromDay <= toDay, {
          path: ['toDay'],
          message: 'must not be before fromDay',
        })
        .refine(({ fromDay, toDay }) => daysBetween(fromDay, toDay) < MOST_DAYS, {
          path: ['toDay'],
          message: `must be at most ${MOST_DAYS} days, the first included`,
        }),
    )
    .query(({ ctx, input }) => verifiedDays(ctx.backend.db, input, ctx.user.storeIds)),
});
