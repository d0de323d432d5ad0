import { type Db, onlyRow, proposalApprovals, proposalLines, type Tx } from '@scheduler/db';
import { formatDay, linesToApprove, type WorkDate } from '@scheduler/scheduling';
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
import { changeGroups, type Group, groupsOf, isMove } from './pairs.ts';
import { type LineRecord, linesOf, lockProposal, type SeenProposal, touch } from './proposals.ts';
import type { Approved } from './types.ts';

interface Approval {
  overrideReason?: string | undefined;
}

/**
 * Schedules the ticked lines of a proposal that were not refused before, or the lines in the input,
 * each Core with its ticked noon check. All are saved in one transaction by the same code as any
 * other schedule, and each is refused separately: a line that a rule forbids by now, or whose event
 * was scheduled or changed meanwhile, is refused with the reason and overwrites nothing. A Core and
 * its noon check are saved together or not at all, and a noon check waits for its Core. A second
 * approval of the same lines changes nothing.
 * @param input.overrideReason for lines that break a soft rule by then; others are saved without it
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
    const isChosen = ({ id, ticked, state }: LineRecord) =>
      named ? named.has(id) : ticked && state === 'proposed';
    const chosen = linesToApprove(lines, isChosen);
    const results = await saveLines(tx, actor, chosen, input);
    const { id: proposalId, version } = proposal;
    const answer: Approved = { proposalId, version, approvalId: null, saved: [], refused: [] };
    for (const { id: lineId, eventId, state } of lines) {
      if (!named?.has(lineId) || state === 'saved' || chosen.some(({ id }) => id === lineId)) continue;
      answer.refused.push({ lineId, eventId, message: 'A noon check goes with its Core. Approve both.' });
    }
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
 * moves, which make room, then new work, with Cores before their noon checks. Returns what became of
 * each line.
 */
async function saveLines(
  tx: Tx,
  actor: Actor,
  lines: readonly LineRecord[],
  { overrideReason }: Approval,
): Promise<Map<number, Saved | Refusal>> {
  if (lines.length === 0) return new Map();
  const newSchedules = lines.filter((line) => !isMove(line)).length;
  const plan = await openPlan(tx, { ...changeOf(lines), newSchedules });
  const groups = groupsOf(lines);
  const rounds = [
    groups.filter((group) => group.every(isMove)),
    // Those that were refused get another chance, because a Core that moves may make room for them.
    groups.filter((group) => group.some(isMove)),
    groups.filter((group) => !group.some(isMove)),
  ];
  const save = async (within: Tx, line: LineRecord, group: Group): Promise<Saved> => {
    const coreDay = plan.dayOf(line.coreEventId);
    if (coreDay !== null && coreDay !== line.workDate) throw withoutCoreThatDay(coreDay);
    return isMove(line)
      ? editIn(plan, within, moveOf(line, { overrideReason, leavesCheck: group.length > 1 }))
      : createIn(plan, newSchedule(line, overrideReason));
  };
  const results = await changeGroups(tx, plan, rounds, save, withoutPair);
  await plan.flush(tx, actor);
  return results;
}

/** The refusal of a line whose Core or noon check was refused. */
const withoutPair = ({ coreEventId }: LineRecord) =>
  new Refusal(
    coreEventId === null
      ? 'Its noon check was not saved, and both go together. Untick the noon check to save the Core alone.'
      : 'A noon check goes with its Core, which was not saved.',
    { code: 'not_allowed' },
  );

const withoutCoreThatDay = (coreDay: WorkDate) =>
  new Refusal(`Its Core is on ${formatDay(coreDay)}, and a noon check is done on that day.`, {
    code: 'rules',
  });

const newSchedule = ({ eventId, employeeId, startsAt }: LineRecord, overrideReason: string | undefined) => ({
  eventId,
  employeeId,
  startsAt,
  withSupervisor: false,
  overrideReason,
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
