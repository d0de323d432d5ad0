import type { SyncState } from '@scheduler/db';
import type { Condition, EventType, Instant, WorkDate } from '@scheduler/scheduling';

/** The sync state of an event. */
export interface SyncBadge {
  state: SyncState;
  /** Why it is not synced, a sentence; null without a problem. */
  reason: string | null;
  nextAttemptAt: Instant | null;
  /** Attempts since the wanted booking last changed. */
  attemptCount: number;
}

export interface BoardEvent {
  eventId: number;
  name: string;
  eventNumber: string | null;
  type: EventType;
  startsOn: WorkDate;
  /** The last work day is the day before. */
  dueOn: WorkDate;
  durationMinutes: number;
  condition: Condition;
  mplanId: string | null;
  /** Whether plans leave it alone. */
  neverPlan: boolean;
  sync: SyncBadge;
  /**
   * The person's names in Crossmark, if it holds a booking that was not made here and whose rep is
   * unknown here.
   */
  bookedElsewhere: string | null;
}

export interface EventRow {
  event: BoardEvent;
  storeId: number;
  schedule: {
    scheduleId: number;
    version: number;
    employeeId: number;
    employeeName: string;
    startsAt: Instant;
    endsAt: Instant;
    workDate: WorkDate;
  } | null;
  instructionsUrl: string | null;
  /** Whether a person chose the type; otherwise the name implies it. */
  typeByHand: boolean;
  /** Whether it can be reopened: its work was reported as done, or is over. */
  reissuable: boolean;
}

/** The type of an event after a person chose it or restored it. */
export interface ChosenType {
  eventId: number;
  type: EventType;
  typeByHand: boolean;
  durationMinutes: number;
}

export interface EventList {
  rows: EventRow[];
  total: number;
}
