import { refreshRuns, type Tx } from '@scheduler/db';
import { sql } from 'drizzle-orm';
import type { TaskName } from '../queue/contracts.ts';
import { deleteWaitingJobs, JOBS } from '../queue/graphile.ts';

/**
 * Tasks whose queue may be emptied without losing a change, because the sweep finds changes again
 * and a waiting refresh or plan can be given up. Links of people are not among them: they would be
 * lost.
 */
export const PURGEABLE = [
  'sync_schedule',
  'sync_schedule_update',
  'sync_schedule_deletion',
  'refresh_events',
  'propose_plan',
] as const satisfies readonly TaskName[];

/**
 * Deletes the waiting jobs of a task, planned ones too; running ones and dead letters stay. No
 * change is lost by that: if Crossmark doesn't hold what is wanted yet, the sweep queues the event
 * again within a minute, to run at once. A refresh or a plan that waits is given up. Returns the
 * number of jobs deleted.
 */
export async function purge(tx: Tx, task: (typeof PURGEABLE)[number], by: string): Promise<number> {
  const deleted = await deleteWaitingJobs(tx, task);
  if (task === 'refresh_events')
    await tx.execute(sql`
      update ${refreshRuns}
      set state = 'failed', finished_at = app_now(), failure_reason = ${`${by} purged the queue before this reading was done.`}
      where state in ('queued', 'running')
        and not exists (select from ${JOBS} jobs where jobs.key = 'refresh:' || ${refreshRuns.id})`);
  return deleted;
}
