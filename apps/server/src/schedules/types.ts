import type { Instant, NoonCheckOrder, Reason, Role, WorkDate } from '@scheduler/scheduling';
import type { BoardEvent } from '../events/types.ts';

/** What becomes of work that is given to another person in bulk. */
export interface Reassignment {
  to: { id: number; name: string };
  rows: {
    scheduleId: number;
    version: number;
    event: Pick<BoardEvent, 'eventId' | 'name' | 'type'>;
    from: { id: number; name: string };
    startsAt: Instant;
    /** Why it stays with whom it is; null where it goes over. */
    refused: string | null;
  }[];
}

/** What the rules say of a trade: `a` of B's person doing A's event, `b` the other way round. Hints don't forbid it. */
export interface TradePreview {
  allowed: boolean;
  a: Reason[];
  b: Reason[];
}

/** Who may do an event on a day and when. */
export interface ScheduleOptions {
  event: BoardEvent;
  day: WorkDate;
  /** The last day on which it may be worked: the window's, or that of its reissue. */
  lastDay: WorkDate;
  timeZone: string;
  slots: { time: string; startsAt: Instant }[];
  /** Those whom nothing speaks against at some slot come first. Hints are among the reasons and ask nothing. */
  people: {
    employeeId: number;
    name: string;
    role: Role;
    reasonsBySlot: Record<string, Reason[]>;
    /** Who would do the noon check of a Core that this person does; null where nobody can. */
    noonCheckBy: { employeeId: number; name: string } | null;
  }[];
  /** The open Supervisor event that goes along with a Core. */
  supervisorEvent: BoardEvent | null;
  /** Who is asked first to do it. */
  noonCheckBy: NoonCheckOrder;
}

/** What became of the Supervisor event of a Core: scheduled or moved, else `scheduleId` null and the reason. */
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
  /** Null where no Supervisor event goes along. */
  paired: PairedOutcome | null;
}

/** What became of one of several events that were scheduled at once: `saved`, or null and why not. */
export interface CreatedRow {
  eventId: number;
  saved: Saved | null;
  message: string | null;
}
