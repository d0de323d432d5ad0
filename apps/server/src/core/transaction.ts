import { type Db, isRolledBack, postgresError, type Tx, transactById } from '@scheduler/db';
import type { SQL } from 'drizzle-orm';

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
export const save = <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> =>
  untilNoDeadlock(async (committing) =>
    db.transaction(async (tx) => {
      const result = await work(tx);
      committing();
      return result;
    }),
  );

/**
 * Like {@link save}, in two round trips: BEGIN is sent together with what `work` sends first, which must only lock and read, and
 * COMMIT together with `write`, the only statement that writes. If Postgres refuses that, the COMMIT rolls back.
 */
export const saveInTwo = <T>(
  db: Db,
  work: (tx: Tx) => Promise<{ result: T; write: SQL | null }>,
): Promise<T> =>
  untilNoDeadlock(async (committing) => {
    let written: Promise<unknown> | undefined;
    const transaction = transactById(db, async (tx) => {
      const { result, write } = await work(tx);
      committing();
      // Not awaited: the driver sends COMMIT after it. There is one statement, so that COMMIT never finds a part of the change.
      written = write ? tx.execute(write).then() : undefined;
      written?.catch(() => {});
      return result;
    });
    const [outcome, writing] = await Promise.allSettled([
      transaction,
      transaction.then(
        () => written,
        () => written,
      ),
    ]);
    if (writing.status === 'rejected') {
      // What answers the write comes before the COMMIT is looked at, even if it ends the connection.
      if (postgresError(writing.reason)) keptNothing.add(writing.reason);
      throw writing.reason;
    }
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });

async function untilNoDeadlock<T>(transact: (committing: () => void) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let isCommitting = false;
    try {
      return await transact(() => {
        isCommitting = true;
      });
    } catch (error) {
      if (error instanceof Error && (!isCommitting || isRolledBack(error))) keptNothing.add(error);
      if (postgresError(error)?.code !== DEADLOCK || attempt === TRIES) throw error;
    }
  }
}
