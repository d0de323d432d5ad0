import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';

/** Heartbeats. A worker whose `seen_at` is too old counts as dead, and its jobs are released. */
export const workers = pgTable('workers', {
  /** graphile-worker's worker id, as in `locked_by` of its jobs. */
  id: text().primaryKey(),
  host: text().notNull(),
  pid: integer().notNull(),
  concurrency: integer().notNull(),
  /** Whether it has a mail server, so that it sends digests. */
  sendsMail: boolean().notNull().default(false),
  startedAt: instant().notNull().default(now),
  seenAt: instant().notNull().default(now),
});
