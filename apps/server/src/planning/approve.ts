import { type Db, onlyRow, proposalApprovals, proposalLines, type Tx } from '@scheduler/db';
import { eq } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { createIn } from '../schedules/create.ts';
import { editIn, type ScheduleEdit } from '../schedules/edit.ts';
import { openPlan } from '../schedules/plan-transaction.ts';
import { saveOrRefuseDuplicate } from '../schedules/refuse-duplicate.ts';
import type { Saved } from '../schedules/types.ts';
import type { Actor } from '../trpc/context.ts';
import { changeOf, lineOf } from './lines.ts';
import { type LineRecord, linesOf, lockProposal, type SeenProposal, touch } from './proposals.ts';
import type { Approved } from './types.ts';

interface Approval {
  overrideReason?: string | undefined;
}

/**
 * Schedules the ticked lines of a proposal, or the lines in the input. All are saved in one
 * transaction by the same code as any other schedule, and each is refused separately: a line that a
 * rule forbids by now, or whose event was scheduled or changed meanwhile, is refused with the
 * reason and overwrites nothing. A second approval of the same lines changes nothing.
 * @param input.overrideReason for lines that break a soft rule
 */
export async function approveProposal(
  db: Db,
  actor: Actor,
  input: SeenProposal & Approval & { lineIds?: readonly number[] | undefined },
): Promise<Approved> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    const proposal = await lockProposal(tx, input);
    const lines = await linesOf(tx, proposal.id);
    const named = input.lineIds && new Set(input.lineIds.map((lineId) => lineOf(lines, lineId).id));
    const chosen = lines.filter(({ id, ticked, state }) =>
      named ? named.has(id) && state !== 'saved' : ticked && state === 'proposed',
    );
    const results = await saveLines(tx, actor, lines, chosen, input);
    const { id: proposalId, version } = proposal;
    const answer: Approved = { proposalId, version, approvalId: null, saved: [], refused: [] };
    const hasSaved = [...results.values()].some((result) => !(result instanceof Refusal));
    if (hasSaved) answer.approvalId = await writeApproval(tx, actor, proposalId);
    for (const line of chosen) {
      const result = results.get(line.id);
      if (!result) continue;
      const { id: lineId, eventId } = line;
      if (result instanceof Refusal) {
        answer.refused.push({ lineId, eventId, message: result.message });
        await tx
          .update(proposalLines)
          .set({ state: 'refused', refusal: result.message })
          .where(eq(proposalLines.id, lineId));
      } else {
        const { scheduleId, version } = result;
        answer.saved.push({ lineId, eventId, scheduleId, version });
        await tx
          .update(proposalLines)
          .set({
            state: 'saved',
            refusal: null,
            scheduleId,
            scheduleVersion: version,
            approvalId: answer.approvalId,
          })
          .where(eq(proposalLines.id, lineId));
      }
    }
    if (chosen.length === 0) return answer;
    await audit(tx, actor, [
      {
        action: 'proposal.approve',
        subjectType: 'store',
        subjectId: proposal.storeId,
        after: { proposal: proposal.id, saved: answer.saved.length, refused: answer.refused.length },
      },
    ]);
    // A refused line, or a line that is not ticked, keeps the plan open.
    const saved = new Set(answer.saved.map(({ lineId }) => lineId));
    const waiting = lines.some(({ id, state }) => state !== 'saved' && !saved.has(id));
    return { ...answer, ...(await touch(tx, proposalId, waiting ? undefined : 'approved')) };
  });
}

async function writeApproval(tx: Tx, actor: Actor, proposalId: number): Promise<number> {
  const approval = onlyRow(
    await tx
      .insert(proposalApprovals)
      .values({ proposalId, approvedBy: actor.id, approvedByName: actor.name })
      .returning({ id: proposalApprovals.id }),
  );
  return approval.id;
}

/**
 * Saves the lines in one plan, so that all locks are taken at once and in one order: first the
 * moves, which make room, then new work, with Cores before their noon checks.
 */
async function saveLines(
  tx: Tx,
  actor: Actor,
  all: readonly LineRecord[],
  chosen: readonly LineRecord[],
  { overrideReason }: Approval,
): Promise<Map<number, Saved | Refusal>> {
  const results = new Map<number, Saved | Refusal>();
  if (chosen.length === 0) return results;
  const moves = chosen.filter(({ fromScheduleId }) => fromScheduleId !== null);
  const fresh = chosen.filter(({ fromScheduleId }) => fromScheduleId === null);
  const plan = await openPlan(tx, { ...changeOf(chosen), newSchedules: fresh.length });
  // A Core without a line of the proposal was scheduled before it.
  const coreOf = (check: LineRecord) => all.find(({ eventId }) => eventId === check.coreEventId);
  const hasCheck = ({ eventId }: LineRecord) => chosen.some(({ coreEventId }) => coreEventId === eventId);
  /** The lines whose turn has come. A noon check whose Core is not approved yet waits with it. */
  const due = (lines: readonly LineRecord[], areChecks: boolean) =>
    lines.filter((line) => {
      const core = coreOf(line);
      return areChecks
        ? core !== undefined && (core.state === 'saved' || results.has(core.id))
        : core === undefined;
    });
  const save = async (line: LineRecord): Promise<Saved | Refusal> => {
    const core = coreOf(line);
    if (core && results.get(core.id) instanceof Refusal) return withoutCore();
    try {
      return line.fromScheduleId === null
        ? createIn(plan, newSchedule(line, overrideReason))
        : await editIn(plan, tx, moveOf(line, { overrideReason, leavesCheck: hasCheck(line) }));
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  };
  for (const lines of [moves, fresh]) {
    for (const areChecks of [false, true]) {
      let waiting = due(lines, areChecks);
      // A move can make room for a move before it.
      for (let before = Number.POSITIVE_INFINITY; waiting.length < before; ) {
        before = waiting.length;
        for (const line of waiting) results.set(line.id, await save(line));
        waiting = waiting.filter(({ id }) => results.get(id) instanceof Refusal);
      }
    }
  }
  await plan.flush(tx, actor);
  return results;
}

const withoutCore = () =>
  new Refusal('A noon check goes with its Core, which was not saved.', { code: 'not_allowed' });

const newSchedule = (
  { eventId, employeeId, startsAt, warnings }: LineRecord,
  overrideReason: string | undefined,
) => ({
  eventId,
  employeeId,
  startsAt,
  withSupervisor: false,
  ...(warnings.some(({ severity }) => severity === 'soft') && { overrideReason }),
});

function moveOf(
  { fromScheduleId: scheduleId, fromVersion: version, employeeId, startsAt }: LineRecord,
  how: Pick<ScheduleEdit, 'overrideReason' | 'leavesCheck'>,
): ScheduleEdit {
  if (scheduleId === null || version === null) {
    throw new Refusal('Its schedule is no longer known. Plan again.', { code: 'not_allowed' });
  }
  return { scheduleId, version, startsAt, employeeId, ...how };
}
