import type { RepId } from '@scheduler/crossmark';
import {
  type Db,
  employees,
  eventSyncs,
  events,
  schedules,
  stores,
  syncAttempts,
  syncSteps,
} from '@scheduler/db';
import {
  type EventRecord,
  eventFacts,
  eventLabel,
  eventSelection,
  holdsBooking,
  joinSync,
  liveSchedule,
  loadHolidays,
  loadPeople,
  loadPlanned,
  type ScheduleRecord,
  type SyncRecord,
} from '@scheduler/db/facts';
import { currentInstant } from '@scheduler/runtime/clock';
import { evaluateFirmly, formatWhen, type Instant, type Reason, workDateOf } from '@scheduler/scheduling';
import { bookingInWords, type ConflictChoice, resolveConflict, retryNow } from '@scheduler/sync';
import { desc, eq } from 'drizzle-orm';
import { forUserOf } from '../board/week.ts';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import type { StoreScope } from '../core/store-access.ts';
import { save } from '../core/transaction.ts';
import { syncBadge } from '../events/board-event.ts';

import type { Actor } from '../trpc/context.ts';
import type { SyncDetail } from './types.ts';

/** The most event ids in an audit entry; larger sets only have their number. */
export const MOST_NAMED = 1_000;

/** The most attempts and writes that are displayed for an event. */
const SHOWN = 50;

/**
 * Returns the sync state of an event, as data and in words. Throws a refusal if there is no such
 * event.
 */
export async function syncDetail(db: Db, eventId: number, scope: StoreScope): Promise<SyncDetail> {
  const [[row], attempts, steps] = await Promise.all([
    db
      .select({ ...eventSelection, store: stores, employeeName: employees.name })
      .from(events)
      .innerJoin(stores, eq(stores.id, events.storeId))
      .leftJoin(schedules, liveSchedule)
      .leftJoin(employees, eq(employees.id, schedules.employeeId))
      .leftJoin(eventSyncs, joinSync)
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
    theirsBreaks: await brokenByTheirs(db, row, scope),
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
      nextAttemptAt: attempt.nextAttemptAt,
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

/** Describes the wanted booking of an event. */
export function wantedInWords(
  schedule: { startsAt: Instant } | null,
  employeeName: string | null,
  timeZone: string,
): string {
  return schedule
    ? `${employeeName ?? 'Somebody'} on ${formatWhen(schedule.startsAt, timeZone)}.`
    : 'Nobody: the event is not scheduled.';
}

/** Describes the booking that Crossmark is known to hold. */
export function heldInWords(sync: SyncRecord | null, timeZone: string): string {
  if (!sync || !holdsBooking(sync)) return 'Nobody is booked, as far as known.';
  const { bookingId, bookedRepNames: names, bookedStartsAt: startsAt } = sync;
  const id = bookingId ? ` (booking ${bookingId})` : '';
  return `${bookingInWords({ names, startsAt }, timeZone)}${id}.`;
}

/** The change on Crossmark's side while the event was changed here; null without a conflict. */
function conflictInWords(sync: SyncRecord | null, timeZone: string): string | null {
  if (!sync?.conflict) return null;
  const { bookingId, repNames, startsAt, seenAt } = sync.conflict;
  const theirs =
    bookingId || repNames || startsAt ? bookingInWords({ names: repNames, startsAt }, timeZone) : 'nobody';
  return `Crossmark’s side was changed to ${theirs} (read on ${formatWhen(seenAt, timeZone)}).`;
}

/**
 * The rules that the board would break if it adopted Crossmark's booking, which is a fact and is
 * never refused.
 */
async function brokenByTheirs(
  db: Db,
  row: {
    event: EventRecord;
    schedule: ScheduleRecord | null;
    sync: SyncRecord | null;
    store: typeof stores.$inferSelect;
  },
  scope: StoreScope,
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
    person: forUserOf(scope, person),
    startsAt,
    store,
    planned,
    holidays,
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
      return sync?.nextAttemptAt
        ? `Attempt ${sync.attempts + 1} is on ${formatWhen(sync.nextAttemptAt, timeZone)}.`
        : 'It is tried as soon as what it waits for is there.';
    case 'failed':
      return 'It is not retried automatically.';
    case 'conflict':
      return 'Nothing is written until somebody chooses which side stands.';
  }
}

/**
 * Retries at once. `retrying` is false if there is nothing to retry: the event is synced, or a
 * person has to choose.
 */
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
 * Resolves a conflict: `mine` sends the board's schedule, `theirs` adopts Crossmark's booking.
 * Throws a {@link Refusal} if there is no conflict any more, or if Crossmark's side is not the one
 * that the person saw.
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
