import { type Db, isRolledBack, postgresError, type Tx } from '@scheduler/db';

/** Postgres aborted one of two transactions that waited for each other. Repeated, it succeeds. */
const DEADLOCK = '40P01';
export const UNIQUE_VIOLATION = '23505';
const TRIES = 3;

/** Errors of transactions that certainly saved nothing. */
const keptNothing = new WeakSet<Error>();

/**
 * Whether a {@link save} that failed with this error certainly saved nothing. It is uncertain if
 * its COMMIT was sent and not answered.
 */
export function savedNothing(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (keptNothing.has(cause)) return true;
  return false;
}

/**
 * Runs one transaction that changes something: all of it is written, or nothing. Locks are taken in
 * one order everywhere: events, people, schedules, sync rows, jobs, each by rising id. If another
 * transaction (such as a bulk write of the worker) still causes a deadlock, this one is run again.
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
