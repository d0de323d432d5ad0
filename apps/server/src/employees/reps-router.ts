import { z } from 'zod';
import { dispatcherProcedure, everyStoreProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id, version } from '../trpc/schemas.ts';
import { importReps, linkEmployee, listReps, previewImport, readReps } from './reps.ts';

const repId = z.string('must be text').regex(/^\d{1,12}$/, 'must be digits, such as 123456');

export const repsRouter = router({
  /** Crossmark's reps as of the latest read, without those of people in stores that the user may not see. */
  list: viewerProcedure.query(({ ctx }) => listReps(ctx.backend.db, ctx.user.storeIds)),

  /** Queues a new read of the list, or returns the one in progress. */
  read: everyStoreProcedure.mutation(({ ctx }) => readReps(ctx.backend.db, ctx.actor)),

  /** Returns what an import would do with each rep. Writes nothing. */
  preview: viewerProcedure
    .input(z.strictObject({ storeId: id.optional() }).default({}))
    .query(({ ctx, input }) => previewImport(ctx.backend.db, input, ctx.user.storeIds)),

  /**
   * Imports the selected reps, all or none: as new people, or into the person that the preview
   * named.
   */
  import: dispatcherProcedure
    .input(
      z.strictObject({
        storeId: id.optional(),
        choices: z
          .array(z.strictObject({ repId, employeeId: id.nullable() }))
          .min(1, 'must name a rep')
          .max(1000, 'must be 1000 reps at most'),
      }),
    )
    .mutation(({ ctx, input }) => importReps(ctx.backend.db, ctx.actor, input)),

  /** Links a person to a rep. */
  link: dispatcherProcedure
    .input(z.strictObject({ employeeId: id, version, repId }))
    .mutation(({ ctx, input }) => linkEmployee(ctx.backend.db, ctx.actor, input)),
});
