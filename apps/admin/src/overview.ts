import {
  crossmarkSessions,
  type Db,
  employees,
  eventSyncs,
  type FailureKind,
  pipeline,
  type RefreshRunState,
  refreshRuns,
  type SyncState,
  workers,
} from '@scheduler/db';
import {
  countJobs,
  JOB_TASKS,
  JOBS,
  listMissing,
  listRunningJobs,
  type MissingEvent,
  type PausedTask,
  type Reachability,
  readPaused,
  readQuestion,
  readReachability,
  SILENT_AFTER_SECONDS,
  TASKS,
  type TaskName,
  UNSYNCED_SINCE,
} from '@scheduler/sync';
import { desc, eq, inArray, isNotNull, ne, notInArray, sql } from 'drizzle-orm';
import { type Cause, type EndedCause, readCauses, readEndedCauses } from './causes.ts';
import { type ChangePage, type ChangesQuery, listChanges } from './changes.ts';
import { redact } from './redact.ts';

/** Jobs of one task. Instants are ISO text in UTC. */
interface QueueDepth {
  task: TaskName;
  /** Jobs that could run now. */
  ready: number;
  /** Jobs for later: retries and paced work. */
  planned: number;
  running: number;
  /** Dead letters: jobs without attempts left. */
  dead: number;
  /** When the oldest ready job became ready. */
  oldestReadyAt: string | null;
}

/** Events in one sync state. */
interface StateCount {
  state: SyncState;
  count: number;
  /** When the oldest one entered the state, as far as is known. */
  since: string | null;
}

/** Dead letters of one kind of failure. */
interface DeadLetters {
  kind: FailureKind | null;
  count: number;
  since: string | null;
  /** One of the reasons, in words. */
  example: string | null;
}

/** Why events wait for their next attempt. */
interface WaitingGroup {
  kind: string | null;
  /** One of the reasons, in words. */
  example: string | null;
  count: number;
  since: string | null;
  nextAttemptAt: string | null;
}

/**
 * A failed job that belongs to no event and is not retried: a person's link, or a read of a list.
 */
interface FailedJob {
  id: string;
  task: TaskName;
  /** The person's name, if the job is about a person. */
  name: string | null;
  reason: string;
  attempts: number;
  since: string;
}

/** A worker process and its running jobs. */
export interface WorkerState {
  id: string;
  host: string;
  pid: number;
  concurrency: number;
  startedAt: string;
  seenAt: string;
  /** Whether its last heartbeat is recent. */
  alive: boolean;
  running: { jobId: string; task: string; since: string }[];
}

/** A refresh and its effect. */
export interface RefreshState {
  id: number;
  state: RefreshRunState;
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
  /**
   * Events and bookings that are missing for the first time. The next refresh confirms or refutes
   * that.
   */
  unconfirmed: number;
  bad: number;
  failureReason: string | null;
}

/** Missing events that need a decision; `rows` are the first of them. */
interface MissingList {
  runId: number;
  askedAt: string;
  count: number;
  /** Identifies exactly these events. */
  digest: string;
  rows: MissingEvent[];
}

/**
 * The content of the overview, except the charts. Ages are relative to `at`, the database's time.
 */
export interface Facts {
  at: string;
  /** When the oldest change that is not in Crossmark was made; null if all are in Crossmark. */
  oldest: string | null;
  /** The same, counting only changes that are still sent automatically. */
  oldestMoving: string | null;
  queues: QueueDepth[];
  states: StateCount[];
  waiting: WaitingGroup[];
  /** Events that wait for a person, counted by kind of failure, the most frequent kind first. */
  deadLetters: DeadLetters[];
  /** What stands in the way, by cause. */
  causes: Cause[];
  /** What failed within a day and ended by itself, by cause. */
  ended: EndedCause[];
  failedJobs: { total: number; rows: FailedJob[] };
  paused: PausedTask[];
  workers: WorkerState[];
  /** The circuit breaker of the workers: whether Crossmark answers them. */
  crossmark: Reachability;
  /** Since when the workers' session with Crossmark lasts; null where there is none. */
  sessionSince: string | null;
  refresh: {
    current: RefreshState | null;
    last: RefreshState | null;
    /** The ended ones, the latest first. */
    recent: RefreshState[];
    /**
     * So many missing events that an admin has to decide whether they are gone; otherwise null.
     */
    question: MissingList | null;
    nextAt: string | null;
  };
  postgres: {
    version: string;
    pingMs: number;
    connections: number;
    maxConnections: number;
    sizeBytes: number;
  };
}

const RUNNING_JOBS_SHOWN = 200;
const FAILED_JOBS_SHOWN = 50;
/** A day of hourly ones. */
const REFRESHES_SHOWN = 24;

const iso = (value: string | null) => (value === null ? null : new Date(value).toISOString());

/** Facts and a page of the matching changes, from one snapshot. */
export interface Moment {
  facts: Facts;
  list: ChangePage;
}

/**
 * Reads the content of the page in one snapshot, with a handful of statements that take no locks.
 * Figures, verdict and list agree, whatever is written meanwhile.
 */
export async function readMoment(
  database: Db,
  nextRefreshAt: () => Promise<string | null>,
  query: ChangesQuery,
): Promise<Moment> {
  const nextAt = await nextRefreshAt();
  return database.transaction(
    async (tx) => {
      // The functions for a database also accept a transaction.
      const db = tx as unknown as Db;
      const facts = await readFacts(db, nextAt);
      return { facts, list: await listChanges(db, query.filter, query.offset) };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

async function readFacts(db: Db, nextAt: string | null): Promise<Facts> {
  const [
    clock,
    oldest,
    queues,
    states,
    waiting,
    deadLetters,
    causes,
    ended,
    failedJobs,
    paused,
    workerStates,
    crossmark,
    sessionSince,
    refreshes,
  ] = await pipeline(
    () => readPostgres(db),
    () => readOldest(db),
    () => readQueues(db),
    () => readStates(db),
    () => readWaiting(db),
    () => readDeadLetters(db),
    () => readCauses(db),
    () => readEndedCauses(db),
    () => readFailedJobs(db),
    () => readPaused(db),
    () => readWorkers(db),
    () => readReachability(db),
    () => readSession(db),
    () => readRefresh(db),
  );
  return {
    ...clock,
    ...oldest,
    queues,
    states,
    waiting,
    deadLetters,
    causes,
    ended,
    failedJobs,
    paused,
    workers: workerStates,
    crossmark: redact(crossmark),
    sessionSince,
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
    select app_now()::text as at,
      current_setting('server_version') as version,
      (select count(*)::int from pg_stat_activity where datid is not null and usesysid is not null) as connections,
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

/** Relies on the index event_syncs_unsettled. */
async function readOldest(db: Db): Promise<Pick<Facts, 'oldest' | 'oldestMoving'>> {
  const [row] = await db
    .select({
      oldest: sql<string | null>`min(${UNSYNCED_SINCE})::text`,
      oldestMoving: sql<
        string | null
      >`(min(${UNSYNCED_SINCE}) filter (where ${eventSyncs.state} in ('pending', 'waiting')))::text`,
    })
    .from(eventSyncs)
    .where(ne(eventSyncs.state, 'synced'));
  return { oldest: iso(row?.oldest ?? null), oldestMoving: iso(row?.oldestMoving ?? null) };
}

async function readSession(db: Db): Promise<string | null> {
  const [session] = await db
    .select({ since: crossmarkSessions.startedAt })
    .from(crossmarkSessions)
    .where(isNotNull(crossmarkSessions.sealed))
    .orderBy(desc(crossmarkSessions.startedAt))
    .limit(1);
  return session?.since ?? null;
}

async function readQueues(db: Db): Promise<QueueDepth[]> {
  const rows = await countJobs(db);
  return TASKS.map((task) => {
    const row = rows.find((candidate) => candidate.task === task);
    return {
      task,
      ready: row?.ready ?? 0,
      planned: row?.planned ?? 0,
      running: row?.running ?? 0,
      dead: row?.dead ?? 0,
      oldestReadyAt: iso(row?.oldestReadyAt ?? null),
    };
  });
}

async function readStates(db: Db): Promise<StateCount[]> {
  // All states except `synced` come from the index event_syncs_unsettled.
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
      nextAttemptAt: sql<string | null>`min(${eventSyncs.nextAttemptAt})::text`,
    })
    .from(eventSyncs)
    .where(eq(eventSyncs.state, 'waiting'))
    .groupBy(eventSyncs.failureKind)
    .orderBy(sql`count(*) desc`);
  return rows.map((row) =>
    redact({ ...row, since: iso(row.since), nextAttemptAt: iso(row.nextAttemptAt) } satisfies WaitingGroup),
  );
}

async function readDeadLetters(db: Db): Promise<Facts['deadLetters']> {
  const rows = await db
    .select({
      kind: eventSyncs.failureKind,
      count: sql<number>`count(*)::int`,
      since: sql<string | null>`min(coalesce(${eventSyncs.failingSince}, ${eventSyncs.updatedAt}))::text`,
      example: sql<string | null>`max(${eventSyncs.failureReason})`,
    })
    .from(eventSyncs)
    .where(eq(eventSyncs.state, 'failed'))
    .groupBy(eventSyncs.failureKind)
    .orderBy(sql`count(*) desc`);
  return rows.map((row) => redact({ ...row, since: iso(row.since) }));
}

async function readFailedJobs(db: Db): Promise<Facts['failedJobs']> {
  const rows = await db.execute<{
    id: string;
    task: TaskName;
    name: string | null;
    last_error: string | null;
    attempts: number;
    since: string;
    total: number;
  }>(sql`
    select job.id::text as id, task.identifier as task, employee.name, job.last_error, job.attempts,
      (job.updated_at + app_clock_offset())::text as since, count(*) over ()::int as total
    from ${JOBS} job
    join ${JOB_TASKS} task on task.id = job.task_id
    left join ${employees} employee on job.key = 'employee:' || employee.id
    where job.is_available = false and job.locked_at is null and coalesce(job.key, '') not like 'event:%'
    order by job.updated_at desc
    limit ${FAILED_JOBS_SHOWN}`);
  const failedJobs = rows.map(
    (row): FailedJob => ({
      id: row.id,
      task: row.task,
      name: row.name,
      // The job's own page has the stack trace.
      reason: row.last_error?.split('\n')[0] ?? 'No reason was recorded.',
      attempts: row.attempts,
      since: iso(row.since) ?? '',
    }),
  );
  return { total: rows[0]?.total ?? 0, rows: redact(failedJobs) };
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
      alive: sql<boolean>`${workers.seenAt} > app_now() - make_interval(secs => ${SILENT_AFTER_SECONDS})`,
    })
    .from(workers)
    .where(sql`${workers.seenAt} > app_now() - interval '1 day'`)
    .orderBy(desc(workers.seenAt))
    .limit(50);
  const running = await listRunningJobs(db, RUNNING_JOBS_SHOWN);
  return rows.map((worker) => ({
    ...worker,
    running: running
      .filter((job) => job.workerId === worker.id)
      .map((job) => ({ jobId: job.id, task: job.task, since: iso(job.since) ?? '' })),
  }));
}

async function readRefresh(db: Db): Promise<Omit<Facts['refresh'], 'nextAt'>> {
  const newest = async (condition: 'open' | 'ended', count: number): Promise<RefreshState[]> => {
    const runs = await db
      .select()
      .from(refreshRuns)
      .where((condition === 'open' ? inArray : notInArray)(refreshRuns.state, ['queued', 'running']))
      .orderBy(desc(refreshRuns.id))
      .limit(count);
    return runs.map(({ badRows, missing, ...rest }) => redact({ ...rest, bad: badRows.length }));
  };
  const [[current = null], recent, question] = await Promise.all([
    newest('open', 1),
    newest('ended', REFRESHES_SHOWN),
    readMissing(db),
  ]);
  return { current, last: recent[0] ?? null, recent, question };
}

async function readMissing(db: Db): Promise<MissingList | null> {
  const question = await readQuestion(db);
  if (!question || question.eventIds.length === 0) return null;
  const { runId, askedAt, digest, eventIds } = question;
  const missing = await listMissing(db, question);
  return { runId, askedAt, digest, count: eventIds.length, rows: missing };
}
