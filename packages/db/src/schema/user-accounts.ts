import { pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { now } from './columns.ts';
import { users } from './users.ts';

/** Ways to sign in, owned by better-auth; for `credential`, `password` is a scrypt hash. */
export const userAccounts = pgTable(
  'user_accounts',
  {
    id: text().primaryKey(),
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    accountId: text().notNull(),
    providerId: text().notNull(),
    accessToken: text(),
    refreshToken: text(),
    idToken: text(),
    accessTokenExpiresAt: timestamp({ withTimezone: true }),
    refreshTokenExpiresAt: timestamp({ withTimezone: true }),
    scope: text(),
    password: text(),
    createdAt: timestamp({ withTimezone: true }).notNull().default(now),
    updatedAt: timestamp({ withTimezone: true }).notNull().default(now),
  },
  // One password for each user.
  (table) => [uniqueIndex('user_accounts_one_of_a_kind').on(table.userId, table.providerId)],
);
