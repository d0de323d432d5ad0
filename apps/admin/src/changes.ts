import {
  type Db,
  type Executor,
  employees,
  eventSyncs,
  events,
  FAILURE_KINDS,
  type FailureKind,
  findsWords,
  SYNC_STATES,
  type SyncState,
  schedules,
  stores,
  syncAttempts,
} from '@scheduler/db';
import { causeIdSql, causeWordsSql, JOB_TASKS, JOBS, TASKS } from '@scheduler/sync';
import { and, count, desc, eq, isNull, lte, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { redact } from './redact.ts';

/** The sync of an event. Instants are ISO text in UTC. */
interface Change {
  eventId: number;
  title: string;
  store: string;
  /** Person and time of the schedule, local to the store; null without a schedule. */
  planned: { employee: string; startsAt: string; timeZone: string } | null;
  state: SyncState;
  kind: FailureKind | null;
  /** Why it is not synced; null without a failure. */
  reason: string | null;
  attempts: number;
  since: string;
  nextAttemptAt: string | null;
  /** Its job, if it has one. */
  task: string | null;
  jobId: string | null;
  /** The worker that processes it now. */
  worker: string | null;
}

/** A page of changes, and the number of all matches. */
export interface ChangePage {
  total: number;
  /**
   * The offset of the page. If the requested page is empty, it is that of the last page with rows.
   */
  offset: number;
  pageSize: number;
  rows: Change[];
}

/** One attempt to bring an event to Crossmark. */
export interface Attempt {
  id: number;
  task: string;
  startedAt: string;
  finishedAt: string | null;
  outcome: string | null;
  /** What the attempt did, or why it failed. */
  detail: string | null;
  worker: string;
}

/** A filter of changes. A change must meet all conditions. */
export const changeFilter = z.strictObject({
  state: z.enum(SYNC_STATES),
  kind: z.enum(FAILURE_KINDS).optional(),
  task: z.enum(TASKS).optional(),
  /** Part of the name of the event, person or store, or of the reason, in any case. */
  text: z
    .string()
    .trim()
    .max(200)
    .regex(/^\P{Cc}*$/u, { error: 'must be one line without control characters' })
    .optional(),
  /** The fingerprint of a cause. */
  cause: z
    .string()
    .regex(/^[0-9a-f]{32}$/, { error: 'is not the fingerprint of a cause' })
    .optional(),
});
export type ChangeFilter = z.infer<typeof changeFilter>;

/** A request for a page of changes. */
export interface ChangesQuery {
  filter: ChangeFilter;
  offset: number;
}

/** The first request of the page. */
export const FIRST_QUERY: ChangesQuery = { filter: { state: 'failed' }, offset: 0 };

/** Changes of one page. */
const PAGE_SIZE = 10;
const TRIES_SHOWN = 30;

const job = sql`${JOBS} job`;
const task = sql`${JOB_TASKS} task`;
const since = sql<string>`case ${eventSyncs.state}
  when 'pending' then coalesce(${eventSyncs.wantedAt}, ${eventSyncs.updatedAt})
  when 'synced' then coalesce(${eventSyncs.syncedAt}, ${eventSyncs.updatedAt})
  else coalesce(${eventSyncs.failingSince}, ${eventSyncs.updatedAt}) end`;

function matches(filter: ChangeFilter): SQL | undefined {
  return and(
    eq(eventSyncs.state, filter.state),
    filter.kind && eq(eventSyncs.failureKind, filter.kind),
    filter.task && sql`task.identifier = ${filter.task}`,
    filter.cause === undefined
      ? undefined
      : eq(
          causeIdSql(sql`${eventSyncs.failureKind}`, causeWordsSql(sql`${eventSyncs.failureReason}`)),
          filter.cause,
        ),
    findsWords(filter.text ?? '', [events.name, employees.name, stores.name, eventSyncs.failureReason]),
  );
}

/**
 * The events that match. Relies on event_syncs_unsettled and the unique index on the key of jobs.
 */
const matching = (db: Executor, filter: ChangeFilter, shownAt?: string) =>
  (db as Db)
    .select({ eventId: eventSyncs.eventId })
    .from(eventSyncs)
    .innerJoin(events, eq(events.id, eventSyncs.eventId))
    .innerJoin(stores, eq(stores.id, events.storeId))
    .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    .leftJoin(job, sql`job.key = 'event:' || ${eventSyncs.eventId}`)
    .leftJoin(task, sql`task.id = job.task_id`)
    .where(and(matches(filter), shownAt === undefined ? undefined : lte(eventSyncs.updatedAt, shownAt)));

/** Returns a page of the matching changes, the most recently changed first, and their number. */
export async function listChanges(
  db: Db,
  filter: ChangeFilter,
  requestedOffset: number,
): Promise<ChangePage> {
  const [counted] = await db.select({ n: count() }).from(matching(db, filter).as('all'));
  const total = counted?.n ?? 0;
  const offset =
    requestedOffset < total ? requestedOffset : Math.max(0, Math.ceil(total / PAGE_SIZE) - 1) * PAGE_SIZE;
  const page = matching(db, filter)
    .orderBy(desc(eventSyncs.updatedAt), eventSyncs.eventId)
    .offset(offset)
    .limit(PAGE_SIZE)
    .as('page');
  const rows = await db
    .select({
      eventId: eventSyncs.eventId,
      title: events.name,
      store: stores.name,
      timeZone: stores.timeZone,
      employee: employees.name,
      startsAt: schedules.startsAt,
      state: eventSyncs.state,
      kind: eventSyncs.failureKind,
      reason: eventSyncs.failureReason,
      attempts: eventSyncs.attempts,
      since: sql<string>`(${since})::text`,
      nextAttemptAt: eventSyncs.nextAttemptAt,
      task: sql<string | null>`task.identifier`,
      jobId: sql<string | null>`job.id::text`,
      worker: sql<string | null>`job.locked_by`,
    })
    .from(page)
    .innerJoin(eventSyncs, eq(eventSyncs.eventId, page.eventId))
    .innerJoin(events, eq(events.id, eventSyncs.eventId))
    .innerJoin(stores, eq(stores.id, events.storeId))
    .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    .leftJoin(job, sql`job.key = 'event:' || ${eventSyncs.eventId}`)
    .leftJoin(task, sql`task.id = job.task_id`)
    .orderBy(desc(eventSyncs.updatedAt), eventSyncs.eventId);
  const changes = rows.map(
    ({ employee, startsAt, timeZone, ...row }): Change => ({
      ...row,
      planned: employee !== null && startsAt !== null ? { employee, startsAt, timeZone } : null,
      since: new Date(row.since).toISOString(),
    }),
  );
  return { total, offset, pageSize: PAGE_SIZE, rows: redact(changes) };
}

/**
 * Returns the events of all matching changes, for a bulk action. `shownAt`: of those alone that
 * have not changed since.
 */
export async function eventsOf(db: Executor, filter: ChangeFilter, shownAt?: string): Promise<number[]> {
  const rows = await matching(db, filter, shownAt);
  return rows.map((row) => row.eventId);
}

/** Returns the latest attempts of an event, newest first. */
export async function listAttempts(db: Db, eventId: number): Promise<Attempt[]> {
  const rows = await db
    .select()
    .from(syncAttempts)
    .where(eq(syncAttempts.eventId, eventId))
    .orderBy(desc(syncAttempts.id))
    .limit(TRIES_SHOWN);
  return rows.map((row) =>
    redact({
      id: row.id,
      task: row.task,
      startedAt: row.startedAt,
      finishedAt: row.finishedAt,
      outcome: row.outcome,
      detail: row.failureReason ?? row.summary,
      worker: row.workerId,
    }),
  );
}
