import { crossmarkBreakers, type Tx } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';
import { desc, eq, sql } from 'drizzle-orm';
import { closeBreaker } from './release.ts';

/** What a person's use of the breaker changed. */
export interface BreakerSwitch {
  host: string;
  before: 'open' | 'closed';
  /** The time since which calls were held back; null if they passed. */
  since: Instant | null;
}

/**
 * Opens the breaker of the Crossmark host in use. From the commit on, no call begins and no probe
 * is made until {@link letCallsPass} is called. `by` is the name of the person. Returns null, and
 * does nothing, while no worker has ever called Crossmark.
 */
export async function holdCalls(tx: Tx, by: string): Promise<BreakerSwitch | null> {
  const was = await hostInUse(tx);
  if (!was) return null;
  await tx
    .update(crossmarkBreakers)
    .set({
      state: 'open',
      failingSince: sql`coalesce(${crossmarkBreakers.failingSince}, app_now())`,
      openedAt: sql`coalesce(${crossmarkBreakers.openedAt}, app_now())`,
      // Without a time, no probe is ever due.
      probeAt: null,
      probeOwner: null,
      probeUntil: null,
      lastFailure: `${by} held back all calls by hand.`,
      updatedAt: sql`app_now()`,
    })
    .where(eq(crossmarkBreakers.id, was.id));
  return describeSwitch(was);
}

/**
 * Closes the breaker at a person's request, whatever opened it. Calls pass again, and everything
 * that waits for Crossmark is sent. If Crossmark still doesn't answer, the breaker opens again
 * after the usual number of failed calls. Returns null while no worker has ever called Crossmark.
 */
export async function letCallsPass(tx: Tx): Promise<BreakerSwitch | null> {
  const was = await hostInUse(tx);
  if (was?.state === 'open') await closeBreaker(tx, was);
  return was ? describeSwitch(was) : null;
}

const describeSwitch = (was: typeof crossmarkBreakers.$inferSelect): BreakerSwitch => ({
  host: was.host,
  before: was.state,
  since: was.state === 'open' ? (was.failingSince ?? was.openedAt) : null,
});

async function hostInUse(tx: Tx) {
  const [row] = await tx
    .select()
    .from(crossmarkBreakers)
    .orderBy(desc(crossmarkBreakers.updatedAt))
    .limit(1)
    .for('update');
  return row;
}
