import { events, onlyRow, schedules, type Tx } from '@scheduler/db';
import type { EventRecord } from '@scheduler/db/facts';
import { addMinutes, normalForm, ruledByName, type WorkDate } from '@scheduler/scheduling';
import { type EventTask, requestPlans, wantChanges } from '@scheduler/sync';
import { eq, sql } from 'drizzle-orm';
import { type AuditEntry, audit } from '../core/audit.ts';
import { snapshot } from '../schedules/changes.ts';
import type { Actor } from '../trpc/context.ts';
import type { KnownEvent } from './match-rows.ts';
import { movesEnd, type RowPlan, type RowWrite, type WantedSchedule } from './plan-rows.ts';

/** The result of an import. */
export interface ImportResult {
  /**
   * The numbers of created events, changed events, rows without changes, and created or changed
   * schedules.
   */
  created: number;
  changed: number;
  same: number;
  scheduled: number;
}

/** The number of rows per statement. Postgres accepts at most 65,535 parameters. */
const CHUNK = 1000;

export async function writeRows(tx: Tx, actor: Actor, plans: readonly RowPlan[]): Promise<ImportResult> {
  const writes = plans.flatMap((plan) => plan.write ?? []);
  const fresh = writes.filter((one) => one.known === null);
  const created = await insertEvents(tx, fresh);
  const eventIdOf = (one: RowWrite) => one.known?.event.id ?? created.get(one) ?? 0;
  const entries: AuditEntry[] = [];
  for (const one of writes) {
    if (one.known) await updateEvent(tx, one.known.event, one);
    entries.push(eventEntry(one, eventIdOf(one)));
  }

  const wanted: { eventId: number; task: EventTask }[] = [];
  const nameOf = new Map(
    writes.flatMap(({ schedule }) => (schedule ? [[schedule.employeeId, schedule.employeeName]] : [])),
  );
  const first = writes.flatMap((one) =>
    one.schedule && !one.known?.schedule
      ? [{ eventId: eventIdOf(one), ...scheduleValues(one.schedule, one.durationMinutes) }]
      : [],
  );
  for (const chunk of chunksOf(first)) {
    for (const schedule of await tx.insert(schedules).values(chunk).returning()) {
      wanted.push({ eventId: schedule.eventId, task: 'sync_schedule' });
      const after = snapshot(schedule, nameOf.get(schedule.employeeId) ?? '');
      entries.push({ action: 'schedule.import', subjectType: 'schedule', subjectId: schedule.id, after });
    }
  }
  for (const one of writes) {
    const entry = one.known && (await updateSchedule(tx, one.known, one));
    if (!one.known || !entry) continue;
    entries.push(entry);
    wanted.push({ eventId: one.known.event.id, task: 'sync_schedule_update' });
  }
  for (const chunk of chunksOf(entries)) await audit(tx, actor, chunk);
  await wantChanges(tx, wanted);
  const toPlan = fresh.filter(({ schedule }) => schedule === null).map(({ store }) => store.id);
  await requestPlans(tx, [...new Set(toPlan)], 'import');
  return {
    created: fresh.length,
    changed: writes.length - fresh.length,
    same: plans.length - writes.length,
    scheduled: wanted.length,
  };
}

function eventEntry({ known, value, durationMinutes, changes }: RowWrite, eventId: number): AuditEntry {
  const subject = { subjectType: 'event', subjectId: eventId } as const;
  if (!known) {
    const { workedMinutes: _, ...said } = value;
    return { ...subject, action: 'event.import', after: { ...said, durationMinutes } };
  }
  return {
    ...subject,
    action: 'event.import-change',
    before: Object.fromEntries(changes.map(({ field, from }) => [field, from])),
    after: Object.fromEntries(changes.map(({ field, to }) => [field, to])),
  };
}

async function insertEvents(tx: Tx, writes: readonly RowWrite[]): Promise<Map<RowWrite, number>> {
  const key = (event: {
    storeId: number;
    name: string;
    startsOn: WorkDate;
    dueOn: WorkDate;
    projectReferenceNumber: string | null;
  }) =>
    JSON.stringify([event.storeId, event.name, event.startsOn, event.dueOn, event.projectReferenceNumber]);
  const writeOf = new Map(writes.map((one) => [key({ ...one.value, storeId: one.store.id }), one]));
  const ids = new Map<RowWrite, number>();
  for (const chunk of chunksOf(writes)) {
    const rows = await tx
      .insert(events)
      .values(
        chunk.map(({ value, store, durationMinutes, schedule }) => ({
          storeId: store.id,
          name: value.name,
          ...ruledByName(value.name, store.durations),
          startsOn: value.startsOn,
          dueOn: value.dueOn,
          durationMinutes,
          durationSource: value.workedMinutes === null ? ('rules' as const) : ('file' as const),
          condition: schedule ? ('Scheduled' as const) : ('Unstaffed' as const),
          projectReferenceNumber: value.projectReferenceNumber,
        })),
      )
      .returning();
    for (const row of rows) {
      const one = writeOf.get(key(row));
      if (one) ids.set(one, row.id);
    }
  }
  return ids;
}

async function updateEvent(tx: Tx, event: EventRecord, { value, durationMinutes, schedule }: RowWrite) {
  await tx
    .update(events)
    .set({
      ...(durationMinutes === event.durationMinutes
        ? {}
        : { durationMinutes, durationSource: 'file' as const }),
      projectReferenceNumber: value.projectReferenceNumber ?? event.projectReferenceNumber,
      ...(event.mplanId === null && normalForm(event.name) !== normalForm(value.name)
        ? { name: value.name }
        : {}),
      ...(schedule && event.condition === 'Unstaffed' ? { condition: 'Scheduled' as const } : {}),
      updatedAt: sql`app_now()`,
    })
    .where(eq(events.id, event.id));
}

/**
 * Moves a live schedule, or only its end if only the duration differs. Returns null if nothing
 * moved.
 */
async function updateSchedule(
  tx: Tx,
  known: KnownEvent,
  { schedule, durationMinutes }: RowWrite,
): Promise<AuditEntry | null> {
  const live = known.schedule;
  if (!live) return null;
  if (!schedule && !movesEnd(known, durationMinutes)) return null;
  const changed = onlyRow(
    await tx
      .update(schedules)
      .set({
        ...(schedule
          ? { ...scheduleValues(schedule, durationMinutes), overrideReason: null }
          : { endsAt: addMinutes(live.startsAt, durationMinutes) }),
        version: live.version + 1,
        updatedAt: sql`app_now()`,
      })
      .where(eq(schedules.id, live.id))
      .returning(),
  );
  const before = known.employeeName ?? '';
  return {
    action: 'schedule.import',
    subjectType: 'schedule',
    subjectId: live.id,
    before: snapshot(live, before),
    after: snapshot(changed, schedule?.employeeName ?? before),
  };
}

function scheduleValues({ employeeId, startsAt, workDate }: WantedSchedule, durationMinutes: number) {
  const endsAt = addMinutes(startsAt, durationMinutes);
  return { employeeId, startsAt, endsAt, workDate, source: 'csv' as const };
}

function chunksOf<T>(list: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / CHUNK) }, (_, index) =>
    list.slice(index * CHUNK, (index + 1) * CHUNK),
  );
}
