import { auditLog, type Db, type ProposalOccasion, proposals, stores, type Tx } from '@scheduler/db';
import { plannedDaysOf, planOptionsOf, planSettingsOf } from '@scheduler/planner';
import { currentInstant } from '@scheduler/runtime/clock';
import { workDateOf } from '@scheduler/scheduling';
import { and, desc, eq, inArray, lte, sql } from 'drizzle-orm';
import {
  CHANGED_PROPOSAL,
  endAbandoned,
  isBeingMade,
  makePlan,
  type OpenedPlan,
  openPlan,
} from './make-plan.ts';
import { INTERRUPTED, planRunsOf } from './plan-runs.ts';

/** The user whose name stands on a plan that no person asked for. */
const BY_ITSELF = { id: 'schedule', name: 'Crossmark Scheduler' };

/** How {@link planForStore} ended. */
interface PlanResult {
  outcome: 'done' | 'nothing' | 'dead';
  summary: string;
  failureReason?: string;
}

/**
 * Makes a plan for a store, as its settings say, and leaves it to people to review: nothing is
 * approved automatically. Does nothing, and says why, if a plan for the store is being made or
 * reviewed, or if the store's settings no longer ask for one.
 * @param request.jobId the job that asks; if an earlier run of it was stopped, the plan that it
 * left is ended
 * @throws if the signal stops it; then the plan is marked as interrupted
 */
export async function planForStore(
  db: Db,
  request: { storeId: number; occasion: ProposalOccasion; jobId: string; signal: AbortSignal },
): Promise<PlanResult> {
  const { signal } = request;
  const opened = await open(db, request);
  if ('outcome' in opened) return opened;
  const { proposalId } = opened;
  const stop = () => void interrupt(db, proposalId);
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) await interrupt(db, proposalId);
    const runs = planRunsOf(db);
    await runs.start(proposalId, () => makePlan(db, opened));
    if (signal.aborted) await interrupt(db, proposalId);
  } finally {
    signal.removeEventListener('abort', stop);
  }
  const [made] = await db.select().from(proposals).where(eq(proposals.id, proposalId));
  signal.throwIfAborted();
  return ended(made);
}

function ended(made: typeof proposals.$inferSelect | undefined): PlanResult {
  switch (made?.state) {
    case 'ready':
      return { outcome: 'done', summary: `plan ${made.id} waits for review` };
    case 'discarded':
      return { outcome: 'nothing', summary: 'nothing can be placed' };
    case 'failed':
      return {
        outcome: 'dead',
        summary: `plan ${made.id} failed`,
        ...(made.note && { failureReason: made.note }),
      };
    case 'running':
      throw new Error('The plan could not be written to the database.');
    default:
      return { outcome: 'nothing', summary: `plan ${made?.id}: ${made?.state ?? 'it was removed'}` };
  }
}

/** Opens the plan, or says why none is to be made. */
async function open(
  db: Db,
  { storeId, occasion, jobId }: { storeId: number; occasion: ProposalOccasion; jobId: string },
): Promise<OpenedPlan | PlanResult> {
  const nothing = (summary: string): PlanResult => ({ outcome: 'nothing', summary });
  try {
    return await db.transaction(async (tx) => {
      const [store] = await tx.select().from(stores).where(eq(stores.id, storeId));
      if (!store) return nothing('the store is gone');
      const settings = planSettingsOf(store.planning);
      const isAsked = occasion === 'night' ? settings.nightlyAt !== null : settings.afterImport;
      if (!isAsked) return nothing('the store’s settings no longer ask for it');
      const today = workDateOf(currentInstant(), store.timeZone);
      await endOld(tx, { storeId, jobId, today });
      const [other] = await tx
        .select()
        .from(proposals)
        .where(and(eq(proposals.storeId, storeId), inArray(proposals.state, ['running', 'ready'])))
        .orderBy(desc(proposals.id))
        .limit(1);
      if (other) {
        const what = other.state === 'ready' ? 'is under review' : 'is being made';
        return nothing(`plan ${other.id} by ${other.requestedByName} ${what}`);
      }
      const opened = await openPlan(tx, {
        store,
        ...plannedDaysOf(settings, today),
        options: planOptionsOf(settings, today),
        locks: [],
        requestedBy: BY_ITSELF,
        occasion,
        jobId,
      });
      const { proposalId, fromDay, toDay } = opened;
      await tx.insert(auditLog).values({
        actorId: 'system',
        actorName: BY_ITSELF.name,
        action: 'proposal.start',
        subjectType: 'store',
        subjectId: String(storeId),
        after: { proposal: proposalId, fromDay, toDay, occasion },
      });
      return opened;
    });
  } catch (error) {
    if (isBeingMade(error)) return nothing('a plan is being made');
    throw error;
  }
}

/** Ends the plan that an earlier run of this job left unfinished, and plans whose days are over. */
async function endOld(
  tx: Tx,
  { storeId, jobId, today }: { storeId: number; jobId: string; today: string },
): Promise<void> {
  await endAbandoned(tx, storeId);
  const ofStore = eq(proposals.storeId, storeId);
  await tx
    .update(proposals)
    .set(INTERRUPTED_NOW)
    .where(and(ofStore, eq(proposals.state, 'running'), eq(proposals.jobId, jobId)));
  await tx
    .update(proposals)
    .set({ ...CHANGED_PROPOSAL, state: 'replaced' })
    .where(and(ofStore, eq(proposals.state, 'ready'), lte(proposals.toDay, today)));
}

const INTERRUPTED_NOW = {
  ...CHANGED_PROPOSAL,
  state: 'interrupted' as const,
  finishedAt: sql`app_now()`,
  note: INTERRUPTED,
};

/** Ends a plan whose process stops. */
async function interrupt(db: Db, proposalId: number): Promise<void> {
  await db
    .update(proposals)
    .set(INTERRUPTED_NOW)
    .where(and(eq(proposals.id, proposalId), eq(proposals.state, 'running')))
    .catch(() => {
      // If this fails, the job that makes the plan anew ends it.
    });
  planRunsOf(db).end(proposalId);
}
