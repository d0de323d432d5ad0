import { type EmployeeNumber, employeeNumber, InvalidIdError } from '@scheduler/crossmark';
import { daysBetween, type Instant, isDay, timeOf, type WorkDate, workDateOf } from '@scheduler/scheduling';
import { CsvError, parse } from 'csv-parse/sync';
import { csvLines, withoutFormulaMark } from '../core/csv-lines.ts';
import { cleanCsv, reasonAgainst } from './clean.ts';

/**
 * The columns of Crossmark's CSV files, in order. Rows of unscheduled work may end after the
 * eighth.
 */
export const COLUMNS = [
  'Project Name',
  'Project Reference Number',
  'Location MVID',
  'Store Number',
  'Store Name',
  'Start Date/Time',
  'Due Date/Time',
  'Estimated Time',
  'Rep Name',
  'Employee ID',
  'Schedule Date/Time',
] as const;
type Column = (typeof COLUMNS)[number];

const UNSCHEDULED_FIELDS = 8;

/** The most lines of a file; parsing them takes about one second. */
const MOST_LINES = 30_000;
const LONGEST_FIELD = 500;
/**
 * The longest record; reading stops there, so that a file that is not CSV, or has an unclosed quote,
 * costs little.
 */
const LONGEST_RECORD = 20_000;
const ROW_TOO_LONG = `A row is longer than ${LONGEST_RECORD} characters, or a quote is opened and never closed`;

/** The whole file is unreadable. The message says where and why. */
export class CsvFileError extends Error {
  override readonly name = 'CsvFileError';
}

/** Why a row can't be imported. */
export interface RowProblem {
  /** Null if the whole row is wrong. */
  column: Column | null;
  reason: string;
}

/** A parsed row. Days and times are local to the store. */
export interface CsvRow {
  name: string;
  projectReferenceNumber: string | null;
  storeNumber: string;
  startsOn: WorkDate;
  dueOn: WorkDate;
  /** *Estimated Time*: minutes of work, without a break; null if the file has none. */
  workedMinutes: number | null;
  schedule: { repName: string; employeeNumber: EmployeeNumber; day: WorkDate; time: string } | null;
}

/**
 * A row and its position: `row` counts the file's lines from 1 (the header), as a spreadsheet does.
 */
export type ParsedRow = { row: number; name: string } & (
  | { value: CsvRow; problems: null }
  | { value: null; problems: RowProblem[] }
);

/**
 * Parses a file in the eleven-column format, as Crossmark writes it or as a spreadsheet saves it:
 * with other separators, other forms of the same times, and empty columns at the end. An invalid
 * row is returned with all its problems and doesn't affect the others. BOM, CRLF, blank lines and
 * stray quotes are accepted.
 * @throws {CsvFileError} the file is empty, not text, too long, has another header or an unclosed
 * quote
 */
export function parseCsv(text: string): ParsedRow[] {
  const against = reasonAgainst(text);
  if (against !== null) throw new CsvFileError(against);
  const [header, ...records] = readRecords(text);
  if (!header) throw new CsvFileError('The file is empty. Export it from Crossmark again.');
  COLUMNS.forEach((column, index) => {
    const cell = header.record[index]?.trim() ?? '';
    if (cell.toLowerCase() !== column.toLowerCase()) {
      throw new CsvFileError(
        `Column ${index + 1} of the header is ${quoted(cell)} and should be “${column}”. The file needs these columns: ${COLUMNS.join(', ')}.`,
      );
    }
  });
  if (header.record.length > COLUMNS.length) {
    throw new CsvFileError(
      `The header has ${header.record.length} columns and should have ${COLUMNS.length}: ${COLUMNS.join(', ')}.`,
    );
  }
  return records.map(({ record, row }) => readRow(record, row));
}

/** Sentences for the parser's errors, by their code; others have the parser's own. */
const REASONS: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'A quote is opened and never closed',
  CSV_MAX_RECORD_SIZE: ROW_TOO_LONG,
};

/** Yields the records that are not blank, with the line on which each starts. */
function readRecords(text: string): { record: string[]; row: number }[] {
  const { count, longest } = linesIn(text);
  if (count > MOST_LINES) {
    throw new CsvFileError(
      `The file has ${count} lines, and ${MOST_LINES} are the most. Split it in two or more.`,
    );
  }
  if (longest > LONGEST_RECORD) throw new CsvFileError(`${ROW_TOO_LONG}, so the file can't be read.`);
  const { text: lines, delimiter } = cleanCsv(text);
  try {
    const records = parse(lines, {
      delimiter,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      max_record_size: LONGEST_RECORD,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({
      record: withoutEmptyEnd(record),
      row: info.lines - (record.join('').match(/\n/g)?.length ?? 0),
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const reason = REASONS[error.code] ?? error.message.replace(/\.$/, '');
    throw new CsvFileError(`${reason}, so the file can't be read. Export it from Crossmark again.`);
  }
}

/** Spreadsheets append empty columns to rows. */
function withoutEmptyEnd(record: string[]): string[] {
  let length = record.length;
  while (length > COLUMNS.length && record[length - 1]?.trim() === '') length--;
  return record.slice(0, length);
}

/** The number of lines of a text, with any line ends, and the length of the longest line. */
function linesIn(text: string): { count: number; longest: number } {
  let count = 1;
  let longest = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign !== '\n' && sign !== '\r') continue;
    longest = Math.max(longest, at - start);
    if (sign === '\r' && text[at + 1] === '\n') at++;
    start = at + 1;
    count++;
  }
  return { count, longest: Math.max(longest, text.length - start) };
}

/** A problem of a field; caught within its row. */
class FieldError extends Error {}

/** The longest part of a field that a message quotes. */
const LONGEST_QUOTE = 40;
const quoted = (field: string) =>
  `“${field.length > LONGEST_QUOTE ? `${field.slice(0, LONGEST_QUOTE)}…` : field}”`;

function readRow(record: readonly string[], row: number): ParsedRow {
  const title = record[0]?.trim().slice(0, LONGEST_FIELD) ?? '';
  if (record.length !== UNSCHEDULED_FIELDS && record.length !== COLUMNS.length) {
    const reason = `The row has ${record.length} fields and should have ${UNSCHEDULED_FIELDS} or ${COLUMNS.length}. A name with a comma needs quotes around it.`;
    return { row, name: title, value: null, problems: [{ column: null, reason }] };
  }
  const problems: RowProblem[] = [];
  const read = <T>(column: Column, readField: (field: string) => T): T | null => {
    try {
      const field = withoutFormulaMark(record[COLUMNS.indexOf(column)] ?? '').trim();
      if (field.length > LONGEST_FIELD)
        throw new FieldError(`It is longer than ${LONGEST_FIELD} characters.`);
      // Postgres accepts no NUL, and an unclosed quote swallows rows.
      if (/\p{Cc}/u.test(field)) throw new FieldError('It has a line break or control character.');
      return readField(field);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      problems.push({ column, reason: error.message });
      return null;
    }
  };
  const required = (field: string) => {
    if (field === '') throw new FieldError('It is empty.');
    return field;
  };
  const name = read('Project Name', required);
  const projectReferenceNumber = read('Project Reference Number', (field) => {
    if (!/^\d*$/.test(field)) throw new FieldError(`${quoted(field)} is not a number.`);
    return field || null;
  });
  const storeNumber = read('Store Number', required);
  const startsOn = read('Start Date/Time', (field) => localDateTime(required(field)).day);
  const dueOn = read('Due Date/Time', (field) => localDateTime(required(field)).day);
  if (startsOn !== null && dueOn !== null && daysBetween(startsOn, dueOn) < 0) {
    problems.push({ column: 'Due Date/Time', reason: 'It lies before the start.' });
  }
  const workedMinutes = read('Estimated Time', (field) => {
    if (field === '') return null;
    const minutes = /^\d+(\.0+)?$/.test(field) ? Number(field) : 0;
    if (minutes < 1 || minutes > 24 * 60) {
      throw new FieldError(`${quoted(field)} is not a number of minutes from 1 to ${24 * 60}.`);
    }
    return minutes;
  });

  let schedule: CsvRow['schedule'] = null;
  if (record.slice(UNSCHEDULED_FIELDS).some((field) => field.trim() !== '')) {
    const repName = read('Rep Name', (field) => field);
    const number = read('Employee ID', (field) => readEmployeeNumber(required(field)));
    const start = read('Schedule Date/Time', (field) => {
      const { day, time } = localDateTime(required(field));
      if (time === null) throw new FieldError(wrongTime(field));
      return { day, time };
    });
    if (repName !== null && number !== null && start !== null) {
      schedule = { repName, employeeNumber: number, ...start };
    }
  }
  if (name === null || storeNumber === null || startsOn === null || dueOn === null || problems.length > 0) {
    return { row, name: title, value: null, problems };
  }
  return {
    row,
    name,
    problems: null,
    value: { name, projectReferenceNumber, storeNumber, startsOn, dueOn, workedMinutes, schedule },
  };
}

function readEmployeeNumber(field: string): EmployeeNumber {
  try {
    return employeeNumber(field.toUpperCase());
  } catch (error) {
    if (!(error instanceof InvalidIdError)) throw error;
    throw new FieldError(`${quoted(field)} is not an employee number like US123456.`);
  }
}

/**
 * Crossmark's form and the forms that spreadsheets save: a two-digit year, 24 hours, no seconds, or
 * only the day.
 */
const US_TIME =
  /^(?<month>\d{1,2})\/(?<date>\d{1,2})\/(?<year>20\d\d|\d\d)(?: (?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d))?(?: ?(?<half>[AP])M)?)?$/i;
const ISO_TIME =
  /^(?<year>20\d\d)-(?<month>\d\d)-(?<date>\d\d)(?:[ T](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d))?)?$/;

/**
 * Parses a local day and `HH:mm:ss`, which is null if the field has only the day. Throws
 * {@link FieldError}.
 */
function localDateTime(field: string): { day: WorkDate; time: string | null } {
  const {
    month = '',
    date = '',
    year = '',
    hour,
    minute = '',
    second = '00',
    half,
  } = (US_TIME.exec(field) ?? ISO_TIME.exec(field))?.groups ?? {};
  const day = `${year.padStart(4, '20')}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  if (!isDay(day, '0000-01-01', '9999-12-31')) throw new FieldError(wrongTime(field));
  if (hour === undefined) return { day, time: null };
  const [first, last] = half ? [1, 12] : [0, 23];
  if (Number(hour) < first || Number(hour) > last || Number(minute) > 59 || Number(second) > 59) {
    throw new FieldError(wrongTime(field));
  }
  const hour24 = half ? (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0) : Number(hour);
  return { day, time: `${String(hour24).padStart(2, '0')}:${minute}:${second}` };
}

function wrongTime(field: string): string {
  const wrong = `${quoted(field)} is not a time like 03/01/2027 1:30:00 PM.`;
  if (!/^\d{1,2}\.\d{1,2}\.\d{2,4}/.test(field)) return wrong;
  return `${wrong} A spreadsheet of another country may have taken the month for the day, so it is not guessed at: open Crossmark's own file with that column as text, and save it again.`;
}

/** The content of an exported row. */
export interface ExportRow {
  name: string;
  projectReferenceNumber: string | null;
  storeNumber: string;
  storeName: string;
  timeZone: string;
  startsOn: WorkDate;
  dueOn: WorkDate;
  workedMinutes: number;
  schedule: { repName: string; employeeNumber: string | null; startsAt: Instant } | null;
}

/**
 * Writes rows as Crossmark does: BOM, CRLF, windows from 12:00 AM to 12:01 AM, store-local times.
 * Location MVID stays empty, because it is unknown here and no import needs it. No field is a
 * formula to a spreadsheet, because names come from elsewhere. {@link parseCsv} reads the written
 * rows back unchanged.
 */
export function formatCsv(rows: readonly ExportRow[]): string {
  const records = rows.map((row) => [
    row.name,
    row.projectReferenceNumber ?? '',
    '',
    row.storeNumber,
    row.storeName,
    `${usDay(row.startsOn)} 12:00:00 AM`,
    `${usDay(row.dueOn)} 12:01:00 AM`,
    String(row.workedMinutes),
    row.schedule?.repName ?? '',
    row.schedule?.employeeNumber ?? '',
    row.schedule ? usDateTime(row.schedule.startsAt, row.timeZone) : '',
  ]);
  return csvLines([COLUMNS, ...records], { first: true });
}

function usDay(day: WorkDate): string {
  const [year, month, dayOfMonth] = day.split('-');
  return `${month}/${dayOfMonth}/${year}`;
}

function usDateTime(instant: Instant, timeZone: string): string {
  const [hour = '', minute = ''] = timeOf(instant, timeZone).split(':');
  // The offsets of zones are whole minutes.
  const second = instant.slice(17, 19);
  const half = Number(hour) < 12 ? 'AM' : 'PM';
  return `${usDay(workDateOf(instant, timeZone))} ${Number(hour) % 12 || 12}:${minute}:${second} ${half}`;
}
