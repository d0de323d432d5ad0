import type { Executor } from '@scheduler/db';
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
import { loadHolidays, loadPeople, loadPlanned } from '../schedules/rule-inputs.ts';

/** A schedule as a row of a file would leave it. */
export interface ImportedSchedule {
  /** Line of the file. */
  row: number;
  /** An event that is not made yet has an id below zero. */
  event: EventFacts;
  employeeId: number;
  startsAt: Instant;
  workDate: WorkDate;
  /** Reissued work: its expiry takes the window's place. */
  windowEndsOn: WorkDate | null;
  store: StoreRules;
}

/** The worst of each schedule. */
const MOST_REASONS = 10;
/**
 * Of more work than this that a person has in one day, what is nearest in time is looked at: a file with thousands of rows for
 * one day breaks rules in each of them anyway.
 */
const MOST_A_DAY = 30;
/** Days this far apart are read by one statement. */
const FEW_DAYS = 8 * 7;

/**
 * Reads all that the rules ask about schedules of a file.
 * @returns the rules that one of them would break if all were saved, as the board would mark it then: beside what is saved for
 * these people in these weeks, and beside the others of the file
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
      // What is saved for the event now is no obstacle: the row takes its place.
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

/** Days in groups that lie near each other, so that nothing is read of the years between two rows. */
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

/** All work of some people once the schedules are saved, found by person and day. */
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
    // A day more at each end of the week: work may reach over midnight.
    const first = addDays(weekStart(day), -1);
    const days = Array.from({ length: 9 }, (_, index) => addDays(first, index));
    daysAround.set(day, days);
    return days;
  };
  return {
    /** A person's work in the week of a day; of a day with very much, what is nearest to an instant. */
    around: (employeeId: number, day: WorkDate, instant: Instant): PlannedWork[] =>
      around(day).flatMap((each) => nearest(byDay.get(`${employeeId} ${each}`) ?? [], instant)),
  };
}

/** @param works by their start */
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
