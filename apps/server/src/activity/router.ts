import { z } from 'zod';
import { router, viewerProcedure } from '../trpc/procedures.ts';
import { id, searchTerm, workDate } from '../trpc/schemas.ts';
import { attention, UNSETTLED_KINDS } from './attention.ts';
import { actors, HISTORY_KINDS, history } from './history.ts';

export const activityRouter = router({
  /** What isn't settled with Crossmark: counts by kind and one page of those asked for, and who can't be told to it. */
  attention: viewerProcedure
    .input(
      z.strictObject({
        storeId: id.optional(),
        kind: z.enum(UNSETTLED_KINDS).optional(),
        reason: searchTerm(2000).optional(),
        limit: z.int().min(1).max(500).default(100),
        offset: z.int().min(0).max(1_000_000).default(0),
      }),
    )
    .query(({ ctx, input }) => attention(ctx.backend.db, input)),

  /** Who did what, and what the sync brought about; `cursor` is the `next` of the page before. */
  history: viewerProcedure
    .input(
      z.strictObject({
        storeId: id.optional(),
        kind: z.enum(HISTORY_KINDS).optional(),
        /** Whose work it is about. */
        employeeId: id.optional(),
        /** Who did it. */
        actorId: searchTerm(100).optional(),
        day: workDate.optional(),
        cursor: z
          .string()
          .regex(/^\d{1,15}\.\d{1,15}$/, 'must be the end of a page')
          .optional(),
        /** Sent along by the web client; there is only one. */
        direction: z.literal('forward').optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(({ ctx, input }) => history(ctx.backend.db, input)),

  /** Whoever may have done something: users and Crossmark. */
  actors: viewerProcedure.query(({ ctx }) => actors(ctx.backend.db)),
});
