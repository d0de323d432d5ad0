import { sql } from 'drizzle-orm';
import { bigint, index, integer, pgEnum, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now, plainText } from './columns.ts';
import { employees } from './employees.ts';
import { failureKindEnum } from './event-syncs.ts';
import { events } from './events.ts';

/**
 * `done` wrote to Crossmark or changed our records · `nothing` both sides agreed already · `retry`
 * failed, will be retried · `dead` failed for good · `waiting` can't be made yet, no attempt spent
 * · `conflict` left to a person · `interrupted` the worker stopped or died meanwhile.
 */
export const ATTEMPT_OUTCOMES = [
  'done',
  'nothing',
  'retry',
  'dead',
  'waiting',
  'conflict',
  'interrupted',
] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];
export const attemptOutcomeEnum = pgEnum('attempt_outcome', ATTEMPT_OUTCOMES);

/** A row for each attempt of a task. `outcome` is null while it runs. */
export const syncAttempts = pgTable(
  'sync_attempts',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    task: text().notNull(),
    jobId: text().notNull(),
    workerId: text().notNull(),
    eventId: integer().references(() => events.id, { onDelete: 'cascade' }),
    employeeId: integer().references(() => employees.id, { onDelete: 'cascade' }),
    scheduleId: integer(),
    /** Which attempt since what is wanted last changed, from 1. */
    number: integer().notNull().default(1),
    startedAt: instant().notNull().default(now),
    finishedAt: instant(),
    outcome: attemptOutcomeEnum(),
    /** What was done, for a person: `booked 10:45 for Ada Example`. */
    summary: plainText(),
    failureKind: failureKindEnum(),
    failureReason: plainText(),
    nextAttemptAt: instant('next_try_at'),
  },
  (table) => [
    index('sync_attempts_event').on(table.eventId, table.id),
    index('sync_attempts_employee').on(table.employeeId, table.id),
    // Admin: history of a task, a job's attempts.
    index('sync_attempts_task').on(table.task, table.id),
    index('sync_attempts_job').on(table.jobId),
    // Admin: what failed within a day. Few attempts did.
    index('sync_attempts_failed').on(table.startedAt).where(sql`${table.outcome} in ('retry', 'waiting')`),
  ],
);
