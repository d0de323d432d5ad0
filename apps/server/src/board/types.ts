import type {
  DayCheck,
  EventType,
  Instant,
  NoonState,
  PersonFacts,
  PlannedWork,
  Reason,
  Role,
  SlotCover,
  WorkDate,
} from '@scheduler/scheduling';
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
  /** Reissued work: its expiry, which takes the window's place; the last work day is the one before. */
  windowEndsOn: WorkDate | null;
  /** Rules that it breaks as things stand: what comes from Crossmark or a CSV is a fact and is shown, not refused. */
  flags: Reason[];
}

/** With what the rules ask of a person, as far as it concerns the week. */
export interface BoardPerson extends PersonFacts {
  linkState: LinkState;
  /** Days of the week on which they don't work, and why. */
  off: { day: WorkDate; reason: string }[];
}

/** One week of one store, Sunday first. */
export interface WeekBoard {
  store: BoardStore;
  weekOf: WorkDate;
  days: WorkDate[];
  /** The store's day now. */
  today: WorkDate;
  /** Of the week and the Sunday after it, into which work may go on. */
  holidays: { day: WorkDate; name: string }[];
  people: BoardPerson[];
  schedules: BoardSchedule[];
  /**
   * Live work of these people that is not among `schedules`, for the rules ask about it: at other stores, and on the days
   * next to the week, for work may reach over midnight.
   */
  besides: PlannedWork[];
  /** Unscheduled work whose window touches the week or is yet to come within it; most urgent first. */
  tray: BoardEvent[];
  /** How much unscheduled work has its window before the week, and how much after it. */
  openElsewhere: { earlier: number; later: number };
}

/** One day of one store. */
export interface DayBoard {
  store: BoardStore;
  day: WorkDate;
  /** The store's day now. */
  today: WorkDate;
  /** The holiday that falls on it. */
  holiday: string | null;
  /** `off` is why they don't work that day; null where they can. */
  people: { id: number; name: string; role: Role; off: string | null }[];
  /** By time. */
  schedules: BoardSchedule[];
  /** The Supervisor event of each Core that has one; `workDate` is the day on which it is scheduled. */
  noonChecks: { coreEventId: number; state: NoonState; event: BoardEvent; workDate: WorkDate | null }[];
  /** Unscheduled work whose last day this is, most urgent first. */
  due: BoardEvent[];
  /** Where the instructions of the day's work are, as far as Crossmark told; by event. */
  instructions: Record<number, string>;
  /** Usual starts of each type, and other ones where work stands there. */
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
    /** Planned work, in the order of the types; none is left out. */
    counts: { type: EventType; count: number }[];
    /** Unscheduled events whose last day this is. */
    due: number;
  }[];
}
