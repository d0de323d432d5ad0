import { integer, jsonb, pgEnum, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';

export const refreshStateEnum = pgEnum('refresh_state', ['queued', 'running', 'done', 'failed']);

/** A row of Crossmark's list that could not be read: reported, and changes nothing. */
export interface BadRow {
  mplanId: string | null;
  reason: string;
}

/** One reading of Crossmark's whole list. Absence counts only where `state` is `done`. */
export const refreshRuns = pgTable('refresh_runs', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  /** A user's id, or `schedule` for the hourly run. */
  requestedBy: text().notNull(),
  state: refreshStateEnum().notNull().default('queued'),
  requestedAt: instant().notNull().default(now),
  startedAt: instant(),
  finishedAt: instant(),
  /** Rows read so far and rows there are. */
  read: integer().notNull().default(0),
  total: integer(),
  created: integer().notNull().default(0),
  updated: integer().notNull().default(0),
  unchanged: integer().notNull().default(0),
  gone: integer().notNull().default(0),
  drifted: integer().notNull().default(0),
  badRows: jsonb().$type<BadRow[]>().notNull().default([]),
  failureReason: text(),
});
