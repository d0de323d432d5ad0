import { index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** One-time tokens, owned by better-auth. */
export const userVerifications = pgTable(
  'user_verifications',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index('user_verifications_identifier').on(table.identifier)],
);
