import { type Db, pipeline, syncSteps } from '@scheduler/db';
import type { Condition, Instant } from '@scheduler/scheduling';
import { eq, sql } from 'drizzle-orm';
import { markUnsettled, PROLONG_LEASES_SQL } from '../event-sync.ts';
import { addEventJob, holdLease, idsOf, type Locked } from './leases.ts';
import { type Lease, LeaseLostError, type SettledStep, type StepResult, type Write } from './ledger.ts';
import type { KnownBooking } from './observe.ts';

/** A write that is about to leave. */
export interface Leaving {
  lease: Lease;
  step: Write;
  leaseMs: number;
  condition: Condition | null;
}

/** Journals the writes of runs that hold their lease; null for the others. */
export async function journalSteps(
  db: Db,
  leaving: readonly Leaving[],
  locked: Locked,
): Promise<(number | null)[]> {
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

export async function settleStep(db: Db, lease: Lease, stepId: number, result: StepResult): Promise<void> {
  await orAsUnknown(db, lease, stepId, result, () =>
    db.transaction(async (tx) => {
      await pipeline(
        () => holdLease(tx, lease, result.held),
        () => tx.update(syncSteps).set(stepColumns(result)).where(eq(syncSteps.id, stepId)),
      );
    }),
  );
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

export async function commitObservation(
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
