import { bookingId, employeeNumber, mplanId, repId } from '@scheduler/crossmark';
import {
  addDays,
  addMinutes,
  DEFAULT_SLOTS,
  instantAt,
  type WorkDate,
  weekStart,
} from '@scheduler/scheduling';
import { type DemoEvent, type DemoScenario, demoScenario } from './demo.ts';

const PEOPLE = 50;
const CORES = 250;
const SHORT_WORK = 150;

/**
 * A club four times the demo's size, for measuring: 50 people with 400 schedules in the week of
 * `today`, and the demo's unscheduled work. Everybody but the supervisors has a Core on most days,
 * one a day; supervisors and leads do the rest.
 */
export function largeScenario(today: WorkDate): DemoScenario {
  const demo = demoScenario(today);
  const { timeZone } = demo.store;
  const sunday = weekStart(today);
  const people = Array.from({ length: PEOPLE }, (_, index) => {
    const like = pick(demo.people, index);
    const [first] = like.name.split(' ');
    const [, last] = pick(demo.people, index + Math.floor(index / demo.people.length)).name.split(' ');
    return {
      ...like,
      name: `${first} ${last}`,
      employeeNumber: employeeNumber(`US${920_001 + index}`),
      repId: repId(301_101 + index * 7),
      email: `person.${index}@demo.test`,
      pattern: null,
      timeOff: [],
    };
  });
  const planners = people.filter(
    ({ role }) => role === 'Club Supervisor' || role === 'Lead Event Specialist',
  );
  const others = people.filter(({ role }) => role !== 'Club Supervisor');

  const scheduled = (
    like: DemoEvent,
    index: number,
    person: (typeof people)[number],
    day: WorkDate,
  ): DemoEvent => {
    const startsAt = instantAt(day, pick(DEFAULT_SLOTS[like.type], index), timeZone);
    const number = String(700_000 + index);
    return {
      ...like,
      mplanId: mplanId(42_000_000 + index),
      name: like.name.replace(/^\d{6}/, number),
      eventNumber: like.eventNumber && number,
      startsOn: addDays(sunday, -1),
      dueOn: addDays(sunday, 8),
      condition: 'Scheduled',
      booking: {
        bookingId: bookingId(53_000_000 + index),
        employeeNumber: person.employeeNumber,
        startsAt,
        endsAt: addMinutes(startsAt, like.durationMinutes),
      },
    };
  };
  const coreLike = demo.events.filter(({ type }) => type === 'Core');
  const shortLike = demo.events.filter(({ type }) => type === 'Digital Refresh' || type === 'Other');
  const cores = Array.from({ length: CORES }, (_, n) => {
    const round = Math.floor(n / others.length);
    return scheduled(pick(coreLike, n), n, pick(others, n), addDays(sunday, (n + round) % 7));
  });
  const shortWork = Array.from({ length: SHORT_WORK }, (_, n) => {
    const day = addDays(sunday, Math.floor(n / planners.length) % 7);
    return scheduled(pick(shortLike, n), CORES + n, pick(planners, n), day);
  });
  return {
    ...demo,
    people,
    events: [...cores, ...shortWork, ...demo.events.filter(({ booking }) => !booking)],
  };
}

/** Repeats the list from its start. */
function pick<T>(list: readonly T[], index: number): T {
  const one = list[index % list.length];
  if (one === undefined) throw new Error('There is nothing to pick from.');
  return one;
}
