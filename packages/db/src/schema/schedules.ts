import type { BookingId } from '@scheduler/crossmark';
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  date,
  index,
  integer,
  pgEnum,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';
import { employees } from './employees.ts';
import { events } from './events.ts';

/** Where a schedule came from: decided here, read from Crossmark, or a row of a CSV file. */
export const scheduleSourceEnum = pgEnum('schedule_source', ['board', 'crossmark', 'csv']);

/** Who works an event and when. Ended ones stay as history. */
export const schedules = pgTable(
  'schedules',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    eventId: integer()
      .notNull()
      .references(() => events.id),
    employeeId: integer()
      .notNull()
      .references(() => employees.id),
    startsAt: instant().notNull(),
    endsAt: instant().notNull(),
    /** Local day of the store on which it starts. */
    workDate: date({ mode: 'string' }).notNull(),
    source: scheduleSourceEnum().notNull().default('board'),
    /**
     * Counts the changes of this schedule: an edit names the version it saw, a stale one is
     * refused.
     */
    version: integer().notNull().default(1),
    /** Why a soft conflict was accepted. */
    overrideReason: text(),
    /**
     * Reissued work: the booking whose work is opened again for this schedule. That one stays
     * Crossmark's history.
     */
    reissueOf: text().$type<BookingId>(),
    /**
     * Reissued work: the first day on which it can't be worked any more; it takes the place of the
     * event's window.
     */
    reissueExpiresOn: date({ mode: 'string' }),
    /** Reissued work: whether the answers of the first time are handed over. */
    reissueResponses: boolean(),
    endedAt: instant(),
    createdAt: instant().notNull().default(now),
    updatedAt: instant().notNull().default(now),
  },
  (table) => [
    // If two requests schedule one event at once, the second one always fails here.
    uniqueIndex('schedules_one_live_per_event').on(table.eventId).where(sql`${table.endedAt} is null`),
    check(
      'schedules_reissue',
      sql`num_nonnulls(${table.reissueOf}, ${table.reissueExpiresOn}, ${table.reissueResponses}) in (0, 3)`,
    ),
    check('schedules_order', sql`${table.startsAt} < ${table.endsAt}`),
    // For the whole history of an event's schedules.
    index('schedules_of_event').on(table.eventId),
    // A week of the board; a person's day when rules are checked.
    index('schedules_live_by_day').on(table.workDate, table.employeeId).where(sql`${table.endedAt} is null`),
  ],
);
