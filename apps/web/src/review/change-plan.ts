import type { PlacedLine, ProposalView } from '@scheduler/server/router';
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

/** Whether what a change is about is as its author saw it, in a plan as it is now. */
type IsAsSeen = (now: ProposalView) => boolean;

/** Returns whether some lines of a plan are still for whom and when somebody saw them. */
export const areAsSeen =
  (lines: readonly PlacedLine[]): IsAsSeen =>
  (now) => {
    const byId = new Map(now.lines.map((line) => [line.lineId, line]));
    return lines.every(({ lineId, employeeId, startsAt, state }) => {
      const line = byId.get(lineId);
      return line?.employeeId === employeeId && line.startsAt === startsAt && line.state === state;
    });
  };

/** A change of the whole plan: nothing of it may have changed since it was seen. */
const neverAsSeen: IsAsSeen = () => false;

/**
 * Changes a proposal, one change at a time, because each names the version that the previous one
 * left. Shows a refusal in a notice.
 * @param isAsSeen whether a colleague who changed the plan meanwhile left alone what this change is about: then it is sent
 * once more. Without it, the change is about the whole plan, and nothing of it may have changed since it was seen.
 */
export function changePlan<Answer extends { version: number }>(
  proposal: SeenPlan,
  send: (seen: { proposalId: number; version: number }) => Promise<Answer>,
  isAsSeen: IsAsSeen = neverAsSeen,
): Promise<Answer> {
  const { proposalId } = proposal;
  waiting += 1;
  const answer = queue.then(async () => {
    try {
      const answer = await sendOnSeen(proposal, send, isAsSeen);
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
  isAsSeen: IsAsSeen,
): Promise<Answer> {
  const newer = overtaken.get(proposalId);
  // Changes of this page that followed were sent without the colleague's change in sight.
  const isOvertaken = newer !== undefined && version < newer.version && !isAsSeen(newer);
  const latest = isOvertaken ? version : Math.max(version, versions.get(proposalId) ?? 0);
  try {
    return await send({ proposalId, version: latest });
  } catch (error) {
    if (problemOf(error).code !== 'stale') throw error;
    const now = await trpcClient.plan.get.query({ proposalId });
    overtaken.set(proposalId, now);
    if (!isAsSeen(now)) throw error;
    return send({ proposalId, version: now.version });
  }
}

/** Shows a refusal in a notice. */
export const say = (error: unknown) => void toast(problemOf(error).message, { tone: 'problem' });
