import { type Db, employees, eventSyncs, events, type SyncState, schedules } from '@scheduler/db';
import type { Condition, EventType, WorkDate } from '@scheduler/scheduling';
import { and, count, eq, gt, ilike, inArray, isNotNull, isNull, lte, or, type SQL } from 'drizzle-orm';
import { eventSelection, itsSync, liveSchedule } from './facts.ts';
import { boardEvent } from './present.ts';
import { notFound } from './refusal.ts';
import { findStore } from './stores.ts';
import type { EventList, EventRow } from './views.ts';

/** What {@link listEvents} can be narrowed down by; what is absent doesn't narrow. */
export interface EventFilter {
  storeId?: number | undefined;
  /** With or without a live schedule here. */
  scheduled?: boolean | undefined;
  types?: EventType[] | undefined;
  conditions?: Condition[] | undefined;
  employeeId?: number | undefined;
  /** How far they have got towards Crossmark; lists those that Crossmark dropped too, for they are not settled. */
  syncStates?: SyncState[] | undefined;
  text?: string | undefined;
  /** Windows that touch the days `from` to `to`, both included. */
  from?: WorkDate | undefined;
  to?: WorkDate | undefined;
  limit: number;
  offset: number;
}

/** One store's events that Crossmark still lists or that have a schedule, by due day: a page and how many there are. */
export async function listEvents(db: Db, filter: EventFilter): Promise<EventList> {
  const store = await findStore(db, filter.storeId);
  const pattern = filter.text && `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`;
  const conditions: (SQL | undefined)[] = [
    eq(events.storeId, store.id),
    filter.syncStates
      ? inArray(eventSyncs.state, filter.syncStates)
      : or(isNull(events.goneSince), isNotNull(schedules.id)),
    filter.scheduled === undefined
      ? undefined
      : filter.scheduled
        ? isNotNull(schedules.id)
        : isNull(schedules.id),
    filter.types && inArray(events.type, filter.types),
    filter.conditions && inArray(events.condition, filter.conditions),
    filter.employeeId === undefined ? undefined : eq(schedules.employeeId, filter.employeeId),
    pattern
      ? or(ilike(events.name, pattern), ilike(events.eventNumber, pattern), ilike(events.mplanId, pattern))
      : undefined,
    filter.from === undefined ? undefined : gt(events.dueOn, filter.from),
    filter.to === undefined ? undefined : lte(events.startsOn, filter.to),
  ];
  const where = and(...conditions);
  const [rows, [counted]] = await Promise.all([
    selectEvents(db).where(where).orderBy(events.dueOn, events.id).limit(filter.limit).offset(filter.offset),
    db
      .select({ total: count() })
      .from(events)
      .leftJoin(schedules, liveSchedule)
      .leftJoin(eventSyncs, itsSync)
      .where(where),
  ]);
  return { rows: rows.map(eventRow), total: counted?.total ?? 0 };
}

/** One event. Throws a refusal where there is none. */
export async function getEvent(db: Db, eventId: number): Promise<EventRow> {
  const [row] = await selectEvents(db).where(eq(events.id, eventId));
  if (!row) throw notFound('event', eventId);
  return eventRow(row);
}

const selectEvents = (db: Db) =>
  db
    .select({ ...eventSelection, employeeName: employees.name })
    .from(events)
    .leftJoin(schedules, liveSchedule)
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    .leftJoin(eventSyncs, itsSync);

/** An event with its live schedule as lists show it. */
export function eventRow(row: Awaited<ReturnType<typeof selectEvents>>[number]): EventRow {
  const { event, schedule, sync, employeeName } = row;
  return {
    event: boardEvent(event, schedule, sync),
    storeId: event.storeId,
    instructionsUrl: event.instructionsUrl,
    schedule: schedule && {
      scheduleId: schedule.id,
      version: schedule.version,
      employeeId: schedule.employeeId,
      employeeName: employeeName ?? '',
      startsAt: schedule.startsAt,
      endsAt: schedule.endsAt,
      workDate: schedule.workDate,
    },
  };
}
