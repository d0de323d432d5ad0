import { z } from 'zod';
import { router, viewerProcedure } from '../trpc/procedures.ts';
import { password, userId } from '../trpc/schemas.ts';
import { changePassword, endSession, openSessions } from './account.ts';

/** A user's own password and sessions; open to every role. */
export const accountRouter = router({
  sessions: viewerProcedure.query(({ ctx }) =>
    openSessions(ctx.backend.db, { userId: ctx.user.id, asking: ctx.user.sessionId }),
  ),

  endSession: viewerProcedure
    .input(z.strictObject({ sessionId: userId }))
    .mutation(({ ctx, input }) =>
      endSession(ctx.backend.db, ctx.actor, { sessionId: input.sessionId, of: ctx.user.id }),
    ),

  changePassword: viewerProcedure
    .input(z.strictObject({ current: password, password }))
    .mutation(({ ctx, input }) => changePassword(ctx.backend.db, ctx.user, ctx.actor, input)),
});
