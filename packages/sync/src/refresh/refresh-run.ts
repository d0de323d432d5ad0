import { type EventPage, isMplanId, type StoreId } from '@scheduler/crossmark';
import { type BadRow, type Db, refreshRuns, stores, type Tx } from '@scheduler/db';
import { cleanText, errorText } from '@scheduler/runtime';
import { addDays, type Condition, type Instant, type WorkDate, workDateOf } from '@scheduler/scheduling';
import { and, eq, sql } from 'drizzle-orm';
import { isRefusal } from '../attempts/failure.ts';
import { TakenOverError } from '../attempts/run-attempt.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { forgetDoubts } from '../event-sync.ts';
import { requestPlansAfterRefresh } from '../plans/request-plans.ts';
import { needsWrite } from './drift.ts';
import { areTooMany, type Covered, countMissing, findMissing, supersedeQuestions } from './missing.ts';
import {
  keyOf,
  type Listed,
  loadByPlan,
  type Store,
  UNCHANGED,
  type Written,
  writeRows,
} from './page-writer.ts';

/**
 * The windows that Crossmark's own users read: all events near today, and unstaffed ones further
 * ahead.
 */
const ALL_FROM_DAYS = -30;
const ALL_TO_DAYS = 90;
const UNSTAFFED_TO_DAYS = 180;

/** Doubted rows that are classified again in one transaction. */
const DOUBTS_AT_ONCE = 200;

/** At most so many characters of a bad row's plan number are kept. A real one has 8 digits. */
const LONGEST_PLAN = 40;

/** At most so many bad rows are kept in the run's record. The record also has their full number. */
const BAD_ROWS_KEPT = 200;

interface Counts {
  created: number;
  updated: number;
  unchanged: number;
  drifted: number;
}

/** The database's own time. */
async function clock(db: Db | Tx): Promise<Instant> {
  const [row] = await db.execute<{ now: string }>(sql`select app_clock() as now`);
  return new Date(row?.now ?? '').toISOString();
}

/** One refresh under way. In memory it keeps an id for each event and a few counters. */
export class RefreshRun {
  private readonly ctx: SyncContext;
  private readonly runId: number;
  private startedAt: Instant;
  private readonly job: JobInfo;
  private readonly counts: Counts = { created: 0, updated: 0, unchanged: 0, drifted: 0 };
  private readonly bad: BadRow[] = [];
  private badCount = 0;
  /**
   * The events that the list shows, by our id, and the plans whose rows couldn't be read. None of
   * these is gone.
   */
  private readonly seen = new Set<number>();
  private readonly unreadable = new Set<string>();
  /**
   * Rows that a copy of the list that lags behind would show as well, by our id. They are
   * classified again once the whole list was read.
   */
  private doubts = new Map<number, Listed>();
  /** Whether a row had no readable plan number: then no event can be said to be gone. */
  private nameless = false;
  private readBefore = 0;
  private totalBefore = 0;

  constructor(ctx: SyncContext, runId: number, startedAt: Instant, job: JobInfo) {
    this.ctx = ctx;
    this.runId = runId;
    this.startedAt = startedAt;
    this.job = job;
  }

  /**
   * Reads the list, and reads it again if so many events are missing that the list is likely to be
   * wrong.
   */
  async readAll(): Promise<string> {
    const first = await this.readOnce();
    if (!areTooMany(first.missing)) return this.finish(first.covered);
    this.ctx.log.warn(
      { runId: this.runId, missing: first.missing.ids.length, known: first.missing.known },
      'the list lacks too many events and is read again',
    );
    await this.beginAgain();
    const second = await this.readOnce();
    return areTooMany(second.missing) ? this.ask(second.missing) : this.finish(second.covered);
  }

  private async readOnce() {
    const { db } = this.ctx;
    const storeRows = await db.select().from(stores);
    const byCrossmarkId = new Map<StoreId, Store>(storeRows.map((store) => [store.crossmarkStoreId, store]));
    const began = this.startedAt;
    const today = workDateOf(began, 'UTC');
    const from = addDays(today, ALL_FROM_DAYS);
    const to = addDays(today, ALL_TO_DAYS);
    await this.readWindow(byCrossmarkId, { from, to });
    await this.readWindow(byCrossmarkId, {
      from: addDays(to, 1),
      to: addDays(today, UNSTAFFED_TO_DAYS),
      conditions: ['Unstaffed'],
    });
    const covered = { from, to, began, seen: [...this.seen], unreadable: [...this.unreadable] };
    return { covered, missing: this.nameless ? { ids: [], known: 0 } : await findMissing(db, covered) };
  }

  /** Starts over. Only the changes that were made so far still count. */
  private async beginAgain(): Promise<void> {
    const { db } = this.ctx;
    this.startedAt = await db.transaction(async (tx) => {
      await this.proveOwn(tx);
      const [run] = await tx
        .update(refreshRuns)
        .set({ startedAt: sql`app_now()`, read: 0, total: null, badRows: [] })
        .where(eq(refreshRuns.id, this.runId))
        .returning({ startedAt: refreshRuns.startedAt });
      return run?.startedAt ?? this.startedAt;
    });
    this.seen.clear();
    this.unreadable.clear();
    this.doubts.clear();
    this.bad.length = 0;
    this.badCount = 0;
    this.nameless = false;
    this.readBefore = 0;
    this.totalBefore = 0;
    this.counts.unchanged = 0;
  }

  private async readWindow(
    byCrossmarkId: ReadonlyMap<StoreId, Store>,
    window: { from: WorkDate; to: WorkDate; conditions?: Condition[] },
  ): Promise<void> {
    const { db, crossmark } = this.ctx;
    const pages = crossmark
      .listEvents({
        ...window,
        timeZoneOf: (storeId) => byCrossmarkId.get(storeId)?.timeZone,
        signal: this.job.signal,
      })
      [Symbol.asyncIterator]();
    let last = { read: 0, total: 0 };
    for (;;) {
      const since = await clock(db);
      const next = await pages.next();
      if (next.done) break;
      await this.applyPage(next.value, since, byCrossmarkId);
      last = next.value;
    }
    this.readBefore += last.read;
    this.totalBefore += last.total;
  }

  private async applyPage(page: EventPage, since: Instant, byCrossmarkId: ReadonlyMap<StoreId, Store>) {
    const { db } = this.ctx;
    for (const { mplanId, reason } of page.bad) this.addBad({ mplanId, reason });
    const listed: Listed[] = [];
    for (const row of page.rows) {
      const store = byCrossmarkId.get(row.storeId);
      if (store) listed.push({ row, store, key: keyOf(row.mplanId, store.id), since });
      else
        this.addBad({
          mplanId: row.mplanId,
          reason: `store ${row.storeId} (${row.storeName}) is not set up here`,
        });
    }
    await this.applyRows(listed, (rows) => this.applyTogether(rows));
    await db
      .update(refreshRuns)
      .set({
        ...this.counts,
        read: this.readBefore + page.read,
        total: this.totalBefore + page.total,
        badRows: this.badRecord(),
      })
      .where(eq(refreshRuns.id, this.runId));
  }

  /**
   * Applies rows in one transaction. If Postgres or our own code refuses one of them, they are
   * applied in halves until that row is alone. It becomes a bad row, and the others are applied.
   */
  private async applyRows(
    listed: readonly Listed[],
    apply: (rows: readonly Listed[]) => Promise<void>,
  ): Promise<void> {
    try {
      await apply(listed);
    } catch (error) {
      const [only] = listed;
      if (!isRefusal(error) || !only) throw error;
      if (listed.length === 1) {
        this.addBad({ mplanId: only.row.mplanId, reason: `can’t be stored here: ${errorText(error)}` });
        return;
      }
      const half = Math.ceil(listed.length / 2);
      await this.applyRows(listed.slice(0, half), apply);
      await this.applyRows(listed.slice(half), apply);
    }
  }

  private async applyTogether(listed: readonly Listed[]): Promise<void> {
    const { db } = this.ctx;
    const known = await loadByPlan(db, listed);
    // The two windows overlap at the edge, so events that were classified a moment ago are skipped.
    const fresh = listed.filter(({ key }) => !this.seen.has(known.get(key)?.event.id ?? 0));
    const dirty = fresh.filter(({ row, store, key, since }) => {
      const local = known.get(key);
      return !local || needsWrite(row, local, since, store.timeZone);
    });
    const written = dirty.length > 0 ? await db.transaction((tx) => this.write(tx, dirty, false)) : UNCHANGED;
    // Only what was committed counts.
    for (const { event } of known.values()) this.seen.add(event.id);
    for (const id of written.seen) this.seen.add(id);
    for (const [id, row] of written.doubted) this.doubts.set(id, row);
    this.counts.unchanged += fresh.length - this.count(written);
  }

  private write(tx: Tx, rows: readonly Listed[], complete: boolean): Promise<Written> {
    const { confirmAfterMs } = this.ctx.settings;
    return writeRows(tx, rows, { began: this.startedAt, complete, confirmAfterMs });
  }

  /** Adds to the run's counts and bad rows; returns how many rows had changed. */
  private count({ counts: { created, updated, drifted }, bad }: Written): number {
    for (const row of bad) this.addBad(row);
    this.counts.created += created;
    this.counts.updated += updated;
    this.counts.drifted += drifted;
    return created + updated + drifted + bad.length;
  }

  /**
   * Classifies doubted rows again, now that the whole list was read: what the complete refresh
   * before showed as well counts, and the rest is left as a doubt for the next one.
   */
  private async judgeDoubts(): Promise<void> {
    const { db } = this.ctx;
    const doubted = [...this.doubts.values()];
    this.doubts = new Map();
    for (let from = 0; from < doubted.length; from += DOUBTS_AT_ONCE)
      await this.applyRows(doubted.slice(from, from + DOUBTS_AT_ONCE), async (rows) => {
        const written = await db.transaction(async (tx) => {
          await this.proveOwn(tx);
          return this.write(tx, rows, true);
        });
        for (const [id, row] of written.doubted) this.doubts.set(id, row);
        this.counts.unchanged -= this.count(written);
      });
  }

  /**
   * Records a row that couldn't be read. It says nothing about its event, least of all that it is
   * gone.
   */
  private addBad({ mplanId, reason }: BadRow) {
    this.badCount += 1;
    const row = {
      mplanId: mplanId === null ? null : cleanText(mplanId, LONGEST_PLAN),
      reason: cleanText(reason),
    };
    // A value that is no plan number doesn't tell which plan it is about.
    if (mplanId !== null && isMplanId(mplanId)) this.unreadable.add(mplanId);
    else this.nameless = true;
    if (this.bad.length < BAD_ROWS_KEPT) this.bad.push(row);
  }

  private badRecord(): BadRow[] {
    const more = this.badCount - this.bad.length;
    return more > 0 ? [...this.bad, { mplanId: null, reason: `and ${more} more` }] : this.bad;
  }

  /** Ends the run. An event can be found missing only here, because now every row was read. */
  private async finish(covered: Covered): Promise<string> {
    const { db } = this.ctx;
    await this.judgeDoubts();
    return db.transaction(async (tx) => {
      await this.proveOwn(tx);
      await forgetDoubts(tx, [...this.doubts.keys()]);
      const missing = this.nameless
        ? { gone: 0, unconfirmed: 0 }
        : await countMissing(tx, covered, this.ctx.settings.confirmAfterMs);
      const unconfirmed = missing.unconfirmed + this.doubts.size;
      // If a row had no plan number, no event counts as missing.
      if (!this.nameless) await supersedeQuestions(tx);
      await this.end(tx, { state: 'done', gone: missing.gone, unconfirmed });
      await requestPlansAfterRefresh(tx, this.runId);
      const { created, updated, unchanged, drifted } = this.counts;
      const counted = [
        [created, 'new'],
        [updated, 'changed'],
        [unchanged, 'unchanged'],
        [missing.gone, 'gone'],
        [unconfirmed, 'missing, not confirmed yet'],
        [drifted, 'changed on Crossmark’s side'],
        [this.badCount, 'unreadable'],
      ] as const;
      const told = counted.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
      return `read Crossmark’s list: ${told.join(', ') || 'nothing in it'}`;
    });
  }

  /**
   * Ends the run with a question: too many events are missing, although the list was read twice.
   */
  private async ask(missing: { ids: number[]; known: number }): Promise<string> {
    return this.ctx.db.transaction(async (tx) => {
      await this.proveOwn(tx);
      await supersedeQuestions(tx);
      await this.end(tx, { state: 'needs_decision', missing: missing.ids });
      await requestPlansAfterRefresh(tx, this.runId);
      return `read Crossmark’s list: ${missing.ids.length} of ${missing.known} events are missing: a person has to tell whether they are gone`;
    });
  }

  private async end(tx: Tx, values: Partial<typeof refreshRuns.$inferInsert>): Promise<void> {
    await tx
      .update(refreshRuns)
      .set({ ...this.counts, badRows: this.badRecord(), finishedAt: sql`app_now()`, ...values })
      .where(eq(refreshRuns.id, this.runId));
  }

  /**
   * Locks the run, and throws where another worker started it again: only one of the two may count.
   */
  private async proveOwn(tx: Tx): Promise<void> {
    const [run] = await tx
      .select({ id: refreshRuns.id })
      .from(refreshRuns)
      .where(
        and(
          eq(refreshRuns.id, this.runId),
          eq(refreshRuns.state, 'running'),
          eq(refreshRuns.startedAt, this.startedAt),
        ),
      )
      .for('update');
    if (!run) throw new TakenOverError('The reading was taken over by another worker.');
  }
}
