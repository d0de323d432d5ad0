import { type Db, refreshRuns, syncAttempts, type Tx, workers } from '@scheduler/db';
import { cleanText } from '@scheduler/runtime';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { eventJobKey, readingJobKey, refreshJobKey, type TaskName } from '../queue/contracts.ts';
import { addJobs } from '../queue/enqueue.ts';

/**
 * What keeps a set of workers going when some of them die. Any worker may call these at any time; each is short and
 * finds nothing to do when all is well.
 */

/** Signs of life come six times as often: a worker that misses them all is dead. */
export const SILENT_AFTER_SECONDS = 30;

/** A worker process as the others see it. */
export interface WorkerIdentity {
  /** graphile-worker's id, as in `locked_by` of its jobs. */
  id: string;
  host: string;
  pid: number;
  concurrency: number;
}

/** Gives a sign of life. */
export async function heartbeat(db: Db, worker: WorkerIdentity): Promise<void> {
  await db
    .insert(workers)
    .values(worker)
    .onConflictDoUpdate({ target: workers.id, set: { seenAt: sql`app_now()` } });
}

/** A job whose end Postgres doesn't take is left among the failed ones after so many tries. */
const TRIES_WITHOUT_END = 3;

/**
 * Takes a worker that stopped off the list, and frees what it couldn't hand back in time. `unwritten` are jobs that did end
 * there, by id, with why their end could not be written: each is a spent try, comes again later each time, and is left among
 * the failed jobs after {@link TRIES_WITHOUT_END} of them. Else it would stop every worker that takes it, without end.
 */
export async function signOff(
  db: Db,
  workerId: string,
  unwritten: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  await db.transaction((tx) => free(tx, [workerId], unwritten));
}

/**
 * Frees what silent workers held: their jobs, no try spent, and their leases, so that others go on at once.
 * graphile-worker itself does that after four hours. Returns the workers found dead.
 */
export async function rescue(db: Db, silentAfterSeconds = SILENT_AFTER_SECONDS): Promise<string[]> {
  return db.transaction(async (tx) => {
    // Locked longer than a silence, by somebody who gave no sign of life since.
    const silent = await tx.execute<{ id: string }>(sql`
      select distinct jobs.locked_by as id
      from graphile_worker._private_jobs jobs
      left join workers on workers.id = jobs.locked_by and workers.seen_at > app_now() - ${silentAfterSeconds} * interval '1 second'
      where jobs.locked_by is not null and workers.id is null
        and jobs.locked_at < now() - ${silentAfterSeconds} * interval '1 second'
      union
      select id from workers where seen_at <= app_now() - ${silentAfterSeconds} * interval '1 second'`);
    const ids = silent.map((row) => row.id);
    if (ids.length === 0) return [];
    await free(tx, ids);
    return ids;
  });
}

/**
 * {@link rescue} of one worker, asked for by a person: at once where it has been silent long enough, for all that is its to be
 * taken over. `alive`: it gave a sign of life since then, and two at one event would be worse than waiting. `unknown`: it
 * holds nothing and isn't on the list.
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
  return { state: 'released', jobs: await free(tx, [workerId]) };
}

/** Gives free all that workers hold which don't work any more; returns how many jobs that were. */
async function free(
  tx: Tx,
  ids: readonly string[],
  unwritten: ReadonlyMap<string, string> = new Map(),
): Promise<number> {
  await tx.execute(sql`
    update event_syncs set lease_owner = null, lease_until = null
    where split_part(lease_owner, '/', 1) in ${[...ids]}`);
  const held = await tx.execute<{ id: string; superseded: boolean; attempts: number }>(sql`
    select id::text, key is null as superseded, attempts
    from graphile_worker._private_jobs where locked_by in ${[...ids]} order by id for update`);
  await tx.execute(
    sql`select graphile_worker.force_unlock_workers(array[${sql.join([...ids], sql`, `)}]::text[])`,
  );
  for (const job of held) {
    const reason = unwritten.get(job.id);
    if (reason !== undefined) {
      await failWithoutEnd(tx, job, reason);
      continue;
    }
    // A job whose key was taken by a newer one has its work done by that one.
    if (job.superseded)
      await tx.execute(sql`select graphile_worker.complete_jobs(array[${job.id}]::bigint[])`);
    else
      await tx.execute(sql`
        select graphile_worker.reschedule_jobs(
          array[${job.id}]::bigint[], run_at => now(), attempts => ${Math.max(job.attempts - 1, 0)}
        )`);
  }
  await tx
    .update(syncAttempts)
    .set({ outcome: 'interrupted', finishedAt: sql`app_now()`, summary: 'the worker died or was cut off' })
    .where(and(inArray(syncAttempts.workerId, [...ids]), isNull(syncAttempts.outcome)));
  await tx.delete(workers).where(inArray(workers.id, [...ids]));
  return held.length;
}

/** What graphile-worker would have written of a failed try, without what Postgres refused of it. */
async function failWithoutEnd(tx: Tx, job: { id: string; attempts: number }, reason: string): Promise<void> {
  const one = sql`array[${job.id}]::bigint[]`;
  if (job.attempts < TRIES_WITHOUT_END)
    await tx.execute(sql`
      select graphile_worker.reschedule_jobs(${one}, run_at => now() + exp(${job.attempts}) * interval '1 second')`);
  else
    await tx.execute(sql`
      select graphile_worker.permanently_fail_jobs(${one}, ${cleanText(`The end of this job could not be written: ${reason}`)})`);
}

/**
 * Tasks whose queue may be emptied, since nothing wanted gets lost with their jobs: the sweep finds changes again, and a
 * reading of the list is only ever wanted now. A person's look-up would be forgotten.
 */
export const PURGEABLE = [
  'sync_schedule',
  'sync_schedule_update',
  'sync_schedule_deletion',
  'refresh_events',
] as const satisfies readonly TaskName[];

/**
 * Deletes the jobs of a task that nobody has started, planned ones too; running ones and dead letters stay. A change that
 * still differs from what Crossmark holds is not given up by that: the sweep queues it anew within a minute, no longer
 * planned for later. A reading of the list that waits is given up. Returns how many jobs went.
 */
export async function purge(tx: Tx, task: (typeof PURGEABLE)[number], by: string): Promise<number> {
  // `is_available` is graphile-worker's own: unlocked and tries left.
  const deleted = await tx.execute(sql`
    select from graphile_worker.complete_jobs(array(
      select jobs.id from graphile_worker._private_jobs jobs
      join graphile_worker._private_tasks tasks on tasks.id = jobs.task_id
      where tasks.identifier = ${task} and jobs.is_available order by jobs.id for update of jobs skip locked
    ))`);
  if (task === 'refresh_events')
    await tx.execute(sql`
      update ${refreshRuns}
      set state = 'failed', finished_at = app_now(), failure_reason = ${`${by} purged the queue before this reading was done.`}
      where state in ('queued', 'running') and not exists (
        select from graphile_worker._private_jobs jobs where jobs.key = 'refresh:' || ${refreshRuns.id}
      )`);
  return deleted.length;
}

/** Rows looked at in one sweep; the next one takes the rest. */
const SWEEP_LIMIT = 1_000;

/**
 * Gives a job to everything that waits for one and has none, however it was lost. Returns how many were missing.
 */
export async function sweep(db: Db): Promise<number> {
  return db.transaction(async (tx) => {
    // Relies on event_syncs_unsettled, events' primary key and the unique index on _private_jobs.key.
    const lost = await tx.execute<{ event_id: number }>(sql`
      select sync.event_id
      from event_syncs sync
      join events on events.id = sync.event_id
      where sync.state in ('pending', 'waiting')
        and (sync.state = 'pending' or events.mplan_id is not null)
        and (sync.lease_until is null or sync.lease_until < app_now())
        and not exists (
          select from graphile_worker._private_jobs jobs
          where jobs.key = 'event:' || sync.event_id and (jobs.is_available or jobs.locked_at is not null)
        )
      order by sync.event_id
      limit ${SWEEP_LIMIT}
      for update of sync skip locked`);
    const runs = await tx.execute<{ id: number }>(sql`
      select id from refresh_runs
      where state in ('queued', 'running')
        and not exists (
          select from graphile_worker._private_jobs jobs
          where jobs.key = 'refresh:' || refresh_runs.id and (jobs.is_available or jobs.locked_at is not null)
        )
      for update skip locked`);
    const readings = await tx.execute<{ id: number }>(sql`
      select id from rep_readings
      where state = 'queued'
        and not exists (
          select from graphile_worker._private_jobs jobs
          where jobs.key = 'reps:' || rep_readings.id and (jobs.is_available or jobs.locked_at is not null)
        )
      for update skip locked`);
    await addJobs(tx, [
      ...lost.map(({ event_id: eventId }) => ({
        task: 'sync_schedule_update' as const,
        payload: { eventId },
        key: eventJobKey(eventId),
      })),
      ...runs.map(({ id: runId }) => ({
        task: 'refresh_events' as const,
        payload: { runId },
        key: refreshJobKey(runId),
      })),
      ...readings.map(({ id: readingId }) => ({
        task: 'sync_employee' as const,
        payload: { readingId },
        key: readingJobKey(readingId),
      })),
    ]);
    return lost.length + runs.length + readings.length;
  });
}
