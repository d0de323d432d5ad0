import {
  auditLog,
  type Db,
  type Executor,
  employees,
  eventSyncs,
  events,
  type SyncState,
  schedules,
  stores,
  type Tx,
} from '@scheduler/db';
import {
  addMinutes,
  CLOSED_CONDITIONS,
  type Condition,
  defaultDurationMinutes,
  detectEventType,
  type EventType,
  eventMatchKey,
  eventNumber,
  formatDay,
  formatTime,
  type Instant,
  instantAt,
  timeOf,
  type WorkDate,
} from '@scheduler/scheduling';
import { type EventTask, wantChanges } from '@scheduler/sync';
import { and, between, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Actor } from '../context.ts';
import { Refusal } from '../refusal.ts';
import { CsvFileError, type CsvRow, type ParsedRow, parseCsv, type RowProblem } from './format.ts';

/** One thing that importing a row would change, for a person to read. */
export interface FieldChange {
  field: 'name' | 'reference' | 'duration' | 'schedule';
  from: string | null;
  to: string;
}

/** What importing a row would do. */
export interface PreviewRow {
  /** Line of the file, the header's being 1. */
  row: number;
  status: 'new' | 'changed' | 'same' | 'error';
  name: string;
  type: EventType | null;
  /** The event that the row was found to be; null where it would be made. */
  eventId: number | null;
  window: { startsOn: WorkDate; dueOn: WorkDate } | null;
  changes: FieldChange[];
  /** Why it can't be imported. */
  problems: RowProblem[];
}

/** What importing a file would do, row by row. */
export interface ImportPreview {
  counts: Record<PreviewRow['status'], number>;
  rows: PreviewRow[];
}

/** What an import did. */
export interface ImportResult {
  /** Events made, events changed, rows that said nothing new, schedules made or changed. */
  created: number;
  changed: number;
  same: number;
  scheduled: number;
}

/** What a file would change; writes nothing. Throws {@link Refusal} where the file as a whole can't be read. */
export async function previewImport(db: Db, text: string): Promise<ImportPreview> {
  const rows = (await planImport(db, read(text))).map((plan) => plan.preview);
  const counts = { new: 0, changed: 0, same: 0, error: 0 };
  for (const row of rows) counts[row.status] += 1;
  return { counts, rows };
}

/**
 * Imports a file, or the chosen lines of it: events, their schedules, what is wanted of Crossmark and an audit row for
 * each, in one transaction. A schedule in a file is a fact: no rule refuses it. Importing the same file again changes
 * nothing.
 * @throws {Refusal} unreadable file, a line that can't be imported among those asked for; nothing is written then
 */
export async function importCsv(
  db: Db,
  actor: Actor,
  input: { text: string; rows?: readonly number[] | undefined },
): Promise<ImportResult> {
  const parsed = read(input.text);
  return db.transaction(async (tx) => {
    const plans = chooseRows(await planImport(tx, parsed, { lock: true }), input.rows);
    refuseProblems(plans);
    return write(tx, actor, plans);
  });
}

function read(text: string): ParsedRow[] {
  try {
    return parseCsv(text);
  } catch (error) {
    if (error instanceof CsvFileError) throw new Refusal(error.message, { code: 'input' });
    throw error;
  }
}

function chooseRows(plans: RowPlan[], rows: readonly number[] | undefined): RowPlan[] {
  if (!rows) return plans;
  const byRow = new Map(plans.map((plan) => [plan.preview.row, plan]));
  return [...new Set(rows)].map((row) => {
    const plan = byRow.get(row);
    if (!plan) throw new Refusal(`The file has no row ${row}. Choose among its rows.`, { code: 'input' });
    return plan;
  });
}

/** Most sentences in one message; all are in `fields`. */
const MOST_SENTENCES = 3;

function refuseProblems(plans: readonly RowPlan[]): void {
  const fields = plans.flatMap(({ preview }) =>
    preview.problems.map((problem) => ({
      path: `row ${preview.row}`,
      message: `Row ${preview.row}${problem.column ? `, ${problem.column}` : ''}: ${problem.reason}`,
    })),
  );
  if (fields.length === 0) return;
  const shown = fields.slice(0, MOST_SENTENCES).map((field) => field.message);
  const more = fields.length > MOST_SENTENCES ? ` And ${fields.length - MOST_SENTENCES} more.` : '';
  throw new Refusal(
    `Nothing was imported. ${shown.join(' ')}${more} Mend the file, or import the other rows alone.`,
    { code: 'input', fields },
  );
}

type Store = typeof stores.$inferSelect;

/** An event known here and its live schedule. */
interface KnownEvent {
  id: number;
  storeId: number;
  named: boolean;
  name: string;
  type: EventType;
  startsOn: WorkDate;
  dueOn: WorkDate;
  durationMinutes: number;
  condition: Condition;
  projectReferenceNumber: string | null;
  schedule: {
    id: number;
    employeeId: number;
    employeeName: string;
    startsAt: Instant;
    source: 'board' | 'crossmark' | 'csv';
    version: number;
  } | null;
  syncState: SyncState | null;
}

interface WantedSchedule {
  employeeId: number;
  employeeName: string;
  startsAt: Instant;
  workDate: WorkDate;
}

/** What importing one row means; `write` is null where it means nothing. */
interface RowPlan {
  preview: PreviewRow;
  write: {
    value: CsvRow;
    store: Store;
    type: EventType;
    known: KnownEvent | null;
    durationMinutes: number;
    /** Given where a schedule is made, moved or changes its person. */
    schedule: WantedSchedule | null;
  } | null;
}

/** @param options.lock for a transaction that will write: no event of these stores appears or changes meanwhile */
async function planImport(
  db: Executor,
  parsed: readonly ParsedRow[],
  options: { lock?: boolean } = {},
): Promise<RowPlan[]> {
  const values = parsed.flatMap((row) => row.value ?? []);
  const found = values.length > 0 ? await loadKnown(db, values, options.lock ?? false) : NOTHING_KNOWN;
  const match = matcher(parsed, found);
  const firstRowOf = new Map<string, number>();

  return parsed.map((row): RowPlan => {
    const refuse = (problems: RowProblem[], type: EventType | null = null): RowPlan => ({
      preview: {
        row: row.row,
        status: 'error',
        name: row.name,
        type,
        eventId: null,
        window: row.value && { startsOn: row.value.startsOn, dueOn: row.value.dueOn },
        changes: [],
        problems,
      },
      write: null,
    });
    if (!row.value) return refuse(row.problems);
    const { value } = row;
    const type = detectEventType(value.name);
    const store = found.stores.get(value.storeNumber);
    if (!store) {
      const reason = `No store here has number ${value.storeNumber}. Check the number, or have the store added.`;
      return refuse([{ column: 'Store Number', reason }], type);
    }
    const identity = identityOf(value);
    const first = firstRowOf.get(identity);
    if (first !== undefined) {
      const reason = `It says the same event as row ${first}. Leave one of them out.`;
      return refuse([{ column: null, reason }], type);
    }
    firstRowOf.set(identity, row.row);

    const known = match.get(row) ?? null;
    const schedule = wantedSchedule(value, store, found);
    if (schedule && 'problem' in schedule) return refuse([schedule.problem], type);
    const moves =
      schedule !== null &&
      (schedule.employeeId !== known?.schedule?.employeeId || schedule.startsAt !== known.schedule.startsAt);
    const problem = known && moves ? refusedSchedule(known) : null;
    if (problem) return refuse([problem], type);

    const durationMinutes =
      value.durationMinutes ?? known?.durationMinutes ?? defaultDurationMinutes(type, value.name);
    const changes = changesOf(known, value, durationMinutes, moves ? schedule : null, store);
    return {
      preview: {
        row: row.row,
        status: known ? (changes.length > 0 ? 'changed' : 'same') : 'new',
        name: value.name,
        type,
        eventId: known?.id ?? null,
        window: { startsOn: value.startsOn, dueOn: value.dueOn },
        changes,
        problems: [],
      },
      write:
        known && changes.length === 0
          ? null
          : { value, store, type, known, durationMinutes, schedule: moves ? schedule : null },
    };
  });
}

interface Known {
  stores: ReadonlyMap<string, Store>;
  people: ReadonlyMap<string, { id: number; name: string }>;
  events: readonly KnownEvent[];
}
const NOTHING_KNOWN: Known = { stores: new Map(), people: new Map(), events: [] };

async function loadKnown(db: Executor, values: readonly CsvRow[], lock: boolean): Promise<Known> {
  const numbers = [...new Set(values.map((value) => value.storeNumber))];
  const storeQuery = db.select().from(stores).where(inArray(stores.number, numbers)).orderBy(stores.id);
  // Whoever adds an event refers to its store, and so waits for this lock: two imports never make one event twice.
  const storeRows = await (lock ? storeQuery.for('update') : storeQuery);

  const employeeNumbers = [...new Set(values.flatMap((value) => value.schedule?.employeeNumber ?? []))];
  const people = await db
    .select({ id: employees.id, name: employees.name, employeeNumber: employees.employeeNumber })
    .from(employees)
    .where(inArray(employees.employeeNumber, employeeNumbers));

  const dueDays = values.map((value) => value.dueOn).sort();
  const eventQuery = db
    .select({
      id: events.id,
      storeId: events.storeId,
      named: sql<boolean>`${events.mplanId} is not null`,
      name: events.name,
      type: events.type,
      startsOn: events.startsOn,
      dueOn: events.dueOn,
      durationMinutes: events.durationMinutes,
      condition: events.condition,
      projectReferenceNumber: events.projectReferenceNumber,
      schedule: {
        id: schedules.id,
        employeeId: schedules.employeeId,
        employeeName: sql<string>`${employees.name}`,
        startsAt: schedules.startsAt,
        source: schedules.source,
        version: schedules.version,
      },
      syncState: eventSyncs.state,
    })
    .from(events)
    .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    .leftJoin(eventSyncs, eq(eventSyncs.eventId, events.id))
    .where(
      and(
        inArray(
          events.storeId,
          storeRows.map((store) => store.id),
        ),
        between(events.dueOn, dueDays[0] ?? '', dueDays.at(-1) ?? ''),
      ),
    )
    .orderBy(events.id);
  return {
    stores: new Map(storeRows.map((store) => [store.number, store])),
    people: new Map(people.map((person) => [person.employeeNumber ?? '', person])),
    events: await (lock ? eventQuery.for('update', { of: events }) : eventQuery),
  };
}

/** Tells two rows of one file apart, where number, type and window don't. */
function identityOf(value: CsvRow): string {
  return [keyOf(value), plainName(value.name), value.projectReferenceNumber ?? ''].join('|');
}

const keyOf = (value: CsvRow) =>
  `${value.storeNumber}|${eventMatchKey({ ...value, type: detectEventType(value.name) })}`;
const plainName = (name: string) => name.trim().replace(/\s+/g, ' ').toLowerCase();

/**
 * Which known event each row is: one of the same number, type and window in that store. Where several share these, the
 * reference number decides, then the name, then the order; no event is taken by two rows.
 */
function matcher(parsed: readonly ParsedRow[], known: Known): Map<ParsedRow, KnownEvent> {
  const numberOf = new Map([...known.stores.values()].map((store) => [store.id, store.number]));
  const candidates = Map.groupBy(
    known.events,
    (event) => `${numberOf.get(event.storeId) ?? ''}|${eventMatchKey(event)}`,
  );
  const taken = new Set<number>();
  const matches = new Map<ParsedRow, KnownEvent>();
  const passes: ((value: CsvRow, event: KnownEvent) => boolean)[] = [
    (value, event) =>
      value.projectReferenceNumber !== null && value.projectReferenceNumber === event.projectReferenceNumber,
    (value, event) => plainName(value.name) === plainName(event.name),
    () => true,
  ];
  for (const fits of passes) {
    for (const row of parsed) {
      if (!row.value || matches.has(row)) continue;
      const { value } = row;
      const event = candidates.get(keyOf(value))?.find((one) => !taken.has(one.id) && fits(value, one));
      if (!event) continue;
      taken.add(event.id);
      matches.set(row, event);
    }
  }
  return matches;
}

/** The schedule that a row tells of, with the person it names by employee number: nobody is made from a name. */
function wantedSchedule(
  { schedule }: CsvRow,
  store: Store,
  known: Known,
): WantedSchedule | { problem: RowProblem } | null {
  if (!schedule) return null;
  const person = known.people.get(schedule.employeeNumber);
  if (!person) {
    const who = schedule.repName ? ` (${schedule.repName})` : '';
    const reason = `Nobody here has employee number ${schedule.employeeNumber}${who}. Add the person, then import again.`;
    return { problem: { column: 'Employee ID', reason } };
  }
  const startsAt = instantAt(schedule.day, schedule.time, store.timeZone);
  if (timeOf(startsAt, store.timeZone) !== schedule.time.slice(0, 5)) {
    const reason = `On ${formatDay(schedule.day)} the store's clocks skip ${schedule.time.slice(0, 5)}.`;
    return { problem: { column: 'Schedule Date/Time', reason } };
  }
  return { employeeId: person.id, employeeName: person.name, startsAt, workDate: schedule.day };
}

/** Why another schedule can't be taken from a file for a known event. */
function refusedSchedule(known: KnownEvent): RowProblem | null {
  if (CLOSED_CONDITIONS.includes(known.condition)) {
    const reason = `The event is ${known.condition} in Crossmark and takes no other schedule. The file may be older than that.`;
    return { column: 'Schedule Date/Time', reason };
  }
  // What came from a file itself may be corrected by a newer one at any time.
  if (known.schedule?.source !== 'csv' && known.syncState !== null && known.syncState !== 'synced') {
    const reason =
      'The event was changed here, and that has not reached Crossmark yet. Import the row again when it is synced.';
    return { column: 'Schedule Date/Time', reason };
  }
  return null;
}

function changesOf(
  known: KnownEvent | null,
  value: CsvRow,
  durationMinutes: number,
  schedule: WantedSchedule | null,
  store: Store,
): FieldChange[] {
  const told = (one: { employeeName: string; startsAt: Instant; workDate: WorkDate }) =>
    `${one.employeeName}, ${formatDay(one.workDate)} ${formatTime(one.startsAt, store.timeZone)}`;
  const changes: FieldChange[] = [];
  // The name of an event that Crossmark's list has named is Crossmark's business.
  if (known && !known.named && known.name !== value.name) {
    changes.push({ field: 'name', from: known.name, to: value.name });
  }
  const reference = value.projectReferenceNumber;
  if (known && reference !== null && known.projectReferenceNumber !== reference) {
    changes.push({ field: 'reference', from: known.projectReferenceNumber, to: reference });
  }
  if (known && known.durationMinutes !== durationMinutes) {
    changes.push({
      field: 'duration',
      from: `${known.durationMinutes} minutes`,
      to: `${durationMinutes} minutes`,
    });
  }
  if (schedule) {
    const now = known?.schedule;
    const from = now ? told({ ...now, workDate: workDateIn(now.startsAt, store) }) : null;
    changes.push({ field: 'schedule', from, to: told(schedule) });
  }
  return changes;
}
