import { crossmarkBreakers, type Executor, eventSyncs } from '@scheduler/db';
import { desc, ne, type SQL, sql } from 'drizzle-orm';

/**
 * Since when a change isn't in Crossmark: when what is wanted last changed; of a conflict, when it
 * was noticed.
 */
export const UNSYNCED_SINCE: SQL<string> = sql<string>`case ${eventSyncs.state}
  when 'conflict' then ${eventSyncs.updatedAt}
  else coalesce(${eventSyncs.wantedAt}, ${eventSyncs.updatedAt}) end`;

/** What a worker samples for the charts. */
export interface Levels {
  /** The age of the oldest change that isn't in Crossmark, in seconds; 0 where all are. */
  oldest: number;
  /** Dead letters. */
  dead: number;
  conflicts: number;
  /** 1 while calls to Crossmark are held back. */
  held: number;
  /** 1 while the oldest change that is still sent automatically is older than {@link OVERDUE_SECONDS}. */
  overdue: number;
}

/** The age at which a change that is still sent automatically, and isn't in Crossmark, is one to be told of. */
export const OVERDUE_SECONDS = 600;

/** Reads the levels. Relies on the index event_syncs_unsettled. */
export async function readLevels(db: Executor): Promise<Levels> {
  const [levels] = await db
    .select({
      oldest: sql<number>`coalesce(extract(epoch from app_now() - min(${UNSYNCED_SINCE})), 0)::float8`,
      isOverdue: sql<boolean>`coalesce(bool_or(${UNSYNCED_SINCE} < app_now() - make_interval(secs => ${OVERDUE_SECONDS}))
        filter (where ${eventSyncs.state} in ('pending', 'waiting')), false)`,
      dead: sql<number>`count(*) filter (where ${eventSyncs.state} = 'failed')::int`,
      conflicts: sql<number>`count(*) filter (where ${eventSyncs.state} = 'conflict')::int`,
    })
    .from(eventSyncs)
    .where(ne(eventSyncs.state, 'synced'));
  const [breaker] = await db
    .select({ state: crossmarkBreakers.state })
    .from(crossmarkBreakers)
    .orderBy(desc(crossmarkBreakers.updatedAt))
    .limit(1);
  const { oldest = 0, isOverdue = false, dead = 0, conflicts = 0 } = levels ?? {};
  return {
    oldest: Math.max(0, oldest),
    dead,
    conflicts,
    held: breaker?.state === 'open' ? 1 : 0,
    overdue: isOverdue ? 1 : 0,
  };
}
