import { z } from 'zod';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { eventFilter, id, version } from '../trpc/schemas.ts';
import { exportCsv, exportEvents } from './export.ts';
import { importCsv, previewImport } from './import.ts';
import { lengthenCores, shortenedCores } from './shortened.ts';

/** Some 20,000 rows. */
const LONGEST_FILE = 4_000_000;
const MOST_CHOSEN = 30_000;

const file = z
  .string('must be the text of a CSV file')
  .max(LONGEST_FILE, 'is too long: 4 MB is the most, split the file');

const STATUSES = ['new', 'changed', 'same', 'error'] as const;
const count = z.int().min(0);

export const csvRouter = router({
  /**
   * What importing a file would do: how many rows are of each kind, how many would break a rule, and a page of them, those of
   * one kind, those that break a rule, or all. Writes nothing. A mutation only because a file is too long for a URL.
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
    .mutation(({ ctx, input }) => previewImport(ctx.backend.db, input.text, input)),

  /**
   * Imports a file, or the chosen rows of it (numbers as in the preview): all of them or none. `allBut` leaves out rows with
   * errors too, and is refused where the file would no longer do what the preview counted.
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

  /** Cores that an import of an earlier version shortened, and what {@link lengthen} would do with each. */
  shortened: dispatcherProcedure.query(({ ctx }) => shortenedCores(ctx.backend.db)),

  /** Sets shortened Cores to their full length; see lengthenCores. */
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

  /** The text of a CSV file: what is scheduled, or what is still to be. */
  export: viewerProcedure
    .input(z.strictObject({ storeId: id.optional(), kind: z.enum(['scheduled', 'unscheduled']) }))
    .query(({ ctx, input }) => exportCsv(ctx.backend.db, input)),

  /** The text of a CSV file: all that a list of events shows. */
  exportEvents: viewerProcedure
    .input(z.strictObject(eventFilter))
    .query(({ ctx, input }) => exportEvents(ctx.backend.db, input)),
});
