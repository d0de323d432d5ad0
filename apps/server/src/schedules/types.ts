import type { Instant, NoonCheckOrder, Reason, Role, WorkDate } from '@scheduler/scheduling';
import type { BoardEvent } from '../events/types.ts';

/** The result of a bulk reassignment. */
export interface Reassignment {
  to: { id: number; name: string };
  rows: {
    scheduleId: number;
    version: number;
    event: Pick<BoardEvent, 'eventId' | 'name' | 'type'>;
    from: { id: number; name: string };
    startsAt: Instant;
    /** Why it is not reassigned; null if it is. */
    refused: string | null;
  }[];
}

/**
 * The reasons of a trade: `a` for B's person at A's event, `b` for the reverse. Hints don't forbid
 * it.
 */
export interface TradePreview {
  allowed: boolean;
  a: Reason[];
  b: Reason[];
}

/** The people who can do an event on a day, and when. */
export interface ScheduleOptions {
  event: BoardEvent;
  day: WorkDate;
  /** The last day on which it may be worked, from the window or its reissue. */
  lastDay: WorkDate;
  timeZone: string;
  slots: { time: string; startsAt: Instant }[];
  /**
   * People without a conflict at some slot come first. The reasons include hints, which need no
   * override.
   */
  people: {
    employeeId: number;
    name: string;
    role: Role;
    reasonsBySlot: Record<string, Reason[]>;
    /** Who would do the noon check if this person does the Core; null if nobody can. */
    noonCheckBy: { employeeId: number; name: string } | null;
  }[];
  /** The open Supervisor event of a Core. */
  supervisorEvent: BoardEvent | null;
  /** The preferred role for it. */
  noonCheckBy: NoonCheckOrder;
}

/**
 * The result for a Core's Supervisor event: scheduled or moved, otherwise `scheduleId` is null and
 * the reason is set.
 */
export interface PairedOutcome {
  eventId: number;
  scheduleId: number | null;
  employeeId: number | null;
  startsAt: Instant | null;
  message: string;
}

/** A saved schedule. */
export interface Saved {
  scheduleId: number;
  eventId: number;
  version: number;
  /** Null if no Supervisor event changes with it. */
  paired: PairedOutcome | null;
}

/** The result for one of several events: `saved`, or null and the reason. */
export interface CreatedRow {
  eventId: number;
  saved: Saved | null;
  message: string | null;
  /** Whether it would be saved with an `overrideReason`. */
  needsReason: boolean;
}

/** The result for one of several changed schedules: `saved`, or null and the reason. */
export interface ChangedRow {
  scheduleId: number;
  saved: Saved | null;
  message: string | null;
  /** Whether it would be saved with an `overrideReason`. */
  needsReason: boolean;
}
