import { type Db, isRolledBack, postgresError, type Tx } from '@scheduler/db';

/** Postgres broke a transaction off because two waited for each other; run again it goes through. */
const DEADLOCK = '40P01';
export const UNIQUE_VIOLATION = '23505';
const TRIES = 3;

/** What transactions failed with of which it is known that nothing of them was kept. */
const keptNothing = new WeakSet<Error>();

/**
 * Whether it is known of a failed {@link save}, of whose error this one tells, that it saved nothing. It isn't where its
 * COMMIT was sent and not answered.
 */
export function savedNothing(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (keptNothing.has(cause)) return true;
  return false;
}

/**
 * Runs one transaction that changes something: all of it is written, or nothing. Locks are taken in one order
 * everywhere: events, people, schedules, sync rows, jobs, each by rising id. Should something else (a bulk write of the
 * worker) cross it all the same, the transaction is run again.
 */
export async function save<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let committing = false;
    try {
      return await db.transaction(async (tx) => {
        const result = await work(tx);
        committing = true;
        return result;
      });
    } catch (error) {
      if (error instanceof Error && (!committing || isRolledBack(error))) keptNothing.add(error);
      if (postgresError(error)?.code !== DEADLOCK || attempt === TRIES) throw error;
    }
  }
}
