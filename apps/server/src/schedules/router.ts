import { z } from 'zod';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id, instant, overrideReason, version, workDate } from '../trpc/schemas.ts';
import { createSchedule, createSchedules } from './create.ts';
import { changeEmployee, rescheduleSchedule, unscheduleSchedule } from './edit.ts';
import { getSchedule } from './get.ts';
import { reissueEvent } from './reissue.ts';
import { previewTrade, tradeSchedules } from './trade.ts';

const edited = { scheduleId: id, version };
const override = { overrideReason: overrideReason.optional() };

export const schedulesRouter = router({
  get: viewerProcedure
    .input(z.strictObject({ scheduleId: id }))
    .query(({ ctx, input }) => getSchedule(ctx.backend.db, input.scheduleId)),

  /** Schedules an event. A Core takes its open Supervisor event along unless `withSupervisor` is false. */
  create: dispatcherProcedure
    .input(
      z.strictObject({
        eventId: id,
        employeeId: id,
        startsAt: instant,
        withSupervisor: z.boolean().default(true),
        ...override,
      }),
    )
    .mutation(({ ctx, input }) => createSchedule(ctx.backend.db, ctx.actor, input)),

  /** Schedules several events at once, as when a week is copied. What a rule speaks against is listed, the rest is saved. */
  createMany: dispatcherProcedure
    .input(
      z.strictObject({
        items: z
          .array(z.strictObject({ eventId: id, employeeId: id, startsAt: instant }))
          .min(1, 'must name one event at least')
          .max(500, 'must name 500 events at most'),
      }),
    )
    .mutation(({ ctx, input }) => createSchedules(ctx.backend.db, ctx.actor, input.items)),

  /** Moves a schedule, also to another person. A Core on another day takes its Supervisor event along. */
  reschedule: dispatcherProcedure
    .input(z.strictObject({ ...edited, startsAt: instant, employeeId: id.optional(), ...override }))
    .mutation(({ ctx, input }) => rescheduleSchedule(ctx.backend.db, ctx.actor, input)),

  /** Same time, new person. */
  changeEmployee: dispatcherProcedure
    .input(z.strictObject({ ...edited, employeeId: id, ...override }))
    .mutation(({ ctx, input }) => changeEmployee(ctx.backend.db, ctx.actor, input)),

  /** What the rules say of a trade, of each side. Writes nothing. */
  tradePreview: dispatcherProcedure
    .input(z.strictObject({ a: z.strictObject(edited), b: z.strictObject(edited) }))
    .query(({ ctx, input }) => previewTrade(ctx.backend.db, input)),

  /** Two Cores swap people: both or neither, and no override. */
  trade: dispatcherProcedure
    .input(z.strictObject({ a: z.strictObject(edited), b: z.strictObject(edited) }))
    .mutation(({ ctx, input }) => tradeSchedules(ctx.backend.db, ctx.actor, input)),

  /** Opens past, unreported or Submitted work again; it can be worked before `expiresOn`. */
  reissue: dispatcherProcedure
    .input(
      z.strictObject({
        eventId: id,
        employeeId: id,
        startsAt: instant,
        expiresOn: workDate,
        includeResponses: z.boolean().default(false),
        ...override,
      }),
    )
    .mutation(({ ctx, input }) => reissueEvent(ctx.backend.db, ctx.actor, input)),

  /** Ends a schedule and puts its event back into the tray. A Core's Supervisor event goes with it. */
  unschedule: dispatcherProcedure
    .input(z.strictObject(edited))
    .mutation(({ ctx, input }) => unscheduleSchedule(ctx.backend.db, ctx.actor, input)),
});
