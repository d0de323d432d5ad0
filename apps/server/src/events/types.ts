import type { SyncState } from '@scheduler/db';
import type { Condition, EventType, Instant, WorkDate } from '@scheduler/scheduling';

/** How far an event has got towards Crossmark. */
export interface SyncBadge {
  state: SyncState;
  /** Why it isn't there, in a sentence; null while nothing stands in the way. */
  reason: string | null;
  nextAttemptAt: Instant | null;
  /** Tries since what is wanted last changed. */
  attemptCount: number;
}

export interface BoardEvent {
  eventId: number;
  name: string;
  eventNumber: string | null;
  type: EventType;
  startsOn: WorkDate;
  /** The last work day is the one before. */
  dueOn: WorkDate;
  durationMinutes: number;
  condition: Condition;
  mplanId: string | null;
  sync: SyncBadge;
  /** Names as in Crossmark, where it holds a booking that nobody here made and no person here stands for. */
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
  /** A person chose its type; else its name tells it. */
  typeByHand: boolean;
  /** Its work was reported as done or is over, so that it may be opened again. */
  reissuable: boolean;
}

/** What kind of work an event is since a person said so, or left it to its name. */
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
