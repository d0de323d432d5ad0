import { CrossmarkError, type MplanId, type StoreId } from '@scheduler/crossmark';
import { type Db, events, idList, stores } from '@scheduler/db';
import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import { and, asc, eq, isNotNull, isNull, notInArray, sql } from 'drizzle-orm';
import { CrossmarkUnreachableError } from '../breaker/unreachable.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { requestInstructions } from './request.ts';

/** Events that one call asks about. */
const BATCH = 50;
/** At most so many events are asked about after one refresh. The rest follow after the next one. */
const MOST_EVENTS = 20 * BATCH;
/** After so many failed calls in a row, the rest is left to the next refresh. */
const FAILED_IN_A_ROW = 2;
/** If Crossmark has no link, it is asked again after so many hours. */
const ASK_AGAIN_HOURS = 24;

interface OpenEvent {
  id: number;
  mplanId: MplanId;
  storeId: StoreId;
}

/**
 * Fetches the links to instructions of open events whose row has none, and stores them. Nothing
 * depends on it, and it never throws: what fails is retried after the next refresh. Returns how
 * many links were found.
 */
export async function fetchInstructionLinks(ctx: SyncContext, job: JobInfo): Promise<number> {
  const wait = (error: unknown): OpenEvent[] => {
    ctx.log.warn({ err: error }, 'links to instructions are fetched after a later refresh');
    return [];
  };
  let links = 0;
  let failed = 0;
  // The events are shuffled: if one of them makes its call fail, other events share the call with
  // it the next time.
  const open = shuffled(await withoutLink(ctx.db).catch(wait));
  for (let at = 0; at < open.length && failed < FAILED_IN_A_ROW && !job.signal.aborted; at += BATCH) {
    try {
      links += await ask(ctx, open.slice(at, at + BATCH), job.signal);
      failed = 0;
    } catch (error) {
      if (error instanceof CrossmarkUnreachableError || job.signal.aborted) break;
      wait(error);
      failed += 1;
    }
  }
  return links;
}

/** Requests the links of those events of a batch that no other worker is requesting. */
async function ask(
  { db, crossmark }: SyncContext,
  batch: readonly OpenEvent[],
  signal: AbortSignal,
): Promise<number> {
  const claimed = await claim(db, batch);
  if (claimed.length === 0) return 0;
  try {
    return await keep(db, claimed, await crossmark.instructions({ events: claimed, signal }));
  } catch (error) {
    await giveBack(db, claimed);
    throw error;
  }
}

/**
 * Marks events as requested before the call, so that a refresh that ends meanwhile leaves them
 * alone. Events that are being written wait for the next refresh.
 */
async function claim(db: Db, batch: readonly OpenEvent[]): Promise<OpenEvent[]> {
  const claimed = await db.execute<{ id: number }>(sql`
    update events set instructions_asked_at = app_now() where id in (
      select id from events where id = any(${idList(batch.map(({ id }) => id))})
        and instructions_url is null and ${mayBeAsked}
      for update skip locked)
    returning id`);
  const ids = new Set(claimed.map(({ id }) => id));
  return batch.filter(({ id }) => ids.has(id));
}

/** Takes the marks back after a failed call, so that the next refresh requests them again. */
async function giveBack(db: Db, claimed: readonly OpenEvent[]): Promise<void> {
  await db
    .update(events)
    .set({ instructionsAskedAt: null })
    .where(sql`${events.id} = any(${idList(claimed.map(({ id }) => id))})`);
}

const mayBeAsked = sql`coalesce(${events.instructionsAskedAt} < app_now() - ${ASK_AGAIN_HOURS} * interval '1 hour', true)`;

/**
 * Lists the open events without a link, soonest due first. Relies on the index events_store_due.
 */
async function withoutLink(db: Db): Promise<OpenEvent[]> {
  const rows = await db
    .select({ id: events.id, mplanId: events.mplanId, storeId: stores.crossmarkStoreId })
    .from(events)
    .innerJoin(stores, eq(stores.id, events.storeId))
    .where(
      and(
        isNotNull(events.mplanId),
        isNull(events.instructionsUrl),
        isNull(events.goneSince),
        notInArray(events.condition, [...CLOSED_CONDITIONS]),
        sql`${events.dueOn} >= (app_now() at time zone ${stores.timeZone})::date`,
        mayBeAsked,
      ),
    )
    .orderBy(asc(events.dueOn), asc(events.id))
    .limit(MOST_EVENTS);
  return rows.flatMap(({ mplanId, ...row }) => (mplanId === null ? [] : { ...row, mplanId }));
}

/** Stores the links and when they were requested. An answer about other plans is not believed. */
async function keep(
  db: Db,
  claimed: readonly OpenEvent[],
  answer: readonly { mplanId: MplanId; instructionsUrl: string | null }[],
): Promise<number> {
  const plans = new Set(claimed.map(({ mplanId }) => mplanId));
  if (answer.some(({ mplanId }) => !plans.has(mplanId))) {
    throw new CrossmarkError(
      'transient',
      'bulkPrintMplanLocations',
      'the answer names plans that were not asked for',
    );
  }
  const urlOf = new Map<MplanId, string>();
  for (const { mplanId, instructionsUrl } of answer) if (instructionsUrl) urlOf.set(mplanId, instructionsUrl);
  const rows = claimed.map(({ id, mplanId }) => ({ id, url: urlOf.get(mplanId) ?? null }));
  return db.transaction(async (tx) => {
    const updated = await tx.execute<{ id: number; url: string | null }>(sql`
    update events set instructions_url = coalesce(events.instructions_url, new.url), instructions_asked_at = app_now()
    from json_to_recordset(${JSON.stringify(rows)}::json) as new(id int, url text)
    where events.id = new.id
    returning events.id, new.url`);
    const ids = updated.filter(({ url }) => url !== null).map(({ id }) => id);
    await requestInstructions(tx, ids);
    return ids.length;
  });
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
