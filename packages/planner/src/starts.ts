import { type EventFacts, type Instant, timeOf, type WorkDate } from '@scheduler/scheduling';
import type { Placed } from './formulation.ts';
import { rotationOn } from './input.ts';
import { isLong, type Roster } from './roster.ts';

/**
 * Starts for the work that a plan puts on one day: usual ones, spread so that few start together.
 * Of several Leads with Cores, the primary one opens and another one closes. A person's short work
 * starts at different times as far as there are usual starts, found by augmenting paths.
 * @returns starts by event
 */
export function startsOn(roster: Roster, day: WorkDate, placed: readonly Placed[]): Map<number, Instant> {
  const starts = new Map<number, Instant>();
  const { timeZone } = roster.input.store;
  /** How often a type of work starts at a time. */
  const taken = new Map<string, number>();
  const take = (type: string, time: string) =>
    taken.set(`${type} ${time}`, (taken.get(`${type} ${time}`) ?? 0) + 1);
  for (const work of roster.workOn(day)) take(work.type, timeOf(work.startsAt, timeZone));
  const spread = (event: EventFacts): string[] =>
    roster
      .slots(event.type)
      .toSorted((a, b) => (taken.get(`${event.type} ${a}`) ?? 0) - (taken.get(`${event.type} ${b}`) ?? 0));
  const put = (event: EventFacts, time: string) => {
    take(event.type, time);
    starts.set(event.id, roster.at(day, time));
  };

  const primary = rotationOn(roster.input.rotations, 'primary_lead', day);
  const byDuty = placed
    .filter(({ event }) => isLong(event.type))
    .toSorted((a, b) => dutyOf(a, primary) - dutyOf(b, primary));
  let leads = 0;
  for (const { event, person } of byDuty) {
    const slots = roster.slots(event.type);
    const isLead = event.type === 'Core' && person.role === 'Lead Event Specialist';
    if (isLead) leads += 1;
    const duty = [undefined, slots[0], slots.at(-1)][isLead ? leads : 0];
    put(event, duty ?? spread(event)[0] ?? '12:00');
  }

  const shortBy = Map.groupBy(
    placed.filter(({ event }) => !isLong(event.type)),
    ({ person }) => person.id,
  );
  for (const [employeeId, theirs] of shortBy) {
    const others = roster.workOf(employeeId).filter((work) => work.workDate === day && !isLong(work.type));
    const busy = new Set(others.map((work) => timeOf(work.startsAt, timeZone)));
    const events = theirs.map(({ event }) => event);
    const timeBy = distinctTimes(events, (event) => spread(event).filter((time) => !busy.has(time)));
    for (const event of events) put(event, timeBy.get(event) ?? spread(event)[0] ?? '12:00');
  }
  return starts;
}

const dutyOf = ({ event, person }: Placed, primary: number | null): number => {
  if (event.type !== 'Core' || person.role !== 'Lead Event Specialist') return 2;
  return person.id === primary ? 0 : 1;
};

/**
 * A time of its own for as many events as possible: a matching of events and times, grown by
 * augmenting paths.
 */
function distinctTimes(
  events: readonly EventFacts[],
  timesOf: (event: EventFacts) => readonly string[],
): Map<EventFacts, string> {
  const eventAt = new Map<string, EventFacts>();
  const find = (event: EventFacts, seen: Set<string>): boolean => {
    for (const time of timesOf(event)) {
      if (seen.has(time)) continue;
      seen.add(time);
      const other = eventAt.get(time);
      if (other && !find(other, seen)) continue;
      eventAt.set(time, event);
      return true;
    }
    return false;
  };
  for (const event of events) find(event, new Set());
  return new Map([...eventAt].map(([time, event]) => [event, time]));
}
