import { type Db, holdLock, proposals, type Tx } from '@scheduler/db';
import type { PlanOptions } from '@scheduler/planner';
import { type Cause, endAbandoned, type KeptLine, type PlannedStore } from '@scheduler/plans';
import { addDays, laterDay, type WorkDate } from '@scheduler/scheduling';
import { eq } from 'drizzle-orm';
import { Refusal } from '../core/errors.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import { whyOver } from './cover-cause.ts';
import { openCoverFor, workToCover } from './covers.ts';
import {
  begin,
  fromOf,
  type LineRecord,
  linesOf,
  lockProposal,
  openAsked,
  type ProposalRecord,
  proposedOf,
  refuseWhilePlannedAgain,
  type SeenProposal,
} from './proposals.ts';

/**
 * Has a plan made again: one under review, whose locked lines stay, with their ticks and what is known
 * of a move by hand, and which the new one replaces once it is ready; or one that failed or was
 * interrupted. If that was to replace one that is still under review, the new plan does so in its
 * place, with the locked lines. The new plan has the same options, and the same days, from tomorrow
 * on. A plan that finds others for work does so again, for the same person or day and what is left of
 * that work; if another plan for it was opened meanwhile, that one is returned.
 *
 * Throws a {@link Refusal}, and starts nothing, for a stale version, while it is planned again
 * already, or if there is nothing left to find others for.
 */
export async function planAgain(db: Db, actor: Actor, seen: SeenProposal): Promise<{ proposalId: number }> {
  return begin(db, async (tx) => {
    // As in all plans that find others for work, before any proposal is locked.
    await holdLock(tx, 'covers');
    const waiting = await lockWaiting(tx, seen.proposalId);
    const earlier = await lockProposal(tx, seen, ['ready', 'failed', 'interrupted']);
    if (waiting) {
      await refuseWhilePlannedAgain(
        tx,
        waiting,
        'Nothing was started. Wait for the new plan, or cancel it and plan the rest again there.',
      );
    }
    const replaced = waiting ?? earlier;
    const store = await findStore(tx, earlier.storeId);
    const cause = earlier.cause as Cause | null;
    await endAbandoned(tx, store.id);
    if (cause && replaced.state !== 'ready') {
      const open = await openCoverFor(tx, store.id, cause);
      if (open !== null) return open;
    }
    return openAsked(tx, actor, {
      store,
      ...(cause ? await daysToCover(tx, store, cause) : { fromDay: earlier.fromDay, toDay: earlier.toDay }),
      options: optionsOf(earlier, todayAt(store.timeZone)),
      locks: keptLines(await linesOf(tx, replaced.id)),
      replaces: replaced.id,
      cause,
    });
  });
}

/**
 * Locks and returns the plan under review that a plan of which nothing came was to replace; null if
 * there is none. It is locked before the later plan, as in the undo of a cover.
 */
async function lockWaiting(tx: Tx, proposalId: number): Promise<ProposalRecord | null> {
  const find = async (id: number) => (await tx.select().from(proposals).where(eq(proposals.id, id)))[0];
  let plan = await find(proposalId);
  while (plan && plan.state !== 'ready' && plan.replaces !== null) plan = await find(plan.replaces);
  if (plan?.state !== 'ready' || plan.id === proposalId) return null;
  const [locked] = await tx.select().from(proposals).where(eq(proposals.id, plan.id)).for('no key update');
  return locked?.state === 'ready' ? locked : null;
}

/** The options of an earlier plan. Its earliest day may be over by now; plans begin tomorrow. */
function optionsOf({ options }: ProposalRecord, today: WorkDate): PlanOptions {
  const { earliestDay, ...rest } = options as PlanOptions;
  return { ...rest, ...(earliestDay && { earliestDay: laterDay(earliestDay, addDays(today, 1)) }) };
}

/** Returns what planning again keeps: locked lines, and the Cores of locked noon checks. */
function keptLines(lines: readonly LineRecord[]): KeptLine[] {
  const waiting = lines.filter(({ state }) => state !== 'saved');
  const isKept = ({ locked, eventId }: LineRecord) =>
    locked || waiting.some((check) => check.locked && check.coreEventId === eventId);
  return waiting.filter(isKept).map((line) => {
    const { eventId, employeeId, startsAt, coreEventId } = line;
    const { ticked, untickedByMove, locked, lockedBefore } = line;
    const proposed = proposedOf(line);
    return {
      eventId,
      employeeId,
      startsAt,
      coreEventId,
      ticked,
      untickedByMove,
      locked,
      lockedBefore,
      from: fromOf(line),
      proposedEmployeeId: proposed?.employeeId ?? null,
      proposedStartsAt: proposed?.startsAt ?? null,
    };
  });
}

/** The days on which the work that a cause concerns now may be put. */
async function daysToCover(
  tx: Tx,
  store: PlannedStore,
  cause: Cause,
): Promise<{ fromDay: WorkDate; toDay: WorkDate }> {
  const over = await whyOver(tx, store.id, cause);
  if (over) throw new Refusal(`${over} So no plan was made.`, { code: 'not_allowed' });
  const { scheduleIds, fromDay, toDay } = await workToCover(tx, store, cause);
  if (scheduleIds.length === 0) {
    throw new Refusal('No work is left to find others for, so no plan was made.', {
      code: 'not_allowed',
    });
  }
  return { fromDay, toDay };
}
