import type { PlannedWork, WorkDate } from '@scheduler/scheduling';
import { and, between, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Executor } from '../connect.ts';
import { employees, events, plannedDays, schedules } from '../schema/index.ts';
import type { EventRecord, ScheduleRecord } from './records.ts';

/**
 * The condition on an ended schedule that its person did the work: it was over when another schedule
 * of the event took its place in the same transaction, as only a reissue does. The other one's own
 * mark of a reissue doesn't tell, because it goes when Crossmark moves that booking.
 */
export const wasReplacedWhenOver = sql`(${schedules.endsAt} <= ${schedules.endedAt} and exists (
  select from schedules later
  where later.event_id = ${schedules.eventId} and later.created_at = ${schedules.endedAt}))`;

/**
 * Work between two days, both included, that was done and then reissued. An event has one live
 * schedule at most, so the live ones don't have it. It counts for its person wherever work that was
 * done is counted.
 * @param whose conditions on the person, the event or the schedule
 */
export async function replacedWork(
  db: Executor,
  from: WorkDate,
  to: WorkDate,
  ...whose: (SQL | undefined)[]
): Promise<{ event: EventRecord; schedule: ScheduleRecord }[]> {
  // Relies on the indexes planned_days_of_person and schedules_of_event.
  return db
    .select({ event: getTableColumns(events), schedule: getTableColumns(schedules) })
    .from(employees)
    .innerJoin(plannedDays, eq(plannedDays.employeeId, employees.id))
    .innerJoin(
      schedules,
      and(
        eq(schedules.eventId, plannedDays.eventId),
        eq(schedules.employeeId, plannedDays.employeeId),
        eq(schedules.workDate, plannedDays.workDate),
      ),
    )
    .innerJoin(events, eq(events.id, schedules.eventId))
    .where(and(between(plannedDays.workDate, from, to), wasReplacedWhenOver, ...whose));
}

/** Replaced work in the form of planned work, for sums of what people did. */
export const workDone = ({
  event: { type },
  schedule: { id: scheduleId, eventId, employeeId, startsAt, endsAt, workDate },
}: Awaited<ReturnType<typeof replacedWork>>[number]): PlannedWork => ({
  scheduleId,
  eventId,
  employeeId,
  type,
  startsAt,
  endsAt,
  workDate,
});
