import type { Db } from '@scheduler/db';
import { sql } from 'drizzle-orm';
import { eventJobKey, readingJobKey, refreshJobKey } from '../queue/contracts.ts';
import { addJobs, isQueuedSql } from '../queue/graphile.ts';

/** One sweep handles at most so many rows; the next one handles the rest. */
const SWEEP_LIMIT = 1_000;

/**
 * Adds a job for everything that needs one and has none, however it was lost. Any worker may call
 * this at any time. Returns how many were missing.
 */
export async function sweep(db: Db): Promise<number> {
  return db.transaction(async (tx) => {
    // Relies on event_syncs_unsettled and events' primary key.
    const lost = await tx.execute<{ event_id: number }>(sql`
      select sync.event_id
      from event_syncs sync
      join events on events.id = sync.event_id
      where sync.state in ('pending', 'waiting')
        and (sync.state = 'pending' or events.mplan_id is not null)
        and (sync.lease_until is null or sync.lease_until < app_now())
        and not ${isQueuedSql(sql`'event:' || sync.event_id`)}
      order by sync.event_id
      limit ${SWEEP_LIMIT}
      for update of sync skip locked`);
    const runs = await tx.execute<{ id: number }>(sql`
      select id from refresh_runs
      where state in ('queued', 'running') and not ${isQueuedSql(sql`'refresh:' || refresh_runs.id`)}
      for update skip locked`);
    const readings = await tx.execute<{ id: number }>(sql`
      select id from rep_readings
      where state = 'queued' and not ${isQueuedSql(sql`'reps:' || rep_readings.id`)}
      for update skip locked`);
    await addJobs(tx, [
      ...lost.map(({ event_id: eventId }) => ({
        task: 'sync_schedule_update' as const,
        payload: { eventId },
        key: eventJobKey(eventId),
      })),
      ...runs.map(({ id: runId }) => ({
        task: 'refresh_events' as const,
        payload: { runId },
        key: refreshJobKey(runId),
      })),
      ...readings.map(({ id: readingId }) => ({
        task: 'sync_employee' as const,
        payload: { readingId },
        key: readingJobKey(readingId),
      })),
    ]);
    return lost.length + runs.length + readings.length;
  });
}
