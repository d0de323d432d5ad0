import {
  type Executor,
  eventSyncs,
  holdLock,
  idList,
  refreshRuns,
  repReadings,
  type Tx,
} from '@scheduler/db';
import { currentOrigin, type Origin } from '@scheduler/runtime';
import type { Instant } from '@scheduler/scheduling';
import { and, desc, eq, gte, inArray, type SQL, sql } from 'drizzle-orm';
import {
  type EventTask,
  employeeJobKey,
  eventJobKey,
  readingJobKey,
  refreshJobKey,
  type TaskName,
  taskFlag,
} from './contracts.ts';

/** Jobs of people's clicks go first, then links of people, then reading the whole list. */
const PRIORITIES: Record<TaskName, number> = {
  sync_schedule: 0,
  sync_schedule_update: 0,
  sync_schedule_deletion: 0,
  sync_employee: 5,
  refresh_events: 10,
};

/** A list as one parameter, however long: a statement takes 65,534 parameters and no more. */
const listed = (values: readonly (string | number)[], type: 'int' | 'text') =>
  sql`(select value::${sql.raw(type)} from json_array_elements_text(${JSON.stringify(values)}::json))`;

/** A job to be added through {@link addJobs}. */
export interface JobSpec {
  task: TaskName;
  payload: Record<string, number>;
  key: string;
  /** Not before so many milliseconds have passed by Postgres' clock, whatever this process' own says; at once where absent. */
  afterMs?: number;
  /** Where it came from; the work under way where absent. */
  origin?: Origin | undefined;
}

/**
 * Adds jobs in the caller's transaction, each in place of an unstarted job of the same key. A dead letter of that key
 * makes room for its successor. Order of locks: take event_syncs rows before calling this.
 */
export async function addJobs(tx: Executor, jobs: readonly JobSpec[]): Promise<void> {
  if (jobs.length > 0) await tx.execute(adding(jobs, sql`select 1`));
}

/** A statement that adds jobs after what `first` does, for locks are taken in that order. */
function adding(jobs: readonly JobSpec[], first: SQL): SQL {
  const here = currentOrigin();
  const specs = jobs.map((job) => ({
    identifier: job.task,
    payload: { ...job.payload, ...(job.origin ?? here) },
    after_ms: job.afterMs || null,
    job_key: job.key,
    priority: PRIORITIES[job.task],
    flags: [taskFlag(job.task)],
  }));
  // Each part asks for the one before it, and so comes after it. Relies on the unique index on _private_jobs.key.
  return sql`
    with first as (${first}), specs as (
      -- graphile-worker goes by Postgres' own clock, from which tests move ours.
      select json_populate_record(json_populate_record(null::graphile_worker.job_spec, given), json_build_object('run_at',
        (app_clock() - app_clock_offset() + (given->>'after_ms')::float8 * interval '1 millisecond')::timestamptz(3))) spec
      from json_array_elements(${JSON.stringify(specs)}::json) given
      where (select count(*) from first) >= 0
    ), dead as materialized (
      -- Looked up one by one (offset 0 keeps the planner from reading all jobs, of which there may be a million).
      select count(*) number from graphile_worker.complete_jobs(array(
        select dead.id from specs cross join lateral (
          select id from graphile_worker._private_jobs
          where key = (spec).job_key and attempts >= max_attempts and locked_at is null offset 0
        ) dead))
    )
    select count(*) from graphile_worker.add_jobs(array(select spec from specs where (select number from dead) >= 0))`;
}

/**
 * Records that what is wanted for an event changed (its schedule was made, moved or ended), and adds the job that
 * carries it to Crossmark. Call it in the transaction that makes the change: both happen or neither does. An earlier
 * failure or an open conflict is superseded: the newest decision made here counts.
 */
export async function wantChange(tx: Tx, change: { eventId: number; task: EventTask }): Promise<void> {
  await wantChanges(tx, [change]);
}

/** {@link wantChange} for many events at once, in one statement; each job may come from somewhere else. */
export async function wantChanges(tx: Tx, changes: readonly WantedChange[]): Promise<void> {
  await addChanges(tx, changes, sql`true`);
}

/**
 * Has events reconciled again although nobody decided anything about their schedules: the person's RepID changed, say. A
 * conflict stays open, for only a person's decision on that schedule ends it; what they choose goes out with what is true then.
 */
export async function reconcileAgain(tx: Tx, eventIds: readonly number[]): Promise<void> {
  await addChanges(
    tx,
    eventIds.map((eventId) => ({ eventId, task: 'sync_schedule_update' as const })),
    sql`event_syncs.state <> 'conflict'`,
  );
}

interface WantedChange {
  eventId: number;
  task: EventTask;
  origin?: Origin;
}

/** `which` is a condition on the event's sync row: rows for which it is false stay as they are, and their job finds nothing to do. */
async function addChanges(tx: Tx, changes: readonly WantedChange[], which: SQL): Promise<void> {
  const changeOf = new Map(changes.map((change) => [change.eventId, change]));
  // Always in the same order, so that two bulk saves can't deadlock.
  const inOrder = [...changeOf.values()].sort((a, b) => a.eventId - b.eventId);
  if (inOrder.length === 0) return;
  await tx.execute(
    adding(
      inOrder.map(({ eventId, task, origin }) => ({
        task,
        payload: { eventId },
        key: eventJobKey(eventId),
        origin,
      })),
      sql`
        insert into event_syncs (event_id, state, wanted_version, wanted_at)
        select id, 'pending', 1, app_now()
        from unnest(${idList(inOrder.map(({ eventId }) => eventId))}) id order by id
        on conflict (event_id) do update set
          state = 'pending', wanted_version = event_syncs.wanted_version + 1, wanted_at = app_now(), tries = 0,
          failing_since = null, next_try_at = null, failure_kind = null, failure_reason = null, conflict = null,
          updated_at = app_now()
        where ${which}
        returning event_id`,
    ),
  );
}

/** A sync row before its first try. */
const FRESH = {
  state: 'pending' as const,
  tries: 0,
  failingSince: null,
  nextTryAt: null,
  failureKind: null,
  failureReason: null,
  conflict: null,
  updatedAt: sql`app_now()`,
};

/**
 * Tries again at once, with all retries ahead of it: a dead letter, or a change that waits for its next try. Returns
 * false, and does nothing, where the event is synced or a conflict waits for a person's choice.
 */
export async function retryNow(tx: Tx, eventId: number): Promise<boolean> {
  return (await retryAllNow(tx, [eventId])) === 1;
}

/** {@link retryNow} for many; returns how many were set going. */
export async function retryAllNow(tx: Tx, eventIds: readonly number[]): Promise<number> {
  if (eventIds.length === 0) return 0;
  const locked = await tx
    .select({ eventId: eventSyncs.eventId })
    .from(eventSyncs)
    .where(
      and(
        sql`${eventSyncs.eventId} in ${listed(eventIds, 'int')}`,
        inArray(eventSyncs.state, ['pending', 'waiting', 'failed']),
      ),
    )
    .orderBy(eventSyncs.eventId)
    .for('update');
  if (locked.length === 0) return 0;
  const ids = locked.map((row) => row.eventId);
  await tx
    .update(eventSyncs)
    .set(FRESH)
    .where(sql`${eventSyncs.eventId} in ${listed(ids, 'int')}`);
  await addJobs(
    tx,
    ids.map((id) => ({ task: 'sync_schedule_update', payload: { eventId: id }, key: eventJobKey(id) })),
  );
  return ids.length;
}

/** Adds the job that resolves a person against Crossmark's rep list. Call it in the transaction that changed them. */
export async function enqueueEmployee(tx: Tx, employeeId: number): Promise<void> {
  await addJobs(tx, [{ task: 'sync_employee', payload: { employeeId }, key: employeeJobKey(employeeId) }]);
}

/** Asks for a reading of Crossmark's rep list and returns it; one that is under way already is the answer. */
export async function requestRepReading(tx: Tx, request: { requestedBy: string }): Promise<number> {
  await holdLock(tx, 'repReadings');
  const [open] = await tx
    .select({ id: repReadings.id })
    .from(repReadings)
    .where(eq(repReadings.state, 'queued'))
    .limit(1);
  if (open) return open.id;
  const [made] = await tx.insert(repReadings).values(request).returning({ id: repReadings.id });
  if (!made) throw new Error('The reading was not added.');
  await addJobs(tx, [
    { task: 'sync_employee', payload: { readingId: made.id }, key: readingJobKey(made.id) },
  ]);
  return made.id;
}

/**
 * Asks for a reading of Crossmark's whole list and returns its run. Where one is queued or running already, that one
 * is returned and nothing is added.
 */
export async function requestRefresh(tx: Tx, request: { requestedBy: string }): Promise<number> {
  await holdLock(tx, 'refreshes');
  return (await openRefresh(tx)) ?? (await addRefresh(tx, request.requestedBy));
}

/**
 * The hourly tick's request: null, and nothing is added, where a reading that is open, or was started after the tick
 * and completed, covers it. So several ticks missed together end in exactly one reading.
 */
export async function requestRefreshForTick(tx: Tx, tickAt: Instant): Promise<number | null> {
  await holdLock(tx, 'refreshes');
  if ((await openRefresh(tx)) !== null) return null;
  const [covering] = await tx
    .select({ id: refreshRuns.id })
    .from(refreshRuns)
    .where(
      and(
        inArray(refreshRuns.state, ['done', 'needs_decision', 'superseded']),
        gte(refreshRuns.startedAt, tickAt),
      ),
    )
    .limit(1);
  return covering ? null : addRefresh(tx, 'schedule');
}

async function openRefresh(tx: Tx): Promise<number | null> {
  const [open] = await tx
    .select({ id: refreshRuns.id })
    .from(refreshRuns)
    .where(inArray(refreshRuns.state, ['queued', 'running']))
    .orderBy(desc(refreshRuns.id))
    .limit(1);
  return open?.id ?? null;
}

async function addRefresh(tx: Tx, requestedBy: string): Promise<number> {
  const [run] = await tx.insert(refreshRuns).values({ requestedBy }).returning({ id: refreshRuns.id });
  if (!run) throw new Error('The refresh run was not added.');
  await addJobs(tx, [{ task: 'refresh_events', payload: { runId: run.id }, key: refreshJobKey(run.id) }]);
  return run.id;
}
