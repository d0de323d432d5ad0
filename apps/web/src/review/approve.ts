import type { Approved, ProposalView } from '@scheduler/server/router';
import { apiQueries, trpcClient } from '../lib/api.ts';
import { useEdits } from '../planning/edits.ts';
import { recordChange } from '../planning/undo.ts';
import { toast } from '../ui/toast.tsx';
import { changePlan, type SeenPlan, say } from './change-plan.ts';
import { eventsWord, recordedTimeOff } from './plan-words.ts';
import { note } from './use-review.ts';

/** How lines are approved. */
interface Approval {
  overrideReason: string | undefined;
  /** Lines that were refused, for a retry; otherwise those that are ticked. */
  lineIds?: number[] | undefined;
}

/** Returns a function that approves lines and shows a notice with Undo. */
export function useApprove(): (proposal: ProposalView, approval: Approval) => Promise<Approved> {
  const edits = useEdits();
  const approve = async (
    proposal: ProposalView,
    { overrideReason, lineIds }: Approval,
    isRedone = false,
  ): Promise<Approved> => {
    const refresh = () => void Promise.all([edits.refresh(), apiQueries.plan.invalidate()]);
    const answer = await changePlan(proposal, (seen) =>
      trpcClient.plan.approve.mutate({
        ...seen,
        ...(overrideReason && { overrideReason }),
        ...(lineIds && { lineIds }),
      }),
    );
    refresh();
    const { proposalId, saved, approvalId } = answer;
    note({ shownId: proposalId, kept: undefined });
    if (approvalId !== null) {
      // An undo that takes back that somebody is off leaves nothing to approve again.
      const redo = recordedTimeOff(proposal)
        ? {}
        : {
            redo: () =>
              approveAgain(proposal, { overrideReason, lineIds: saved.map(({ lineId }) => lineId) }),
          };
      recordChange(
        {
          message: `${eventsWord(saved.length)} ${proposal.cause ? 'moved' : 'scheduled'}.`,
          before: [],
          after: [],
          ...(recordedTimeOff(proposal) && { key: coverKey(proposalId) }),
          undo: async () => ({
            restored: [],
            message:
              proposal.cause && recordedTimeOff(proposal)
                ? await takeCoverBack(proposal, proposal.cause.name)
                : await takeBack(proposal, approvalId),
          }),
        },
        refresh,
        { ...redo, isRedone },
      );
    }
    return answer;
  };
  const approveAgain = async (proposal: ProposalView, approval: Approval): Promise<boolean> => {
    const { saved, refused } = await approve(proposal, approval, true);
    for (const { message } of refused.slice(0, 3)) toast(message, { tone: 'problem' });
    return saved.length > 0;
  };
  return approve;
}

/** Undoes an approval. Returns a message about the result, or rejects with the refusal. */
async function takeBack(proposal: SeenPlan, approvalId: number): Promise<string> {
  const { proposalId, restored, kept, stillOff } = await changePlan(proposal, () =>
    trpcClient.plan.undoApproval.mutate({ approvalId }),
  );
  // What stayed is listed with the plan, also with one that was put away.
  note({ kept: { proposalId, kept }, shownId: proposalId, ...(kept.length > 0 && { pastId: proposalId }) });
  const back = `${eventsWord(restored.length)} put back.${stillOff ? ` ${stillOff}` : ''}`;
  const [only] = kept;
  if (!only) return back;
  return kept.length === 1
    ? `${back} ${only.message}`
    : `${back} ${kept.length} stayed; the plan’s list says why.`;
}

/** Marks the changes that one {@link takeCoverBack} takes back. */
export const coverKey = (proposalId: number): string => `cover ${proposalId}`;

/** Takes back that somebody is off, with all that was approved for it; says so. Rejects with the refusal. */
export async function takeCoverBack(proposal: SeenPlan, name: string): Promise<string> {
  const { proposalId, restored, kept, stillOff } = await changePlan(proposal, () =>
    trpcClient.plan.undoCover.mutate({ proposalId: proposal.proposalId }),
  );
  note({ shownId: undefined, isOpen: undefined, kept: { proposalId, kept } });
  const back = restored.length > 0 ? ` ${eventsWord(restored.length)} put back.` : '';
  const stayed = kept.map(({ message }) => message).join(' ');
  return `${stillOff ?? `${name} is in after all.`}${back}${stayed && ` ${stayed}`}`;
}

/** {@link takeBack} for a button, with the result in a notice. */
export function useUndoApproval(): (proposal: SeenPlan, approvalId: number) => Promise<void> {
  const { refresh } = useEdits();
  return async (proposal, approvalId) => {
    try {
      toast(await takeBack(proposal, approvalId));
    } catch (error) {
      say(error);
    }
    await refresh();
  };
}
