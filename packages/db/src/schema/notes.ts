import { sql } from 'drizzle-orm';
import { check, date, integer, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';
import { employees } from './employees.ts';
import { events } from './events.ts';
import { nextVersion } from './record-versions.ts';
import { stores } from './stores.ts';

/** What people write down about an event, a person, or a day of a store. Each has one note. */
export const notes = pgTable(
  'notes',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    eventId: integer()
      .unique()
      .references(() => events.id, { onDelete: 'cascade' }),
    employeeId: integer()
      .unique()
      .references(() => employees.id, { onDelete: 'cascade' }),
    storeId: integer().references(() => stores.id, { onDelete: 'cascade' }),
    day: date({ mode: 'string' }),
    /** May have several lines. */
    text: text().notNull(),
    version: integer().notNull().default(nextVersion),
    /** Name of the user who wrote this version. */
    writtenBy: text().notNull(),
    writtenAt: instant().notNull().default(now),
  },
  (table) => [
    unique('notes_of_day').on(table.storeId, table.day),
    check('notes_of_one', sql`num_nonnulls(${table.eventId}, ${table.employeeId}, ${table.day}) = 1`),
    check('notes_day_of_store', sql`(${table.day} is null) = (${table.storeId} is null)`),
  ],
);
