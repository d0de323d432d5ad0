import { crossmarkBreakers, type Db, eventSyncs } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';
import { and, count, desc, eq, inArray, or, type SQL } from 'drizzle-orm';
import { CURABLE } from './unreachable.ts';

/** Whether Crossmark can be reached, as the workers know it. */
export interface Reachability {
  state: 'reachable' | 'unreachable';
  /** The first call that failed; null while it can be reached. */
  since: Instant | null;
  /** Events whose changes haven't reached Crossmark and will by themselves. */
  waiting: number;
  lastProbeAt: Instant | null;
  nextProbeAt: Instant | null;
  /** How the last call failed, in words; null while it can be reached. */
  lastFailure: string | null;
  /** An admin holds calls back: no probe is made, and only a person lets them pass again. */
  byHand: boolean;
}

/**
 * Reads {@link Reachability} of the Crossmark host in use. `counted` limits the events that are
 * counted as waiting.
 */
export async function readReachability(db: Db, counted?: SQL): Promise<Reachability> {
  const [[row], [unsettled]] = await Promise.all([
    db.select().from(crossmarkBreakers).orderBy(desc(crossmarkBreakers.updatedAt)).limit(1),
    db
      .select({ number: count() })
      .from(eventSyncs)
      .where(
        and(
          or(
            eq(eventSyncs.state, 'pending'),
            and(eq(eventSyncs.state, 'waiting'), inArray(eventSyncs.failureKind, CURABLE)),
          ),
          counted,
        ),
      ),
  ]);
  const isOpen = row?.state === 'open';
  return {
    state: isOpen ? 'unreachable' : 'reachable',
    since: isOpen ? (row.failingSince ?? row.openedAt) : null,
    waiting: unsettled?.number ?? 0,
    lastProbeAt: row?.lastProbeAt ?? null,
    nextProbeAt: isOpen ? row.probeAt : null,
    lastFailure: isOpen ? row.lastFailure : null,
    byHand: isOpen && row.probeAt === null,
  };
}
