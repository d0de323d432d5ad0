import { addDays, daysBetween, weekStart } from '@scheduler/scheduling';
import { z } from 'zod';
import { router, viewerProcedure } from '../trpc/procedures.ts';
import { id, workDate } from '../trpc/schemas.ts';
import { reportCsv, reportOf } from './report.ts';

const MOST_WEEKS = 53;

const range = {
  storeId: id.optional(),
  from: workDate,
  to: workDate,
  publishedDaysBefore: z
    .int('must be a whole number')
    .min(0, 'must be from 0 to 28')
    .max(28, 'must be from 0 to 28')
    .default(3),
};

const daysOrder = {
  check: ({ from, to }: { from: string; to: string }) => from <= to,
  path: ['to'],
  error: 'must not be before the first day',
};
const mostWeeks = {
  check: ({ from, to }: { from: string; to: string }) =>
    daysBetween(weekStart(from), addDays(weekStart(to), 7)) <= MOST_WEEKS * 7,
  path: ['to'],
  error: `must be within ${MOST_WEEKS} weeks`,
};

export const reportsRouter = router({
  /** The figures of a store's work in whole weeks, by week and by person. */
  get: viewerProcedure
    .input(z.strictObject(range).refine(daysOrder.check, daysOrder).refine(mostWeeks.check, mostWeeks))
    .query(({ ctx, input }) => reportOf(ctx.backend.db, input)),

  /** The same as a CSV file, with a row for each person or for each week. */
  export: viewerProcedure
    .input(
      z
        .strictObject({ ...range, by: z.enum(['person', 'week']) })
        .refine(daysOrder.check, daysOrder)
        .refine(mostWeeks.check, mostWeeks),
    )
    .query(({ ctx, input }) => reportCsv(ctx.backend.db, input)),
});
