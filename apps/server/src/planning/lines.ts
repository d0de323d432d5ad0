import { type Db, employees, events, proposalLines, type Tx } from '@scheduler/db';
import { eventLabel } from '@scheduler/db/facts';
import { moveLine, type RescoredLine } from '@scheduler/planner';
import { type Cause, inputFor, loadPlanInput } from '@scheduler/plans';
import { daysBetween, earlierDay, formatDay, laterDay, type WorkDate } from '@scheduler/scheduling';
import { and, eq, inArray } from 'drizzle-orm';
import { type AuditEntry, audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import type { PlannedChange } from '../schedules/plan-transaction.ts';
import { findStore } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import {
  isAddedByRepair,
  type LineRecord,
  linesOf,
  lockProposal,
  type ProposalRecord,
  proposedOf,
  reviewed,
  type SeenProposal,
  touch,
} from './proposals.ts';
import type { PlacedLine } from './types.ts';

/** A change of a line's marks. What is absent does not change. */
interface LineMark {
  lineId: number;
  ticked?: boolean | undefined;
  locked?: boolean | undefined;
}

/**
 * Ticks, unticks, locks and unlocks lines. Throws a {@link Refusal}, and changes nothing, if the
 * proposal has no such line.
 */
export async function markLines(
  db: Db,
  actor: Actor,
  input: SeenProposal & { lines: readonly LineMark[] },
): Promise<{ proposalId: number; version: number }> {
  return save(db, async (tx) => {
    const proposal = await lockProposal(tx, input);
    const lines = await linesOf(tx, proposal.id);
    const marked: Record<'ticked' | 'unticked' | 'locked' | 'unlocked', number[]> = {
      ticked: [],
      unticked: [],
      locked: [],
      unlocked: [],
    };
    for (const { lineId, ...marks } of input.lines) {
      const line = lineOf(lines, lineId);
      const { ticked = line.ticked, locked = line.locked } = marks;
      if (ticked !== line.ticked) marked[ticked ? 'ticked' : 'unticked'].push(line.eventId);
      if (locked !== line.locked) marked[locked ? 'locked' : 'unlocked'].push(line.eventId);
      if (ticked === line.ticked && locked === line.locked) continue;
      // A mark that a person sets or takes away is no longer that of a move.
      const lockedBefore = locked === line.locked ? line.lockedBefore : locked;
      const untickedByMove = line.untickedByMove && marks.ticked === undefined;
      await tx
        .update(proposalLines)
        .set({ ticked, locked, lockedBefore, untickedByMove })
        .where(eq(proposalLines.id, lineId));
    }
    const labels = await labelsOf(tx, Object.values(marked).flat());
    const inWords = Object.entries(marked).flatMap(([what, eventIds]) =>
      eventIds.length > 0 ? [[what, eventIds.map((id) => labels.get(id))]] : [],
    );
    if (inWords.length === 0) return { proposalId: proposal.id, version: proposal.version };
    await auditLines(tx, actor, proposal, {
      action: 'proposal.mark_lines',
      after: Object.fromEntries(inWords),
    });
    return touch(tx, proposal.id);
  });
}

/** Returns a line of a proposal. Throws a {@link Refusal} if the proposal has none with this id. */
export function lineOf(lines: readonly LineRecord[], lineId: number): LineRecord {
  const line = lines.find(({ id }) => id === lineId);
  if (!line) throw notFound('line', lineId);
  return line;
}

/**
 * Returns the lines that count as work when lines of some events move: those that are ticked, and
 * these lines with their noon checks and Cores, which go together whether they are ticked or not.
 */
export function linesForMove(lines: readonly LineRecord[], eventIds: readonly number[]): LineRecord[] {
  const moving = new Set<number | null>(eventIds);
  const cores = new Set(lines.flatMap((line) => (moving.has(line.eventId) ? [line.coreEventId] : [])));
  return lines.filter(
    ({ state, ticked, eventId, coreEventId }) =>
      state !== 'saved' && (ticked || moving.has(eventId) || moving.has(coreEventId) || cores.has(eventId)),
  );
}

/** Returns where a line is, to be compared before the change that put it there is undone. */
export const placeOf = ({ id: lineId, employeeId, startsAt, state }: LineRecord): PlacedLine => ({
  lineId,
  employeeId,
  startsAt,
  state,
});

/** What the lines change, with the Cores of noon checks and the places that moved schedules leave. */
export function changeOf(lines: readonly LineRecord[]): PlannedChange {
  const isKnown = <Value>(value: Value | null): value is Value => value !== null;
  return {
    eventIds: lines.flatMap((line) => [line.eventId, line.coreEventId].filter(isKnown)),
    employeeIds: lines.flatMap((line) => [line.employeeId, line.fromEmployeeId].filter(isKnown)),
    pairs: lines.some(({ fromScheduleId }) => fromScheduleId !== null),
    at: lines.flatMap((line) => [line.startsAt, line.fromStartsAt].filter(isKnown)),
    anyStore: true,
  };
}

/** Returns the names of events in a sentence, by id. */
export async function labelsOf(tx: Tx, eventIds: readonly number[]): Promise<Map<number, string>> {
  if (eventIds.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(events)
    .where(inArray(events.id, [...new Set(eventIds)]));
  return new Map(rows.map((event) => [event.id, eventLabel(event)]));
}

/** Writes the audit row of a change of a proposal's lines. */
export const auditLines = (
  tx: Tx,
  actor: Actor,
  { id, storeId }: ProposalRecord,
  { action, before, after }: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Promise<void> =>
  audit(tx, actor, [
    {
      action,
      subjectType: 'store',
      subjectId: storeId,
      ...(before && { before }),
      after: { proposal: id, ...after },
    },
  ]);

/** As far outside of its days a plan's line can be moved, so that the board read for it stays small. */
const MOST_DAYS_OUTSIDE = 62;

/**
 * Gives a line another person, day or time, and scores it again. A noon check goes with its Core,
 * ticked or not, and on no other day. Throws a {@link Refusal} if a hard rule forbids it. Returns the
 * places of what moved.
 */
export async function moveProposalLine(
  db: Db,
  actor: Actor,
  input: SeenProposal & { lineId: number; employeeId: number; day: WorkDate; time?: string | undefined },
): Promise<{ proposalId: number; version: number; placed: PlacedLine[] }> {
  return save(db, async (tx) => {
    const proposal = await lockProposal(tx, input);
    const lines = await linesOf(tx, proposal.id);
    const line = lineOf(lines, input.lineId);
    if (line.state === 'saved') {
      throw new Refusal('This line is scheduled already. Move its schedule on the board.', {
        code: 'not_allowed',
      });
    }
    const store = await findStore(tx, proposal.storeId);
    const days = {
      fromDay: earlierDay(proposal.fromDay, input.day),
      toDay: laterDay(proposal.toDay, input.day),
    };
    if (
      daysBetween(days.fromDay, days.toDay) >
      daysBetween(proposal.fromDay, proposal.toDay) + MOST_DAYS_OUTSIDE
    ) {
      throw new Refusal(
        `${formatDay(input.day)} is too far from the days of this plan. Leave the line out and schedule the event on the board.`,
        { code: 'not_allowed' },
      );
    }
    const cause = proposal.cause as Cause | null;
    const loaded = await loadPlanInput(tx, store, days);
    const planInput = cause ? inputFor(cause, loaded) : loaded;
    const { employeeId, day, time } = input;
    const moved = moveLine(planInput, linesForMove(lines, [line.eventId]).map(reviewed), {
      eventId: line.eventId,
      employeeId,
      day,
      time,
    });
    if (!moved.allowed) throw new Refusal(moved.message, { code: 'rules' });
    const along: number[] = [];
    for (const scored of moved.lines) {
      const check = lines.find(({ id, eventId }) => eventId === scored.eventId && id !== line.id);
      if (check && !isAsPlaced(check, scored)) along.push(check.eventId);
      await updateScored(tx, proposal.id, scored, {
        ...tickAfter(check ?? line, scored),
        ...(check ? placeOfCheck(check, scored) : proposedPlace(line, scored)),
      });
    }
    await auditMove(tx, actor, proposal, line, moved, along);
    const movedIds = moved.lines.map(({ eventId }) => eventId);
    const changed = (await linesOf(tx, proposal.id)).filter(({ eventId }) => movedIds.includes(eventId));
    return { placed: changed.map(placeOf), ...(await touch(tx, proposal.id)) };
  });
}

async function auditMove(
  tx: Tx,
  actor: Actor,
  proposal: ProposalRecord,
  line: LineRecord,
  { lines }: Extract<ReturnType<typeof moveLine>, { allowed: true }>,
  along: readonly number[],
): Promise<void> {
  const to = lines.find(({ eventId }) => eventId === line.eventId) ?? line;
  const labels = await labelsOf(tx, [line.eventId, ...along]);
  const people = await tx
    .select({ id: employees.id, name: employees.name })
    .from(employees)
    .where(inArray(employees.id, [line.employeeId, to.employeeId]));
  const inWords = ({ employeeId, startsAt }: Pick<LineRecord, 'employeeId' | 'startsAt'>) => ({
    employeeId,
    employeeName: people.find(({ id }) => id === employeeId)?.name ?? '',
    startsAt,
  });
  await auditLines(tx, actor, proposal, {
    action: 'proposal.move_line',
    before: inWords(line),
    after: {
      event: labels.get(line.eventId),
      ...inWords(to),
      ...(along.length > 0 && { alsoMoved: along.map((id) => labels.get(id)) }),
    },
  });
}

/**
 * Returns what a line that a person moves keeps of the place that the plan had given it, and its
 * lock: planning the rest again must not take back what somebody decided by hand. Moved back, it is
 * locked or not as before.
 */
function proposedPlace(
  { employeeId, startsAt, proposedEmployeeId, proposedStartsAt, ...line }: LineRecord,
  to: RescoredLine,
): Partial<LineRecord> {
  const lockedBefore = proposedEmployeeId === null ? line.locked : line.lockedBefore;
  const place = {
    employeeId: proposedEmployeeId ?? employeeId,
    startsAt: proposedStartsAt ?? startsAt,
  };
  const isBack = isAsPlaced(place, to);
  // Taking a repair out brings a line back to where the plan had it.
  if (isBack && (line.repairs === null || isAddedByRepair(line))) {
    return { proposedEmployeeId: null, proposedStartsAt: null, locked: lockedBefore };
  }
  return {
    proposedEmployeeId: place.employeeId,
    proposedStartsAt: place.startsAt,
    locked: true,
    lockedBefore,
  };
}

/** Returns the tick of a line that was moved: nothing that nobody can do is approved until it has a person again. */
export function tickAfter(
  { ticked, untickedByMove }: LineRecord,
  { lacksPerson }: RescoredLine,
): Pick<LineRecord, 'ticked' | 'untickedByMove'> {
  const isWanted = ticked || untickedByMove;
  return { ticked: isWanted && !lacksPerson, untickedByMove: isWanted && lacksPerson };
}

/** Whether a line is already where a move puts it. */
export const isAsPlaced = (
  { employeeId, startsAt }: Pick<LineRecord, 'employeeId' | 'startsAt'>,
  to: RescoredLine,
): boolean => employeeId === to.employeeId && Date.parse(startsAt) === Date.parse(to.startsAt);

/**
 * Returns the change of a noon check whose Core moves: unless it stays as somebody decided, its own
 * move by hand is over.
 */
const placeOfCheck = (check: LineRecord, to: RescoredLine): Partial<LineRecord> =>
  proposedOf(check) === null || (isAsPlaced(check, to) && !to.lacksPerson)
    ? {}
    : { proposedEmployeeId: null, proposedStartsAt: null, locked: check.lockedBefore };

/** Returns the stored values of a line that was scored. */
export const scoredValues = ({ day: workDate, runnerUp, lacksPerson: _, ...scored }: RescoredLine) => ({
  ...scored,
  workDate,
  runnerUp: runnerUp && { ...runnerUp },
});

/** Stores the new place of a line of a proposal. */
export async function updateScored(
  tx: Tx,
  proposalId: number,
  line: RescoredLine,
  more: Partial<LineRecord>,
): Promise<void> {
  const { eventId, ...scored } = scoredValues(line);
  await tx
    .update(proposalLines)
    .set({ ...scored, state: 'proposed', refusal: null, ...more })
    .where(and(eq(proposalLines.proposalId, proposalId), eq(proposalLines.eventId, eventId)));
}
