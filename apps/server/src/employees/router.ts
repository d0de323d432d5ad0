import { areOrdered, ROLES } from '@scheduler/scheduling';
import { z } from 'zod';
import { personSheets } from '../board/person-sheets.ts';
import { personWeek } from '../board/person-week.ts';
import { allStoresProcedure, dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { email, hours, hoursOrder, id, text, version, workDate } from '../trpc/schemas.ts';
import {
  addRange,
  addTimeOff,
  removeDate,
  removeRange,
  removeTimeOff,
  setAvailability,
  setDate,
} from './availability.ts';
import { createEmployee, getEmployee, listEmployees, removeEmployee, updateEmployee } from './employees.ts';

// The RepID is not among them. It only comes from Crossmark, since two people once shared one.
const fields = {
  name: text(120),
  email: email.nullable(),
  phone: text(40).nullable(),
  role: z.enum(ROLES),
  employeeNumber: z
    .string('must be text')
    .trim()
    .toUpperCase()
    .regex(/^[A-Z]{2}\d{6}$/, 'must be two letters and six digits, such as US123456')
    .nullable(),
  adultBeverageTrained: z.boolean(),
};

/** The person whose days change, and the version that the user saw. */
const seen = { employeeId: id, version };
const SEVEN_DAYS = 'must be seven days, Sunday first';
const reason = text(200).nullable().default(null);
/** The first and the last day, both included. */
const span = { startsOn: workDate, endsOn: workDate, reason };
const isOrdered = (days: { startsOn: string; endsOn: string }) => days.startsOn <= days.endsOn;
const daysOrder = { path: ['endsOn'], error: 'must not be before the first day' };

export const employeesRouter = router({
  /** The people of a store, or of all stores that the user may see. */
  list: allStoresProcedure
    .input(
      z
        .strictObject({ storeId: id.optional(), includeRetired: z.boolean().default(false) })
        .default({ includeRetired: false }),
    )
    .query(({ ctx, input }) => listEmployees(ctx.backend.db, input, ctx.user.storeIds)),

  get: viewerProcedure
    .input(z.strictObject({ employeeId: id }))
    .query(({ ctx, input }) => getEmployee(ctx.backend.db, input.employeeId, ctx.user.storeIds)),

  /** Adds a person and queues the search for their rep in Crossmark. */
  create: dispatcherProcedure
    .input(
      z.strictObject({
        storeId: id.optional(),
        name: fields.name,
        email: fields.email.default(null),
        phone: fields.phone.default(null),
        role: fields.role.default('Event Specialist'),
        employeeNumber: fields.employeeNumber.default(null),
        adultBeverageTrained: fields.adultBeverageTrained.default(false),
      }),
    )
    .mutation(({ ctx, input }) => createEmployee(ctx.backend.db, ctx.actor, input)),

  /** Changes the given fields. `terminatedOn: null` reinstates a retired person. */
  update: dispatcherProcedure
    .input(
      z.strictObject({
        employeeId: id,
        version,
        changes: z.strictObject({ ...fields, terminatedOn: workDate.nullable() }).partial(),
      }),
    )
    .mutation(({ ctx, input }) => updateEmployee(ctx.backend.db, ctx.actor, input)),

  /**
   * Retires a person after a last work day (by default today); deletes a person who never had a
   * schedule.
   */
  delete: dispatcherProcedure
    .input(z.strictObject({ employeeId: id, version, lastWorkDay: workDate.optional() }))
    .mutation(({ ctx, input }) => removeEmployee(ctx.backend.db, ctx.actor, input)),

  /** One person's work from Sunday to Saturday, by default of this week. */
  week: viewerProcedure
    .input(z.strictObject({ employeeId: id, weekOf: workDate.optional() }))
    .query(({ ctx, input }) => personWeek(ctx.backend.db, input, ctx.user.storeIds)),

  /** The work of one person, or of everybody of a store, in one or two weeks, for paper. */
  sheets: viewerProcedure
    .input(
      z.strictObject({
        employeeId: id.optional(),
        storeId: id.optional(),
        weekOf: workDate.optional(),
        weeks: z.union([z.literal(1), z.literal(2)], 'must be 1 or 2').default(1),
      }),
    )
    .query(({ ctx, input }) => personSheets(ctx.backend.db, input, ctx.user.storeIds)),

  /**
   * Replaces the weekly pattern, Sunday first; null means every day. Hours of a weekday limit it to
   * a part of the day.
   */
  setAvailability: dispatcherProcedure
    .input(
      z.strictObject({
        ...seen,
        pattern: z.array(z.boolean()).length(7, SEVEN_DAYS).nullable(),
        hours: z
          .array(z.strictObject(hours).refine(areOrdered, hoursOrder).nullable())
          .length(7, SEVEN_DAYS)
          .nullable()
          .default(null),
      }),
    )
    .mutation(({ ctx, input }) => setAvailability(ctx.backend.db, ctx.actor, input)),

  /** Sets a range of days to available or not; it overrides the pattern. */
  addRange: dispatcherProcedure
    .input(z.strictObject({ ...seen, ...span, available: z.boolean() }).refine(isOrdered, daysOrder))
    .mutation(({ ctx, input }) => addRange(ctx.backend.db, ctx.actor, input)),

  removeRange: dispatcherProcedure
    .input(z.strictObject({ ...seen, rangeId: id }))
    .mutation(({ ctx, input }) => removeRange(ctx.backend.db, ctx.actor, input)),

  /** Frees one day, whatever the pattern and the ranges say, also where it was blocked before. */
  setDate: dispatcherProcedure
    .input(z.strictObject({ ...seen, day: workDate, reason }))
    .mutation(({ ctx, input }) => setDate(ctx.backend.db, ctx.actor, input)),

  removeDate: dispatcherProcedure
    .input(z.strictObject({ ...seen, day: workDate }))
    .mutation(({ ctx, input }) => removeDate(ctx.backend.db, ctx.actor, input)),

  /** Records days off, or the same hours of each of them. */
  addTimeOff: dispatcherProcedure
    .input(
      z
        .strictObject({ ...seen, ...span, ...hours })
        .refine(isOrdered, daysOrder)
        .refine(areOrdered, hoursOrder),
    )
    .mutation(({ ctx, input }) => addTimeOff(ctx.backend.db, ctx.actor, input)),

  removeTimeOff: dispatcherProcedure
    .input(z.strictObject({ ...seen, timeOffId: id }))
    .mutation(({ ctx, input }) => removeTimeOff(ctx.backend.db, ctx.actor, input)),
});
