import { type Doubt, type Executor, eventSyncs, type FailureKind, idList, type Tx } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';
import { and, eq, inArray, ne, type SQL, sql } from 'drizzle-orm';
import { CURABLE } from './breaker/unreachable.ts';
import type { TaskName } from './queue/contracts.ts';
import { JOB_TASKS, JOBS } from './queue/graphile.ts';
import { bookingColumns, type KnownBooking } from './reconcile/observe.ts';

/**
 * The only file that writes `event_syncs`: an event's state on its way to Crossmark, what holds it
 * up, what Crossmark holds and who reconciles it. Functions whose name ends in `Sql` return a part
 * of a larger statement. All others run in the caller's transaction, which has locked the rows.
 */

const NOW = sql`app_now()`;
const NO_LEASE = { leaseOwner: null, leaseUntil: null };
const NO_FAILURE = {
  attempts: 0,
  failingSince: null,
  nextAttemptAt: null,
  failureKind: null,
  failureReason: null,
};

// ---------------------------------------------------------------- pending

/**
 * Raises each event's version of what is wanted by one and makes the event pending, whatever its
 * state was. Rows for which `which` is false stay as they are. Returns `event_id`.
 */
export const wantChangesSql = (eventIds: readonly number[], which: SQL): SQL => sql`
  insert into event_syncs (event_id, state, wanted_version, wanted_at)
  select id, 'pending', 1, app_now() from unnest(${idList(eventIds)}) id order by id
  on conflict (event_id) do update set
    state = 'pending', wanted_version = event_syncs.wanted_version + 1, wanted_at = app_now(), tries = 0,
    failing_since = null, next_try_at = null, failure_kind = null, failure_reason = null, conflict = null,
    updated_at = app_now()
  where ${which}
  returning event_id`;

/** Makes events pending as before their first attempt. */
export async function markPending(tx: Tx, eventIds: readonly number[]): Promise<void> {
  await tx
    .update(eventSyncs)
    .set({ ...NO_FAILURE, state: 'pending', conflict: null, updatedAt: NOW })
    .where(sql`${eventSyncs.eventId} = any(${idList(eventIds)})`);
}

/** Makes events pending that waited until Crossmark answers again. Their attempts stay counted. */
export async function markReleased(tx: Tx, eventIds: readonly number[]): Promise<void> {
  await tx
    .update(eventSyncs)
    .set({ state: 'pending', failureKind: null, failureReason: null, updatedAt: NOW })
    .where(inArray(eventSyncs.eventId, [...eventIds]));
}

/** Makes an event pending because a write of ours may have arrived late. A conflict stays open. */
export async function markUnsettled(tx: Tx, eventId: number): Promise<void> {
  await tx
    .update(eventSyncs)
    .set({ state: 'pending', updatedAt: NOW })
    .where(and(eq(eventSyncs.eventId, eventId), ne(eventSyncs.state, 'conflict')));
}

// ---------------------------------------------------------------- leases

/**
 * Leases the events of the CTE `free` (`event_id`, `owner`, `"leaseMs"`, `redriven`: it was
 * failed). If a dead letter is run again, from here or from the queue's pages, it gets all its
 * attempts again.
 */
export const TAKE_LEASES_SQL = sql.raw(`
  update event_syncs set lease_owner = free.owner, lease_until = app_now() + free."leaseMs" * interval '1 millisecond',
    state = case when redriven then 'pending' else state end,
    tries = case when redriven then 0 else event_syncs.tries end,
    -- What was held back was not attempted: that time doesn't count towards the dead letter.
    failing_since = case when redriven then null
      else event_syncs.failing_since + coalesce(app_now() - event_syncs.held_back_since, '0') end,
    held_back_since = null
  from free where event_syncs.event_id = free.event_id
  returning free.*`);

/** Prolongs the leases of the events of the CTE `owned` (`event_id`, `"leaseMs"`). */
export const PROLONG_LEASES_SQL = sql.raw(`
  update event_syncs set lease_until = app_now() + owned."leaseMs" * interval '1 millisecond', updated_at = app_now()
  from owned where event_syncs.event_id = owned.event_id
  returning owned.*`);

/** Gives a lease back and leaves the event as it is. */
export async function releaseLease(tx: Tx, eventId: number): Promise<void> {
  await tx.update(eventSyncs).set(NO_LEASE).where(eq(eventSyncs.eventId, eventId));
}

/** Gives back every lease of workers that no longer work, by graphile-worker's id. */
export async function releaseLeasesOf(tx: Tx, workerIds: readonly string[]): Promise<void> {
  await tx
    .update(eventSyncs)
    .set(NO_LEASE)
    .where(sql`split_part(${eventSyncs.leaseOwner}, '/', 1) in ${[...workerIds]}`);
}

// ---------------------------------------------------------------- what Crossmark holds

/**
 * Marks an event as updated, as the owner of its lease, and records what Crossmark holds if `held`
 * is given. Returns false, and writes nothing, if another worker has the lease.
 */
export async function recordAsOwner(
  tx: Tx,
  { eventId, owner }: { eventId: number; owner: string },
  held?: KnownBooking | null,
): Promise<boolean> {
  const rows = await tx
    .update(eventSyncs)
    .set({ ...(held === undefined ? {} : bookingColumns(held)), updatedAt: NOW })
    .where(and(eq(eventSyncs.eventId, eventId), eq(eventSyncs.leaseOwner, owner)))
    .returning({ eventId: eventSyncs.eventId });
  return rows.length > 0;
}

/** Records what Crossmark was seen to hold for events on which both sides agree. */
export async function recordBookings(
  tx: Tx,
  bookings: readonly { eventId: number; held: KnownBooking | null }[],
): Promise<void> {
  if (bookings.length === 0) return;
  await tx
    .insert(eventSyncs)
    .values(
      bookings.map(({ eventId, held }) => ({
        eventId,
        ...bookingColumns(held),
        state: 'synced' as const,
        syncedAt: NOW,
      })),
    )
    .onConflictDoUpdate({
      target: eventSyncs.eventId,
      set: {
        bookingId: sql`excluded.booking_id`,
        bookedRepId: sql`excluded.booked_rep_id`,
        bookedRepNames: sql`excluded.booked_rep_names`,
        bookedStartsAt: sql`excluded.booked_starts_at`,
        bookedEndsAt: sql`excluded.booked_ends_at`,
        updatedAt: NOW,
      },
    });
}

/**
 * Records doubts for the next complete refresh. The event itself hasn't changed, so `updated_at`
 * stays.
 */
export async function recordDoubts(
  tx: Tx,
  doubts: readonly { eventId: number; doubt: Doubt }[],
): Promise<void> {
  if (doubts.length === 0) return;
  await tx.execute(sql`
    update event_syncs set doubt = new.doubt
    from json_to_recordset(${JSON.stringify(doubts)}::json) as new("eventId" int, doubt jsonb)
    where event_syncs.event_id = new."eventId"`);
}

/** Removes the doubts that a complete refresh didn't show again. */
export async function forgetDoubts(tx: Tx, stillDoubted: readonly number[]): Promise<void> {
  await tx.execute(sql`
    update event_syncs set doubt = null
    where event_id in (
      select event_id from event_syncs
      where doubt is not null and event_id <> all(${idList(stillDoubted)})
      order by event_id for update
    )`);
}

// ---------------------------------------------------------------- synced, conflict, failed

/** Columns of an event for which Crossmark holds what is wanted. */
const SYNCED = {
  ...NO_LEASE,
  ...NO_FAILURE,
  state: 'synced' as const,
  conflict: null,
  syncedVersion: sql`${eventSyncs.wantedVersion}`,
  syncedAt: NOW,
  updatedAt: NOW,
};

/** Marks an event synced with what is known of Crossmark's side. */
export const markSyncedSql = (tx: Executor, eventId: number): SQL =>
  tx.update(eventSyncs).set(SYNCED).where(eq(eventSyncs.eventId, eventId)).getSQL();

/**
 * Marks the events of the CTE `mine` synced (`event_id`, and the columns of {@link bookingColumns}
 * by these names).
 */
export const markConfirmedSql = (db: Executor): SQL =>
  db
    .update(eventSyncs)
    .set({
      ...SYNCED,
      bookingId: sql`"bookingId"`,
      bookedRepId: sql`"bookedRepId"`,
      bookedRepNames: sql`"bookedRepNames"`,
      bookedStartsAt: sql`"bookedStartsAt"`,
      bookedEndsAt: sql`"bookedEndsAt"`,
    })
    .from(sql`mine`)
    .where(sql`${eventSyncs.eventId} = mine.event_id`)
    .getSQL();

/** Marks an event as synced if both sides agree on what Crossmark holds. */
export async function markSynced(tx: Tx, eventId: number, held: KnownBooking | null): Promise<void> {
  await tx
    .update(eventSyncs)
    .set({ ...SYNCED, ...bookingColumns(held) })
    .where(eq(eventSyncs.eventId, eventId));
}

/**
 * Marks that Crossmark's side was changed while ours was too: a person chooses. `reason` is a
 * sentence for them, `seenAt` when Crossmark's side was read.
 */
export async function markConflict(
  tx: Tx,
  eventId: number,
  { held, reason, seenAt }: { held: KnownBooking | null; reason: string; seenAt: Instant },
): Promise<void> {
  await tx
    .update(eventSyncs)
    .set({
      ...NO_LEASE,
      ...NO_FAILURE,
      ...bookingColumns(held),
      state: 'conflict',
      conflict: {
        bookingId: held?.bookingId ?? null,
        repId: held?.repId ?? null,
        repNames: held?.names ?? '',
        startsAt: held?.startsAt ?? null,
        seenAt,
      },
      failureReason: reason,
      updatedAt: NOW,
    })
    .where(eq(eventSyncs.eventId, eventId));
}

/**
 * Marks that an event can't be sent yet, though nothing failed; what it waits for will enqueue it.
 */
export async function markWaiting(tx: Tx, eventId: number, reason: string): Promise<void> {
  await tx
    .update(eventSyncs)
    .set({ ...NO_LEASE, ...NO_FAILURE, state: 'waiting', failureReason: reason, updatedAt: NOW })
    .where(eq(eventSyncs.eventId, eventId));
}

/** A failed attempt: its kind, and the sentence for the dispatcher. */
interface Failure {
  kind: FailureKind;
  reason: string;
}

const failureColumns = ({ kind, reason }: Failure) => ({
  ...NO_LEASE,
  failureKind: kind,
  failureReason: reason,
  updatedAt: NOW,
});
const FAILING_SINCE = sql`coalesce(${eventSyncs.failingSince}, app_clock())`;

/**
 * Marks that an attempt failed and that another follows at `nextAttemptAt`. `isSpent`: it counts
 * towards the maximum.
 */
export async function markRetrying(
  tx: Tx,
  eventId: number,
  { nextAttemptAt, isSpent, ...failure }: Failure & { nextAttemptAt: SQL; isSpent: boolean },
): Promise<void> {
  await tx
    .update(eventSyncs)
    .set({
      ...failureColumns(failure),
      state: 'waiting',
      attempts: sql`${eventSyncs.attempts} + ${isSpent ? 1 : 0}`,
      failingSince: FAILING_SINCE,
      nextAttemptAt,
    })
    .where(eq(eventSyncs.eventId, eventId));
}

/**
 * Marks that nothing was attempted because calls to Crossmark are held back. {@link markReleased}
 * ends this.
 */
export async function markHeldBack(tx: Tx, eventId: number, failure: Failure): Promise<void> {
  await tx
    .update(eventSyncs)
    .set({
      ...failureColumns(failure),
      state: 'waiting',
      nextAttemptAt: null,
      heldBackSince: sql`app_clock()`,
    })
    .where(eq(eventSyncs.eventId, eventId));
}

/** Marks an event as failed: a dead letter, until a person acts. */
export async function markFailed(tx: Tx, eventId: number, failure: Failure): Promise<void> {
  await tx
    .update(eventSyncs)
    .set({
      ...failureColumns(failure),
      state: 'failed',
      attempts: sql`${eventSyncs.attempts} + 1`,
      failingSince: FAILING_SINCE,
      nextAttemptAt: null,
    })
    .where(eq(eventSyncs.eventId, eventId));
}

/**
 * Removes the time of the next attempt from events that wait for Crossmark to answer. An event that
 * waits without such a time is the one that a release looks for.
 */
export async function forgetNextAttempts(tx: Tx): Promise<void> {
  await tx
    .update(eventSyncs)
    .set({ nextAttemptAt: null })
    .where(and(eq(eventSyncs.state, 'waiting'), inArray(eventSyncs.failureKind, CURABLE)));
}

/**
 * Subtracts a pause of a task, from `pausedAt` until now, from the time for which its waiting
 * events have been failing.
 */
export async function leaveOutPause(tx: Tx, task: TaskName, pausedAt: Instant): Promise<void> {
  // Relies on event_syncs_unsettled and the unique index on the key of jobs.
  await tx.execute(sql`
    update event_syncs set failing_since = failing_since + (app_now() - greatest(failing_since, ${pausedAt}::timestamptz))
    from ${JOBS} jobs
    join ${JOB_TASKS} tasks on tasks.id = jobs.task_id and tasks.identifier = ${task}
    where event_syncs.state = 'waiting' and jobs.key = 'event:' || event_syncs.event_id`);
}
