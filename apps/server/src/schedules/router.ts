import { z } from 'zod';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id, instant, overrideReason, version, workDate } from '../trpc/schemas.ts';
import { changeSchedules } from './change-many.ts';
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
    .query(({ ctx, input }) => getSchedule(ctx.backend.db, input.scheduleId, ctx.user.storeIds)),

  /**
   * Schedules an event. A Core's open Supervisor event is scheduled too unless `withSupervisor` is
   * false.
   */
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

  /**
   * Schedules several events at once, for example a copied week. Forbidden ones are listed, and the
   * others are saved.
   */
  createMany: dispatcherProcedure
    .input(
      z.strictObject({
        items: z
          .array(
            z.strictObject({
              eventId: id,
              employeeId: id,
              startsAt: instant,
              withSupervisor: z.boolean().default(true),
              ...override,
            }),
          )
          .min(1, 'must name one event at least')
          .max(500, 'must name 500 events at most'),
      }),
    )
    .mutation(({ ctx, input }) => createSchedules(ctx.backend.db, ctx.actor, input.items)),

  /**
   * Moves a schedule, also to another person. If a Core changes its day, its Supervisor event
   * follows.
   */
  reschedule: dispatcherProcedure
    .input(z.strictObject({ ...edited, startsAt: instant, employeeId: id.optional(), ...override }))
    .mutation(({ ctx, input }) => rescheduleSchedule(ctx.backend.db, ctx.actor, input)),

  /** Assigns a schedule to another person at the same time. */
  changeEmployee: dispatcherProcedure
    .input(z.strictObject({ ...edited, employeeId: id, ...override }))
    .mutation(({ ctx, input }) => changeEmployee(ctx.backend.db, ctx.actor, input)),

  /**
   * Moves, reassigns or ends several schedules at once. Those that can't be changed are listed, and
   * the others are saved.
   */
  changeMany: dispatcherProcedure
    .input(
      z.strictObject({
        items: z
          .array(
            z.strictObject({
              ...edited,
              startsAt: instant.optional(),
              employeeId: id.optional(),
              unschedule: z.literal(true).optional(),
              ...override,
            }),
          )
          .min(1, 'must name one schedule at least')
          .max(200, 'must name 200 schedules at most'),
      }),
    )
    .mutation(({ ctx, input }) => changeSchedules(ctx.backend.db, ctx.actor, input.items)),

  /** Evaluates the rules for each side of a trade. Writes nothing. */
  tradePreview: dispatcherProcedure
    .input(z.strictObject({ a: z.strictObject(edited), b: z.strictObject(edited) }))
    .query(({ ctx, input }) => previewTrade(ctx.backend.db, input)),

  /** Two Cores swap people: both or neither, and no override. */
  trade: dispatcherProcedure
    .input(z.strictObject({ a: z.strictObject(edited), b: z.strictObject(edited) }))
    .mutation(({ ctx, input }) => tradeSchedules(ctx.backend.db, ctx.actor, input)),

  /** Reopens past unreported or Submitted work. It can be worked before `expiresOn`. */
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

  /**
   * Ends a schedule and returns its event to the tray, together with a Core's Supervisor event.
   */
  unschedule: dispatcherProcedure
    .input(z.strictObject(edited))
    .mutation(({ ctx, input }) => unscheduleSchedule(ctx.backend.db, ctx.actor, input)),
});
