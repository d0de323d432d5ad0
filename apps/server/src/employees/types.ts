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
  /** Why there is no link to Crossmark. */
  linkReason: string | null;
  adultBeverageTrained: boolean;
  /** Last work day; null while they are with us. */
  terminatedOn: WorkDate | null;
  version: number;
}

/** A person with the days on which they can work. */
export interface EmployeeDetail extends Employee {
  /** Sunday first; null: every day. */
  pattern: boolean[] | null;
  ranges: { id: number; startsOn: WorkDate; endsOn: WorkDate; available: boolean; reason: string | null }[];
  dates: { day: WorkDate; available: boolean; reason: string | null }[];
  timeOff: { id: number; startsOn: WorkDate; endsOn: WorkDate; reason: string | null }[];
  store: BoardStore;
  /** The store's day now. */
  today: WorkDate;
  holidays: Holiday[];
  /** Live schedules that touch today or a later day, soonest first; `lastDay` is the last day that each one touches. */
  upcoming: {
    scheduleId: number;
    eventName: string;
    startsAt: Instant;
    workDate: WorkDate;
    lastDay: WorkDate;
  }[];
}

/** `deleted` where nothing was ever scheduled for them, else `retired`: their history stays. */
export interface Removed {
  outcome: 'deleted' | 'retired';
  terminatedOn: WorkDate | null;
  /** Live schedules after their last day: somebody else must do these. */
  schedulesToReassign: number[];
}

/** A schedule of somebody who can't work that day as things stand now. */
export interface BrokenSchedule {
  scheduleId: number;
  eventId: number;
  eventName: string;
  startsAt: Instant;
  workDate: WorkDate;
  /** What the rule says, in a sentence. */
  message: string;
}

/** A change of the days on which somebody can work. */
export interface AvailabilitySaved {
  employee: Employee;
  /** Live schedules that the change put in the wrong, soonest first: they stay, and the board marks them. */
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
  /** Days on which they don't work, and why. */
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
  /** Whether anything was ever planned for them in that week: a calendar file then says what became of it. */
  hasCalendarFile: boolean;
}

/** What a calendar file says of a person's week. */
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
    /** It ended, or somebody else has it. */
    isCancelled: boolean;
    /** Grows with each change of who works the event and when, whatever else becomes of its schedules. */
    sequence: number;
    changedAt: Instant;
    instructionsUrl: string | null;
  }[];
}

/** A rep of Crossmark's list as it was last read. */
export interface Rep {
  repId: string;
  /** As a person writes it: Crossmark's own list is often in upper case. */
  name: string;
  employeeNumber: string | null;
  email: string | null;
  phone: string | null;
  /** Whose RepID or employee number it is here. */
  holder: { id: number; name: string } | null;
}

/** The latest reading of Crossmark's rep list; while `queued`, `failureReason` says why it takes so long. */
export interface RepReading {
  readingId: number;
  state: 'queued' | 'done' | 'failed';
  requestedAt: Instant;
  finishedAt: Instant | null;
  failureReason: string | null;
}

/** Crossmark's reps for somebody to choose from. `readAt` null: never read. */
export interface RepList {
  reading: RepReading | null;
  readAt: Instant | null;
  reps: Rep[];
}

/**
 * What an import would do with a rep: `new` adds a person, `changed` changes one, `same` nothing, `conflict` can't be
 * told by itself.
 */
export interface ImportRow {
  rep: Rep;
  status: 'new' | 'changed' | 'same' | 'conflict';
  /** Who is meant; null for a new person and where nobody can be told. */
  employee: { id: number; name: string; retired: boolean } | null;
  changes: { field: 'name' | 'employeeNumber' | 'repId'; from: string | null; to: string }[];
  /** `conflict`: why, and what to do; `new`: what to look out for. */
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
