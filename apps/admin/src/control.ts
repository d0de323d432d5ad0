import { auditLog, type Db, eventSyncs, type Tx } from '@scheduler/db';
import {
  causeWordsSql,
  holdCalls,
  letCallsPass,
  markGone,
  PURGEABLE,
  pauseTasks,
  purge,
  releaseWorker,
  requestRefresh,
  resumeTasks,
  retryAllNow,
  retryDeadLetters,
  type TaskName,
} from '@scheduler/sync';
import { TRPCError } from '@trpc/server';
import { eq, sql } from 'drizzle-orm';
import { KEEPS_JOBS } from './board-queues.ts';
import { type ChangeFilter, eventsOf } from './changes.ts';
import { redact } from './redact.ts';
import type { Viewer } from './viewer.ts';

/**
 * The actions of admins on the sync. Each runs in one transaction with its audit entry, and throws
 * a TRPCError with a sentence if it is not possible.
 */

/** The actor and the request. */
export interface Actor {
  viewer: Viewer;
  requestId: string;
}

/** The most event ids in an audit entry; larger sets only have their number. */
const MOST_NAMED = 1_000;

const refuse = (message: string, code: 'CONFLICT' | 'NOT_FOUND' | 'BAD_REQUEST' = 'CONFLICT') =>
  new TRPCError({ code, message });

async function audit(
  tx: Tx,
  actor: Actor,
  entry: {
    action: string;
    subject: [type: string, id: string];
    before?: Record<string, unknown>;
    after?: Record<string, unknown>;
  },
): Promise<void> {
  const [subjectType, subjectId] = entry.subject;
  await tx.insert(auditLog).values({
    actorId: actor.viewer.id,
    actorName: actor.viewer.name,
    requestId: actor.requestId,
    action: entry.action,
    subjectType,
    subjectId,
    before: redact(entry.before ?? {}),
    after: redact(entry.after ?? {}),
  });
}

/** Pauses tasks for every worker. Returns those that weren't paused. */
export function pause(db: Db, actor: Actor, tasks: readonly TaskName[]): Promise<{ paused: TaskName[] }> {
  return db.transaction(async (tx) => {
    const paused = await pauseTasks(tx, tasks, actor.viewer.name);
    for (const task of paused)
      await audit(tx, actor, {
        action: 'queue.pause',
        subject: ['queue', task],
        before: { paused: false },
        after: { paused: true },
      });
    return { paused };
  });
}

/** Resumes tasks. Returns those that were paused. */
export function resume(db: Db, actor: Actor, tasks: readonly TaskName[]): Promise<{ resumed: TaskName[] }> {
  return db.transaction(async (tx) => {
    const resumed = await resumeTasks(tx, tasks);
    for (const { task, ...was } of resumed)
      await audit(tx, actor, {
        action: 'queue.resume',
        subject: ['queue', task],
        before: { paused: true, ...was },
        after: { paused: false },
      });
    return { resumed: resumed.map(({ task }) => task) };
  });
}

/** Opens (`hold`) or closes (`pass`) the breaker by hand. */
export function switchBreaker(db: Db, actor: Actor, calls: 'hold' | 'pass'): Promise<{ host: string }> {
  return db.transaction(async (tx) => {
    const done = calls === 'hold' ? await holdCalls(tx, actor.viewer.name) : await letCallsPass(tx);
    if (!done) throw refuse('No worker has called Crossmark yet, so there is nothing to hold back.');
    await audit(tx, actor, {
      action: calls === 'hold' ? 'breaker.open' : 'breaker.close',
      subject: ['breaker', done.host],
      before: { state: done.before, since: done.since },
      after: { state: calls === 'hold' ? 'open' : 'closed' },
    });
    return { host: done.host };
  });
}

/** Releases the jobs and leases of a silent worker. */
export function release(db: Db, actor: Actor, workerId: string): Promise<{ jobs: number }> {
  return db.transaction(async (tx) => {
    const done = await releaseWorker(tx, workerId);
    if (done.state === 'unknown') throw refuse('This worker holds nothing any more.', 'NOT_FOUND');
    if (done.state !== 'released')
      throw refuse(
        'This worker sent a heartbeat within the last 30 s, and two workers on one schedule could book it twice. Stop its process; 30 s later its jobs can be released.',
      );
    await audit(tx, actor, {
      action: 'worker.release',
      subject: ['worker', workerId],
      before: { jobs: done.jobs },
      after: { jobs: 0 },
    });
    return { jobs: done.jobs };
  });
}

/** Empties a task's queue. `confirm` is typed by the person and must be the task's name. */
export function purgeQueue(
  db: Db,
  actor: Actor,
  input: { task: TaskName; confirm: string },
): Promise<{ purged: number }> {
  const task = PURGEABLE.find((one) => one === input.task);
  if (!task) throw refuse(KEEPS_JOBS, 'BAD_REQUEST');
  if (input.confirm !== task) throw refuse(`Type ${task} to confirm the purge.`, 'BAD_REQUEST');
  return db.transaction(async (tx) => {
    const purged = await purge(tx, task, actor.viewer.name);
    await audit(tx, actor, {
      action: 'queue.purge',
      subject: ['queue', task],
      before: { jobs: purged },
      after: { jobs: 0 },
    });
    return { purged };
  });
}

/**
 * The changes to retry: the listed ones, or all that match a filter. `shownAt` is the moment of the
 * page on which the person saw them: what has changed since stays as it is.
 */
export type Selection = { eventIds: number[] } | { filter: ChangeFilter; shownAt?: string | undefined };

/** Retries any number of dead letters and waiting changes at once, in a handful of statements. */
export function redrive(db: Db, actor: Actor, selection: Selection): Promise<{ retried: number }> {
  return db.transaction(async (tx) => {
    const eventIds =
      'filter' in selection ? await eventsOf(tx, selection.filter, selection.shownAt) : selection.eventIds;
    const [only] = eventIds;
    const before = only !== undefined && eventIds.length === 1 ? await stateOf(tx, only) : {};
    const cause = 'filter' in selection && selection.filter.cause ? await causeOf(tx, only) : undefined;
    const retried = await retryAllNow(tx, eventIds);
    if (retried === 0)
      throw refuse(
        eventIds.length === 1 && 'state' in before && before.state === 'conflict'
          ? 'A dispatcher has to choose a side on the board first.'
          : 'There is nothing left to retry: it is synced by now, or a dispatcher has to choose a side first.',
      );
    const one = eventIds.length === 1;
    await audit(tx, actor, {
      action: 'sync.retry',
      subject: one ? ['event', String(only)] : ['queue', 'dead letters'],
      before: one
        ? before
        : {
            ...('filter' in selection && { filter: selection.filter }),
            ...(cause !== undefined && { cause }),
            ...(eventIds.length <= MOST_NAMED && { eventIds: eventIds }),
          },
      after: { state: 'pending', retried },
    });
    return { retried };
  });
}

async function stateOf(tx: Tx, eventId: number): Promise<Record<string, unknown>> {
  const [row] = await tx
    .select({
      state: eventSyncs.state,
      attempts: eventSyncs.attempts,
      failureReason: eventSyncs.failureReason,
    })
    .from(eventSyncs)
    .where(eq(eventSyncs.eventId, eventId));
  if (!row) throw refuse(`There is no event ${eventId} to sync.`, 'NOT_FOUND');
  return row;
}

/** The cause of an event's failure in words, for the audit log: a fingerprint tells a reader nothing. */
async function causeOf(tx: Tx, eventId: number | undefined): Promise<string | undefined> {
  if (eventId === undefined) return undefined;
  const [row] = await tx
    .select({ words: causeWordsSql(sql`${eventSyncs.failureReason}`) })
    .from(eventSyncs)
    .where(eq(eventSyncs.eventId, eventId));
  return row?.words;
}

/** Retries failed jobs that belong to no event: links of people, reads of lists. */
export function retryJobs(db: Db, actor: Actor, jobIds: readonly string[]): Promise<{ retried: number }> {
  return db.transaction(async (tx) => {
    const failed = await retryDeadLetters(tx, jobIds);
    if (failed.length === 0)
      throw refuse('These jobs do not exist any more, or another user has retried them already.');
    await audit(tx, actor, {
      action: 'job.retry',
      subject: ['job', failed.map((job) => job.id).join(',')],
      before: { errors: failed.map((job) => job.lastError) },
      after: { retried: failed.length },
    });
    return { retried: failed.length };
  });
}

/**
 * Marks the events of a displayed list as gone; refused if the decision is no longer needed for
 * that list.
 */
export function markMissingGone(
  db: Db,
  actor: Actor,
  list: { runId: number; digest: string },
): Promise<{ gone: number }> {
  return db.transaction(async (tx) => {
    const eventIds = await markGone(tx, list);
    if (!eventIds)
      throw refuse(
        'The list of missing events has changed since it was shown, so nothing was marked. Look at it again.',
      );
    await audit(tx, actor, {
      action: 'refresh.mark_gone',
      subject: ['refresh', String(list.runId)],
      after: { gone: eventIds.length, eventIds: eventIds.slice(0, MOST_NAMED) },
    });
    return { gone: eventIds.length };
  });
}

/** Queues a refresh, or joins the one in progress. */
export function refreshNow(db: Db, actor: Actor): Promise<{ runId: number }> {
  return db.transaction(async (tx) => {
    const runId = await requestRefresh(tx, { requestedBy: actor.viewer.id });
    await audit(tx, actor, { action: 'refresh.request', subject: ['refresh', String(runId)] });
    return { runId };
  });
}
