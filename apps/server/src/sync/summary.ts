import { type Db, eventSyncs, refreshRuns, SYNC_STATES, type SyncState, workers } from '@scheduler/db';
import { readPaused, readReachability, SILENT_AFTER_SECONDS } from '@scheduler/sync';
import { and, count, desc, eq, gt, isNotNull, sql } from 'drizzle-orm';
import { selectRuns, toRefreshRun } from './refreshes.ts';
import type { SyncSummary } from './types.ts';

/** Returns the overall state of the sync. */
export async function syncSummary(db: Db): Promise<SyncSummary> {
  const [states, [because], [alive], { state, since, waiting, byHand }, paused, [lastDone], [lastRefresh]] =
    await Promise.all([
      db.select({ state: eventSyncs.state, number: count() }).from(eventSyncs).groupBy(eventSyncs.state),
      db
        .select({ reason: eventSyncs.failureReason })
        .from(eventSyncs)
        .where(and(eq(eventSyncs.state, 'waiting'), isNotNull(eventSyncs.failureReason)))
        .groupBy(eventSyncs.failureReason)
        .orderBy(desc(count()))
        .limit(1),
      db
        .select({ number: count() })
        .from(workers)
        .where(gt(workers.seenAt, sql`app_now() - ${SILENT_AFTER_SECONDS} * interval '1 second'`)),
      readReachability(db),
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
    lastDone: lastDone ? toRefreshRun(lastDone) : null,
    lastRefresh: lastRefresh ? toRefreshRun(lastRefresh) : null,
  };
}
