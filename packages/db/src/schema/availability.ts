import type { Hours } from '@scheduler/scheduling';
import { sql } from 'drizzle-orm';
import { boolean, check, date, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { employees } from './employees.ts';

/** Weekly pattern, all seven days, Sunday first. A person without a row is available every day. */
export const availabilityPatterns = pgTable('availability_patterns', {
  employeeId: integer()
    .primaryKey()
    .references(() => employees.id, { onDelete: 'cascade' }),
  sunday: boolean().notNull().default(true),
  monday: boolean().notNull().default(true),
  tuesday: boolean().notNull().default(true),
  wednesday: boolean().notNull().default(true),
  thursday: boolean().notNull().default(true),
  friday: boolean().notNull().default(true),
  saturday: boolean().notNull().default(true),
  /** The hours of each of these days in which they work, Sunday first; null: the whole day. */
  hours: jsonb().$type<(Hours | null)[]>(),
});

/**
 * A range of days, both included, in which a person is or isn't available, whatever the pattern
 * says.
 */
export const availabilityRanges = pgTable(
  'availability_ranges',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    employeeId: integer()
      .notNull()
      .references(() => employees.id, { onDelete: 'cascade' }),
    startsOn: date({ mode: 'string' }).notNull(),
    endsOn: date({ mode: 'string' }).notNull(),
    available: boolean().notNull(),
    reason: text(),
  },
  (table) => [check('availability_ranges_order', sql`${table.startsOn} <= ${table.endsOn}`)],
);

/** A single day available or blocked, with its reason. */
export const availabilityDates = pgTable(
  'availability_dates',
  {
    employeeId: integer()
      .notNull()
      .references(() => employees.id, { onDelete: 'cascade' }),
    day: date({ mode: 'string' }).notNull(),
    available: boolean().notNull(),
    reason: text(),
  },
  (table) => [primaryKey({ columns: [table.employeeId, table.day] })],
);

/**
 * Days off, first and last included. With a time, only the hours of each day from or until it are
 * off, on the store's clocks.
 */
export const timeOff = pgTable(
  'time_off',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    employeeId: integer()
      .notNull()
      .references(() => employees.id, { onDelete: 'cascade' }),
    startsOn: date({ mode: 'string' }).notNull(),
    endsOn: date({ mode: 'string' }).notNull(),
    reason: text(),
    /** `HH:mm`; null: from the beginning of the day. */
    fromTime: text(),
    /** `HH:mm`; null: until the end of the day. */
    untilTime: text(),
  },
  (table) => [
    check('time_off_order', sql`${table.startsOn} <= ${table.endsOn}`),
    check('time_off_hours', sql`${table.fromTime} < ${table.untilTime}`),
  ],
);
