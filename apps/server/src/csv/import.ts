import type { Db } from '@scheduler/db';
import { eventFacts } from '@scheduler/db/facts';
import type { Reason } from '@scheduler/scheduling';
import { Refusal } from '../core/errors.ts';
import type { StoreScope } from '../core/store-access.ts';
import { save } from '../core/transaction.ts';
import type { Actor } from '../trpc/context.ts';
import { type ImportedSchedule, openRules } from './broken-rules.ts';
import { CsvFileError, type ParsedRow, parseCsv } from './format.ts';
import { movesEnd, type PreviewRow, planImport, type RowPlan } from './plan-rows.ts';
import { type ImportResult, writeRows } from './write-rows.ts';

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

/**
 * Returns what the import of a file would change and which rules it would break, {@link MOST_ROWS}
 * rows at a time. Writes nothing. Throws a {@link Refusal} if the whole file is unreadable.
 * @param page.scope the stores of the user; all stores if absent
 * @param page.status only rows with this status
 * @param page.breaking only rows that would break a rule
 * @param page.after only rows after this line of the file
 */
export async function previewImport(
  db: Db,
  text: string,
  page: {
    status?: RowStatus | undefined;
    breaking?: boolean | undefined;
    after?: number | undefined;
    scope?: StoreScope;
  } = {},
): Promise<ImportPreview> {
  const { status, breaking = false, after = 0, scope } = page;
  const plans = await planImport(db, read(text), { scope });
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
    const plans = chooseRows(await planImport(tx, parsed, { lock: true, scope: actor.storeIds }), input);
    refuseProblems(plans);
    return writeRows(tx, actor, plans);
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
