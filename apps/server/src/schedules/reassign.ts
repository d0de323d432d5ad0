import { type Db, employees, events, schedules, type Tx } from '@scheduler/db';
import { eventLabel, type ScheduleRecord } from '@scheduler/db/facts';
import { evaluateFirmly, REASSIGNABLE_TYPES, type WorkDate } from '@scheduler/scheduling';
import { and, asc, eq, inArray, isNull, ne } from 'drizzle-orm';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { findStore } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import { NOTHING_OVERRIDDEN, openPlan, type Plan } from './plan-transaction.ts';
import type { Reassignment } from './types.ts';

/** A schedule in the version that the user saw. */
interface Seen {
  scheduleId: number;
  version: number;
}

/**
 * Previews {@link reassign} for a day's Supervisor, Freeosk, Digital and Other work, all of it or
 * one person's. Writes nothing. Reported work is left out.
 */
export async function previewReassignment(
  db: Db,
  query: {
    storeId?: number | undefined;
    day: WorkDate;
    fromEmployeeId?: number | undefined;
    toEmployeeId: number;
  },
): Promise<Reassignment> {
  return db.transaction(async (tx) => {
    const store = await findStore(tx, query.storeId);
    // Relies on the index schedules_live_by_day.
    const seen = await tx
      .select({ scheduleId: schedules.id, version: schedules.version })
      .from(schedules)
      .innerJoin(events, eq(events.id, schedules.eventId))
      .where(
        and(
          isNull(schedules.endedAt),
          eq(schedules.workDate, query.day),
          query.fromEmployeeId === undefined ? undefined : eq(schedules.employeeId, query.fromEmployeeId),
          ne(schedules.employeeId, query.toEmployeeId),
          eq(events.storeId, store.id),
          inArray(events.type, [...REASSIGNABLE_TYPES]),
          ne(events.condition, 'Submitted'),
        ),
      )
      .orderBy(asc(schedules.startsAt), asc(schedules.id));
    if (seen.length === 0) {
      const [person] = await tx
        .select({ id: employees.id, name: employees.name })
        .from(employees)
        .where(eq(employees.id, query.toEmployeeId));
      if (!person) throw notFound('person', query.toEmployeeId);
      return { to: person, rows: [] };
    }
    const { to, rows } = await judged(tx, { toEmployeeId: query.toEmployeeId, schedules: seen });
    return { to, rows: rows.map(({ row }) => row) };
  });
}

/**
 * Assigns schedules to another Lead or Club Supervisor, each at its time, in one transaction. A
 * schedule that a rule forbids stays unchanged and is returned with the reason. Accepts no
 * overrides. A schedule that changed since the user saw it stays unchanged.
 */
export async function reassign(
  db: Db,
  actor: Actor,
  input: { toEmployeeId: number; schedules: readonly Seen[] },
): Promise<Reassignment> {
  return save(db, async (tx) => {
    const { plan, to, rows } = await judged(tx, input);
    const done: Reassignment['rows'] = [];
    for (const { row, schedule } of rows) {
      if (!schedule) {
        done.push(row);
        continue;
      }
      const { version } = await plan.update(tx, schedule, {
        person: to,
        startsAt: schedule.startsAt,
        accepted: NOTHING_OVERRIDDEN,
        action: 'schedule.change_employee',
      });
      done.push({ ...row, version });
    }
    await plan.flush(tx, actor);
    return { to, rows: done };
  });
}

/**
 * Locks all rows concerned and decides for each schedule; `schedule` is set if it can be
 * reassigned.
 */
async function judged(tx: Tx, input: { toEmployeeId: number; schedules: readonly Seen[] }) {
  // A duplicate counts once.
  const seenBy = new Map(input.schedules.map((seen) => [seen.scheduleId, seen]));
  const current = await tx
    .select({ schedule: schedules, name: employees.name })
    .from(schedules)
    .innerJoin(employees, eq(employees.id, schedules.employeeId))
    .where(inArray(schedules.id, [...seenBy.keys()]));
  const named = [...seenBy.values()].map((seen) => {
    const known = current.find(({ schedule }) => schedule.id === seen.scheduleId);
    if (!known) throw notFound('schedule', seen.scheduleId);
    return { seen, ...known };
  });
  const plan = await openPlan(tx, {
    eventIds: named.map(({ schedule }) => schedule.eventId),
    employeeIds: [input.toEmployeeId, ...named.map(({ schedule }) => schedule.employeeId)],
    pairs: false,
    at: named.map(({ schedule }) => schedule.startsAt),
  });
  const { id, name } = plan.person(input.toEmployeeId);
  const rows: { row: Reassignment['rows'][number]; schedule: ScheduleRecord | null }[] = [];
  for (const { seen, schedule, name: from } of named) {
    const verdict = await decide(tx, plan, seen, id);
    const refused = typeof verdict === 'string' ? verdict : null;
    const { eventId } = schedule;
    const event = plan.event(eventId);
    rows.push({
      row: {
        ...seen,
        event: { eventId, name: event.name, type: event.type },
        from: { id: schedule.employeeId, name: from },
        startsAt: schedule.startsAt,
        refused,
      },
      schedule: typeof verdict === 'string' ? null : verdict,
    });
  }
  return { plan, to: { id, name }, rows };
}

/** Returns the schedule if it can be reassigned, otherwise a sentence with the reason. */
async function decide(tx: Tx, plan: Plan, seen: Seen, toId: number): Promise<ScheduleRecord | string> {
  try {
    const schedule = await plan.current(tx, seen);
    const event = plan.event(schedule.eventId);
    const person = plan.person(toId);
    if (!REASSIGNABLE_TYPES.includes(event.type)) {
      return `${eventLabel(event)} is not among the work that is reassigned in bulk. Change its person by itself.`;
    }
    if (schedule.employeeId === toId) return `${person.name} does ${eventLabel(event)} already.`;
    plan.assertSameStore(event, person);
    plan.assertListed(event);
    const against = evaluateFirmly({
      event: plan.facts(event),
      person,
      startsAt: schedule.startsAt,
      ...plan.surroundings(event, [person]),
      ignoreScheduleIds: [schedule.id],
      ...(schedule.reissueExpiresOn ? { windowEndsOn: schedule.reissueExpiresOn } : {}),
    }).filter((reason) => reason.severity !== 'hint');
    return against.length === 0 ? schedule : against.map((reason) => reason.message).join(' ');
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
