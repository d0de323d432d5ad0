import { type Db, employees, eventSyncs, events, schedules, stores } from '@scheduler/db';
import { joinSync, liveSchedule } from '@scheduler/db/facts';
import { CLOSED_CONDITIONS, workedMinutes } from '@scheduler/scheduling';
import { and, asc, eq, gt, isNotNull, isNull, notInArray, or, type SQL } from 'drizzle-orm';
import { type EventFilter, eventQuery } from '../events/list.ts';
import { formatCsv } from './format.ts';

/**
 * Exports the events of one store or of all stores in the import format: events with a live
 * schedule, by start, or events that are unscheduled both here and in Crossmark, by due day. Events
 * that Crossmark no longer lists are left out.
 */
export async function exportCsv(
  db: Db,
  input: { storeId?: number | undefined; kind: 'scheduled' | 'unscheduled' },
): Promise<string> {
  const scheduled = input.kind === 'scheduled';
  return csvOf(
    db,
    and(
      input.storeId === undefined ? undefined : eq(events.storeId, input.storeId),
      isNull(events.goneSince),
      scheduled
        ? isNotNull(schedules.id)
        : and(
            isNull(schedules.id),
            notInArray(events.condition, [...CLOSED_CONDITIONS]),
            // A booking that is being deleted from Crossmark doesn't count.
            or(isNull(eventSyncs.bookingId), gt(eventSyncs.wantedVersion, eventSyncs.syncedVersion)),
          ),
    ),
    [stores.number, scheduled ? schedules.startsAt : events.dueOn, events.name, events.id].map((column) =>
      asc(column),
    ),
  );
}

/** Exports all pages of an event list, in its order and in the same format. */
export async function exportEvents(db: Db, filter: EventFilter): Promise<string> {
  const { where, orderBy } = await eventQuery(db, filter);
  return csvOf(db, where, orderBy);
}

async function csvOf(db: Db, where: SQL | undefined, orderBy: SQL[]): Promise<string> {
  const rows = await db
    .select({
      name: events.name,
      projectReferenceNumber: events.projectReferenceNumber,
      storeNumber: stores.number,
      storeName: stores.name,
      timeZone: stores.timeZone,
      startsOn: events.startsOn,
      dueOn: events.dueOn,
      type: events.type,
      durationMinutes: events.durationMinutes,
      repName: employees.name,
      employeeNumber: employees.employeeNumber,
      startsAt: schedules.startsAt,
    })
    .from(events)
    .innerJoin(stores, eq(stores.id, events.storeId))
    .leftJoin(schedules, liveSchedule)
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    .leftJoin(eventSyncs, joinSync)
    .where(where)
    .orderBy(...orderBy);
  return formatCsv(
    rows.map(({ repName, employeeNumber, startsAt, type, durationMinutes, ...row }) => ({
      ...row,
      workedMinutes: workedMinutes(type, durationMinutes),
      schedule: repName !== null && startsAt !== null ? { repName, employeeNumber, startsAt } : null,
    })),
  );
}
