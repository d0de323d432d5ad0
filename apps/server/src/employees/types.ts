import type { SyncState } from '@scheduler/db';
import type { EventType, Holiday, Hours, Instant, Role, WorkDate } from '@scheduler/scheduling';
import type { HoursOffThatDay } from '../board/types.ts';
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
  /** The hours of each weekday in which they work, Sunday first; null means the whole day. */
  patternHours: (Hours | null)[] | null;
  ranges: { id: number; startsOn: WorkDate; endsOn: WorkDate; available: boolean; reason: string | null }[];
  dates: { day: WorkDate; available: boolean; reason: string | null }[];
  /** With hours, only these hours of each day are off. */
  timeOff: ({ id: number; startsOn: WorkDate; endsOn: WorkDate; reason: string | null } & Hours)[];
  store: BoardStore;
  /** The store's day now. */
  today: WorkDate;
  holidays: Holiday[];
  /** Live schedules on today or a later day, soonest first; `lastDay` is the last day of each. */
  upcoming: {
    scheduleId: number;
    eventName: string;
    startsAt: Instant;
    endsAt: Instant;
    workDate: WorkDate;
    lastDay: WorkDate;
    /** Whether it is in the person's own store, where a plan may find others for it. */
    isInOwnStore: boolean;
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
  /** Whether the event belongs to a store that the user may not see, so its name is not told. */
  isElsewhere: boolean;
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
  /** The days on which the person doesn't work at all, and why. */
  off: { day: WorkDate; reason: string }[];
  hoursOff: HoursOffThatDay[];
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
    /** Whether the event belongs to a store that the user may not see, so its name is not told. */
    isElsewhere: boolean;
    syncState: SyncState;
  }[];
  /**
   * Whether the person was ever scheduled in that week. If so, there is a calendar file, which also
   * lists cancelled work.
   */
  hasCalendarFile: boolean;
}

/** The work of people in one week or several, Sunday first, for paper. */
export interface PersonSheets {
  store: BoardStore;
  days: WorkDate[];
  /** The store's day now. */
  today: WorkDate;
  holidays: { day: WorkDate; name: string }[];
  /** One person, or everybody in the order of the board. */
  people: {
    id: number;
    name: string;
    role: Role;
    /** The days on which the person doesn't work at all, and why. */
    off: { day: WorkDate; reason: string }[];
    hoursOff: HoursOffThatDay[];
    /** By time. Work that began on the day before the first one is among it. */
    schedules: {
      scheduleId: number;
      eventId: number;
      eventName: string;
      eventNumber: string | null;
      type: EventType;
      startsAt: Instant;
      endsAt: Instant;
      workDate: WorkDate;
      /** Of the store where the work is. */
      timeZone: string;
      slotTimes: BoardStore['slotTimes'];
      /** That store, if it isn't the person's and the user may see it. */
      otherStore: { name: string; number: string } | null;
    }[];
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
