import { integer, pgEnum, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now, plainText } from './columns.ts';

export const breakerStateEnum = pgEnum('breaker_state', ['closed', 'open']);

/**
 * Whether a Crossmark host can be called, as all workers know it: one row a host, which survives
 * every process. The row last updated is that of the host in use.
 */
export const crossmarkBreakers = pgTable('crossmark_breakers', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  /** Scheme, name and port, as in `https://crossmark.example.com`. */
  host: text().notNull().unique(),
  /** `open`: only probes are sent, all else waits. */
  state: breakerStateEnum().notNull().default('closed'),

  /** Failed calls in a row, and the calls of the window that is being counted. */
  consecutiveFailures: integer().notNull().default(0),
  windowStartedAt: instant().notNull().default(now),
  windowCalls: integer().notNull().default(0),
  windowFailures: integer().notNull().default(0),

  /** The first of the failed calls in a row; null where the last call was answered. */
  failingSince: instant(),
  openedAt: instant(),
  /** Until when Crossmark asked to be left alone (`Retry-After`): no probe before. */
  leaveAloneUntil: instant(),
  /** The next probe, not before. */
  probeAt: instant(),
  /** The worker that probes now. Expires, so that a crash frees it. */
  probeOwner: text(),
  probeUntil: instant(),
  lastProbeAt: instant(),
  /** For a person: how the last failed call failed. */
  lastFailure: plainText(),
  updatedAt: instant().notNull().default(now),
});
