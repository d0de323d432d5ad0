import type { LoggedCall, SimulatedBooking, SimulatorState } from '@scheduler/crossmark/simulator';
import {
  auditLog,
  type Db,
  employees,
  eventSyncs,
  events,
  schedules,
  stores,
  syncAttempts,
  syncSteps,
} from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { EditLog, EditRecord } from './edit-log.ts';
import type { EventsInPlay } from './events-in-play.ts';
import type { EventEnd, RemoteEffect } from './history.ts';
import type { Toll } from './troubles.ts';

/** The number of events that differ, by kind of difference. */
export interface Differences {
  /** Wanted bookings that Crossmark does not hold. */
  lost: number;
  /** Events of which Crossmark holds more than one booking. */
  duplicated: number;
  /** Bookings that Crossmark holds, but that are neither wanted nor known here. */
  ghosts: number;
  /** Events that are not synced, or that are pending without a job. */
  stuck: number;
  /** The events with faults, each with sentences about them. */
  events: Map<number, string[]>;
  /** What both sides have of each event, for the check of the history. */
  ends: Omit<EventEnd, 'before'>[];
}

/**
 * Compares what is wanted, read from Postgres, with what the simulator holds. `repsOf` has all
 * RepIDs of a person, because work from before a change of RepID stays booked under the older one.
 * `hasZones`: the store's zone changed, so that bookings were adopted anew, without their ends
 * (docs/sync.md).
 */
export async function compareSides(
  db: Db,
  crossmark: SimulatorState,
  { repsOf, hasZones }: { repsOf: ReadonlyMap<number, ReadonlySet<string>>; hasZones: boolean },
): Promise<Differences> {
  const now = currentInstant();
  const rows = await db
    .select({ event: events, store: stores, schedule: schedules, person: employees, sync: eventSyncs })
    .from(events)
    .innerJoin(stores, eq(stores.id, events.storeId))
    .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    .leftJoin(eventSyncs, eq(eventSyncs.eventId, events.id))
    .orderBy(asc(events.id));
  const listed = new Set(
    crossmark.plans.filter(({ gone }) => !gone).map(({ mplanId, storeId }) => `${mplanId}_${storeId}`),
  );
  const heldBy = Map.groupBy(crossmark.bookings, (booking) => `${booking.mplanId}_${booking.storeId}`);
  const known = new Set(
    (await db.select({ repId: employees.repId }).from(employees)).map((row) => row.repId),
  );
  const reissues = await db
    .select({ id: syncSteps.id, bookingId: syncSteps.bookingId, startsAt: syncSteps.startsAt })
    .from(syncSteps)
    .where(and(eq(syncSteps.kind, 'reissue'), eq(syncSteps.state, 'done')));
  const workedAt = Map.groupBy(reissues, ({ bookingId }) => bookingId);
  const creates = await db
    .select({ id: syncSteps.id, bookingId: syncSteps.bookingId })
    .from(syncSteps)
    .where(and(eq(syncSteps.kind, 'create'), eq(syncSteps.state, 'done')));
  // The booking from before a reissue stays at Crossmark as history, unless the next booking edited
  // it in place.
  const reopenedAt = new Map(crossmark.pendingWork.map((work) => [work.bookingId, work.createdAt]));
  // A person on Crossmark's site may change who did the work. Such a booking is still history if it
  // is at its old time, unless a later write of ours edited it. A booking that the new one hides in
  // the list is always history.
  const isHistory = ({ bookingId, startsAt, lastEditedAt }: SimulatedBooking, newest: string | undefined) => {
    const worked = workedAt.get(bookingId as never);
    if (!worked) return false;
    const isMadeAnew = creates.some(
      (made) => made.bookingId === bookingId && worked.every(({ id }) => id < made.id),
    );
    return (
      bookingId !== newest ||
      lastEditedAt <= (reopenedAt.get(bookingId) ?? lastEditedAt) ||
      (!isMadeAnew && worked.some((work) => work.startsAt === startsAt))
    );
  };
  const differences: Differences = {
    lost: 0,
    duplicated: 0,
    ghosts: 0,
    stuck: 0,
    events: new Map(),
    ends: [],
  };
  for (const { event, store, schedule, person, sync } of rows) {
    const faults: string[] = [];
    const all = heldBy.get(`${event.mplanId}_${store.crossmarkStoreId}`) ?? [];
    const held = all
      .filter((booking) => !isHistory(booking, all.at(-1)?.bookingId))
      .map((booking) =>
        hasZones && schedule?.source === 'crossmark' && booking.startsAt === schedule.startsAt
          ? { ...booking, endsAt: schedule.endsAt }
          : booking,
      );
    const inWords = JSON.stringify(held);
    const right = schedule
      ? held.filter(
          (booking) =>
            (booking.repId === person?.repId ||
              (schedule.startsAt < now && repsOf.get(schedule.employeeId)?.has(booking.repId ?? ''))) &&
            booking.startsAt === schedule.startsAt &&
            booking.endsAt === schedule.endsAt,
        )
      : // A booking of an unknown person is shown as one and not changed. The same applies to the
        // report of work whose reissue was undone.
        held.filter(
          (booking) =>
            booking.bookingId === sync?.bookingId &&
            (!known.has(booking.repId as never) || event.condition === 'Submitted'),
        );
    differences.ends.push({
      eventId: event.id,
      schedule,
      held: (schedule ? held : held.filter((booking) => !right.includes(booking))).map(
        ({ repId, startsAt, endsAt }) => ({ repId: repId ?? '', startsAt, endsAt }),
      ),
      needsPerson: sync?.state === 'failed' || sync?.state === 'conflict',
    });
    if (schedule && right.length === 0) {
      differences.lost += 1;
      faults.push(
        `lost: wanted ${person?.repId} at ${schedule.startsAt}–${schedule.endsAt}, Crossmark holds ${inWords}`,
      );
    }
    if (held.length > 1) {
      differences.duplicated += 1;
      faults.push(`duplicated: Crossmark holds ${inWords}`);
    }
    if (held.length > right.length) {
      differences.ghosts += held.length - right.length;
      faults.push(
        `ghost: wanted ${schedule ? `${person?.repId} at ${schedule.startsAt}` : 'nothing'}, Crossmark holds ${inWords}`,
      );
    }
    if (sync && (sync.state !== 'synced' || sync.syncedVersion !== sync.wantedVersion || sync.leaseOwner)) {
      differences.stuck += 1;
      faults.push(
        `stuck: ${sync.state}, wanted version ${sync.wantedVersion}, synced ${sync.syncedVersion}, owner ${sync.leaseOwner}, reason ${sync.failureReason}`,
      );
    }
    if (event.goneSince && listed.has(`${event.mplanId}_${store.crossmarkStoreId}`)) {
      differences.stuck += 1;
      faults.push('stuck: it is back at Crossmark and counts as gone here');
    }
    if (!sync && schedule) {
      differences.stuck += 1;
      faults.push('stuck: scheduled without a sync row');
    }
    if (faults.length > 0) differences.events.set(event.id, faults);
  }
  return differences;
}

const WRITES = ['scheduleMplanEvent', 'deleteScheduledMplanEvent', 'createPendingWork'];
export const isWrite = (call: LoggedCall) => call.call !== null && WRITES.includes(call.call);

/**
 * Finds writes of one event that Crossmark worked on at the same time, except those that a frozen
 * worker sent late.
 */
export function concurrentWrites(calls: readonly LoggedCall[], toll: Toll): string[] {
  const late = (call: LoggedCall) =>
    toll.thawedAtMs.some((thawedMs) => {
      const atMs = Date.parse(call.receivedAt);
      return atMs >= thawedMs && atMs < thawedMs + 3_000;
    });
  const overlaps: string[] = [];
  const writes = calls.filter((call) => isWrite(call) && call.event !== null);
  for (const [event, own] of Map.groupBy(writes, (call) => call.event)) {
    for (const [index, call] of own.entries()) {
      const next = own[index + 1];
      if (!next || call.finishedAt === null || next.receivedAt >= call.finishedAt) continue;
      if (late(call) || late(next)) continue;
      overlaps.push(
        `${event}: ${call.call} #${call.seq} (${call.receivedAt}–${call.finishedAt}) and ${next.call} #${next.seq} (${next.receivedAt})`,
      );
    }
  }
  return overlaps;
}

/**
 * Finds bookings at Crossmark for a person whom nobody, on either side, ever chose for that event.
 */
export async function strangersBooked(
  db: Db,
  calls: readonly LoggedCall[],
  { chosenOutside }: EditLog,
  { repsOf }: EventsInPlay,
  initial: SimulatorState,
): Promise<string[]> {
  const chosen = new Set(chosenOutside);
  for (const { mplanId, storeId, repId } of initial.bookings) chosen.add(`${mplanId}_${storeId} ${repId}`);
  // A person who was chosen under one RepID may be booked under a later one.
  const aliases = new Map([...repsOf.values()].flatMap((reps) => [...reps].map((rep) => [rep, reps])));
  for (const choice of [...chosen]) {
    const [event, repId = ''] = choice.split(' ');
    for (const alias of aliases.get(repId) ?? []) chosen.add(`${event} ${alias}`);
  }
  const keys = new Map(
    (
      await db
        .select({ id: events.id, mplanId: events.mplanId, storeId: stores.crossmarkStoreId })
        .from(events)
        .innerJoin(stores, eq(stores.id, events.storeId))
    ).map(({ id, mplanId, storeId }) => [id, `${mplanId}_${storeId}`]),
  );
  const choices = await db
    .select({ before: auditLog.before, after: auditLog.after })
    .from(auditLog)
    .where(eq(auditLog.subjectType, 'schedule'));
  for (const values of choices.flatMap(({ before, after }) => [before, after])) {
    const key = keys.get(Number(values?.eventId));
    for (const repId of repsOf.get(Number(values?.employeeId)) ?? []) chosen.add(`${key} ${repId}`);
  }
  return calls
    .filter((call) => call.applied && call.call === 'scheduleMplanEvent')
    .filter((call) => !chosen.has(`${call.event} ${call.params.RepID}`))
    .map((call) => `${call.event}: #${call.seq} booked ${call.params.RepID}, whom nobody chose`);
}

/**
 * Finds bookings that Crossmark removed for us although the journal of their event has no such
 * removal.
 */
export async function foreignRemovals(db: Db, calls: readonly LoggedCall[]): Promise<string[]> {
  const journalled = await db
    .select({ bookingId: syncSteps.bookingId, mplanId: events.mplanId, storeId: stores.crossmarkStoreId })
    .from(syncSteps)
    .innerJoin(events, eq(events.id, syncSteps.eventId))
    .innerJoin(stores, eq(stores.id, events.storeId))
    .where(eq(syncSteps.kind, 'delete'));
  const known = new Set(
    journalled.map(({ bookingId, mplanId, storeId }) => `${mplanId}_${storeId} ${bookingId}`),
  );
  return calls
    .filter((call) => call.applied && call.call === 'deleteScheduledMplanEvent')
    .filter((call) => !known.has(`${call.event} ${call.bookingId}`))
    .map((call) => `${call.event}: #${call.seq} removed ${call.bookingId} without a job of this event`);
}

/**
 * Finds removals of reported work that were sent although the row that was read right before told that
 * it was reported.
 */
export async function removedReports(db: Db, { reports }: EditLog): Promise<string[]> {
  const removals = await db
    .select({ eventId: syncSteps.eventId, bookingId: syncSteps.bookingId, sentAt: syncSteps.sentAt })
    .from(syncSteps)
    .where(and(eq(syncSteps.kind, 'delete'), eq(syncSteps.condition, 'Submitted')));
  return removals
    .filter(({ bookingId }) => bookingId !== null && reports.has(bookingId))
    .map(
      ({ eventId, bookingId, sentAt }) => `event ${eventId}: report ${bookingId} was removed at ${sentAt}`,
    );
}

const EFFECTS: Partial<Record<string, RemoteEffect['kind']>> = {
  scheduleMplanEvent: 'book',
  deleteScheduledMplanEvent: 'remove',
  createPendingWork: 'reopen',
};

/** Returns every change that our calls made at Crossmark, for the check of the history. */
export async function remoteEffects(db: Db, calls: readonly LoggedCall[]): Promise<RemoteEffect[]> {
  const rows = await db
    .select({ id: events.id, mplanId: events.mplanId, storeId: stores.crossmarkStoreId })
    .from(events)
    .innerJoin(stores, eq(stores.id, events.storeId));
  const ids = new Map(rows.map(({ id, mplanId, storeId }) => [`${mplanId}_${storeId}`, id]));
  return calls.flatMap(({ call, applied, event, receivedAt: at, params }): RemoteEffect[] => {
    const kind = EFFECTS[call ?? ''];
    const eventId = ids.get(event ?? '');
    if (!kind || !applied || eventId === undefined) return [];
    if (kind !== 'book') return [{ eventId, at, kind }];
    const startsAt = new Date(params.Start ?? '').toISOString();
    return [{ eventId, at, kind, repId: params.RepID ?? '', startsAt }];
  });
}

/** Returns everything that is known about an event, in order of time. */
export async function historyOf(
  db: Db,
  eventId: number,
  calls: readonly LoggedCall[],
  edits: readonly EditRecord[],
  toll: Toll,
): Promise<string> {
  const [row] = await db
    .select({ event: events, storeId: stores.crossmarkStoreId, sync: eventSyncs })
    .from(events)
    .innerJoin(stores, eq(stores.id, events.storeId))
    .leftJoin(eventSyncs, eq(eventSyncs.eventId, events.id))
    .where(eq(events.id, eventId));
  if (!row) return `event ${eventId} is gone`;
  const key = `${row.event.mplanId}_${row.storeId}`;
  const steps = await db.select().from(syncSteps).where(eq(syncSteps.eventId, eventId));
  const attempts = await db.select().from(syncAttempts).where(eq(syncAttempts.eventId, eventId));
  const audits = await db
    .select()
    .from(auditLog)
    .where(
      sql`${auditLog.after}->>'eventId' = ${String(eventId)} or ${auditLog.before}->>'eventId' = ${String(eventId)} or (${auditLog.subjectType} = 'event' and ${auditLog.subjectId} = ${String(eventId)})`,
    );
  const bookings = new Set(steps.flatMap((step) => step.bookingId ?? []));
  const person = (values: Record<string, unknown> | null) =>
    values && `${values.employeeName} ${values.startsAt}${values.ended ? ' ended' : ''} v${values.version}`;
  const lines = [
    ...steps.flatMap((step) => {
      const about = `step ${step.id} ${step.kind} ${step.repId ?? ''} ${step.startsAt ?? ''} ${step.bookingId ?? ''}`;
      return [
        { at: step.sentAt, what: `${about} sent` },
        ...(step.answeredAt
          ? [{ at: step.answeredAt, what: `${about} is ${step.state} ${step.detail ?? ''}` }]
          : []),
      ];
    }),
    ...attempts.flatMap((attempt) => {
      const who = `attempt ${attempt.id} (${attempt.workerId.slice(-6)}, ${attempt.task})`;
      return [
        { at: attempt.startedAt, what: `${who} starts` },
        ...(attempt.finishedAt
          ? [
              {
                at: attempt.finishedAt,
                what: `${who} ${attempt.outcome} ${attempt.summary ?? ''} ${attempt.failureKind ?? ''} ${attempt.failureReason ?? ''}`,
              },
            ]
          : []),
      ];
    }),
    ...audits.map((entry) => ({
      at: entry.at,
      what: `audit ${entry.action} by ${entry.actorName}: ${person(entry.before)} -> ${person(entry.after)}`,
    })),
    ...calls
      .filter(
        (call) => call.event === key || (call.bookingId !== null && bookings.has(call.bookingId as never)),
      )
      .map((call) => ({
        at: call.receivedAt,
        what: `crossmark #${call.seq} ${call.call} ${call.params.RepID ?? ''} ${call.params.Start ?? ''} ${call.params.id ?? ''} -> ${call.outcome} ${call.status ?? ''}${call.applied ? ' APPLIED' : ''} ${call.bookingId ?? ''} until ${call.finishedAt}`,
      })),
    ...edits
      .filter((edit) => edit.eventIds.includes(eventId) || edit.eventIds.length === 0)
      .map(({ at, what }) => ({ at, what })),
    ...toll.story,
  ].sort((a, b) => a.at.localeCompare(b.at));
  return [
    `event ${eventId} (${key}) ${row.event.name} ${row.event.startsOn}–${row.event.dueOn} ${row.event.condition}`,
    `  now: ${JSON.stringify(row.sync)}`,
    ...lines.map(({ at, what }) => `  ${at} ${what}`),
  ].join('\n');
}
