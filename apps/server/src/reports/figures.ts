import {
  type AttendanceStatus,
  addDays,
  type EventType,
  type Instant,
  momentAt,
  type WorkDate,
  weekStart,
  workedMinutes,
} from '@scheduler/scheduling';
import type { ChangesAfterPublishing, SharedFigures, WorkFigures } from './types.ts';

/** A live schedule. */
export interface Work {
  employeeId: number;
  type: EventType;
  startsAt: Instant;
  endsAt: Instant;
  workDate: WorkDate;
}

export interface AttendanceDay {
  employeeId: number;
  day: WorkDate;
  status: AttendanceStatus;
}

/** An event that was to be done by a day. */
export interface DueWork {
  lastDay: WorkDate;
  isCovered: boolean;
}

/** Where a schedule stood before or after a change. */
interface Place {
  employeeId: number;
  startsAt: Instant;
  workDate: WorkDate;
}

/** A change of a schedule. */
export interface Change {
  at: Instant;
  /** Null if it was not scheduled before, or is not any more. */
  before: Place | null;
  after: Place | null;
  /** When Crossmark held it; null if that isn't known, or if nobody here made the change. */
  syncedAt: Instant | null;
}

/** A change of a published week: which one, whose, and what it was. */
export interface LateChange {
  weekOf: WorkDate;
  employeeId: number;
  kind: keyof ChangesAfterPublishing;
}

/**
 * What a change did to a week that was published: null if the week was not published yet, or if
 * neither person nor start changed. A change of a schedule counts for the person and the week that had
 * it; a new one for those that got it.
 * @param published.daysBefore the days before its Sunday on which a week is published
 */
export function lateChangeOf(
  { at, before, after }: Change,
  published: { daysBefore: number; timeZone: string },
): LateChange | null {
  const isPublished = ({ workDate }: Place) =>
    at >= momentAt(addDays(weekStart(workDate), -published.daysBefore), '00:00', published.timeZone, 'first');
  if (before && isPublished(before)) {
    const its = { weekOf: weekStart(before.workDate), employeeId: before.employeeId };
    if (!after) return { ...its, kind: 'unscheduled' };
    if (after.employeeId !== before.employeeId) return { ...its, kind: 'reassigned' };
    return after.startsAt === before.startsAt ? null : { ...its, kind: 'moved' };
  }
  if (!after || !isPublished(after)) return null;
  return { weekOf: weekStart(after.workDate), employeeId: after.employeeId, kind: 'added' };
}

/** The value below which a share of sorted values lies: the smallest one that has the share at or below it. */
export function quantileOf(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** The seconds that changes took from being saved to being held by Crossmark. */
export function syncTimesOf(changes: readonly Change[]): SharedFigures['sync'] {
  const seconds = changes
    .flatMap(({ at, syncedAt }) => (syncedAt ? [(Date.parse(syncedAt) - Date.parse(at)) / 1000] : []))
    .sort((a, b) => a - b);
  const [medianSeconds, p95Seconds] = [quantileOf(seconds, 0.5), quantileOf(seconds, 0.95)];
  if (medianSeconds === undefined || p95Seconds === undefined) return null;
  return { count: seconds.length, medianSeconds, p95Seconds };
}

/** Sums up some work, attendance and late changes. */
export function workFiguresOf(facts: {
  work: readonly Work[];
  attendance: readonly AttendanceDay[];
  changes: readonly LateChange[];
}): WorkFigures {
  const minutes = facts.work.map(({ type, startsAt, endsAt }) => {
    const presence = (Date.parse(endsAt) - Date.parse(startsAt)) / 60_000;
    return { presence, worked: workedMinutes(type, presence) };
  });
  const countOf = (kind: LateChange['kind']) => facts.changes.filter((change) => change.kind === kind).length;
  return {
    minutes: minutes.reduce((sum, { presence }) => sum + presence, 0),
    workedMinutes: minutes.reduce((sum, { worked }) => sum + worked, 0),
    days: new Set(facts.work.map(({ employeeId, workDate }) => `${employeeId} ${workDate}`)).size,
    cores: facts.work.filter(({ type }) => type === 'Core').length,
    recorded: facts.attendance.length,
    onTime: facts.attendance.filter(({ status }) => status === 'on_time').length,
    changes: {
      moved: countOf('moved'),
      reassigned: countOf('reassigned'),
      unscheduled: countOf('unscheduled'),
      added: countOf('added'),
    },
  };
}
