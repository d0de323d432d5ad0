import { type CallName, CrossmarkError } from '@scheduler/crossmark';
import { crossmarkBreakers, type FailureKind, type Tx } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';
import { and, eq } from 'drizzle-orm';

/** The failures that Crossmark's answering again may end. */
export const CURABLE: FailureKind[] = ['transient', 'unknown'];

/** What is held back and isn't an event's looks again by itself so often, should nobody let it go. */
const LOOK_AGAIN_MS = 60_000;

/** A call that was held back, not sent: Crossmark is known not to answer. */
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
 * After how long a job that was held back and isn't an event's runs again: far off, for `releaseWaiting` finds it; at once where
 * that host answers again already. Call it in the transaction that adds the job: no closing comes in between.
 */
export async function lookAgainAfterMs(tx: Tx, host: string): Promise<number> {
  const open = await tx
    .select({ id: crossmarkBreakers.id })
    .from(crossmarkBreakers)
    .where(and(eq(crossmarkBreakers.host, host), eq(crossmarkBreakers.state, 'open')))
    .for('share');
  return open.length > 0 ? LOOK_AGAIN_MS : 0;
}
