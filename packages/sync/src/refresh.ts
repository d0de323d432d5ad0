import {
  CrossmarkError,
  type EventPage,
  isMplanId,
  type PlannedEvent,
  type StoreId,
} from '@scheduler/crossmark';
import {
  type BadRow,
  type Db,
  type Doubt,
  employees,
  eventSyncs,
  events,
  type FailureKind,
  idList,
  postgresError,
  refreshRuns,
  schedules,
  stores,
  syncAttempts,
  syncSteps,
  type Tx,
} from '@scheduler/db';
import { cleanText, errorText } from '@scheduler/runtime';
import {
  addDays,
  type Condition,
  eventMatchKey,
  type Instant,
  type PerType,
  ruledAgain,
  ruledByName,
  type WorkDate,
  workDateOf,
} from '@scheduler/scheduling';
import { and, between, eq, inArray, isNull, sql } from 'drizzle-orm';
import {
  type Adoption,
  adoptBooking,
  auditAdoptions,
  knownReps,
  type LocalEvent,
  reopen,
  scheduleOf,
} from './adopt.ts';
import { CrossmarkUnreachableError, lookAgainAfterMs } from './breaker.ts';
import type { JobInfo, SyncContext } from './context.ts';
import { conditionOf, differs, judge, needsWrite } from './drift.ts';
import { addJobs, requestRefreshForTick, retryAllNow, wantChanges } from './enqueue.ts';
import { applyEventRules } from './event-rules.ts';
import { fetchInstructions } from './instructions.ts';
import { eventJobKey, refreshJobKey } from './jobs.ts';
import { type JournalStep, remember } from './ledger.ts';
import { areTooMany, type Covered, countMissing, findMissing, supersedeQuestions } from './missing.ts';
import type { Wanted } from './plan.ts';
import { dueReissue, type Remembered } from './reading.ts';
import type { Ended } from './reconcile.ts';
import { conflictInWords } from './wording.ts';

/** The windows that Crossmark's own users read: everything near, and what is still open further ahead. */
const ALL_FROM_DAYS = -30;
const ALL_TO_DAYS = 90;
const UNSTAFFED_TO_DAYS = 180;

/** A reading that can't be finished is given up when the next hourly one takes over. */
const BUDGET_MS = 55 * 60_000;
const SHORTEST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 10 * 60_000;

/** Doubted rows that are judged again in one transaction. */
const DOUBTS_AT_ONCE = 200;

/** As much of a bad row's plan as is kept; a plan's number has 8 digits. */
const LONGEST_PLAN = 40;

/** Bad rows kept in the run's record; their number is told in full. */
const BAD_ROWS_KEPT = 200;

interface Store {
  id: number;
  crossmarkStoreId: StoreId;
  timeZone: string;
  /** Minutes for new events, by type, where the store set any. */
  durations: PerType<number>;
}

interface Counts {
  created: number;
  updated: number;
  unchanged: number;
  drifted: number;
}

/**
 * One reading of Crossmark's whole list, page by page, each page one short transaction that writes only what differs.
 * Events that Crossmark no longer lists count as gone only after two complete readings in a row; where very many are
 * missing at once, a person decides. Never ends a schedule that has unsynced changes, never deletes anything. A row that
 * can't be kept is listed as a bad one and stops no other. Throws only where our own database can't be told how the run
 * ended.
 */
export async function refresh(ctx: SyncContext, runId: number, job: JobInfo): Promise<Ended> {
  const { db } = ctx;
  const [run] = await db
    .update(refreshRuns)
    .set({
      state: 'running',
      startedAt: sql`app_now()`,
      read: 0,
      total: null,
      created: 0,
      updated: 0,
      unchanged: 0,
      gone: 0,
      drifted: 0,
      unconfirmed: 0,
      badRows: [],
      failureReason: null,
    })
    .where(isOpen(runId))
    .returning();
  if (!run) return { outcome: 'nothing' };
  const [attempt] = await db
    .insert(syncAttempts)
    .values({ task: job.task, jobId: job.id, workerId: job.workerId })
    .returning({ id: syncAttempts.id });
  const close = (tx: Db | Tx, values: Partial<typeof syncAttempts.$inferInsert>) =>
    tx
      .update(syncAttempts)
      .set({ ...values, finishedAt: sql`app_now()` })
      .where(eq(syncAttempts.id, attempt?.id ?? 0));

  let ended: Ended;
  try {
    await applyEventRules(db, job.signal);
    const summary = await new Reading(ctx, runId, run.startedAt ?? run.requestedAt, job).readAll();
    await close(db, { outcome: 'done', summary });
    ended = { outcome: 'done', summary };
  } catch (error) {
    if (job.signal.aborted) {
      await db.transaction(async (tx) => {
        await tx.update(refreshRuns).set({ state: 'queued' }).where(isOpen(runId));
        await addJobs(tx, [{ task: 'refresh_events', payload: { runId }, key: refreshJobKey(runId) }]);
        await close(tx, { outcome: 'interrupted', summary: 'handed back: the worker was stopping' });
      });
      return { outcome: 'interrupted' };
    }
    if (error instanceof TakenOverError) {
      await close(db, { outcome: 'interrupted', summary: error.message });
      return { outcome: 'interrupted' };
    }
    if (!(error instanceof CrossmarkError))
      ctx.log.error({ err: error, runId }, 'the reading failed unexpectedly');
    return leaveFailed(db, run, job, error, close);
  }
  // The reading has ended: what fails here is tried again after the next one.
  await fetchInstructions(ctx, job).catch((error: unknown) => {
    ctx.log.warn({ err: error, runId }, 'links to instructions have to wait');
  });
  return ended;
}

const isOpen = (runId: number) =>
  and(eq(refreshRuns.id, runId), inArray(refreshRuns.state, ['queued', 'running']));

/** What a reading's failure is to its run. */
function failureOf(error: unknown): {
  failureKind: FailureKind;
  failureReason: string;
  retryAfterMs?: number | undefined;
} {
  if (error instanceof CrossmarkError)
    return {
      failureKind: error.kind,
      failureReason: cleanText(error.message),
      retryAfterMs: error.retryAfterMs,
    };
  const failureReason = `Something went wrong on our side while the list was read: ${errorText(error)}`;
  // The same data or code would fail again: the next reading may find other data.
  return { failureKind: isRefusal(error) ? 'rejected' : 'transient', failureReason };
}

/** Ends the run as failed, or has it tried again: it never stays as running with nobody at it. */
function leaveFailed(
  db: Db,
  run: typeof refreshRuns.$inferSelect,
  job: JobInfo,
  error: unknown,
  close: (tx: Tx, values: Partial<typeof syncAttempts.$inferInsert>) => Promise<unknown>,
): Promise<Ended> {
  const { retryAfterMs, ...failure } = failureOf(error);
  const { failureReason } = failure;
  const ours = isOpen(run.id);
  return db.transaction(async (tx) => {
    const nowMs = Date.parse(await clock(tx));
    const lastedMs = nowMs - Date.parse(run.requestedAt);
    // Not given up while Crossmark is known not to answer: it runs as soon as it does.
    const heldBack = error instanceof CrossmarkUnreachableError;
    if (failure.failureKind === 'rejected' || (lastedMs > BUDGET_MS && !heldBack)) {
      await tx
        .update(refreshRuns)
        .set({ state: 'failed', finishedAt: sql`app_now()`, failureReason })
        .where(ours);
      await close(tx, { ...failure, outcome: 'dead' });
      return { ...failure, outcome: 'dead' };
    }
    const waitMs = retryAfterMs ?? Math.min(Math.max(lastedMs, SHORTEST_RETRY_MS), LONGEST_RETRY_MS);
    const afterMs = error instanceof CrossmarkUnreachableError ? await lookAgainAfterMs(tx, error) : waitMs;
    const nextTryAt = new Date(nowMs + waitMs).toISOString();
    await tx.update(refreshRuns).set({ state: 'queued', failureReason }).where(ours);
    await addJobs(tx, [{ task: job.task, payload: { runId: run.id }, key: refreshJobKey(run.id), afterMs }]);
    const outcome = heldBack ? 'waiting' : 'retry';
    await close(tx, { ...failure, outcome, ...(heldBack ? {} : { nextTryAt }) });
    return { ...failure, outcome };
  });
}

/** Classes of Postgres' errors that a value causes: data exception, integrity violation, limit of the program. */
const REFUSALS = /^(22|23|54)/;

/** Whether Postgres refused a value, or our own code couldn't work with one: the same would happen again. */
function isRefusal(error: unknown): boolean {
  const refused = postgresError(error);
  if (refused) return refused.severity === 'ERROR' && REFUSALS.test(refused.code);
  return error instanceof TypeError || error instanceof RangeError;
}

/**
 * The hourly tick: asks for a run, unless one that is open, or was started after this tick, covers it. So several ticks
 * missed together end in exactly one reading.
 */
export async function refreshOnTick(ctx: SyncContext, tickAt: string): Promise<Ended> {
  return ctx.db.transaction(async (tx) => {
    const runId = await requestRefreshForTick(tx, tickAt);
    return runId === null
      ? { outcome: 'nothing', summary: 'a later reading has covered this hour' }
      : { outcome: 'done', summary: `refresh run ${runId}` };
  });
}

async function clock(db: Db | Tx): Promise<Instant> {
  const [row] = await db.execute<{ now: string }>(sql`select app_clock() as now`);
  return new Date(row?.now ?? '').toISOString();
}

/** A row of Crossmark's list in a store that is set up here. */
interface Listed {
  row: PlannedEvent;
  store: Store;
  key: string;
  /** Before its page was asked for: what happened here later may be missing in it. */
  since: Instant;
}

/** What a transaction wrote: how many events it changed, and all that it dealt with, by our id. */
interface Written {
  counts: Omit<Counts, 'unchanged'>;
  seen: number[];
  /** Rows whose booking counts only once another complete reading shows the same, by our id. */
  doubted: [number, Listed][];
}
const UNCHANGED: Written = { counts: { created: 0, updated: 0, drifted: 0 }, seen: [], doubted: [] };

const keyOf = (mplanId: string | null, storeId: number) => `${mplanId}@${storeId}`;

/** One reading under way. What it keeps in memory is an id per event and a few counters. */
class Reading {
  private readonly ctx: SyncContext;
  private readonly runId: number;
  private startedAt: Instant;
  private readonly job: JobInfo;
  private readonly counts: Counts = { created: 0, updated: 0, unchanged: 0, drifted: 0 };
  private readonly bad: BadRow[] = [];
  private badCount = 0;
  /** Events listed, by our id; and plans whose rows couldn't be read: neither is gone. */
  private readonly seen = new Set<number>();
  private readonly unreadable = new Set<string>();
  /** Rows that a copy of the list that lags behind would show as well, by our id: looked at once all is read. */
  private doubts = new Map<number, Listed>();
  /** A row that couldn't be told even by its plan: then nothing can be said to be gone. */
  private nameless = false;
  private readBefore = 0;
  private totalBefore = 0;

  constructor(ctx: SyncContext, runId: number, startedAt: Instant, job: JobInfo) {
    this.ctx = ctx;
    this.runId = runId;
    this.startedAt = startedAt;
    this.job = job;
  }

  /** Reads the list, and once more where it lacks so many events that it is to be doubted. */
  async readAll(): Promise<string> {
    const first = await this.readOnce();
    if (!areTooMany(first.missing)) return this.finish(first.covered);
    this.ctx.log.warn(
      { runId: this.runId, missing: first.missing.ids.length, known: first.missing.known },
      'the list lacks too many events: it is read again',
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

  /** Nothing of the reading before counts but what it changed. */
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
   * Applies rows in one transaction. Where one of them is refused, by Postgres or by our own code, they are applied in
   * halves, down to that one: it becomes a bad row, and costs no other.
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
    // The second window touches the first one: what was judged a moment ago is left alone.
    const fresh = listed.filter(({ key }) => !this.seen.has(known.get(key)?.event.id ?? 0));
    const dirty = fresh.filter(({ row, store, key, since }) => {
      const local = known.get(key);
      return !local || needsWrite(row, local, since, store.timeZone);
    });
    const written = dirty.length > 0 ? await db.transaction((tx) => this.write(tx, dirty)) : UNCHANGED;
    // Only what was committed counts.
    for (const { event } of known.values()) this.seen.add(event.id);
    for (const id of written.seen) this.seen.add(id);
    for (const [id, row] of written.doubted) this.doubts.set(id, row);
    this.counts.unchanged += fresh.length - this.count(written);
  }

  /** Adds to the run's counts; returns how many events were changed. */
  private count({ counts: { created, updated, drifted } }: Written): number {
    this.counts.created += created;
    this.counts.updated += updated;
    this.counts.drifted += drifted;
    return created + updated + drifted;
  }

  /**
   * Judges again what was doubted, now that all of the list was read: what the complete reading before showed as well counts,
   * the rest is left as a doubt for the next one.
   */
  private async judgeDoubts(): Promise<void> {
    const { db } = this.ctx;
    const doubted = [...this.doubts.values()];
    this.doubts = new Map();
    for (let from = 0; from < doubted.length; from += DOUBTS_AT_ONCE)
      await this.applyRows(doubted.slice(from, from + DOUBTS_AT_ONCE), async (rows) => {
        const written = await db.transaction(async (tx) => {
          await this.proveOwn(tx);
          return this.write(tx, rows, { complete: true });
        });
        for (const [id, row] of written.doubted) this.doubts.set(id, row);
        this.counts.unchanged -= this.count(written);
      });
  }

  /** A row that says nothing about its event, least of all that it is gone. */
  private addBad({ mplanId, reason }: BadRow) {
    this.badCount += 1;
    const row = {
      mplanId: mplanId === null ? null : cleanText(mplanId, LONGEST_PLAN),
      reason: cleanText(reason),
    };
    // What is no plan's number doesn't tell which plan it stands for.
    if (mplanId !== null && isMplanId(mplanId)) this.unreadable.add(mplanId);
    else this.nameless = true;
    if (this.bad.length < BAD_ROWS_KEPT) this.bad.push(row);
  }

  private badRecord(): BadRow[] {
    const more = this.badCount - this.bad.length;
    return more > 0 ? [...this.bad, { mplanId: null, reason: `and ${more} more` }] : this.bad;
  }

  /**
   * Writes the rows of a page that differ, under lock and judged again: a save may have come in between. Returns which did
   * differ. `complete`: all of the list was read, so that its doubts count.
   */
  private async write(tx: Tx, rows: readonly Listed[], { complete = false } = {}): Promise<Written> {
    const known = await loadByPlan(tx, rows);
    const strange = rows.filter(({ key }) => !known.has(key));
    const named = await this.nameLocalEvents(tx, strange);
    const created = await this.create(
      tx,
      strange.filter(({ key }) => !named.has(key)),
    );
    const ids = [...known.values()].map(({ event }) => event.id);
    ids.push(...named.values(), ...created.values());
    await lockEvents(tx, ids);
    const locals = await loadByPlan(tx, rows);
    const reps = await knownReps(tx, [...new Set(rows.flatMap(({ row }) => row.repId ?? []))]);
    const steps = await stepsOf(tx, ids);
    const wantedOf = await wantedBy(tx, [...locals.values()]);

    const counts = { created: 0, updated: 0, drifted: 0 };
    const facts: ChangedFacts[] = [];
    const remembers: { eventId: number; held: Remembered | null }[] = [];
    const inserts: (typeof schedules.$inferInsert)[] = [];
    const adoptions: (Adoption & { eventId: number })[] = [];
    const doubted: [number, Listed][] = [];
    const doubts: { event_id: number; doubt: Doubt }[] = [];
    for (const listed of rows) {
      const { row, store, key, since } = listed;
      const local = locals.get(key);
      if (!local) continue;
      const { event } = local;
      const { timeZone } = store;
      const journal = steps.get(event.id) ?? [];
      const verdict = judge({
        row,
        local,
        since,
        began: this.startedAt,
        complete,
        timeZone,
        reps,
        steps: journal,
        wanted: wantedOf(local, journal),
      });
      const condition = conditionOf(row, local, since, verdict.kind === 'doubt');
      if (differs(row, event, condition)) facts.push({ row, event, condition, store });

      const count = created.has(key)
        ? 'created'
        : verdict.drift
          ? 'drifted'
          : facts.at(-1)?.event === event || named.has(key) || !['same', 'doubt'].includes(verdict.kind)
            ? 'updated'
            : null;
      if (count) counts[count] += 1;

      switch (verdict.kind) {
        case 'same':
          break;
        case 'doubt':
          doubted.push([event.id, listed]);
          if (complete)
            doubts.push({ event_id: event.id, doubt: { seenAt: this.startedAt, shows: verdict.shows } });
          break;
        case 'remember':
          remembers.push({ eventId: event.id, held: verdict.held });
          break;
        case 'adopt': {
          remembers.push({ eventId: event.id, held: verdict.held });
          if (local.schedule) {
            const adoption = await adoptBooking(tx, local, condition, verdict.held, reps, timeZone);
            adoptions.push({ ...adoption, eventId: event.id });
          }
          // A first reading brings thousands: they are added together.
          const made = scheduleOf({ event, condition }, verdict.held, reps, timeZone);
          if (made && verdict.stepIds.length > 0) await reopen(tx, event.id, verdict.stepIds);
          if (made && !local.schedule) inserts.push({ ...made, eventId: event.id, source: 'crossmark' });
          break;
        }
        case 'repair':
          await reopen(tx, event.id, verdict.stepIds);
          break;
        case 'agreed':
          await settle(tx, local, verdict.held);
          break;
        case 'conflict':
          await leaveToPerson(tx, local, verdict.held, timeZone, since);
          break;
      }
    }
    await updateFacts(tx, facts);
    if (inserts.length > 0) await tx.insert(schedules).values(inserts);
    await rememberAll(tx, remembers);
    await auditAdoptions(tx, adoptions);
    await writeDoubts(tx, doubts);
    await this.sendWaiting(tx, [...named.values()], locals);
    return { counts, seen: [...locals.values()].map(({ event }) => event.id), doubted };
  }

  /** Gives plan ids to events known from a file alone; by key of our event, its id. */
  private async nameLocalEvents(tx: Tx, rows: readonly Listed[]): Promise<Map<string, number>> {
    const named = new Map<string, number>();
    if (rows.length === 0) return named;
    const storeIds = [...new Set(rows.map(({ store }) => store.id))];
    // An import that adds the same events from a file holds this lock too: one event is never made twice.
    await tx
      .select({ id: stores.id })
      .from(stores)
      .where(inArray(stores.id, storeIds))
      .orderBy(stores.id)
      .for('update');
    const dueDays = rows.map(({ row }) => row.dueOn).sort();
    const locals = await tx
      .select()
      .from(events)
      .where(
        and(
          isNull(events.mplanId),
          inArray(events.storeId, storeIds),
          // Relies on the index events_store_due.
          between(events.dueOn, dueDays[0] ?? '', dueDays.at(-1) ?? ''),
        ),
      )
      .orderBy(events.id)
      .for('update');
    const byKey = Map.groupBy(locals, (event) => `${event.storeId} ${eventMatchKey(event)}`);
    const tidy = (name: string) => name.trim().replace(/\s+/g, ' ').toLowerCase();
    const take = ({ row, store, key }: Listed, exact: boolean) => {
      if (named.has(key)) return;
      const open = byKey.get(`${store.id} ${eventMatchKey(row)}`) ?? [];
      const at = exact ? open.findIndex((event) => tidy(event.name) === tidy(row.name)) : 0;
      const [event] = at < 0 ? [] : open.splice(at, 1);
      if (event) named.set(key, event.id);
    };
    for (const one of rows) take(one, true);
    for (const one of rows) take(one, false);
    for (const { row, key } of rows) {
      const id = named.get(key);
      if (id !== undefined)
        await tx
          .update(events)
          .set({ mplanId: row.mplanId, updatedAt: sql`app_now()` })
          .where(eq(events.id, id));
    }
    return named;
  }

  private async create(tx: Tx, rows: readonly Listed[]): Promise<Map<string, number>> {
    if (rows.length === 0) return new Map();
    const made = await tx
      .insert(events)
      .values(
        rows.map(({ row, store }) => ({
          storeId: store.id,
          mplanId: row.mplanId,
          name: row.name,
          ...ruledByName(row.name, store.durations),
          startsOn: row.startsOn,
          dueOn: row.dueOn,
          condition: conditionOf(row, null, ''),
          instructionsUrl: row.instructionsUrl,
        })),
      )
      .onConflictDoNothing()
      .returning({ id: events.id, mplanId: events.mplanId, storeId: events.storeId });
    return new Map(made.map((event) => [keyOf(event.mplanId, event.storeId), event.id]));
  }

  /** Schedules of events that Crossmark now names can go out. */
  private async sendWaiting(tx: Tx, ids: readonly number[], locals: ReadonlyMap<string, LocalEvent>) {
    const byId = new Map([...locals.values()].map((local) => [local.event.id, local]));
    const known = ids.filter((id) => byId.get(id)?.sync);
    const unknown = ids.filter((id) => byId.get(id)?.schedule && !byId.get(id)?.sync);
    await retryAllNow(tx, known);
    await wantChanges(
      tx,
      unknown.map((eventId) => ({ eventId, task: 'sync_schedule' as const })),
    );
  }

  /** Ends the run. Only here, after every row was read, does absence mean anything. */
  private async finish(covered: Covered): Promise<string> {
    const { db } = this.ctx;
    await this.judgeDoubts();
    return db.transaction(async (tx) => {
      await this.proveOwn(tx);
      await forgetDoubts(tx, [...this.doubts.keys()]);
      const missing = this.nameless ? { gone: 0, unconfirmed: 0 } : await countMissing(tx, covered);
      const unconfirmed = missing.unconfirmed + this.doubts.size;
      // Where a row has no name, nothing is said of the events that were missing.
      if (!this.nameless) await supersedeQuestions(tx);
      await this.end(tx, { state: 'done', gone: missing.gone, unconfirmed });
      const { created, updated, unchanged, drifted } = this.counts;
      return `${created} created, ${updated} updated, ${unchanged} unchanged, ${missing.gone} gone, ${unconfirmed} to be confirmed, ${drifted} changed on Crossmark’s side, ${this.badCount} unreadable`;
    });
  }

  /** Ends the run with a question: too many events are missing for the list to be believed, and it was read twice. */
  private async ask(missing: { ids: number[]; known: number }): Promise<string> {
    return this.ctx.db.transaction(async (tx) => {
      await this.proveOwn(tx);
      await supersedeQuestions(tx);
      await this.end(tx, { state: 'needs_decision', missing: missing.ids });
      return `${missing.ids.length} of ${missing.known} events are missing: a person has to tell whether they are gone`;
    });
  }

  private async end(tx: Tx, values: Partial<typeof refreshRuns.$inferInsert>): Promise<void> {
    await tx
      .update(refreshRuns)
      .set({ ...this.counts, badRows: this.badRecord(), finishedAt: sql`app_now()`, ...values })
      .where(eq(refreshRuns.id, this.runId));
  }

  /** Locks the run, and throws where another worker began this reading anew: only one of the two may count. */
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

/** This worker was frozen while another one began the same reading anew: what it read counts for nothing. */
class TakenOverError extends Error {
  override readonly name = 'TakenOverError';
}

async function loadByPlan(db: Db | Tx, rows: readonly Listed[]): Promise<Map<string, LocalEvent>> {
  if (rows.length === 0) return new Map();
  const asked = new Set(rows.map(({ key }) => key));
  // Relies on the index events_plan_and_store.
  const found = await db
    .select({ event: events, schedule: schedules, sync: eventSyncs })
    .from(events)
    .leftJoin(eventSyncs, eq(eventSyncs.eventId, events.id))
    .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .where(
      and(
        inArray(
          events.mplanId,
          rows.map(({ row }) => row.mplanId),
        ),
        inArray(events.storeId, [...new Set(rows.map(({ store }) => store.id))]),
      ),
    );
  return new Map(
    found
      .map((local) => [keyOf(local.event.mplanId, local.event.storeId), local] as const)
      .filter(([key]) => asked.has(key)),
  );
}

/** Locks events, their schedules and sync rows, in the order in which saves do. */
async function lockEvents(tx: Tx, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const some = [...ids];
  await tx
    .select({ id: events.id })
    .from(events)
    .where(inArray(events.id, some))
    .orderBy(events.id)
    .for('no key update');
  await tx
    .select({ id: schedules.id })
    .from(schedules)
    .where(and(inArray(schedules.eventId, some), isNull(schedules.endedAt)))
    .orderBy(schedules.id)
    .for('no key update');
  await tx
    .select({ id: eventSyncs.eventId })
    .from(eventSyncs)
    .where(inArray(eventSyncs.eventId, some))
    .orderBy(eventSyncs.eventId)
    .for('update');
}

async function stepsOf(tx: Tx, ids: readonly number[]): Promise<Map<number, JournalStep[]>> {
  if (ids.length === 0) return new Map();
  const steps = await tx
    .select()
    .from(syncSteps)
    .where(inArray(syncSteps.eventId, [...ids]))
    .orderBy(sql`${syncSteps.id} desc`);
  return Map.groupBy(steps, (step) => step.eventId);
}

/** What is wanted for each event: nothing without a schedule, unsayable (undefined) where its person has no RepID. */
async function wantedBy(tx: Tx, locals: readonly LocalEvent[]) {
  const ids = [...new Set(locals.flatMap(({ schedule }) => schedule?.employeeId ?? []))];
  const people =
    ids.length === 0
      ? []
      : await tx
          .select({ id: employees.id, repId: employees.repId })
          .from(employees)
          .where(inArray(employees.id, ids));
  const repOf = new Map(people.map(({ id, repId }) => [id, repId]));
  return ({ schedule }: LocalEvent, steps: readonly JournalStep[]): Wanted | null | undefined => {
    if (!schedule) return null;
    const repId = repOf.get(schedule.employeeId);
    if (!repId) return undefined;
    const { startsAt, endsAt } = schedule;
    return { repId, startsAt, endsAt, reissue: dueReissue(schedule, steps) };
  };
}

/** An event that Crossmark's list tells otherwise. */
interface ChangedFacts {
  row: PlannedEvent;
  event: LocalEvent['event'];
  condition: Condition;
  store: Store;
}

async function updateFacts(tx: Tx, changes: readonly ChangedFacts[]): Promise<void> {
  if (changes.length === 0) return;
  const values = changes.map(({ row, event, condition, store }) => {
    const renamed = { ...event, name: row.name };
    const { type, eventNumber, durationMinutes } =
      row.name === event.name ? event : ruledAgain(renamed, store.durations, event.name);
    return {
      id: event.id,
      name: row.name,
      event_number: eventNumber,
      type,
      duration_minutes: durationMinutes,
      starts_on: row.startsOn,
      due_on: row.dueOn,
      condition,
      instructions_url: row.instructionsUrl ?? event.instructionsUrl,
    };
  });
  await tx.execute(sql`
    update events set name = new.name, event_number = new.event_number, type = new.type,
      duration_minutes = new.duration_minutes, starts_on = new.starts_on, due_on = new.due_on,
      condition = new.condition, instructions_url = new.instructions_url, missing_runs = 0, gone_since = null,
      updated_at = app_now()
    from json_populate_recordset(null::events, ${JSON.stringify(values)}::json) new
    where events.id = new.id`);
}

async function rememberAll(tx: Tx, remembers: readonly { eventId: number; held: Remembered | null }[]) {
  if (remembers.length === 0) return;
  await tx
    .insert(eventSyncs)
    .values(
      remembers.map(({ eventId, held }) => ({
        eventId,
        ...remember(held),
        state: 'synced' as const,
        syncedAt: sql`app_now()`,
      })),
    )
    .onConflictDoUpdate({
      target: eventSyncs.eventId,
      set: {
        bookingId: sql`excluded.booking_id`,
        bookedRepId: sql`excluded.booked_rep_id`,
        bookedRepNames: sql`excluded.booked_rep_names`,
        bookedStartsAt: sql`excluded.booked_starts_at`,
        updatedAt: sql`app_now()`,
      },
    });
}

/** Leaves doubts for the next complete reading. Not news of the event: its sync row stays as it was written last. */
async function writeDoubts(tx: Tx, doubts: readonly { event_id: number; doubt: Doubt }[]): Promise<void> {
  if (doubts.length === 0) return;
  await tx.execute(sql`
    update event_syncs set doubt = new.doubt
    from json_to_recordset(${JSON.stringify(doubts)}::json) as new(event_id int, doubt jsonb)
    where event_syncs.event_id = new.event_id`);
}

/** Takes back the doubts that a complete reading didn't show again. */
async function forgetDoubts(tx: Tx, stillDoubted: readonly number[]): Promise<void> {
  await tx.execute(sql`
    update event_syncs set doubt = null
    where event_id in (
      select event_id from event_syncs
      where doubt is not null and event_id <> all(${idList(stillDoubted)})
      order by event_id for update
    )`);
}

const SETTLED = { tries: 0, failingSince: null, nextTryAt: null, failureKind: null };

async function settle(tx: Tx, { event, sync }: LocalEvent, held: Remembered | null) {
  await tx
    .update(eventSyncs)
    .set({
      ...remember(held),
      ...SETTLED,
      state: 'synced',
      failureReason: null,
      conflict: null,
      syncedVersion: sync?.wantedVersion ?? 0,
      syncedAt: sql`app_now()`,
      updatedAt: sql`app_now()`,
    })
    .where(eq(eventSyncs.eventId, event.id));
  // Its dead letter has nothing to say any more.
  await tx.execute(sql`
    select graphile_worker.complete_jobs(array(
      select id from graphile_worker._private_jobs where key = ${eventJobKey(event.id)} and locked_at is null
    ))`);
}

async function leaveToPerson(
  tx: Tx,
  local: LocalEvent,
  held: Remembered | null,
  timeZone: string,
  seenAt: Instant,
) {
  const [person] = local.schedule
    ? await tx
        .select({ name: employees.name })
        .from(employees)
        .where(eq(employees.id, local.schedule.employeeId))
    : [];
  await tx
    .update(eventSyncs)
    .set({
      ...remember(held),
      ...SETTLED,
      state: 'conflict',
      failureReason: conflictInWords(
        held,
        local.schedule && { name: person?.name ?? '', startsAt: local.schedule.startsAt },
        timeZone,
      ),
      conflict: {
        bookingId: held?.bookingId ?? null,
        repId: held?.repId ?? null,
        repNames: held?.names ?? '',
        startsAt: held?.startsAt ?? null,
        seenAt,
      },
      updatedAt: sql`app_now()`,
    })
    .where(eq(eventSyncs.eventId, local.event.id));
}
