import { integer, pgEnum, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now, plainText } from './columns.ts';

export const breakerStateEnum = pgEnum('breaker_state', ['closed', 'open']);

/**
 * Whether a Crossmark host can be called. There is one row for each host; all workers share it, and
 * it outlives every process. The row last updated is that of the host in use.
 */
export const crossmarkBreakers = pgTable('crossmark_breakers', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  /** Scheme, name and port, as in `https://crossmark.example.com`. */
  host: text().notNull().unique(),
  /** While it is `open`, only probes are sent and everything else waits. */
  state: breakerStateEnum().notNull().default('closed'),

  /** Failed calls in a row, and the calls of the window that is being counted. */
  consecutiveFailures: integer().notNull().default(0),
  windowStartedAt: instant().notNull().default(now),
  windowCalls: integer().notNull().default(0),
  windowFailures: integer().notNull().default(0),

  /** The time of the first of the failed calls in a row; null if the last call was answered. */
  failingSince: instant(),
  openedAt: instant(),
  /**
   * Crossmark asked not to be called before this time (`Retry-After`), so no probe is made before
   * it.
   */
  leaveAloneUntil: instant(),
  /** The earliest time of the next probe. */
  probeAt: instant(),
  /**
   * The worker that makes the probe now. Its right expires, so that a crash doesn't block the probe
   * for ever.
   */
  probeOwner: text(),
  probeUntil: instant(),
  lastProbeAt: instant(),
  /** For a person: how the last failed call failed. */
  lastFailure: plainText(),
  updatedAt: instant().notNull().default(now),
});
