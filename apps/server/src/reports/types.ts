import type { Role, WorkDate } from '@scheduler/scheduling';

/** What happened to schedules of weeks that were published already. */
export interface ChangesAfterPublishing {
  /** Another time or day. */
  moved: number;
  /** Another person, whatever else changed with it. */
  reassigned: number;
  unscheduled: number;
  /** New in a published week: scheduled for it, or moved into it from another week. */
  added: number;
}

/** The work of a person, of a week, or of all. */
export interface WorkFigures {
  /** Minutes of presence; a Core's lunch is part of them. */
  minutes: number;
  /** The same without the lunches of Cores. */
  workedMinutes: number;
  /** Days of people with any work. */
  days: number;
  cores: number;
  /** Recorded days of attendance. */
  recorded: number;
  /** Those of them that were on time. */
  onTime: number;
  changes: ChangesAfterPublishing;
}

export interface PersonFigures extends WorkFigures {
  employeeId: number;
  name: string;
  role: Role;
}

/** The figures that only weeks have. */
export interface SharedFigures extends WorkFigures {
  /** People with any work. */
  people: number;
  /** Events whose last possible day it was, without canceled ones and those that Crossmark dropped. */
  due: number;
  /** Those of them that are scheduled, or done. */
  covered: number;
  /**
   * The time from saving a change to Crossmark holding it, for changes of this work that people
   * made here; null if none is known.
   */
  sync: { count: number; medianSeconds: number; p95Seconds: number } | null;
}

export interface WeekFigures extends SharedFigures {
  weekOf: WorkDate;
}

/** The work of a store in a range of weeks, by week and by person. */
export interface Report {
  storeId: number;
  /** The Sunday of the first week and the Saturday of the last. */
  from: WorkDate;
  to: WorkDate;
  publishedDaysBefore: number;
  total: SharedFigures;
  weeks: WeekFigures[];
  /** Everybody with a figure, in the order of the board. */
  people: PersonFigures[];
}
