import { type Db, proposalApprovals, proposals, type Tx } from '@scheduler/db';
import { type Cause, planRunsOf } from '@scheduler/plans';
import { and, asc, eq } from 'drizzle-orm';
import { notFound, Refusal } from '../core/errors.ts';
import { takeTimeOffBack } from '../employees/availability.ts';
import { lockForPlan } from '../schedules/plan-transaction.ts';
import { saveOrRefuseDuplicate } from '../schedules/refuse-duplicate.ts';
import type { Actor } from '../trpc/context.ts';
import { isForTimeOff, otherTimeOff } from './cover-cause.ts';
import {
  type ApprovalRecord,
  type ProposalRecord,
  refuseWhilePlannedAgain,
  standingApprovals,
  touch,
} from './proposals.ts';
import { approvedLines, changeOfUndo, takeBack } from './put-back.ts';
import type { Undone } from './types.ts';

/**
 * Takes an approval back, in one transaction: events that it scheduled are open again, and
 * schedules that it moved are back at their old places. A schedule that has changed meanwhile, or
 * has begun, stays and is listed with the reason. The lines that are back can be ticked and
 * approved again. Time off that the plan recorded is removed, too. Throws a {@link Refusal}, and
 * changes nothing, if somebody has taken the approval back before, if the plan is being planned
 * again, or if the reason for the plan still stands: the person is off or has left, or the store is
 * closed.
 */
export async function undoApproval(db: Db, actor: Actor, input: { approvalId: number }): Promise<Undone> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    const { proposalId } = await findApproval(tx, input.approvalId);
    const before = await findProposal(tx, proposalId);
    const recorded = recordedBy(before);
    const plans = recorded
      ? await lockPlansFor(tx, before.storeId, recorded)
      : [await lockProposalOf(tx, proposalId)];
    // Read again, because another user may have undone the approval while this waited for the lock.
    const approval = await findApproval(tx, input.approvalId);
    if (approval.undoneAt !== null) {
      throw new Refusal(
        `${approval.undoneByName} took this approval back already. Its lines can be approved again.`,
        { code: 'not_allowed' },
      );
    }
    if (recorded) return takeCoverBack(tx, actor, plans, recorded);
    const [proposal = before] = plans;
    await refuseWhilePlannedAgain(
      tx,
      proposal,
      'Nothing was undone, because the new plan would not have it. Cancel the new plan and undo here again, or wait for it and undo then.',
    );
    const undone = await takeBack(tx, actor, proposal, [approval]);
    const isOpen = proposal.state === 'ready' || proposal.state === 'approved';
    const reopened = isOpen && undone.restored.length > 0;
    const { version } = await touch(tx, proposal.id, reopened ? 'ready' : undefined);
    return { ...undone, version, stillOff: null };
  });
}

/**
 * Takes back that somebody is off, in one transaction: the time off, all plans that find others for
 * their work of these days, and what was approved of them.
 */
export async function undoCover(db: Db, actor: Actor, input: { proposalId: number }): Promise<Undone> {
  const undone = await saveOrRefuseDuplicate(db, async (tx) => {
    const proposal = await findProposal(tx, input.proposalId);
    const recorded = recordedBy(proposal);
    if (!recorded) {
      throw new Refusal('This plan recorded no time off. Take its approval back instead.', {
        code: 'not_allowed',
      });
    }
    return takeCoverBack(tx, actor, await lockPlansFor(tx, proposal.storeId, recorded), recorded);
  });
  planRunsOf(db).end(undone.proposalId);
  return undone;
}

/** An absence whose time off was recorded with a plan, which the plan's undo takes back with it. */
type RecordedTimeOff = Extract<Cause, { kind: 'off' }> & { timeOffId: number };

function recordedBy({ cause }: ProposalRecord): RecordedTimeOff | null {
  const known = cause as Cause | null;
  if (known?.kind !== 'off' || known.timeOffId === null) return null;
  return { ...known, timeOffId: known.timeOffId };
}

async function takeCoverBack(
  tx: Tx,
  actor: Actor,
  plans: readonly ProposalRecord[],
  recorded: RecordedTimeOff,
): Promise<Undone> {
  const approvalsOf = new Map<number, ApprovalRecord[]>();
  for (const { id } of plans) approvalsOf.set(id, await standingApprovals(tx, id));
  const approved = await approvedLines(tx, [...approvalsOf.values()].flat());
  // Events are locked before people, as everywhere.
  if (approved.length > 0) {
    const change = changeOfUndo(approved);
    await lockForPlan(tx, { ...change, employeeIds: [...change.employeeIds, recorded.employeeId] });
  }
  // Without the time off, the rules let the work go back.
  let isUndone = await takeTimeOffBack(tx, actor, recorded);
  const latest = plans.at(-1);
  const all: Undone = {
    proposalId: latest?.id ?? 0,
    version: latest?.version ?? 0,
    restored: [],
    kept: [],
    stillOff: await otherTimeOff(tx, recorded),
  };
  for (const plan of plans) {
    const approvals = approvalsOf.get(plan.id) ?? [];
    const isOpen = plan.state === 'running' || plan.state === 'ready' || plan.state === 'approved';
    if (approvals.length > 0) {
      const { restored, kept } = await takeBack(tx, actor, plan, approvals);
      all.restored.push(...restored);
      all.kept.push(...kept);
    }
    if (!isOpen && approvals.length === 0) continue;
    isUndone = true;
    const state = plan.state === 'running' ? 'canceled' : 'discarded';
    Object.assign(all, await touch(tx, plan.id, isOpen ? state : undefined));
  }
  if (!isUndone) {
    throw new Refusal('Somebody took this back already. Nothing is left of it.', { code: 'not_allowed' });
  }
  return all;
}

/**
 * Locks all plans that find others for the work of one absence, such as those that replaced one
 * another. Returns the oldest first.
 */
const lockPlansFor = (tx: Tx, storeId: number, { timeOffId }: RecordedTimeOff): Promise<ProposalRecord[]> =>
  // Relies on the index proposals_of_store.
  tx
    .select()
    .from(proposals)
    .where(and(eq(proposals.storeId, storeId), isForTimeOff(timeOffId)))
    .orderBy(asc(proposals.id))
    .for('no key update');

async function findProposal(tx: Tx, proposalId: number): Promise<ProposalRecord> {
  const [proposal] = await tx.select().from(proposals).where(eq(proposals.id, proposalId));
  if (!proposal) throw notFound('proposal', proposalId);
  return proposal;
}

async function lockProposalOf(tx: Tx, proposalId: number): Promise<ProposalRecord> {
  const [proposal] = await tx
    .select()
    .from(proposals)
    .where(eq(proposals.id, proposalId))
    .for('no key update');
  if (!proposal) throw notFound('proposal', proposalId);
  return proposal;
}

async function findApproval(tx: Tx, approvalId: number): Promise<ApprovalRecord> {
  const [approval] = await tx.select().from(proposalApprovals).where(eq(proposalApprovals.id, approvalId));
  if (!approval) throw notFound('approval', approvalId);
  return approval;
}
