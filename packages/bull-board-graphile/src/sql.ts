/**
 * Every statement of the board, one constant each. `:schema` stands for graphile-worker's schema.
 *
 * Two rules hold throughout:
 * - `_private_*` tables are read, never written. All changes use graphile-worker's public
 *   functions, which respect locks: they do not change a job that a worker took less than four
 *   hours ago.
 * - Parameters are strings, numbers or null, and lists travel as JSON text (`$1::text::json`).
 *   Drivers send arrays, JSON and bigints in different ways, but all send text in the same way. For
 *   this reason instants are returned as milliseconds (float8) and JSON as text.
 */

/** Ids of jobs as one parameter, a JSON list of texts. */
const GIVEN_IDS = 'array(select value::bigint from json_array_elements_text($1::text::json))';

/**
 * The conditions of the four live statuses. `is_available` is graphile-worker's own column:
 * unlocked, with attempts left.
 */
const STATUS_CONDITIONS = {
  waiting: 'jobs.is_available = true and jobs.run_at <= now()',
  delayed: 'jobs.is_available = true and jobs.run_at > now()',
  active: 'jobs.is_available = false and jobs.locked_at is not null',
  failed: 'jobs.is_available = false and jobs.locked_at is null',
} as const;

/** A status that can be read from graphile-worker's own tables. */
export type LiveStatus = keyof typeof STATUS_CONDITIONS;

/**
 * The time at which a failed job failed. graphile-worker does not store it, but it follows from the
 * backoff: a failure sets `run_at` to that time + e^min(attempts, 10) seconds. A job that a person
 * failed (`permanently_fail_jobs`) keeps its `run_at`, and only `updated_at` changes. Therefore the
 * later of the two times is used, unless it is in the future (a delayed job that a person failed).
 */
const FAILED_AT = `case
    when jobs.run_at - exp(least(jobs.attempts, 10)) * interval '1 second' between jobs.updated_at and now()
    then jobs.run_at - exp(least(jobs.attempts, 10)) * interval '1 second'
    else jobs.updated_at
  end`;

const ID_OF_TASK = '(select tasks.id from :schema._private_tasks tasks where tasks.identifier = $1::text)';

const milliseconds = (instant: string) => `floor(extract(epoch from ${instant}) * 1000)::float8`;

/** The columns of a job as `JobRow` reads them, from `jobs` and `queues`. */
const JOB_COLUMNS = `
  jobs.id::text as id,
  jobs.payload::text as payload,
  jobs.priority::int as priority,
  jobs.attempts::int as attempts,
  jobs.max_attempts::int as max_attempts,
  jobs.last_error,
  jobs.key,
  jobs.flags::text as flags,
  jobs.locked_by,
  queues.queue_name,
  ${milliseconds('jobs.created_at')} as created_at,
  ${milliseconds('jobs.run_at')} as run_at,
  ${milliseconds('jobs.locked_at')} as locked_at,
  ${milliseconds(FAILED_AT)} as failed_at,
  case
    when ${STATUS_CONDITIONS.active} then 'active'
    when ${STATUS_CONDITIONS.failed} then 'failed'
    when ${STATUS_CONDITIONS.delayed} then 'delayed'
    else 'waiting'
  end as status`;

/**
 * Counts the jobs of all tasks, and lists the workers that hold running jobs. The available jobs
 * are counted by graphile-worker's `jobs_main_index` alone, which has task_id and run_at. No index
 * of graphile-worker has locked and failed jobs; the README has one for very large tables. $1: JSON
 * list of task identifiers.
 */
export const COUNTS = `
with available as (
  select
    task_id,
    count(*) filter (where run_at <= now()) as waiting,
    count(*) filter (where run_at > now()) as delayed
  from :schema._private_jobs
  where is_available = true
  group by task_id
), unavailable as (
  select
    task_id,
    count(*) filter (where locked_at is not null) as active,
    count(*) filter (where locked_at is null) as failed,
    json_agg(json_build_object('id', locked_by, 'since', ${milliseconds('locked_at')}))
      filter (where locked_at is not null) as holders
  from :schema._private_jobs
  where is_available = false
  group by task_id
)
select
  tasks.identifier as task,
  coalesce(available.waiting, 0)::float8 as waiting,
  coalesce(available.delayed, 0)::float8 as delayed,
  coalesce(unavailable.active, 0)::float8 as active,
  coalesce(unavailable.failed, 0)::float8 as failed,
  unavailable.holders::text as holders
from :schema._private_tasks tasks
left join available on available.task_id = tasks.id
left join unavailable on unavailable.task_id = tasks.id
where tasks.identifier in (select json_array_elements_text($1::text::json))`;

/** One job. $1: task, $2: job id. */
export const JOB = `
select ${JOB_COLUMNS}
from :schema._private_jobs jobs
left join :schema._private_job_queues queues on queues.id = jobs.job_queue_id
where jobs.id = $2::text::bigint and jobs.task_id = ${ID_OF_TASK}`;

/**
 * Reads a page of one status. The ids are found first, so that available jobs are read from the
 * index in its own order and only the page's rows are fetched. Each order ends with the id, because
 * jobs of one transaction have the same `run_at`, and a job could otherwise be on two pages or on
 * none. $1: task, $2: rows to skip, $3: rows to return or null for all.
 */
const page = (status: LiveStatus, order: string) => `
select ${JOB_COLUMNS}
from (
  select jobs.id
  from :schema._private_jobs jobs
  where jobs.task_id = ${ID_OF_TASK} and ${STATUS_CONDITIONS[status]}
  order by ${order}
  offset $2::bigint limit $3::bigint
) page
join :schema._private_jobs jobs on jobs.id = page.id
left join :schema._private_job_queues queues on queues.id = jobs.job_queue_id
order by ${order}`;

export const PAGES: Record<LiveStatus, string> = {
  /** The order in which workers take them. */
  waiting: page('waiting', 'jobs.priority, jobs.run_at, jobs.id'),
  /** Due first. */
  delayed: page('delayed', 'jobs.run_at, jobs.id'),
  /** Longest running first. */
  active: page('active', 'jobs.locked_at, jobs.id'),
  /** Latest failure first. */
  failed: page('failed', `${FAILED_AT} desc, jobs.id desc`),
};

/** Retries failed jobs: due now, with all attempts. $1: ids. Returns the ids that were changed. */
export const RETRY = `
select jobs.id::text as id
from :schema.reschedule_jobs(${GIVEN_IDS}, run_at := now(), attempts := 0) jobs`;

/** Makes jobs due now. $1: ids. Returns the ids that were changed. */
export const PROMOTE = `
select jobs.id::text as id
from :schema.reschedule_jobs(${GIVEN_IDS}, run_at := now()) jobs`;

/** Makes all delayed jobs of a task due now. $1: task. */
export const PROMOTE_ALL = `
select count(*)::float8 as changed
from :schema.reschedule_jobs(
  array(
    select jobs.id from :schema._private_jobs jobs
    where jobs.task_id = ${ID_OF_TASK} and ${STATUS_CONDITIONS.delayed}
  ),
  run_at := now()
)`;

/** Changes when jobs run. $1: ids, $2: milliseconds from now. */
export const CHANGE_DELAY = `
select jobs.id::text as id
from :schema.reschedule_jobs(
  ${GIVEN_IDS},
  run_at := now() + $2::float8 * interval '1 millisecond'
) jobs`;

/** Changes the priority of jobs. $1: ids, $2: priority; lower runs first. */
export const CHANGE_PRIORITY = `
select jobs.id::text as id
from :schema.reschedule_jobs(${GIVEN_IDS}, priority := $2::int) jobs`;

/** Deletes jobs that are not running. $1: ids. Returns the ids that were deleted. */
export const REMOVE = `
select jobs.id::text as id
from :schema.complete_jobs(${GIVEN_IDS}) jobs`;

/**
 * Deletes a task's jobs of one status that failed, or otherwise were added, longer ago than the
 * grace time. $1: task, $2: grace in milliseconds.
 */
const clean = (status: Exclude<LiveStatus, 'active'>) => `
select count(*)::float8 as changed
from :schema.complete_jobs(array(
  select jobs.id from :schema._private_jobs jobs
  where jobs.task_id = ${ID_OF_TASK} and ${STATUS_CONDITIONS[status]}
  and ${status === 'failed' ? FAILED_AT : 'jobs.created_at'} <= now() - $2::float8 * interval '1 millisecond'
))`;

export const CLEAN = {
  waiting: clean('waiting'),
  delayed: clean('delayed'),
  failed: clean('failed'),
};

/** Deletes the waiting and delayed jobs of a task. Failed jobs stay. $1: task. */
export const EMPTY = `
select count(*)::float8 as changed
from :schema.complete_jobs(array(
  select jobs.id from :schema._private_jobs jobs
  where jobs.task_id = ${ID_OF_TASK} and jobs.is_available = true
))`;

/** Deletes all jobs of a task except the running ones. $1: task. */
export const OBLITERATE = `
select count(*)::float8 as changed
from :schema.complete_jobs(array(
  select jobs.id from :schema._private_jobs jobs
  where jobs.task_id = ${ID_OF_TASK} and jobs.locked_at is null
))`;

/**
 * Adds a job and returns its row, because a worker may finish the job before it could be read back.
 * The queue's name is taken from the parameter, because this statement can't see a queue that it
 * creates. $1: task, $2: payload as JSON, $3: queue, $4: milliseconds from now, $5: attempts, $6:
 * job key, $7: job key mode, $8: priority, $9: JSON list of flags.
 */
export const ADD = `
select ${JOB_COLUMNS}
from :schema.add_job(
  identifier := $1::text,
  payload := $2::text::json,
  queue_name := $3::text,
  run_at := now() + $4::float8 * interval '1 millisecond',
  max_attempts := $5::int,
  job_key := $6::text,
  job_key_mode := $7::text,
  priority := $8::int,
  flags := nullif(array(select json_array_elements_text($9::text::json)), '{}')
) jobs
cross join (select $3::text as queue_name) queues`;

/**
 * Reads the cron entries that graphile-worker stores: only their times, no pattern and no payload.
 */
export const KNOWN_CRONTABS = `
select identifier, ${milliseconds('last_execution')} as last_execution
from :schema._private_known_crontabs`;

/** Reads the figures of the database server. The connections are those to this database. */
export const DATASTORE = `
select
  current_setting('server_version') as version,
  current_setting('port')::int as port,
  extract(epoch from now() - pg_postmaster_start_time())::float8 as uptime,
  count(*)::float8 as connected,
  count(*) filter (where wait_event_type = 'Lock')::float8 as blocked
from pg_stat_activity
where datname = current_database()`;
