import type { Executor } from '@scheduler/db';
import { loadHolidays, loadPeople, loadPlanned } from '@scheduler/db/facts';
import {
  addDays,
  addMinutes,
  type EventFacts,
  evaluateFirmly,
  type Instant,
  type PlannedWork,
  type Reason,
  type StoreRules,
  type WorkDate,
  weekStart,
} from '@scheduler/scheduling';
import { flagsOf } from '../board/week.ts';

/** A schedule as it would be after the import of a row. */
export interface ImportedSchedule {
  /** Line of the file. */
  row: number;
  /** A new event has a negative id. */
  event: EventFacts;
  employeeId: number;
  startsAt: Instant;
  workDate: WorkDate;
  /** Reissued work: its expiry, which replaces the window. */
  windowEndsOn: WorkDate | null;
  store: StoreRules;
}

/** The most severe reason of each schedule. */
const MOST_REASONS = 10;
/**
 * The most work of one person in one day that is examined; the nearest in time comes first. A file
 * with thousands of rows for one day breaks rules in every row anyway.
 */
const MOST_A_DAY = 30;
/** Days at most this far apart are read with one statement. */
const FEW_DAYS = 8 * 7;

/**
 * Reads the facts that the rules need for the schedules of a file.
 * @returns the rules that a schedule would break if all were saved, as the board would mark them:
 * together with the saved schedules of these people in these weeks, and with the other rows of the
 * file
 */
export async function openRules(
  db: Executor,
  imported: readonly ImportedSchedule[],
): Promise<(schedule: ImportedSchedule) => Reason[]> {
  const employeeIds = [...new Set(imported.map((schedule) => schedule.employeeId))];
  const people = new Map((await loadPeople(db, { ids: employeeIds })).map((person) => [person.id, person]));
  const holidays = await loadHolidays(db);
  const saved: PlannedWork[] = [];
  for (const days of daysTogether(imported.map((schedule) => schedule.workDate))) {
    saved.push(...(await loadPlanned(db, { employeeIds, days })));
  }
  const work = workByDay(saved, imported);

  return ({ event, employeeId, startsAt, workDate, windowEndsOn, store }) => {
    const person = people.get(employeeId);
    if (!person) return [];
    const reasons = evaluateFirmly({
      // The saved schedule of the event doesn't count, because the row replaces it.
      event: { ...event, scheduled: false },
      person,
      startsAt,
      store,
      planned: work.around(employeeId, workDate, startsAt),
      holidays,
      ...(windowEndsOn ? { windowEndsOn } : {}),
    });
    return flagsOf(reasons, event).slice(0, MOST_REASONS);
  };
}

/** Groups days that are near each other, so that the years between two rows are not read. */
function daysTogether(days: readonly WorkDate[]): WorkDate[][] {
  const groups: WorkDate[][] = [];
  for (const day of [...new Set(days)].sort()) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && day <= addDays(last, FEW_DAYS)) group.push(day);
    else groups.push([day]);
  }
  return groups;
}

/** All work of some people after the import, by person and day. */
function workByDay(saved: readonly PlannedWork[], imported: readonly ImportedSchedule[]) {
  const moved = new Set(imported.map(({ event }) => event.id));
  const all = [
    ...saved.filter(({ eventId }) => !moved.has(eventId)),
    ...imported.map(
      ({ row, event, employeeId, startsAt, workDate }): PlannedWork => ({
        scheduleId: -row,
        eventId: event.id,
        employeeId,
        type: event.type,
        startsAt,
        endsAt: addMinutes(startsAt, event.durationMinutes),
        workDate,
      }),
    ),
  ].sort((a, b) => (a.startsAt < b.startsAt ? -1 : 1));
  const byDay = Map.groupBy(all, (work) => `${work.employeeId} ${work.workDate}`);
  const daysAround = new Map<WorkDate, WorkDate[]>();
  const around = (day: WorkDate): WorkDate[] => {
    const known = daysAround.get(day);
    if (known) return known;
    // One day more at each end of the week, because work may last beyond midnight.
    const first = addDays(weekStart(day), -1);
    const days = Array.from({ length: 9 }, (_, index) => addDays(first, index));
    daysAround.set(day, days);
    return days;
  };
  return {
    /**
     * A person's work in the week of a day; of a very full day only the work nearest to an instant.
     */
    around: (employeeId: number, day: WorkDate, instant: Instant): PlannedWork[] =>
      around(day).flatMap((each) => nearest(byDay.get(`${employeeId} ${each}`) ?? [], instant)),
  };
}

/** @param works sorted by start */
function nearest(works: readonly PlannedWork[], instant: Instant): readonly PlannedWork[] {
  if (works.length <= MOST_A_DAY) return works;
  let [low, high] = [0, works.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((works[middle]?.startsAt ?? '') < instant) low = middle + 1;
    else high = middle;
  }
  return works.slice(Math.max(0, low - MOST_A_DAY / 2), low + MOST_A_DAY / 2);
}
