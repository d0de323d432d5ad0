import { type Db, employees, eventSyncs, events, findsWords, type SyncState, schedules } from '@scheduler/db';
import { eventSelection, isOver, joinSync, liveSchedule, workedOn } from '@scheduler/db/facts';
import { UNREPORTED_CONDITIONS, unreportedDays, type WorkDate } from '@scheduler/scheduling';
import {
  type AnyColumn,
  and,
  asc,
  between,
  count,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lte,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { z } from 'zod';
import { notFound } from '../core/errors.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import type { Store } from '../stores/types.ts';
import type { eventFilter } from '../trpc/schemas.ts';
import { boardEvent } from './board-event.ts';
import type { EventList, EventRow } from './types.ts';

/** The filters and the order of an event list. */
export type EventFilter = z.output<z.ZodObject<typeof eventFilter>>;

/**
 * Returns a page of a store's events that Crossmark still lists or that have a schedule, and their
 * total number.
 */
export async function listEvents(
  db: Db,
  filter: EventFilter & { limit: number; offset: number },
): Promise<EventList> {
  const { store, where, orderBy } = await eventQuery(db, filter);
  const [rows, [counted]] = await Promise.all([
    selectEvents(db)
      .where(where)
      .orderBy(...orderBy)
      .limit(filter.limit)
      .offset(filter.offset),
    db
      .select({ total: count() })
      .from(events)
      .leftJoin(schedules, liveSchedule)
      .leftJoin(eventSyncs, joinSync)
      .where(where),
  ]);
  const today = todayAt(store.timeZone);
  return { rows: rows.map((row) => eventRow(row, store.timeZone, today)), total: counted?.total ?? 0 };
}

/** Events without a value come last in both directions. */
const SORT_COLUMNS: Record<EventFilter['sort'], AnyColumn> = {
  due: events.dueOn,
  name: events.name,
  type: events.type,
  condition: events.condition,
  work: schedules.startsAt,
  person: employees.name,
  sync: eventSyncs.state,
};

/**
 * Converts a filter to SQL over `events` joined with live schedule, person and sync row. It runs on
 * the events of one store, which the index events_store_due finds in the usual order.
 */
export async function eventQuery(
  db: Db,
  filter: EventFilter,
): Promise<{ store: Store; where: SQL | undefined; orderBy: SQL[] }> {
  const store = await findStore(db, filter.storeId);
  const column = SORT_COLUMNS[filter.sort];
  return {
    store,
    where: and(
      eq(events.storeId, store.id),
      inSyncState(filter.syncStates),
      filter.scheduled === true ? isNotNull(schedules.id) : undefined,
      filter.scheduled === false ? isNull(schedules.id) : undefined,
      filter.types && inArray(events.type, filter.types),
      filter.conditions && inArray(events.condition, filter.conditions),
      filter.employeeId === undefined ? undefined : eq(schedules.employeeId, filter.employeeId),
      findsWords(filter.text ?? '', [events.name, events.eventNumber, events.mplanId]),
      inDays(filter),
      filter.unreported && unreported(store.timeZone),
    ),
    orderBy: [
      filter.descending ? sql`${desc(column)} nulls last` : asc(column),
      asc(events.dueOn),
      asc(events.id),
    ],
  };
}

/**
 * Without states: events that Crossmark lists or that have a schedule. Unsettled events are
 * included even if Crossmark dropped them.
 */
function inSyncState(states: readonly SyncState[] | undefined): SQL | undefined {
  const listed = or(isNull(events.goneSince), isNotNull(schedules.id));
  if (!states) return listed;
  const unsettled = inArray(
    eventSyncs.state,
    states.filter((state) => state !== 'synced'),
  );
  if (!states.includes('synced')) return unsettled;
  // Without a sync row there is nothing to send to Crossmark.
  return or(unsettled, and(listed, or(isNull(eventSyncs.state), eq(eventSyncs.state, 'synced'))));
}

function inDays({ from, to, dates }: Pick<EventFilter, 'from' | 'to' | 'dates'>): SQL | undefined {
  if (dates === 'work') {
    return and(
      from ? gte(schedules.workDate, from) : undefined,
      to ? lte(schedules.workDate, to) : undefined,
    );
  }
  return and(from ? gt(events.dueOn, from) : undefined, to ? lte(events.startsOn, to) : undefined);
}

/** {@link isUnreported} of the scheduling package as SQL. */
function unreported(timeZone: string): SQL | undefined {
  const { from, to } = unreportedDays(todayAt(timeZone));
  return and(
    inArray(events.condition, [...UNREPORTED_CONDITIONS]),
    or(
      between(schedules.workDate, from, to),
      and(
        isNull(schedules.id),
        // Our booking that is being deleted from Crossmark is not work.
        lte(eventSyncs.wantedVersion, eventSyncs.syncedVersion),
        sql`(${eventSyncs.bookedStartsAt} at time zone ${timeZone})::date between ${from} and ${to}`,
      ),
    ),
  );
}

/** Returns one event. Throws a refusal if there is none. */
export async function getEvent(db: Db, eventId: number): Promise<EventRow> {
  const [row] = await selectEvents(db).where(eq(events.id, eventId));
  if (!row) throw notFound('event', eventId);
  const { timeZone } = await findStore(db, row.event.storeId);
  return eventRow(row, timeZone, todayAt(timeZone));
}

const selectEvents = (db: Db) =>
  db
    .select({ ...eventSelection, employeeName: employees.name })
    .from(events)
    .leftJoin(schedules, liveSchedule)
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    .leftJoin(eventSyncs, joinSync);

/** Converts an event with its live schedule to a row of a list. */
export function eventRow(
  row: Awaited<ReturnType<typeof selectEvents>>[number],
  timeZone: string,
  today: WorkDate,
): EventRow {
  const { event, schedule, sync, employeeName } = row;
  return {
    event: boardEvent(event, schedule, sync),
    storeId: event.storeId,
    instructionsUrl: event.instructionsUrl,
    typeByHand: event.typeByHand,
    reissuable:
      event.goneSince === null &&
      event.condition !== 'Canceled' &&
      isOver(event, workedOn(schedule, sync, timeZone), today),
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
