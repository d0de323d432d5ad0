import { type Db, proposalLines, type Tx } from '@scheduler/db';
import { moveLine, type PlanInput, type ReviewedLine, type ScheduledWork } from '@scheduler/planner';
import { type Cause, concernedBy, inputFor, loadPlanInput, type PlanOutcome } from '@scheduler/plans';
import { type EventFacts, supervisorEventFor, timeOf, workDateOf } from '@scheduler/scheduling';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { findStore } from '../stores/stores.ts';
import type { Store } from '../stores/types.ts';
import type { Actor } from '../trpc/context.ts';
import {
  auditLines,
  isAsPlaced,
  labelsOf,
  linesForMove,
  placeOf,
  scoredValues,
  tickAfter,
  updateScored,
} from './lines.ts';
import {
  isAddedByRepair,
  type LineRecord,
  linesOf,
  lockProposal,
  type ProposalRecord,
  reviewed,
  type SeenProposal,
  touch,
} from './proposals.ts';
import type { PlacedLine } from './types.ts';

type Moved = Extract<ReturnType<typeof moveLine>, { allowed: true }>;

/**
 * Takes the cheapest repair of an event without a place into a plan: the work that blocks its place
 * goes elsewhere, and the event gets that place. Both are lines then, judged by the rules with all
 * other lines in place. In a plan with a cause, the event is scheduled work that can't stay. Throws a
 * {@link Refusal} if it no longer fits. Returns the places of all lines that it has added or moved.
 */
export async function takeRepair(
  db: Db,
  actor: Actor,
  input: SeenProposal & { eventId: number },
): Promise<{ proposalId: number; version: number; lineId: number; placed: PlacedLine[] }> {
  return save(db, async (tx) => {
    const proposal = await lockProposal(tx, input);
    const lines = await linesOf(tx, proposal.id);
    const store = await findStore(tx, proposal.storeId);
    const { versions, planInput } = await readPlanInput(tx, store, proposal);
    const { steps, event, work: covered } = stepsOf(proposal, lines, planInput, input.eventId);
    const movedFrom = ({ scheduleId, employeeId, startsAt }: ScheduledWork) => ({
      kind: 'moved' as const,
      fromScheduleId: scheduleId,
      fromVersion: versions.get(scheduleId) ?? null,
      fromEmployeeId: employeeId,
      fromStartsAt: startsAt,
    });
    const { place, move } = steps;
    let beside = linesForMove(lines, move ? [move.eventId] : []).map(reviewed);
    if (move) {
      const line = lines.find(({ eventId }) => eventId === move.eventId);
      const standing = planInput.scheduled.find((each) => each.event.id === move.eventId);
      const work = line ?? standing;
      const isThere = work?.employeeId === place.employeeId && work.workDate === place.day;
      // Scheduled meanwhile, or moved for another event.
      const isTaken = line && (line.state === 'saved' || line.repairs !== null || hasChanged(line, standing));
      if (!work || !isThere || isTaken) {
        throw notFitting('The work that would go elsewhere is no longer where it was.');
      }
      const moving = line
        ? reviewed(line)
        : {
            kind: 'moved' as const,
            eventId: move.eventId,
            employeeId: work.employeeId,
            startsAt: work.startsAt,
            coreEventId: null,
          };
      beside = [...beside.filter(({ eventId }) => eventId !== move.eventId), moving];
      const moved = allowed(moveLine(planInput, beside, move));
      if (moved.lines.some(({ lacksPerson }) => lacksPerson)) {
        throw notFitting('Nobody can do the noon check of the moved Core.');
      }
      beside = withMoved(beside, moved);
      for (const scored of moved.lines) {
        const known = lines.find(({ eventId }) => eventId === scored.eventId);
        if (known && isAsPlaced(known, scored)) {
          // A noon check that stays as somebody decided is no part of the repair.
          await updateScored(tx, proposal.id, scored, tickAfter(known, scored));
        } else if (known) {
          await updateScored(tx, proposal.id, scored, {
            repairs: event.id,
            // The place is free only if this work goes. Its noon check goes along, ticked or not.
            ...tickAfter(known, scored),
            ...(known.eventId === move.eventId && { ticked: true }),
            proposedEmployeeId: known.proposedEmployeeId ?? known.employeeId,
            proposedStartsAt: known.proposedStartsAt ?? known.startsAt,
          });
        } else if (standing) {
          await tx.insert(proposalLines).values({
            ...scoredValues(scored),
            ...movedFrom(standing),
            proposalId: proposal.id,
            makesRoomFor: event.id,
            repairs: event.id,
          });
        }
      }
    }
    const added = linesFor(event, place.employeeId, proposal, lines, planInput);
    const placed = allowed(moveLine(planInput, [...beside, ...added], { eventId: event.id, ...place }));
    const works = new Map(planInput.scheduled.map((work) => [work.event.id, work]));
    // A noon check that nobody can do stays open.
    const done = placed.lines.filter(({ lacksPerson }) => !lacksPerson);
    const [{ lineId } = { lineId: 0 }] = await tx
      .insert(proposalLines)
      .values(
        // The event comes first, its noon check after it.
        done.map((scored) => {
          const work = covered && works.get(scored.eventId);
          return {
            ...scoredValues(scored),
            ...(work ? movedFrom(work) : { kind: 'new' as const }),
            proposalId: proposal.id,
            coreEventId: scored.eventId === event.id ? null : event.id,
            repairs: event.id,
          };
        }),
      )
      .returning({ lineId: proposalLines.id });
    const labels = await labelsOf(tx, [event.id, ...(move ? [move.eventId] : [])]);
    await auditLines(tx, actor, proposal, {
      action: 'proposal.take_repair',
      after: { event: labels.get(event.id), ...(move && { madeRoom: labels.get(move.eventId) }) },
    });
    const changed = (await linesOf(tx, proposal.id)).filter(({ repairs }) => repairs === event.id);
    return { lineId, placed: changed.map(placeOf), ...(await touch(tx, proposal.id)) };
  });
}

/**
 * Takes a repair out of a plan: its event stays open again, and the work that made room is back
 * where the plan had it.
 */
export async function removeRepair(
  db: Db,
  actor: Actor,
  input: SeenProposal & { eventId: number },
): Promise<{ proposalId: number; version: number }> {
  return save(db, async (tx) => {
    const proposal = await lockProposal(tx, input);
    const lines = await linesOf(tx, proposal.id);
    const repaired = lines.filter(({ repairs }) => repairs === input.eventId);
    if (repaired.length === 0) {
      throw new Refusal('This change is no longer in the plan.', { code: 'not_allowed' });
    }
    if (repaired.some(({ state }) => state === 'saved')) {
      throw new Refusal('A part of this change is scheduled already. Undo its approval first.', {
        code: 'not_allowed',
      });
    }
    const added = repaired.filter(isAddedByRepair);
    await tx.delete(proposalLines).where(
      inArray(
        proposalLines.id,
        added.map(({ id }) => id),
      ),
    );
    const changed = repaired.filter((line) => !isAddedByRepair(line));
    const store = await findStore(tx, proposal.storeId);
    const { planInput } = await readPlanInput(tx, store, proposal);
    const changedIds = changed.map(({ eventId }) => eventId);
    let placed = linesForMove(lines, changedIds)
      .filter((line) => !added.includes(line))
      // What the repair moved goes back, whatever somebody decided about it since.
      .map((line) => (changed.includes(line) ? { ...reviewed(line), isDecided: false } : reviewed(line)));
    for (const line of changed) {
      const { eventId, proposedEmployeeId: employeeId, proposedStartsAt: startsAt } = line;
      // A noon check goes back with its Core.
      const followsCore = changed.some((core) => core.eventId === line.coreEventId);
      if (followsCore || employeeId === null || startsAt === null) continue;
      const { timeZone } = store;
      const to = {
        eventId,
        employeeId,
        day: workDateOf(startsAt, timeZone),
        time: timeOf(startsAt, timeZone),
      };
      const moved = allowed(moveLine(planInput, placed, to));
      placed = withMoved(placed, moved);
      for (const scored of moved.lines) {
        const known = lines.find(({ eventId }) => eventId === scored.eventId);
        await updateScored(tx, proposal.id, scored, known ? tickAfter(known, scored) : {});
      }
    }
    await tx
      .update(proposalLines)
      .set({
        repairs: null,
        proposedEmployeeId: null,
        proposedStartsAt: null,
        locked: sql`${proposalLines.lockedBefore}`,
      })
      .where(and(eq(proposalLines.proposalId, proposal.id), eq(proposalLines.repairs, input.eventId)));
    await auditLines(tx, actor, proposal, {
      action: 'proposal.remove_repair',
      after: { event: (await labelsOf(tx, [input.eventId])).get(input.eventId) },
    });
    return touch(tx, proposal.id);
  });
}

/** Whether the schedule of a line's event is another one than the plan saw. */
const hasChanged = ({ fromScheduleId }: LineRecord, standing: { scheduleId: number } | undefined): boolean =>
  fromScheduleId !== (standing?.scheduleId ?? null);

/** Reads the present board as the planner sees it for this proposal, and the schedules' versions. */
async function readPlanInput(tx: Tx, store: Store, proposal: ProposalRecord) {
  const { versions, ...loaded } = await loadPlanInput(tx, store, proposal);
  const cause = proposal.cause as Cause | null;
  return { versions, planInput: cause ? inputFor(cause, loaded) : loaded };
}

/**
 * Returns an event without a place and the steps of its repair, or throws the reason why there is
 * none. `work` is its schedule in a plan with a cause.
 */
function stepsOf(
  proposal: ProposalRecord,
  lines: readonly LineRecord[],
  planInput: PlanInput,
  eventId: number,
) {
  if (lines.some((line) => line.eventId === eventId)) {
    throw new Refusal('This event has a place in the plan already.', { code: 'not_allowed' });
  }
  const outcome = proposal.outcome as unknown as PlanOutcome | null;
  const steps = outcome?.open.find((each) => each.eventId === eventId)?.steps;
  if (!steps) {
    throw new Refusal('This plan knows no change that makes a place for this event. Schedule it by hand.', {
      code: 'not_allowed',
    });
  }
  const cause = proposal.cause as Cause | null;
  const work = cause ? coveredWork(cause, planInput, eventId) : undefined;
  const event = cause ? work?.event : planInput.open.find(({ id }) => id === eventId);
  if (!event) throw notFitting('The event was scheduled, changed or removed since.');
  return { steps, event, work };
}

/** Returns the schedule of an event if the cause still concerns it. */
function coveredWork(cause: Cause, planInput: PlanInput, eventId: number): ScheduledWork | undefined {
  const concerned = new Set(concernedBy(cause, planInput).scheduleIds);
  return planInput.scheduled.find(
    ({ scheduleId, event }) => event.id === eventId && concerned.has(scheduleId),
  );
}

/**
 * Returns an event as a line that has no place yet, and that of its noon check if it has none
 * either.
 */
function linesFor(
  event: EventFacts,
  employeeId: number,
  proposal: ProposalRecord,
  lines: readonly LineRecord[],
  planInput: PlanInput,
): ReviewedLine[] {
  const { open } = proposal.outcome as unknown as PlanOutcome;
  const events = proposal.cause === null ? planInput.open : planInput.scheduled.map(({ event }) => event);
  const unplaced = events.filter(
    ({ id }) => open.some(({ eventId }) => eventId === id) && !lines.some(({ eventId }) => eventId === id),
  );
  const check = event.type === 'Core' ? supervisorEventFor(event, unplaced) : undefined;
  const kind = proposal.cause === null ? ('new' as const) : ('moved' as const);
  const line = { kind, employeeId, startsAt: proposal.createdAt };
  return [
    { ...line, eventId: event.id, coreEventId: null },
    ...(check ? [{ ...line, eventId: check.id, coreEventId: event.id }] : []),
  ];
}

function allowed(moved: ReturnType<typeof moveLine>): Moved {
  if (!moved.allowed) throw notFitting(moved.message);
  return moved;
}

const withMoved = (lines: readonly ReviewedLine[], { lines: moved }: Moved): ReviewedLine[] =>
  lines.map((line) => ({ ...line, ...placeIn(moved, line.eventId) }));

function placeIn(moved: Moved['lines'], eventId: number) {
  const line = moved.find((each) => each.eventId === eventId);
  return line && { employeeId: line.employeeId, startsAt: line.startsAt };
}

const notFitting = (why: string) =>
  new Refusal(`This no longer fits: ${why} Nothing was changed; plan the rest again for another way.`, {
    code: 'rules',
  });
