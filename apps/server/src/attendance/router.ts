import { ATTENDANCE_STATUSES } from '@scheduler/scheduling';
import { z } from 'zod';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id, month, text, version, workDate } from '../trpc/schemas.ts';
import { attendanceCsv, attendanceMonth, recordAttendance, removeAttendance } from './attendance.ts';

/** Of all people of a store (by default the first one), or of one of them. */
const ofMonth = { storeId: id.optional(), month, employeeId: id.optional() };

export const attendanceRouter = router({
  month: viewerProcedure
    .input(z.strictObject(ofMonth))
    .query(({ ctx, input }) => attendanceMonth(ctx.backend.db, input)),

  /** Returns a CSV file of a month. */
  export: viewerProcedure
    .input(z.strictObject(ofMonth))
    .query(({ ctx, input }) => attendanceCsv(ctx.backend.db, input)),

  /** Records a person's day. `version` is that of the record it replaces, null if there is none. */
  record: dispatcherProcedure
    .input(
      z.strictObject({
        employeeId: id,
        day: workDate,
        version: version.nullable(),
        status: z.enum(ATTENDANCE_STATUSES),
        note: text(300).nullable().default(null),
      }),
    )
    .mutation(({ ctx, input }) => recordAttendance(ctx.backend.db, ctx.actor, input)),

  /** Removes a record; the day is unmarked again. */
  remove: dispatcherProcedure
    .input(z.strictObject({ employeeId: id, day: workDate, version }))
    .mutation(({ ctx, input }) => removeAttendance(ctx.backend.db, ctx.actor, input)),
});
