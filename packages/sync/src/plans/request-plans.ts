import { type Db, type ProposalOccasion, stores, type Tx } from '@scheduler/db';
import { and, inArray, type SQL, sql } from 'drizzle-orm';
import { planJobKey } from '../queue/contracts.ts';
import { addJobs } from '../queue/graphile.ts';

/** Stores that have a plan proposed once new open events have come. */
const afterImport = sql`${stores.planning}->>'afterImport' = 'true'`;

/**
 * Has plans made for stores that got new open events, if their settings say so. Call it in the
 * transaction that brought the events. Each store has one waiting job.
 */
export async function requestPlans(
  tx: Tx,
  storeIds: readonly number[],
  occasion: ProposalOccasion,
): Promise<void> {
  if (storeIds.length === 0) return;
  const rows = await tx
    .select({ storeId: stores.id })
    .from(stores)
    .where(and(inArray(stores.id, [...storeIds]), afterImport))
    .orderBy(stores.id);
  await addPlanJobs(tx, rows, occasion);
}

const addPlanJobs = (tx: Tx, rows: readonly { storeId: number }[], occasion: ProposalOccasion) =>
  addJobs(
    tx,
    rows.map(({ storeId }) => ({
      task: 'propose_plan' as const,
      payload: { storeId, occasion },
      key: planJobKey(storeId),
    })),
  );

/**
 * Calls {@link requestPlans} at the end of a refresh, for the stores in which this refresh, or an
 * earlier one that failed, added events that are still open.
 */
export async function requestPlansAfterRefresh(tx: Tx, runId: number): Promise<void> {
  const rows = await tx.execute<{ id: number }>(sql`
    with since as (
      select min(requested_at) at from refresh_runs
      where id <= ${runId} and id > (
        select coalesce(max(id), 0) from refresh_runs
        where id < ${runId} and state in ('done', 'needs_decision', 'superseded')))
    select id from stores
    where ${afterImport} and exists (
      -- Relies on the index events_store_due.
      select from events
      where events.store_id = stores.id and events.due_on > ${localDay}
        and events.created_at >= (select at from since)
        and events.condition = 'Unstaffed' and events.gone_since is null and not events.never_plan
        and not exists (select from schedules where event_id = events.id and ended_at is null))
    order by id`);
  await addPlanJobs(
    tx,
    rows.map(({ id }) => ({ storeId: id })),
    'refresh',
  );
}

const localTime: SQL = sql`(app_now() at time zone stores.time_zone)`;
const localDay: SQL = sql`${localTime}::date`;

/**
 * Has nightly plans made for the stores whose time for it has come. Each store gets one for each of
 * its days, even if the clocks change that night or this is called late. Any worker may call it at
 * any time. Returns the stores.
 */
export async function requestNightlyPlans(db: Db): Promise<number[]> {
  // A time that the clock skips counts as come once the clock shows a later one. A time that the
  // clock shows twice counts once.
  const dueDay = sql`${localDay} - (to_char(${localTime}, 'HH24:MI') < planning->>'nightlyAt')::int`;
  return db.transaction(async (tx) => {
    const rows = await tx.execute<{ id: number }>(sql`
      update stores set night_planned_on = ${dueDay}
      where planning->>'nightlyAt' is not null and night_planned_on < ${dueDay}
      returning id`);
    await addPlanJobs(
      tx,
      rows.map(({ id }) => ({ storeId: id })),
      'night',
    );
    return rows.map(({ id }) => id);
  });
}
