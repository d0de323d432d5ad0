import { boolean, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, plainText } from './columns.ts';

/**
 * Alerts that hold, or of which people were told. The servers share these rows, so that one of them
 * tells of each.
 */
export const alerts = pgTable('alerts', {
  /** The name of the alert in @scheduler/sync. */
  name: text().primaryKey(),
  /** When it was first seen to hold; null while it does not. */
  seenSince: instant(),
  /** Whether the last message said that it holds. */
  isTold: boolean().notNull().default(false),
  /** When people were last told that it holds. */
  toldAt: instant(),
  /** Until when a server has it, which is telling people. It may have died with it. */
  claimedUntil: instant(),
  /** Why people could not be told the last time, for people. */
  failure: plainText(),
});
