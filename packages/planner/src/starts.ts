import { type EventFacts, type Instant, timeOf, type WorkDate } from '@scheduler/scheduling';
import type { Placed } from './formulation.ts';
import { rotationOn } from './input.ts';
import { isLong, type Roster } from './roster.ts';

/**
 * Chooses starts for the work that a plan puts on one day: usual starts, spread so that few people
 * start together. Of several Leads with Cores, the primary one opens and another one closes. A
 * person's short work starts at different times: at usual starts as far as there are any, found by
 * augmenting paths, otherwise a quarter of an hour after one.
 * @returns starts by event
 */
export function startsOn(roster: Roster, day: WorkDate, placed: readonly Placed[]): Map<number, Instant> {
  const starts = new Map<number, Instant>();
  const { timeZone } = roster.input.store;
  /** The number of starts of each type of work at each time. */
  const taken = new Map<string, number>();
  const take = (type: string, time: string) =>
    taken.set(`${type} ${time}`, (taken.get(`${type} ${time}`) ?? 0) + 1);
  for (const work of roster.workOn(day)) take(work.type, timeOf(work.startsAt, timeZone));
  const spread = ({ event, person }: Placed): string[] =>
    roster
      .slotsFor(event, person, day)
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
  for (const each of byDuty) {
    const { event, person } = each;
    const slots = roster.slotsFor(event, person, day);
    const isLead = event.type === 'Core' && person.role === 'Lead Event Specialist';
    if (isLead) leads += 1;
    const duty = [undefined, slots[0], slots.at(-1)][isLead ? leads : 0];
    put(event, duty ?? spread(each)[0] ?? '12:00');
  }

  const shortBy = Map.groupBy(
    placed.filter(({ event }) => !isLong(event.type)),
    ({ person }) => person.id,
  );
  for (const [employeeId, theirs] of shortBy) {
    const busy = roster.shortStarts(employeeId, day);
    const chosen = distinctTimes(theirs, (each) =>
      spread(each).filter((time) => !busy.has(Date.parse(roster.at(day, time)))),
    );
    for (const [each, time] of chosen) {
      busy.add(Date.parse(roster.at(day, time)));
      put(each.event, time);
    }
    for (const each of theirs.filter((work) => !chosen.has(work))) {
      const { event, person } = each;
      const apart = roster
        .startsApart(event, day, busy)
        .find((startsAt) => roster.evaluate(event, person, startsAt).obstacles.length === 0);
      if (apart) busy.add(Date.parse(apart));
      put(event, apart ? timeOf(apart, timeZone) : (spread(each)[0] ?? '12:00'));
    }
  }
  return starts;
}

const dutyOf = ({ event, person }: Placed, primary: number | null): number => {
  if (event.type !== 'Core' || person.role !== 'Lead Event Specialist') return 2;
  return person.id === primary ? 0 : 1;
};

/**
 * Gives as many events as possible a different time, by a maximum matching of events and times with
 * augmenting paths.
 */
function distinctTimes(
  work: readonly Placed[],
  timesOf: (work: Placed) => readonly string[],
): Map<Placed, string> {
  const workAt = new Map<string, Placed>();
  const find = (each: Placed, seen: Set<string>): boolean => {
    for (const time of timesOf(each)) {
      if (seen.has(time)) continue;
      seen.add(time);
      const other = workAt.get(time);
      if (other && !find(other, seen)) continue;
      workAt.set(time, each);
      return true;
    }
    return false;
  };
  for (const each of work) find(each, new Set());
  return new Map([...workAt].map(([time, each]) => [each, time]));
}
