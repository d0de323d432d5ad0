import type {
  DayCheck,
  EventType,
  Hours,
  Instant,
  NoonState,
  PersonFacts,
  PlannedWork,
  Reason,
  Role,
  SlotCover,
  WorkDate,
} from '@scheduler/scheduling';
import type { AttendanceRecord } from '../attendance/types.ts';
import type { LinkState } from '../employees/types.ts';
import type { BoardEvent } from '../events/types.ts';
import type { BoardStore } from '../stores/types.ts';

export interface BoardSchedule {
  scheduleId: number;
  version: number;
  event: BoardEvent;
  employeeId: number;
  startsAt: Instant;
  endsAt: Instant;
  /** The store's day. */
  workDate: WorkDate;
  source: 'board' | 'crossmark' | 'csv';
  /** Why a soft conflict was accepted. */
  overrideReason: string | null;
  /** Reissued work: its expiry, which replaces the window. The last work day is the day before. */
  windowEndsOn: WorkDate | null;
  /**
   * The rules that it breaks now. A schedule from Crossmark or a CSV file is a fact, so it is
   * marked and not refused.
   */
  flags: Reason[];
}

/** Hours of a day in which a person doesn't work, although they may work in others. */
export interface HoursOffThatDay extends Hours {
  day: WorkDate;
  reason: string;
  /** Whether it is so every week; otherwise it is time off. */
  isUsual: boolean;
}

/** A person with the facts that the rules need for this week. */
export interface BoardPerson extends PersonFacts {
  /**
   * Whether they belong to another store and only have work here. Guests can't be given more, so the
   * facts that the rules need of them are left out.
   */
  isGuest: boolean;
  /** Whether the user may see the person's own store, and so their days, and change them. */
  mayOpen: boolean;
  linkState: LinkState;
  /** Days of the week on which they don't work at all, and why. */
  off: { day: WorkDate; reason: string }[];
  hoursOff: HoursOffThatDay[];
}

/** One week of one store, Sunday first. */
export interface WeekBoard {
  store: BoardStore;
  weekOf: WorkDate;
  days: WorkDate[];
  /** The store's day now. */
  today: WorkDate;
  /** Holidays of the week and of the Sunday after it, into which work may last. */
  holidays: { day: WorkDate; name: string }[];
  people: BoardPerson[];
  schedules: BoardSchedule[];
  /**
   * Live work of the store's own people that is not in `schedules` but matters to the rules: work at
   * other stores, and work on the days before and after the week, because work may last beyond
   * midnight.
   */
  besides: PlannedWork[];
  /** Unscheduled work whose window overlaps the week; the most urgent first. */
  tray: BoardEvent[];
  /**
   * The numbers of unscheduled events whose window is before and after the week; `next` of those
   * after it begin in the next week.
   */
  openElsewhere: { earlier: number; later: number; next: number };
}

/** One day of one store. */
export interface DayBoard {
  store: BoardStore;
  day: WorkDate;
  /** The store's day now. */
  today: WorkDate;
  /** The holiday on this day. */
  holiday: string | null;
  /**
   * `off` is the reason why the person doesn't work that day at all; null if they can, at least
   * besides `hoursOff`.
   */
  people: {
    id: number;
    name: string;
    role: Role;
    off: string | null;
    hoursOff: HoursOffThatDay[];
    /** Whether the user may see the person's own store, and so their days, and change them. */
    mayOpen: boolean;
  }[];
  /** How the day went, for the people whose day was recorded. */
  attendance: AttendanceRecord[];
  /** In order of time. */
  schedules: BoardSchedule[];
  /** The Supervisor event of each Core that has one. `workDate` is its scheduled day. */
  noonChecks: { coreEventId: number; state: NoonState; event: BoardEvent; workDate: WorkDate | null }[];
  /** Unscheduled work whose last day this is, most urgent first. */
  due: BoardEvent[];
  /** Links to instructions by event, as far as Crossmark listed them. */
  instructions: Record<number, string>;
  /** The usual starts of each type, and other starts that have work. */
  coverage: { type: EventType; slots: SlotCover[] }[];
  checks: DayCheck[];
}

/** One month of one store in whole weeks, Sunday first. */
export interface MonthView {
  store: BoardStore;
  /** `YYYY-MM`. */
  month: string;
  /** The store's day now. */
  today: WorkDate;
  days: {
    day: WorkDate;
    holiday: string | null;
    /** Scheduled work by type, in the order of the types, including types without work. */
    counts: { type: EventType; count: number }[];
    /** Unscheduled events whose last day this is. */
    due: number;
  }[];
}
