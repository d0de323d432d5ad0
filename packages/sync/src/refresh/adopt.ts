import type { BookingId } from '@scheduler/crossmark';
import {
  auditLog,
  employees,
  eventSyncs,
  events,
  schedules,
  stores,
  syncSteps,
  type Tx,
} from '@scheduler/db';
import {
  addMinutes,
  CLOSED_CONDITIONS,
  type Condition,
  type Instant,
  workDateOf,
} from '@scheduler/scheduling';
import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { markSynced, markUnsettled } from '../event-sync.ts';
import { eventJobKey } from '../queue/contracts.ts';
import { wantChange } from '../queue/enqueue.ts';
import { addJobs } from '../queue/graphile.ts';
import { type KnownBooking, knownBooking, writesBeneath } from '../reconcile/observe.ts';

/** An event as it stands here: its row, its live schedule and the RepID of that one's person, its sync row. */
export interface LocalEvent {
  event: typeof events.$inferSelect;
  schedule: typeof schedules.$inferSelect | null;
  repId: (typeof employees.$inferSelect)['repId'];
  sync: typeof eventSyncs.$inferSelect | null;
  /**
   * Whether it has no schedule because Crossmark had nobody, or somebody unknown here, and nobody here
   * decided anything since. Only known of work that is reported as done.
   */
  wasEndedThere: boolean;
}

/** The person behind a RepID. */
export interface KnownRep {
  id: number;
  name: string;
}

/** Reads the people with these RepIDs, by RepID. */
export async function knownReps(tx: Tx, repIds: readonly string[]): Promise<Map<string, KnownRep>> {
  if (repIds.length === 0) return new Map();
  const rows = await tx
    .select({ id: employees.id, name: employees.name, repId: employees.repId })
    .from(employees)
    .where(inArray(sql`${employees.repId}`, [...repIds]));
  return new Map(rows.map((row) => [String(row.repId), row]));
}

/** The schedule that a booking becomes here. */
export type AdoptedSchedule = Pick<
  typeof schedules.$inferSelect,
  'employeeId' | 'startsAt' | 'endsAt' | 'workDate'
>;

/**
 * The schedule that a booking becomes here; null if its person or time is unknown, or the event
 * takes no schedule. Work that is reported as done gets none. But the one that it has becomes what was
 * reported, and so does one that Crossmark's side had ended.
 */
export function scheduleOf(
  local: Pick<LocalEvent, 'schedule' | 'wasEndedThere'> & {
    event: Pick<LocalEvent['event'], 'durationMinutes'>;
    condition: Condition;
  },
  held: KnownBooking | null,
  reps: ReadonlyMap<string, KnownRep>,
  timeZone: string,
): AdoptedSchedule | null {
  const rep = held?.repId ? reps.get(held.repId) : undefined;
  const { condition } = local;
  const isReport = condition === 'Submitted' && (local.schedule !== null || local.wasEndedThere);
  if (!held?.startsAt || !rep || (CLOSED_CONDITIONS.includes(condition) && !isReport)) return null;
  return {
    employeeId: rep.id,
    startsAt: held.startsAt,
    endsAt: held.endsAt ?? addMinutes(held.startsAt, local.event.durationMinutes),
    workDate: workDateOf(held.startsAt, timeZone),
  };
}

/**
 * A booking with the end of the schedule that it becomes here: Crossmark's list has no ends, so
 * both sides agree on that one.
 */
export const withAgreedEnd = (
  held: KnownBooking | null,
  becomes: AdoptedSchedule | null,
): KnownBooking | null => held && { ...held, endsAt: becomes?.endsAt ?? held.endsAt };

const NO_REISSUE = { reissueOf: null, reissueExpiresOn: null, reissueResponses: null };

/** What an adoption did to the schedule here, for the audit log. */
export interface Adoption {
  action: 'schedule.adopt';
  scheduleId: number | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** A schedule as the audit log has it. */
export const snapshot = (schedule: typeof schedules.$inferSelect, employeeName: string) => ({
  version: schedule.version,
  eventId: schedule.eventId,
  employeeId: schedule.employeeId,
  employeeName,
  startsAt: schedule.startsAt,
  endsAt: schedule.endsAt,
  workDate: schedule.workDate,
  ended: schedule.endedAt !== null,
});

/**
 * Makes the schedule here what Crossmark holds. It is made, moved or given to another person; it is
 * ended if `theirs` is null: Crossmark has nobody, or somebody who is unknown here. No rule is checked, because
 * Crossmark's side is a fact. The caller has locked the event, its schedule and its sync row, and
 * records the booking.
 */
export async function adoptBooking(
  tx: Tx,
  { event, schedule }: Pick<LocalEvent, 'event' | 'schedule'>,
  theirs: AdoptedSchedule | null,
): Promise<Adoption> {
  const ids = [...new Set([schedule, theirs].flatMap((one) => one?.employeeId ?? []))];
  const people = await tx
    .select({ id: employees.id, name: employees.name })
    .from(employees)
    .where(inArray(employees.id, ids));
  const nameOf = (one: { employeeId: number }) => people.find(({ id }) => id === one.employeeId)?.name ?? '';
  const before = schedule && snapshot(schedule, nameOf(schedule));
  if (!theirs) {
    if (!schedule) return { action: 'schedule.adopt', scheduleId: null, before, after: null };
    const [ended] = await tx
      .update(schedules)
      .set({ endedAt: sql`app_now()`, version: schedule.version + 1, updatedAt: sql`app_now()` })
      .where(eq(schedules.id, schedule.id))
      .returning();
    const after = ended ? snapshot(ended, nameOf(ended)) : null;
    return { action: 'schedule.adopt', scheduleId: schedule.id, before, after };
  }
  // A reissue is no longer due: Crossmark has another booking now.
  const values = { ...theirs, source: 'crossmark' as const, ...NO_REISSUE };
  const [row] = schedule
    ? await tx
        .update(schedules)
        .set({ ...values, overrideReason: null, version: schedule.version + 1, updatedAt: sql`app_now()` })
        .where(eq(schedules.id, schedule.id))
        .returning()
    : await tx
        .insert(schedules)
        .values({ ...values, eventId: event.id })
        .returning();
  if (!row) throw new Error('The schedule was not adopted.');
  return { action: 'schedule.adopt', scheduleId: row.id, before, after: snapshot(row, nameOf(row)) };
}

/**
 * Writes adoptions that no person here decided into the audit log. One parameter has all of them,
 * because a first refresh brings more than a statement has parameters for.
 */
export async function auditAdoptions(tx: Tx, adoptions: readonly (Adoption & { eventId: number })[]) {
  if (adoptions.length === 0) return;
  const rows = adoptions.map(({ action, scheduleId, eventId, before, after }) => ({
    action,
    subjectType: scheduleId === null ? 'event' : 'schedule',
    subjectId: String(scheduleId ?? eventId),
    before,
    after,
  }));
  await tx.execute(sql`
    insert into ${auditLog} (actor_id, actor_name, action, subject_type, subject_id, before, after)
    select 'system', 'Crossmark', action, "subjectType", "subjectId", before, after
    from json_to_recordset(${JSON.stringify(rows)}::json) as given(action text, "subjectType" text,
      "subjectId" text, before jsonb, after jsonb)`);
}

/**
 * Settles the writes of an event whose outcome is unknown, where Crossmark's side has been read
 * since and both sides agree on it. `made` is the write that made the booking there. The others may
 * still arrive within a day, like any write whose answer was lost. If they stayed in doubt for
 * ever, what somebody does on Crossmark's site later would be taken for their effect.
 */
export async function settleDoubts(
  tx: Tx,
  eventId: number,
  made?: { stepId: number | undefined; bookingId: BookingId | null },
): Promise<void> {
  const inDoubt = and(eq(syncSteps.eventId, eventId), inArray(syncSteps.state, ['sent', 'unknown']));
  const answeredAt = sql`app_now()`;
  if (made?.stepId !== undefined)
    await tx
      .update(syncSteps)
      .set({ state: 'done', bookingId: made.bookingId, answeredAt })
      .where(and(inDoubt, eq(syncSteps.id, made.stepId)));
  await tx.update(syncSteps).set({ state: 'settled', answeredAt }).where(inDoubt);
}

/**
 * Has an event reconciled again because writes of ours may have had an effect after they were
 * settled.
 */
export async function reopen(tx: Tx, eventId: number, stepIds: readonly number[]) {
  await tx
    .update(syncSteps)
    .set({ state: 'unknown' })
    .where(inArray(syncSteps.id, [...stepIds]));
  await markUnsettled(tx, eventId);
  await addJobs(tx, [{ task: 'sync_schedule_update', payload: { eventId }, key: eventJobKey(eventId) }]);
}

/**
 * A person's choice in a conflict: `mine` sends what the board has, `theirs` takes over what
 * Crossmark has.
 */
export interface ConflictChoice {
  choice: 'mine' | 'theirs';
  /** When Crossmark's side was read that the person was shown: `seenAt` of the conflict. */
  seenAt: Instant;
}

/**
 * Ends a conflict by a person's choice, in the caller's transaction, which also records who chose.
 * Nothing is done if there is no conflict any more (`none`), or if Crossmark's side was read again
 * after it was shown to the person (`moved`): the choice was made about something else.
 */
export async function resolveConflict(
  tx: Tx,
  eventId: number,
  { choice, seenAt }: ConflictChoice,
): Promise<Adoption | 'mine' | 'none' | 'moved'> {
  const [event] = await tx.select().from(events).where(eq(events.id, eventId)).for('no key update');
  const [schedule] = await tx
    .select()
    .from(schedules)
    .where(and(eq(schedules.eventId, eventId), isNull(schedules.endedAt)))
    .for('no key update');
  const [sync] = await tx.select().from(eventSyncs).where(eq(eventSyncs.eventId, eventId)).for('update');
  if (!event || sync?.state !== 'conflict') return 'none';
  if (sync.conflict?.seenAt !== seenAt) return 'moved';
  if (choice === 'mine') {
    await wantChange(tx, { eventId, task: 'sync_schedule_update' });
    return 'mine';
  }
  const [store] = await tx.select().from(stores).where(eq(stores.id, event.storeId));
  const held = knownBooking({ sync }, []);
  const reps = await knownReps(tx, held?.repId ? [held.repId] : []);
  const local = { event, schedule: schedule ?? null, condition: event.condition, wasEndedThere: false };
  const theirs = scheduleOf(local, held, reps, store?.timeZone ?? 'UTC');
  const adopted = await adoptBooking(tx, local, theirs);
  await markSynced(tx, eventId, withAgreedEnd(held, theirs));
  await tx
    .update(events)
    .set({ condition: held ? 'Scheduled' : 'Unstaffed', updatedAt: sql`app_now()` })
    .where(and(eq(events.id, eventId), inArray(events.condition, ['Unstaffed', 'Scheduled', 'Staffed'])));
  await settleDoubts(tx, eventId);
  // Nothing is written to work that is reported as done.
  if (theirs && event.condition !== 'Submitted') {
    const steps = await tx
      .select()
      .from(syncSteps)
      .where(eq(syncSteps.eventId, eventId))
      .orderBy(desc(syncSteps.id));
    const beneath = writesBeneath(held, steps);
    if (beneath.length > 0)
      await reopen(
        tx,
        eventId,
        beneath.map((step) => step.id),
      );
  }
  return adopted;
}
