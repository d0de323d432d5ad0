import type { SyncState } from '@scheduler/db';
import type { EventType, Holiday, Instant, Role, WorkDate } from '@scheduler/scheduling';
import type { BoardStore } from '../stores/types.ts';

export type LinkState = 'unchecked' | 'linked' | 'not_found' | 'ambiguous' | 'taken';

export interface Employee {
  id: number;
  storeId: number;
  name: string;
  email: string | null;
  phone: string | null;
  role: Role;
  employeeNumber: string | null;
  repId: string | null;
  linkState: LinkState;
  /** Why the person is not linked to a rep. */
  linkReason: string | null;
  adultBeverageTrained: boolean;
  /** The last work day; null while the person is employed. */
  terminatedOn: WorkDate | null;
  version: number;
}

/** A person with the days on which they can work. */
export interface EmployeeDetail extends Employee {
  /** Sunday first; null means every day. */
  pattern: boolean[] | null;
  ranges: { id: number; startsOn: WorkDate; endsOn: WorkDate; available: boolean; reason: string | null }[];
  dates: { day: WorkDate; available: boolean; reason: string | null }[];
  timeOff: { id: number; startsOn: WorkDate; endsOn: WorkDate; reason: string | null }[];
  store: BoardStore;
  /** The store's day now. */
  today: WorkDate;
  holidays: Holiday[];
  /** Live schedules on today or a later day, soonest first; `lastDay` is the last day of each. */
  upcoming: {
    scheduleId: number;
    eventName: string;
    startsAt: Instant;
    workDate: WorkDate;
    lastDay: WorkDate;
  }[];
}

/**
 * `deleted` if the person never had a schedule, otherwise `retired`, which keeps their history.
 */
export interface Removed {
  outcome: 'deleted' | 'retired';
  terminatedOn: WorkDate | null;
  /** Live schedules after the last work day. Other people must do them. */
  schedulesToReassign: number[];
}

/** A schedule of a person who can't work that day. */
export interface BrokenSchedule {
  scheduleId: number;
  eventId: number;
  eventName: string;
  startsAt: Instant;
  workDate: WorkDate;
  /** The reason of the rule, a sentence. */
  message: string;
}

/** The result of a change of availability. */
export interface AvailabilitySaved {
  employee: Employee;
  /**
   * Live schedules that the change invalidates, soonest first. They stay, and the board marks them.
   */
  broken: BrokenSchedule[];
}

/** A person's work in one week, Sunday first. */
export interface PersonWeek {
  store: BoardStore;
  employee: { id: number; name: string; role: Role };
  weekOf: WorkDate;
  days: WorkDate[];
  today: WorkDate;
  holidays: { day: WorkDate; name: string }[];
  /** The days on which the person doesn't work, and why. */
  off: { day: WorkDate; reason: string }[];
  schedules: {
    scheduleId: number;
    eventId: number;
    version: number;
    eventName: string;
    eventNumber: string | null;
    type: EventType;
    startsAt: Instant;
    endsAt: Instant;
    workDate: WorkDate;
    changedAt: Instant;
    instructionsUrl: string | null;
    syncState: SyncState;
  }[];
  /**
   * Whether the person was ever scheduled in that week. If so, a calendar file tells what became of
   * the work.
   */
  hasCalendarFile: boolean;
}

/** The entries of a person's calendar file for a week. */
export interface PersonCalendar {
  store: BoardStore;
  employee: { id: number; name: string };
  weekOf: WorkDate;
  entries: {
    eventId: number;
    eventName: string;
    type: EventType;
    startsAt: Instant;
    endsAt: Instant;
    /** The work ended, or another person has it. */
    isCancelled: boolean;
    /** Grows with each change of the event's person or time, also across schedules. */
    sequence: number;
    changedAt: Instant;
    instructionsUrl: string | null;
  }[];
}

/** A rep of the latest read of Crossmark's list. */
export interface Rep {
  repId: string;
  /** In mixed case; Crossmark's list is often in upper case. */
  name: string;
  employeeNumber: string | null;
  email: string | null;
  phone: string | null;
  /** The person here with this RepID or employee number. */
  holder: { id: number; name: string } | null;
}

/** The latest read of Crossmark's rep list; while `queued`, `failureReason` explains the delay. */
export interface RepReading {
  readingId: number;
  state: 'queued' | 'done' | 'failed';
  requestedAt: Instant;
  finishedAt: Instant | null;
  failureReason: string | null;
}

/** Crossmark's reps to choose from. `readAt` is null if the list was never read. */
export interface RepList {
  reading: RepReading | null;
  readAt: Instant | null;
  reps: Rep[];
}

/**
 * What an import would do with a rep: `new` adds a person, `changed` changes one, `same` changes
 * nothing, `conflict` needs a person's decision.
 */
export interface ImportRow {
  rep: Rep;
  status: 'new' | 'changed' | 'same' | 'conflict';
  /** The matching person; null for a new person and for an ambiguous match. */
  employee: { id: number; name: string; retired: boolean } | null;
  changes: { field: 'name' | 'employeeNumber' | 'repId'; from: string | null; to: string }[];
  /** `conflict`: the reason and the remedy; `new`: a note to check. */
  note: string | null;
}

export interface ImportPreview {
  reading: RepReading | null;
  readAt: Instant | null;
  rows: ImportRow[];
}

export interface ImportResult {
  created: number;
  changed: number;
}
