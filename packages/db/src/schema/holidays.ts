import { boolean, date, integer, pgTable, text } from 'drizzle-orm/pg-core';

/** A day on which nobody works: one date, or the same month and day every year. */
export const holidays = pgTable('holidays', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  day: date({ mode: 'string' }).notNull().unique(),
  name: text().notNull(),
  yearly: boolean().notNull().default(false),
});
