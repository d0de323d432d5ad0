import { type Db, syncAttempts, type Tx, workers } from '@scheduler/db';
import { eq, inArray, sql } from 'drizzle-orm';
import { interruptAttempts } from '../attempts/attempt-rows.ts';
import { releaseLeasesOf } from '../event-sync.ts';
import { silentHoldersSql, unlockJobs } from '../queue/graphile.ts';
import { SILENT_AFTER_SECONDS } from './heartbeat.ts';

/**
 * Removes a stopped worker from the list, and releases what it couldn't hand back in time.
 * `uncompleted`: see {@link unlockJobs}.
 */
export async function signOff(
  db: Db,
  workerId: string,
  uncompleted: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  await db.transaction((tx) => releaseHeldBy(tx, [workerId], uncompleted));
}

/**
 * Ends sessions of this database role whose client fell silent after it had sent a statement and before the end of that message
 * (`Sync`). Such a session has run the statement and holds its locks, but counts as active, so that neither the time-out of
 * statements nor that of idle transactions ends it; keepalives don't either if something between the two still answers them.
 */
async function endHalfSentSessions(db: Db, silentAfterSeconds: number): Promise<void> {
  await db.execute(sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
      and state = 'active' and wait_event = 'ClientRead'
      and state_change < app_now() - app_clock_offset() - ${silentAfterSeconds} * interval '1 second'`);
}

/**
 * Releases the jobs and leases of workers that send no heartbeat any more, so that others go on at
 * once; no attempt is spent. graphile-worker itself does that after four hours. Sessions that hold
 * locks for a client that fell silent are ended first. Any worker may call this at any time. Returns
 * the ids of the dead workers.
 */
export async function rescue(db: Db, silentAfterSeconds = SILENT_AFTER_SECONDS): Promise<string[]> {
  await endHalfSentSessions(db, silentAfterSeconds);
  return db.transaction(async (tx) => {
    const silent = await tx.execute<{ id: string }>(sql`
      ${silentHoldersSql(silentAfterSeconds)}
      union
      select id from workers where seen_at <= app_now() - ${silentAfterSeconds} * interval '1 second'`);
    const ids = silent.map((row) => row.id);
    if (ids.length === 0) return [];
    await releaseHeldBy(tx, ids);
    return ids;
  });
}

/**
 * Does {@link rescue} for one worker at a person's request, once it has sent no heartbeat for long
 * enough. `alive`: it sent one meanwhile, and two workers at one event would be worse than waiting.
 * `unknown`: it isn't on the list.
 */
export async function releaseWorker(
  tx: Tx,
  workerId: string,
): Promise<{ state: 'released'; jobs: number } | { state: 'alive' } | { state: 'unknown' }> {
  const silent = sql`${workers.seenAt} <= app_now() - ${SILENT_AFTER_SECONDS} * interval '1 second'`;
  const [worker] = await tx
    .select({ silent: sql<boolean>`${silent}` })
    .from(workers)
    .where(eq(workers.id, workerId))
    .for('update');
  if (!worker) return { state: 'unknown' };
  if (!worker.silent) return { state: 'alive' };
  return { state: 'released', jobs: await releaseHeldBy(tx, [workerId]) };
}

/** Releases the leases and jobs of workers that no longer work; returns the number of jobs. */
async function releaseHeldBy(
  tx: Tx,
  ids: readonly string[],
  uncompleted: ReadonlyMap<string, string> = new Map(),
): Promise<number> {
  await releaseLeasesOf(tx, ids);
  const jobs = await unlockJobs(tx, ids, uncompleted);
  const theirs = inArray(syncAttempts.workerId, [...ids]);
  await interruptAttempts(tx, theirs, 'the worker died or was cut off');
  await tx.delete(workers).where(inArray(workers.id, [...ids]));
  return jobs;
}
