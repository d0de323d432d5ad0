import { type Db, postgresError, type Tx } from '@scheduler/db';

/** Postgres broke a transaction off because two waited for each other; run again it goes through. */
const DEADLOCK = '40P01';
export const UNIQUE_VIOLATION = '23505';
const TRIES = 3;

/**
 * Runs one transaction that changes something: all of it is written, or nothing. Locks are taken in one order
 * everywhere: events, people, schedules, sync rows, jobs, each by rising id. Should something else (a bulk write of the
 * worker) cross it all the same, the transaction is run again.
 */
export async function save<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (postgresError(error)?.code !== DEADLOCK || attempt === TRIES) throw error;
    }
  }
}
