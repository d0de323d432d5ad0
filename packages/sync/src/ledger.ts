import { randomUUID } from 'node:crypto';
import type { BookingId } from '@scheduler/crossmark';
import {
  type AttemptOutcome,
  type Db,
  employees,
  eventSyncs,
  events,
  type FailureKind,
  inOrder,
  jsonRows,
  schedules,
  stores,
  syncAttempts,
  syncSteps,
  type Tx,
} from '@scheduler/db';
import type { Condition, Instant } from '@scheduler/scheduling';
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import type { JobInfo } from './context.ts';
import { addJobs } from './enqueue.ts';
import { type EventTask, eventJobKey } from './jobs.ts';
import type { Step } from './plan.ts';
import type { Remembered } from './reading.ts';
import type { Verdict } from './retry.ts';

/** Someone else owns the event now: whatever this process still believes about it is void. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** The right to reconcile one event, and the attempt row that says so. */
export interface Lease {
  eventId: number;
  owner: string;
  attemptId: number;
  job: JobInfo;
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
 * Everything reconciliation reads and writes about an event: who owns it, which writes left for Crossmark, what came of
 * them. Each call is one short transaction; none is open while Crossmark is called. What needs the lease throws
 * {@link LeaseLostError} where it went to another worker. Null of a `finish…` says that what is wanted moved from
 * `version` meanwhile, and that nothing was written.
 */
export interface Ledger {
  /**
   * Takes the event's lease and opens an attempt, unless somebody holds it (`busy`: a job is left to look again when
   * that lease ends, no try spent) or there is nothing to be done.
   */
  takeLease(eventId: number, job: JobInfo, leaseMs: number): Promise<Lease | 'busy' | 'nothing'>;
  /**
   * What is wanted and what is remembered of Crossmark's side, with the journal, as of one moment; undefined where the
   * event is gone.
   */
  readEvent(eventId: number): Promise<EventState | undefined>;
  /**
   * Commits that a write is about to leave, and proves at that moment that the lease is still held (and prolongs it).
   * Where this throws, nothing may be sent.
   */
  journalStep(lease: Lease, step: Write, leaseMs: number): Promise<number>;
  /**
   * Commits what came of a journalled write and, where it was applied, what Crossmark holds since. A worker that lost
   * the event meanwhile leaves its write as `unknown` and has the event looked at again: its write came late and may
   * have changed what the new owner believes.
   */
  settleStep(lease: Lease, stepId: number, result: StepResult): Promise<void>;
  /**
   * {@link settleStep} and {@link finishSynced} at once, for a write after which Crossmark holds what is wanted. Where the
   * event can't be finished (null), the step is settled all the same.
   */
  settleAndFinish(
    lease: Lease,
    stepId: number,
    result: StepResult,
    finish: SyncedResult,
  ): Promise<{ clickToSyncedMs: number | undefined } | null>;
  /** Commits what a read of Crossmark showed: its booking, and what became of the writes that were in doubt. */
  commitReading(lease: Lease, held: Remembered | null, settled: readonly SettledByReading[]): Promise<void>;
  /**
   * Marks the event synced and gives the lease back. Tells how long the change took from click to here, if it did. Null
   * also where a write of a worker that lost the event was answered a moment ago.
   */
  finishSynced(lease: Lease, result: SyncedResult): Promise<{ clickToSyncedMs: number | undefined } | null>;
  /** Somebody changed Crossmark's side while ours was changed too: a person chooses. */
  finishConflict(
    lease: Lease,
    result: { version: number; held: Remembered | null; reason: string },
  ): Promise<true | null>;
  /** An event that can't be tried yet and needs no job: what it waits for will enqueue it. */
  finishWaiting(lease: Lease, result: { version: number; reason: string }): Promise<true | null>;
  /**
   * Commits a failed try together with what follows from it: the next job at its time, or a dead letter that the
   * queue's pages show as a failed job. Gives the lease back.
   */
  finishFailed(lease: Lease, failure: FailedTry): Promise<'retry' | 'dead'>;
  /** Hands the event back because this process must stop: no try spent, its job runs on the next worker after a while. */
  handBack(lease: Lease, afterMs: number): Promise<void>;
  /** Closes the attempt of a worker that lost its event; the event itself is the new owner's business. */
  abandon(lease: Lease): Promise<void>;
}

/**
 * The ledger in Postgres. Rows are always locked in the order event, event_syncs, jobs: the order in which saves take
 * them.
 */
export const postgresLedger = (db: Db): Ledger => ({
  takeLease: takeLease.bind(null, db),
  readEvent: readEvent.bind(null, db),
  journalStep: journalStep.bind(null, db),
  settleStep: settleStep.bind(null, db),
  settleAndFinish: settleAndFinish.bind(null, db),
  commitReading: commitReading.bind(null, db),
  finishSynced: finishSynced.bind(null, db),
  finishConflict: finishConflict.bind(null, db),
  finishWaiting: finishWaiting.bind(null, db),
  finishFailed: finishFailed.bind(null, db),
  handBack: handBack.bind(null, db),
  abandon: abandon.bind(null, db),
});

/** A write that can be journalled and sent. */
export type Write = Exclude<Step, { kind: 'blocked' }>;

/** What came of a write. */
interface StepResult {
  state: 'done' | 'refused' | 'unknown' | 'settled';
  detail?: string;
  bookingId?: BookingId;
  held?: Remembered | null;
}

/** A write that was in doubt and, by a read, no longer is. */
interface SettledByReading {
  id: number;
  state: 'done' | 'settled';
  bookingId?: BookingId | null;
}

/** A change that arrived. `condition` is what that means for the event until the next refresh says more. */
interface SyncedResult {
  version: number;
  condition: 'Unstaffed' | 'Scheduled' | 'Submitted';
  outcome: 'done' | 'nothing';
  summary: string | null;
}

/** A failed try; `decide` tells from the earlier ones what follows. `version` is null where none was read. */
interface FailedTry {
  version: number | null;
  kind: FailureKind;
  reason: string;
  decide: (history: { earlierTries: number; failingForMs: number }) => Verdict;
}

async function takeLease(
  db: Db,
  eventId: number,
  job: JobInfo,
  leaseMs: number,
): Promise<Lease | 'busy' | 'nothing'> {
  const owner = `${job.workerId}/${randomUUID()}`;
  const attemptId = await takeFreeLease(db, eventId, { owner, job, leaseMs });
  if (attemptId !== undefined) return { eventId, owner, attemptId, job };
  return db.transaction(async (tx) => {
    const [, [sync]] = await inOrder(
      () => holdEvent(tx, eventId),
      () =>
        tx
          .select({ state: eventSyncs.state, leaseUntil: eventSyncs.leaseUntil })
          .from(eventSyncs)
          .where(eq(eventSyncs.eventId, eventId))
          .for('update'),
    );
    if (!sync || sync.state === 'synced' || sync.state === 'conflict') return 'nothing';
    // The holder goes round again if what is wanted moved; this job only matters if the holder dies, or has just ended.
    const heldUntil = sync.leaseUntil ? Date.parse(sync.leaseUntil) + 1_000 : Date.now();
    const runAt = new Date(heldUntil).toISOString();
    await addJobs(tx, [{ task: job.task, payload: { eventId }, key: eventJobKey(eventId), runAt }]);
    return 'busy';
  });
}

/**
 * Takes a lease that nobody holds of an event that isn't settled, and opens an attempt: the usual case, in one statement.
 * Undefined where there is no such thing.
 */
async function takeFreeLease(
  db: Db,
  eventId: number,
  { owner, job, leaseMs }: { owner: string; job: JobInfo; leaseMs: number },
): Promise<number | undefined> {
  // Whoever runs a dead letter again, from here or from the queue's pages, gives it all its tries again.
  const [attempt] = await db.execute<{ id: string }>(sql`
    with free as (
      select event_syncs.event_id, event_syncs.tries, event_syncs.state = 'failed' redriven, schedules.id schedule_id
      from events
      join event_syncs on event_syncs.event_id = events.id
      left join schedules on schedules.event_id = events.id and schedules.ended_at is null
      where events.id = ${eventId} and event_syncs.state not in ('synced', 'conflict')
        and (event_syncs.lease_until is null or event_syncs.lease_until <= now())
      for key share of events for update of event_syncs
    ), taken as (
      update event_syncs set lease_owner = ${owner}, lease_until = ${later(leaseMs)},
        state = case when redriven then 'pending' else state end,
        tries = case when redriven then 0 else event_syncs.tries end,
        failing_since = case when redriven then null else failing_since end
      from free where event_syncs.event_id = free.event_id
      returning free.*
    )
    insert into sync_attempts (task, job_id, worker_id, event_id, schedule_id, number)
    select ${job.task}, ${job.id}, ${job.workerId}, event_id, schedule_id, case when redriven then 1 else tries + 1 end
    from taken returning id`);
  return attempt && Number(attempt.id);
}

/** What refers to an event takes this lock anyway; taken first, it comes in the same order as a save's. */
const holdEvent = (tx: Tx, eventId: number) =>
  tx.select({ id: events.id }).from(events).where(eq(events.id, eventId)).for('key share');

const later = (ms: number) => sql`now() + ${ms} * interval '1 millisecond'`;

const ROWS = {
  sync: jsonRows(eventSyncs),
  event: jsonRows(events),
  store: jsonRows(stores),
  schedule: jsonRows(schedules),
  employee: jsonRows(employees),
  steps: jsonRows(syncSteps),
};

async function readEvent(db: Db, eventId: number): Promise<EventState | undefined> {
  const live = sql`where event_id = ${eventId} and ended_at is null`;
  const [row] = await db.execute<Record<keyof typeof ROWS, unknown>>(sql`
    select ${ROWS.sync.of(sql`where event_id = ${eventId}`)} sync,
      ${ROWS.event.of(sql`where id = ${eventId}`)} event,
      ${ROWS.store.of(sql`where id = (select store_id from events where id = ${eventId})`)} store,
      ${ROWS.schedule.of(live)} schedule,
      ${ROWS.employee.of(sql`where id = (select employee_id from schedules ${live})`)} employee,
      -- However long ago work was opened again: it isn't done a second time. Relies on the index sync_steps_event.
      ${ROWS.steps.of(sql`where event_id = ${eventId} and (kind = 'reissue' or id in (
        select id from sync_steps where event_id = ${eventId} order by id desc limit 50))`)} steps`);
  if (!row) throw new Error('Nothing was read.');
  const [sync] = ROWS.sync.read(row.sync);
  const [event] = ROWS.event.read(row.event);
  const [store] = ROWS.store.read(row.store);
  if (!sync || !event || !store) return undefined;
  const [schedule = null] = ROWS.schedule.read(row.schedule);
  const [employee = null] = ROWS.employee.read(row.employee);
  const steps = ROWS.steps.read(row.steps).sort((a, b) => b.id - a.id);
  return { sync, event, store, schedule, employee, steps };
}

async function journalStep(db: Db, lease: Lease, step: Write, leaseMs: number): Promise<number> {
  const create = step.kind === 'create' ? step : null;
  const repId = step.kind === 'delete' ? null : step.repId;
  const bookingId = step.kind === 'create' ? null : step.bookingId;
  const [row] = await db.execute<{ id: string }>(sql`
    with owned as (
      select event_id from events join event_syncs on event_id = events.id
      where events.id = ${lease.eventId} and lease_owner = ${lease.owner}
      for key share of events for update of event_syncs
    ), kept as (
      update event_syncs set lease_until = ${later(leaseMs)}, updated_at = now()
      from owned where event_syncs.event_id = owned.event_id
      returning event_syncs.event_id
    )
    insert into sync_steps (event_id, kind, rep_id, starts_at, ends_at, booking_id)
    select event_id, ${step.kind}::sync_step_kind, ${repId}, ${create?.startsAt ?? null}::timestamptz,
      ${create?.endsAt ?? null}::timestamptz, ${bookingId}
    from kept returning id`);
  if (!row) throw lost(lease);
  return Number(row.id);
}

const lost = ({ eventId }: Lease) =>
  new LeaseLostError(`The lease of event ${eventId} went to another worker.`);

type SyncValues = Parameters<ReturnType<Tx['update']>['set']>[0];

/** Writes to the event's sync row as its owner; throws {@link LeaseLostError} where it isn't the owner any more. */
async function holdLease(tx: Tx, lease: Lease, values: SyncValues) {
  const rows = await tx
    .update(eventSyncs)
    .set({ ...values, updatedAt: sql`now()` })
    .where(and(eq(eventSyncs.eventId, lease.eventId), eq(eventSyncs.leaseOwner, lease.owner)))
    .returning({ wantedVersion: eventSyncs.wantedVersion });
  if (rows.length === 0) throw lost(lease);
}

/** Columns for what is remembered of Crossmark's side. */
export const remember = (held: Remembered | null) => ({
  bookingId: held?.bookingId ?? null,
  bookedRepId: held?.repId ?? null,
  bookedRepNames: held?.names ?? null,
  bookedStartsAt: held?.startsAt ?? null,
});

async function settleStep(db: Db, lease: Lease, stepId: number, result: StepResult): Promise<void> {
  await orAsUnknown(db, lease, stepId, result, () =>
    db.transaction(async (tx) => {
      await inOrder(
        () => holdLease(tx, lease, result.held === undefined ? {} : remember(result.held)),
        () => tx.update(syncSteps).set(settled(result)).where(eq(syncSteps.id, stepId)),
      );
    }),
  );
}

async function settleAndFinish(
  db: Db,
  lease: Lease,
  stepId: number,
  result: StepResult,
  finish: SyncedResult,
): Promise<{ clickToSyncedMs: number | undefined } | null> {
  return orAsUnknown(db, lease, stepId, result, () =>
    db.transaction(async (tx) => {
      const [owned, , [inDoubt]] = await inOrder(
        () => lockBoth(tx, lease),
        () => tx.update(syncSteps).set(settled(result)).where(eq(syncSteps.id, stepId)),
        () => stepInDoubt(tx, lease.eventId),
      );
      if (owned.wantedVersion === finish.version && !inDoubt)
        return writeSynced(tx, lease, owned, finish, result.held);
      await holdLease(tx, lease, result.held === undefined ? {} : remember(result.held));
      return null;
    }),
  );
}

const settled = (result: StepResult) => ({
  state: result.state,
  ...(result.detail === undefined ? {} : { detail: result.detail }),
  ...(result.bookingId === undefined ? {} : { bookingId: result.bookingId }),
  answeredAt: sql`now()`,
});

/** Settles a step; where the event went to another worker meanwhile, leaves the step as unknown and says so. */
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
    if (error instanceof LeaseLostError && result.state !== 'refused' && result.state !== 'settled') {
      await db.transaction(async (tx) => {
        await tx
          .update(eventSyncs)
          .set({ state: 'pending', updatedAt: sql`now()` })
          .where(and(eq(eventSyncs.eventId, lease.eventId), ne(eventSyncs.state, 'conflict')));
        await tx
          .update(syncSteps)
          .set({ ...settled(result), state: 'unknown', detail: 'answered after the lease was lost' })
          .where(eq(syncSteps.id, stepId));
        await addEventJob(tx, lease);
      });
    }
    throw error;
  }
}

async function commitReading(
  db: Db,
  lease: Lease,
  held: Remembered | null,
  settled: readonly SettledByReading[],
): Promise<void> {
  await db.transaction(async (tx) => {
    await holdLease(tx, lease, remember(held));
    for (const step of settled) {
      await tx
        .update(syncSteps)
        .set({
          state: step.state,
          answeredAt: sql`now()`,
          ...(step.bookingId ? { bookingId: step.bookingId } : {}),
        })
        .where(eq(syncSteps.id, step.id));
    }
  });
}

const addEventJob = (tx: Tx, lease: Lease, runAt?: Instant) =>
  addJobs(tx, [
    {
      task: lease.job.task as EventTask,
      payload: { eventId: lease.eventId },
      key: eventJobKey(lease.eventId),
      ...(runAt === undefined ? {} : { runAt }),
    },
  ]);

const closeAttempt = (
  tx: Tx,
  lease: Lease,
  values: {
    outcome: AttemptOutcome;
    summary?: string | null;
    failureKind?: FailureKind;
    failureReason?: string;
    nextTryAt?: Instant;
  },
) =>
  tx
    .update(syncAttempts)
    .set({ ...values, finishedAt: sql`now()` })
    .where(eq(syncAttempts.id, lease.attemptId));

const RELEASED = { leaseOwner: null, leaseUntil: null };
const NO_FAILURE = { tries: 0, failingSince: null, nextTryAt: null, failureKind: null, failureReason: null };

/** The event's row under lock, if this worker still owns it. */
async function lockOwned(tx: Tx, lease: Lease) {
  const [row] = await tx
    .select({
      wantedVersion: eventSyncs.wantedVersion,
      tries: eventSyncs.tries,
      failingSince: eventSyncs.failingSince,
      now: sql`clock_timestamp()`.mapWith(eventSyncs.updatedAt),
    })
    .from(eventSyncs)
    .where(and(eq(eventSyncs.eventId, lease.eventId), eq(eventSyncs.leaseOwner, lease.owner)))
    .for('update');
  if (!row) throw lost(lease);
  return row;
}

/** The conditions that a condition takes the place of once a change has arrived. */
const FOLLOWED_BY = {
  Unstaffed: ['Scheduled', 'Staffed'],
  Scheduled: ['Unstaffed'],
  Submitted: ['Unstaffed', 'Scheduled', 'Staffed', 'Reissued'],
} as const satisfies Record<SyncedResult['condition'], Condition[]>;

async function finishSynced(
  db: Db,
  lease: Lease,
  result: SyncedResult,
): Promise<{ clickToSyncedMs: number | undefined } | null> {
  return db.transaction(async (tx) => {
    const [owned, [inDoubt]] = await inOrder(
      () => lockBoth(tx, lease),
      () => stepInDoubt(tx, lease.eventId),
    );
    if (owned.wantedVersion !== result.version || inDoubt) return null;
    return writeSynced(tx, lease, owned, result);
  });
}

/** A write of an event whose outcome isn't known. Relies on the index sync_steps_event. */
const stepInDoubt = (tx: Tx, eventId: number) =>
  tx
    .select({ id: syncSteps.id })
    .from(syncSteps)
    .where(and(eq(syncSteps.eventId, eventId), inArray(syncSteps.state, ['sent', 'unknown'])))
    .limit(1);

/** Writes that an event is synced, as its owner and with its rows locked; `held` is what Crossmark holds, where that is new. */
async function writeSynced(
  tx: Tx,
  lease: Lease,
  owned: Awaited<ReturnType<typeof lockBoth>>,
  result: SyncedResult,
  held?: Remembered | null,
): Promise<{ clickToSyncedMs: number | undefined }> {
  const { eventId, attemptId } = lease;
  const news = held === undefined ? null : remember(held);
  const booking =
    news &&
    sql`booking_id = ${news.bookingId}, booked_rep_id = ${news.bookedRepId}, booked_rep_names = ${news.bookedRepNames},
      booked_starts_at = ${news.bookedStartsAt}::timestamptz,`;
  const followed = FOLLOWED_BY[result.condition].join();
  // Under way, done or reissued work stays so; jobs that came meanwhile have nothing left to do.
  await tx.execute(sql`
    with synced as (
      update event_syncs set ${booking ?? sql``} state = 'synced', conflict = null, synced_version = ${result.version},
        synced_at = now(), updated_at = now(), lease_owner = null, lease_until = null, tries = 0, failing_since = null,
        next_try_at = null, failure_kind = null, failure_reason = null
      where event_id = ${eventId}
    ), followed as (
      update events set condition = ${result.condition}::event_condition, updated_at = now()
      where id = ${eventId} and condition = any(${`{${followed}}`}::event_condition[])
    ), closed as (
      update sync_attempts set outcome = ${result.outcome}::attempt_outcome, summary = ${result.summary}, finished_at = now()
      where id = ${attemptId}
    )
    select count(*) from graphile_worker.complete_jobs(array(
      select id from graphile_worker._private_jobs where key = ${eventJobKey(eventId)} and locked_at is null
    ))`);
  const fresh = owned.syncedVersion < owned.wantedVersion;
  const { wantedForMs } = owned;
  return { clickToSyncedMs: fresh && wantedForMs !== null ? Math.round(wantedForMs) : undefined };
}

/** The event's rows under lock, its own before its sync row as in a save, if this worker still owns it. */
async function lockBoth(tx: Tx, lease: Lease) {
  const [row] = await tx.execute<{
    wantedVersion: number;
    syncedVersion: number;
    wantedForMs: number | null;
  }>(sql`
    select wanted_version "wantedVersion", synced_version "syncedVersion",
      (extract(epoch from clock_timestamp() - wanted_at) * 1000)::float8 "wantedForMs"
    from events join event_syncs on event_id = events.id
    where events.id = ${lease.eventId} and lease_owner = ${lease.owner}
    for no key update of events for update of event_syncs`);
  if (!row) throw lost(lease);
  return row;
}

async function finishConflict(
  db: Db,
  lease: Lease,
  result: { version: number; held: Remembered | null; reason: string },
): Promise<true | null> {
  return db.transaction(async (tx) => {
    const row = await lockOwned(tx, lease);
    if (row.wantedVersion !== result.version) return null;
    await tx
      .update(eventSyncs)
      .set({
        ...RELEASED,
        ...NO_FAILURE,
        ...remember(result.held),
        state: 'conflict',
        conflict: {
          bookingId: result.held?.bookingId ?? null,
          repId: result.held?.repId ?? null,
          repNames: result.held?.names ?? '',
          startsAt: result.held?.startsAt ?? null,
          seenAt: row.now,
        },
        failureReason: result.reason,
        updatedAt: sql`now()`,
      })
      .where(eq(eventSyncs.eventId, lease.eventId));
    await closeAttempt(tx, lease, { outcome: 'conflict', failureReason: result.reason });
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
    await tx
      .update(eventSyncs)
      .set({
        ...RELEASED,
        ...NO_FAILURE,
        state: 'waiting',
        failureReason: result.reason,
        updatedAt: sql`now()`,
      })
      .where(eq(eventSyncs.eventId, lease.eventId));
    await closeAttempt(tx, lease, { outcome: 'waiting', failureReason: result.reason });
    return true;
  });
}

async function finishFailed(db: Db, lease: Lease, failure: FailedTry): Promise<'retry' | 'dead'> {
  return db.transaction(async (tx) => {
    const row = await lockOwned(tx, lease);
    const attempt = { failureKind: failure.kind, failureReason: failure.reason };
    if (failure.version !== null && row.wantedVersion !== failure.version) {
      await tx.update(eventSyncs).set(RELEASED).where(eq(eventSyncs.eventId, lease.eventId));
      await addEventJob(tx, lease);
      await closeAttempt(tx, lease, { ...attempt, outcome: 'retry', nextTryAt: row.now });
      return 'retry';
    }
    const failingSince = row.failingSince ?? row.now;
    const verdict = failure.decide({
      earlierTries: row.tries,
      failingForMs: Date.parse(row.now) - Date.parse(failingSince),
    });
    const failed = {
      ...RELEASED,
      ...attempt,
      failingSince,
      updatedAt: sql`now()`,
    };
    if (verdict.dead) {
      await tx
        .update(eventSyncs)
        .set({ ...failed, state: 'failed', tries: row.tries + 1, nextTryAt: null })
        .where(eq(eventSyncs.eventId, lease.eventId));
      await addEventJob(tx, lease);
      await tx.execute(sql`
        select graphile_worker.permanently_fail_jobs(
          array(select id from graphile_worker._private_jobs where key = ${eventJobKey(lease.eventId)}),
          ${failure.reason}
        )`);
      await closeAttempt(tx, lease, { ...attempt, outcome: 'dead' });
      return 'dead';
    }
    const runAt = new Date(Date.parse(row.now) + verdict.retryInMs).toISOString();
    const nextTry = verdict.waits
      ? { nextTryAt: null, failingSince: row.failingSince }
      : { nextTryAt: runAt };
    await tx
      .update(eventSyncs)
      .set({ ...failed, ...nextTry, state: 'waiting', tries: row.tries + (verdict.spent ? 1 : 0) })
      .where(eq(eventSyncs.eventId, lease.eventId));
    await addEventJob(tx, lease, runAt);
    await closeAttempt(tx, lease, {
      ...attempt,
      ...(verdict.waits ? { outcome: 'waiting' } : { outcome: 'retry', nextTryAt: runAt }),
    });
    return 'retry';
  });
}

async function handBack(db: Db, lease: Lease, afterMs: number): Promise<void> {
  await db.transaction(async (tx) => {
    const { now } = await lockOwned(tx, lease);
    await tx.update(eventSyncs).set(RELEASED).where(eq(eventSyncs.eventId, lease.eventId));
    await addEventJob(tx, lease, new Date(Date.parse(now) + afterMs).toISOString());
    await closeAttempt(tx, lease, {
      outcome: 'interrupted',
      summary: 'handed back: the worker was stopping',
    });
  });
}

async function abandon(db: Db, lease: Lease): Promise<void> {
  await db.transaction((tx) =>
    closeAttempt(tx, lease, { outcome: 'interrupted', summary: 'another worker took over' }),
  );
}
