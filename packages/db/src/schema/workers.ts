import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';

/** Heartbeats: a worker whose `seen_at` grows old is taken for dead and its jobs are freed. */
export const workers = pgTable('workers', {
  /** graphile-worker's worker id, as in `locked_by` of its jobs. */
  id: text().primaryKey(),
  host: text().notNull(),
  pid: integer().notNull(),
  concurrency: integer().notNull(),
  startedAt: instant().notNull().default(now),
  seenAt: instant().notNull().default(now),
});
