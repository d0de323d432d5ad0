import type { Db, Tx } from '@scheduler/db';
import type { ScheduleRecord } from '@scheduler/db/facts';
import { currentInstant } from '@scheduler/runtime/clock';
import { evaluateTrade } from '@scheduler/scheduling';
import { Refusal } from '../core/errors.ts';
import type { Actor } from '../trpc/context.ts';
import { findScheduleUnlocked, NOTHING_OVERRIDDEN, openPlan } from './plan-transaction.ts';
import { saveOrRefuseDuplicate } from './refuse-duplicate.ts';
import type { Saved, TradePreview } from './types.ts';

/**
 * Swaps the people of two Core schedules, on the same day or not: both or neither. Accepts no
 * overrides. Throws a {@link Refusal} with the reasons of each side.
 */
export async function tradeSchedules(db: Db, actor: Actor, input: Trade): Promise<{ a: Saved; b: Saved }> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    const { plan, a, b, verdict } = await openTrade(tx, input);
    if (!verdict.allowed) {
      const reasons = [...verdict.a, ...verdict.b];
      const against = new Set(
        reasons.filter(({ severity }) => severity !== 'hint').map((one) => one.message),
      );
      throw new Refusal(`The trade is not possible. ${[...against].join(' ')}`, { code: 'rules', reasons });
    }
    const swap = (schedule: ScheduleRecord, other: ScheduleRecord) =>
      plan.update(tx, schedule, {
        person: plan.person(other.employeeId),
        startsAt: schedule.startsAt,
        accepted: NOTHING_OVERRIDDEN,
        action: 'schedule.trade',
        tradedWith: other.id,
      });
    const [newA, newB] = [await swap(a, b), await swap(b, a)];
    await plan.flush(tx, actor);
    const saved = (schedule: ScheduleRecord): Saved => ({
      scheduleId: schedule.id,
      eventId: schedule.eventId,
      version: schedule.version,
      paired: null,
    });
    return { a: saved(newA), b: saved(newB) };
  });
}

/**
 * Evaluates the rules for each side of a trade, without writing; see {@link tradeSchedules}. Throws
 * a {@link Refusal} if it can't be evaluated, for example because a schedule changed since the user
 * saw it.
 */
export async function previewTrade(db: Db, input: Trade): Promise<TradePreview> {
  return db.transaction(async (tx) => (await openTrade(tx, input)).verdict);
}

interface Trade {
  a: { scheduleId: number; version: number };
  b: { scheduleId: number; version: number };
}

/** Locks both sides of a trade and evaluates it. */
async function openTrade(tx: Tx, input: Trade) {
  const [seenA, seenB] = [
    await findScheduleUnlocked(tx, input.a.scheduleId),
    await findScheduleUnlocked(tx, input.b.scheduleId),
  ];
  const plan = await openPlan(tx, {
    eventIds: [seenA.eventId, seenB.eventId],
    employeeIds: [seenA.employeeId, seenB.employeeId],
    pairs: false,
    at: [seenA.startsAt, seenB.startsAt],
  });
  const [a, b] = [await plan.current(tx, input.a), await plan.current(tx, input.b)];
  const side = (schedule: ScheduleRecord) => ({
    scheduleId: schedule.id,
    event: plan.facts(plan.event(schedule.eventId)),
    person: plan.person(schedule.employeeId),
    startsAt: schedule.startsAt,
    endsAt: schedule.endsAt,
    ...(schedule.reissueExpiresOn ? { windowEndsOn: schedule.reissueExpiresOn } : {}),
  });
  for (const [schedule, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const event = plan.event(schedule.eventId);
    plan.assertListed(event);
    plan.assertSameStore(event, plan.person(other.employeeId));
  }
  const surroundings = plan.surroundings(plan.event(a.eventId));
  return {
    plan,
    a,
    b,
    verdict: evaluateTrade({ a: side(a), b: side(b), ...surroundings, now: currentInstant() }),
  };
}
