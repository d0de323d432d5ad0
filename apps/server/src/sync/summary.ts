import {
  type Db,
  eventSyncs,
  events,
  refreshRuns,
  SYNC_STATES,
  type SyncState,
  workers,
} from '@scheduler/db';
import { readPaused, readReachability, SILENT_AFTER_SECONDS } from '@scheduler/sync';
import { and, count, desc, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm';
import { isWithin, type StoreScope } from '../core/store-access.ts';
import { selectRuns, toRefreshRun } from './refreshes.ts';
import type { SyncSummary } from './types.ts';

/** Returns the overall state of the sync. Events of stores outside of `scope` are not counted. */
export async function syncSummary(db: Db, scope: StoreScope): Promise<SyncSummary> {
  const own =
    scope === null
      ? undefined
      : inArray(
          eventSyncs.eventId,
          db.select({ id: events.id }).from(events).where(isWithin(events.storeId, scope)),
        );
  const [states, [because], [alive], { state, since, waiting, byHand }, paused, [lastDone], [lastRefresh]] =
    await Promise.all([
      db
        .select({ state: eventSyncs.state, number: count() })
        .from(eventSyncs)
        .where(own)
        .groupBy(eventSyncs.state),
      db
        .select({ reason: eventSyncs.failureReason })
        .from(eventSyncs)
        .where(and(eq(eventSyncs.state, 'waiting'), isNotNull(eventSyncs.failureReason), own))
        .groupBy(eventSyncs.failureReason)
        .orderBy(desc(count()))
        .limit(1),
      db
        .select({ number: count() })
        .from(workers)
        .where(gt(workers.seenAt, sql`app_now() - ${SILENT_AFTER_SECONDS} * interval '1 second'`)),
      readReachability(db, own),
      readPaused(db),
      selectRuns(db, 1, eq(refreshRuns.state, 'done')),
      selectRuns(db, 1),
    ]);
  const counts = Object.fromEntries(SYNC_STATES.map((state) => [state, 0])) as Record<SyncState, number>;
  for (const { state, number } of states) counts[state] = number;
  const pausedAt = paused.find(({ task }) => task.startsWith('sync_schedule'))?.pausedAt;
  const heldSince = (byHand && since) || pausedAt;
  return {
    counts,
    waitingBecause: because?.reason ?? null,
    workers: alive?.number ?? 0,
    heldBack: heldSince ? { since: heldSince } : null,
    crossmark: { state, since, waiting },
    lastDone: lastDone ? toRefreshRun(lastDone, scope) : null,
    lastRefresh: lastRefresh ? toRefreshRun(lastRefresh, scope) : null,
  };
}
