import { z } from 'zod';
import { router, viewerProcedure } from '../trpc/procedures.ts';
import { id, password, time, userId } from '../trpc/schemas.ts';
import { changePassword, endSession, openSessions } from './account.ts';
import { ownDigests, setDigest } from './digests.ts';

/** A user's own password, sessions and digests; open to every role. */
export const accountRouter = router({
  sessions: viewerProcedure.query(({ ctx }) =>
    openSessions(ctx.backend.db, { userId: ctx.user.id, asking: ctx.user.sessionId }),
  ),

  endSession: viewerProcedure
    .input(z.strictObject({ sessionId: userId }))
    .mutation(({ ctx, input }) =>
      endSession(ctx.backend.db, ctx.actor, { sessionId: input.sessionId, of: ctx.user.id }),
    ),

  /** The digests of the next days that the user gets by e-mail. */
  digests: viewerProcedure.query(({ ctx }) => ownDigests(ctx.backend.db, ctx.user)),

  /** Sets when the user gets a store's digest; a time of null turns it off. */
  setDigest: viewerProcedure
    .input(z.strictObject({ storeId: id, sendAt: time.nullable() }))
    .mutation(({ ctx, input }) => setDigest(ctx.backend.db, ctx.actor, input)),

  changePassword: viewerProcedure
    .input(z.strictObject({ current: password, password }))
    .mutation(({ ctx, input }) => changePassword(ctx.backend.db, ctx.user, ctx.actor, input)),
});
