import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';
import { employees } from './employees.ts';
import { stores } from './stores.ts';
import { users } from './users.ts';

/**
 * Addresses that calendars subscribe to: of a person's work, or of the work of a whole store. A new
 * address is a new row, and an address that was replaced or revoked has none.
 */
export const calendarFeeds = pgTable(
  'calendar_feeds',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    // Unique: if two users make an address of one person or store at once, one remains.
    employeeId: integer()
      .unique()
      .references(() => employees.id, { onDelete: 'cascade' }),
    storeId: integer()
      .unique()
      .references(() => stores.id, { onDelete: 'cascade' }),
    /** SHA-256 of the token, in hex. Whoever reads it here can't open the calendar. */
    tokenHash: text().notNull().unique(),
    /** The user who made it. A store's address ends with this user's role of an admin. */
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: instant().notNull().default(now),
    /** When a calendar last read it, to the hour; null if none did. */
    lastReadAt: instant(),
  },
  (table) => [
    check('calendar_feeds_of_one', sql`num_nonnulls(${table.employeeId}, ${table.storeId}) = 1`),
    index('calendar_feeds_user').on(table.userId),
  ],
);
