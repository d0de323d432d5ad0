import { type Db, employees, events, schedules, stores, type Tx } from '@scheduler/db';
import { eventLabel, liveSchedule, type ScheduleRecord } from '@scheduler/db/facts';
import { addMinutes, CLOSED_CONDITIONS, evaluateFirmly } from '@scheduler/scheduling';
import { and, asc, eq, inArray, isNull, notInArray, sql } from 'drizzle-orm';
import { type AuditEntry, audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { isWithin, type StoreScope } from '../core/store-access.ts';
import { save } from '../core/transaction.ts';
import { openPlan, type Plan } from '../schedules/plan-transaction.ts';
import type { Actor } from '../trpc/context.ts';
import type { ShortenedCores } from './types.ts';

/**
 * The duration that an earlier version stored for 360 minutes of work, and the right one with a
 * Core's lunch.
 */
const SHORTENED_MINUTES = 360;
const MINUTES = 390;
/** The most Cores that one transaction changes; the next list has the others. */
const MOST = 500;

/** A Core in the version that the caller saw, with its live schedule if it has one. */
export interface SeenCore {
  eventId: number;
  schedule: { scheduleId: number; version: number } | null;
}

/**
 * Lists the Cores of a scope's stores that an import of an earlier version shortened, because it took Crossmark's
 * minutes of work for presence, and what {@link lengthenCores} would do with each. Work that is
 * over or closed is left out. Writes nothing.
 */
export async function shortenedCores(db: Db, scope: StoreScope): Promise<ShortenedCores> {
  return db.transaction(async (tx) => {
    const rows = await tx
      .select({ eventId: events.id, schedule: schedules })
      .from(events)
      .innerJoin(stores, eq(stores.id, events.storeId))
      .leftJoin(schedules, liveSchedule)
      .where(
        and(
          eq(events.durationSource, 'file_worked'),
          eq(events.type, 'Core'),
          eq(events.durationMinutes, SHORTENED_MINUTES),
          isWithin(events.storeId, scope),
          isNull(events.goneSince),
          notInArray(events.condition, [...CLOSED_CONDITIONS]),
          sql`coalesce(${schedules.workDate} + 1, ${events.dueOn}) > (app_now() at time zone ${stores.timeZone})::date`,
        ),
      )
      .orderBy(asc(events.dueOn), asc(events.id))
      .limit(MOST);
    const seen = rows.map(({ eventId, schedule }) => ({
      eventId,
      schedule: schedule && { scheduleId: schedule.id, version: schedule.version },
    }));
    const { judged } = await lockAndDecide(tx, seen);
    return { minutes: MINUTES, rows: judged.map(({ row }) => row) };
  });
}

/**
 * Sets shortened Cores to their full length again, lunch included, in one transaction, and moves the end of each one's live
 * schedule. A Core whose longer schedule breaks a rule stays as it is, and the result names the reason. A Core that changed
 * since the caller saw it stays as it is too.
 */
export async function lengthenCores(
  db: Db,
  actor: Actor,
  cores: readonly SeenCore[],
): Promise<ShortenedCores> {
  return save(db, async (tx) => {
    const { plan, judged } = await lockAndDecide(tx, cores);
    const entries: AuditEntry[] = [];
    const rows: ShortenedCores['rows'] = [];
    for (const { row, live } of judged) {
      rows.push(row);
      if (row.refused !== null) continue;
      await plan.lengthen(tx, plan.event(row.eventId), MINUTES);
      entries.push({
        action: 'event.lengthen',
        subjectType: 'event',
        subjectId: row.eventId,
        before: { duration: `${SHORTENED_MINUTES} minutes` },
        after: { duration: `${MINUTES} minutes` },
      });
      if (!live || row.schedule?.newEndsAt === live.endsAt) continue;
      const { version } = await plan.update(tx, live, {
        person: plan.person(live.employeeId),
        startsAt: live.startsAt,
        // Earlier overrides stay valid; no new rule is overridden.
        accepted: { overrideReason: live.overrideReason, overridden: [] },
        action: 'schedule.reschedule',
      });
      if (row.schedule) row.schedule.version = version;
    }
    await audit(tx, actor, entries);
    await plan.flush(tx, actor);
    return { minutes: MINUTES, rows };
  });
}

interface Judged {
  row: ShortenedCores['rows'][number];
  live: ScheduleRecord | undefined;
}

/** Locks all rows concerned and decides for each Core. */
async function lockAndDecide(tx: Tx, cores: readonly SeenCore[]): Promise<{ plan: Plan; judged: Judged[] }> {
  // A duplicate counts once.
  const seenBy = new Map(cores.map((seen) => [seen.eventId, seen]));
  const rows = await tx
    .select({ schedule: schedules, name: employees.name })
    .from(schedules)
    .innerJoin(employees, eq(employees.id, schedules.employeeId))
    .where(and(inArray(schedules.eventId, [...seenBy.keys()]), isNull(schedules.endedAt)));
  const plan = await openPlan(tx, {
    eventIds: [...seenBy.keys()],
    employeeIds: rows.map(({ schedule }) => schedule.employeeId),
    pairs: false,
    at: rows.map(({ schedule }) => schedule.startsAt),
    anyStore: true,
  });
  const nameOf = new Map(rows.map(({ schedule, name }) => [schedule.employeeId, name]));
  const judged: Judged[] = [];
  for (const seen of seenBy.values()) {
    const event = plan.event(seen.eventId);
    const { live } = plan.standing(event);
    const shortened = live && live.endsAt === addMinutes(live.startsAt, SHORTENED_MINUTES);
    judged.push({
      live,
      row: {
        eventId: event.id,
        name: event.name,
        storeId: event.storeId,
        timeZone: plan.surroundings(event).store.timeZone,
        startsOn: event.startsOn,
        dueOn: event.dueOn,
        schedule: live
          ? {
              scheduleId: live.id,
              version: live.version,
              employeeName: nameOf.get(live.employeeId) ?? '',
              startsAt: live.startsAt,
              endsAt: live.endsAt,
              newEndsAt: shortened ? addMinutes(live.startsAt, MINUTES) : live.endsAt,
            }
          : null,
        refused: await refusedFor(tx, plan, seen),
      },
    });
  }
  return { plan, judged };
}

/** Returns why a Core can't be lengthened; null if it can. */
async function refusedFor(tx: Tx, plan: Plan, seen: SeenCore): Promise<string | null> {
  const event = plan.event(seen.eventId);
  const label = eventLabel(event);
  if (event.durationSource !== 'file_worked' || event.type !== 'Core') {
    return `${label} was set right or changed meanwhile.`;
  }
  try {
    const { live, sync } = plan.standing(event);
    if (live && !seen.schedule) return `${label} was scheduled meanwhile. Look again.`;
    if (!seen.schedule) return null;
    const schedule = await plan.current(tx, seen.schedule);
    if (schedule.id !== live?.id) return `${label} has another schedule by now. Look again.`;
    if (sync?.state === 'conflict') {
      return `Crossmark holds something else for ${label}. Choose in its panel which one stands, then look again.`;
    }
    const person = plan.person(schedule.employeeId);
    const against = (durationMinutes: number) =>
      evaluateFirmly({
        event: { ...plan.facts(event), durationMinutes },
        person,
        startsAt: schedule.startsAt,
        ...plan.surroundings(event, [person]),
        ignoreScheduleIds: [schedule.id],
        ...(schedule.reissueExpiresOn ? { windowEndsOn: schedule.reissueExpiresOn } : {}),
      }).filter((reason) => reason.severity !== 'hint');
    // Only new conflicts count: a schedule that already breaks a rule may be a fact, or was
    // accepted with a reason.
    const before = new Set(against(SHORTENED_MINUTES).map((reason) => reason.message));
    const news = against(MINUTES).filter((reason) => !before.has(reason.message));
    return news.length === 0 ? null : news.map((reason) => reason.message).join(' ');
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
