import type { EmployeeNumber, RepId } from '@scheduler/crossmark';
import { sql } from 'drizzle-orm';
import { integer, pgEnum, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { instant, now, plainText } from './columns.ts';

export const repReadingStateEnum = pgEnum('rep_reading_state', ['queued', 'done', 'failed']);

/**
 * One reading of Crossmark's rep list, asked for by somebody who wants to import or link people.
 */
export const repReadings = pgTable(
  'rep_readings',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    /** A user's id. */
    requestedBy: text().notNull(),
    state: repReadingStateEnum().notNull().default('queued'),
    requestedAt: instant().notNull().default(now),
    finishedAt: instant(),
    /** Why the last attempt failed; while `queued` there will be another one. */
    failureReason: plainText(),
  },
  (table) => [uniqueIndex('rep_readings_one_open').on(sql`(true)`).where(sql`${table.state} = 'queued'`)],
);

/**
 * Crossmark's rep list as it was last read, all of it: what the preview of an import is computed
 * from.
 */
export const crossmarkReps = pgTable('crossmark_reps', {
  repId: text().$type<RepId>().primaryKey(),
  employeeNumber: text().$type<EmployeeNumber>(),
  /** As Crossmark spells it, often in upper case. */
  name: text().notNull(),
  email: text(),
  phone: text(),
});
