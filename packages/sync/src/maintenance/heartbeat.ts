import { type Db, transactLocally, workers } from '@scheduler/db';
import { sql } from 'drizzle-orm';

/** A worker sends six heartbeats within this time. One that misses them all counts as dead. */
export const SILENT_AFTER_SECONDS = 30;

/** A worker process as the others see it. */
export interface WorkerIdentity {
  /** graphile-worker's id, as in `locked_by` of its jobs. */
  id: string;
  host: string;
  pid: number;
  concurrency: number;
  /** Whether it sends digests. */
  sendsMail?: boolean;
}

/** Records that a worker is alive. No standby is waited for, because the worker lives while that is away. */
export async function heartbeat(db: Db, worker: WorkerIdentity): Promise<void> {
  await transactLocally(db, (tx) =>
    tx
      .insert(workers)
      .values(worker)
      .onConflictDoUpdate({ target: workers.id, set: { seenAt: sql`app_now()` } }),
  );
}
