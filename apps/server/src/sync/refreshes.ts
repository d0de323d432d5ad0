import { type Db, refreshRuns, users } from '@scheduler/db';
import { listMissing, markGone, readQuestion, requestRefresh } from '@scheduler/sync';
import { desc, eq, type SQL } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import type { StoreScope } from '../core/store-access.ts';
import { save } from '../core/transaction.ts';
import type { Actor } from '../trpc/context.ts';
import { MOST_NAMED } from './detail.ts';
import type { RefreshQuestion, RefreshRun } from './types.ts';

/** Queues a refresh, or returns the one that is queued or running. */
export async function refreshNow(db: Db, actor: Actor): Promise<{ runId: number }> {
  return save(db, async (tx) => {
    const runId = await requestRefresh(tx, { requestedBy: actor.id });
    await audit(tx, actor, [{ action: 'refresh.request', subjectType: 'refresh', subjectId: runId }]);
    return { runId };
  });
}

/** Returns a refresh with its progress. Throws a refusal if there is none. */
export async function refreshRun(db: Db, runId: number, scope: StoreScope): Promise<RefreshRun> {
  const [row] = await selectRuns(db, 1, eq(refreshRuns.id, runId));
  if (!row) throw notFound('refresh', runId);
  return toRefreshRun(row, scope);
}

/** Returns the latest refreshes, newest first. */
export async function refreshRunList(db: Db, limit: number, scope: StoreScope): Promise<RefreshRun[]> {
  return (await selectRuns(db, limit)).map((row) => toRefreshRun(row, scope));
}

/**
 * Returns the question whether the many events that are missing from Crossmark's list are gone;
 * null if no decision is needed. Null also for a user of some stores, because the list has events of
 * all stores.
 */
export async function refreshQuestion(db: Db, scope: StoreScope): Promise<RefreshQuestion | null> {
  if (scope) return null;
  const question = await readQuestion(db);
  if (!question || question.eventIds.length === 0) return null;
  const { runId, askedAt, digest, eventIds } = question;
  return { runId, askedAt, digest, count: eventIds.length, events: await listMissing(db, question) };
}

/**
 * Marks the events of a list as gone, by an admin's decision. Throws a refusal if the decision is
 * no longer needed for that list.
 */
export async function markMissingGone(
  db: Db,
  actor: Actor,
  list: { runId: number; digest: string },
): Promise<{ gone: number }> {
  return save(db, async (tx) => {
    const eventIds = await markGone(tx, list);
    if (!eventIds)
      throw new Refusal(
        'The list of missing events has changed since it was shown, so nothing was marked. Look at it again.',
        { code: 'not_allowed' },
      );
    await audit(tx, actor, [
      {
        action: 'refresh.mark_gone',
        subjectType: 'refresh',
        subjectId: list.runId,
        after: { gone: eventIds.length, eventIds: eventIds.slice(0, MOST_NAMED) },
      },
    ]);
    return { gone: eventIds.length };
  });
}

/** Returns the latest refreshes that match a condition. */
export const selectRuns = (db: Db, limit: number, where?: SQL) =>
  db
    .select({ run: refreshRuns, requestedByName: users.name })
    .from(refreshRuns)
    .leftJoin(users, eq(users.id, refreshRuns.requestedBy))
    .where(where)
    .orderBy(desc(refreshRuns.id))
    .limit(limit);

/**
 * Converts a row to the refresh that pages display. Its rows that could not be read name plans and
 * stores, so only a user with all stores is told of them.
 */
export function toRefreshRun(
  row: Awaited<ReturnType<typeof selectRuns>>[number],
  scope: StoreScope,
): RefreshRun {
  const { id: runId, missing, badRows, ...rest } = row.run;
  return {
    ...rest,
    badRows: scope ? [] : badRows,
    runId,
    requestedBy: row.requestedByName ?? rest.requestedBy,
  };
}
