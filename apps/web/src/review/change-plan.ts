import type { ProposalLineView, ProposalView } from '@scheduler/server/router';
import { apiQueries, trpcClient } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { toast } from '../ui/toast.tsx';
import { note } from './use-review.ts';

/**
 * The newest version of each proposal in an answer to this page, because loaded data may be older.
 */
const versions = new Map<number, number>();
let queue: Promise<unknown> = Promise.resolve();
let waiting = 0;

/** A plan and the version that the user saw. */
export type SeenPlan = Pick<ProposalView, 'proposalId' | 'version'>;

/** A plan as it was read after a colleague's change came before one of this page. */
const overtaken = new Map<number, ProposalView>();

/** Whether lines are still for whom and when somebody saw them. */
function areAsSeen(lines: readonly ProposalLineView[], now: ProposalView): boolean {
  const byId = new Map(now.lines.map((line) => [line.lineId, line]));
  return lines.every(({ lineId, employeeId, startsAt, state }) => {
    const line = byId.get(lineId);
    return line?.employeeId === employeeId && line.startsAt === startsAt && line.state === state;
  });
}

/**
 * Changes a proposal, one change at a time, because each names the version that the previous one
 * left. Shows a refusal in a notice.
 * @param lines what the change is about. Where a colleague changed other lines meanwhile, it is sent once more. Without
 * lines it is about the whole plan, and nothing of it may have changed since it was seen.
 */
export function changePlan<Answer extends { version: number }>(
  proposal: SeenPlan,
  send: (seen: { proposalId: number; version: number }) => Promise<Answer>,
  lines: readonly ProposalLineView[] = [],
): Promise<Answer> {
  const { proposalId } = proposal;
  waiting += 1;
  const answer = queue.then(async () => {
    try {
      const answer = await sendOnSeen(proposal, send, lines);
      versions.set(proposalId, answer.version);
      return answer;
    } finally {
      waiting -= 1;
      if (waiting === 0) {
        await apiQueries.plan.invalidate();
        if (waiting === 0) note({ marks: new Map() });
      }
    }
  });
  queue = answer.catch(() => undefined);
  return answer;
}

/**
 * Sends a change with the version that its author saw, or with a newer one if what they saw is
 * still the same.
 */
async function sendOnSeen<Answer>(
  { proposalId, version }: SeenPlan,
  send: (seen: { proposalId: number; version: number }) => Promise<Answer>,
  lines: readonly ProposalLineView[],
): Promise<Answer> {
  const standsIn = (now: ProposalView) => lines.length > 0 && areAsSeen(lines, now);
  const newer = overtaken.get(proposalId);
  // Changes of this page that followed were sent without the colleague's change in sight.
  const isOvertaken = newer !== undefined && version < newer.version && !standsIn(newer);
  const latest = isOvertaken ? version : Math.max(version, versions.get(proposalId) ?? 0);
  try {
    return await send({ proposalId, version: latest });
  } catch (error) {
    if (problemOf(error).code !== 'stale') throw error;
    const now = await trpcClient.plan.get.query({ proposalId });
    overtaken.set(proposalId, now);
    if (!standsIn(now)) throw error;
    return send({ proposalId, version: now.version });
  }
}

/** Shows a refusal in a notice. */
export const say = (error: unknown) => void toast(problemOf(error).message, { tone: 'problem' });
