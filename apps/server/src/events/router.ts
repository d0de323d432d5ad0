import { EVENT_TYPES } from '@scheduler/scheduling';
import { z } from 'zod';
import { scheduleOptions } from '../schedules/options.ts';
import { dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { eventFilter, id, workDate } from '../trpc/schemas.ts';
import { chooseEventType } from './event-type.ts';
import { getEvent, listEvents } from './list.ts';

export const eventsRouter = router({
  /** Events that a filter lets through; `rows` is one page of `total`. */
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
   * Slots and people for an event, or for one of its schedules that is to change, or with `expiresOn` for its reissue.
   * `time` is judged beside the usual slots.
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

  /** Says what kind of work an event is; null leaves it to its name. `seen` is the type that stands so far. */
  setType: dispatcherProcedure
    .input(z.strictObject({ eventId: id, type: z.enum(EVENT_TYPES).nullable(), seen: z.enum(EVENT_TYPES) }))
    .mutation(({ ctx, input }) => chooseEventType(ctx.backend.db, ctx.actor, input)),
});
