import {
  type Db,
  employees,
  events,
  onlyRow,
  type ProposalState,
  proposalApprovals,
  proposalLines,
  proposals,
  type Tx,
} from '@scheduler/db';
import { eventsWithLive } from '@scheduler/db/facts';
import {
  linesNow,
  type PlanInput,
  type PlanOptions,
  planOptionsOf,
  planSettingsOf,
  type ReviewedLine,
} from '@scheduler/planner';
import {
  ABANDONED_AFTER_SECONDS,
  type Cause,
  CHANGED_PROPOSAL,
  endAbandoned,
  factsOf,
  INTERRUPTED,
  inputFor,
  isBeingMade,
  loadPlanInput,
  makePlan,
  type OpenedPlan,
  openPlan,
  type PlanOutcome,
  planRunsOf,
} from '@scheduler/plans';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { addDays, earlierDay, laterDay, type Severity, type WorkDate } from '@scheduler/scheduling';
import { and, asc, desc, eq, exists, gt, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import { whyOver } from './cover-cause.ts';
import type { ProposalLineView, ProposalSummary, ProposalView } from './types.ts';

export type ProposalRecord = typeof proposals.$inferSelect;
export type LineRecord = typeof proposalLines.$inferSelect;
export type ApprovalRecord = typeof proposalApprovals.$inferSelect;

/** The id of a proposal to change, and the version that the user saw. */
export interface SeenProposal {
  proposalId: number;
  version: number;
}

/** The settings of a transaction that reads one snapshot. */
const SNAPSHOT = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;

/**
 * Starts a plan for some days of a store, in a thread of this process. One plan is made for a store
 * at a time. It schedules nothing.
 * @param input.options options that are left out have the values of the store's settings
 */
export async function startPlan(
  db: Db,
  actor: Actor,
  input: { storeId?: number | undefined; fromDay: WorkDate; toDay: WorkDate; options: PlanOptions },
): Promise<{ proposalId: number }> {
  const { fromDay, toDay } = input;
  return begin(db, async (tx) => {
    const store = await findStore(tx, input.storeId);
    const usual = planOptionsOf(planSettingsOf(store.planning), todayAt(store.timeZone));
    const options = { ...usual, ...input.options };
    return openAsked(tx, actor, { store, fromDay, toDay, options, locks: [] });
  });
}

/** Opens a plan that a user asked for, with its audit row. */
export async function openAsked(
  tx: Tx,
  actor: Actor,
  plan: Omit<Parameters<typeof openPlan>[1], 'requestedBy'>,
): Promise<OpenedPlan> {
  const opened = await openPlan(tx, { ...plan, requestedBy: actor });
  const { proposalId, store, fromDay, toDay } = opened;
  await audit(tx, actor, [
    {
      action: 'proposal.start',
      subjectType: 'store',
      subjectId: store.id,
      after: { proposal: proposalId, fromDay, toDay },
    },
  ]);
  return opened;
}

/**
 * Saves what a plan begins with, and has it made in a thread of this process.
 * @param open opens the plan, or returns the id of one that is there already
 */
export async function begin(
  db: Db,
  open: (tx: Tx) => Promise<OpenedPlan | number>,
): Promise<{ proposalId: number }> {
  try {
    const opened = await save(db, open);
    if (typeof opened === 'number') return { proposalId: opened };
    const { proposalId } = opened;
    void planRunsOf(db).start(proposalId, () => makePlan(db, opened));
    return { proposalId };
  } catch (error) {
    if (!isBeingMade(error)) throw error;
    throw new Refusal('A plan for this store is being made already. Wait for it, or cancel it.', {
      code: 'taken',
    });
  }
}

/** Returns the schedule that a line moves, as it stood; null for new work. */
export function fromOf({
  fromScheduleId,
  fromEmployeeId,
  fromStartsAt,
}: LineRecord): ProposalLineView['from'] {
  return fromScheduleId !== null && fromEmployeeId !== null && fromStartsAt !== null
    ? { scheduleId: fromScheduleId, employeeId: fromEmployeeId, startsAt: fromStartsAt }
    : null;
}

/** Returns where the plan or a repair had put a line before somebody moved it; null if nobody did. */
export function proposedOf(line: LineRecord): ProposalLineView['proposed'] {
  const { proposedEmployeeId, proposedStartsAt, repairs } = line;
  // What a repair moved is not moved by hand.
  const isByHand = repairs === null || isAddedByRepair(line);
  return isByHand && proposedEmployeeId !== null && proposedStartsAt !== null
    ? { employeeId: proposedEmployeeId, startsAt: proposedStartsAt }
    : null;
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
      .set({ ...CHANGED_PROPOSAL, state: 'canceled', finishedAt: sql`app_now()` })
      .where(and(eq(proposals.id, proposalId), eq(proposals.state, 'running')))
      .returning();
    if (!canceled) throw await notRunning(tx, proposalId);
    await audit(tx, actor, [
      {
        action: 'proposal.cancel',
        subjectType: 'store',
        subjectId: canceled.storeId,
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

/**
 * Locks a proposal. Throws a {@link Refusal} if it is in none of these states (by default: under
 * review), if it is being planned again, because the new plan would not have the change, or if
 * somebody has changed it since the user saw it.
 */
export async function lockProposal(
  tx: Tx,
  seen: SeenProposal,
  states: readonly ProposalState[] = ['ready'],
): Promise<ProposalRecord> {
  const [proposal] = await tx
    .select()
    .from(proposals)
    .where(eq(proposals.id, seen.proposalId))
    .for('no key update');
  if (!proposal) throw notFound('proposal', seen.proposalId);
  const state = stateOf(proposal);
  if (!states.includes(state)) {
    throw new Refusal(`This plan can’t be changed: ${STATE_WORDS[state]}.`, { code: 'not_allowed' });
  }
  await refuseWhilePlannedAgain(
    tx,
    proposal,
    'Nothing of yours was saved. Wait for the new plan, or cancel it and repeat your change here.',
  );
  if (proposal.version !== seen.version) {
    throw new Refusal(
      'Somebody changed this plan after you opened it. Nothing of yours was saved; look again and repeat your change if it still fits.',
      { code: 'stale', changes: [], currentVersion: proposal.version },
    );
  }
  return proposal;
}

/**
 * Throws a {@link Refusal} if a locked proposal is being planned again, because the new plan would not
 * have a change of it.
 * @param wayOut the sentences about what was not done, and what to do
 */
export async function refuseWhilePlannedAgain(
  tx: Tx,
  proposal: ProposalRecord,
  wayOut: string,
): Promise<void> {
  const next = await beingMadeInstead(tx, proposal);
  if (!next) return;
  throw new Refusal(`${next.requestedByName} has this plan made again. ${wayOut}`, { code: 'not_allowed' });
}

/**
 * Returns the plan that is being made to replace a proposal. A run whose server has died replaces
 * nothing any more: it is ended.
 */
async function beingMadeInstead(tx: Tx, { id, storeId }: ProposalRecord): Promise<ProposalRecord | null> {
  const next = await runningInstead(tx, { id, storeId });
  if (!next || stateOf(next) === 'running') return next;
  await endAbandoned(tx, storeId);
  return null;
}

/** Returns the run that is to replace a proposal, also one whose server has died. */
async function runningInstead(
  tx: Tx,
  { id, storeId }: Pick<ProposalRecord, 'id' | 'storeId'>,
): Promise<ProposalRecord | null> {
  // Relies on the index proposals_of_store.
  const [next] = await tx
    .select()
    .from(proposals)
    .where(
      and(
        eq(proposals.storeId, storeId),
        gt(proposals.id, id),
        eq(proposals.replaces, id),
        eq(proposals.state, 'running'),
      ),
    );
  return next ?? null;
}

export const linesOf = (tx: Tx, proposalId: number): Promise<LineRecord[]> =>
  tx
    .select()
    .from(proposalLines)
    .where(eq(proposalLines.proposalId, proposalId))
    .orderBy(asc(proposalLines.startsAt), asc(proposalLines.id));

/** Raises the version of a changed proposal, and notifies open pages. */
export async function touch(
  tx: Tx,
  proposalId: number,
  state?: ProposalState,
): Promise<{ proposalId: number; version: number }> {
  const changed = onlyRow(
    await tx
      .update(proposals)
      .set({ ...CHANGED_PROPOSAL, ...(state && { state }) })
      .where(eq(proposals.id, proposalId))
      .returning({ version: proposals.version }),
  );
  return { proposalId, version: changed.version };
}

/** Whether a line came into the plan with a repair, and leaves it with the repair. */
export const isAddedByRepair = ({
  eventId,
  repairs,
  makesRoomFor,
  coreEventId,
}: Pick<LineRecord, 'eventId' | 'repairs' | 'makesRoomFor' | 'coreEventId'>): boolean =>
  repairs !== null && [eventId, makesRoomFor, coreEventId].includes(repairs);

/** Returns the parts of a line that a review needs. */
export function reviewed(line: LineRecord): ReviewedLine {
  const { kind, eventId, employeeId, startsAt, coreEventId } = line;
  return { kind, eventId, employeeId, startsAt, coreEventId, isDecided: isDecided(line) };
}

/** Whether somebody chose the place of a line, by a move or a lock. */
const isDecided = (line: LineRecord): boolean =>
  !line.untickedByMove && (line.locked || proposedOf(line) !== null);

/** Discards a proposal, also one that failed. Its approved lines stay scheduled. */
export async function discardProposal(
  db: Db,
  actor: Actor,
  input: SeenProposal,
): Promise<{ proposalId: number; version: number }> {
  return save(db, async (tx) => {
    const proposal = await lockProposal(tx, input, ['ready', 'failed']);
    await audit(tx, actor, [
      {
        action: 'proposal.discard',
        subjectType: 'store',
        subjectId: proposal.storeId,
        after: { proposal: proposal.id },
      },
    ]);
    return touch(tx, proposal.id, 'discarded');
  });
}

/** The time for which the list has a proposal that nobody reviews any more. */
const LATELY_HOURS = 24;

/**
 * Returns the proposals of a store that are being made or reviewed; those of the last day of which
 * something was approved, although the rest may be discarded or planned again, for their undo; and
 * the automatic one that failed within a day, if no later plan of the open work was made. The latest
 * comes first.
 */
export async function listProposals(
  db: Db,
  query: { storeId?: number | undefined },
): Promise<ProposalSummary[]> {
  const store = await findStore(db, query.storeId);
  // Relies on the index proposals_of_store.
  const isLatest = sql`not exists (
    select from proposals later
    where later.store_id = ${proposals.storeId} and later.id > ${proposals.id} and later.cause is null)`;
  const isRecent = gt(proposals.updatedAt, sql`app_now() - ${LATELY_HOURS} * interval '1 hour'`);
  const isInUse = exists(
    db
      .select({ id: proposalApprovals.id })
      .from(proposalApprovals)
      .where(and(eq(proposalApprovals.proposalId, proposals.id), isNull(proposalApprovals.undoneAt))),
  );
  const rows = await db
    .select()
    .from(proposals)
    .where(
      and(
        eq(proposals.storeId, store.id),
        or(
          inArray(proposals.state, ['running', 'ready']),
          and(inArray(proposals.state, ['approved', 'replaced', 'discarded']), isRecent, isInUse),
          and(eq(proposals.state, 'failed'), ne(proposals.occasion, 'request'), isRecent, isLatest),
        ),
      ),
    )
    .orderBy(desc(proposals.id));
  return rows.map(summaryOf).filter(({ state }) => state !== 'interrupted');
}

/**
 * Returns a proposal, each line as it is on the present board. Throws a {@link Refusal}
 * if it does not exist.
 */
export async function getProposal(db: Db, proposalId: number): Promise<ProposalView> {
  return db.transaction(async (tx) => {
    const [proposal] = await tx.select().from(proposals).where(eq(proposals.id, proposalId));
    if (!proposal) throw notFound('proposal', proposalId);
    return present(tx, proposal);
  }, SNAPSHOT);
}

/** Returns the proposal of a store that is being made or reviewed; null if there is none. */
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
    .select({
      line: proposalLines,
      eventName: events.name,
      type: events.type,
      employeeName: employees.name,
    })
    .from(proposalLines)
    .innerJoin(events, eq(events.id, proposalLines.eventId))
    .innerJoin(employees, eq(employees.id, proposalLines.employeeId))
    .where(eq(proposalLines.proposalId, proposal.id))
    .orderBy(asc(proposalLines.startsAt), asc(proposalLines.id));
  const now = await readNow(
    tx,
    proposal,
    rows.map(({ line }) => line).filter(({ state }) => state !== 'saved'),
  );
  const approvals = await standingApprovals(tx, proposal.id);
  const outcome = proposal.outcome as unknown as PlanOutcome | null;
  // What a repair placed is not left open.
  const placed = new Set(rows.map(({ line }) => line.eventId));
  const open = (outcome?.open ?? []).filter(({ eventId }) => !placed.has(eventId));
  const unkept = outcome?.unkept ?? [];
  const named = await eventsNamed(tx, [...open, ...unkept]);
  const { storeId, version, finishedAt } = proposal;
  const cause = proposal.cause as Cause | null;
  const next = await runningInstead(tx, proposal);
  return {
    ...summaryOf(proposal),
    storeId,
    version,
    finishedAt,
    causeOver: cause && (await whyOver(tx, storeId, cause)),
    plannedAgainBy: next && stateOf(next) === 'running' ? next.requestedByName : null,
    options: proposal.options as PlanOptions,
    madeBy: proposal.madeBy as ProposalView['madeBy'],
    note: await noteOf(tx, proposal),
    lines: rows.map(({ line, eventName, type, employeeName }) => ({
      ...lineView(line),
      eventName,
      type,
      employeeName,
      changed: null,
      ...now.get(line.eventId),
    })),
    open: open.flatMap(({ steps, ...each }) => {
      const event = named.get(each.eventId);
      return event ? [{ ...each, ...event, canRepair: steps !== undefined }] : [];
    }),
    // Plans of an earlier version left no event out.
    leftOut: outcome?.leftOut ?? 0,
    unkept: unkept.flatMap((each) => {
      const event = named.get(each.eventId);
      return event ? [{ ...each, eventName: event.eventName }] : [];
    }),
    passes: outcome?.passes ?? [],
    atMostPlaced: outcome?.atMostPlaced ?? null,
    fairness: outcome?.fairness ?? { before: [], after: [] },
    stays: (outcome?.stays ?? []).map((stay) => ({ ...stay })),
    approvals: approvals.map(({ id: approvalId, approvedByName: by, approvedAt: at }) => ({
      approvalId,
      by,
      at,
      events: rows.filter(({ line }) => line.state === 'saved' && line.approvalId === approvalId).length,
    })),
  };
}

const WAITS = 'Another plan of this store is being made. This one is made after it; you need not wait here.';

/** Returns the sentence about a plan. A plan with a cause may wait until an earlier one is made. */
async function noteOf(tx: Tx, proposal: ProposalRecord): Promise<string | null> {
  const state = stateOf(proposal);
  if (state === 'interrupted') return INTERRUPTED;
  if (state !== 'running' || proposal.cause === null) return proposal.note;
  const { storeId, id } = proposal;
  const earlier = await tx
    .select()
    .from(proposals)
    .where(and(eq(proposals.storeId, storeId), eq(proposals.state, 'running'), lt(proposals.id, id)));
  return earlier.some((other) => stateOf(other) === 'running') ? WAITS : null;
}

/** Returns the displayed data of events that a plan names without a line. */
async function eventsNamed(tx: Tx, named: readonly { eventId: number }[]) {
  const ids = named.map(({ eventId }) => eventId);
  const rows =
    ids.length === 0
      ? []
      : await tx
          .select({ id: events.id, eventName: events.name, type: events.type, dueOn: events.dueOn })
          .from(events)
          .where(inArray(events.id, ids));
  return new Map(rows.map(({ id, ...event }) => [id, event]));
}

/** Returns the approvals of a proposal that were not undone, the latest first. */
export const standingApprovals = (tx: Tx, proposalId: number): Promise<ApprovalRecord[]> =>
  tx
    .select()
    .from(proposalApprovals)
    .where(and(eq(proposalApprovals.proposalId, proposalId), isNull(proposalApprovals.undoneAt)))
    .orderBy(desc(proposalApprovals.id));

function summaryOf(proposal: ProposalRecord): ProposalSummary {
  const { id: proposalId, occasion, requestedByName, requestedBy, createdAt, fromDay, toDay } = proposal;
  return {
    proposalId,
    occasion,
    state: stateOf(proposal),
    createdAt,
    fromDay,
    toDay,
    requestedBy: requestedByName,
    requestedById: requestedBy,
    cause: proposal.cause as Cause | null,
  };
}

/**
 * Returns the state of a proposal. A plan whose server has died counts as interrupted even before
 * that is stored.
 */
function stateOf({ state, updatedAt }: ProposalRecord): ProposalState {
  const isAbandoned = currentTimeMs() - Date.parse(updatedAt) > ABANDONED_AFTER_SECONDS * 1000;
  return state === 'running' && isAbandoned ? 'interrupted' : state;
}

const MINUTE_MS = 60_000;

/** What is true of a line now: its reasons, and what the board has against it. */
type LineNowView = Pick<ProposalLineView, 'changed'> &
  Partial<Pick<ProposalLineView, 'why' | 'runnerUp' | 'warnings'>>;

/**
 * Returns what is true of lines on the present board, by event: other lines and the board may have
 * changed since a line was stored.
 */
async function readNow(
  tx: Tx,
  proposal: ProposalRecord,
  lines: readonly LineRecord[],
): Promise<Map<number, LineNowView>> {
  if (proposal.state !== 'ready' || lines.length === 0) return new Map();
  const store = await findStore(tx, proposal.storeId);
  const days = lines.map(({ workDate }) => workDate);
  const { versions, ...loaded } = await loadPlanInput(tx, store, {
    fromDay: days.reduce(earlierDay, proposal.fromDay),
    toDay: days.reduce(laterDay, proposal.toDay),
  });
  const cause = proposal.cause as Cause | null;
  const read = cause ? inputFor(cause, loaded) : loaded;
  const input = await withEventsElsewhere(tx, read, lines);
  const options = proposal.options as PlanOptions;
  const now = linesNow(
    input,
    lines.map((line) => ({
      ...reviewed(line),
      ticked: line.ticked,
      wasRefused: line.state === 'refused',
      isCovered: cause !== null && line.makesRoomFor === null,
    })),
    cause ? input.today : (options.earliestDay ?? addDays(input.today, 1)),
  );
  const minutes = new Map(
    [...input.open, ...input.scheduled.map(({ event }) => event)].map((event) => [
      event.id,
      event.durationMinutes,
    ]),
  );
  const changeOf = ({ eventId, fromScheduleId, fromVersion, startsAt, endsAt, state }: LineRecord) => {
    // Its refusal says what is against it.
    if (state === 'refused') return null;
    if (fromScheduleId !== null && versions.get(fromScheduleId) !== fromVersion) {
      return 'Its schedule was changed since.';
    }
    const obstacle = now.get(eventId)?.obstacle;
    if (obstacle) return obstacle;
    const planned = (Date.parse(endsAt) - Date.parse(startsAt)) / MINUTE_MS;
    const taken = minutes.get(eventId) ?? planned;
    if (taken !== planned) return `It takes ${taken} minutes since, not ${planned}.`;
    return input.neverPlan?.includes(eventId)
      ? 'It was marked since as never to be planned automatically.'
      : null;
  };
  return new Map(
    lines.map((line) => {
      const scored = now.get(line.eventId)?.scored;
      const warnings = [...warningsOfMove(line), ...(scored?.warnings ?? [])];
      return [line.eventId, { changed: changeOf(line), ...(scored && { ...scored, warnings }) }];
    }),
  );
}

/** Returns the warning that a move left to a noon check that nobody can do. */
const warningsOfMove = ({ untickedByMove, warnings }: LineRecord): ProposalLineView['warnings'] =>
  untickedByMove
    ? (warnings as ProposalLineView['warnings']).filter(({ code }) => code === 'needs_core')
    : [];

/**
 * Adds the events of lines that are not in the days of the plan any more: their dates were changed,
 * or somebody scheduled them on another day. Events that are gone are left out.
 */
async function withEventsElsewhere(
  tx: Tx,
  input: PlanInput,
  lines: readonly LineRecord[],
): Promise<PlanInput> {
  const known = new Set([...input.open, ...input.scheduled.map(({ event }) => event)].map(({ id }) => id));
  const missing = lines.map(({ eventId }) => eventId).filter((id) => !known.has(id));
  if (missing.length === 0) return input;
  const rows = await eventsWithLive(tx).where(and(inArray(events.id, missing), isNull(events.goneSince)));
  const [open, scheduled] = [[...input.open], [...input.scheduled]];
  for (const row of rows) {
    const event = factsOf(row);
    if (!row.schedule) open.push(event);
    else {
      const { id: scheduleId, employeeId, startsAt, endsAt, workDate, reissueExpiresOn } = row.schedule;
      const windowEndsOn = reissueExpiresOn;
      scheduled.push({ scheduleId, event, employeeId, startsAt, endsAt, workDate, windowEndsOn });
    }
  }
  return { ...input, open, scheduled };
}

function lineView(
  line: LineRecord,
): Omit<ProposalLineView, 'eventName' | 'type' | 'employeeName' | 'changed'> {
  const { id, kind, eventId, employeeId, workDate, startsAt, endsAt, coreEventId, makesRoomFor } = line;
  const { ticked, locked, state, scheduleId, refusal, why } = line;
  return {
    lineId: id,
    kind,
    eventId,
    employeeId,
    day: workDate,
    startsAt,
    endsAt,
    from: fromOf(line),
    proposed: proposedOf(line),
    repairs: line.repairs,
    coreEventId,
    makesRoomFor,
    ticked,
    locked,
    state,
    scheduleId,
    refusal,
    why,
    runnerUp: line.runnerUp as ProposalLineView['runnerUp'],
    warnings: line.warnings as { code: string; severity: Severity; message: string }[],
  };
}
