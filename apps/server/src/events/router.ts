import { EVENT_TYPES } from '@scheduler/scheduling';
import { z } from 'zod';
import { scheduleOptions } from '../schedules/options.ts';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { eventFilter, id, workDate } from '../trpc/schemas.ts';
import { chooseEventType } from './event-type.ts';
import { getEvent, listEvents } from './list.ts';

export const eventsRouter = router({
  /** The events that match a filter; `rows` is one page of `total`. */
  list: viewerProcedure
    .input(
      z.strictObject({
        ...eventFilter,
        limit: z.int().min(1).max(1000).default(200),
        offset: z.int().min(0).max(1_000_000).default(0),
      }),
    )
    .query(({ ctx, input }) => listEvents(ctx.backend.db, input)),

  get: viewerProcedure
    .input(z.strictObject({ eventId: id }))
    .query(({ ctx, input }) => getEvent(ctx.backend.db, input.eventId)),

  /**
   * Slots and people for an event, for a change of one of its schedules, or, with `expiresOn`, for
   * its reissue. `time` is evaluated in addition to the usual slots.
   */
  options: viewerProcedure
    .input(
      z.strictObject({
        eventId: id,
        day: workDate.optional(),
        time: z.iso.time({ precision: -1, error: 'must be a time of day such as 10:45' }).optional(),
        scheduleId: id.optional(),
        expiresOn: workDate.optional(),
      }),
    )
    .query(({ ctx, input }) => scheduleOptions(ctx.backend.db, input)),

  /**
   * Sets the type of an event; null restores the type that its name implies. `seen` is the current
   * type that the user saw.
   */
  setType: dispatcherProcedure
    .input(z.strictObject({ eventId: id, type: z.enum(EVENT_TYPES).nullable(), seen: z.enum(EVENT_TYPES) }))
    .mutation(({ ctx, input }) => chooseEventType(ctx.backend.db, ctx.actor, input)),
});
