import { z } from 'zod';
import { id, instant, overrideReason, version, workDate } from '../input.ts';
import {
  changeEmployee,
  createSchedule,
  getSchedule,
  reissueEvent,
  rescheduleSchedule,
  tradeSchedules,
  unscheduleSchedule,
} from '../schedules.ts';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc.ts';

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

  /** Moves a schedule, also to another person. A Core on another day takes its Supervisor event along. */
  reschedule: dispatcherProcedure
    .input(z.strictObject({ ...edited, startsAt: instant, employeeId: id.optional(), ...override }))
    .mutation(({ ctx, input }) => rescheduleSchedule(ctx.backend.db, ctx.actor, input)),

  /** Same time, new person. */
  changeEmployee: dispatcherProcedure
    .input(z.strictObject({ ...edited, employeeId: id, ...override }))
    .mutation(({ ctx, input }) => changeEmployee(ctx.backend.db, ctx.actor, input)),

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
