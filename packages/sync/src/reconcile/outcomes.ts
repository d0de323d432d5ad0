import type { BookingId } from '@scheduler/crossmark';
import { type Db, pipeline, syncAttempts, syncSteps, type Tx } from '@scheduler/db';
import { cleanText } from '@scheduler/runtime';
import type { Condition } from '@scheduler/scheduling';
import { and, eq, inArray, sql } from 'drizzle-orm';
import {
  CLOSE_ATTEMPTS_SQL,
  closeAttempt,
  closeAttemptSql,
  interruptAttempts,
} from '../attempts/attempt-rows.ts';
import {
  markConfirmedSql,
  markConflict,
  markFailed,
  markHeldBack,
  markRetrying,
  markSyncedSql,
  markWaiting,
  releaseLease,
} from '../event-sync.ts';
import { eventJobKey } from '../queue/contracts.ts';
import { completeJobsSql, failJob, runAtSql } from '../queue/graphile.ts';
import { addEventJob, idsOf, leaseLost, lockOwned } from './leases.ts';
import type { Claim, FailedAttempt, Lease, Synced, SyncedResult } from './ledger.ts';
import { bookingColumns, type KnownBooking } from './observe.ts';

/** A write that Crossmark confirmed as just what is wanted. */
export interface Confirmed {
  lease: Lease;
  stepId: number;
  bookingId: BookingId;
  held: KnownBooking;
  finish: SyncedResult;
}

/**
 * Settles confirmed writes and marks their events as synced, in one statement, if nobody has
 * changed the event since its write was journalled. Returns null for the others.
 */
export async function finishConfirmed(db: Db, confirmed: readonly Confirmed[]): Promise<(Synced | null)[]> {
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
  // A step and its event's row are written by one transaction. As long as that transaction is the
  // last one that wrote the row, no late answer, no newer change and no other owner came in
  // between. That holds for the row as it is locked, not only as it was read.
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

/**
 * For each condition that an event gets once a change has reached Crossmark: the conditions that it
 * may have had before.
 */
const FOLLOWED_BY = {
  Unstaffed: ['Scheduled', 'Staffed'],
  Scheduled: ['Unstaffed'],
  Submitted: ['Unstaffed', 'Scheduled', 'Staffed', 'Reissued'],
} as const satisfies Record<SyncedResult['condition'], Condition[]>;

export async function finishSynced(db: Db, lease: Lease, result: SyncedResult): Promise<Synced | null> {
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

/** How long a change took, if it wasn't synced before. */
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

export async function finishConflict(
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

export async function finishWaiting(
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

export async function finishFailed(db: Db, lease: Lease, failure: FailedAttempt): Promise<'retry' | 'dead'> {
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

export async function handBack(db: Db, claim: Claim, afterMs: number, summary: string): Promise<void> {
  await db.transaction(async (tx) => {
    await lockOwned(tx, claim);
    await releaseLease(tx, claim.eventId);
    await addEventJob(tx, claim, afterMs);
    await interrupt(tx, claim, summary);
  });
}

export async function abandon(db: Db, lease: Lease): Promise<void> {
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
