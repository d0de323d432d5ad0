import { z } from 'zod';
import { adminProcedure, dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id } from '../trpc/schemas.ts';
import { getFeed, makeFeed, revokeFeed } from './feeds.ts';

/** The address that the user saw; null for none. */
const replaces = id.nullable();

/** Procedures for the addresses of calendar feeds. The calendars themselves are read at `/api/feeds`. */
export const feedsRouter = router({
  ofPerson: viewerProcedure
    .input(z.strictObject({ employeeId: id }))
    .query(({ ctx, input }) => getFeed(ctx.backend.db, input)),

  /** Only this answer contains the token. The address that is replaced ends. */
  makeOfPerson: dispatcherProcedure
    .input(z.strictObject({ employeeId: id, replaces }))
    .mutation(({ ctx, input: { employeeId, replaces } }) =>
      makeFeed(ctx.backend.db, ctx.actor, { subject: { employeeId }, replaces }),
    ),

  revokeOfPerson: dispatcherProcedure
    .input(z.strictObject({ employeeId: id, feedId: id }))
    .mutation(({ ctx, input: { employeeId, feedId } }) =>
      revokeFeed(ctx.backend.db, ctx.actor, { subject: { employeeId }, feedId }),
    ),

  ofStore: adminProcedure
    .input(z.strictObject({ storeId: id }))
    .query(({ ctx, input }) => getFeed(ctx.backend.db, input)),

  /** Only this answer contains the token. The address that is replaced ends. */
  makeOfStore: adminProcedure
    .input(z.strictObject({ storeId: id, replaces }))
    .mutation(({ ctx, input: { storeId, replaces } }) =>
      makeFeed(ctx.backend.db, ctx.actor, { subject: { storeId }, replaces }),
    ),

  revokeOfStore: adminProcedure
    .input(z.strictObject({ storeId: id, feedId: id }))
    .mutation(({ ctx, input: { storeId, feedId } }) =>
      revokeFeed(ctx.backend.db, ctx.actor, { subject: { storeId }, feedId }),
    ),
});
