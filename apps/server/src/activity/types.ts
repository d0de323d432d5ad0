import type { EventType, Instant, WorkDate } from '@scheduler/scheduling';
import type { LinkState } from '../employees/types.ts';
import type { EventRow } from '../events/types.ts';

/**
 * Why an event isn't settled. `failed`: nothing is attempted until a person acts · `conflict`: both
 * sides were changed · `long_waiting`: it has been retried for a while · `unknown_rep`: Crossmark
 * has a booking, and its rep is not linked to a person · `waiting` and `pending`: the worker sends
 * the change without anybody’s help.
 */
export type UnsettledKind = 'failed' | 'conflict' | 'long_waiting' | 'unknown_rep' | 'waiting' | 'pending';

export interface UnsettledEvent extends EventRow {
  kind: UnsettledKind;
  /** When the wanted booking last changed; null if none is wanted. */
  since: Instant | null;
  /** The wanted and the held booking in words. */
  wanted: string;
  held: string;
  /**
   * When Crossmark's side of a conflict was read. A choice must name it. Null without a conflict.
   */
  conflictSeenAt: Instant | null;
}

/** A person without a RepID, whose work can't be sent to Crossmark. */
export interface UnlinkedPerson {
  employeeId: number;
  name: string;
  linkState: LinkState;
  linkReason: string | null;
  /** The number of live schedules from today on, and the day of the first. */
  schedules: number;
  nextOn: WorkDate;
}

/** The unsettled work of a store, the most urgent first. */
export interface Attention {
  timeZone: string;
  counts: Record<UnsettledKind, number>;
  /** One page of the `total` matches. */
  rows: UnsettledEvent[];
  total: number;
  people: UnlinkedPerson[];
  /** Why dead letters failed, most frequent first. */
  failures: { reason: string; count: number }[];
}

/** `drift`: a change on Crossmark's side and its effect here. */
export type HistoryKind = 'plan' | 'drift' | 'sync' | 'people' | 'import' | 'refresh' | 'other';

/** An action of a person, or an ended attempt of the sync. */
export interface HistoryEntry {
  id: string;
  at: Instant;
  kind: HistoryKind;
  by: string;
  /** Continues `by`: `moved it from Mon Jan 5, 10:45 AM to Tue Jan 6, 11:15 AM`. */
  what: string;
  problem: boolean;
  event: { eventId: number; name: string; type: EventType } | null;
  employeeName: string | null;
}

export interface HistoryPage {
  timeZone: string;
  /** Newest first. */
  entries: HistoryEntry[];
  /** The position of the next page; null if this is the last one. */
  next: string | null;
}

/** What was done to one event and its schedules. */
export interface EventHistory {
  timeZone: string;
  /** Newest first. */
  entries: {
    id: number;
    at: Instant;
    by: string;
    /** Continues `by`: `moved it from Mon Jan 5, 10:45 AM to Tue Jan 6, 11:15 AM`. */
    what: string;
    /** The reason with which a soft rule was overridden. */
    reason: string | null;
  }[];
  /** The position of the next page; null if this is the last one. */
  next: number | null;
}

/**
 * The kinds of history, and those that only admins see: `access` to the scheduler, `settings`, and
 * actions on `queues`.
 */
export type AuditKind = HistoryKind | 'settings' | 'access' | 'queues';

/** The types of objects in the audit log. */
export type AuditObject =
  | 'event'
  | 'schedule'
  | 'employee'
  | 'store'
  | 'holiday'
  | 'user'
  | 'refresh'
  | 'queue'
  | 'job'
  | 'scheduler'
  | 'worker'
  | 'breaker';

/** One entry of the audit log: an action of a user. */
export interface AuditEntryView {
  id: number;
  at: Instant;
  by: string;
  actorId: string;
  /** Such as `schedule.create`. */
  action: string;
  kind: AuditKind;
  /** Continues `by`. */
  what: string;
  /** The object, with its current name, or its last name if it is deleted. */
  object: { type: string; id: string; name: string | null };
  changes: { field: string; from: string | null; to: string | null }[];
  event: { eventId: number; name: string; type: EventType } | null;
  person: { employeeId: number; name: string } | null;
  requestId: string | null;
}

export interface AuditPage {
  timeZone: string;
  /** Newest first. */
  entries: AuditEntryView[];
  /**
   * The position of the next page; null if this is the last one. A search may return less than a
   * page, or nothing, before it.
   */
  next: string | null;
  /** How far back this page searched; null on the last page. */
  reached: Instant | null;
}

/** `left` more events match; another call retries them. */
export interface Retried {
  retrying: number;
  left: number;
}
