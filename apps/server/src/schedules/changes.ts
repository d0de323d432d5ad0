import type { Executor } from '@scheduler/db';
import type { ScheduleRecord } from '@scheduler/db/facts';
import { formatTime, formatWhen, type Instant } from '@scheduler/scheduling';
import { changesSince } from '../core/changes-since.ts';
import { Refusal } from '../core/errors.ts';

/** A schedule in the form of the audit log. */
export type ScheduleSnapshot = {
  version: number;
  eventId: number;
  employeeId: number;
  employeeName: string;
  startsAt: Instant;
  endsAt: Instant;
  workDate: string;
  ended: boolean;
};

/** The snapshot of a schedule for the audit log. */
export function snapshot(schedule: ScheduleRecord, employeeName: string): ScheduleSnapshot {
  const { version, eventId, employeeId, startsAt, endsAt, workDate, endedAt } = schedule;
  return { version, eventId, employeeId, employeeName, startsAt, endsAt, workDate, ended: endedAt !== null };
}

/** Describes a change of a schedule, as the continuation of the actor's name. */
export function whatChanged(
  before: Partial<ScheduleSnapshot> | null,
  after: Partial<ScheduleSnapshot> | null,
  timeZone: string,
): string {
  if (after?.ended) return 'unscheduled it';
  const parts: string[] = [];
  if (before?.startsAt && after?.startsAt && before.startsAt !== after.startsAt) {
    parts.push(
      `moved it from ${formatWhen(before.startsAt, timeZone)} to ${formatWhen(after.startsAt, timeZone)}`,
    );
  }
  if (before?.employeeName && after?.employeeName && before.employeeId !== after.employeeId) {
    parts.push(`gave it from ${before.employeeName} to ${after.employeeName}`);
  }
  const ends = [before?.endsAt, after?.endsAt];
  if (parts.length === 0 && ends[0] && ends[1] && ends[0] !== ends[1]) {
    parts.push(`moved its end from ${formatTime(ends[0], timeZone)} to ${formatTime(ends[1], timeZone)}`);
  }
  return parts.join(' and ') || 'changed it';
}

/**
 * The refusal of an edit that was based on an older version of a schedule, with the changes since
 * then from the audit log. A change without an entry came from Crossmark.
 */
export async function staleSchedule(
  db: Executor,
  schedule: ScheduleRecord,
  seen: { version: number; label: string; timeZone: string },
): Promise<Refusal> {
  const subject = { type: 'schedule' as const, id: schedule.id, version: seen.version };
  const changes = await changesSince(db, subject, (before, after) =>
    whatChanged(before, after, seen.timeZone),
  );
  const said =
    changes
      .map((change) => `${change.by} ${change.what} (${formatWhen(change.at, seen.timeZone)})`)
      .join('; ') || `it was ${schedule.endedAt ? 'unscheduled' : 'changed'} from Crossmark’s side`;
  return new Refusal(
    `${seen.label} was changed after you opened it: ${said}. Nothing of yours was saved; look at it again and repeat your change if it still fits.`,
    { code: 'stale', changes, currentVersion: schedule.endedAt ? null : schedule.version },
  );
}
