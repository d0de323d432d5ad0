import type { Db, Tx } from '@scheduler/db';
import { eventLabel } from '@scheduler/db/facts';
import type { Instant } from '@scheduler/scheduling';
import { Refusal } from '../core/errors.ts';
import type { Actor } from '../trpc/context.ts';
import { findScheduleUnlocked, openPlan, type Plan } from './plan-transaction.ts';
import { saveOrRefuseDuplicate } from './refuse-duplicate.ts';
import type { Saved } from './types.ts';

/**
 * Moves a schedule to another time and, if one is given, to another person. If a Core changes its
 * day, its Supervisor event follows. Throws a {@link Refusal} for a stale version or if a rule
 * forbids it.
 */
export async function rescheduleSchedule(
  db: Db,
  actor: Actor,
  input: {
    scheduleId: number;
    version: number;
    startsAt: Instant;
    employeeId?: number | undefined;
    overrideReason?: string | undefined;
  },
): Promise<Saved> {
  return saveOrRefuseDuplicate(db, (tx) => edit(tx, actor, input));
}

/**
 * Assigns a schedule to another person at the same time. A Core's Supervisor event stays unchanged.
 */
export async function changeEmployee(
  db: Db,
  actor: Actor,
  input: { scheduleId: number; version: number; employeeId: number; overrideReason?: string | undefined },
): Promise<Saved> {
  return saveOrRefuseDuplicate(db, (tx) => edit(tx, actor, input));
}

/**
 * Moves or reassigns a schedule within a transaction. Throws a {@link Refusal} before it writes.
 */
async function edit(tx: Tx, actor: Actor, input: ScheduleEdit): Promise<Saved> {
  const seen = await findScheduleUnlocked(tx, input.scheduleId);
  const employeeId = input.employeeId ?? seen.employeeId;
  const plan = await openPlan(tx, {
    eventIds: [seen.eventId],
    employeeIds: [employeeId, seen.employeeId],
    pairs: input.startsAt !== undefined,
    at: [seen.startsAt, ...(input.startsAt === undefined ? [] : [input.startsAt])],
  });
  const saved = await editIn(plan, tx, input);
  await plan.flush(tx, actor);
  return saved;
}

/** A change of a schedule. What is absent does not change. */
export interface ScheduleEdit {
  scheduleId: number;
  version: number;
  startsAt?: Instant | undefined;
  employeeId?: number | undefined;
  overrideReason?: string | undefined;
  /** Whether a Core's Supervisor event stays, because its caller moves it. */
  leavesCheck?: boolean | undefined;
}

/** Moves or reassigns a schedule of an open plan. Throws a {@link Refusal} before it writes. */
export async function editIn(plan: Plan, tx: Tx, input: ScheduleEdit): Promise<Saved> {
  const schedule = await plan.current(tx, input);
  const person = plan.person(input.employeeId ?? schedule.employeeId);
  const event = plan.event(schedule.eventId);
  const startsAt = input.startsAt ?? schedule.startsAt;
  const unchanged = { scheduleId: schedule.id, eventId: event.id, version: schedule.version, paired: null };
  if (startsAt === schedule.startsAt && person.id === schedule.employeeId) return unchanged;

  plan.assertListed(event);
  const reasons = plan.reasonsAgainst(event, person, startsAt, [schedule.id], schedule.reissueExpiresOn);
  const accepted = plan.accept(reasons, event, input.overrideReason);
  const pair = input.leavesCheck ? undefined : plan.supervisorScheduleOf(event, schedule);
  const action = startsAt === schedule.startsAt ? 'schedule.change_employee' : 'schedule.reschedule';
  const moved = await plan.update(tx, schedule, { person, startsAt, accepted, action });
  const paired =
    pair && moved.workDate !== schedule.workDate ? await plan.moveSupervisor(tx, pair, moved) : null;
  return { ...unchanged, version: moved.version, paired };
}

/**
 * Ends a schedule, which stays as history, and sets its event back to Unstaffed, together with a
 * Core's Supervisor event. Work that was reported as done keeps its schedule.
 */
export async function unscheduleSchedule(
  db: Db,
  actor: Actor,
  input: { scheduleId: number; version: number },
): Promise<Saved> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    const seen = await findScheduleUnlocked(tx, input.scheduleId);
    const plan = await openPlan(tx, {
      eventIds: [seen.eventId],
      employeeIds: [seen.employeeId],
      pairs: true,
      at: [seen.startsAt],
    });
    const ended = await endIn(plan, tx, input);
    await plan.flush(tx, actor);
    return ended;
  });
}

/** Ends a schedule of an open plan. Throws a {@link Refusal} before it writes. */
export async function endIn(
  plan: Plan,
  tx: Tx,
  input: { scheduleId: number; version: number },
): Promise<Saved> {
  // A noon check that ended with its Core a moment ago is done.
  const done = plan.endedHere(input);
  if (done) return { scheduleId: done.id, eventId: done.eventId, version: done.version, paired: null };
  const schedule = await plan.current(tx, input);
  const event = plan.event(schedule.eventId);
  // A schedule that never reached Crossmark is not the reported work, so it ends and the reported
  // condition stays.
  const { sync } = plan.standing(event);
  if (event.condition === 'Submitted' && sync?.syncedVersion === sync?.wantedVersion) {
    throw new Refusal(
      `${eventLabel(event)} was reported as done, so its schedule stays as history. To have it done again, reissue it.`,
      { code: 'not_allowed' },
    );
  }
  const pair = plan.supervisorScheduleOf(event, schedule);
  const ended = await plan.end(tx, schedule);
  const paired = pair ? await plan.endSupervisor(tx, pair, 'goes with its Core') : null;
  return { scheduleId: schedule.id, eventId: event.id, version: ended.version, paired };
}
