import { z } from 'zod';
import { adminProcedure, router } from '../trpc/procedures.ts';
import { id, text, workDate } from '../trpc/schemas.ts';
import { AUDIT_KINDS, AUDIT_OBJECTS, auditActors, auditPage } from './audit-search.ts';

/** Fields that narrow the audit log down; what is absent doesn't narrow. */
export const auditFilter = {
  storeId: id.optional(),
  text: text(100).optional(),
  actorId: text(100).optional(),
  kind: z.enum(AUDIT_KINDS).optional(),
  object: z.enum(AUDIT_OBJECTS).optional(),
  objectId: text(200).optional(),
  from: workDate.optional(),
  to: workDate.optional(),
};

/** Who did what, for admins. Its export is an address of its own, for it is a stream: `/api/audit.csv`. */
export const auditRouter = router({
  list: adminProcedure
    .input(
      z.strictObject({
        ...auditFilter,
        cursor: z
          .string()
          .regex(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z_\d{1,15}$/, 'must be the end of a page')
          .refine(
            (cursor) => !Number.isNaN(Date.parse(cursor.split('_')[0] ?? '')),
            'must be the end of a page',
          )
          .optional(),
        /** Sent along by the web client; there is only one. */
        direction: z.literal('forward').optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(({ ctx, input }) => auditPage(ctx.backend.db, input)),

  actors: adminProcedure.query(({ ctx }) => auditActors(ctx.backend.db)),
});
