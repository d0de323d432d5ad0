import { bookedElsewhere, type EventRecord, type ScheduleRecord, type SyncRecord } from '@scheduler/db/facts';
import type { BoardEvent, SyncBadge } from './types.ts';

/** The sync state of an event; without a sync row there is nothing to send to Crossmark. */
export function syncBadge(sync: SyncRecord | null | undefined): SyncBadge {
  if (!sync) return { state: 'synced', reason: null, nextAttemptAt: null, attemptCount: 0 };
  const { state, failureReason, nextAttemptAt, attempts } = sync;
  return { state, reason: failureReason, nextAttemptAt, attemptCount: attempts };
}

/** Converts an event to its form on pages. */
export function boardEvent(
  event: EventRecord,
  live: ScheduleRecord | null | undefined,
  sync: SyncRecord | null | undefined,
): BoardEvent {
  return {
    eventId: event.id,
    name: event.name,
    eventNumber: event.eventNumber,
    type: event.type,
    startsOn: event.startsOn,
    dueOn: event.dueOn,
    durationMinutes: event.durationMinutes,
    condition: event.condition,
    mplanId: event.mplanId,
    neverPlan: event.neverPlan,
    sync: syncBadge(sync),
    bookedElsewhere: bookedElsewhere(live, sync),
  };
}
