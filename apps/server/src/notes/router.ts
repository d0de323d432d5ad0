import { z } from 'zod';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id, lines, version, workDate } from '../trpc/schemas.ts';
import { noteOn, notesBetween, saveNote } from './notes.ts';

const subject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('event'), eventId: id }),
  z.strictObject({ kind: z.literal('person'), employeeId: id }),
  z.strictObject({ kind: z.literal('day'), storeId: id, day: workDate }),
]);

export const notesRouter = router({
  get: viewerProcedure
    .input(z.strictObject({ subject }))
    .query(({ ctx, input }) => noteOn(ctx.backend.db, input.subject)),

  /** The notes that a page of some days shows, both days included. */
  list: viewerProcedure
    .input(
      z
        .strictObject({ storeId: id.optional(), from: workDate, to: workDate })
        .refine(({ from, to }) => from <= to, {
          path: ['to'],
          error: 'must not be before the first day',
        }),
    )
    .query(({ ctx, input }) => notesBetween(ctx.backend.db, input)),

  /** Writes, replaces or (null) removes a note. `version` is null where there is none yet. */
  save: dispatcherProcedure
    .input(z.strictObject({ subject, version: version.nullable(), text: lines(1_000).nullable() }))
    .mutation(({ ctx, input }) => saveNote(ctx.backend.db, ctx.actor, input)),
});
