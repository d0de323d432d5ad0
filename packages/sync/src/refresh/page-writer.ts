import type { PlannedEvent, StoreId } from '@scheduler/crossmark';
import {
  COMPLETED_REFRESHES,
  type Db,
  type Doubt,
  employees,
  eventSyncs,
  events,
  refreshRuns,
  schedules,
  stores,
  syncSteps,
  type Tx,
} from '@scheduler/db';
import {
  type Condition,
  eventMatchKey,
  type Instant,
  normalForm,
  type PerType,
  ruledAgain,
  ruledByName,
} from '@scheduler/scheduling';
import { and, between, eq, inArray, isNull, max, sql } from 'drizzle-orm';
import { markConflict, markSynced, recordBookings, recordDoubts } from '../event-sync.ts';
import { requestInstructions } from '../instructions/request.ts';
import { eventJobKey } from '../queue/contracts.ts';
import { retryAllNow, wantChanges } from '../queue/enqueue.ts';
import { completeJobsSql } from '../queue/graphile.ts';
import type { Wanted } from '../reconcile/diff.ts';
import type { JournalStep } from '../reconcile/ledger.ts';
import { dueReissue, type KnownBooking } from '../reconcile/observe.ts';
import { conflictInWords } from '../reconcile/wording.ts';
import {
  type Adoption,
  adoptBooking,
  auditAdoptions,
  type KnownRep,
  knownReps,
  type LocalEvent,
  reopen,
  settleDoubts,
  snapshot,
} from './adopt.ts';
import { classifyDrift, conditionOf, differs } from './drift.ts';

/** A store as its rows of the list are read. */
export interface Store {
  id: number;
  crossmarkStoreId: StoreId;
  timeZone: string;
  /** Minutes for new events, by type, as far as the store has set them. */
  durations: PerType<number>;
}

/** A row of Crossmark's list in a store that is set up here. */
export interface Listed {
  row: PlannedEvent;
  store: Store;
  key: string;
  /**
   * A moment before the row's page was requested. Changes made here since then may be missing in
   * the row.
   */
  since: Instant;
}

/**
 * What a transaction wrote: how many events it changed, and the events of all its rows, by our id.
 */
export interface Written {
  counts: { created: number; updated: number; drifted: number };
  seen: number[];
  /** Rows whose booking counts only once another complete refresh shows the same, by our id. */
  doubted: [number, Listed][];
  /** Rows that can't be right, and why. Nothing was written for them. */
  bad: { mplanId: string; reason: string }[];
}

/** The result of a page without differences. */
export const UNCHANGED: Written = {
  counts: { created: 0, updated: 0, drifted: 0 },
  seen: [],
  doubted: [],
  bad: [],
};

/** The key of a plan in a store. */
export const keyOf = (mplanId: string | null, storeId: number) => `${mplanId}@${storeId}`;

/**
 * Writes the rows of a page that differ, after locking their events and classifying them again,
 * because a save may have happened in between. Returns the rows that did differ. `began` is when
 * the refresh began. `complete`: the whole list was read, so doubts count, and are confirmed if
 * they are `confirmAfterMs` old.
 */
export async function writeRows(
  tx: Tx,
  listed: readonly Listed[],
  { began, complete, confirmAfterMs }: { began: Instant; complete: boolean; confirmAfterMs: number },
): Promise<Written> {
  const known = await loadByPlan(tx, listed);
  const crossed = await findCrossed(tx, listed, known);
  const rows = listed.filter((one) => !crossed.has(one));
  const strange = rows.filter(({ key }) => !known.has(key));
  const named = await nameLocalEvents(tx, strange);
  const created = await createEvents(
    tx,
    strange.filter(({ key }) => !named.has(key)),
  );
  const ids = rows.flatMap(({ key }) => known.get(key)?.event.id ?? []);
  ids.push(...named.values(), ...created.values());
  await lockEvents(tx, ids);
  const locals = await loadByPlan(tx, rows);
  const reps = await knownReps(tx, [...new Set(rows.flatMap(({ row }) => row.repId ?? []))]);
  const steps = await stepsOf(tx, ids);
  const reported = rows.flatMap(({ row, key }) =>
    row.condition === 'Submitted' && !locals.get(key)?.schedule ? (locals.get(key)?.event.id ?? []) : [],
  );
  const endedThere = await endedByCrossmark(tx, reported);

  const counts = { created: 0, updated: 0, drifted: 0 };
  const facts: ChangedFacts[] = [];
  const records: { eventId: number; held: KnownBooking | null }[] = [];
  const inserts: (typeof schedules.$inferInsert)[] = [];
  const firstListed = new Set<number>();
  const newStores = await storesOnFirstList(tx, rows);
  const adoptions: (Adoption & { eventId: number })[] = [];
  const doubted: [number, Listed][] = [];
  const doubts: { eventId: number; doubt: Doubt }[] = [];
  for (const listed of rows) {
    const { row, store, key, since } = listed;
    const known = locals.get(key);
    if (!known) continue;
    const local = { ...known, wasEndedThere: endedThere.has(known.event.id) };
    const { event } = local;
    const { timeZone } = store;
    const journal = steps.get(event.id) ?? [];
    const verdict = classifyDrift({
      row,
      local,
      since,
      began,
      complete,
      confirmAfterMs,
      timeZone,
      reps,
      steps: journal,
      wanted: wantedOf(local, journal),
    });
    const condition = conditionOf(row, local, since, verdict.kind);
    if (differs(row, event, condition)) facts.push({ row, event, condition, store });

    if (created.has(key)) counts.created += 1;
    else if (verdict.drift) counts.drifted += 1;
    else if (facts.at(-1)?.event === event || named.has(key) || !['same', 'doubt'].includes(verdict.kind)) {
      counts.updated += 1;
    }

    switch (verdict.kind) {
      case 'same':
        break;
      case 'doubt':
        doubted.push([event.id, listed]);
        if (complete)
          doubts.push({ eventId: event.id, doubt: { seenAt: verdict.seenAt, shows: verdict.shows } });
        break;
      case 'record':
        records.push({ eventId: event.id, held: verdict.held });
        break;
      case 'adopt': {
        records.push({ eventId: event.id, held: verdict.held });
        const { becomes, stepIds } = verdict;
        if (local.schedule) {
          const adoption = await adoptBooking(tx, local, becomes);
          adoptions.push({ ...adoption, eventId: event.id });
        }
        if (becomes && stepIds.length > 0) await reopen(tx, event.id, stepIds);
        // A first refresh brings thousands, so they are inserted together.
        if (becomes && !local.schedule) {
          inserts.push({ ...becomes, eventId: event.id, source: 'crossmark' });
          if (newStores.has(store.id)) firstListed.add(event.id);
        }
        break;
      }
      case 'repair':
        await reopen(tx, event.id, verdict.stepIds);
        break;
      case 'agreed':
        await settle(tx, local, verdict);
        break;
      case 'conflict':
        await leaveToPerson(tx, local, verdict.held, timeZone, since);
        break;
    }
  }
  await updateFacts(tx, facts);
  adoptions.push(...(await insertSchedules(tx, inserts, { reps, firstListed })));
  await recordBookings(tx, records);
  await auditAdoptions(tx, adoptions);
  await recordDoubts(tx, doubts);
  await sendWaiting(tx, [...named.values()], locals);
  const seen = [...locals.values()].map(({ event }) => event.id);
  await requestInstructions(tx, seen);
  const bad = [...crossed].map(([{ row }, reason]) => ({ mplanId: row.mplanId, reason }));
  return { counts, seen, doubted, bad };
}

/**
 * The stores of rows of which no refresh has read the whole list since it showed their first event,
 * however often it was begun. Their bookings are no change that anybody here could have been told of.
 */
async function storesOnFirstList(tx: Tx, rows: readonly Listed[]): Promise<Set<number>> {
  const ids = [...new Set(rows.map(({ store }) => store.id))];
  if (ids.length === 0) return new Set();
  const lastList = tx
    .select({ at: max(refreshRuns.finishedAt) })
    .from(refreshRuns)
    .where(inArray(refreshRuns.state, COMPLETED_REFRESHES));
  // An event that is known from a file only is on no list.
  const listed = sql`${events.storeId} = ${stores.id} and ${events.mplanId} is not null`;
  const known = await tx
    .select({ id: stores.id })
    .from(stores)
    .where(
      and(
        inArray(stores.id, ids),
        sql`exists (select from ${events} where ${listed} and ${events.createdAt} <= ${lastList})`,
      ),
    );
  const knownIds = new Set(known.map(({ id }) => id));
  return new Set(ids.filter((id) => !knownIds.has(id)));
}

/**
 * Inserts schedules for bookings that Crossmark newly has. Returns them for the audit log, where those
 * of a store's first list are marked.
 */
async function insertSchedules(
  tx: Tx,
  inserts: readonly (typeof schedules.$inferInsert)[],
  { reps, firstListed }: { reps: ReadonlyMap<string, KnownRep>; firstListed: ReadonlySet<number> },
): Promise<(Adoption & { eventId: number })[]> {
  if (inserts.length === 0) return [];
  const nameOf = new Map([...reps.values()].map(({ id, name }) => [id, name]));
  const made = await tx
    .insert(schedules)
    .values([...inserts])
    .returning();
  return made.map((schedule) => ({
    action: 'schedule.adopt',
    scheduleId: schedule.id,
    eventId: schedule.eventId,
    before: null,
    after: {
      ...snapshot(schedule, nameOf.get(schedule.employeeId) ?? ''),
      ...(firstListed.has(schedule.eventId) && { isFirstList: true }),
    },
  }));
}

/**
 * Finds the rows with a booking number of another event, and why each can't be true: a number
 * belongs to one event, whatever Crossmark does with second bookings. A row may have the number
 * that its own event is known to have. If two rows have the same new number, neither is believed.
 * An event that is gone has no booking.
 */
async function findCrossed(
  tx: Tx,
  rows: readonly Listed[],
  known: ReadonlyMap<string, LocalEvent>,
): Promise<Map<Listed, string>> {
  const news = rows.filter(
    ({ row, key }) => row.bookingId && row.bookingId !== known.get(key)?.sync?.bookingId,
  );
  const crossed = new Map<Listed, string>();
  if (news.length === 0) return crossed;
  // Relies on the index event_syncs_booking.
  const owners = await tx
    .select({ bookingId: eventSyncs.bookingId, mplanId: events.mplanId })
    .from(eventSyncs)
    .innerJoin(events, eq(events.id, eventSyncs.eventId))
    .where(
      and(
        inArray(
          eventSyncs.bookingId,
          news.flatMap(({ row }) => row.bookingId ?? []),
        ),
        isNull(events.goneSince),
      ),
    );
  const planOf = new Map(owners.map(({ bookingId, mplanId }) => [bookingId, mplanId]));
  const sameNumber = Map.groupBy(news, ({ row }) => row.bookingId);
  for (const one of news) {
    const { bookingId } = one.row;
    if (planOf.has(bookingId))
      crossed.set(
        one,
        `it has booking ${bookingId}, which belongs to another event here (plan ${planOf.get(bookingId)})`,
      );
    else if (sameNumber.get(bookingId)?.some(({ key }) => key !== one.key))
      crossed.set(one, `it has booking ${bookingId}, and so has another row`);
  }
  return crossed;
}

/** Gives plan ids to events that are known from a CSV file only. Returns our event ids by key. */
async function nameLocalEvents(tx: Tx, rows: readonly Listed[]): Promise<Map<string, number>> {
  const named = new Map<string, number>();
  if (rows.length === 0) return named;
  const storeIds = [...new Set(rows.map(({ store }) => store.id))];
  // An import from a file takes this lock too, so that one event is never added twice.
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
  const take = ({ row, store, key }: Listed, exact: boolean) => {
    if (named.has(key)) return;
    const open = byKey.get(`${store.id} ${eventMatchKey(row)}`) ?? [];
    const at = exact ? open.findIndex((event) => normalForm(event.name) === normalForm(row.name)) : 0;
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

/** Adds events that are new here. Returns our event ids by key. */
async function createEvents(tx: Tx, rows: readonly Listed[]): Promise<Map<string, number>> {
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

/** Sends the schedules of events that Crossmark now lists. */
async function sendWaiting(tx: Tx, ids: readonly number[], locals: ReadonlyMap<string, LocalEvent>) {
  const byId = new Map([...locals.values()].map((local) => [local.event.id, local]));
  const known = ids.filter((id) => byId.get(id)?.sync);
  const unknown = ids.filter((id) => byId.get(id)?.schedule && !byId.get(id)?.sync);
  await retryAllNow(tx, known);
  await wantChanges(
    tx,
    unknown.map((eventId) => ({ eventId, task: 'sync_schedule' as const })),
  );
}

/** Loads the events of rows as they are here, by {@link keyOf}. */
export async function loadByPlan(db: Db | Tx, rows: readonly Listed[]): Promise<Map<string, LocalEvent>> {
  if (rows.length === 0) return new Map();
  const keys = new Set(rows.map(({ key }) => key));
  // Relies on the index events_plan_and_store.
  const locals = await db
    .select({ event: events, schedule: schedules, sync: eventSyncs, repId: employees.repId })
    .from(events)
    .leftJoin(eventSyncs, eq(eventSyncs.eventId, events.id))
    .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
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
    locals
      .map(
        (local) =>
          [keyOf(local.event.mplanId, local.event.storeId), { ...local, wasEndedThere: false }] as const,
      )
      .filter(([key]) => keys.has(key)),
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

/**
 * Of these events, returns those of which a refresh, or a person's choice of Crossmark's side, ended the
 * schedule since somebody here last decided anything: a decision and the end of its schedule are of one time.
 */
async function endedByCrossmark(tx: Tx, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const ended = await tx
    .selectDistinct({ id: schedules.eventId })
    .from(schedules)
    .innerJoin(eventSyncs, eq(eventSyncs.eventId, schedules.eventId))
    .where(
      and(
        inArray(schedules.eventId, [...ids]),
        sql`${schedules.endedAt} > coalesce(${eventSyncs.wantedAt}, '-infinity')`,
      ),
    );
  return new Set(ended.map(({ id }) => id));
}

/** What is wanted for an event: null without a schedule, undefined if its person has no RepID. */
function wantedOf({ schedule, repId }: LocalEvent, steps: readonly JournalStep[]): Wanted | null | undefined {
  if (!schedule) return null;
  if (!repId) return undefined;
  const { startsAt, endsAt } = schedule;
  return { repId, startsAt, endsAt, reissue: dueReissue(schedule, steps) };
}

/** An event that differs from its row on Crossmark's list. */
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

async function settle(
  tx: Tx,
  { event }: LocalEvent,
  { held, stepId }: { held: KnownBooking | null; stepId: number | undefined },
) {
  await markSynced(tx, event.id, held);
  await settleDoubts(tx, event.id, { stepId, bookingId: held?.bookingId ?? null });
  // Its dead letter is no longer needed.
  await tx.execute(completeJobsSql(sql`(select ${eventJobKey(event.id)}::text as key) keys`));
}

async function leaveToPerson(
  tx: Tx,
  local: LocalEvent,
  held: KnownBooking | null,
  timeZone: string,
  seenAt: Instant,
) {
  const [person] = local.schedule
    ? await tx
        .select({ name: employees.name })
        .from(employees)
        .where(eq(employees.id, local.schedule.employeeId))
    : [];
  const ours = local.schedule && { name: person?.name ?? '', startsAt: local.schedule.startsAt };
  await markConflict(tx, local.event.id, { held, reason: conflictInWords(held, ours, timeZone), seenAt });
}
