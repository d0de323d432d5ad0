import {
  type Db,
  employees,
  events,
  onlyRow,
  type ProposalState,
  postgresError,
  proposalLines,
  proposals,
  type Tx,
} from '@scheduler/db';
import {
  type Lock,
  moveLine,
  obstaclesNow,
  type PlanOptions,
  type Proposal,
  type ReviewedLine,
} from '@scheduler/planner';
import { currentTimeMs } from '@scheduler/runtime/clock';
import type { Severity, WorkDate } from '@scheduler/scheduling';
import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save, UNIQUE_VIOLATION } from '../core/transaction.ts';
import { findStore } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import { loadPlanInput } from './plan-input.ts';
import { ABANDONED_AFTER_SECONDS, INTERRUPTED, planRunsOf, RunEnded } from './runs.ts';
import type { ProposalLineView, ProposalView } from './types.ts';

export type ProposalRecord = typeof proposals.$inferSelect;
export type LineRecord = typeof proposalLines.$inferSelect;

/** Which proposal is changed, and which version of it was seen. */
export interface SeenProposal {
  proposalId: number;
  version: number;
}

/** What of a proposal is kept as one value: the planner's answer without its lines. */
type Outcome = Pick<Proposal, 'open' | 'passes' | 'atMostPlaced' | 'fairness'>;

/** Reads of one moment. */
const SNAPSHOT = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;

/**
 * Starts a plan for some days of a store, in a thread of this process. One plan is made for a store
 * at a time. Nothing is scheduled by it.
 * @param input.again a proposal whose locked lines are kept, and which the new one replaces once it
 * is ready
 */
export async function startPlan(
  db: Db,
  actor: Actor,
  input: {
    storeId?: number | undefined;
    fromDay: WorkDate;
    toDay: WorkDate;
    options: PlanOptions;
    again?: SeenProposal | undefined;
  },
): Promise<{ proposalId: number }> {
  const { fromDay, toDay, options, again } = input;
  try {
    const { store, proposalId, locks } = await save(db, async (tx) => {
      const store = await findStore(tx, input.storeId);
      await endAbandoned(tx, store.id);
      const replaced = again ? await lockProposal(tx, again) : null;
      if (replaced && replaced.storeId !== store.id) throw notFound('proposal', replaced.id);
      const kept = replaced ? (await linesOf(tx, replaced.id)).filter(({ locked }) => locked) : [];
      const made = onlyRow(
        await tx
          .insert(proposals)
          .values({
            ...{ storeId: store.id, fromDay, toDay, options: { ...options } },
            ...{ requestedBy: actor.id, requestedByName: actor.name, replaces: replaced?.id ?? null },
          })
          .returning({ id: proposals.id }),
      );
      await audit(tx, actor, [
        {
          ...{ action: 'proposal.start', subjectType: 'store', subjectId: store.id },
          after: { proposal: made.id, fromDay, toDay },
        },
      ]);
      const locks = kept
        .filter(({ kind, coreEventId, state }) => kind === 'new' && coreEventId === null && state !== 'saved')
        .map(({ eventId, employeeId, startsAt }): Lock => ({ eventId, employeeId, startsAt }));
      return { store, proposalId: made.id, locks };
    });
    planRunsOf(db).start(proposalId, () => run(db, { store, proposalId, fromDay, toDay, options, locks }));
    return { proposalId };
  } catch (error) {
    const failure = postgresError(error);
    if (failure?.code !== UNIQUE_VIOLATION || failure.constraint !== 'proposals_one_running') throw error;
    throw new Refusal('A plan for this store is being made already. Wait for it, or cancel it.', {
      code: 'taken',
    });
  }
}

type StoreRecord = Awaited<ReturnType<typeof findStore>>;

/** Makes the plan of a proposal and keeps it, or why there is none. Never throws. */
async function run(
  db: Db,
  job: {
    store: StoreRecord;
    proposalId: number;
    fromDay: WorkDate;
    toDay: WorkDate;
    options: PlanOptions;
    locks: Lock[];
  },
): Promise<void> {
  const { store, proposalId, options, locks } = job;
  const runs = planRunsOf(db);
  try {
    const { versions, ...input } = await db.transaction((tx) => loadPlanInput(tx, store, job), SNAPSHOT);
    const made = await runs.plan(proposalId, { input: { ...input, locks }, options });
    await save(db, (tx) => keep(tx, proposalId, made, versions));
  } catch (error) {
    if (runs.isClosing) return;
    const why =
      error instanceof RunEnded
        ? 'The plan took too long or too much memory.'
        : 'Something went wrong while the plan was made.';
    await db
      .update(proposals)
      .set({
        ...CHANGED,
        state: 'failed',
        finishedAt: sql`app_now()`,
        note: `${why} Nothing was changed; plan fewer days, or try again.`,
      })
      .where(and(eq(proposals.id, proposalId), eq(proposals.state, 'running')))
      .catch(() => {
        // It is told as interrupted once it has run for longer than any run takes.
      });
  }
}

/** Every change of a proposal raises its version: whoever changes it says which one they saw. */
const CHANGED = { version: sql`version + 1`, updatedAt: sql`app_now()` };

/** Keeps a plan, unless it was canceled meanwhile. */
async function keep(
  tx: Tx,
  proposalId: number,
  made: Proposal,
  versions: ReadonlyMap<number, number>,
): Promise<void> {
  const { lines, madeBy, note, open, passes, atMostPlaced, fairness } = made;
  const outcome: Outcome = { open, passes, atMostPlaced, fairness };
  const [ready] = await tx
    .update(proposals)
    .set({
      ...{ ...CHANGED, state: 'ready', finishedAt: sql`app_now()`, madeBy, note },
      outcome: outcome as unknown as Record<string, unknown>,
    })
    .where(and(eq(proposals.id, proposalId), eq(proposals.state, 'running')))
    .returning();
  if (!ready) return;
  if (ready.replaces !== null) {
    await tx
      .update(proposals)
      .set({ ...CHANGED, state: 'replaced' })
      .where(and(eq(proposals.id, ready.replaces), eq(proposals.state, 'ready')));
  }
  if (lines.length === 0) return;
  await tx.insert(proposalLines).values(
    lines.map(({ day, from, runnerUp, ...line }) => ({
      ...{ ...line, proposalId, workDate: day },
      fromScheduleId: from?.scheduleId ?? null,
      fromVersion: from ? (versions.get(from.scheduleId) ?? null) : null,
      fromEmployeeId: from?.employeeId ?? null,
      fromStartsAt: from?.startsAt ?? null,
      runnerUp: runnerUp && { ...runnerUp },
    })),
  );
}

/** Plans of servers that are gone. */
async function endAbandoned(tx: Tx, storeId: number): Promise<void> {
  await tx
    .update(proposals)
    .set({ ...CHANGED, state: 'interrupted', finishedAt: sql`app_now()`, note: INTERRUPTED })
    .where(
      and(
        eq(proposals.storeId, storeId),
        eq(proposals.state, 'running'),
        lt(proposals.createdAt, sql`app_now() - ${ABANDONED_AFTER_SECONDS} * interval '1 second'`),
      ),
    );
}

/** Stops a plan that is being made. */
export async function cancelPlan(
  db: Db,
  actor: Actor,
  input: { proposalId: number },
): Promise<{ proposalId: number }> {
  const { proposalId } = input;
  await save(db, async (tx) => {
    const [canceled] = await tx
      .update(proposals)
      .set({ ...CHANGED, state: 'canceled', finishedAt: sql`app_now()` })
      .where(and(eq(proposals.id, proposalId), eq(proposals.state, 'running')))
      .returning();
    if (!canceled) throw await notRunning(tx, proposalId);
    await audit(tx, actor, [
      {
        ...{ action: 'proposal.cancel', subjectType: 'store', subjectId: canceled.storeId },
        after: { proposal: proposalId },
      },
    ]);
  });
  planRunsOf(db).end(proposalId);
  return { proposalId };
}

async function notRunning(tx: Tx, proposalId: number): Promise<Refusal> {
  const [proposal] = await tx.select().from(proposals).where(eq(proposals.id, proposalId));
  if (!proposal) return notFound('proposal', proposalId);
  return new Refusal(`This plan is no longer being made: ${STATE_WORDS[proposal.state]}.`, {
    code: 'not_allowed',
  });
}

const STATE_WORDS: Record<ProposalState, string> = {
  running: 'it is being made',
  ready: 'it is ready',
  approved: 'all of it was approved',
  replaced: 'it was planned again',
  discarded: 'somebody discarded it',
  canceled: 'somebody stopped it',
  interrupted: 'the server that made it stopped',
  failed: 'it failed',
};

/** Locks a proposal that is reviewed, and checks that nobody changed it since. */
export async function lockProposal(tx: Tx, seen: SeenProposal): Promise<ProposalRecord> {
  const [proposal] = await tx
    .select()
    .from(proposals)
    .where(eq(proposals.id, seen.proposalId))
    .for('no key update');
  if (!proposal) throw notFound('proposal', seen.proposalId);
  if (proposal.state !== 'ready') {
    throw new Refusal(`This plan can’t be changed: ${STATE_WORDS[proposal.state]}.`, { code: 'not_allowed' });
  }
  if (proposal.version !== seen.version) {
    throw new Refusal(
      'Somebody changed this plan after you opened it. Nothing of yours was saved; look again and repeat your change if it still fits.',
      { code: 'stale', changes: [], currentVersion: proposal.version },
    );
  }
  return proposal;
}

export const linesOf = (tx: Tx, proposalId: number): Promise<LineRecord[]> =>
  tx
    .select()
    .from(proposalLines)
    .where(eq(proposalLines.proposalId, proposalId))
    .orderBy(asc(proposalLines.startsAt), asc(proposalLines.id));

/** Raises the version of a proposal that was changed, and tells it. */
export async function touch(
  tx: Tx,
  proposalId: number,
  state?: ProposalState,
): Promise<{ proposalId: number; version: number }> {
  const changed = onlyRow(
    await tx
      .update(proposals)
      .set({ ...CHANGED, ...(state && { state }) })
      .where(eq(proposals.id, proposalId))
      .returning({ version: proposals.version }),
  );
  return { proposalId, version: changed.version };
}

/** Ticks and locks lines, or takes that back. */
export async function markLines(
  db: Db,
  input: SeenProposal & {
    lines: readonly { lineId: number; ticked?: boolean | undefined; locked?: boolean | undefined }[];
  },
): Promise<{ proposalId: number; version: number }> {
  return save(db, async (tx) => {
    await lockProposal(tx, input);
    for (const { lineId, ticked, locked } of input.lines) {
      if (ticked === undefined && locked === undefined) continue;
      await tx
        .update(proposalLines)
        .set({ ...(ticked !== undefined && { ticked }), ...(locked !== undefined && { locked }) })
        .where(and(eq(proposalLines.id, lineId), eq(proposalLines.proposalId, input.proposalId)));
    }
    return touch(tx, input.proposalId);
  });
}

/**
 * Gives a line another person, day or time, scored again at once. Throws a {@link Refusal} where a
 * hard rule speaks against it.
 */
export async function moveProposalLine(
  db: Db,
  input: SeenProposal & { lineId: number; employeeId: number; day: WorkDate; time?: string | undefined },
): Promise<{ proposalId: number; version: number }> {
  return save(db, async (tx) => {
    const proposal = await lockProposal(tx, input);
    const lines = await linesOf(tx, proposal.id);
    const line = lines.find(({ id }) => id === input.lineId);
    if (!line) throw notFound('proposal', input.lineId);
    if (line.state === 'saved') {
      throw new Refusal('This line is scheduled already. Move its schedule on the board.', {
        code: 'not_allowed',
      });
    }
    const store = await findStore(tx, proposal.storeId);
    const days = { fromDay: least(proposal.fromDay, input.day), toDay: most(proposal.toDay, input.day) };
    const planInput = await loadPlanInput(tx, store, days);
    const waiting = lines.filter(({ state, ticked, id }) => state !== 'saved' && (ticked || id === line.id));
    const { employeeId, day, time } = input;
    const moved = moveLine(planInput, waiting.map(reviewed), {
      eventId: line.eventId,
      employeeId,
      day,
      time,
    });
    if (!moved.allowed) throw new Refusal(moved.message, { code: 'rules' });
    for (const { eventId, day: workDate, runnerUp, ...scored } of moved.lines) {
      await tx
        .update(proposalLines)
        .set({ ...scored, workDate, runnerUp: runnerUp && { ...runnerUp }, state: 'proposed', refusal: null })
        .where(and(eq(proposalLines.proposalId, proposal.id), eq(proposalLines.eventId, eventId)));
    }
    if (moved.dropped.length > 0) {
      await tx
        .update(proposalLines)
        .set({ ticked: false })
        .where(
          and(eq(proposalLines.proposalId, proposal.id), inArray(proposalLines.eventId, [...moved.dropped])),
        );
    }
    return touch(tx, proposal.id);
  });
}

const least = (a: WorkDate, b: WorkDate) => (a < b ? a : b);
const most = (a: WorkDate, b: WorkDate) => (a > b ? a : b);

const reviewed = ({ kind, eventId, employeeId, startsAt, coreEventId }: LineRecord): ReviewedLine => ({
  ...{ kind, eventId, employeeId, startsAt, coreEventId },
});

/** Puts a proposal away. What was approved of it stays. */
export async function discardProposal(
  db: Db,
  actor: Actor,
  input: SeenProposal,
): Promise<{ proposalId: number; version: number }> {
  return save(db, async (tx) => {
    const proposal = await lockProposal(tx, input);
    await audit(tx, actor, [
      {
        ...{ action: 'proposal.discard', subjectType: 'store', subjectId: proposal.storeId },
        after: { proposal: proposal.id },
      },
    ]);
    return touch(tx, proposal.id, 'discarded');
  });
}

/**
 * A proposal, each line with what the board says of it by now. Throws a {@link Refusal} where there
 * is none.
 */
export async function getProposal(db: Db, proposalId: number): Promise<ProposalView> {
  return db.transaction(async (tx) => {
    const [proposal] = await tx.select().from(proposals).where(eq(proposals.id, proposalId));
    if (!proposal) throw notFound('proposal', proposalId);
    return present(tx, proposal);
  }, SNAPSHOT);
}

/** The proposal of a store that is being made or reviewed; null where there is none. */
export async function currentProposal(
  db: Db,
  query: { storeId?: number | undefined },
): Promise<ProposalView | null> {
  return db.transaction(async (tx) => {
    const store = await findStore(tx, query.storeId);
    // Relies on the index proposals_of_store.
    const [proposal] = await tx
      .select()
      .from(proposals)
      .where(and(eq(proposals.storeId, store.id), inArray(proposals.state, ['running', 'ready'])))
      .orderBy(desc(proposals.id))
      .limit(1);
    return proposal ? present(tx, proposal) : null;
  }, SNAPSHOT);
}

async function present(tx: Tx, proposal: ProposalRecord): Promise<ProposalView> {
  const rows = await tx
    .select({ line: proposalLines, eventName: events.name, employeeName: employees.name })
    .from(proposalLines)
    .innerJoin(events, eq(events.id, proposalLines.eventId))
    .innerJoin(employees, eq(employees.id, proposalLines.employeeId))
    .where(eq(proposalLines.proposalId, proposal.id))
    .orderBy(asc(proposalLines.startsAt), asc(proposalLines.id));
  const changes = await changesOf(
    tx,
    proposal,
    rows.map(({ line }) => line).filter(({ state }) => state === 'proposed'),
  );
  const outcome = proposal.outcome as unknown as Outcome | null;
  const { id, storeId, version, requestedByName, createdAt, finishedAt, fromDay, toDay } = proposal;
  return {
    ...{ proposalId: id, storeId, state: stateOf(proposal), version, createdAt, finishedAt, fromDay, toDay },
    requestedBy: requestedByName,
    options: proposal.options as PlanOptions,
    madeBy: proposal.madeBy as ProposalView['madeBy'],
    note: stateOf(proposal) === 'interrupted' ? INTERRUPTED : proposal.note,
    lines: rows.map(({ line, eventName, employeeName }) => ({
      ...lineView(line),
      ...{ eventName, employeeName, changed: changes.get(line.eventId) ?? null },
    })),
    open: outcome?.open ?? [],
    passes: outcome?.passes ?? [],
    atMostPlaced: outcome?.atMostPlaced ?? null,
    fairness: outcome?.fairness ?? { before: [], after: [] },
  };
}

/** A plan whose server is gone is told as interrupted before anybody wrote that down. */
function stateOf({ state, createdAt }: ProposalRecord): ProposalState {
  const isAbandoned = currentTimeMs() - Date.parse(createdAt) > ABANDONED_AFTER_SECONDS * 1000;
  return state === 'running' && isAbandoned ? 'interrupted' : state;
}

/** What speaks against lines as the board is now, by event. */
async function changesOf(
  tx: Tx,
  proposal: ProposalRecord,
  lines: readonly LineRecord[],
): Promise<Map<number, string>> {
  if (proposal.state !== 'ready' || lines.length === 0) return new Map();
  const store = await findStore(tx, proposal.storeId);
  const { versions, ...input } = await loadPlanInput(tx, store, proposal);
  const obstacles = obstaclesNow(input, lines.map(reviewed));
  for (const { eventId, fromScheduleId, fromVersion } of lines) {
    if (fromScheduleId !== null && versions.get(fromScheduleId) !== fromVersion) {
      obstacles.set(eventId, 'Its schedule was changed since.');
    }
  }
  return obstacles;
}

function lineView(line: LineRecord): Omit<ProposalLineView, 'eventName' | 'employeeName' | 'changed'> {
  const { id, kind, eventId, employeeId, workDate, startsAt, endsAt, coreEventId, makesRoomFor } = line;
  const { ticked, locked, state, scheduleId, refusal, why } = line;
  const { fromScheduleId, fromEmployeeId, fromStartsAt } = line;
  const from =
    fromScheduleId !== null && fromEmployeeId !== null && fromStartsAt !== null
      ? { scheduleId: fromScheduleId, employeeId: fromEmployeeId, startsAt: fromStartsAt }
      : null;
  return {
    ...{ lineId: id, kind, eventId, employeeId, day: workDate, startsAt, endsAt, from, coreEventId },
    ...{ makesRoomFor, ticked, locked, state, scheduleId, refusal, why },
    runnerUp: line.runnerUp as ProposalLineView['runnerUp'],
    warnings: line.warnings as { code: string; severity: Severity; message: string }[],
  };
}
