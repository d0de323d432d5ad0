import { type EventFacts, eventTitle, type WorkDate, workDateOf } from '@scheduler/scheduling';
import { and, eq, getTableColumns, isNotNull, isNull, lte, or } from 'drizzle-orm';
import type { Executor } from '../connect.ts';
import { eventSyncs, events, schedules } from '../schema/index.ts';

/** A row of `events`. */
export type EventRecord = typeof events.$inferSelect;

/** A row of `schedules`. */
export type ScheduleRecord = typeof schedules.$inferSelect;

/** A row of `event_syncs`. */
export type SyncRecord = typeof eventSyncs.$inferSelect;

/** The facts of an event that the rules need. */
export function eventFacts(
  event: EventRecord,
  live: ScheduleRecord | null | undefined,
  sync: SyncRecord | null | undefined,
): EventFacts {
  return { ...event, scheduled: Boolean(live) || bookedElsewhere(live, sync) !== null };
}

/**
 * The unknown person whom Crossmark books, if there is no schedule here and no booking of ours is
 * being deleted.
 */
export function bookedElsewhere(
  live: ScheduleRecord | null | undefined,
  sync: SyncRecord | null | undefined,
): string | null {
  if (live || !sync || !holdsBooking(sync) || sync.wantedVersion > sync.syncedVersion) return null;
  return sync.bookedRepNames || 'somebody unknown here';
}

/**
 * The same as {@link bookedElsewhere}, as a condition on an event joined with its live schedule and
 * its sync row.
 */
export const isBookedElsewhere = and(
  isNull(schedules.id),
  lte(eventSyncs.wantedVersion, eventSyncs.syncedVersion),
  or(
    isNotNull(eventSyncs.bookingId),
    isNotNull(eventSyncs.bookedRepId),
    isNotNull(eventSyncs.bookedRepNames),
    isNotNull(eventSyncs.bookedStartsAt),
  ),
);

/**
 * The store's day for which an event is or was booked, here or only in Crossmark; null if it is not
 * booked.
 */
export function workedOn(
  live: ScheduleRecord | null | undefined,
  sync: SyncRecord | null | undefined,
  timeZone: string,
): WorkDate | null {
  if (live) return live.workDate;
  return sync?.bookedStartsAt ? workDateOf(sync.bookedStartsAt, timeZone) : null;
}

/** Whether an event can be reopened: its work was reported as done, or its booked day is over. */
export const isOver = (event: EventRecord, day: WorkDate | null, today: WorkDate): boolean =>
  event.condition === 'Submitted' || (day !== null && day < today);

/** Whether Crossmark is known to hold a booking, with or without its id. */
export const holdsBooking = (sync: SyncRecord): boolean =>
  Boolean(sync.bookingId || sync.bookedRepId || sync.bookedRepNames || sync.bookedStartsAt);

/** The name of an event in a sentence: `Core 612345`, otherwise what people call it. */
export function eventLabel(event: { type: string; eventNumber: string | null; name: string }): string {
  return event.eventNumber ? `${event.type} ${event.eventNumber}` : `“${eventTitle(event.name)}”`;
}

/**
 * The columns of an event, its live schedule and its sync row, see {@link liveSchedule} and {@link
 * joinSync}.
 */
export const eventSelection = {
  event: getTableColumns(events),
  schedule: getTableColumns(schedules),
  sync: getTableColumns(eventSyncs),
};

/** Joins the one live schedule of an event. */
export const liveSchedule = and(eq(schedules.eventId, events.id), isNull(schedules.endedAt));

/** Joins the sync row of an event. */
export const joinSync = eq(eventSyncs.eventId, events.id);

/** Events, each with its live schedule and its sync row, as {@link eventSelection} names them. */
export const eventsWithLive = (db: Executor) =>
  db.select(eventSelection).from(events).leftJoin(schedules, liveSchedule).leftJoin(eventSyncs, joinSync);
