import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/**
 * Attempts to sign in that failed or are still being checked, counted for an address, an account,
 * or both together. The more there are, the longer the next one has to wait.
 */
export const signInTries = pgTable(
  'sign_in_tries',
  {
    /** SHA-256 of what is counted: addresses and e-mails that somebody typed are not kept. */
    key: text().primaryKey(),
    attempts: integer('tries').notNull(),
    lastAt: instant().notNull(),
    /** Until this time, attempts are refused without checking the password. */
    waitUntil: instant().notNull(),
  },
  (table) => [index('sign_in_tries_last').on(table.lastAt)],
);
