import { type Db, proposals, type Tx } from '@scheduler/db';
import type { WorkDate } from '@scheduler/scheduling';
import { verifyDays } from '@scheduler/verification';
import { eq } from 'drizzle-orm';
import { notFound, Refusal } from '../core/errors.ts';
import { covers, type StoreScope } from '../core/store-access.ts';
import { type LineRecord, linesOf } from '../planning/proposals.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import type { VerifiedDays } from './types.ts';

/**
 * Verifies some days of a store in one snapshot.
 * @param query.proposalId a plan of the store that waits for review: the days are verified as they
 * would be with its ticked lines. Throws a {@link Refusal} if it doesn't wait for review
 */
export async function verifiedDays(
  db: Db,
  query: {
    storeId?: number | undefined;
    fromDay: WorkDate;
    toDay: WorkDate;
    proposalId?: number | undefined;
  },
  scope: StoreScope,
): Promise<VerifiedDays> {
  const { fromDay, toDay, proposalId } = query;
  return db.transaction(
    async (tx) => {
      const store = await findStore(tx, query.storeId);
      const lines = proposalId === undefined ? [] : await waitingLines(tx, store.id, proposalId);
      const { id, name, number, timeZone } = store;
      return {
        store: { id, name, number, timeZone },
        today: todayAt(timeZone),
        days: await verifyDays(tx, {
          store,
          fromDay,
          toDay,
          lines,
          tellsReasonsOf: (storeId) => covers(scope, storeId),
        }),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** Returns the lines of a plan that would be saved if all ticked ones were approved now. */
async function waitingLines(tx: Tx, storeId: number, proposalId: number): Promise<LineRecord[]> {
  const [proposal] = await tx
    .select({ storeId: proposals.storeId, state: proposals.state })
    .from(proposals)
    .where(eq(proposals.id, proposalId));
  if (!proposal) throw notFound('proposal', proposalId);
  if (proposal.storeId !== storeId) {
    throw new Refusal('This plan is of another store. Choose that store, or one of its plans.', {
      code: 'not_allowed',
    });
  }
  if (proposal.state !== 'ready') {
    throw new Refusal('This plan doesn’t wait for review any more. Look at the days as they are.', {
      code: 'not_allowed',
    });
  }
  const lines = await linesOf(tx, proposalId);
  return lines.filter(({ ticked, state }) => ticked && state === 'proposed');
}
