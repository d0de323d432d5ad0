import { EVENT_TYPES, NOON_CHECK_ORDERS, ROLE_LIMITS } from '@scheduler/scheduling';
import { z } from 'zod';
import { adminProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id, text, version, workDate } from '../trpc/schemas.ts';
import { addHoliday, getSettings, removeHoliday, setEventType, setNoonCheck, setStore } from './settings.ts';

const slot = z
  .string('must be text')
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 10:45');

export const settingsRouter = router({
  get: viewerProcedure
    .input(z.strictObject({ storeId: id.optional() }).default({}))
    .query(({ ctx, input }) => getSettings(ctx.backend.db, input)),

  /** Sets the usual starts, the duration and the role limit of one type of work. */
  setEventType: adminProcedure
    .input(
      z.strictObject({
        storeId: id,
        version,
        type: z.enum(EVENT_TYPES),
        slots: z.array(slot).min(1, 'must have a start').max(24, 'must be 24 starts at most'),
        minutes: z
          .int('must be a whole number')
          .min(1, 'must be a minute at least')
          .max(1440, 'must be a day at most'),
        roleLimit: z.enum(ROLE_LIMITS).optional(),
        slotTimes: z
          .record(slot, z.strictObject({ lunchAt: slot.nullable(), endsAt: slot.nullable() }))
          .refine((times) => Object.keys(times).length <= 24, 'must be of 24 starts at most')
          .optional(),
      }),
    )
    .mutation(({ ctx, input }) => setEventType(ctx.backend.db, ctx.actor, input)),

  /** Sets who is preferred for noon checks. */
  setNoonCheck: adminProcedure
    .input(z.strictObject({ storeId: id, version, noonCheckBy: z.enum(NOON_CHECK_ORDERS) }))
    .mutation(({ ctx, input }) => setNoonCheck(ctx.backend.db, ctx.actor, input)),

  /** Sets name, number and zone. */
  setStore: adminProcedure
    .input(z.strictObject({ storeId: id, version, name: text(120), number: text(20), timeZone: text(60) }))
    .mutation(({ ctx, input }) => setStore(ctx.backend.db, ctx.actor, input)),

  addHoliday: adminProcedure
    .input(z.strictObject({ day: workDate, name: text(120), yearly: z.boolean() }))
    .mutation(({ ctx, input }) => addHoliday(ctx.backend.db, ctx.actor, input)),

  removeHoliday: adminProcedure
    .input(z.strictObject({ holidayId: id }))
    .mutation(({ ctx, input }) => removeHoliday(ctx.backend.db, ctx.actor, input)),
});
