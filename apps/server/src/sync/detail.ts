import type { RepId } from '@scheduler/crossmark';
import {
  type Db,
  employees,
  eventSyncs,
  events,
  refreshRuns,
  SYNC_STATES,
  type SyncState,
  schedules,
  stores,
  syncAttempts,
  syncSteps,
  users,
  workers,
} from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { evaluateFirmly, type Instant, type Reason, workDateOf } from '@scheduler/scheduling';
import {
  type ConflictChoice,
  listMissing,
  markGone,
  readPaused,
  readQuestion,
  readReachability,
  requestRefresh,
  resolveConflict,
  retryNow,
  SILENT_AFTER_SECONDS,
} from '@scheduler/sync';
import { and, count, desc, eq, gt, isNotNull, type SQL, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { syncBadge } from '../events/board-event.ts';
import { when } from '../schedules/changes.ts';
import {
  type EventRecord,
  eventFacts,
  eventLabel,
  eventSelection,
  holdsBooking,
  itsSync,
  liveSchedule,
  loadHolidays,
  loadPeople,
  loadPlanned,
  type ScheduleRecord,
  type SyncRecord,
} from '../schedules/rule-inputs.ts';
import type { Actor } from '../trpc/context.ts';
import type { RefreshQuestion, RefreshRun, SyncDetail, SyncSummary } from '../views.ts';

/** Events named in an audit row; of more, the number must do. */
const MOST_NAMED = 1_000;

/** Tries and writes that are shown of one event. */
const SHOWN = 50;

/** How far an event has got, in facts and in words. Throws a refusal where there is no such event. */
export async function syncDetail(db: Db, eventId: number): Promise<SyncDetail> {
  const [[row], attempts, steps] = await Promise.all([
    db
      .select({ ...eventSelection, store: stores, employeeName: employees.name })
      .from(events)
      .innerJoin(stores, eq(stores.id, events.storeId))
      .leftJoin(schedules, liveSchedule)
      .leftJoin(employees, eq(employees.id, schedules.employeeId))
      .leftJoin(eventSyncs, itsSync)
      .where(eq(events.id, eventId)),
    db
      .select()
      .from(syncAttempts)
      .where(eq(syncAttempts.eventId, eventId))
      .orderBy(desc(syncAttempts.id))
      .limit(SHOWN),
    db
      .select()
      .from(syncSteps)
      .where(eq(syncSteps.eventId, eventId))
      .orderBy(desc(syncSteps.id))
      .limit(SHOWN),
  ]);
  if (!row) throw notFound('event', eventId);
  const { sync, schedule } = row;
  const { timeZone } = row.store;
  return {
    eventId,
    ...syncBadge(sync),
    wantedVersion: sync?.wantedVersion ?? 0,
    syncedVersion: sync?.syncedVersion ?? 0,
    wantedAt: sync?.wantedAt ?? null,
    syncedAt: sync?.syncedAt ?? null,
    failureKind: sync?.failureKind ?? null,
    bookingId: sync?.bookingId ?? null,
    wanted: wantedInWords(schedule, row.employeeName, timeZone),
    held: heldInWords(sync, timeZone),
    next: nextInWords(sync, timeZone),
    conflict: conflictInWords(sync, timeZone),
    conflictSeenAt: sync?.conflict?.seenAt ?? null,
    theirsBreaks: await brokenByTheirs(db, row),
    attempts: attempts.map((attempt) => ({
      id: attempt.id,
      task: attempt.task,
      number: attempt.number,
      startedAt: attempt.startedAt,
      finishedAt: attempt.finishedAt,
      outcome: attempt.outcome,
      summary: attempt.summary,
      failureKind: attempt.failureKind,
      failureReason: attempt.failureReason,
      nextTryAt: attempt.nextTryAt,
    })),
    steps: steps.map((step) => ({
      id: step.id,
      kind: step.kind,
      state: step.state,
      bookingId: step.bookingId,
      detail: step.detail,
      sentAt: step.sentAt,
      answeredAt: step.answeredAt,
    })),
  };
}

function bookingInWords(
  booking: { names: string | null; startsAt: Instant | null },
  timeZone: string,
): string {
  const who = booking.names || 'somebody';
  return booking.startsAt ? `${who} on ${when(booking.startsAt, timeZone)}` : who;
}

/** Who is wanted for an event here, and when. */
export function wantedInWords(
  schedule: { startsAt: Instant } | null,
  employeeName: string | null,
  timeZone: string,
): string {
  return schedule
    ? `${employeeName ?? 'Somebody'} on ${when(schedule.startsAt, timeZone)}.`
    : 'Nobody: the event is not scheduled.';
}

/** Whom Crossmark is known to hold for an event, and when. */
export function heldInWords(sync: SyncRecord | null, timeZone: string): string {
  if (!sync || !holdsBooking(sync)) return 'Nobody is booked, as far as known.';
  const { bookingId, bookedRepNames: names, bookedStartsAt: startsAt } = sync;
  const id = bookingId ? ` (booking ${bookingId})` : '';
  return `${bookingInWords({ names, startsAt }, timeZone)}${id}.`;
}

/** What somebody did on Crossmark's side while the event was changed here; null without a conflict. */
function conflictInWords(sync: SyncRecord | null, timeZone: string): string | null {
  if (!sync?.conflict) return null;
  const { bookingId, repNames, startsAt, seenAt } = sync.conflict;
  const theirs =
    bookingId || repNames || startsAt ? bookingInWords({ names: repNames, startsAt }, timeZone) : 'nobody';
  return `Crossmark’s side was changed to ${theirs} (read on ${when(seenAt, timeZone)}).`;
}

/** The rules that would be broken if the board took what Crossmark has; what comes from there is a fact and is never refused. */
async function brokenByTheirs(
  db: Db,
  row: {
    event: EventRecord;
    schedule: ScheduleRecord | null;
    sync: SyncRecord | null;
    store: typeof stores.$inferSelect;
  },
): Promise<Reason[]> {
  const { event, schedule, sync, store } = row;
  const { repId, startsAt } = sync?.conflict ?? {};
  if (!repId || !startsAt) return [];
  const [rep] = await db
    .select({ id: employees.id })
    .from(employees)
    .where(eq(employees.repId, repId as RepId));
  if (!rep) return [];
  const [[person], planned, holidays] = await Promise.all([
    loadPeople(db, { ids: [rep.id] }),
    loadPlanned(db, { employeeIds: [rep.id], days: [workDateOf(startsAt, store.timeZone)] }),
    loadHolidays(db),
  ]);
  if (!person) return [];
  const reasons = evaluateFirmly({
    event: eventFacts(event, schedule, sync),
    ...{ person, startsAt, store, planned, holidays },
    ignoreScheduleIds: schedule ? [schedule.id] : [],
  });
  return reasons.filter(({ severity, code }) => severity !== 'hint' && code !== 'already_scheduled');
}

function nextInWords(sync: SyncRecord | null, timeZone: string): string {
  switch (sync?.state) {
    case undefined:
    case 'synced':
      return 'Nothing to do: Crossmark holds what is wanted.';
    case 'pending':
      return sync?.leaseUntil && sync.leaseUntil > currentInstant()
        ? 'A worker is at it now.'
        : 'It is in the queue for the next free worker.';
    case 'waiting':
      return sync?.nextTryAt
        ? `Try ${sync.tries + 1} is on ${when(sync.nextTryAt, timeZone)}.`
        : 'It is tried as soon as what it waits for is there.';
    case 'failed':
      return 'It is not tried again by itself.';
    case 'conflict':
      return 'Nothing is written until somebody chooses which side stands.';
  }
}

/** Tries again at once. `retrying` is false where there is nothing to retry: synced, or a choice is due. */
export async function retrySync(db: Db, actor: Actor, eventId: number): Promise<{ retrying: boolean }> {
  return save(db, async (tx) => {
    const [event] = await tx.select({ id: events.id }).from(events).where(eq(events.id, eventId));
    if (!event) throw notFound('event', eventId);
    const retrying = await retryNow(tx, eventId);
    if (retrying) {
      await audit(tx, actor, [{ action: 'sync.retry', subjectType: 'event', subjectId: eventId }]);
    }
    return { retrying };
  });
}

/**
 * Ends a conflict by a person's choice: `mine` sends what the board has, `theirs` makes the board what Crossmark has.
 * Throws a {@link Refusal} where there is none any more, and where Crossmark's side isn't the one that the person saw.
 */
export async function resolveSync(
  db: Db,
  actor: Actor,
  input: ConflictChoice & { eventId: number },
): Promise<{ eventId: number }> {
  const { eventId, choice } = input;
  return save(db, async (tx) => {
    const [event] = await tx.select().from(events).where(eq(events.id, eventId));
    if (!event) throw notFound('event', eventId);
    const resolved = await resolveConflict(tx, eventId, input);
    if (resolved === 'none') {
      throw new Refusal(`${eventLabel(event)} has no conflict any more. Look at it again.`, {
        code: 'not_allowed',
      });
    }
    if (resolved === 'moved') {
      throw new Refusal(
        `Crossmark’s side of ${eventLabel(event)} has changed since it was shown, so nothing was done. Look at it again and choose anew.`,
        { code: 'not_allowed' },
      );
    }
    const adopted = resolved === 'mine' ? null : resolved;
    await audit(tx, actor, [
      {
        action: `sync.keep_${choice}`,
        ...(adopted?.scheduleId
          ? { subjectType: 'schedule' as const, subjectId: adopted.scheduleId }
          : { subjectType: 'event' as const, subjectId: eventId }),
        ...(adopted?.before ? { before: adopted.before } : {}),
        ...(adopted?.after ? { after: adopted.after } : {}),
      },
    ]);
    return { eventId };
  });
}

/** How things stand with Crossmark on the whole. */
export async function syncSummary(db: Db): Promise<SyncSummary> {
  const [states, [because], [alive], { state, since, waiting, byHand }, paused, [lastDone], [lastRefresh]] =
    await Promise.all([
      db.select({ state: eventSyncs.state, number: count() }).from(eventSyncs).groupBy(eventSyncs.state),
      db
        .select({ reason: eventSyncs.failureReason })
        .from(eventSyncs)
        .where(and(eq(eventSyncs.state, 'waiting'), isNotNull(eventSyncs.failureReason)))
        .groupBy(eventSyncs.failureReason)
        .orderBy(desc(count()))
        .limit(1),
      db
        .select({ number: count() })
        .from(workers)
        .where(gt(workers.seenAt, sql`app_now() - ${SILENT_AFTER_SECONDS} * interval '1 second'`)),
      readReachability(db),
      readPaused(db),
      selectRuns(db, 1, eq(refreshRuns.state, 'done')),
      selectRuns(db, 1),
    ]);
  const counts = Object.fromEntries(SYNC_STATES.map((state) => [state, 0])) as Record<SyncState, number>;
  for (const { state, number } of states) counts[state] = number;
  const pausedAt = paused.find(({ task }) => task.startsWith('sync_schedule'))?.pausedAt;
  const heldSince = (byHand && since) || pausedAt;
  return {
    counts,
    waitingBecause: because?.reason ?? null,
    workers: alive?.number ?? 0,
    heldBack: heldSince ? { since: heldSince } : null,
    crossmark: { state, since, waiting },
    lastDone: lastDone ? run(lastDone) : null,
    lastRefresh: lastRefresh ? run(lastRefresh) : null,
  };
}

/** Asks for a reading of Crossmark's whole list; one that is queued or running already is the answer. */
export async function refreshNow(db: Db, actor: Actor): Promise<{ runId: number }> {
  return save(db, async (tx) => {
    const runId = await requestRefresh(tx, { requestedBy: actor.id });
    await audit(tx, actor, [{ action: 'refresh.request', subjectType: 'refresh', subjectId: runId }]);
    return { runId };
  });
}

/** One refresh and how far it is. Throws a refusal where there is none. */
export async function refreshRun(db: Db, runId: number): Promise<RefreshRun> {
  const [row] = await selectRuns(db, 1, eq(refreshRuns.id, runId));
  if (!row) throw notFound('refresh', runId);
  return run(row);
}

/** The latest refreshes, newest first. */
export async function refreshRunList(db: Db, limit: number): Promise<RefreshRun[]> {
  return (await selectRuns(db, limit)).map(run);
}

/** Whether so many events are missing from Crossmark's list that an admin has to decide; null where nothing is asked. */
export async function refreshQuestion(db: Db): Promise<RefreshQuestion | null> {
  const question = await readQuestion(db);
  if (!question || question.eventIds.length === 0) return null;
  const { runId, askedAt, digest, eventIds } = question;
  return { runId, askedAt, digest, count: eventIds.length, events: await listMissing(db, question) };
}

/** An admin's decision that the events of one list are gone. Throws a refusal where that list isn't asked about any more. */
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

/** The latest refreshes that a condition leaves. */
const selectRuns = (db: Db, limit: number, where?: SQL) =>
  db
    .select({ run: refreshRuns, requestedByName: users.name })
    .from(refreshRuns)
    .leftJoin(users, eq(users.id, refreshRuns.requestedBy))
    .where(where)
    .orderBy(desc(refreshRuns.id))
    .limit(limit);

function run(row: Awaited<ReturnType<typeof selectRuns>>[number]): RefreshRun {
  const { id: runId, missing, ...rest } = row.run;
  return { ...rest, runId, requestedBy: row.requestedByName ?? rest.requestedBy };
}
