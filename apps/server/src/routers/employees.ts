import { ROLES } from '@scheduler/scheduling';
import { z } from 'zod';
import { createEmployee, getEmployee, listEmployees, removeEmployee, updateEmployee } from '../employees.ts';
import { id, text, version, workDate } from '../input.ts';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc.ts';

// No RepID among them: it comes from Crossmark alone, two people once shared one.
const fields = {
  name: text(120),
  email: z.email('must be an e-mail address').max(200).nullable(),
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

export const employeesRouter = router({
  list: viewerProcedure
    .input(
      z
        .strictObject({ storeId: id.optional(), includeRetired: z.boolean().default(false) })
        .default({ includeRetired: false }),
    )
    .query(({ ctx, input }) => listEmployees(ctx.backend.db, input)),

  get: viewerProcedure
    .input(z.strictObject({ employeeId: id }))
    .query(({ ctx, input }) => getEmployee(ctx.backend.db, input.employeeId)),

  /** Adds a person and has them looked up among Crossmark's reps. */
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

  /** Changes the fields that are given. `terminatedOn: null` takes a retired person back. */
  update: dispatcherProcedure
    .input(
      z.strictObject({
        employeeId: id,
        version,
        changes: z.strictObject({ ...fields, terminatedOn: workDate.nullable() }).partial(),
      }),
    )
    .mutation(({ ctx, input }) => updateEmployee(ctx.backend.db, ctx.actor, input)),

  /** Retires a person as of a last work day (today unless said); one who never had a schedule is deleted. */
  delete: dispatcherProcedure
    .input(z.strictObject({ employeeId: id, version, lastWorkDay: workDate.optional() }))
    .mutation(({ ctx, input }) => removeEmployee(ctx.backend.db, ctx.actor, input)),
});
