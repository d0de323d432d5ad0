import { foreignKey, index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { now } from './columns.ts';
import { users } from './users.ts';

/**
 * Sign-ins, owned by better-auth. `expires_at` is the time at which a session ends, however much it
 * is used; `updated_at` says when it was last used, to the minute.
 */
export const userSessions = pgTable(
  'user_sessions',
  {
    id: text().primaryKey(),
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    token: text().notNull().unique(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    /**
     * The app it was opened in (`scheduler`, `scheduler-admin`) and counts in; null of sessions
     * older than this column.
     */
    app: text(),
    /** The user's, when their password was looked at; null of sessions older than this column. */
    signInVersion: integer(),
    ipAddress: text(),
    userAgent: text(),
    createdAt: timestamp({ withTimezone: true }).notNull().default(now),
    updatedAt: timestamp({ withTimezone: true }).notNull().default(now),
  },
  (table) => [
    index('user_sessions_user').on(table.userId),
    // A sign-in that was checked before the password was replaced, or the user disabled, opens no
    // session afterwards: its insert waits for that transaction and then fails on this key.
    // Sessions that stay open get the new version.
    foreignKey({
      name: 'user_sessions_sign_in_version',
      columns: [table.userId, table.signInVersion],
      foreignColumns: [users.id, users.signInVersion],
    })
      .onUpdate('cascade')
      .onDelete('cascade'),
  ],
);
