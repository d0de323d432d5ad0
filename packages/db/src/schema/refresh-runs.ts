import { sql } from 'drizzle-orm';
import { integer, jsonb, pgEnum, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { instant, now, plainText } from './columns.ts';

/**
 * `needs_decision` the list was read twice and lacks so many events that a person has to tell
 * whether they are gone · `superseded` it needed a decision, and a later reading made that
 * unnecessary.
 */
export const REFRESH_STATES = [
  'queued',
  'running',
  'done',
  'failed',
  'needs_decision',
  'superseded',
] as const;
/** The states of a refresh that read the whole list. */
export const COMPLETED_REFRESHES = ['done', 'needs_decision', 'superseded'] as const;
export type RefreshRunState = (typeof REFRESH_STATES)[number];
export const refreshStateEnum = pgEnum('refresh_state', REFRESH_STATES);

/** A row of Crossmark's list that could not be read: reported, and changes nothing. */
export interface BadRow {
  mplanId: string | null;
  reason: string;
}

/** One reading of Crossmark's whole list. Absence counts only where `state` is `done`. */
export const refreshRuns = pgTable(
  'refresh_runs',
  {
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
    /**
     * How many events and bookings this refresh was the first not to list. The next complete one
     * confirms that or not.
     */
    unconfirmed: integer().notNull().default(0),
    /** Where a decision is needed: our ids of the events that the list lacks. */
    missing: jsonb().$type<number[]>().notNull().default([]),
    badRows: jsonb().$type<BadRow[]>().notNull().default([]),
    failureReason: plainText(),
  },
  (table) => [
    uniqueIndex('refresh_runs_one_open').on(sql`(true)`).where(sql`${table.state} in ('queued', 'running')`),
    uniqueIndex('refresh_runs_one_question').on(sql`(true)`).where(sql`${table.state} = 'needs_decision'`),
  ],
);
