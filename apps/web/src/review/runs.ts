import type { ProposalView } from '@scheduler/server/router';
import { apiQueries, trpcClient } from '../lib/api.ts';
import { recordChange } from '../planning/undo.ts';
import { toast } from '../ui/toast.tsx';
import { changePlan, say } from './change-plan.ts';
import { leavePlan, showPlan } from './use-review.ts';

/** A plan to be made; what its options leave out is as the store's settings say. */
export type PlanStart = Pick<
  Parameters<typeof trpcClient.plan.start.mutate>[0],
  'fromDay' | 'toDay' | 'options'
> & { storeId: number };

/** Starts a plan and shows it. */
export async function startPlan({ storeId, fromDay, toDay, options }: PlanStart): Promise<void> {
  try {
    const { proposalId } = await trpcClient.plan.start.mutate({ storeId, fromDay, toDay, options });
    showPlan(proposalId);
    await apiQueries.plan.invalidate();
  } catch (error) {
    say(error);
  }
}

/**
 * Has a plan made again, as what it was: the rest of one under review, with the locked lines, or one
 * of which nothing came.
 */
export async function planAgain(proposal: ProposalView): Promise<void> {
  try {
    const { proposalId } = await changePlan(proposal, async (seen) => ({
      version: seen.version,
      ...(await trpcClient.plan.again.mutate(seen)),
    }));
    showPlan(proposalId);
  } catch (error) {
    say(error);
  }
}

/** Cancels a plan. Returns whether it was canceled. */
export async function cancelPlan({ proposalId }: ProposalView): Promise<boolean> {
  let canceled = false;
  try {
    await trpcClient.plan.cancel.mutate({ proposalId });
    leavePlan();
    canceled = true;
    toast('The plan was canceled. Nothing was changed.');
  } catch (error) {
    say(error);
  }
  await apiQueries.plan.invalidate();
  return canceled;
}

/** Discards a plan, with an undo. Returns whether it was discarded. */
export async function discardPlan(proposal: ProposalView): Promise<boolean> {
  try {
    const { proposalId } = await changePlan(proposal, (seen) => trpcClient.plan.discard.mutate(seen));
    leavePlan();
    const wasUsed = proposal.lines.some(({ state }) => state === 'saved');
    const kept = [
      ...(wasUsed ? ['What was approved of it stays scheduled.'] : []),
      ...(proposal.cause?.kind === 'off' ? ['The time off stays.'] : []),
    ];
    recordChange(
      {
        message: `The plan was discarded. ${kept.join(' ') || 'Nothing was changed by it.'}`,
        before: [],
        after: [],
        undo: async () => {
          await changePlan(proposal, (seen) => trpcClient.plan.restore.mutate(seen));
          showPlan(proposalId);
          return { restored: [], message: 'The plan is back, with its changes.' };
        },
      },
      () => {},
    );
    return true;
  } catch (error) {
    say(error);
    return false;
  }
}
