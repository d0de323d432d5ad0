import { z } from 'zod';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { eventFilter, id, version } from '../trpc/schemas.ts';
import { exportCsv, exportEvents } from './export.ts';
import { importCsv, previewImport } from './import.ts';
import { lengthenCores, shortenedCores } from './shortened.ts';

/** About 20,000 rows. */
const LONGEST_FILE = 4_000_000;
const MOST_CHOSEN = 30_000;

const file = z
  .string('must be the text of a CSV file')
  .max(LONGEST_FILE, 'is too long: 4 MB is the most, split the file');

const STATUSES = ['new', 'changed', 'same', 'error'] as const;
const count = z.int().min(0);

export const csvRouter = router({
  /**
   * Previews an import: the numbers of rows by status, the number that would break a rule, and a
   * page of rows (of one status, of those that break a rule, or of all). Writes nothing. It is a
   * mutation only because a file is too long for a URL.
   */
  preview: dispatcherProcedure
    .input(
      z.strictObject({
        text: file,
        status: z.enum(STATUSES).optional(),
        breaking: z.boolean().optional(),
        after: id.optional(),
      }),
    )
    .mutation(({ ctx, input }) =>
      previewImport(ctx.backend.db, input.text, { ...input, scope: ctx.user.storeIds }),
    ),

  /**
   * Imports a file, or the selected rows of it (numbers as in the preview): all of them or none.
   * `allBut` also leaves out invalid rows, and is refused if the file no longer has the effect that
   * its preview counted.
   */
  import: dispatcherProcedure
    .input(
      z.strictObject({
        text: file,
        rows: z.array(id).max(MOST_CHOSEN).optional(),
        allBut: z
          .strictObject({
            rows: z.array(id).max(MOST_CHOSEN),
            counts: z.strictObject({ new: count, changed: count, same: count, error: count }),
          })
          .optional(),
      }),
    )
    .mutation(({ ctx, input }) => importCsv(ctx.backend.db, ctx.actor, input)),

  /**
   * Cores that an import of an earlier version shortened, and what {@link lengthen} would do with
   * each.
   */
  shortened: dispatcherProcedure.query(({ ctx }) => shortenedCores(ctx.backend.db, ctx.user.storeIds)),

  /** Restores the full length of shortened Cores; see lengthenCores. */
  lengthen: dispatcherProcedure
    .input(
      z.strictObject({
        cores: z
          .array(
            z.strictObject({
              eventId: id,
              schedule: z.strictObject({ scheduleId: id, version }).nullable(),
            }),
          )
          .min(1, 'must name one Core at least')
          .max(500, 'must name 500 Cores at most'),
      }),
    )
    .mutation(({ ctx, input }) => lengthenCores(ctx.backend.db, ctx.actor, input.cores)),

  /** Returns a CSV file of the scheduled or the unscheduled events. */
  export: viewerProcedure
    .input(z.strictObject({ storeId: id.optional(), kind: z.enum(['scheduled', 'unscheduled']) }))
    .query(({ ctx, input }) => exportCsv(ctx.backend.db, input)),

  /** Returns a CSV file of an event list. */
  exportEvents: viewerProcedure
    .input(z.strictObject(eventFilter))
    .query(({ ctx, input }) => exportEvents(ctx.backend.db, input)),
});
