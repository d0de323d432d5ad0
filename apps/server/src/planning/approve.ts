import { type Db, proposalLines, type Tx } from '@scheduler/db';
import { currentOrigin } from '@scheduler/runtime';
import { eq } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { createEach } from '../schedules/create.ts';
import { edit } from '../schedules/edit.ts';
import { saveOrRefuseDuplicate } from '../schedules/refuse-duplicate.ts';
import type { Saved } from '../schedules/types.ts';
import type { Actor } from '../trpc/context.ts';
import { type LineRecord, linesOf, lockProposal, type SeenProposal, touch } from './proposals.ts';
import type { Approved } from './types.ts';

interface Approval {
  overrideReason?: string | undefined;
}

/**
 * Schedules lines of a proposal: those that are ticked, or those that are named. All in one
 * transaction, each for itself, the way any schedule goes: what a rule speaks against by now, and
 * what somebody scheduled or changed meanwhile, is refused with the reason and overwrites nothing.
 * Whoever approves the same lines once more finds nothing left to do.
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
    const named = input.lineIds && new Set(input.lineIds);
    const chosen = lines.filter(({ id, ticked, state }) =>
      named ? named.has(id) && state !== 'saved' : ticked && state === 'proposed',
    );
    const results = await saveLines(tx, actor, lines, chosen, input);
    const answer: Approved = { proposalId: proposal.id, version: proposal.version, saved: [], refused: [] };
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
          .set({ state: 'saved', scheduleId, refusal: null })
          .where(eq(proposalLines.id, lineId));
      }
    }
    if (chosen.length === 0) return answer;
    await audit(tx, actor, [
      {
        ...{ action: 'proposal.approve', subjectType: 'store', subjectId: proposal.storeId },
        after: { proposal: proposal.id, saved: answer.saved.length, refused: answer.refused.length },
      },
    ]);
    // A line that is refused, or that nobody has ticked yet, keeps the plan open.
    const saved = new Set(answer.saved.map(({ lineId }) => lineId));
    const waiting = lines.some(({ id, state }) => state !== 'saved' && !saved.has(id));
    const { version } = await touch(tx, proposal.id, waiting ? undefined : 'approved');
    return { ...answer, version };
  });
}

/** What moves makes room first; then new work, Cores before their noon checks. */
async function saveLines(
  tx: Tx,
  actor: Actor,
  all: readonly LineRecord[],
  chosen: readonly LineRecord[],
  { overrideReason }: Approval,
): Promise<Map<number, Saved | Refusal>> {
  const results = new Map<number, Saved | Refusal>();
  for (const line of chosen) {
    if (line.fromScheduleId === null) continue;
    results.set(line.id, await move(tx, actor, line, overrideReason));
  }
  const create = async (lines: readonly LineRecord[]) => {
    if (lines.length === 0) return;
    const doer = { actor, origin: currentOrigin() };
    const made = await createEach(
      tx,
      lines.map(({ eventId, employeeId, startsAt, warnings }) => ({
        doer,
        input: {
          ...{ eventId, employeeId, startsAt, withSupervisor: false },
          ...(overrideReason !== undefined &&
            warnings.some(({ severity }) => severity === 'soft') && { overrideReason }),
        },
      })),
    );
    made.forEach((result, n) => {
      const line = lines[n];
      if (line) results.set(line.id, result);
    });
  };
  const fresh = chosen.filter(({ fromScheduleId }) => fromScheduleId === null);
  await create(fresh.filter(({ coreEventId }) => coreEventId === null));
  // A Core that is no line of the proposal stood before it.
  const coreOf = (check: LineRecord) => all.find(({ eventId }) => eventId === check.coreEventId);
  // A noon check whose Core is not approved yet waits with it.
  const checks = fresh.filter((line) => {
    const core = coreOf(line);
    return line.coreEventId !== null && (!core || core.state === 'saved' || results.has(core.id));
  });
  for (const check of checks) {
    const core = coreOf(check);
    if (!core || !(results.get(core.id) instanceof Refusal)) continue;
    results.set(
      check.id,
      new Refusal('A noon check goes with its Core, which was not saved.', { code: 'not_allowed' }),
    );
  }
  await create(checks.filter(({ id }) => !results.has(id)));
  return results;
}

/** In a savepoint: where it is refused, nothing of it is left. */
async function move(
  tx: Tx,
  actor: Actor,
  line: LineRecord,
  overrideReason: string | undefined,
): Promise<Saved | Refusal> {
  const { fromScheduleId: scheduleId, fromVersion: version, employeeId, startsAt } = line;
  if (scheduleId === null || version === null) {
    return new Refusal('Its schedule is no longer known. Plan again.', { code: 'not_allowed' });
  }
  try {
    return await tx.transaction((inner) =>
      edit(inner, actor, { scheduleId, version, startsAt, employeeId, overrideReason }),
    );
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
