import { pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';

/**
 * Tasks whose jobs no worker takes until somebody resumes them: a row a task, none while it runs.
 */
export const pausedTasks = pgTable('paused_tasks', {
  task: text().primaryKey(),
  pausedAt: instant().notNull().default(now),
  /** Name of who paused it, for people. */
  pausedBy: text().notNull(),
});
