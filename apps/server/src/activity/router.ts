import { z } from 'zod';
import { router, viewerProcedure } from '../trpc/procedures.ts';
import { id, searchTerm, workDate } from '../trpc/schemas.ts';
import { attention, UNSETTLED_KINDS } from './attention.ts';
import { eventHistory } from './event-history.ts';
import { actors, HISTORY_KINDS, history } from './history.ts';

export const activityRouter = router({
  /**
   * The events that aren't settled with Crossmark, as counts by kind and one page of the requested
   * kind, and the people whose work can't be sent to it.
   */
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

  /** Actions of people and outcomes of the sync. `cursor` is the `next` of the previous page. */
  history: viewerProcedure
    .input(
      z.strictObject({
        storeId: id.optional(),
        kind: z.enum(HISTORY_KINDS).optional(),
        /** The person whose work it concerns. */
        employeeId: id.optional(),
        /** The actor. */
        actorId: searchTerm(100).optional(),
        day: workDate.optional(),
        cursor: z
          .string()
          .regex(/^\d{1,15}\.\d{1,15}$/, 'must be the end of a page')
          .optional(),
        /** The web client sends this field; `forward` is its only value. */
        direction: z.literal('forward').optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(({ ctx, input }) => history(ctx.backend.db, input, ctx.user.storeIds)),

  /** What was done to one event and its schedules, newest first. */
  ofEvent: viewerProcedure
    .input(
      z.strictObject({
        eventId: id,
        /** The `next` of the previous page. */
        cursor: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
        /** The web client sends this field; `forward` is its only value. */
        direction: z.literal('forward').optional(),
        limit: z.int().min(1).max(100).default(20),
      }),
    )
    .query(({ ctx, input }) => eventHistory(ctx.backend.db, input)),

  /** The possible actors: users and Crossmark. */
  actors: viewerProcedure.query(({ ctx }) => actors(ctx.backend.db, ctx.user.storeIds)),
});
