import { crossmarkBreakers, type Db, eventSyncs, type Tx } from '@scheduler/db';
import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import { forgetNextAttempts, markReleased } from '../event-sync.ts';
import { eventJobKey } from '../queue/contracts.ts';
import { addJobs, runJobsNow } from '../queue/graphile.ts';
import { CURABLE } from './unreachable.ts';

/** Rows released in one transaction. */
const RELEASE_LIMIT = 1_000;

/** Closes the breaker, forgets all failures, and releases what waits for Crossmark. */
export async function closeBreaker(tx: Tx, was: typeof crossmarkBreakers.$inferSelect): Promise<void> {
  await tx
    .update(crossmarkBreakers)
    .set({
      state: 'closed',
      consecutiveFailures: 0,
      windowStartedAt: sql`app_now()`,
      windowCalls: 0,
      windowFailures: 0,
      failingSince: null,
      openedAt: null,
      leaveAloneUntil: null,
      probeAt: null,
      probeOwner: null,
      probeUntil: null,
      lastFailure: null,
      updatedAt: sql`app_now()`,
    })
    .where(eq(crossmarkBreakers.id, was.id));
  await releaseWaiting(tx);
}

/**
 * Releases what waits for Crossmark. The time of the next attempt is removed from events, and
 * {@link release} looks for events without one. The few links of people and the refreshes run at
 * once.
 */
async function releaseWaiting(tx: Tx): Promise<void> {
  await forgetNextAttempts(tx);
  await runJobsNow(tx, ['employee:', 'reps:', 'refresh:', 'instructions:']);
}

/**
 * Enqueues the events that wait for Crossmark without a time of their own; returns how many there
 * were.
 */
export async function release(db: Db): Promise<number> {
  for (let released = 0; ; ) {
    const ids = await db.transaction(async (tx) => {
      // Relies on the index event_syncs_unsettled.
      const rows = await tx
        .select({ eventId: eventSyncs.eventId })
        .from(eventSyncs)
        .where(
          and(
            eq(eventSyncs.state, 'waiting'),
            isNull(eventSyncs.nextAttemptAt),
            inArray(eventSyncs.failureKind, CURABLE),
            or(isNull(eventSyncs.leaseUntil), lt(eventSyncs.leaseUntil, sql`app_now()`)),
          ),
        )
        .orderBy(eventSyncs.eventId)
        .limit(RELEASE_LIMIT)
        .for('update', { skipLocked: true });
      const ids = rows.map((row) => row.eventId);
      if (ids.length === 0) return ids;
      await markReleased(tx, ids);
      await addJobs(
        tx,
        ids.map((eventId) => ({
          task: 'sync_schedule_update',
          payload: { eventId },
          key: eventJobKey(eventId),
        })),
      );
      return ids;
    });
    released += ids.length;
    if (ids.length < RELEASE_LIMIT) return released;
  }
}
