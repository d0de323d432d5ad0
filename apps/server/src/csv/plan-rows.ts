import type { Executor } from '@scheduler/db';
import {
  CLOSED_CONDITIONS,
  defaultDurationMinutes,
  detectEventType,
  type EventType,
  formatDay,
  formatWhen,
  type Instant,
  instantAt,
  normalForm,
  presenceMinutes,
  timeOf,
  type WorkDate,
} from '@scheduler/scheduling';
import type { StoreScope } from '../core/store-access.ts';
import type { CsvRow, ParsedRow, RowProblem } from './format.ts';
import {
  identityOf,
  type Known,
  type KnownEvent,
  loadKnown,
  matchRows,
  NOTHING_KNOWN,
  type Store,
  unknownStore,
  withKeptReference,
  withZeros,
} from './match-rows.ts';

/** One change that the import of a row would make, in words. */
interface FieldChange {
  field: 'name' | 'reference' | 'duration' | 'schedule';
  from: string | null;
  to: string;
}

/** The effect of importing a row. */
export interface PreviewRow {
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

export interface WantedSchedule {
  employeeId: number;
  employeeName: string;
  startsAt: Instant;
  workDate: WorkDate;
}

/** The plan of one row; `write` is null if the row changes nothing. */
export interface RowPlan {
  preview: PreviewRow;
  write: RowWrite | null;
}

export interface RowWrite {
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
 * @param options.scope the stores of the user; rows of others name a store or a person that isn't here
 */
export async function planImport(
  db: Executor,
  read: readonly ParsedRow[],
  options: { lock?: boolean; scope?: StoreScope | undefined } = {},
): Promise<RowPlan[]> {
  const { lock = false, scope = null } = options;
  const values = read.flatMap((row) => row.value ?? []);
  const stored = values.length > 0 ? await loadKnown(db, values, { lock, scope }) : NOTHING_KNOWN;
  const parsed = withZeros(read, stored);
  const match = matchRows(parsed, stored);
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

/**
 * Whether a change of duration moves the end of a live schedule. Work that is closed, or on its way
 * to Crossmark, keeps its end.
 */
export const movesEnd = (known: KnownEvent, durationMinutes: number): boolean =>
  durationMinutes !== known.event.durationMinutes && refusedSchedule(known) === null;

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
