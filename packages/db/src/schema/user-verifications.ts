import { index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { now } from './columns.ts';

/** One-time tokens, owned by better-auth. */
export const userVerifications = pgTable(
  'user_verifications',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().default(now),
    updatedAt: timestamp({ withTimezone: true }).notNull().default(now),
  },
  (table) => [index('user_verifications_identifier').on(table.identifier)],
);
