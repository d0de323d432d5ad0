import { randomUUID } from 'node:crypto';
import type { BookingId, MplanId } from '@scheduler/crossmark';
import {
  type Db,
  employees,
  eventSyncs,
  events,
  idList,
  isRolledBack,
  jsonRows,
  pipeline,
  type StepState,
  schedules,
  stores,
  syncAttempts,
  syncSteps,
  type Tx,
} from '@scheduler/db';
import { cleanText, createBatcher } from '@scheduler/runtime';
import type { Condition, Instant } from '@scheduler/scheduling';
import { and, eq, inArray, isNull, ne, type SQL, sql } from 'drizzle-orm';
import {
  CLOSE_ATTEMPTS_SQL,
  closeAttempt,
  closeAttemptSql,
  interruptAttempts,
  OPEN_ATTEMPTS_SQL,
} from '../attempts/attempt-rows.ts';
import type { Failure } from '../attempts/failure.ts';
import { type Decide, TakenOverError } from '../attempts/run-attempt.ts';
import type { JobInfo } from '../context.ts';
import {
  bookingColumns,
  markConfirmedSql,
  markConflict,
  markFailed,
  markHeldBack,
  markRetrying,
  markSyncedSql,
  markUnsettled,
  markWaiting,
  PROLONG_LEASES_SQL,
  recordAsOwner,
  releaseLease,
  TAKE_LEASES_SQL,
} from '../event-sync.ts';
import { type EventTask, eventJobKey } from '../queue/contracts.ts';
import { addJobs, completeJobsSql, failJob, runAtSql } from '../queue/graphile.ts';
import type { Step } from './diff.ts';
import type { KnownBooking } from './observe.ts';

/** Someone else owns the event now: whatever this process still believes about it is void. */
export class LeaseLostError extends TakenOverError {
  override readonly name = 'LeaseLostError';
}

/** A run that asks for the lease of an event. `owner` is unique to the run. */
export interface Claim {
  eventId: number;
  owner: string;
  job: JobInfo;
}

/**
 * Creates the claim of a new run. Its owner begins with the worker's id, so that others can release
 * the leases of a dead worker.
 */
export const claimOf = (eventId: number, job: JobInfo): Claim => ({
  eventId,
  owner: `${job.workerId}/${randomUUID()}`,
  job,
});

/** The right to reconcile one event, and the attempt row that says so. */
export interface Lease extends Claim {
  attemptId: number;
  /**
   * The event as it was when the lease was taken; null where somebody changed it at that moment and
   * it has to be read.
   */
  state: EventState | null;
}

/** Everything a reconciler needs to know of an event, read at one moment. */
export interface EventState {
  sync: typeof eventSyncs.$inferSelect;
  event: typeof events.$inferSelect;
  store: Pick<typeof stores.$inferSelect, 'crossmarkStoreId' | 'timeZone'>;
  schedule: typeof schedules.$inferSelect | null;
  employee: typeof employees.$inferSelect | null;
  /** The journal's latest writes for the event and all its reissues, newest first. */
  steps: JournalStep[];
}
export type JournalStep = typeof syncSteps.$inferSelect;

/**
 * Everything that reconciliation reads and writes about an event: its lease, the writes sent to
 * Crossmark and their outcomes. Each call is one short transaction, and none is open while
 * Crossmark is called. A call that needs the lease throws {@link LeaseLostError} where another
 * worker has it. A `finish…` returns null, and writes nothing, where what is wanted is no longer at
 * `version`.
 */
export interface Ledger {
  /**
   * Takes the event's lease and opens an attempt. `busy`: somebody holds it, and a job looks again
   * when that lease ends, without counting as an attempt. `nothing`: there is nothing to do.
   */
  takeLease(claim: Claim, leaseMs: number): Promise<Lease | 'busy' | 'nothing'>;
  /**
   * Reads what is wanted, what is remembered of Crossmark's side, and the journal, all as of one
   * moment; undefined where the event is gone.
   */
  readEvent(eventId: number): Promise<EventState | undefined>;
  /**
   * Finds the plan of another event that has this booking number; null where none has. An event
   * that is gone has no booking.
   */
  ownerOf(bookingId: BookingId, eventId: number): Promise<MplanId | null>;
  /**
   * Journals a write before it is sent, and proves in the same statement that the lease is still
   * held, which it prolongs. Where this throws, nothing may be sent.
   */
  journalStep(lease: Lease, step: Write, leaseMs: number, condition: Condition | null): Promise<number>;
  /**
   * Commits the outcome of a journalled write and, where it was applied, what Crossmark holds
   * since. A worker that lost the event meanwhile leaves its write as `unknown` and has the event
   * reconciled again: the write came late and may have changed what the new owner believes.
   */
  settleStep(lease: Lease, stepId: number, result: StepResult): Promise<void>;
  /**
   * {@link settleStep} and {@link finishSynced} at once, for a booking after which Crossmark holds
   * what is wanted. Where the event can't be finished (null), the step is settled all the same.
   */
  settleAndFinish(
    lease: Lease,
    stepId: number,
    made: { bookingId: BookingId; held: KnownBooking },
    finish: SyncedResult,
  ): Promise<Synced | null>;
  /**
   * Commits what Crossmark's list showed: the booking, and the outcome of writes that were in
   * doubt.
   */
  commitObservation(lease: Lease, held: KnownBooking | null, settled: readonly SettledStep[]): Promise<void>;
  /**
   * Marks the event synced and gives the lease back. Returns how long the change took since the
   * click. Null also where a write of a worker that lost the event was answered a moment ago.
   */
  finishSynced(lease: Lease, result: SyncedResult): Promise<Synced | null>;
  /** Marks that Crossmark's side was changed while ours was too: a person chooses. */
  finishConflict(
    lease: Lease,
    result: { version: number; held: KnownBooking | null; reason: string },
  ): Promise<true | null>;
  /** Marks that an event can't be sent yet. It needs no job: what it waits for will enqueue it. */
  finishWaiting(lease: Lease, result: { version: number; reason: string }): Promise<true | null>;
  /**
   * Commits a failed attempt together with what follows from it: the next job at its time, or a
   * dead letter that the queue's pages show as a failed job. Gives the lease back.
   */
  finishFailed(lease: Lease, failure: FailedAttempt): Promise<'retry' | 'dead'>;
  /**
   * Hands the event back where its run can't go on, for the reason in `summary`: no attempt is
   * spent, and a job goes on after a while. Also for a run that never learned whether it has the
   * lease.
   */
  handBack(claim: Claim, afterMs: number, summary: string): Promise<void>;
  /**
   * Closes the attempt of a worker that lost its event; the event itself is the new owner's
   * business.
   */
  abandon(lease: Lease): Promise<void>;
}

/**
 * Creates the ledger in Postgres. Rows are always locked in the order event, event_syncs, jobs, as
 * saves do. Steps that every job takes are batched over the jobs of a process, see {@link
 * createBatcher}: the batch skips rows that somebody has locked, and each of those is waited for
 * alone.
 */
export function postgresLedger(db: Db): Ledger {
  const options = { maxSize: 50, canRetryAlone: isRolledBack };
  const freeLease = createBatcher(
    (requests: readonly LeaseRequest[]) => takeFreeLeases(db, requests, SKIPPED),
    options,
  );
  const state = createBatcher((eventIds: readonly number[]) => readEvents(db, eventIds), options);
  const journal = createBatcher((leaving: readonly Leaving[]) => journalSteps(db, leaving, SKIPPED), options);
  const confirm = createBatcher((confirmed: readonly Confirmed[]) => finishConfirmed(db, confirmed), options);
  return {
    async takeLease(claim, leaseMs) {
      const request = { ...claim, leaseMs };
      const taken = (await freeLease(request)) ?? (await takeFreeLeases(db, [request], WAITED_FOR))[0];
      return taken ? { ...claim, ...taken } : leaveForLater(db, claim);
    },
    readEvent: state,
    ownerOf: ownerOf.bind(null, db),
    async journalStep(lease, step, leaseMs, condition) {
      const leaving = { lease, step, leaseMs, condition };
      const stepId = (await journal(leaving)) ?? (await journalSteps(db, [leaving], WAITED_FOR))[0];
      if (!stepId) throw leaseLost(lease);
      return stepId;
    },
    settleStep: settleStep.bind(null, db),
    async settleAndFinish(lease, stepId, made, finish) {
      const finished = await confirm({ lease, stepId, ...made, finish });
      if (finished) return finished;
      await settleStep(db, lease, stepId, { state: 'done', ...made });
      return finishSynced(db, lease, finish);
    },
    commitObservation: commitObservation.bind(null, db),
    finishSynced: finishSynced.bind(null, db),
    finishConflict: finishConflict.bind(null, db),
    finishWaiting: finishWaiting.bind(null, db),
    finishFailed: finishFailed.bind(null, db),
    handBack: handBack.bind(null, db),
    abandon: abandon.bind(null, db),
  };
}

/** What a statement does with rows that somebody else has locked. */
type Locked = typeof SKIPPED;
const SKIPPED = sql.raw('skip locked');
const WAITED_FOR = sql.raw('');

/** A write that can be journalled and sent. */
export type Write = Exclude<Step, { kind: 'blocked' }>;

/** What came of a write. */
interface StepResult {
  state: Exclude<StepState, 'sent' | 'settled'>;
  detail?: string;
  bookingId?: BookingId;
  held?: KnownBooking | null;
}

/** A write that was in doubt or refused, and that a read has settled. */
export interface SettledStep {
  id: number;
  state: 'done' | 'settled' | 'not_done';
  bookingId?: BookingId | null;
}

/** A change that arrived. `condition` is the event's condition until the next refresh says more. */
interface SyncedResult {
  version: number;
  condition: 'Unstaffed' | 'Scheduled' | 'Submitted';
  outcome: 'done' | 'nothing';
  summary: string | null;
}

/**
 * A failed attempt; `decide` tells from the earlier ones what follows. `version` is null where none
 * was read.
 */
interface FailedAttempt extends Failure {
  version: number | null;
  decide: Decide;
}

async function leaveForLater(db: Db, { eventId, job }: Claim): Promise<'busy' | 'nothing'> {
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
    // The holder starts over if what is wanted moved. This job only matters if the holder dies, or
    // has just ended.
    const afterMs = sync.heldForMs > 0 ? sync.heldForMs + 1_000 : 0;
    await addJobs(tx, [{ task: job.task, payload: { eventId }, key: eventJobKey(eventId), afterMs }]);
    return 'busy';
  });
}

/** A request for the lease of an event. */
interface LeaseRequest extends Claim {
  leaseMs: number;
}

/**
 * Takes the free leases of unsettled events, opens an attempt for each and reads them, all in one
 * statement. Null for each event where that is not possible.
 */
async function takeFreeLeases(
  db: Db,
  requests: readonly LeaseRequest[],
  locked: Locked,
): Promise<(Pick<Lease, 'attemptId' | 'state'> | null)[]> {
  const rows = requests.map(({ eventId, owner, leaseMs, job }) => ({
    eventId,
    owner,
    leaseMs,
    task: job.task,
    jobId: job.id,
    workerId: job.workerId,
  }));
  // The statement reads what was committed before it began, but locks rows as they are by then.
  // Every change of an event's schedule or journal also changes its sync row: where that row is as
  // it was read, so is all the rest.
  const taken = await db.execute<
    EventRow & { attempt: string; event_id: number; job_id: string; as_read: boolean }
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
      written_by = (select xmin from event_syncs where event_id = opened.event_id) as_read
    from opened join taken on taken.event_id = opened.event_id`);
  return requests.map(({ eventId, job }) => {
    const row = taken.find((one) => one.event_id === eventId && one.job_id === job.id);
    return row ? { attemptId: Number(row.attempt), state: (row.as_read && readState(row)) || null } : null;
  });
}

/** The events of rows, as one parameter by which a statement finds them by primary key. */
const idsOf = (rows: readonly { eventId: number }[]) => idList(rows.map(({ eventId }) => eventId));

/**
 * Rows that refer to an event take this lock anyway. Taken first, it comes in the same order as in
 * a save.
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

async function readEvents(db: Db, eventIds: readonly number[]): Promise<(EventState | undefined)[]> {
  const rows = await db.execute<EventRow & { id: number }>(sql`
    select asked.id, ${stateOf(sql.raw('asked.id'))} from unnest(${idList(eventIds)}) asked(id)`);
  const states = new Map(rows.map((row) => [row.id, readState(row)]));
  return eventIds.map((id) => states.get(id));
}

async function ownerOf(db: Db, bookingId: BookingId, eventId: number): Promise<MplanId | null> {
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

/** A write that is about to leave. */
interface Leaving {
  lease: Lease;
  step: Write;
  leaseMs: number;
  condition: Condition | null;
}

/** Journals the writes of runs that hold their lease; null for the others. */
async function journalSteps(db: Db, leaving: readonly Leaving[], locked: Locked): Promise<(number | null)[]> {
  const rows = leaving.map(({ lease: { eventId, owner }, step, leaseMs, condition }) => ({
    eventId,
    owner,
    leaseMs,
    kind: step.kind,
    repId: step.kind === 'delete' ? null : step.repId,
    scheduleId: step.kind === 'reissue' ? step.scheduleId : null,
    startsAt: startOf(step),
    endsAt: step.kind === 'create' ? step.endsAt : null,
    bookingId: step.kind === 'create' ? null : step.bookingId,
    condition,
  }));
  const journalled = await db.execute<{ id: string; event_id: number }>(sql`
    with leaving as (
      select * from json_to_recordset(${JSON.stringify(rows)}::json)
        as leaving("eventId" int, owner text, "leaseMs" int, kind sync_step_kind, "scheduleId" int, "repId" text,
          "startsAt" timestamptz, "endsAt" timestamptz, "bookingId" text, condition event_condition)
    ), owned as (
      select leaving.*, event_id from events
      join event_syncs on event_id = events.id
      join leaving on leaving."eventId" = events.id
      where events.id = any(${idsOf(rows)}) and lease_owner = leaving.owner
      for key share of events ${locked} for update of event_syncs ${locked}
    ), kept as (
      ${PROLONG_LEASES_SQL}
    )
    insert into sync_steps (event_id, kind, schedule_id, rep_id, starts_at, ends_at, booking_id, condition)
    select event_id, kind, "scheduleId", "repId", "startsAt", "endsAt", "bookingId", condition from kept returning id, event_id`);
  return rows.map(({ eventId }) => {
    const step = journalled.find((row) => row.event_id === eventId);
    return step ? Number(step.id) : null;
  });
}

/**
 * The start that the journal keeps of a write: the one it asks for, or that of the booking that is
 * opened again.
 */
function startOf(step: Write): Instant | null {
  if (step.kind === 'create') return step.startsAt;
  return step.kind === 'reissue' ? step.workedAt : null;
}

const leaseLost = ({ eventId }: Claim) =>
  new LeaseLostError(`The lease of event ${eventId} went to another worker.`);

/**
 * Records something of the event as its owner; throws {@link LeaseLostError} where it isn't the
 * owner any more.
 */
async function holdLease(tx: Tx, lease: Lease, held?: KnownBooking | null): Promise<void> {
  if (!(await recordAsOwner(tx, lease, held))) throw leaseLost(lease);
}

async function settleStep(db: Db, lease: Lease, stepId: number, result: StepResult): Promise<void> {
  await orAsUnknown(db, lease, stepId, result, () =>
    db.transaction(async (tx) => {
      await pipeline(
        () => holdLease(tx, lease, result.held),
        () => tx.update(syncSteps).set(stepColumns(result)).where(eq(syncSteps.id, stepId)),
      );
    }),
  );
}

/** A write that Crossmark confirmed as just what is wanted. */
interface Confirmed {
  lease: Lease;
  stepId: number;
  bookingId: BookingId;
  held: KnownBooking;
  finish: SyncedResult;
}

/**
 * Settles confirmed writes and marks their events synced in one statement, where nobody has touched
 * an event since its write was journalled. Null for the others.
 */
async function finishConfirmed(db: Db, confirmed: readonly Confirmed[]): Promise<(Synced | null)[]> {
  const rows = confirmed.map(({ lease: { eventId, owner, attemptId }, stepId, bookingId, held, finish }) => ({
    eventId,
    owner,
    attemptId,
    stepId,
    made: bookingId,
    ...bookingColumns(held),
    ...finish,
    summary: finish.summary && cleanText(finish.summary),
    follows: FOLLOWED_BY[finish.condition],
  }));
  // A step and its event's row are written by one transaction. As long as the row is that
  // transaction's, no late answer, no newer change and no other owner came in between. That holds
  // for the row as it is locked, not only as it was read.
  const finished = await db.execute<{ event_id: number; is_news: boolean; wanted_for_ms: number | null }>(sql`
    with confirmed as (
      select * from json_to_recordset(${JSON.stringify(rows)}::json)
        as confirmed("eventId" int, owner text, "attemptId" bigint, "stepId" bigint, made text, "bookingId" text,
          "bookedRepId" text, "bookedRepNames" text, "bookedStartsAt" timestamptz, "bookedEndsAt" timestamptz, version int, condition event_condition,
          outcome attempt_outcome, summary text, follows event_condition[])
    ), mine as (
      select confirmed.*, event_syncs.event_id, ${TIMING}
      from events
      join event_syncs on event_syncs.event_id = events.id
      join confirmed on confirmed."eventId" = events.id
      join sync_steps on sync_steps.id = confirmed."stepId"
      where events.id = any(${idsOf(rows)}) and lease_owner = confirmed.owner and wanted_version = confirmed.version
        and sync_steps.state = 'sent' and event_syncs.xmin = sync_steps.xmin
        and not exists (
          select from sync_steps other
          where other.event_id = events.id and other.id <> sync_steps.id and other.state in ('sent', 'unknown'))
      for no key update of events skip locked for update of event_syncs skip locked
    ), settled as (
      update sync_steps set state = 'done', booking_id = made, answered_at = app_now() from mine where id = "stepId"
    ), synced as (
      ${markConfirmedSql(db)}
    ), followed as (
      update events set condition = mine.condition, updated_at = app_now()
      from mine where events.id = mine.event_id and events.condition = any(follows)
    ), closed as (
      ${CLOSE_ATTEMPTS_SQL}
    ), done as (
      -- Jobs that came meanwhile have nothing left to do.
      ${completeJobsSql(sql`(select 'event:' || mine.event_id as key from mine) keys`)}
    )
    select event_id, is_news, wanted_for_ms, (select count from done) from mine`);
  return rows.map(({ eventId }) => {
    const row = finished.find((one) => one.event_id === eventId);
    return row ? toSynced(row) : null;
  });
}

const stepColumns = (result: StepResult) => ({
  state: result.state,
  ...(result.detail === undefined ? {} : { detail: result.detail }),
  ...(result.bookingId === undefined ? {} : { bookingId: result.bookingId }),
  answeredAt: sql`app_now()`,
});

/**
 * Settles a step; where the event went to another worker meanwhile, leaves the step as unknown and
 * says so.
 */
async function orAsUnknown<T>(
  db: Db,
  lease: Lease,
  stepId: number,
  result: StepResult,
  settle: () => Promise<T>,
): Promise<T> {
  try {
    return await settle();
  } catch (error) {
    if (error instanceof LeaseLostError && result.state !== 'refused' && result.state !== 'not_done') {
      await db.transaction(async (tx) => {
        await markUnsettled(tx, lease.eventId);
        await tx
          .update(syncSteps)
          .set({ ...stepColumns(result), state: 'unknown', detail: 'answered after the lease was lost' })
          .where(eq(syncSteps.id, stepId));
        await addEventJob(tx, lease);
      });
    }
    throw error;
  }
}

async function commitObservation(
  db: Db,
  lease: Lease,
  held: KnownBooking | null,
  settled: readonly SettledStep[],
): Promise<void> {
  await db.transaction(async (tx) => {
    await holdLease(tx, lease, held);
    for (const step of settled) {
      await tx
        .update(syncSteps)
        .set({
          state: step.state,
          answeredAt: sql`app_now()`,
          ...(step.bookingId ? { bookingId: step.bookingId } : {}),
        })
        .where(eq(syncSteps.id, step.id));
    }
  });
}

const addEventJob = (tx: Tx, lease: Claim, afterMs = 0) =>
  addJobs(tx, [
    {
      task: lease.job.task as EventTask,
      payload: { eventId: lease.eventId },
      key: eventJobKey(lease.eventId),
      afterMs,
    },
  ]);

/** Locks the event's sync row, if this worker still owns it. */
async function lockOwned(tx: Tx, lease: Claim) {
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

/** By the condition that an event gets once a change has arrived: the conditions it may have had. */
const FOLLOWED_BY = {
  Unstaffed: ['Scheduled', 'Staffed'],
  Scheduled: ['Unstaffed'],
  Submitted: ['Unstaffed', 'Scheduled', 'Staffed', 'Reissued'],
} as const satisfies Record<SyncedResult['condition'], Condition[]>;

async function finishSynced(db: Db, lease: Lease, result: SyncedResult): Promise<Synced | null> {
  return db.transaction(async (tx) => {
    const [owned, [inDoubt]] = await pipeline(
      () => lockBoth(tx, lease),
      () => stepInDoubt(tx, lease.eventId),
    );
    if (owned.wanted_version !== result.version || inDoubt) return null;
    await writeSynced(tx, lease, result);
    return toSynced(owned);
  });
}

/** A write of an event whose outcome isn't known. Relies on the index sync_steps_event. */
const stepInDoubt = (tx: Tx, eventId: number) =>
  tx
    .select({ id: syncSteps.id })
    .from(syncSteps)
    .where(and(eq(syncSteps.eventId, eventId), inArray(syncSteps.state, ['sent', 'unknown'])))
    .limit(1);

/** Writes that an event is synced, as its owner and with its rows locked. */
async function writeSynced(tx: Tx, { eventId, attemptId }: Lease, result: SyncedResult): Promise<void> {
  // Work that is under way, done or reissued keeps its condition. Jobs that came meanwhile have
  // nothing left to do.
  await tx.execute(sql`
    with synced as (
      ${markSyncedSql(tx, eventId)}
    ), followed as (
      update events set condition = ${result.condition}::event_condition, updated_at = app_now()
      where id = ${eventId} and condition in ${FOLLOWED_BY[result.condition]}
    ), closed as (
      ${closeAttemptSql(tx, attemptId, { outcome: result.outcome, summary: result.summary })}
    )
    ${completeJobsSql(sql`(select ${eventJobKey(eventId)}::text as key) keys`)}`);
}

/** What is told of a change that arrived. */
type Synced = { clickToSyncedMs: number | undefined };

/** How long a change took, where it is one that wasn't synced before. */
const toSynced = (row: { is_news: boolean; wanted_for_ms: number | null }): Synced => ({
  clickToSyncedMs: row.is_news && row.wanted_for_ms !== null ? Math.round(row.wanted_for_ms) : undefined,
});
/** Columns for {@link toSynced}. */
const TIMING = sql.raw(
  'synced_version < wanted_version is_news, (extract(epoch from app_clock() - wanted_at) * 1000)::float8 wanted_for_ms',
);

/** Locks the event's row, then its sync row, as a save does, if this worker still owns it. */
async function lockBoth(tx: Tx, lease: Lease) {
  const [row] = await tx.execute<{
    wanted_version: number;
    is_news: boolean;
    wanted_for_ms: number | null;
  }>(sql`
    select wanted_version, ${TIMING}
    from events join event_syncs on event_id = events.id
    where events.id = ${lease.eventId} and lease_owner = ${lease.owner}
    for no key update of events for update of event_syncs`);
  if (!row) throw leaseLost(lease);
  return row;
}

async function finishConflict(
  db: Db,
  lease: Lease,
  result: { version: number; held: KnownBooking | null; reason: string },
): Promise<true | null> {
  return db.transaction(async (tx) => {
    const row = await lockOwned(tx, lease);
    if (row.wantedVersion !== result.version) return null;
    const { held, reason } = result;
    await markConflict(tx, lease.eventId, { held, reason, seenAt: row.now });
    await closeAttempt(tx, lease.attemptId, { outcome: 'conflict', failureReason: result.reason });
    return true;
  });
}

async function finishWaiting(
  db: Db,
  lease: Lease,
  result: { version: number; reason: string },
): Promise<true | null> {
  return db.transaction(async (tx) => {
    const row = await lockOwned(tx, lease);
    if (row.wantedVersion !== result.version) return null;
    await markWaiting(tx, lease.eventId, result.reason);
    await closeAttempt(tx, lease.attemptId, { outcome: 'waiting', failureReason: result.reason });
    return true;
  });
}

async function finishFailed(db: Db, lease: Lease, failure: FailedAttempt): Promise<'retry' | 'dead'> {
  return db.transaction(async (tx) => {
    const row = await lockOwned(tx, lease);
    const attempt = { failureKind: failure.kind, failureReason: failure.reason };
    if (failure.version !== null && row.wantedVersion !== failure.version) {
      await releaseLease(tx, lease.eventId);
      await addEventJob(tx, lease);
      await closeAttempt(tx, lease.attemptId, { ...attempt, outcome: 'retry', nextAttemptAt: row.now });
      return 'retry';
    }
    const failingSince = row.failingSince ?? row.now;
    const verdict = failure.decide({
      earlierAttempts: row.attempts,
      failingForMs: Date.parse(row.now) - Date.parse(failingSince),
    });
    if (verdict.dead) {
      await markFailed(tx, lease.eventId, failure);
      await addEventJob(tx, lease);
      await failJob(tx, eventJobKey(lease.eventId), failure.reason);
      await closeAttempt(tx, lease.attemptId, { ...attempt, outcome: 'dead' });
      return 'dead';
    }
    await addEventJob(tx, lease, verdict.retryInMs);
    const nextAttemptAt = runAtSql(eventJobKey(lease.eventId));
    if (verdict.waitsFor) await markHeldBack(tx, lease.eventId, failure);
    else await markRetrying(tx, lease.eventId, { ...failure, nextAttemptAt, isSpent: verdict.spent });
    await closeAttempt(tx, lease.attemptId, {
      ...attempt,
      ...(verdict.waitsFor ? { outcome: 'waiting' } : { outcome: 'retry', nextAttemptAt }),
    });
    return 'retry';
  });
}

async function handBack(db: Db, claim: Claim, afterMs: number, summary: string): Promise<void> {
  await db.transaction(async (tx) => {
    await lockOwned(tx, claim);
    await releaseLease(tx, claim.eventId);
    await addEventJob(tx, claim, afterMs);
    await interrupt(tx, claim, summary);
  });
}

async function abandon(db: Db, lease: Lease): Promise<void> {
  await db.transaction((tx) => interrupt(tx, lease, 'another worker took over'));
}

/** Closes a run's attempt, unless it has ended by itself. */
const interrupt = (tx: Tx, { eventId, job }: Claim, summary: string) =>
  interruptAttempts(
    tx,
    and(
      eq(syncAttempts.eventId, eventId),
      eq(syncAttempts.jobId, job.id),
      eq(syncAttempts.workerId, job.workerId),
    ),
    summary,
  );
