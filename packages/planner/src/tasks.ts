import {
  addDays,
  byUrgency,
  CLOSED_CONDITIONS,
  type EventFacts,
  eventNumber,
  formatDay,
  type Instant,
  labelOf,
  type PlannedWork,
  supervisorEventFor,
  type WorkDate,
} from '@scheduler/scheduling';
import type { Lock, ScheduledWork } from './input.ts';
import type { Obstacle, Roster } from './roster.ts';

/** The work to plan, grouped by how it is planned. */
export interface Tasks {
  /** Open events that get a person and a day, the most urgent first. */
  free: EventFacts[];
  /** The open Supervisor event of each Core among {@link free}, and of each scheduled Core. */
  checkOf: Map<number, EventFacts>;
  /** Supervisor events whose Core is already scheduled, with the Core's day and person. */
  standingCores: { check: EventFacts; coreEventId: number; employeeId: number; day: WorkDate }[];
  /** Live schedules that may get another day or person. They are off the roster. */
  movable: ScheduledWork[];
  /** Locks that the rules allow. They are on the roster. */
  locked: { event: EventFacts; lock: Lock }[];
  /** The starts that events keep if they keep the day, by event. */
  starts: Map<number, Instant>;
  /** Events that no plan can place, each with its obstacle. */
  leftOut: { event: EventFacts; obstacle: Obstacle }[];
}

/** Returns tasks without any work. */
export function noTasks(): Tasks {
  return {
    free: [],
    checkOf: new Map(),
    standingCores: [],
    movable: [],
    locked: [],
    starts: new Map(),
    leftOut: [],
  };
}

/**
 * Groups the work to plan, puts locks on the roster, and removes schedules that may move from it.
 */
export function tasksOf(roster: Roster): Tasks {
  const { input, options } = roster;
  const tasks = noTasks();
  const leaveOut = (event: EventFacts, code: Obstacle['code'], message: string) =>
    tasks.leftOut.push({ event, obstacle: { code, message } });

  const plannable = input.open
    .filter((event) => roster.mayPlan(event))
    .toSorted(byUrgency)
    .filter((event) => {
      if (CLOSED_CONDITIONS.includes(event.condition)) {
        leaveOut(event, 'not_schedulable', `${labelOf(event)} is ${event.condition} in Crossmark.`);
        return false;
      }
      if (event.scheduled) {
        leaveOut(event, 'already_scheduled', `${labelOf(event)} is booked in Crossmark already.`);
        return false;
      }
      return true;
    });

  const held = new Map((input.locks ?? []).map((lock) => [lock.eventId, lock]));
  for (const event of plannable) {
    const lock = held.get(event.id);
    const person = lock && roster.people.get(lock.employeeId);
    if (!lock || !person) continue;
    const { obstacles } = roster.evaluate(event, person, lock.startsAt);
    const [obstacle] = obstacles;
    if (obstacle) {
      leaveOut(event, obstacle.code, obstacle.message);
      continue;
    }
    roster.place(event, lock.employeeId, lock.startsAt);
    tasks.locked.push({ event, lock });
  }
  const settled = new Set([...tasks.locked, ...tasks.leftOut].map(({ event }) => event.id));
  const unsettled = plannable.filter((event) => !settled.has(event.id));
  pairChecks(roster, tasks, unsettled, leaveOut);
  if (options.moveExisting) takeMovable(roster, tasks);
  return tasks;
}

function pairChecks(
  roster: Roster,
  tasks: Tasks,
  unsettled: readonly EventFacts[],
  leaveOut: (event: EventFacts, code: Obstacle['code'], message: string) => void,
): void {
  const checks = new Map(
    unsettled.filter((event) => event.type === 'Supervisor').map((event) => [event.id, event]),
  );
  const take = (core: EventFacts): EventFacts | undefined => {
    const check = supervisorEventFor(core, [...checks.values()]);
    if (check) {
      checks.delete(check.id);
      tasks.checkOf.set(core.id, check);
    }
    return check;
  };
  for (const { event, lock } of tasks.locked) {
    if (event.type !== 'Core') continue;
    const check = take(event);
    const day = roster.dayOf(lock.startsAt);
    if (check) {
      tasks.standingCores.push({ check, coreEventId: event.id, employeeId: lock.employeeId, day });
    }
  }
  for (const { event, employeeId, workDate } of roster.input.scheduled) {
    if (event.type !== 'Core') continue;
    const check = take(event);
    if (check) tasks.standingCores.push({ check, coreEventId: event.id, employeeId, day: workDate });
  }
  for (const event of unsettled) {
    if (event.type === 'Supervisor') continue;
    tasks.free.push(event);
    if (event.type === 'Core') take(event);
  }
  for (const check of checks.values()) {
    const number = eventNumber(check.name);
    leaveOut(
      check,
      'needs_core',
      `${labelOf(check)} is done on the day of its Core, and no Core ${number ?? 'of its number'} is in this plan.`,
    );
  }
}

/**
 * Removes the schedules that may move from the roster: not begun, not breaking a rule, and not part
 * of a pair that would have to move together.
 */
function takeMovable(roster: Roster, tasks: Tasks): void {
  const { input } = roster;
  const days = new Set(roster.days);
  const scheduledChecks = input.scheduled
    .map(({ event }) => event)
    .filter((event) => event.type === 'Supervisor');
  for (const scheduled of input.scheduled) {
    const { event, employeeId, startsAt, workDate } = scheduled;
    const person = roster.people.get(employeeId);
    if (!person || !days.has(workDate) || workDate <= input.today || scheduled.windowEndsOn) continue;
    if (roster.isLeftOut(event.id)) continue;
    if (event.type === 'Supervisor' || tasks.checkOf.has(event.id)) continue;
    if (event.type === 'Core' && supervisorEventFor(event, scheduledChecks)) continue;
    if (event.condition !== 'Scheduled' && event.condition !== 'Unstaffed') continue;
    const { obstacles, overrides } = roster.evaluate(event, person, startsAt);
    if (obstacles.length === 0 && overrides.length === 0) tasks.movable.push(scheduled);
  }
  for (const scheduled of tasks.movable) roster.remove(plannedOf(scheduled));
}

/** Returns a live schedule as input for the rules. */
export const plannedOf = (scheduled: ScheduledWork): PlannedWork => ({
  scheduleId: scheduled.scheduleId,
  eventId: scheduled.event.id,
  employeeId: scheduled.employeeId,
  type: scheduled.event.type,
  startsAt: scheduled.startsAt,
  endsAt: scheduled.endsAt,
  workDate: scheduled.workDate,
});

/** Returns the planned days within a window. */
export function daysWithin(
  days: readonly WorkDate[],
  event: Pick<EventFacts, 'startsOn' | 'dueOn'>,
): WorkDate[] {
  return days.filter((day) => event.startsOn <= day && day < event.dueOn);
}

/** Returns why an event can't be placed if its window contains none of the planned days. */
export function outsideWindow(event: EventFacts, days: readonly WorkDate[]): Obstacle {
  const [first, last] = [days[0], days.at(-1)];
  const window = `can be worked from ${formatDay(event.startsOn)} to ${formatDay(addDays(event.dueOn, -1))}`;
  if (!first || !last) {
    return { code: 'too_early', message: `${labelOf(event)} ${window}; none of the days to plan is left.` };
  }
  if (event.dueOn <= first) {
    return {
      code: 'too_early',
      message: `${labelOf(event)} ${window}, and a plan begins on ${formatDay(first)}. Schedule it by hand.`,
    };
  }
  return { code: 'window', message: `${labelOf(event)} ${window}, after the planned days.` };
}
