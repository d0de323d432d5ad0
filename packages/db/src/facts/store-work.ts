import { CLOSED_CONDITIONS, type WorkDate } from '@scheduler/scheduling';
import { and, between, eq, isNull, notInArray, type SQL } from 'drizzle-orm';
import type { Tx } from '../connect.ts';
import { eventSyncs, events, schedules } from '../schema/index.ts';
import {
  type EventRecord,
  eventSelection,
  eventsWithLive,
  joinSync,
  type ScheduleRecord,
  type SyncRecord,
} from './records.ts';
import { loadPeople } from './rule-inputs.ts';

/** A schedule with its event and its sync row. */
export interface LiveRow {
  event: EventRecord;
  schedule: ScheduleRecord;
  sync: SyncRecord | null;
}

/** Live work of a store between two days, both included, by time. */
export async function workBetween(tx: Tx, storeId: number, from: WorkDate, to: WorkDate): Promise<LiveRow[]> {
  // Relies on the index schedules_live_by_day.
  return tx
    .select(eventSelection)
    .from(schedules)
    .innerJoin(events, eq(events.id, schedules.eventId))
    .leftJoin(eventSyncs, joinSync)
    .where(and(isNull(schedules.endedAt), between(schedules.workDate, from, to), eq(events.storeId, storeId)))
    .orderBy(schedules.startsAt, schedules.id);
}

/** The unscheduled events of a store that can be scheduled. */
export async function openEvents(
  tx: Tx,
  storeId: number,
  ...within: SQL[]
): Promise<{ event: EventRecord; sync: SyncRecord | null }[]> {
  // Relies on the index events_store_due where `within` bounds the due day.
  return eventsWithLive(tx).where(and(isOpenAt(storeId), ...within));
}

/**
 * The condition, on an event joined with its live schedule, that the event is unscheduled and can
 * be scheduled.
 */
export const isOpenAt = (storeId: number) =>
  and(
    eq(events.storeId, storeId),
    isNull(schedules.id),
    isNull(events.goneSince),
    notInArray(events.condition, [...CLOSED_CONDITIONS]),
  );

/** The people of a store, and other people who do its work. */
export async function peopleWith(tx: Tx, storeId: number, rows: readonly LiveRow[]) {
  const people = await loadPeople(tx, { storeId });
  const known = new Set(people.map((person) => person.id));
  const guests = [...new Set(rows.map((row) => row.schedule.employeeId))].filter((id) => !known.has(id));
  return guests.length > 0 ? [...people, ...(await loadPeople(tx, { ids: guests }))] : people;
}
