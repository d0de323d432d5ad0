import { USER_ROLES } from '@scheduler/db';
import { z } from 'zod';
import { adminProcedure, router } from '../trpc/procedures.ts';
import { email, id, text, userId, version } from '../trpc/schemas.ts';
import { endSession, openSessions } from './account.ts';
import {
  disableUser,
  enableUser,
  inviteUser,
  listUsers,
  makeResetLink,
  setRole,
  setStores,
  withdrawInvitation,
} from './users.ts';

const role = z.enum(USER_ROLES);
const edited = { userId, version };
/** The stores of a user; null for all stores. */
const storeIds = z
  .array(id)
  .min(1, 'must name a store at least')
  .max(500, 'must be 500 stores at most')
  .nullable();

/** The users and their roles. */
export const usersRouter = router({
  list: adminProcedure.query(({ ctx }) => listUsers(ctx.backend.db)),

  /** Only this answer contains the link. */
  invite: adminProcedure
    .input(z.strictObject({ email, name: text(120), role, storeIds: storeIds.default(null) }))
    .mutation(({ ctx, input }) => inviteUser(ctx.backend.db, ctx.actor, input)),

  withdrawInvitation: adminProcedure
    .input(z.strictObject({ invitationId: id }))
    .mutation(({ ctx, input }) => withdrawInvitation(ctx.backend.db, ctx.actor, input.invitationId)),

  setRole: adminProcedure
    .input(z.strictObject({ ...edited, role }))
    .mutation(({ ctx, input }) => setRole(ctx.backend.db, ctx.actor, input)),

  /** Sets the stores that a user may see and plan. */
  setStores: adminProcedure
    .input(z.strictObject({ ...edited, storeIds }))
    .mutation(({ ctx, input }) => setStores(ctx.backend.db, ctx.actor, input)),

  disable: adminProcedure
    .input(z.strictObject(edited))
    .mutation(({ ctx, input }) => disableUser(ctx.backend.db, ctx.actor, input)),

  enable: adminProcedure
    .input(z.strictObject(edited))
    .mutation(({ ctx, input }) => enableUser(ctx.backend.db, ctx.actor, input)),

  /** Only this answer contains the link. */
  resetLink: adminProcedure
    .input(z.strictObject({ userId }))
    .mutation(({ ctx, input }) => makeResetLink(ctx.backend.db, ctx.actor, input.userId)),

  sessions: adminProcedure
    .input(z.strictObject({ userId }))
    .query(({ ctx, input }) =>
      openSessions(ctx.backend.db, { userId: input.userId, asking: ctx.user.sessionId }),
    ),

  endSession: adminProcedure
    .input(z.strictObject({ sessionId: userId }))
    .mutation(({ ctx, input }) => endSession(ctx.backend.db, ctx.actor, input)),
});
