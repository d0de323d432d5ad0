import { type Executor, employees, eventSyncs, events, schedules, stores } from '@scheduler/db';
import {
  type EventRecord,
  eventSelection,
  joinSync,
  liveSchedule,
  type ScheduleRecord,
  type SyncRecord,
} from '@scheduler/db/facts';
import { eventMatchKey, normalForm } from '@scheduler/scheduling';
import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { isWithin, type StoreScope } from '../core/store-access.ts';
import type { CsvRow, ParsedRow } from './format.ts';

export type Store = typeof stores.$inferSelect;

/** A stored event, its live schedule and the person of the schedule. */
export interface KnownEvent {
  event: EventRecord;
  schedule: ScheduleRecord | null;
  employeeName: string | null;
  sync: SyncRecord | null;
}

export interface Known {
  stores: ReadonlyMap<string, Store>;
  people: ReadonlyMap<string, { id: number; name: string }>;
  events: readonly KnownEvent[];
}

export const NOTHING_KNOWN: Known = { stores: new Map(), people: new Map(), events: [] };

/** What is stored of the rows of a file, in the stores of a scope. */
export async function loadKnown(
  db: Executor,
  values: readonly CsvRow[],
  { lock, scope }: { lock: boolean; scope: StoreScope },
): Promise<Known> {
  const numbers = [...new Set(values.map((value) => value.storeNumber))];
  const storeQuery = db
    .select()
    .from(stores)
    .where(
      and(
        or(inArray(stores.number, numbers), inArray(sql`ltrim(${stores.number}, '0')`, numbers)),
        isWithin(stores.id, scope),
      ),
    )
    .orderBy(stores.id);
  // An insert of an event references its store and therefore waits for this lock, so two imports
  // never create one event twice.
  const storeRows = await (lock ? storeQuery.for('update') : storeQuery);

  const storeIds = storeRows.map((store) => store.id);
  // Only events with the windows of the file, because a file of two rows may span years. Relies on
  // the index events_store_due.
  const windows = new Map(
    values.map(({ startsOn, dueOn }) => [`${startsOn} ${dueOn}`, { starts_on: startsOn, due_on: dueOn }]),
  );
  const concerned = and(
    inArray(events.storeId, storeIds),
    sql`(${events.startsOn}, ${events.dueOn}) in (
      select starts_on, due_on from json_to_recordset(${JSON.stringify([...windows.values()])}::json)
        as file_windows(starts_on date, due_on date))`,
  );
  // A separate statement, so that later statements see the state after the last lock was granted.
  if (lock) await db.select({ id: events.id }).from(events).where(concerned).orderBy(events.id).for('update');

  const numbersOfPeople = [...new Set(values.flatMap((value) => value.schedule?.employeeNumber ?? []))];
  const peopleQuery = db
    .select({ id: employees.id, name: employees.name, employeeNumber: employees.employeeNumber })
    .from(employees)
    .where(and(inArray(employees.employeeNumber, numbersOfPeople), isWithin(employees.storeId, scope)))
    .orderBy(employees.id);
  // Transactions that schedule these people wait and then see the import.
  const people = await (lock ? peopleQuery.for('no key update') : peopleQuery);
  const eventRows = await db
    .select({ ...eventSelection, employeeName: employees.name })
    .from(events)
    .leftJoin(schedules, liveSchedule)
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    .leftJoin(eventSyncs, joinSync)
    .where(concerned)
    .orderBy(events.id);
  return {
    stores: new Map(storeRows.map((store) => [store.number, store])),
    people: new Map(people.map((person) => [person.employeeNumber ?? '', person])),
    events: eventRows,
  };
}

/** Whether a number equals another one without its leading zeros, which spreadsheets remove. */
const isCutFrom = (cut: string, whole: string): boolean => cut !== whole && cut === whole.replace(/^0+/, '');

/** The stores whose number equals this one, apart from leading zeros. */
const storesCutTo = (number: string, known: Known): string[] =>
  [...known.stores.keys()].filter((whole) => isCutFrom(number, whole));

/** Restores the leading zeros of store numbers, if exactly one store matches. */
export function withZeros(parsed: readonly ParsedRow[], known: Known): ParsedRow[] {
  const meant = new Map<string, string>();
  return parsed.map((row) => {
    if (!row.value) return row;
    const { storeNumber } = row.value;
    let number = meant.get(storeNumber);
    if (number === undefined) {
      const [only, ...others] = known.stores.has(storeNumber) ? [] : storesCutTo(storeNumber, known);
      number = only !== undefined && others.length === 0 ? only : storeNumber;
      meant.set(storeNumber, number);
    }
    return number === storeNumber ? row : { ...row, value: { ...row.value, storeNumber: number } };
  });
}

export function unknownStore(number: string, known: Known): string {
  const several = storesCutTo(number, known);
  return several.length > 0
    ? `No store here has number ${number}. If a spreadsheet cut its zeros off, it may be ${several.join(' or ')}: write the whole number.`
    : `No store here has number ${number}. Check the number, or have the store added.`;
}

/** Restores the leading zeros of the stored reference number. */
export function withKeptReference(value: CsvRow, known: KnownEvent | null): CsvRow {
  const kept = known?.event.projectReferenceNumber;
  const said = value.projectReferenceNumber;
  return kept && said !== null && isCutFrom(said, kept) ? { ...value, projectReferenceNumber: kept } : value;
}

const keyOf = (value: CsvRow) => `${value.storeNumber}|${eventMatchKey(value)}`;

/** Distinguishes two rows of one file with the same number, type and window. */
export function identityOf(value: CsvRow): string {
  return [keyOf(value), normalForm(value.name), value.projectReferenceNumber ?? ''].join('|');
}

/**
 * Matches rows to stored events with the same number, type, window and store. If several events
 * match, the reference number decides, then the name, then the order. No event matches two rows.
 */
export function matchRows(parsed: readonly ParsedRow[], known: Known): Map<ParsedRow, KnownEvent> {
  const numberOf = new Map([...known.stores.values()].map((store) => [store.id, store.number]));
  const candidates = Map.groupBy(
    known.events,
    ({ event }) => `${numberOf.get(event.storeId) ?? ''}|${eventMatchKey(event)}`,
  );
  const taken = new Set<number>();
  const matches = new Map<ParsedRow, KnownEvent>();
  const sameReference = (value: CsvRow, event: EventRecord) =>
    value.projectReferenceNumber !== null && value.projectReferenceNumber === event.projectReferenceNumber;
  const cutReference = (value: CsvRow, { projectReferenceNumber: kept }: EventRecord) =>
    value.projectReferenceNumber !== null && kept !== null && isCutFrom(value.projectReferenceNumber, kept);
  const sameName = (value: CsvRow, event: EventRecord) => normalForm(value.name) === normalForm(event.name);
  const passes: ((value: CsvRow, event: EventRecord) => boolean)[] = [
    (value, event) => sameReference(value, event) && sameName(value, event),
    sameReference,
    (value, event) => cutReference(value, event) && sameName(value, event),
    cutReference,
    sameName,
    () => true,
  ];
  for (const fits of passes) {
    for (const row of parsed) {
      if (!row.value || matches.has(row)) continue;
      const { value } = row;
      const match = candidates
        .get(keyOf(value))
        ?.find(({ event }) => !taken.has(event.id) && fits(value, event));
      if (!match) continue;
      taken.add(match.event.id);
      matches.set(row, match);
    }
  }
  return matches;
}
