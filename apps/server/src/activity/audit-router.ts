import { z } from 'zod';
import { adminProcedure, router } from '../trpc/procedures.ts';
import { id, text, workDate } from '../trpc/schemas.ts';
import { AUDIT_KINDS, AUDIT_OBJECTS, auditActors, auditPage } from './audit-search.ts';

/** Filters of the audit log. An absent field doesn't filter. */
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

/**
 * Reads the audit log; for admins. The export has an address of its own, `/api/audit.csv`, because
 * it is a stream.
 */
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
        /** The web client sends this field; `forward` is its only value. */
        direction: z.literal('forward').optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(({ ctx, input }) => auditPage(ctx.backend.db, input)),

  actors: adminProcedure.query(({ ctx }) => auditActors(ctx.backend.db)),
});
