import { SYNC_STATES } from '@scheduler/db';
import { CONDITIONS, EVENT_TYPES } from '@scheduler/scheduling';
import { z } from 'zod';
import { getEvent, listEvents } from '../events.ts';
import { id, instant, overrideReason, text, version, workDate } from '../input.ts';
import { scheduleOptions } from '../options.ts';
import { rescheduleEvent } from '../schedules.ts';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc.ts';

export const eventsRouter = router({
  /** Events whose window touches `from`–`to`; `rows` is one page of `total`. */
  list: viewerProcedure
    .input(
      z.strictObject({
        storeId: id.optional(),
        scheduled: z.boolean().optional(),
        types: z.array(z.enum(EVENT_TYPES)).max(EVENT_TYPES.length).optional(),
        conditions: z.array(z.enum(CONDITIONS)).max(CONDITIONS.length).optional(),
        employeeId: id.optional(),
        /** How far they have got towards Crossmark. */
        syncStates: z.array(z.enum(SYNC_STATES)).max(SYNC_STATES.length).optional(),
        /** Part of the name, the event number or the plan id. */
        text: text(100).optional(),
        from: workDate.optional(),
        to: workDate.optional(),
        limit: z.int().min(1).max(1000).default(200),
        offset: z.int().min(0).max(1_000_000).default(0),
      }),
    )
    .query(({ ctx, input }) => listEvents(ctx.backend.db, input)),

  get: viewerProcedure
    .input(z.strictObject({ eventId: id }))
    .query(({ ctx, input }) => getEvent(ctx.backend.db, input.eventId)),

  /** Slots and people for an event, or for one of its schedules that is to change. `time` is judged beside the usual slots. */
  options: viewerProcedure
    .input(
      z.strictObject({
        eventId: id,
        day: workDate.optional(),
        time: z.iso.time({ precision: -1, error: 'must be a time of day such as 10:45' }).optional(),
        scheduleId: id.optional(),
      }),
    )
    .query(({ ctx, input }) => scheduleOptions(ctx.backend.db, input)),

  /** Moves the live schedule of an event; `version` is that schedule's. */
  reschedule: dispatcherProcedure
    .input(
      z.strictObject({ eventId: id, version, startsAt: instant, overrideReason: overrideReason.optional() }),
    )
    .mutation(({ ctx, input }) => rescheduleEvent(ctx.backend.db, ctx.actor, input)),
});
