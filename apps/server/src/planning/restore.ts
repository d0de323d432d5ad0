import { type Db, holdLock, proposals, type Tx } from '@scheduler/db';
import { type Cause, endAbandoned } from '@scheduler/plans';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import type { Actor } from '../trpc/context.ts';
import { openCoverFor } from './covers.ts';
import { lockProposal, type ProposalRecord, type SeenProposal, touch } from './proposals.ts';

/**
 * Takes a discard back: the proposal is as it was, with its lines. Throws a {@link Refusal} if it was
 * changed since, or if another plan of the same work is open meanwhile.
 */
export async function restoreProposal(
  db: Db,
  actor: Actor,
  seen: SeenProposal,
): Promise<{ proposalId: number; version: number }> {
  return save(db, async (tx) => {
    // As in all plans that find others for work, before any proposal is locked.
    await holdLock(tx, 'covers');
    const proposal = await lockProposal(tx, seen, ['discarded']);
    const { id, storeId, outcome } = proposal;
    await endAbandoned(tx, storeId);
    if (await isReplaced(tx, proposal)) {
      throw new Refusal(
        'Another plan of the same work was begun since. Discard that one first, and undo this again.',
        { code: 'not_allowed' },
      );
    }
    await audit(tx, actor, [
      { action: 'proposal.restore', subjectType: 'store', subjectId: storeId, after: { proposal: id } },
    ]);
    // A plan that failed has no outcome.
    return touch(tx, id, outcome === null ? 'failed' : 'ready');
  });
}

/** Whether another plan of the same work is being made or reviewed. */
async function isReplaced(tx: Tx, { storeId, cause }: ProposalRecord): Promise<boolean> {
  if (cause !== null) return (await openCoverFor(tx, storeId, cause as unknown as Cause)) !== null;
  // Relies on the index proposals_of_store.
  const others = await tx
    .select({ id: proposals.id })
    .from(proposals)
    .where(
      and(
        eq(proposals.storeId, storeId),
        inArray(proposals.state, ['running', 'ready']),
        isNull(proposals.cause),
      ),
    )
    .limit(1);
  return others.length > 0;
}
