import {
  addDays,
  byUrgency,
  type EventFacts,
  eventNumber,
  formatDay,
  type Instant,
  labelOf,
  supervisorEventFor,
  type WorkDate,
} from '@scheduler/scheduling';
import { mayMove, plannedOf, type ScheduledWork } from './input.ts';
import { placeLocks } from './locks.ts';
import type { UnkeptLock } from './proposal.ts';
import { closedToPlans, type Obstacle, type Roster } from './roster.ts';
import type { Settled } from './settle.ts';

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
  /** The lines of the locks that are kept. They are on the roster. */
  locked: Settled[];
  /** The other locks. */
  unkept: UnkeptLock[];
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
    unkept: [],
    starts: new Map(),
    leftOut: [],
  };
}

/**
 * Groups the work to plan, puts locks on the roster, and removes schedules that may move from it.
 */
export function tasksOf(roster: Roster): Tasks {
  const { input, options } = roster;
  const { open, scheduled } = input;
  const tasks = { ...noTasks(), ...placeLocks(roster, { open, scheduled, covered: [] }) };
  const leaveOut = (event: EventFacts, code: Obstacle['code'], message: string) =>
    tasks.leftOut.push({ event, obstacle: { code, message } });

  const locked = new Set(tasks.locked.map(({ event }) => event.id));
  const unsettled = open
    .filter((event) => roster.mayPlan(event) && !locked.has(event.id))
    .toSorted(byUrgency)
    .filter((event) => {
      const obstacle = closedToPlans(event);
      if (obstacle) leaveOut(event, obstacle.code, obstacle.message);
      return obstacle === null;
    });
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
  const haveLockedCheck = new Set(tasks.locked.map(({ coreEventId }) => coreEventId));
  const take = (core: EventFacts): EventFacts | undefined => {
    if (haveLockedCheck.has(core.id)) return undefined;
    const check = supervisorEventFor(core, [...checks.values()]);
    if (check) {
      checks.delete(check.id);
      tasks.checkOf.set(core.id, check);
    }
    return check;
  };
  const locked = tasks.locked.map(({ event, person, day }) => ({ event, employeeId: person.id, day }));
  const isMoved = (event: EventFacts) => locked.some((line) => line.event.id === event.id);
  const standing = roster.input.scheduled
    .filter(({ event }) => !isMoved(event))
    .map(({ event, employeeId, workDate: day }) => ({ event, employeeId, day }));
  for (const { event, employeeId, day } of [...locked, ...standing]) {
    if (event.type !== 'Core') continue;
    const check = take(event);
    if (check) tasks.standingCores.push({ check, coreEventId: event.id, employeeId, day });
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
 * Removes the schedules that may move from the roster: not begun, not breaking a rule, not locked, and
 * not part of a pair that would have to move together.
 */
function takeMovable(roster: Roster, tasks: Tasks): void {
  const { input } = roster;
  const days = new Set(roster.days);
  const locked = new Set(tasks.locked.flatMap(({ event, coreEventId }) => [event.id, coreEventId]));
  const scheduledChecks = input.scheduled
    .map(({ event }) => event)
    .filter((event) => event.type === 'Supervisor');
  for (const scheduled of input.scheduled) {
    const { event, employeeId, startsAt, workDate } = scheduled;
    const person = roster.people.get(employeeId);
    if (!person || !days.has(workDate) || !mayMove(scheduled, input.today) || scheduled.windowEndsOn)
      continue;
    if (roster.isLeftOut(event.id) || locked.has(event.id)) continue;
    if (event.type === 'Supervisor' || tasks.checkOf.has(event.id)) continue;
    if (event.type === 'Core' && supervisorEventFor(event, scheduledChecks)) continue;
    const { obstacles, overrides } = roster.evaluate(event, person, startsAt);
    if (obstacles.length === 0 && overrides.length === 0) tasks.movable.push(scheduled);
  }
  for (const scheduled of tasks.movable) roster.remove(plannedOf(scheduled));
}

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
