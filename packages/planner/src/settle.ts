import {
  type EventFacts,
  type Instant,
  type PersonFacts,
  supervisorPlan,
  type WorkDate,
} from '@scheduler/scheduling';
import type { Placed } from './formulation.ts';
import { plannedOf, type ScheduledWork } from './input.ts';
import type { Judged, Roster } from './roster.ts';
import { startsOn } from './starts.ts';
import { daysWithin, type Tasks } from './tasks.ts';

/** An event with its person and start, as allowed by the rules. */
export interface Settled {
  event: EventFacts;
  person: PersonFacts;
  day: WorkDate;
  startsAt: Instant;
  from: ScheduledWork | null;
  coreEventId: number | null;
  /** Whether a lock holds it. */
  locked: boolean;
}

/**
 * Makes a plan from an engine's solution: chooses the starts, checks each line by the rules with
 * all others in place, searches another place for refused lines, and adds the noon checks.
 * Afterwards the roster holds all of it.
 * @param roster the roster with the locks, but without the schedules that may move
 */
export function settle(
  roster: Roster,
  tasks: Tasks,
  plan: { placed: readonly Placed[]; staying: readonly ScheduledWork[] },
): Settled[] {
  for (const scheduled of plan.staying) roster.add(plannedOf(scheduled));
  const movableBy = new Map(tasks.movable.map((scheduled) => [scheduled.event.id, scheduled]));
  const settled: Settled[] = [];
  const refused: Placed[] = [];
  for (const [day, placed] of Map.groupBy(plan.placed, ({ day }) => day)) {
    const starts = startsOn(roster, day, placed);
    for (const each of placed) {
      const from = movableBy.get(each.event.id) ?? null;
      // Moved work that keeps its day keeps its time.
      const startsAt = from?.workDate === day ? from.startsAt : starts.get(each.event.id);
      if (startsAt === undefined) continue;
      roster.place(each.event, each.person.id, startsAt);
      settled.push({ ...each, startsAt, from, coreEventId: null, locked: false });
    }
  }
  const kept = settled.filter((line) => {
    if (passes(roster, line)) return true;
    const before = line.startsAt;
    const other = roster.judgeDay(line.event, line.person, line.day);
    roster.remove(workIn(roster, line.event.id, line.person.id));
    if (other.obstacles.length === 0 && other.startsAt !== before) {
      line.startsAt = other.startsAt;
      roster.place(line.event, line.person.id, line.startsAt);
      return true;
    }
    refused.push(line);
    return false;
  });
  for (const { event } of refused) {
    const from = movableBy.get(event.id) ?? null;
    const place = from ? standing(roster, from) : firstPlace(roster, event);
    if (!place && from) throw new Error(`The schedule of event ${event.id} would have lost its place.`);
    if (!place) continue;
    roster.place(event, place.person.id, place.startsAt);
    if (!from) kept.push({ ...place, event, from: null, coreEventId: null, locked: false });
  }
  kept.push(...tasks.locked);
  // Work whose new place is its old one has not moved.
  const moved = ({ from, person, startsAt }: Settled) =>
    !from || from.employeeId !== person.id || from.startsAt !== startsAt;
  const lines = kept.filter(moved);
  addChecks(roster, tasks, lines);
  return lines.sort((a, b) => (a.startsAt < b.startsAt ? -1 : Number(a.startsAt > b.startsAt)));
}

/** Returns what the rules say of a line with all other work in place. A person decided on a locked one. */
export const judgeLine = (roster: Roster, { event, person, startsAt, from, locked }: Settled): Judged =>
  roster[locked ? 'evaluateDecision' : 'evaluate'](event, person, startsAt, from?.windowEndsOn ?? undefined);

/** Whether the rules allow a line with all other work in place. */
export const passes = (roster: Roster, line: Settled): boolean =>
  judgeLine(roster, line).obstacles.length === 0;

function workIn(roster: Roster, eventId: number, employeeId: number) {
  const work = roster.workOf(employeeId).find((each) => each.eventId === eventId);
  if (!work) throw new Error(`Event ${eventId} is not on the roster.`);
  return work;
}

type Place = Pick<Settled, 'person' | 'day' | 'startsAt'>;

function standing(roster: Roster, from: ScheduledWork): Place | null {
  const person = roster.people.get(from.employeeId);
  if (!person || roster.evaluate(from.event, person, from.startsAt).obstacles.length > 0) return null;
  return { person, day: from.workDate, startsAt: from.startsAt };
}

function firstPlace(roster: Roster, event: EventFacts): Place | null {
  for (const day of daysWithin(roster.days, event)) {
    for (const person of roster.people.values()) {
      const { obstacles, startsAt } = roster.judgeDay(event, person, day);
      if (obstacles.length === 0) return { person, day, startsAt };
    }
  }
  return null;
}

/**
 * Adds the noon checks of the plan's Cores and of scheduled Cores, with the person that the pairing
 * function names.
 */
function addChecks(roster: Roster, tasks: Tasks, lines: Settled[]): void {
  const cores = lines.flatMap(({ event, person, day, from }) => {
    const check = event.type === 'Core' && !from ? tasks.checkOf.get(event.id) : undefined;
    return check ? [{ check, coreEventId: event.id, employeeId: person.id, day }] : [];
  });
  const planned = cores.filter(({ coreEventId }) =>
    tasks.standingCores.every((standing) => standing.coreEventId !== coreEventId),
  );
  for (const { check, coreEventId, employeeId, day } of [...tasks.standingCores, ...planned]) {
    if (!roster.days.includes(day)) continue;
    const { startsAt, person } = supervisorPlan({
      supervisorEvent: check,
      core: { employeeId, workDate: day },
      people: roster.input.people,
      planned: roster.allWork(),
      holidays: roster.input.holidays,
      store: roster.input.store,
    });
    if (!person || roster.evaluate(check, person, startsAt).obstacles.length > 0) continue;
    const work = roster.place(check, person.id, startsAt);
    const theirs = lines.filter((line) => line.person.id === person.id);
    // With a check, other lines of its person may exceed the limit of work days.
    if (theirs.every((line) => passes(roster, line))) {
      lines.push({ event: check, person, day, startsAt, from: null, coreEventId, locked: false });
    } else roster.remove(work);
  }
}
