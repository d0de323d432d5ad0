import { type CallName, CrossmarkError } from '@scheduler/crossmark';
import { crossmarkBreakers, type FailureKind, type Tx } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';
import { and, eq } from 'drizzle-orm';

/** The kinds of failures that may end once Crossmark answers again. */
export const CURABLE: FailureKind[] = ['transient', 'unknown'];

/**
 * How often a job that was held back and has no event looks again by itself, if nothing releases
 * it.
 */
const LOOK_AGAIN_MS = 60_000;

/** A call that was held back and not sent, because Crossmark is known not to answer. */
export class CrossmarkUnreachableError extends CrossmarkError {
  readonly host: string;
  readonly since: Instant;
  /** An admin holds calls back, whether Crossmark answers or not. */
  readonly byHand: boolean;

  constructor(call: CallName, { host, since, byHand }: { host: string; since: Instant; byHand: boolean }) {
    super(
      'transient',
      call,
      byHand
        ? 'An admin holds back everything for Crossmark at the moment. This goes on by itself once it is let go.'
        : 'Crossmark doesn’t answer at the moment. This goes on by itself as soon as it does.',
    );
    this.host = host;
    this.since = since;
    this.byHand = byHand;
  }
}

/**
 * How long a job that was held back and has no event waits: a minute, unless `releaseWaiting` runs
 * it before; not at all where the host answers again already. Call it in the transaction that adds
 * the job, so that the breaker can't close in between.
 */
export async function lookAgainAfterMs(tx: Tx, host: string): Promise<number> {
  const open = await tx
    .select({ id: crossmarkBreakers.id })
    .from(crossmarkBreakers)
    .where(and(eq(crossmarkBreakers.host, host), eq(crossmarkBreakers.state, 'open')))
    .for('share');
  return open.length > 0 ? LOOK_AGAIN_MS : 0;
}
