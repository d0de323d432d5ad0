import type { AttemptOutcome, Change, FailureKind, StepState, SyncState } from '@scheduler/db';
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

/** A write to Crossmark, confirmed or with a lost answer. */
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
  /** In words: the wanted booking, the held booking, and the next action. */
  wanted: string;
  held: string;
  next: string;
  /** The change in Crossmark while the event was changed here. */
  conflict: string | null;
  /** When that change was read. A choice must name it. Null without a conflict. */
  conflictSeenAt: Instant | null;
  /** The rules that the board would break if it adopted Crossmark's booking. */
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
  /**
   * Events and bookings that are missing for the first time. The next refresh confirms or refutes
   * that.
   */
  unconfirmed: number;
  /** Rows of Crossmark's list that could not be read; they changed nothing. */
  badRows: { mplanId: string | null; reason: string }[];
  failureReason: string | null;
}

/**
 * So many events are missing from Crossmark's list that an admin has to decide whether they are
 * gone.
 */
export interface RefreshQuestion {
  runId: number;
  /** When the second complete refresh without them ended. */
  askedAt: Instant;
  count: number;
  /** Identifies exactly these events. An answer about another list is refused. */
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
  /** The most frequent reason of waiting events; null if none waits. */
  waitingBecause: string | null;
  /** The number of live workers. Without one, nothing reaches Crossmark. */
  workers: number;
  /** Since when an admin holds back all calls, or the sync of schedules; otherwise null. */
  heldBack: { since: Instant } | null;
  /**
   * Whether Crossmark answers the workers; `since` is null while it does. `waiting` is the number
   * of events that will be sent automatically.
   */
  crossmark: { state: 'reachable' | 'unreachable'; since: Instant | null; waiting: number };
  /** The latest successful refresh, and the latest requested one. */
  lastDone: RefreshRun | null;
  lastRefresh: RefreshRun | null;
}

/**
 * A change, after which the data must be read again. `all`: changes may have been missed, so all
 * data must be read again.
 */
export type LiveChange = Pick<Change, 'kind' | 'id'>;
