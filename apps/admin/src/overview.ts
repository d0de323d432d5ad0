import {
  type Db,
  employees,
  eventSyncs,
  events,
  refreshRuns,
  type SyncState,
  schedules,
  stores,
  workers,
} from '@scheduler/db';
import {
  type Reachability,
  readReachability,
  SILENT_AFTER_SECONDS,
  TASKS,
  type TaskName,
} from '@scheduler/sync';
import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { redact } from './redact.ts';

/** Jobs of one task. Instants are ISO text in UTC. */
interface QueueDepth {
  task: TaskName;
  /** Could run now. */
  ready: number;
  /** Planned for later: retries and paced work. */
  planned: number;
  running: number;
  /** Dead letters: no try is left. */
  dead: number;
  /** Since when the longest waiting ready job could have run. */
  oldestReadyAt: string | null;
}

/** Events that are in one state of their way to Crossmark. */
interface StateCount {
  state: SyncState;
  count: number;
  /** Since when the longest one is in it, as far as is known. */
  since: string | null;
}

/** Why events wait for their next try. */
interface WaitingGroup {
  kind: string | null;
  /** One of the reasons, in words. */
  example: string | null;
  count: number;
  since: string | null;
  nextTryAt: string | null;
}

/** Something that nobody tries again until a person acts. */
export interface DeadLetter {
  key: string;
  /** Null where no event is concerned: a person's link, a refresh. */
  eventId: number | null;
  title: string;
  /** Who and when, in the store's time, as planned; null where nothing is planned. */
  planned: { employee: string; startsAt: string; timeZone: string } | null;
  store: string | null;
  task: string | null;
  jobId: string | null;
  kind: string | null;
  reason: string;
  tries: number;
  since: string;
}

/** A worker process and what it does now. */
export interface WorkerState {
  id: string;
  host: string;
  pid: number;
  concurrency: number;
  startedAt: string;
  seenAt: string;
  /** Its last heartbeat is recent. */
  alive: boolean;
  running: { jobId: string; task: string; since: string }[];
}

/** A reading of Crossmark's list and what it changed. */
export interface RefreshState {
  id: number;
  state: 'queued' | 'running' | 'done' | 'failed';
  requestedBy: string;
  requestedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  read: number;
  total: number | null;
  created: number;
  updated: number;
  unchanged: number;
  gone: number;
  drifted: number;
  bad: number;
  failureReason: string | null;
}

/** Everything the overview shows but for the charts. Ages are to be counted from `at`, the database's time. */
export interface Facts {
  at: string;
  queues: QueueDepth[];
  states: StateCount[];
  waiting: WaitingGroup[];
  deadLetters: { total: number; shown: DeadLetter[] };
  workers: WorkerState[];
  /** The circuit breaker of the workers: whether Crossmark answers them. */
  crossmark: Reachability;
  refresh: { current: RefreshState | null; last: RefreshState | null; nextAt: string | null };
  postgres: {
    version: string;
    pingMs: number;
    connections: number;
    maxConnections: number;
    sizeBytes: number;
  };
}

const DEAD_LETTERS_SHOWN = 50;

const iso = (value: string | null) => (value === null ? null : new Date(value).toISOString());

/** Reads the facts: a handful of statements, none of which locks anything. */
export async function readFacts(db: Db, nextRefreshAt: () => Promise<string | null>): Promise<Facts> {
  const [clock, queues, states, waiting, deadLetters, workerStates, crossmark, refreshes, nextAt] =
    await Promise.all([
      readPostgres(db),
      readQueues(db),
      readStates(db),
      readWaiting(db),
      readDeadLetters(db),
      readWorkers(db),
      readReachability(db),
      readRefresh(db),
      nextRefreshAt(),
    ]);
  return {
    ...clock,
    queues,
    states,
    waiting,
    deadLetters,
    workers: workerStates,
    crossmark: redact(crossmark),
    refresh: { ...refreshes, nextAt },
  };
}

async function readPostgres(db: Db): Promise<Pick<Facts, 'at' | 'postgres'>> {
  const started = performance.now();
  const [row] = await db.execute<{
    at: string;
    version: string;
    connections: number;
    max_connections: number;
    size_bytes: string;
  }>(sql`
    select now()::text as at,
      current_setting('server_version') as version,
      (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
      current_setting('max_connections')::int as max_connections,
      pg_database_size(current_database())::text as size_bytes`);
  if (!row) throw new Error('Postgres gave no answer.');
  return {
    at: iso(row.at) ?? '',
    postgres: {
      version: row.version,
      pingMs: performance.now() - started,
      connections: row.connections,
      maxConnections: row.max_connections,
      sizeBytes: Number(row.size_bytes),
    },
  };
}

async function readQueues(db: Db): Promise<QueueDepth[]> {
  const rows = await db.execute<{
    task: TaskName;
    ready: number;
    planned: number;
    running: number;
    dead: number;
    oldest_ready_at: string | null;
  }>(sql`
    with jobs as (
      select task_id, run_at, locked_at is not null as running,
        locked_at is null and attempts >= max_attempts as dead,
        locked_at is null and attempts < max_attempts and run_at <= now() as ready,
        locked_at is null and attempts < max_attempts and run_at > now() as planned
      from graphile_worker._private_jobs
    )
    select tasks.identifier as task,
      count(*) filter (where ready)::int as ready,
      count(*) filter (where planned)::int as planned,
      count(*) filter (where running)::int as running,
      count(*) filter (where dead)::int as dead,
      min(run_at) filter (where ready)::text as oldest_ready_at
    from graphile_worker._private_tasks tasks
    join jobs on jobs.task_id = tasks.id
    group by tasks.identifier`);
  return TASKS.map((task) => {
    const row = rows.find((candidate) => candidate.task === task);
    return {
      task,
      ready: row?.ready ?? 0,
      planned: row?.planned ?? 0,
      running: row?.running ?? 0,
      dead: row?.dead ?? 0,
      oldestReadyAt: iso(row?.oldest_ready_at ?? null),
    };
  });
}

async function readStates(db: Db): Promise<StateCount[]> {
  // All but `synced` come from the index event_syncs_unsettled.
  const rows = await db
    .select({
      state: eventSyncs.state,
      count: sql<number>`count(*)::int`,
      since: sql<string | null>`min(case ${eventSyncs.state}
        when 'pending' then ${eventSyncs.wantedAt}
        when 'conflict' then ${eventSyncs.updatedAt}
        else coalesce(${eventSyncs.failingSince}, ${eventSyncs.updatedAt}) end)::text`,
    })
    .from(eventSyncs)
    .groupBy(eventSyncs.state);
  return rows.map((row) => ({ ...row, since: row.state === 'synced' ? null : iso(row.since) }));
}

async function readWaiting(db: Db): Promise<WaitingGroup[]> {
  const rows = await db
    .select({
      kind: eventSyncs.failureKind,
      example: sql<string | null>`min(${eventSyncs.failureReason})`,
      count: sql<number>`count(*)::int`,
      since: sql<string | null>`min(coalesce(${eventSyncs.failingSince}, ${eventSyncs.updatedAt}))::text`,
      nextTryAt: sql<string | null>`min(${eventSyncs.nextTryAt})::text`,
    })
    .from(eventSyncs)
    .where(eq(eventSyncs.state, 'waiting'))
    .groupBy(eventSyncs.failureKind)
    .orderBy(sql`count(*) desc`);
  return rows.map((row) =>
    redact({ ...row, since: iso(row.since), nextTryAt: iso(row.nextTryAt) } satisfies WaitingGroup),
  );
}

async function readDeadLetters(db: Db): Promise<Facts['deadLetters']> {
  const failed = await db
    .select({
      eventId: eventSyncs.eventId,
      title: events.name,
      store: stores.name,
      timeZone: stores.timeZone,
      employee: employees.name,
      startsAt: schedules.startsAt,
      kind: eventSyncs.failureKind,
      reason: eventSyncs.failureReason,
      tries: eventSyncs.tries,
      since: sql<string>`coalesce(${eventSyncs.failingSince}, ${eventSyncs.updatedAt})::text`,
      jobId: sql<string | null>`job.id::text`,
      task: sql<string | null>`task.identifier`,
      total: sql<number>`count(*) over ()::int`,
    })
    .from(eventSyncs)
    .innerJoin(events, eq(events.id, eventSyncs.eventId))
    .innerJoin(stores, eq(stores.id, events.storeId))
    .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    // Relies on the unique index of graphile-worker on a job's key.
    .leftJoin(sql`graphile_worker._private_jobs job`, sql`job.key = 'event:' || ${eventSyncs.eventId}`)
    .leftJoin(sql`graphile_worker._private_tasks task`, sql`task.id = job.task_id`)
    .where(eq(eventSyncs.state, 'failed'))
    .orderBy(desc(eventSyncs.updatedAt))
    .limit(DEAD_LETTERS_SHOWN);
  const others = await db.execute<{
    id: string;
    task: TaskName;
    name: string | null;
    last_error: string | null;
    attempts: number;
    since: string;
    total: number;
  }>(sql`
    select job.id::text as id, task.identifier as task, employee.name, job.last_error, job.attempts,
      job.updated_at::text as since, count(*) over ()::int as total
    from graphile_worker._private_jobs job
    join graphile_worker._private_tasks task on task.id = job.task_id
    left join ${employees} employee on employee.id = (job.payload ->> 'employeeId')::int
    where job.attempts >= job.max_attempts and job.locked_at is null and coalesce(job.key, '') not like 'event:%'
    order by job.updated_at desc
    limit ${DEAD_LETTERS_SHOWN}`);
  const shown: DeadLetter[] = [
    ...failed.map((row) => ({
      key: `event:${row.eventId}`,
      eventId: row.eventId,
      title: row.title,
      planned:
        row.employee !== null && row.startsAt !== null
          ? { employee: row.employee, startsAt: row.startsAt, timeZone: row.timeZone }
          : null,
      store: row.store,
      task: row.task,
      jobId: row.jobId,
      kind: row.kind,
      reason: row.reason ?? 'No reason was recorded.',
      tries: row.tries,
      since: iso(row.since) ?? '',
    })),
    ...others.map((row) => ({
      key: `job:${row.id}`,
      eventId: null,
      title: row.name ?? row.task,
      planned: null,
      store: null,
      task: row.task,
      jobId: row.id,
      kind: null,
      // Stack traces are for the job's own page.
      reason: row.last_error?.split('\n')[0] ?? 'No reason was recorded.',
      tries: row.attempts,
      since: iso(row.since) ?? '',
    })),
  ];
  return { total: (failed[0]?.total ?? 0) + (others[0]?.total ?? 0), shown: redact(shown) };
}

async function readWorkers(db: Db): Promise<WorkerState[]> {
  const rows = await db
    .select({
      id: workers.id,
      host: workers.host,
      pid: workers.pid,
      concurrency: workers.concurrency,
      startedAt: workers.startedAt,
      seenAt: workers.seenAt,
      alive: sql<boolean>`${workers.seenAt} > now() - make_interval(secs => ${SILENT_AFTER_SECONDS})`,
    })
    .from(workers)
    .where(sql`${workers.seenAt} > now() - interval '1 day'`)
    .orderBy(desc(workers.seenAt))
    .limit(50);
  const running = await db.execute<{ id: string; task: string; locked_by: string; since: string }>(sql`
    select job.id::text as id, task.identifier as task, job.locked_by, job.locked_at::text as since
    from graphile_worker._private_jobs job
    join graphile_worker._private_tasks task on task.id = job.task_id
    where job.locked_at is not null
    order by job.locked_at
    limit 200`);
  return rows.map((worker) => ({
    ...worker,
    running: running
      .filter((job) => job.locked_by === worker.id)
      .map((job) => ({ jobId: job.id, task: job.task, since: iso(job.since) ?? '' })),
  }));
}

async function readRefresh(db: Db): Promise<Omit<Facts['refresh'], 'nextAt'>> {
  const newest = (condition: 'open' | 'ended') =>
    db
      .select()
      .from(refreshRuns)
      .where(inArray(refreshRuns.state, condition === 'open' ? ['queued', 'running'] : ['done', 'failed']))
      .orderBy(desc(refreshRuns.id))
      .limit(1)
      .then(([run]): RefreshState | null => {
        if (!run) return null;
        const { badRows, ...rest } = run;
        return redact({ ...rest, bad: badRows.length });
      });
  const [current, last] = await Promise.all([newest('open'), newest('ended')]);
  return { current, last };
}
