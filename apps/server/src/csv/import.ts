import {
  type Db,
  type Executor,
  employees,
  eventSyncs,
  events,
  onlyRow,
  schedules,
  stores,
  type Tx,
} from '@scheduler/db';
import {
  addMinutes,
  CLOSED_CONDITIONS,
  defaultDurationMinutes,
  detectEventType,
  type EventType,
  eventMatchKey,
  formatDay,
  formatWhen,
  type Instant,
  instantAt,
  normalForm,
  presenceMinutes,
  type Reason,
  ruledByName,
  timeOf,
  type WorkDate,
} from '@scheduler/scheduling';
import { type EventTask, wantChanges } from '@scheduler/sync';
import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { type AuditEntry, audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import {
  type EventRecord,
  eventFacts,
  eventSelection,
  joinSync,
  liveSchedule,
  type ScheduleRecord,
  type SyncRecord,
} from '../events/records.ts';
import { snapshot } from '../schedules/changes.ts';
import type { Actor } from '../trpc/context.ts';
import { type ImportedSchedule, openRules } from './broken-rules.ts';
import { CsvFileError, type CsvRow, type ParsedRow, parseCsv, type RowProblem } from './format.ts';

/** One change that the import of a row would make, in words. */
interface FieldChange {
  field: 'name' | 'reference' | 'duration' | 'schedule';
  from: string | null;
  to: string;
}

/** The effect of importing a row. */
interface PreviewRow {
  /** The line in the file; the header is line 1. */
  row: number;
  status: 'new' | 'changed' | 'same' | 'error';
  name: string;
  type: EventType | null;
  /** The event that matches the row; null if the import would create one. */
  eventId: number | null;
  window: { startsOn: WorkDate; dueOn: WorkDate } | null;
  changes: FieldChange[];
  /** Why the row can't be imported. */
  problems: RowProblem[];
}

/**
 * A row of the preview, with the rules that its schedule would break. It can be imported all the
 * same, because a file states facts.
 */
type JudgedRow = PreviewRow & { reasons: Reason[] };

type RowStatus = PreviewRow['status'];

/** The numbers of rows by status. */
type ImportCounts = Record<RowStatus, number>;

/** The effect of importing a file: totals and one page of rows. */
export interface ImportPreview {
  counts: ImportCounts;
  /**
   * The number of new or changed rows whose schedule would break a rule if every valid row were
   * imported.
   */
  breaking: number;
  rows: JudgedRow[];
  /** The number of matching rows after those in `rows`. */
  more: number;
}

/** The most rows of one page. */
export const MOST_ROWS = 200;

/** The result of an import. */
export interface ImportResult {
  /**
   * The numbers of created events, changed events, rows without changes, and created or changed
   * schedules.
   */
  created: number;
  changed: number;
  same: number;
  scheduled: number;
}

/**
 * Returns what the import of a file would change and which rules it would break, {@link MOST_ROWS}
 * rows at a time. Writes nothing. Throws a {@link Refusal} if the whole file is unreadable.
 * @param page.status only rows with this status
 * @param page.breaking only rows that would break a rule
 * @param page.after only rows after this line of the file
 */
export async function previewImport(
  db: Db,
  text: string,
  page: { status?: RowStatus | undefined; breaking?: boolean | undefined; after?: number | undefined } = {},
): Promise<ImportPreview> {
  const { status, breaking = false, after = 0 } = page;
  const plans = await planImport(db, read(text));
  const imported = new Map(
    plans.flatMap((plan) => scheduleLeftBy(plan) ?? []).map((schedule) => [schedule.row, schedule]),
  );
  const rulesAgainst = await openRules(db, [...imported.values()]);
  const reasonsOf = (row: number): Reason[] => {
    const schedule = imported.get(row);
    return schedule ? rulesAgainst(schedule) : [];
  };
  // The messages of a whole file would exceed the memory of the thread.
  const broken = new Set([...imported.keys()].filter((row) => reasonsOf(row).length > 0));
  const listedRows = plans
    .map((plan) => plan.preview)
    .filter(
      ({ row, status: its }) =>
        row > after && (status === undefined || its === status) && (!breaking || broken.has(row)),
    );
  const rows = listedRows.slice(0, MOST_ROWS).map((row) => ({ ...row, reasons: reasonsOf(row.row) }));
  return { counts: countsOf(plans), breaking: broken.size, rows, more: listedRows.length - rows.length };
}

/**
 * The schedule that a row creates, moves, or gives another end; null if the row leaves schedules
 * unchanged.
 */
function scheduleLeftBy({ preview: { row }, write }: RowPlan): ImportedSchedule | null {
  if (!write) return null;
  const { known, value, store, type, durationMinutes } = write;
  const planned = write.schedule ?? (known && movesEnd(known, durationMinutes) ? known.schedule : null);
  if (!planned) return null;
  const { employeeId, startsAt, workDate } = planned;
  const facts = known
    ? eventFacts(known.event, known.schedule, known.sync)
    : { ...value, id: -row, type, condition: 'Scheduled' as const, scheduled: false };
  return {
    row,
    event: { ...facts, durationMinutes },
    employeeId,
    startsAt,
    workDate,
    windowEndsOn: known?.schedule?.reissueExpiresOn ?? null,
    store,
  };
}

function countsOf(plans: readonly RowPlan[]): ImportCounts {
  const counts = { new: 0, changed: 0, same: 0, error: 0 };
  for (const { preview } of plans) counts[preview.status] += 1;
  return counts;
}

/** Selects the rows to import. */
export interface ChosenRows {
  /** Only these lines. */
  rows?: readonly number[] | undefined;
  /**
   * Every valid row except these lines, provided that the file still has the effect that its
   * preview counted.
   */
  allBut?: { rows: readonly number[]; counts: ImportCounts } | undefined;
}

/**
 * Imports a file, or the selected lines of it, in one transaction: events, schedules, desired
 * bookings, and an audit row for each. A schedule in a file is a fact, so no rule refuses it.
 * Importing the same file again changes nothing.
 * @throws {Refusal} the file is unreadable, or a selected line is invalid; nothing is written then
 */
export async function importCsv(
  db: Db,
  actor: Actor,
  input: { text: string } & ChosenRows,
): Promise<ImportResult> {
  const parsed = read(input.text);
  return save(db, async (tx) => {
    const plans = chooseRows(await planImport(tx, parsed, { lock: true }), input);
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

function chooseRows(plans: RowPlan[], { rows, allBut }: ChosenRows): RowPlan[] {
  if (allBut) {
    const now = countsOf(plans);
    if (Object.entries(now).some(([status, count]) => allBut.counts[status as RowStatus] !== count)) {
      throw new Refusal(
        'Nothing was imported: since you looked at this file, something was changed that it is about. Choose the file again to see what it would do now.',
        { code: 'stale' },
      );
    }
    const left = new Set(allBut.rows);
    return plans.filter(({ preview }) => preview.status !== 'error' && !left.has(preview.row));
  }
  if (!rows) return plans;
  const byRow = new Map(plans.map((plan) => [plan.preview.row, plan]));
  return [...new Set(rows)].map((row) => {
    const plan = byRow.get(row);
    if (!plan) throw new Refusal(`The file has no row ${row}. Choose among its rows.`, { code: 'input' });
    return plan;
  });
}

/** The most sentences in one message and in its `fields`. The preview has all of them. */
const MOST_SENTENCES = 3;
const MOST_FIELDS = 100;

function refuseProblems(plans: readonly RowPlan[]): void {
  const fields = plans.flatMap(({ preview }) =>
    preview.problems.map((problem) => ({
      path: `row ${preview.row}`,
      message: `Row ${preview.row}${problem.column ? `, ${problem.column}` : ''}: ${problem.reason}`,
    })),
  );
  if (fields.length === 0) return;
  const sentences = fields.slice(0, MOST_SENTENCES).map((field) => field.message);
  const more = fields.length > MOST_SENTENCES ? ` And ${fields.length - MOST_SENTENCES} more.` : '';
  throw new Refusal(
    `Nothing was imported. ${sentences.join(' ')}${more} Mend the file, or import the other rows alone.`,
    { code: 'input', fields: fields.slice(0, MOST_FIELDS) },
  );
}

type Store = typeof stores.$inferSelect;

/** A stored event, its live schedule and the person of the schedule. */
interface KnownEvent {
  event: EventRecord;
  schedule: ScheduleRecord | null;
  employeeName: string | null;
  sync: SyncRecord | null;
}

interface WantedSchedule {
  employeeId: number;
  employeeName: string;
  startsAt: Instant;
  workDate: WorkDate;
}

/** The plan of one row; `write` is null if the row changes nothing. */
interface RowPlan {
  preview: PreviewRow;
  write: RowWrite | null;
}

interface RowWrite {
  value: CsvRow;
  store: Store;
  type: EventType;
  known: KnownEvent | null;
  durationMinutes: number;
  /** Set if a schedule is created, moved or reassigned. */
  schedule: WantedSchedule | null;
  changes: FieldChange[];
}

/**
 * @param options.lock for a transaction that will write: no event of these stores is added or
 * changed meanwhile
 */
async function planImport(
  db: Executor,
  read: readonly ParsedRow[],
  options: { lock?: boolean } = {},
): Promise<RowPlan[]> {
  const values = read.flatMap((row) => row.value ?? []);
  const stored = values.length > 0 ? await loadKnown(db, values, options.lock ?? false) : NOTHING_KNOWN;
  const parsed = withZeros(read, stored);
  const match = matcher(parsed, stored);
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
    const named = detectEventType(row.value.name);
    const store = stored.stores.get(row.value.storeNumber);
    if (!store) {
      return refuse([{ column: 'Store Number', reason: unknownStore(row.value.storeNumber, stored) }], named);
    }
    const known = match.get(row) ?? null;
    const value = withKeptReference(row.value, known);
    const identity = identityOf(value);
    const first = firstRowOf.get(identity);
    if (first !== undefined) {
      const reason = `It says the same event as row ${first}. Leave one of them out.`;
      return refuse([{ column: null, reason }], named);
    }
    firstRowOf.set(identity, row.row);

    // A person may have chosen a type other than the one of the name.
    const type = known?.event.type ?? named;
    const schedule = wantedSchedule(value, store, stored);
    if (schedule && 'problem' in schedule) return refuse([schedule.problem], type);
    const moves =
      schedule !== null &&
      (schedule.employeeId !== known?.schedule?.employeeId || schedule.startsAt !== known.schedule.startsAt);
    const problem = known && moves ? refusedSchedule(known) : null;
    if (problem) return refuse([problem], type);

    const durationMinutes = durationOf(value, known, type, store);
    if (durationMinutes > LONGEST_MINUTES) {
      const reason = `${value.workedMinutes} minutes and the lunch are longer than a day.`;
      return refuse([{ column: 'Estimated Time', reason }], type);
    }
    const changes = changesOf(known, value, durationMinutes, moves ? schedule : null, store);
    const changedOrSame = changes.length > 0 ? 'changed' : 'same';
    return {
      preview: {
        row: row.row,
        status: known ? changedOrSame : 'new',
        name: value.name,
        type,
        eventId: known?.event.id ?? null,
        window: { startsOn: value.startsOn, dueOn: value.dueOn },
        changes,
        problems: [],
      },
      write:
        known && changes.length === 0
          ? null
          : { value, store, type, known, durationMinutes, schedule: moves ? schedule : null, changes },
    };
  });
}

const LONGEST_MINUTES = 24 * 60;

/** The file has minutes of work. Without them the event keeps its duration. */
function durationOf(value: CsvRow, known: KnownEvent | null, type: EventType, store: Store): number {
  const usual = known?.event.durationMinutes ?? defaultDurationMinutes(type, value.name, store.durations);
  return value.workedMinutes === null ? usual : presenceMinutes(type, value.workedMinutes, usual);
}

interface Known {
  stores: ReadonlyMap<string, Store>;
  people: ReadonlyMap<string, { id: number; name: string }>;
  events: readonly KnownEvent[];
}
const NOTHING_KNOWN: Known = { stores: new Map(), people: new Map(), events: [] };

async function loadKnown(db: Executor, values: readonly CsvRow[], lock: boolean): Promise<Known> {
  const numbers = [...new Set(values.map((value) => value.storeNumber))];
  const storeQuery = db
    .select()
    .from(stores)
    .where(or(inArray(stores.number, numbers), inArray(sql`ltrim(${stores.number}, '0')`, numbers)))
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
    .where(inArray(employees.employeeNumber, numbersOfPeople))
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
function withZeros(parsed: readonly ParsedRow[], known: Known): ParsedRow[] {
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

function unknownStore(number: string, known: Known): string {
  const several = storesCutTo(number, known);
  return several.length > 0
    ? `No store here has number ${number}. If a spreadsheet cut its zeros off, it may be ${several.join(' or ')}: write the whole number.`
    : `No store here has number ${number}. Check the number, or have the store added.`;
}

/** Restores the leading zeros of the stored reference number. */
function withKeptReference(value: CsvRow, known: KnownEvent | null): CsvRow {
  const kept = known?.event.projectReferenceNumber;
  const said = value.projectReferenceNumber;
  return kept && said !== null && isCutFrom(said, kept) ? { ...value, projectReferenceNumber: kept } : value;
}

/** Distinguishes two rows of one file with the same number, type and window. */
function identityOf(value: CsvRow): string {
  return [keyOf(value), normalForm(value.name), value.projectReferenceNumber ?? ''].join('|');
}

const keyOf = (value: CsvRow) => `${value.storeNumber}|${eventMatchKey(value)}`;

/**
 * Matches rows to stored events with the same number, type, window and store. If several events
 * match, the reference number decides, then the name, then the order. No event matches two rows.
 */
function matcher(parsed: readonly ParsedRow[], known: Known): Map<ParsedRow, KnownEvent> {
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

/**
 * The schedule of a row, with the person of its employee number. No person is created from a name.
 */
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

/** Why a file can't replace the schedule of a stored event. */
function refusedSchedule({ event, schedule, sync }: KnownEvent): RowProblem | null {
  const refuse = (reason: string): RowProblem => ({ column: 'Schedule Date/Time', reason });
  if (CLOSED_CONDITIONS.includes(event.condition)) {
    return refuse(
      `The event is ${event.condition} in Crossmark and takes no other schedule. The file may be older than that.`,
    );
  }
  if (event.goneSince !== null) {
    return refuse(
      'Crossmark no longer lists the event, so it takes no other schedule. Refresh, then import again.',
    );
  }
  // A newer file may always correct a schedule that came from a file.
  if (schedule?.source !== 'csv' && sync && sync.state !== 'synced') {
    return refuse(
      'The event was changed here, and that has not reached Crossmark yet. Import the row again when it is synced.',
    );
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
  const told = (employeeName: string, startsAt: Instant) =>
    `${employeeName}, ${formatWhen(startsAt, store.timeZone)}`;
  const changes: FieldChange[] = [];
  if (known) {
    const { event } = known;
    // Crossmark's list decides the name of an event that it has listed.
    if (event.mplanId === null && normalForm(event.name) !== normalForm(value.name)) {
      changes.push({ field: 'name', from: event.name, to: value.name });
    }
    const reference = value.projectReferenceNumber;
    if (reference !== null && event.projectReferenceNumber !== reference) {
      changes.push({ field: 'reference', from: event.projectReferenceNumber, to: reference });
    }
    if (event.durationMinutes !== durationMinutes) {
      const [from, to] = [`${event.durationMinutes} minutes`, `${durationMinutes} minutes`];
      changes.push({ field: 'duration', from, to });
    }
  }
  if (schedule) {
    const live = known?.schedule;
    const from = live ? told(known.employeeName ?? '', live.startsAt) : null;
    changes.push({ field: 'schedule', from, to: told(schedule.employeeName, schedule.startsAt) });
  }
  return changes;
}

/** The number of rows per statement. Postgres accepts at most 65,535 parameters. */
const CHUNK = 1000;

async function write(tx: Tx, actor: Actor, plans: readonly RowPlan[]): Promise<ImportResult> {
  const writes = plans.flatMap((plan) => plan.write ?? []);
  const fresh = writes.filter((one) => one.known === null);
  const created = await insertEvents(tx, fresh);
  const eventIdOf = (one: RowWrite) => one.known?.event.id ?? created.get(one) ?? 0;
  const entries: AuditEntry[] = [];
  for (const one of writes) {
    if (one.known) await updateEvent(tx, one.known.event, one);
    entries.push(eventEntry(one, eventIdOf(one)));
  }

  const wanted: { eventId: number; task: EventTask }[] = [];
  const nameOf = new Map(
    writes.flatMap(({ schedule }) => (schedule ? [[schedule.employeeId, schedule.employeeName]] : [])),
  );
  const first = writes.flatMap((one) =>
    one.schedule && !one.known?.schedule
      ? [{ eventId: eventIdOf(one), ...scheduleValues(one.schedule, one.durationMinutes) }]
      : [],
  );
  for (const chunk of chunksOf(first)) {
    for (const schedule of await tx.insert(schedules).values(chunk).returning()) {
      wanted.push({ eventId: schedule.eventId, task: 'sync_schedule' });
      const after = snapshot(schedule, nameOf.get(schedule.employeeId) ?? '');
      entries.push({ action: 'schedule.import', subjectType: 'schedule', subjectId: schedule.id, after });
    }
  }
  for (const one of writes) {
    const entry = one.known && (await updateSchedule(tx, one.known, one));
    if (!one.known || !entry) continue;
    entries.push(entry);
    wanted.push({ eventId: one.known.event.id, task: 'sync_schedule_update' });
  }
  for (const chunk of chunksOf(entries)) await audit(tx, actor, chunk);
  await wantChanges(tx, wanted);
  return {
    created: fresh.length,
    changed: writes.length - fresh.length,
    same: plans.length - writes.length,
    scheduled: wanted.length,
  };
}

function eventEntry({ known, value, durationMinutes, changes }: RowWrite, eventId: number): AuditEntry {
  const subject = { subjectType: 'event', subjectId: eventId } as const;
  if (!known) {
    const { workedMinutes: _, ...said } = value;
    return { ...subject, action: 'event.import', after: { ...said, durationMinutes } };
  }
  return {
    ...subject,
    action: 'event.import-change',
    before: Object.fromEntries(changes.map(({ field, from }) => [field, from])),
    after: Object.fromEntries(changes.map(({ field, to }) => [field, to])),
  };
}

async function insertEvents(tx: Tx, writes: readonly RowWrite[]): Promise<Map<RowWrite, number>> {
  const key = (event: {
    storeId: number;
    name: string;
    startsOn: WorkDate;
    dueOn: WorkDate;
    projectReferenceNumber: string | null;
  }) =>
    JSON.stringify([event.storeId, event.name, event.startsOn, event.dueOn, event.projectReferenceNumber]);
  const writeOf = new Map(writes.map((one) => [key({ ...one.value, storeId: one.store.id }), one]));
  const ids = new Map<RowWrite, number>();
  for (const chunk of chunksOf(writes)) {
    const rows = await tx
      .insert(events)
      .values(
        chunk.map(({ value, store, durationMinutes, schedule }) => ({
          storeId: store.id,
          name: value.name,
          ...ruledByName(value.name, store.durations),
          startsOn: value.startsOn,
          dueOn: value.dueOn,
          durationMinutes,
          durationSource: value.workedMinutes === null ? ('rules' as const) : ('file' as const),
          condition: schedule ? ('Scheduled' as const) : ('Unstaffed' as const),
          projectReferenceNumber: value.projectReferenceNumber,
        })),
      )
      .returning();
    for (const row of rows) {
      const one = writeOf.get(key(row));
      if (one) ids.set(one, row.id);
    }
  }
  return ids;
}

async function updateEvent(tx: Tx, event: EventRecord, { value, durationMinutes, schedule }: RowWrite) {
  await tx
    .update(events)
    .set({
      ...(durationMinutes === event.durationMinutes
        ? {}
        : { durationMinutes, durationSource: 'file' as const }),
      projectReferenceNumber: value.projectReferenceNumber ?? event.projectReferenceNumber,
      ...(event.mplanId === null && normalForm(event.name) !== normalForm(value.name)
        ? { name: value.name }
        : {}),
      ...(schedule && event.condition === 'Unstaffed' ? { condition: 'Scheduled' as const } : {}),
      updatedAt: sql`app_now()`,
    })
    .where(eq(events.id, event.id));
}

/**
 * Whether a change of duration moves the end of a live schedule. Work that is closed, or on its way
 * to Crossmark, keeps its end.
 */
const movesEnd = (known: KnownEvent, durationMinutes: number): boolean =>
  durationMinutes !== known.event.durationMinutes && refusedSchedule(known) === null;

/**
 * Moves a live schedule, or only its end if only the duration differs. Returns null if nothing
 * moved.
 */
async function updateSchedule(
  tx: Tx,
  known: KnownEvent,
  { schedule, durationMinutes }: RowWrite,
): Promise<AuditEntry | null> {
  const live = known.schedule;
  if (!live) return null;
  if (!schedule && !movesEnd(known, durationMinutes)) return null;
  const changed = onlyRow(
    await tx
      .update(schedules)
      .set({
        ...(schedule
          ? { ...scheduleValues(schedule, durationMinutes), overrideReason: null }
          : { endsAt: addMinutes(live.startsAt, durationMinutes) }),
        version: live.version + 1,
        updatedAt: sql`app_now()`,
      })
      .where(eq(schedules.id, live.id))
      .returning(),
  );
  const before = known.employeeName ?? '';
  return {
    action: 'schedule.import',
    subjectType: 'schedule',
    subjectId: live.id,
    before: snapshot(live, before),
    after: snapshot(changed, schedule?.employeeName ?? before),
  };
}

function scheduleValues({ employeeId, startsAt, workDate }: WantedSchedule, durationMinutes: number) {
  const endsAt = addMinutes(startsAt, durationMinutes);
  return { employeeId, startsAt, endsAt, workDate, source: 'csv' as const };
}

function chunksOf<T>(list: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / CHUNK) }, (_, index) =>
    list.slice(index * CHUNK, (index + 1) * CHUNK),
  );
}
