import type { Executor, Tx } from '@scheduler/db';
import { cleanText, currentOrigin, type Origin } from '@scheduler/runtime';
import { type SQL, sql } from 'drizzle-orm';
import { type TaskName, taskFlag } from './contracts.ts';

/**
 * Everything that this package and the apps know about graphile-worker's tables. They are private
 * to graphile-worker: check this file after an upgrade of it.
 *
 * A job is *waiting* until a worker locks it, then it is *running*; one that has used up its
 * attempts is a *dead letter*. graphile-worker uses Postgres' own clock. Tests move our clock away
 * from it, and `app_clock_offset()` converts between the two.
 */

/** graphile-worker's table of jobs. */
export const JOBS = sql.raw('graphile_worker._private_jobs');
/** graphile-worker's table of tasks, with their names as `identifier`. */
export const JOB_TASKS = sql.raw('graphile_worker._private_tasks');

/**
 * The jobs of saves come first, then links of people, then refreshes. Plans come last, because
 * people can also have one made at once.
 */
const PRIORITIES: Record<TaskName, number> = {
  sync_schedule: 0,
  sync_schedule_update: 0,
  sync_schedule_deletion: 0,
  sync_employee: 5,
  refresh_events: 10,
  fetch_instructions: 15,
  propose_plan: 20,
};

/**
 * Tasks of which one job runs at a time, whatever the number of workers: a plan takes a processor for
 * seconds, and a file takes memory, and its host may be slow.
 */
const SERIAL_TASKS: readonly TaskName[] = ['propose_plan', 'fetch_instructions'];

/** A job to be added. */
export interface JobSpec {
  task: TaskName;
  payload: Record<string, number | string | object | undefined>;
  key: string;
  /** The least delay by Postgres' clock, whatever this process' own says; at once where absent. */
  afterMs?: number;
  /** The request that the job belongs to. By default it is the request that is being handled. */
  origin?: Origin | undefined;
}

/**
 * Adds jobs in the caller's transaction, each in place of a waiting job of the same key. A dead
 * letter of that key makes room for its successor. Lock order: take rows of event_syncs before
 * calling this.
 */
export async function addJobs(tx: Executor, jobs: readonly JobSpec[]): Promise<void> {
  if (jobs.length > 0) await tx.execute(addJobsSql(jobs, sql`select 1`));
}

/**
 * The statement of {@link addJobs}, which runs after `first`: locks are taken in that order.
 * @param beside what the same statement writes besides, each as a part `name as (…)` of its WITH clause
 */
export function addJobsSql(jobs: readonly JobSpec[], first: SQL, beside: readonly SQL[] = []): SQL {
  const here = currentOrigin();
  const specs = jobs.map((job) => ({
    identifier: job.task,
    payload: { ...job.payload, ...(job.origin ?? here) },
    after_ms: job.afterMs || null,
    job_key: job.key,
    priority: PRIORITIES[job.task],
    flags: [taskFlag(job.task)],
    queue_name: SERIAL_TASKS.includes(job.task) ? job.task : null,
  }));
  // Each part refers to the one before it, and therefore runs after it. Relies on the unique index
  // on the key of jobs.
  return sql`
    with ${sql.join([...beside, sql`first as (${first})`], sql`, `)}, specs as (
      select json_populate_record(json_populate_record(null::graphile_worker.job_spec, spec_json), json_build_object('run_at',
        (app_clock() - app_clock_offset() + (spec_json->>'after_ms')::float8 * interval '1 millisecond')::timestamptz(3))) spec
      from json_array_elements(${JSON.stringify(specs)}::json) spec_json
      where (select count(*) from first) >= 0
    ), dead as materialized (
      -- Looked up one by one (offset 0 keeps the planner from reading all jobs, of which there may be a million).
      select count(*) number from graphile_worker.complete_jobs(array(
        select dead.id from specs cross join lateral (
          select id from ${JOBS}
          where key = (spec).job_key and attempts >= max_attempts and locked_at is null offset 0
        ) dead))
    )
    select count(*) from graphile_worker.add_jobs(array(select spec from specs where (select number from dead) >= 0))`;
}

/**
 * A select that deletes the waiting jobs and dead letters of keys and returns how many there were.
 * `keys` is what a `from` takes, with the column `key`.
 */
export const completeJobsSql = (keys: SQL): SQL => sql`
  select count(*) from graphile_worker.complete_jobs(array(
    -- Looked up one by one (offset 0 keeps the planner from reading all jobs, of which there may be a million).
    select job.id from ${keys} cross join lateral (
      select id from ${JOBS} where key = keys.key and locked_at is null offset 0
    ) job))`;

/** Makes the job of a key a dead letter, with the reason that the queue's pages show. */
export async function failJob(tx: Tx, key: string, reason: string): Promise<void> {
  await tx.execute(sql`
    select graphile_worker.permanently_fail_jobs(
      array(select id from ${JOBS} where key = ${key}), ${cleanText(reason)}
    )`);
}

/** A subselect: when the job of a key runs, by our clock. */
export const runAtSql = (key: string): SQL =>
  sql`(select run_at + app_clock_offset() from ${JOBS} where key = ${key})`;

/**
 * A condition: whether a job of a key waits or runs. Relies on the unique index on the key of jobs.
 */
export const isQueuedSql = (key: SQL): SQL =>
  sql`exists (select from ${JOBS} jobs where jobs.key = ${key} and (jobs.is_available or jobs.locked_at is not null))`;

/** Makes the waiting jobs run now whose key begins with one of these prefixes. */
export async function runJobsNow(tx: Tx, prefixes: readonly string[]): Promise<void> {
  await tx.execute(sql`
    select graphile_worker.reschedule_jobs(array(
      select id from ${JOBS}
      where (${sql.join(
        prefixes.map((prefix) => sql`key like ${`${prefix}%`}`),
        sql` or `,
      )}) and locked_at is null and attempts < max_attempts and run_at > now()
    ), run_at => now())`);
}

/**
 * Adds the flag of a task to its waiting jobs that lack it: those added by the crontab or by an
 * older version.
 */
export async function flagJobs(tx: Tx, task: TaskName): Promise<void> {
  await tx.execute(sql`
    update ${JOBS} set flags = coalesce(flags, '{}') || jsonb_build_object(${taskFlag(task)}::text, true)
    where task_id = (select id from ${JOB_TASKS} where identifier = ${task})
      and locked_at is null and (flags ? ${taskFlag(task)}) is not true`);
}

/**
 * The workers, by graphile-worker's id, that have held jobs for longer than `silentAfterSeconds`
 * and sent no heartbeat since.
 */
export const silentHoldersSql = (silentAfterSeconds: number): SQL => sql`
  select distinct jobs.locked_by as id
  from ${JOBS} jobs
  left join workers on workers.id = jobs.locked_by
    and workers.seen_at > app_now() - ${silentAfterSeconds} * interval '1 second'
  where jobs.locked_by is not null and workers.id is null
    and jobs.locked_at < now() - ${silentAfterSeconds} * interval '1 second'`;

/** After so many attempts, a job whose completion Postgres refused becomes a dead letter. */
const ATTEMPTS_WITHOUT_COMPLETION = 3;

/**
 * Unlocks the jobs of workers that no longer work; no attempt is spent. `uncompleted` has jobs that
 * did end there, by id, with the reason why that could not be written. Each of those spends an
 * attempt and waits longer each time, and it ends as a dead letter: otherwise it would stop every
 * worker that takes it. Returns the number of jobs.
 */
export async function unlockJobs(
  tx: Tx,
  workerIds: readonly string[],
  uncompleted: ReadonlyMap<string, string>,
): Promise<number> {
  const ids = [...workerIds];
  const locked = await tx.execute<{ id: string; superseded: boolean; attempts: number }>(sql`
    select id::text, key is null as superseded, attempts from ${JOBS} where locked_by in ${ids} order by id for update`);
  await tx.execute(
    sql`select graphile_worker.force_unlock_workers(array[${sql.join(ids, sql`, `)}]::text[])`,
  );
  for (const job of locked) {
    const one = sql`array[${job.id}]::bigint[]`;
    const reason = uncompleted.get(job.id);
    if (reason !== undefined) await retryUncompleted(tx, job, reason);
    // A newer job has taken its key and does its work.
    else if (job.superseded) await tx.execute(sql`select graphile_worker.complete_jobs(${one})`);
    else
      await tx.execute(sql`
        select graphile_worker.reschedule_jobs(${one}, run_at => now(), attempts => ${Math.max(job.attempts - 1, 0)})`);
  }
  return locked.length;
}

/**
 * Records a failed attempt as graphile-worker would have, without the text that Postgres refused.
 */
async function retryUncompleted(
  tx: Tx,
  job: { id: string; attempts: number },
  reason: string,
): Promise<void> {
  const one = sql`array[${job.id}]::bigint[]`;
  if (job.attempts < ATTEMPTS_WITHOUT_COMPLETION)
    await tx.execute(sql`
      select graphile_worker.reschedule_jobs(${one}, run_at => now() + exp(${job.attempts}) * interval '1 second')`);
  else
    await tx.execute(sql`
      select graphile_worker.permanently_fail_jobs(${one}, ${cleanText(`The end of this job could not be written: ${reason}`)})`);
}

/**
 * Deletes the waiting jobs of a task, planned ones too; running ones and dead letters stay. Returns
 * how many.
 */
export async function deleteWaitingJobs(tx: Tx, task: TaskName): Promise<number> {
  // `is_available` is graphile-worker's own: unlocked, with attempts left.
  const deleted = await tx.execute(sql`
    select from graphile_worker.complete_jobs(array(
      select jobs.id from ${JOBS} jobs join ${JOB_TASKS} tasks on tasks.id = jobs.task_id
      where tasks.identifier = ${task} and jobs.is_available order by jobs.id for update of jobs skip locked
    ))`);
  return deleted.length;
}

/**
 * Deletes up to `limit` dead letters from before `cutoff` for which `isNeeded` (a condition on
 * `jobs`) is false.
 */
export const deleteDeadLettersSql = (cutoff: SQL, limit: number, isNeeded: SQL): SQL => sql`
  select id from graphile_worker.complete_jobs(array(
    select jobs.id from ${JOBS} jobs
    where jobs.attempts >= jobs.max_attempts and jobs.locked_at is null
      and jobs.updated_at < ${cutoff} - app_clock_offset() and not ${isNeeded}
    order by jobs.id limit ${limit}
  ))`;

/** Numbers of a task's jobs. */
interface JobCounts {
  task: string;
  ready: number;
  /** To run later. */
  planned: number;
  running: number;
  dead: number;
  /** The time since which the oldest ready job could run, as Postgres writes it. */
  oldestReadyAt: string | null;
}

/** Counts the jobs of each task. */
export async function countJobs(db: Executor): Promise<JobCounts[]> {
  return [
    ...(await db.execute<JobCounts & Record<string, unknown>>(sql`
      -- Waiting jobs are counted in graphile-worker's jobs_main_index alone, the others in our jobs_unavailable.
      with available as (
        select task_id,
          count(*) filter (where run_at <= now())::int as ready,
          count(*) filter (where run_at > now())::int as planned,
          (min(run_at) filter (where run_at <= now()) + app_clock_offset())::text as oldest_ready_at
        from ${JOBS} where is_available = true group by task_id
      ), unavailable as (
        select task_id,
          count(*) filter (where locked_at is not null)::int as running,
          count(*) filter (where locked_at is null)::int as dead
        from ${JOBS} where is_available = false group by task_id
      )
      select tasks.identifier as task,
        coalesce(available.ready, 0) as ready, coalesce(available.planned, 0) as planned,
        coalesce(unavailable.running, 0) as running, coalesce(unavailable.dead, 0) as dead,
        available.oldest_ready_at as "oldestReadyAt"
      from ${JOB_TASKS} tasks
      left join available on available.task_id = tasks.id
      left join unavailable on unavailable.task_id = tasks.id`)),
  ];
}

/** A job that a worker has locked. */
interface RunningJob {
  id: string;
  task: string;
  workerId: string;
  /** As Postgres writes it. */
  since: string;
}

/** Running jobs, the longest running first, at most `limit`. */
export async function listRunningJobs(db: Executor, limit: number): Promise<RunningJob[]> {
  return [
    ...(await db.execute<RunningJob & Record<string, unknown>>(sql`
      select job.id::text as id, task.identifier as task, job.locked_by as "workerId",
        (job.locked_at + app_clock_offset())::text as since
      from ${JOBS} job join ${JOB_TASKS} task on task.id = job.task_id
      where job.is_available = false and job.locked_at is not null
      order by job.locked_at limit ${limit}`)),
  ];
}

/**
 * Gives dead letters all their attempts again, except those of events, which `retryAllNow` runs
 * again. Returns the ids and last errors of those that were dead letters.
 */
export async function retryDeadLetters(
  tx: Tx,
  jobIds: readonly string[],
): Promise<{ id: string; lastError: string | null }[]> {
  const dead = await tx.execute<{ id: string; lastError: string | null }>(sql`
    select id::text, last_error as "lastError" from ${JOBS}
    where id in (select value::bigint from json_array_elements_text(${JSON.stringify(jobIds)}::json))
      and attempts >= max_attempts and locked_at is null and coalesce(key, '') not like 'event:%'
    for update`);
  const ids = JSON.stringify(dead.map((job) => job.id));
  await tx.execute(
    sql`select graphile_worker.reschedule_jobs(
      array(select value::bigint from json_array_elements_text(${ids}::json)), run_at => now(), attempts => 0)`,
  );
  return [...dead];
}
