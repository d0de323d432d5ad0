import type { EventType, Instant, WorkDate } from '@scheduler/scheduling';
import type { LinkState } from '../employees/types.ts';
import type { EventRow } from '../events/types.ts';

/**
 * Why an event isn't settled: `failed` nothing is tried until a person acts · `conflict` both sides were changed ·
 * `long_waiting` tried again by itself, but for a while already · `unknown_rep` Crossmark holds a booking of somebody whom
 * nobody here stands for · `waiting` and `pending` go out by themselves.
 */
export type UnsettledKind = 'failed' | 'conflict' | 'long_waiting' | 'unknown_rep' | 'waiting' | 'pending';

export interface UnsettledEvent extends EventRow {
  kind: UnsettledKind;
  /** Since when what is wanted differs; null where nothing is wanted here. */
  since: Instant | null;
  /** In words: what is wanted here, and what Crossmark holds. */
  wanted: string;
  held: string;
  /** When Crossmark's side of a conflict was read; a choice names it. Null without a conflict. */
  conflictSeenAt: Instant | null;
}

/** A person who can't be told to Crossmark, with work that therefore can't either. */
export interface UnlinkedPerson {
  employeeId: number;
  name: string;
  linkState: LinkState;
  linkReason: string | null;
  /** Live schedules from today on, and the day of the first. */
  schedules: number;
  nextOn: WorkDate;
}

/** What isn't as it should be in a store; what needs a person most comes first. */
export interface Attention {
  timeZone: string;
  counts: Record<UnsettledKind, number>;
  /** One page of `total` that match what was asked. */
  rows: UnsettledEvent[];
  total: number;
  people: UnlinkedPerson[];
  /** Why dead letters failed, most frequent first. */
  failures: { reason: string; count: number }[];
}

/** `drift`: what was changed on Crossmark's side and what became of it here. */
export type HistoryKind = 'plan' | 'drift' | 'sync' | 'people' | 'import' | 'refresh' | 'other';

/** Somebody did something, or the sync ended a try. */
export interface HistoryEntry {
  id: string;
  at: Instant;
  kind: HistoryKind;
  by: string;
  /** Goes on from `by`: `moved it from Mon Jan 5, 10:45 AM to Tue Jan 6, 11:15 AM`. */
  what: string;
  problem: boolean;
  event: { eventId: number; name: string; type: EventType } | null;
  employeeName: string | null;
}

export interface HistoryPage {
  timeZone: string;
  /** Newest first. */
  entries: HistoryEntry[];
  /** Where the next page begins; null where there is none. */
  next: string | null;
}

/** Kinds of history, and what only admins see: `access` to the scheduler, `settings`, and what was done to `queues`. */
export type AuditKind = HistoryKind | 'settings' | 'access' | 'queues';

/** What an entry of the audit log can be about. */
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

/** Somebody did something. */
export interface AuditEntryView {
  id: number;
  at: Instant;
  by: string;
  actorId: string;
  /** Such as `schedule.create`. */
  action: string;
  kind: AuditKind;
  /** Goes on from `by`. */
  what: string;
  /** What it was done to; its name as it is now, or was then where it is gone. */
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
  /** Where the next page begins; null where there is none. A search may find less than a page, or nothing, before it. */
  next: string | null;
  /** How far back this page looked, where it is not the last. */
  reached: Instant | null;
}

/** `left` more match: ask again. */
export interface Retried {
  retrying: number;
  left: number;
}
