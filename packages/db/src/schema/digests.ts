import { sql } from 'drizzle-orm';
import { check, date, index, integer, pgEnum, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, now, plainText } from './columns.ts';
import { stores } from './stores.ts';
import { users } from './users.ts';

/** Who gets a digest of a store's next days by e-mail, and at what time of the store's clock. */
export const digestSubscriptions = pgTable(
  'digest_subscriptions',
  {
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    storeId: integer()
      .notNull()
      .references(() => stores.id, { onDelete: 'cascade' }),
    /** `HH:mm`. */
    sendAt: text().notNull(),
    /** A time of the day that had passed by then counts from the next day on. */
    changedAt: instant().notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.storeId] }),
    check('digest_subscriptions_time', sql`${table.sendAt} ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'`),
  ],
);

/**
 * `sending` a worker has it, or died with it: it may have been sent · `sent` the mail server took
 * it · `refused` the mail server surely doesn't have it, so it is sent again at `retry_at`, if that
 * is on the same day · `unknown` the connection was lost while it was handed over.
 */
export const DIGEST_STATES = ['sending', 'sent', 'refused', 'unknown'] as const;
export type DigestState = (typeof DIGEST_STATES)[number];
export const digestStateEnum = pgEnum('digest_state', DIGEST_STATES);

/** The digest of a user, a store and a day. Its row is written before it is sent. */
export const digestSends = pgTable(
  'digest_sends',
  {
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    storeId: integer()
      .notNull()
      .references(() => stores.id, { onDelete: 'cascade' }),
    /** The store's day. */
    day: date({ mode: 'string' }).notNull(),
    state: digestStateEnum().notNull().default('sending'),
    attempts: integer().notNull().default(1),
    retryAt: instant(),
    sentAt: instant(),
    /** A sentence for people, without anything that the mail server is told in confidence. */
    failure: plainText(),
  },
  (table) => [
    // Of several workers that send one digest at once, only one gets its row.
    primaryKey({ columns: [table.userId, table.storeId, table.day] }),
    // For pruning.
    index('digest_sends_day').on(table.day),
  ],
);
