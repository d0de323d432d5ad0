import type { AttendanceStatus, Instant, Role, WorkDate } from '@scheduler/scheduling';

/** How a person's day went, as it was last recorded. */
export interface AttendanceRecord {
  employeeId: number;
  /** A day of the person's store. */
  day: WorkDate;
  status: AttendanceStatus;
  note: string | null;
  version: number;
  recordedBy: string;
  recordedAt: Instant;
}

/** How often each status was recorded. */
export type AttendanceCounts = Record<AttendanceStatus, number>;

/** The attendance of one or many people in some days. */
export interface AttendanceSummary {
  counts: AttendanceCounts;
  /** Records on time by all records, from 0 to 1; null without a record. */
  onTimeRate: number | null;
  /** Past days and today with scheduled work and without a record. */
  unmarked: number;
}

/** A person's month. */
export interface PersonAttendance extends AttendanceSummary {
  employeeId: number;
  name: string;
  role: Role;
  /** Their last day; null while they are with the club. */
  terminatedOn: WorkDate | null;
  records: AttendanceRecord[];
  /** The days of the month with scheduled work. */
  workDays: WorkDate[];
}

/** The attendance of a store's people in a month. */
export interface AttendanceMonth extends AttendanceSummary {
  storeId: number;
  /** `YYYY-MM`. */
  month: string;
  days: WorkDate[];
  /** The store's day now. */
  today: WorkDate;
  /** Everybody who was with the club in that month, and others who have work or a record in it. */
  people: PersonAttendance[];
}
