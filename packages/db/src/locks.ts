import { sql } from 'drizzle-orm';
import type { Tx } from './connect.ts';

/**
 * The keys of all advisory locks, each with a number of its own. A holder only excludes others that
 * take the same key.
 */
export const LOCKS = {
  /** Bringing the database to this version. */
  migrations: 7_261_001,
  /** Asking for, starting and ending a reading of Crossmark's list. */
  refreshes: 7_261_002,
  /** Linking people with reps. */
  repLinks: 7_261_003,
  /** Asking for a reading of Crossmark's rep list. */
  repReadings: 7_261_004,
  /** Making the first admin. */
  setUp: 7_261_005,
  /** Giving a person a name that nobody else in the store has. */
  employeeNames: 7_261_006,
  /** Looking for the plan that covers an absence, and opening it. */
  covers: 7_261_007,
} as const;

/** Waits for a lock and holds it until the transaction ends. */
export async function holdLock(tx: Tx, lock: keyof typeof LOCKS): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${LOCKS[lock]})`);
}
