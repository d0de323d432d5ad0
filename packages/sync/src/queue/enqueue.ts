import {
  COMPLETED_REFRESHES,
  eventSyncs,
  holdLock,
  idList,
  refreshRuns,
  repReadings,
  type Tx,
} from '@scheduler/db';
import type { Origin } from '@scheduler/runtime';
import type { Instant } from '@scheduler/scheduling';
import { and, desc, eq, gte, inArray, type SQL, sql } from 'drizzle-orm';
import { markPending, wantChangesSql } from '../event-sync.ts';
import type { EventSearch } from '../reconcile/read-ahead.ts';
import { type EventTask, employeeJobKey, eventJobKey, readingJobKey, refreshJobKey } from './contracts.ts';
import { addJobs, addJobsSql } from './graphile.ts';

/**
 * Records that what is wanted for an event changed (its schedule was made, moved or ended), and
 * adds the job that sends it to Crossmark. Call it in the transaction that makes the change: both
 * happen or neither does. It ends an earlier failure or an open conflict, because the newest
 * decision made here counts.
 */
export async function wantChange(tx: Tx, change: WantedChange): Promise<void> {
  await wantChanges(tx, [change]);
}

/**
 * {@link wantChange} for many events at once, in one statement. Each job may belong to another
 * request.
 */
export async function wantChanges(tx: Tx, changes: readonly WantedChange[]): Promise<void> {
  if (changes.length > 0) await tx.execute(addChangesSql(changes, sql`true`));
}

/**
 * The statement of {@link wantChanges}, which also writes what the caller changes: each as a part `name as (…)` of its WITH
 * clause.
 */
export const wantChangesWithSql = (changes: readonly WantedChange[], beside: readonly SQL[]): SQL =>
  addChangesSql(changes, sql`true`, beside);

/**
 * Has events reconciled again although nobody changed their schedules, for example because a
 * person's RepID changed. A conflict stays open, because only a person's decision on that schedule
 * ends it.
 */
export async function reconcileAgain(tx: Tx, eventIds: readonly number[]): Promise<void> {
  if (eventIds.length === 0) return;
  const changes = eventIds.map((eventId) => ({ eventId, task: 'sync_schedule_update' as const }));
  await tx.execute(addChangesSql(changes, sql`event_syncs.state <> 'conflict'`));
}

/** A change of what is wanted for an event, and the request that it belongs to. */
export interface WantedChange {
  eventId: number;
  task: EventTask;
  /** What its job will search for on Crossmark's list, if that is known: the worker then begins sooner. */
  search?: EventSearch | undefined;
  origin?: Origin;
}

/**
 * Sync rows for which the condition `which` is false stay as they are, and their job finds nothing
 * to do.
 */
function addChangesSql(changes: readonly WantedChange[], which: SQL, beside: readonly SQL[] = []): SQL {
  const changeOf = new Map(changes.map((change) => [change.eventId, change]));
  // Always in the same order, so that two bulk saves can't deadlock.
  const ordered = [...changeOf.values()].sort((a, b) => a.eventId - b.eventId);
  return addJobsSql(
    ordered.map(({ eventId, task, search, origin }) => ({
      task,
      payload: { eventId, search },
      key: eventJobKey(eventId),
      origin,
    })),
    wantChangesSql(
      ordered.map(({ eventId }) => eventId),
      which,
    ),
    beside,
  );
}

/**
 * Retries an event at once and gives it all its attempts again. The event may be a dead letter, or
 * a change that waits for its next attempt. Returns false, and does nothing, if the event is synced
 * or a conflict waits for a person's choice.
 */
export async function retryNow(tx: Tx, eventId: number): Promise<boolean> {
  return (await retryAllNow(tx, [eventId])) === 1;
}

/** Does {@link retryNow} for many events. Returns how many of them are retried. */
export async function retryAllNow(tx: Tx, eventIds: readonly number[]): Promise<number> {
  if (eventIds.length === 0) return 0;
  const locked = await tx
    .select({ eventId: eventSyncs.eventId })
    .from(eventSyncs)
    .where(
      and(
        sql`${eventSyncs.eventId} = any(${idList(eventIds)})`,
        inArray(eventSyncs.state, ['pending', 'waiting', 'failed']),
      ),
    )
    .orderBy(eventSyncs.eventId)
    .for('update');
  if (locked.length === 0) return 0;
  const ids = locked.map((row) => row.eventId);
  await markPending(tx, ids);
  await addJobs(
    tx,
    ids.map((id) => ({ task: 'sync_schedule_update', payload: { eventId: id }, key: eventJobKey(id) })),
  );
  return ids.length;
}

/**
 * Adds the job that resolves a person against Crossmark's rep list. Call it in the transaction that
 * changed them.
 */
export async function enqueueEmployee(tx: Tx, employeeId: number): Promise<void> {
  await addJobs(tx, [{ task: 'sync_employee', payload: { employeeId }, key: employeeJobKey(employeeId) }]);
}

/**
 * Requests a reading of Crossmark's rep list and returns its id. If one is queued or running
 * already, returns the id of that one.
 */
export async function requestRepReading(tx: Tx, request: { requestedBy: string }): Promise<number> {
  await holdLock(tx, 'repReadings');
  const [open] = await tx
    .select({ id: repReadings.id })
    .from(repReadings)
    .where(eq(repReadings.state, 'queued'))
    .limit(1);
  if (open) return open.id;
  const [made] = await tx.insert(repReadings).values(request).returning({ id: repReadings.id });
  if (!made) throw new Error('The reading was not added.');
  await addJobs(tx, [
    { task: 'sync_employee', payload: { readingId: made.id }, key: readingJobKey(made.id) },
  ]);
  return made.id;
}

/**
 * Requests a refresh and returns its id. If one is queued or running already, returns the id of
 * that one and adds nothing.
 */
export async function requestRefresh(tx: Tx, request: { requestedBy: string }): Promise<number> {
  await holdLock(tx, 'refreshes');
  return (await openRefresh(tx)) ?? (await addRefresh(tx, request.requestedBy));
}

/**
 * Requests a refresh for an hourly tick. Returns null, and adds nothing, if the tick is covered by
 * a refresh that is open, or that started after the tick and completed. So several ticks missed
 * together end in exactly one refresh.
 */
export async function requestRefreshForTick(tx: Tx, tickAt: Instant): Promise<number | null> {
  await holdLock(tx, 'refreshes');
  if ((await openRefresh(tx)) !== null) return null;
  const [covering] = await tx
    .select({ id: refreshRuns.id })
    .from(refreshRuns)
    .where(and(inArray(refreshRuns.state, COMPLETED_REFRESHES), gte(refreshRuns.startedAt, tickAt)))
    .limit(1);
  return covering ? null : addRefresh(tx, 'schedule');
}

async function openRefresh(tx: Tx): Promise<number | null> {
  const [open] = await tx
    .select({ id: refreshRuns.id })
    .from(refreshRuns)
    .where(inArray(refreshRuns.state, ['queued', 'running']))
    .orderBy(desc(refreshRuns.id))
    .limit(1);
  return open?.id ?? null;
}

async function addRefresh(tx: Tx, requestedBy: string): Promise<number> {
  const [run] = await tx.insert(refreshRuns).values({ requestedBy }).returning({ id: refreshRuns.id });
  if (!run) throw new Error('The refresh run was not added.');
  await addJobs(tx, [{ task: 'refresh_events', payload: { runId: run.id }, key: refreshJobKey(run.id) }]);
  return run.id;
}
