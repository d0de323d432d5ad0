import type { BookingId, MplanId } from '@scheduler/crossmark';
import {
  type Db,
  employees,
  eventSyncs,
  events,
  idList,
  jsonRows,
  pipeline,
  schedules,
  stores,
  syncSteps,
  type Tx,
} from '@scheduler/db';
import { and, eq, isNull, ne, type SQL, sql } from 'drizzle-orm';
import { OPEN_ATTEMPTS_SQL } from '../attempts/attempt-rows.ts';
import { recordAsOwner, TAKE_LEASES_SQL } from '../event-sync.ts';
import { type EventTask, eventJobKey } from '../queue/contracts.ts';
import { addJobs } from '../queue/graphile.ts';
import { type Claim, type EventState, type Lease, LeaseLostError } from './ledger.ts';
import type { KnownBooking } from './observe.ts';

/** What a statement does with rows that somebody else has locked. */
export type Locked = typeof SKIPPED;

export const SKIPPED = sql.raw('skip locked');

export const WAITED_FOR = sql.raw('');

export async function leaveForLater(db: Db, { eventId, job }: Claim): Promise<'busy' | 'nothing'> {
  return db.transaction(async (tx) => {
    const [, [sync]] = await pipeline(
      () => holdEvent(tx, eventId),
      () =>
        tx
          .select({
            state: eventSyncs.state,
            heldForMs: sql<number>`coalesce(extract(epoch from lease_until - app_clock()) * 1000, 0)::float8`,
          })
          .from(eventSyncs)
          .where(eq(eventSyncs.eventId, eventId))
          .for('update'),
    );
    if (!sync || sync.state === 'synced' || sync.state === 'conflict') return 'nothing';
    // The run that holds the lease starts over if what is wanted has changed. This job matters only
    // if that run dies or has just ended.
    const afterMs = sync.heldForMs > 0 ? sync.heldForMs + 1_000 : 0;
    await addJobs(tx, [{ task: job.task, payload: { eventId }, key: eventJobKey(eventId), afterMs }]);
    return 'busy';
  });
}

/** A request for the lease of an event. */
export interface LeaseRequest extends Claim {
  leaseMs: number;
}

/**
 * Takes the free leases of unsettled events, opens an attempt for each and reads them, all in one
 * statement. Returns null for each event whose lease can't be taken.
 */
export async function takeFreeLeases(
  db: Db,
  requests: readonly LeaseRequest[],
  locked: Locked,
): Promise<(Pick<Lease, 'attemptId' | 'takenAt' | 'state'> | null)[]> {
  const rows = requests.map(({ eventId, owner, leaseMs, job }) => ({
    eventId,
    owner,
    leaseMs,
    task: job.task,
    jobId: job.id,
    workerId: job.workerId,
  }));
  // The statement reads what was committed before it began, but locks rows as they are by then.
  // Every change of an event's schedule or journal also changes its sync row. If that row is still
  // as it was read, all the rest is too.
  const taken = await db.execute<
    EventRow & { attempt: string; event_id: number; job_id: string; as_read: boolean; taken_ms: number }
  >(sql`
    with requests as (
      select * from json_to_recordset(${JSON.stringify(rows)}::json)
        as requests("eventId" int, owner text, "leaseMs" int, task text, "jobId" text, "workerId" text)
    ), free as (
      select requests.*, event_syncs.event_id, event_syncs.tries, event_syncs.state = 'failed' redriven,
        schedules.id schedule_id, event_syncs.xmin written_by
      from events
      join event_syncs on event_syncs.event_id = events.id
      join requests on requests."eventId" = events.id
      left join schedules on schedules.event_id = events.id and schedules.ended_at is null
      where events.id = any(${idsOf(requests)}) and event_syncs.state not in ('synced', 'conflict')
        and (event_syncs.lease_until is null or event_syncs.lease_until <= app_now())
      for key share of events ${locked} for update of event_syncs ${locked}
    ), taken as (
      ${TAKE_LEASES_SQL}
    ), opened as (
      ${OPEN_ATTEMPTS_SQL}
    )
    select opened.id attempt, opened.event_id, opened.job_id, ${stateOf(sql.raw('opened.event_id'))},
      written_by = (select xmin from event_syncs where event_id = opened.event_id) as_read,
      (extract(epoch from app_clock()) * 1000)::float8 taken_ms
    from opened join taken on taken.event_id = opened.event_id`);
  return requests.map(({ eventId, job }) => {
    const row = taken.find((one) => one.event_id === eventId && one.job_id === job.id);
    if (!row) return null;
    const takenAt = new Date(row.taken_ms).toISOString();
    return { attemptId: Number(row.attempt), takenAt, state: (row.as_read && readState(row)) || null };
  });
}

/** The events of rows, as one parameter by which a statement finds them by primary key. */
export const idsOf = (rows: readonly { eventId: number }[]) => idList(rows.map(({ eventId }) => eventId));

/**
 * Postgres takes this lock for every row that refers to the event. It is taken first here, so that
 * the order is the same as in a save.
 */
const holdEvent = (tx: Tx, eventId: number) =>
  tx.select({ id: events.id }).from(events).where(eq(events.id, eventId)).for('key share');

const ROWS = {
  sync: jsonRows(eventSyncs),
  event: jsonRows(events),
  store: jsonRows(stores),
  schedule: jsonRows(schedules),
  employee: jsonRows(employees),
  steps: jsonRows(syncSteps),
};

type EventRow = Record<keyof typeof ROWS, unknown>;

/** Columns of a select with all that belongs to an event, for {@link readState}. */
function stateOf(id: SQL): SQL {
  const live = sql`where event_id = ${id} and ended_at is null`;
  return sql`
    ${ROWS.sync.of(sql`where event_id = ${id}`)} sync,
    ${ROWS.event.of(sql`where id = ${id}`)} event,
    ${ROWS.store.of(sql`where id = (select store_id from events where id = ${id})`)} store,
    ${ROWS.schedule.of(live)} schedule,
    ${ROWS.employee.of(sql`where id = (select employee_id from schedules ${live})`)} employee,
    -- Reissues of any age, for none is done twice. Relies on the index sync_steps_event.
    ${ROWS.steps.of(sql`where event_id = ${id} and (kind = 'reissue' or id in (
      select id from sync_steps where event_id = ${id} order by id desc limit 50))`)} steps`;
}

export async function readEvents(db: Db, eventIds: readonly number[]): Promise<(EventState | undefined)[]> {
  const rows = await db.execute<EventRow & { id: number }>(sql`
    select asked.id, ${stateOf(sql.raw('asked.id'))} from unnest(${idList(eventIds)}) asked(id)`);
  const states = new Map(rows.map((row) => [row.id, readState(row)]));
  return eventIds.map((id) => states.get(id));
}

export async function ownerOf(db: Db, bookingId: BookingId, eventId: number): Promise<MplanId | null> {
  // Relies on the index event_syncs_booking.
  const [owner] = await db
    .select({ mplanId: events.mplanId })
    .from(eventSyncs)
    .innerJoin(events, eq(events.id, eventSyncs.eventId))
    .where(and(eq(eventSyncs.bookingId, bookingId), ne(events.id, eventId), isNull(events.goneSince)))
    .limit(1);
  return owner?.mplanId ?? null;
}

function readState(row: EventRow): EventState | undefined {
  const [sync] = ROWS.sync.read(row.sync);
  const [event] = ROWS.event.read(row.event);
  const [store] = ROWS.store.read(row.store);
  if (!sync || !event || !store) return undefined;
  const [schedule = null] = ROWS.schedule.read(row.schedule);
  const [employee = null] = ROWS.employee.read(row.employee);
  const steps = ROWS.steps.read(row.steps).sort((a, b) => b.id - a.id);
  return { sync, event, store, schedule, employee, steps };
}

export const leaseLost = ({ eventId }: Claim) =>
  new LeaseLostError(`The lease of event ${eventId} went to another worker.`);

/**
 * Records something about the event as the owner of its lease. Throws {@link LeaseLostError} if it
 * isn't the owner any more.
 */
export async function holdLease(tx: Tx, lease: Lease, held?: KnownBooking | null): Promise<void> {
  if (!(await recordAsOwner(tx, lease, held))) throw leaseLost(lease);
}

/** Locks the event's sync row, if this worker still owns it. */
export async function lockOwned(tx: Tx, lease: Claim) {
  const [row] = await tx
    .select({
      wantedVersion: eventSyncs.wantedVersion,
      attempts: eventSyncs.attempts,
      failingSince: eventSyncs.failingSince,
      now: sql`app_clock()`.mapWith(eventSyncs.updatedAt),
    })
    .from(eventSyncs)
    .where(and(eq(eventSyncs.eventId, lease.eventId), eq(eventSyncs.leaseOwner, lease.owner)))
    .for('update');
  if (!row) throw leaseLost(lease);
  return row;
}

export const addEventJob = (tx: Tx, lease: Claim, afterMs = 0) =>
  addJobs(tx, [
    {
      task: lease.job.task as EventTask,
      payload: { eventId: lease.eventId },
      key: eventJobKey(lease.eventId),
      afterMs,
    },
  ]);
