import {
  byUrgency,
  daysBetween,
  type EventFacts,
  type EventType,
  type PersonFacts,
  type PlannedWork,
  type Role,
  type WorkDate,
} from '@scheduler/scheduling';
import type { Placed } from './formulation.ts';
import { rotationOn } from './input.ts';
import { isJuicer, type Roster } from './roster.ts';
import { daysWithin, type Tasks } from './tasks.ts';

/** The most times that a Core gives way to one that is due earlier. */
const MOST_BUMPS = 3;
/** Work that is due within this number of days never gives way. */
const SAFE_FROM_BUMPS_DAYS = 2;

/**
 * The plan of the older application: event by event, the most urgent first, the first day and
 * person that fit. A Core without a place takes the place of another Core of this plan that is due
 * later, which is then planned again. The placed work stays on the roster.
 */
export function greedyPlan(roster: Roster, tasks: Tasks): Placed[] {
  const placed = new Map<number, Placed & { work: PlannedWork }>();
  const bumps = new Map<number, number>();
  const queue = tasks.free.toSorted(inOldOrder);
  const put = (event: EventFacts, person: PersonFacts, day: WorkDate): boolean => {
    if (roster.isOut(event, person, day)) return false;
    const { obstacles, startsAt } = roster.judgeDay(event, person, day);
    if (obstacles.length > 0) return false;
    const work = roster.place(event, person.id, startsAt);
    placed.set(event.id, { event, person, day, work });
    return true;
  };
  const fill = (event: EventFacts): boolean => {
    for (const day of daysWithin(roster.days, event)) {
      for (const person of inOldTurn(roster, event.type, day)) if (put(event, person, day)) return true;
    }
    return false;
  };
  const bump = (event: EventFacts): EventFacts | null => {
    for (const day of daysWithin(roster.days, event)) {
      const later = [...placed.values()]
        .filter(
          (each) =>
            each.day === day &&
            each.event.type === 'Core' &&
            each.event.dueOn > event.dueOn &&
            daysBetween(roster.input.today, each.event.dueOn) > SAFE_FROM_BUMPS_DAYS &&
            (bumps.get(each.event.id) ?? 0) < MOST_BUMPS,
        )
        .sort((a, b) => (a.event.dueOn > b.event.dueOn ? -1 : 1));
      for (const victim of later) {
        roster.remove(victim.work);
        placed.delete(victim.event.id);
        if (put(event, victim.person, day)) return victim.event;
        roster.add(victim.work);
        placed.set(victim.event.id, victim);
      }
    }
    return null;
  };
  for (let event = queue.shift(); event; event = queue.shift()) {
    if (fill(event) || event.type !== 'Core') continue;
    const victim = bump(event);
    if (!victim) continue;
    bumps.set(victim.id, (bumps.get(victim.id) ?? 0) + 1);
    queue.push(victim);
    queue.sort(inOldOrder);
  }
  return [...placed.values()].map(({ event, person, day }) => ({ event, person, day }));
}

const OLD_ORDER: readonly EventType[] = [
  'Juicer Production',
  'Juicer Survey',
  'Digital Setup',
  'Digital Refresh',
  'Freeosk',
  'Digital Teardown',
  'Core',
  'Supervisor',
  'Other',
];

const inOldOrder = (a: EventFacts, b: EventFacts): number =>
  (a.dueOn < b.dueOn ? -1 : Number(a.dueOn > b.dueOn)) ||
  OLD_ORDER.indexOf(a.type) - OLD_ORDER.indexOf(b.type) ||
  byUrgency(a, b);

/** Returns the people for a type of work, in the order of the older application. */
function inOldTurn(roster: Roster, type: EventType, day: WorkDate): PersonFacts[] {
  const { rotations, people } = roster.input;
  const first = rotationOn(rotations, isJuicer(type) ? 'juicer' : 'primary_lead', day);
  const roles = TURNS[type];
  const rank = (person: PersonFacts) => {
    const turn = roles.indexOf(person.role);
    if (turn < 0) return roles.length;
    return type !== 'Core' && type !== 'Other' && person.id === first ? -1 : turn;
  };
  return people.toSorted((a, b) => rank(a) - rank(b) || a.id - b.id);
}

const LEAD_FIRST: readonly Role[] = ['Lead Event Specialist', 'Club Supervisor'];
const TURNS: Record<EventType, readonly Role[]> = {
  Core: ['Lead Event Specialist', 'Event Specialist', 'Juicer Barista', 'Club Supervisor'],
  Supervisor: LEAD_FIRST,
  'Juicer Production': ['Juicer Barista', 'Club Supervisor'],
  'Juicer Survey': ['Juicer Barista', 'Club Supervisor'],
  'Digital Setup': LEAD_FIRST,
  'Digital Refresh': LEAD_FIRST,
  'Digital Teardown': LEAD_FIRST,
  Freeosk: LEAD_FIRST,
  Other: ['Club Supervisor', 'Lead Event Specialist'],
};

/**
 * A plan that obeys the rules and nothing else: events, people and days in random order. The placed
 * work stays on the roster.
 */
export function randomPlan(roster: Roster, tasks: Tasks, next: () => number): Placed[] {
  const placed: Placed[] = [];
  for (const event of shuffled(tasks.free, next)) {
    const cells = daysWithin(roster.days, event).flatMap((day) =>
      roster.input.people.map((person) => ({ day, person })),
    );
    for (const { day, person } of shuffled(cells, next)) {
      if (roster.isOut(event, person, day)) continue;
      const { obstacles, startsAt } = roster.judgeDay(event, person, day);
      if (obstacles.length > 0) continue;
      roster.place(event, person.id, startsAt);
      placed.push({ event, person, day });
      break;
    }
  }
  return placed;
}

function shuffled<T>(list: readonly T[], next: () => number): T[] {
  return list
    .map((one) => ({ one, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one);
}
