import { seededRandom } from '@scheduler/runtime/random';
import {
  addDays,
  addMinutes,
  DEFAULT_DURATIONS,
  type EventFacts,
  type EventType,
  evaluate,
  type Holiday,
  instantAt,
  type PersonFacts,
  type PlannedWork,
  type Role,
  slotsFor,
  usualRules,
  type WorkDate,
} from '@scheduler/scheduling';
import type { PlanInput, ScheduledWork } from './input.ts';

/** The size of an invented club. */
export interface ClubSize {
  people: number;
  days: number;
  events: number;
  /** The share of events, from 0 to 1, that is already scheduled. */
  scheduled?: number;
}

const TIME_ZONE = 'America/Indiana/Indianapolis';
/** A Monday. */
const TODAY = '2027-03-01';

/**
 * The proportions of a real club, see the demo: of 13 people one supervisor, three leads, two
 * baristas.
 */
const ROLES: readonly Role[] = [
  'Club Supervisor',
  'Lead Event Specialist',
  'Event Specialist',
  'Juicer Barista',
  'Event Specialist',
  'Lead Event Specialist',
  'Event Specialist',
  'Event Specialist',
  'Juicer Barista',
  'Event Specialist',
  'Lead Event Specialist',
  'Event Specialist',
  'Event Specialist',
];
/** The number of each type among 90 real schedules. */
const MIX: readonly [EventType, number][] = [
  ['Core', 41],
  ['Digital Setup', 6],
  ['Digital Refresh', 8],
  ['Digital Teardown', 6],
  ['Juicer Production', 9],
  ['Juicer Survey', 5],
  ['Freeosk', 3],
  ['Other', 6],
];
const CHECK_SHARE = 0.3;
const MARKS: Record<EventType, string> = {
  Core: 'V2-CORE',
  Supervisor: 'V2-Supervisor',
  'Juicer Production': 'ES1',
  'Juicer Survey': 'V2.1 Juicer Production Survey',
  'Digital Setup': '03.01 Digital Setup',
  'Digital Refresh': '03.01 Digital Refresh',
  'Digital Teardown': '03.01 Digital Teardown',
  Freeosk: 'V2 - Freeosk',
  Other: 'Product Check',
};

/** How many clubs a test plans: `usual`, unless the environment asks for fewer. */
export const clubsToPlan = (usual: number): number =>
  Math.min(usual, Number(process.env.PLANNER_CLUBS ?? usual));

/** An invented club for tests and measurements: the same seed and size give the same one. */
export function inventedClub(seed: number, size: ClubSize): PlanInput {
  const next = seededRandom(seed);
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const days = Array.from({ length: size.days }, (_, n) => addDays(TODAY, n + 1));
  const people = Array.from({ length: size.people }, (_, n): PersonFacts => {
    const off = next() < 0.2 ? int(1, size.days) : null;
    return {
      id: n + 1,
      name: `Person ${n + 1}`,
      role: ROLES[n % ROLES.length] ?? 'Event Specialist',
      repId: next() < 0.03 ? null : String(200_000 + n),
      terminatedOn: null,
      pattern: next() < 0.2 ? Array.from({ length: 7 }, () => next() < 0.7) : null,
      ranges: [],
      dates: next() < 0.1 ? [{ day: pick(days), available: false, reason: null }] : [],
      timeOff:
        off === null
          ? []
          : [{ startsOn: addDays(TODAY, off), endsOn: addDays(TODAY, off + int(0, 3)), reason: null }],
    };
  });
  const holidays: Holiday[] = next() < 0.2 ? [{ day: pick(days), name: 'Inventory', yearly: false }] : [];
  const total = MIX.reduce((sum, [, weight]) => sum + weight, 0);
  const typeAt = (roll: number): EventType => {
    let left = roll * total;
    for (const [type, weight] of MIX) {
      left -= weight;
      if (left < 0) return type;
    }
    return 'Core';
  };
  const open: EventFacts[] = [];
  const add = (type: EventType, number: number, startsOn: WorkDate, dueOn: WorkDate) =>
    open.push({
      id: open.length + 1,
      type,
      name: `${number}-Client ${number}-Product (123456789012)  - ${MARKS[type]}`,
      startsOn,
      dueOn,
      condition: 'Unstaffed',
      durationMinutes: DEFAULT_DURATIONS[type],
      scheduled: false,
    });
  for (let n = 0; open.length < size.events; n++) {
    const type = typeAt(next());
    const startsOn = addDays(TODAY, int(-3, size.days));
    const isShortWindow = type !== 'Core' && type !== 'Other' && next() < 0.8;
    const dueOn = addDays(startsOn, isShortWindow ? 1 : pick([8, 8, 13, 14]));
    if (dueOn <= addDays(TODAY, 1)) continue;
    add(type, 610_000 + n, startsOn, dueOn);
    if (type === 'Core' && next() < CHECK_SHARE && open.length < size.events) {
      add('Supervisor', 610_000 + n, startsOn, dueOn);
    }
  }
  const input: PlanInput = {
    store: usualRules(TIME_ZONE),
    today: TODAY,
    days,
    people,
    open,
    holidays,
    scheduled: [],
    planned: [],
    rotations: rotationsOf(people, next),
  };
  return withScheduled(input, size.scheduled ?? 0, next);
}

function rotationsOf(people: readonly PersonFacts[], next: () => number): PlanInput['rotations'] {
  const [baristas, leads] = (['Juicer Barista', 'Lead Event Specialist'] as const).map((role) =>
    people.filter((person) => person.role === role),
  );
  const weekdays: PlanInput['rotations']['weekdays'][number][] = [];
  for (let weekday = 0; weekday < 7; weekday++) {
    const barista = baristas?.[Math.floor(next() * baristas.length)];
    const lead = leads?.[Math.floor(next() * leads.length)];
    if (barista) weekdays.push({ kind: 'juicer', weekday, employeeId: barista.id });
    if (lead) weekdays.push({ kind: 'primary_lead', weekday, employeeId: lead.id });
  }
  return { weekdays, exceptions: [] };
}

/** Schedules a part of the open events for people who can do them without breaking a rule. */
function withScheduled(input: PlanInput, part: number, next: () => number): PlanInput {
  const { store, holidays, people } = input;
  const planned: PlannedWork[] = [];
  const scheduled: ScheduledWork[] = [];
  const open: EventFacts[] = [];
  for (const event of input.open) {
    const days = input.days.filter((day) => event.startsOn <= day && day < event.dueOn);
    const day = days[Math.floor(next() * days.length)];
    const offset = Math.floor(next() * people.length);
    const wanted = next() < part && event.type !== 'Supervisor' && day !== undefined;
    const slot = slotsFor(event.type)[0] ?? '12:00';
    const startsAt = wanted ? instantAt(day, slot, store.timeZone) : '';
    const person = wanted
      ? [...people.slice(offset), ...people.slice(0, offset)].find((each) =>
          evaluate({ event, person: each, startsAt, store, planned, holidays }).every(
            ({ severity }) => severity === 'hint',
          ),
        )
      : undefined;
    if (!person || day === undefined) {
      open.push(event);
      continue;
    }
    const work = {
      scheduleId: 10_000 + event.id,
      eventId: event.id,
      employeeId: person.id,
      type: event.type,
      startsAt,
      endsAt: addMinutes(startsAt, event.durationMinutes),
      workDate: day,
    };
    planned.push(work);
    const { eventId: _, type: __, ...times } = work;
    scheduled.push({ ...times, event: { ...event, scheduled: true, condition: 'Scheduled' } });
  }
  return { ...input, open, planned, scheduled };
}

/** A person whom no rule keeps from working, apart from what their role forbids. */
export const testPerson = (
  id: number,
  role: Role = 'Event Specialist',
  more: Partial<PersonFacts> = {},
): PersonFacts => ({
  id,
  name: `Person ${id}`,
  role,
  repId: String(201_100 + id),
  terminatedOn: null,
  pattern: null,
  ranges: [],
  dates: [],
  timeOff: [],
  ...more,
});
