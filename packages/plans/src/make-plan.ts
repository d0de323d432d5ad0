import { setTimeout as delay } from 'node:timers/promises';
import {
  auditLog,
  type Db,
  isConnectionLost,
  onlyRow,
  type ProposalOccasion,
  type ProposalState,
  postgresError,
  proposalLines,
  proposals,
  type Tx,
} from '@scheduler/db';
import type { Lock, PlanOptions, Proposal, ProposalLine } from '@scheduler/planner';
import { isOutOfMemory, ThreadEnded } from '@scheduler/runtime';
import { currentTimeMs } from '@scheduler/runtime/clock';
import type { WorkDate } from '@scheduler/scheduling';
import { and, eq, lt, sql } from 'drizzle-orm';
import { type Cause, concernedBy, inputFor, type Stay } from './cause.ts';
import { loadPlanInput, type PlannedStore } from './plan-input.ts';
import {
  ABANDONED_AFTER_SECONDS,
  INTERRUPTED,
  type PlanRuns,
  planRunsOf,
  SIGN_OF_LIFE_SECONDS,
} from './plan-runs.ts';

/** The part of a proposal that is stored as one value: the planner's answer without its lines. */
export type PlanOutcome = Pick<Proposal, 'open' | 'leftOut' | 'passes' | 'atMostPlaced' | 'fairness'> & {
  /** Only in a plan with a cause: the work that stays as it is. */
  stays?: Stay[];
  /** Locks that planning again could not keep; missing in older plans. */
  unkept?: Proposal['unkept'];
};

/** A line of an earlier plan that stays, with what people decided about it. */
export type KeptLine = Lock &
  Pick<
    typeof proposalLines.$inferSelect,
    'ticked' | 'untickedByMove' | 'locked' | 'lockedBefore' | 'proposedEmployeeId' | 'proposedStartsAt'
  >;

/** The settings of a transaction that reads one snapshot. */
const SNAPSHOT = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;

/** A plan that is to be made. */
export interface OpenedPlan {
  proposalId: number;
  store: PlannedStore;
  fromDay: WorkDate;
  toDay: WorkDate;
  options: PlanOptions;
  /** Lines of an earlier plan that stay. */
  locks: readonly KeptLine[];
  /** Why this plan finds other people for scheduled work; null if it places open work. */
  cause?: Cause | null | undefined;
}

/**
 * Records that a plan is being made for a store, in the caller's transaction. After its commit,
 * {@link makePlan} makes the plan. One plan of a store's open work is made at a time, and one for
 * each cause, see {@link isBeingMade}.
 */
export async function openPlan(
  tx: Tx,
  plan: Omit<OpenedPlan, 'proposalId'> & {
    requestedBy: { id: string; name: string };
    occasion?: ProposalOccasion;
    /** The job that makes the plan, if a job does. */
    jobId?: string;
    /** The proposal that this one replaces once it is ready. */
    replaces?: number | undefined;
  },
): Promise<OpenedPlan> {
  const {
    store,
    fromDay,
    toDay,
    options,
    locks,
    requestedBy,
    occasion,
    jobId,
    replaces,
    cause = null,
  } = plan;
  await endAbandoned(tx, store.id);
  const { proposalId } = onlyRow(
    await tx
      .insert(proposals)
      .values({
        storeId: store.id,
        fromDay,
        toDay,
        options: { ...options },
        cause: cause && { ...cause },
        requestedBy: requestedBy.id,
        requestedByName: requestedBy.name,
        replaces: replaces ?? null,
        occasion,
        jobId,
      })
      .returning({ proposalId: proposals.id }),
  );
  return { proposalId, store, fromDay, toDay, options, locks, cause };
}

const UNIQUE_VIOLATION = '23505';

/** Whether {@link openPlan} failed because such a plan of that store is being made already. */
export function isBeingMade(error: unknown): boolean {
  const failure = postgresError(error);
  return failure?.code === UNIQUE_VIOLATION && failure.constraint === 'proposals_one_running';
}

/** How often a run looks whether its plan is still wanted: another process may have canceled it. */
const WATCH_MS = 1_000;

/** Makes the plan of a proposal and stores it, or the reason why there is none. Never throws. */
export async function makePlan(db: Db, job: OpenedPlan): Promise<void> {
  const { store, proposalId, options, locks, cause } = job;
  const runs = planRunsOf(db);
  const watch = setInterval(() => {
    void isWanted(db, proposalId)
      .then((wanted) => wanted || runs.end(proposalId))
      // A failure does no harm, because the question is asked again a moment later.
      .catch(() => {});
  }, WATCH_MS);
  const life = setInterval(() => void giveSignOfLife(db, proposalId), SIGN_OF_LIFE_SECONDS * 1000);
  try {
    const read = { versions: new Map<number, number>(), stays: [] as Stay[] };
    const made = await runs.plan(proposalId, async () => {
      const { versions, ...input } = await db.transaction((tx) => loadPlanInput(tx, store, job), SNAPSHOT);
      const covered = cause ? concernedBy(cause, input) : undefined;
      Object.assign(read, { versions, stays: covered?.stays ?? [] });
      const planInput = { ...(cause ? inputFor(cause, input) : input), locks };
      return { input: planInput, options, ...(covered && { covered }) };
    });
    await writeSurely(runs, () => db.transaction((tx) => keep(tx, job, made, read)));
  } catch (error) {
    if (runs.isClosing) return;
    console.error(`Plan ${proposalId} failed:`, error);
    const why =
      error instanceof ThreadEnded && (error.cause === undefined || isOutOfMemory(error))
        ? 'The plan took too long or too much memory.'
        : 'Something went wrong while the plan was made.';
    await writeSurely(runs, () =>
      db.transaction((tx) =>
        fail(tx, proposalId, `${why} Nothing was changed; plan fewer days, or try again.`),
      ),
    ).catch(() => {
      // The proposal counts as interrupted once its run is longer than any run can be.
    });
  } finally {
    clearInterval(watch);
    clearInterval(life);
  }
}

const WRITE_AGAIN_AFTER_MS = 500;
const WRITTEN_WITHIN_MS = 60_000;

/**
 * Writes the end of a run. If Postgres is away, for example while it restarts, the write is
 * repeated until Postgres is back or the server stops. A repeated write does no harm, because only
 * a running proposal is ended.
 */
async function writeSurely(runs: PlanRuns, write: () => PromiseLike<unknown>): Promise<void> {
  const overAtMs = currentTimeMs() + WRITTEN_WITHIN_MS;
  for (;;) {
    try {
      await write();
      return;
    } catch (error) {
      if (!isConnectionLost(error) || runs.isClosing || currentTimeMs() > overAtMs) throw error;
      await delay(WRITE_AGAIN_AFTER_MS);
    }
  }
}

/** Tells other processes that the process which makes a plan has not died, see {@link endAbandoned}. */
async function giveSignOfLife(db: Db, proposalId: number): Promise<void> {
  await db
    .update(proposals)
    .set({ updatedAt: sql`app_now()` })
    .where(and(eq(proposals.id, proposalId), eq(proposals.state, 'running')))
    // A failure does no harm, because there are further signs before the plan counts as abandoned.
    .catch(() => {});
}

async function isWanted(db: Db, proposalId: number): Promise<boolean> {
  const [proposal] = await db
    .select({ state: proposals.state })
    .from(proposals)
    .where(eq(proposals.id, proposalId));
  return proposal?.state === 'running';
}

/** Every change of a proposal raises its version. A change names the version that the user saw. */
export const CHANGED_PROPOSAL = { version: sql`version + 1`, updatedAt: sql`app_now()` };

/** Stores a plan, unless it was canceled meanwhile. */
async function keep(
  tx: Tx,
  { proposalId, locks }: OpenedPlan,
  made: Proposal,
  { versions, stays }: { versions: ReadonlyMap<number, number>; stays: Stay[] },
): Promise<void> {
  const { lines, madeBy, note, open, leftOut, unkept, passes, atMostPlaced, fairness } = made;
  const outcome: PlanOutcome = { open, leftOut, unkept, passes, atMostPlaced, fairness, stays };
  // If no person asked for a plan and it places nothing, nobody has to review it: it is discarded.
  const state = sql<ProposalState>`case
    when ${lines.length === 0}::boolean and ${proposals.occasion} <> 'request' then 'discarded'
    else 'ready' end::proposal_state`;
  const [ready] = await tx
    .update(proposals)
    .set({
      ...CHANGED_PROPOSAL,
      state,
      finishedAt: sql`app_now()`,
      madeBy,
      note,
      outcome: outcome as unknown as Record<string, unknown>,
    })
    .where(and(eq(proposals.id, proposalId), eq(proposals.state, 'running')))
    .returning();
  if (!ready) return;
  if (ready.replaces !== null) {
    await tx
      .update(proposals)
      .set({ ...CHANGED_PROPOSAL, state: 'replaced' })
      .where(and(eq(proposals.id, ready.replaces), eq(proposals.state, 'ready')));
  }
  if (lines.length === 0) return;
  await tx.insert(proposalLines).values(
    lines.map(({ day, from, runnerUp, ...line }) => ({
      ...line,
      ...marksOf(line, locks),
      proposalId,
      workDate: day,
      fromScheduleId: from?.scheduleId ?? null,
      fromVersion: from ? (versions.get(from.scheduleId) ?? null) : null,
      fromEmployeeId: from?.employeeId ?? null,
      fromStartsAt: from?.startsAt ?? null,
      runnerUp: runnerUp && { ...runnerUp },
    })),
  );
}

/**
 * Returns the marks of a line that people gave it in the earlier plan. What they unticked stays so,
 * even if its lock could not be kept.
 */
function marksOf(
  { eventId, locked: isKept }: Pick<ProposalLine, 'eventId' | 'locked'>,
  locks: readonly KeptLine[],
): Partial<KeptLine> {
  const earlier = locks.find((each) => each.eventId === eventId);
  if (!earlier) return {};
  const { ticked, untickedByMove, locked, lockedBefore, proposedEmployeeId, proposedStartsAt } = earlier;
  return isKept
    ? { ticked, untickedByMove, locked, lockedBefore, proposedEmployeeId, proposedStartsAt }
    : { ticked: ticked || untickedByMove };
}

/** Records why no plan could be made. If no person asked for it, the audit log tells of it too. */
async function fail(tx: Tx, proposalId: number, note: string): Promise<void> {
  const [failed] = await tx
    .update(proposals)
    .set({ ...CHANGED_PROPOSAL, state: 'failed', finishedAt: sql`app_now()`, note })
    .where(and(eq(proposals.id, proposalId), eq(proposals.state, 'running')))
    .returning();
  if (!failed || failed.occasion === 'request') return;
  await tx.insert(auditLog).values({
    actorId: 'system',
    actorName: failed.requestedByName,
    action: 'proposal.fail',
    subjectType: 'store',
    subjectId: String(failed.storeId),
    after: { proposal: proposalId, occasion: failed.occasion, note },
  });
}

/** Ends plans of servers that have died. */
export async function endAbandoned(tx: Tx, storeId: number): Promise<void> {
  await tx
    .update(proposals)
    .set({ ...CHANGED_PROPOSAL, state: 'interrupted', finishedAt: sql`app_now()`, note: INTERRUPTED })
    .where(
      and(
        eq(proposals.storeId, storeId),
        eq(proposals.state, 'running'),
        lt(proposals.updatedAt, sql`app_now() - ${ABANDONED_AFTER_SECONDS} * interval '1 second'`),
      ),
    );
}
