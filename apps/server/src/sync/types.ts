import type { AttemptOutcome, FailureKind, StepState, SyncState } from '@scheduler/db';
import type { Instant, Reason } from '@scheduler/scheduling';
import type { SyncBadge } from '../events/types.ts';

export interface SyncAttempt {
  id: number;
  task: string;
  number: number;
  startedAt: Instant;
  finishedAt: Instant | null;
  /** Null while it runs. */
  outcome: AttemptOutcome | null;
  summary: string | null;
  failureKind: FailureKind | null;
  failureReason: string | null;
  nextAttemptAt: Instant | null;
}

/** A write to Crossmark, or one whose answer was lost. */
export interface SyncStep {
  id: number;
  kind: 'create' | 'delete' | 'reissue';
  state: StepState;
  bookingId: string | null;
  detail: string | null;
  sentAt: Instant;
  answeredAt: Instant | null;
}

export interface SyncDetail extends SyncBadge {
  eventId: number;
  wantedVersion: number;
  syncedVersion: number;
  wantedAt: Instant | null;
  syncedAt: Instant | null;
  failureKind: FailureKind | null;
  bookingId: string | null;
  /** For a person: what is wanted here, what Crossmark is known to hold, what happens next. */
  wanted: string;
  held: string;
  next: string;
  /** What somebody changed in Crossmark while it was changed here. */
  conflict: string | null;
  /** When that was read; a choice names it. Null without a conflict. */
  conflictSeenAt: Instant | null;
  /** The rules that the board would break if it took Crossmark's side of the conflict. */
  theirsBreaks: Reason[];
  /** Newest first. */
  attempts: SyncAttempt[];
  /** Newest first. */
  steps: SyncStep[];
}

export interface RefreshRun {
  runId: number;
  state: 'queued' | 'running' | 'done' | 'failed' | 'needs_decision' | 'superseded';
  requestedBy: string;
  requestedAt: Instant;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  read: number;
  total: number | null;
  created: number;
  updated: number;
  unchanged: number;
  gone: number;
  drifted: number;
  /** Events and bookings that this reading lacks, where no earlier one confirms it: a later one does or doesn't. */
  unconfirmed: number;
  /** Rows of Crossmark's list that could not be read; they changed nothing. */
  badRows: { mplanId: string | null; reason: string }[];
  failureReason: string | null;
}

/** Crossmark's list lacks so many events at once that an admin has to tell whether they are gone. */
export interface RefreshQuestion {
  runId: number;
  /** When the second of two whole readings ended that both lack them. */
  askedAt: Instant;
  count: number;
  /** Names exactly these events; an answer to another list is refused. */
  digest: string;
  /** The first of the missing events: scheduled events before unscheduled ones, each group by due day. */
  events: {
    eventId: number;
    name: string;
    storeName: string;
    startsOn: string;
    dueOn: string;
    schedule: { employeeName: string; workDate: string } | null;
  }[];
}

export interface SyncSummary {
  counts: Record<SyncState, number>;
  /** What holds up most of the waiting ones; null where none waits. */
  waitingBecause: string | null;
  /** Workers that were heard of lately; none means that nothing reaches Crossmark. */
  workers: number;
  /** An admin lets nothing out to Crossmark: all calls, or the sync of schedules; null while nobody does. */
  heldBack: { since: Instant } | null;
  /** Whether Crossmark answers the workers; `since` is null while it does. `waiting` counts what will go out by itself. */
  crossmark: { state: 'reachable' | 'unreachable'; since: Instant | null; waiting: number };
  /** The latest refresh that ended well, and the one asked for last. */
  lastDone: RefreshRun | null;
  lastRefresh: RefreshRun | null;
}

/** Something changed: read it again. `all`: changes may have been missed, read everything again. */
export interface LiveChange {
  kind: 'event' | 'employee' | 'refresh' | 'proposal' | 'crossmark' | 'access' | 'all';
  id: number;
}
