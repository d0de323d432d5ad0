import { pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';

/**
 * Tasks whose jobs no worker takes until somebody resumes them. There is one row for each paused
 * task.
 */
export const pausedTasks = pgTable('paused_tasks', {
  task: text().primaryKey(),
  pausedAt: instant().notNull().default(now),
  /** The name of the user who paused it. */
  pausedBy: text().notNull(),
});
