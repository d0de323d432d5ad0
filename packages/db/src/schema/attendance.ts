import { ATTENDANCE_STATUSES } from '@scheduler/scheduling';
import { date, index, integer, pgEnum, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';
import { employees } from './employees.ts';
import { nextVersion } from './record-versions.ts';

export const attendanceStatusEnum = pgEnum('attendance_status', ATTENDANCE_STATUSES);

/**
 * The attendance of a person on a day, whatever is scheduled: a record stays if the work of its day
 * is moved or unscheduled later.
 */
export const attendanceRecords = pgTable(
  'attendance_records',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    employeeId: integer()
      .notNull()
      .references(() => employees.id, { onDelete: 'cascade' }),
    /** A day of the person's store. */
    day: date({ mode: 'string' }).notNull(),
    status: attendanceStatusEnum().notNull(),
    note: text(),
    version: integer().notNull().default(nextVersion),
    /** Name of the user who recorded this version. */
    recordedBy: text().notNull(),
    recordedAt: instant().notNull().default(now),
  },
  (table) => [
    unique('attendance_records_person_day').on(table.employeeId, table.day),
    // Old records are found by their day.
    index('attendance_records_day').on(table.day),
  ],
);
