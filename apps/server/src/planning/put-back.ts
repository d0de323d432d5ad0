import { proposalApprovals, proposalLines, type Tx } from '@scheduler/db';
import { eventLabel, type ScheduleRecord } from '@scheduler/db/facts';
import { currentInstant } from '@scheduler/runtime/clock';
import {
  absencesOn,
  CLOSED_CONDITIONS,
  formatDay,
  formatWhen,
  holidayOn,
  type Instant,
  type ReasonCode,
  workDateOf,
} from '@scheduler/scheduling';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { openPlan, type Plan, type PlannedChange } from '../schedules/plan-transaction.ts';
import type { Actor } from '../trpc/context.ts';
import { changeOf } from './lines.ts';
import { changeGroups, groupsOf, isMove } from './pairs.ts';
import type { ApprovalRecord, LineRecord, ProposalRecord } from './proposals.ts';
import type { Undone } from './types.ts';

/**
 * The override reason of an undo. It may go against a warning, because the schedule was so before.
 */
const UNDO_REASON = 'Undone: back to how it was';

/** The conditions of work that has begun in the store, which an undo does not change. */
const UNDER_WAY: readonly string[] = ['In Progress', 'Paused', ...CLOSED_CONDITIONS];

/** Returns the lines that are scheduled by approvals. */
export async function approvedLines(tx: Tx, approvals: readonly ApprovalRecord[]): Promise<LineRecord[]> {
  if (approvals.length === 0) return [];
  const ids = approvals.map(({ id }) => id);
  const proposalIds = approvals.map(({ proposalId }) => proposalId);
  // Relies on the index proposal_lines_event.
  return tx
    .select()
    .from(proposalLines)
    .where(
      and(
        inArray(proposalLines.proposalId, proposalIds),
        inArray(proposalLines.approvalId, ids),
        eq(proposalLines.state, 'saved'),
      ),
    )
    .orderBy(asc(proposalLines.startsAt), asc(proposalLines.id));
}

/** What the undo of approved lines changes. */
export const changeOfUndo = (lines: readonly LineRecord[]): PlannedChange => ({
  ...changeOf(lines),
  pairs: true,
});

/**
 * Undoes the changes of a locked proposal's approvals, with their audit row. An approval of which
 * nothing could be undone stays.
 */
export async function takeBack(
  tx: Tx,
  actor: Actor,
  proposal: ProposalRecord,
  approvals: readonly ApprovalRecord[],
): Promise<Omit<Undone, 'version' | 'stillOff'>> {
  const approvalIds = approvals.map(({ id }) => id);
  const lines = await approvedLines(tx, approvals);
  const since = approvals.map(({ approvedAt }) => approvedAt).sort()[0] ?? currentInstant();
  const back = await putBack(tx, actor, lines, since, proposal.cause !== null);
  const restored: Undone['restored'] = [];
  for (const line of lines) {
    const version = back.versions.get(line.id);
    if (version === undefined) continue;
    restored.push({ lineId: line.id, eventId: line.eventId });
    await tx
      .update(proposalLines)
      .set({
        state: 'proposed',
        ticked: true,
        refusal: null,
        scheduleId: null,
        scheduleVersion: null,
        approvalId: null,
        ...(line.fromScheduleId !== null && { fromVersion: version }),
      })
      .where(eq(proposalLines.id, line.id));
  }
  // An event that a person unscheduled is open, but its line must not be approved again
  // automatically.
  const openAgain = lines.filter(({ id }) => back.open.has(id)).map(({ id }) => id);
  if (openAgain.length > 0) {
    await tx
      .update(proposalLines)
      .set({
        state: 'proposed',
        ticked: false,
        scheduleId: null,
        scheduleVersion: null,
        approvalId: null,
      })
      .where(inArray(proposalLines.id, openAgain));
  }
  const kept = lines.flatMap(({ id: lineId, eventId }) => {
    const message = back.refused.get(lineId);
    return message === undefined ? [] : [{ lineId, eventId, message }];
  });
  if (restored.length > 0) {
    await tx
      .update(proposalApprovals)
      .set({ undoneAt: sql`app_now()`, undoneByName: actor.name })
      .where(inArray(proposalApprovals.id, approvalIds));
    await audit(tx, actor, [
      {
        action: 'proposal.undo',
        subjectType: 'store',
        subjectId: proposal.storeId,
        after: { proposal: proposal.id, restored: restored.length, kept: kept.length },
      },
    ]);
  }
  return { proposalId: proposal.id, restored, kept };
}

/**
 * Changes schedules back. Returns, by line, the new versions, the reasons why other schedules stay,
 * and which of these a person unscheduled.
 * @param isCover whether a plan with a cause has made the lines: somebody is absent, or the store is
 * closed. The undo needs that this is no longer so; otherwise a {@link Refusal} is thrown
 */
async function putBack(
  tx: Tx,
  actor: Actor,
  lines: readonly LineRecord[],
  since: Instant,
  isCover: boolean,
): Promise<{ versions: Map<number, number>; refused: Map<number, string>; open: Set<number> }> {
  const versions = new Map<number, number>();
  const refused = new Map<number, string>();
  const open = new Set<number>();
  if (lines.length === 0) return { versions, refused, open };
  const plan = await openPlan(tx, changeOfUndo(lines));
  const standing = await unchanged(tx, plan, lines, since, refused);
  for (const { id, eventId, fromScheduleId } of lines) {
    const { live } = plan.standing(plan.event(eventId));
    if (!live && fromScheduleId === null && refused.has(id)) open.add(id);
  }
  const groups = groupsOf([...standing.keys()]);
  // New work ends first, which makes room for what moves back.
  const rounds = [
    groups.filter((group) => !group.some(isMove)),
    groups.filter((group) => group.some(isMove)),
  ];
  const undo = (within: Tx, line: LineRecord) => undoLine(within, plan, line, standing);
  const results = await changeGroups(tx, plan, rounds, undo, withoutPair);
  for (const line of standing.keys()) {
    const result = results.get(line.id);
    if (result instanceof Refusal) {
      if (isCover && isAbsence(result)) throw stillAbsent(plan, line);
      refused.set(line.id, result.message);
    } else if (result !== undefined) versions.set(line.id, result);
  }
  await plan.flush(tx, actor);
  return { versions, refused, open };
}

/** Ends a line's new schedule, or moves its schedule back. Returns the schedule's new version. */
async function undoLine(
  tx: Tx,
  plan: Plan,
  line: LineRecord,
  standing: ReadonlyMap<LineRecord, ScheduleRecord>,
): Promise<number> {
  const schedule = standing.get(line);
  if (!schedule) throw new Error(`Line ${line.id} has no schedule to undo.`);
  if (isMove(line)) return moveBack(tx, plan, line, schedule, standing);
  return (await plan.end(tx, schedule)).version;
}

/** The refusal of a line whose Core or noon check stays. */
const withoutPair = ({ coreEventId }: LineRecord) =>
  new Refusal(
    coreEventId === null
      ? 'Its noon check stays, and a noon check goes with its Core.'
      : 'A noon check goes with its Core, which stays.',
    { code: 'not_allowed' },
  );

/** The rules that forbid work because of an absence, which no reason overrides. */
const ABSENCES: readonly ReasonCode[] = ['retired', 'holiday', 'time_off', 'date_unavailable'];

const isAbsence = ({ reason }: Refusal): boolean =>
  reason.reasons?.some(({ code }) => ABSENCES.includes(code)) ?? false;

/** The refusal of an undo, because the person of a line is still absent, or its day still closed. */
function stillAbsent(plan: Plan, { eventId, fromEmployeeId, fromStartsAt }: LineRecord): Refusal {
  const { store, holidays } = plan.surroundings(plan.event(eventId));
  const { name, terminatedOn, ...days } = plan.person(fromEmployeeId ?? 0);
  const day = workDateOf(fromStartsAt ?? currentInstant(), store.timeZone);
  const holiday = holidayOn(day, holidays);
  const refuse = (fact: string, wayOut: string) =>
    new Refusal(`${fact}, so the work can’t go back. Nothing was undone. ${wayOut}`, { code: 'rules' });
  if (holiday) {
    return refuse(
      `The store is closed on ${formatDay(day)} (${holiday.name})`,
      'Remove the day in Settings first, or move single events on the board.',
    );
  }
  if (terminatedOn !== null && day > terminatedOn) {
    return refuse(
      `${name} is retired as of ${formatDay(terminatedOn)}`,
      'Take them back on the People page first, or move single events on the board.',
    );
  }
  const because = absencesOn({ ...days }, day)[0]?.because ?? '';
  return refuse(
    `${name} has time off on ${formatDay(day)}${because}`,
    'Remove it on their page first, or move single events on the board.',
  );
}

/** Returns the lines whose schedules are as they were approved and have not begun. */
async function unchanged(
  tx: Tx,
  plan: Plan,
  lines: readonly LineRecord[],
  since: Instant,
  refused: Map<number, string>,
): Promise<Map<LineRecord, ScheduleRecord>> {
  const standing = new Map<LineRecord, ScheduleRecord>();
  for (const line of lines) {
    try {
      standing.set(line, await asApproved(tx, plan, line));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.set(line.id, error.message);
    }
  }
  const keep = (line: LineRecord, message: string) => {
    standing.delete(line);
    refused.set(line.id, message);
  };
  for (const check of lines) {
    const core = lines.find(({ eventId }) => eventId === check.coreEventId);
    if (!core) continue;
    if (standing.has(check) && !standing.has(core)) keep(check, withoutPair(check).message);
    else if (standing.has(core) && !standing.has(check)) keep(core, withoutPair(core).message);
  }
  const ours = new Set([...standing.values()].map(({ id }) => id));
  for (const [line, schedule] of standing) {
    if (line.fromScheduleId !== null) continue;
    const check = plan.supervisorScheduleOf(plan.event(line.eventId), schedule);
    if (!check || ours.has(check.id) || check.createdAt < since) continue;
    keep(line, 'A noon check was scheduled for it since. Unschedule both on the board.');
  }
  return standing;
}

/** Returns a line's schedule. Throws a {@link Refusal} if it has changed since, or has begun. */
async function asApproved(tx: Tx, plan: Plan, line: LineRecord): Promise<ScheduleRecord> {
  const { scheduleId, scheduleVersion: version } = line;
  const event = plan.event(line.eventId);
  const label = eventLabel(event);
  if (scheduleId === null || version === null) {
    throw new Refusal(
      `${label} was approved by an earlier version of the scheduler. Unschedule it on the board.`,
      { code: 'not_allowed' },
    );
  }
  // After a change that was itself undone, the schedule is as approved, although its version is
  // higher.
  const { live } = plan.standing(event);
  const isAsApproved =
    live?.id === scheduleId && live.employeeId === line.employeeId && live.startsAt === line.startsAt;
  const schedule = isAsApproved ? live : await currentOf(tx, plan, { scheduleId, version }, label);
  const now = currentInstant();
  const { timeZone } = plan.surroundings(event).store;
  if (schedule.startsAt <= now || UNDER_WAY.includes(event.condition)) {
    const how = schedule.startsAt <= now ? 'has begun' : `is ${event.condition} in Crossmark`;
    throw new Refusal(`${label} ${how}, so it stays.`, { code: 'not_allowed' });
  }
  if (line.fromStartsAt !== null && line.fromStartsAt <= now && line.fromStartsAt !== schedule.startsAt) {
    throw new Refusal(
      `${label} was to begin at ${formatWhen(line.fromStartsAt, timeZone)} before, which is over, so it stays.`,
      { code: 'not_allowed' },
    );
  }
  return schedule;
}

async function currentOf(
  tx: Tx,
  plan: Plan,
  seen: { scheduleId: number; version: number },
  label: string,
): Promise<ScheduleRecord> {
  try {
    return await plan.current(tx, seen);
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason.code !== 'stale') throw error;
    const said = error.reason.changes?.map(({ by, what }) => `${by} ${what}`).join('; ');
    throw new Refusal(
      `${label} stays as it is: ${said || 'it was changed from Crossmark’s side'} since.`,
      error.reason,
    );
  }
}

/** Gives a schedule its earlier person and time back. Returns its new version. */
async function moveBack(
  tx: Tx,
  plan: Plan,
  line: LineRecord,
  schedule: ScheduleRecord,
  standing: ReadonlyMap<LineRecord, ScheduleRecord>,
): Promise<number> {
  const { fromEmployeeId, fromStartsAt: startsAt } = line;
  if (fromEmployeeId === null || startsAt === null) {
    throw new Refusal('Where it stood before is no longer known.', { code: 'not_allowed' });
  }
  const event = plan.event(line.eventId);
  const person = plan.person(fromEmployeeId);
  const reasons = plan.reasonsAgainst(event, person, startsAt, [schedule.id], schedule.reissueExpiresOn);
  const accepted = plan.accept(reasons, event, UNDO_REASON);
  const check = plan.supervisorScheduleOf(event, schedule);
  const action = startsAt === schedule.startsAt ? 'schedule.change_employee' : 'schedule.reschedule';
  const moved = await plan.update(tx, schedule, { person, startsAt, accepted, action });
  const isOurs = [...standing.values()].some(({ id }) => id === check?.id);
  if (check && !isOurs && moved.workDate !== schedule.workDate) await plan.moveSupervisor(tx, check, moved);
  return moved.version;
}
