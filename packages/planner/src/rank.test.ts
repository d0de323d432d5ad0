import {
  addDays,
  addMinutes,
  DEFAULT_DURATIONS,
  type EventFacts,
  type EventType,
  evaluate,
  instantAt,
  type PersonFacts,
  type PlannedWork,
  timeOf,
  usualRules,
} from '@scheduler/scheduling';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairnessOf, fourWeeksTo } from './fairness.ts';
import { mayMove, NO_ROTATIONS, type PlanInput, rotationOn } from './input.ts';
import { daysToRank, rank } from './rank.ts';
import { rankEvents } from './rank-events.ts';
import { rankTakers } from './rank-takers.ts';
import { linesBeside } from './review.ts';
import { clubsToPlan, inventedClub } from './testing.ts';

const timeZone = 'America/Indiana/Indianapolis';
const person = (id: number, more: Partial<PersonFacts> = {}): PersonFacts => ({
  id,
  name: `Person ${id}`,
  role: 'Event Specialist',
  repId: String(201_100 + id),
  terminatedOn: null,
  pattern: null,
  ranges: [],
  dates: [],
  timeOff: [],
  ...more,
});
const event = (id: number, type: EventType = 'Core'): EventFacts => ({
  id,
  type,
  name: `${600_000 + id}-Alder-Oats (123456789012)  - ${type}`,
  startsOn: '2027-03-01',
  dueOn: '2027-03-04',
  condition: 'Unstaffed',
  durationMinutes: DEFAULT_DURATIONS[type],
  scheduled: false,
});
const club = (more: Partial<PlanInput>): PlanInput => ({
  store: usualRules(timeZone),
  today: '2027-03-01',
  people: [],
  open: [],
  scheduled: [],
  planned: [],
  days: [0, 1, 2].map((n) => addDays('2027-03-01', n)),
  holidays: [],
  rotations: NO_ROTATIONS,
  ...more,
});
const workOf = (id: number, employeeId: number, day: string, type: EventType = 'Core'): PlannedWork => {
  const startsAt = instantAt(day, '11:15', timeZone);
  const endsAt = addMinutes(startsAt, DEFAULT_DURATIONS[type]);
  return { scheduleId: id, eventId: id, employeeId, type, startsAt, endsAt, workDate: day };
};

describe('suggestions for one event', () => {
  it('put first whoever has the least work, and say how much', () => {
    const input = club({
      people: [person(1), person(2), person(3)],
      planned: [workOf(20, 1, '2027-03-02'), workOf(21, 1, '2027-03-03'), workOf(22, 3, '2027-03-02')],
    });
    const { people, cannot } = rank(input, { event: event(11), day: '2027-03-01' });
    expect(people.map(({ employeeId }) => employeeId)).toEqual([2, 3, 1]);
    expect(people[0]?.because).toBe('has 6½ h on 1 day that week with it');
    expect(cannot).toEqual([]);
  });

  it('put after all others whoever needs a reason, and leave out whom a hard rule excludes, in a sentence', () => {
    const input = club({
      people: [
        person(1, { repId: null }),
        person(2),
        person(3),
        person(4, { timeOff: [{ startsOn: '2027-03-01', endsOn: '2027-03-05', reason: null }] }),
        person(5, { timeOff: [{ startsOn: '2027-03-01', endsOn: '2027-03-05', reason: null }] }),
      ],
      planned: [workOf(20, 2, '2027-03-01')],
    });
    const { people, cannot } = rank(input, { event: event(11), day: '2027-03-01' });
    expect(
      people.map(({ employeeId, needsReason }) => [employeeId, needsReason.map(({ code }) => code)]),
    ).toEqual([
      [3, []],
      [2, ['second_core', 'long_overlap']],
    ]);
    expect(cannot.map(({ code, people: who }) => [code, who.map(({ employeeId }) => employeeId)])).toEqual([
      ['time_off', [4, 5]],
      ['unlinked', [1]],
    ]);
    expect(cannot[0]?.message).toBe('Person 4 and Person 5 have time off on Mon Mar 1.');
    expect(cannot[0]?.people[1]).toEqual({
      employeeId: 5,
      name: 'Person 5',
      message: expect.stringMatching(/^Person 5 has time off/),
    });
  });

  it('count the other lines of a plan that is reviewed as work', () => {
    const open = [event(11), event(12), event(13)];
    const input = club({ people: [person(1), person(2)], open });
    const line = { kind: 'new' as const, employeeId: 1, coreEventId: null };
    const lines = [
      { ...line, eventId: 12, startsAt: instantAt('2027-03-01', '10:45', timeZone) },
      { ...line, eventId: 13, startsAt: instantAt('2027-03-02', '10:45', timeZone) },
    ];
    const ask = { event: event(11), day: '2027-03-01' };
    expect(rank(input, ask).people.map(({ employeeId }) => employeeId)).toEqual([1, 2]);
    const { people } = rank(input, { ...ask, lines });
    expect(people.map(({ employeeId, needsReason }) => [employeeId, needsReason[0]?.code])).toEqual([
      [2, undefined],
      [1, 'second_core'],
    ]);
    expect(people[1]?.because).toContain('19½ h on 2 days');
  });

  it('do not count the line itself, nor the noon check that goes with its Core', () => {
    const line = { kind: 'new' as const, employeeId: 1, startsAt: '2027-03-01T15:45:00.000Z' };
    const lines = [
      { ...line, eventId: 11, coreEventId: null },
      { ...line, eventId: 12, coreEventId: 11 },
      { ...line, eventId: 13, coreEventId: null },
    ];
    expect(linesBeside(lines, 11).map(({ eventId }) => eventId)).toEqual([13]);
  });

  it('prefer, for short work, whoever is in at that time, and say how far away others are', () => {
    const lead = { role: 'Lead Event Specialist' as const };
    const late = { ...workOf(21, 1, '2027-03-01'), startsAt: instantAt('2027-03-01', '14:15', timeZone) };
    const input = club({
      people: [person(1, lead), person(2, lead)],
      planned: [late, workOf(22, 2, '2027-03-01')],
    });
    const { people } = rank(input, { event: event(11, 'Digital Setup'), day: '2027-03-01', time: '10:45' });
    expect(people.map(({ employeeId }) => employeeId)).toEqual([2, 1]);
    expect(people[1]?.because).toContain('h apart from other work that day');
    expect(people[0]?.because).not.toContain('apart');
  });

  it('put whoever had less in the four weeks before first, where this week is the same', () => {
    const input = club({ people: [person(1), person(2)], recent: [workOf(20, 1, '2027-02-20')] });
    const { people } = rank(input, { event: event(11), day: '2027-03-01' });
    expect(people.map(({ employeeId }) => employeeId)).toEqual([2, 1]);
    expect(people[1]?.because).toContain('6½ h in the four weeks before');
  });

  it('rank finished work that is reissued, whatever its window was', () => {
    const done = { ...event(11), condition: 'Submitted' as const };
    const input = club({ people: [person(1)] });
    const ask = { event: done, day: '2027-03-08', time: '10:45' };
    expect(rank(input, ask).people).toEqual([]);
    expect(rank(input, { ...ask, windowEndsOn: '2027-03-15' }).people).toHaveLength(1);
  });

  it('choose the first day that is free, and the start that the fewest others have', () => {
    const input = club({ people: [person(1), person(2)], planned: [workOf(20, 1, '2027-03-01')] });
    const { people } = rank(input, { event: event(11) });
    const times = people.map(({ employeeId, day, startsAt }) => [
      employeeId,
      day,
      timeOf(startsAt, timeZone),
    ]);
    expect(times).toEqual([
      [2, '2027-03-01', '10:45'],
      [1, '2027-03-02', '10:45'],
    ]);
  });

  it('keep a time that is given, and do not count the schedule that moves', () => {
    const moving = { ...workOf(11, 1, '2027-03-01'), event: { ...event(11), scheduled: true } };
    const input = club({ people: [person(1), person(2)], planned: [moving], scheduled: [moving] });
    const ask = { event: moving.event, day: '2027-03-01', time: '13:00', moving };
    const { people } = rank(input, ask);
    expect(people.map(({ employeeId, needsReason }) => [employeeId, needsReason])).toEqual([
      [1, []],
      [2, []],
    ]);
    expect(people.every(({ startsAt }) => timeOf(startsAt, timeZone) === '13:00')).toBe(true);
  });

  it('say exactly what the rules say, for every person of every club', () => {
    const clubs = fc.record({ seed: fc.nat(), people: fc.integer({ min: 1, max: 9 }), days: fc.constant(7) });
    fc.assert(
      fc.property(clubs, ({ seed, ...size }) => {
        const input = inventedClub(seed, { ...size, events: 20, scheduled: 0.7 });
        for (const of of input.open.slice(0, 3)) {
          const { people, cannot } = rank(input, { event: of });
          const { store, planned, holidays } = input;
          for (const { employeeId, startsAt, needsReason, hints } of people) {
            const who = input.people.find(({ id }) => id === employeeId) as PersonFacts;
            const reasons = evaluate({ event: of, person: who, startsAt, store, planned, holidays });
            expect([...needsReason, ...hints]).toEqual(reasons);
          }
          const needs = people.map(({ needsReason }) => Math.min(1, needsReason.length));
          expect(needs.toSorted()).toEqual(needs);
          const told = new Set([
            ...people.map(({ employeeId }) => employeeId),
            ...cannot.flatMap((each) => each.people.map(({ employeeId }) => employeeId)),
          ]);
          if (daysToRank(of, input.days[0] ?? '').length > 0) expect(told.size).toBe(input.people.length);
        }
      }),
      { numRuns: clubsToPlan(40) },
    );
  });
});

describe('events for an empty cell', () => {
  const lead = person(1, { role: 'Lead Event Specialist' });
  it('put first what is due first, then what suits the person best, and tell in a line why not the rest', () => {
    const later = { ...event(11), dueOn: '2027-03-20' };
    const other = { ...event(14), startsOn: '2027-03-02' };
    const open = [later, event(12, 'Other'), event(13, 'Freeosk'), event(15, 'Juicer Production'), other];
    const input = club({ people: [lead, person(2)], open });
    const { events, cannot } = rankEvents(input, { employeeId: 1, day: '2027-03-01' });
    expect(events.map(({ eventId }) => eventId)).toEqual([13, 12, 11, 15]);
    expect(events[3]?.needsReason[0]?.code).toBe('role');
    expect(cannot).toEqual([]);
    const off = person(2, { timeOff: [{ startsOn: '2027-03-01', endsOn: '2027-03-05', reason: null }] });
    const none = rankEvents({ ...input, people: [off] }, { employeeId: 2, day: '2027-03-01' });
    expect(none.events).toEqual([]);
    expect(none.cannot.map(({ code, events }) => [code, events.length])).toEqual([['time_off', 4]]);
  });

  it('leave out what the plan under review gives to somebody, and say so', () => {
    const input = club({ people: [lead], open: [event(11), event(12)] });
    const startsAt = instantAt('2027-03-02', '10:45', timeZone);
    const lines = [{ kind: 'new' as const, eventId: 11, employeeId: 1, startsAt, coreEventId: null }];
    const { events, cannot } = rankEvents(input, { employeeId: 1, day: '2027-03-01', lines });
    expect(events.map(({ eventId }) => eventId)).toEqual([12]);
    expect(cannot[0]?.message).toBe('The plan gives it to Person 1 on Tue Mar 2.');
  });
});

it('whoever can take the most of the works over comes first', () => {
  const role = 'Lead Event Specialist' as const;
  const works = [workOf(20, 9, '2027-03-01', 'Freeosk'), workOf(21, 9, '2027-03-01', 'Other')];
  const scheduled = works.map((work) => ({
    ...work,
    event: { ...event(work.eventId, work.type), scheduled: true },
  }));
  const dates = [{ day: '2027-03-01', available: false, reason: null }];
  const input = club({
    people: [person(1, { role, repId: null }), person(2, { role }), person(3), person(4, { role, dates })],
    scheduled,
    planned: works,
  });
  const takers = rankTakers(input, scheduled, [role]);
  expect(takers.map(({ employeeId, takes }) => [employeeId, takes])).toEqual([
    [2, 2],
    [1, 0],
    [4, 0],
  ]);
  expect(takers[0]?.because).toMatch(/^can take all 2, is a Lead/);
});

it('whose turn it is: the exception of the day, else the weekday', () => {
  const rotations = {
    weekdays: [{ kind: 'juicer' as const, weekday: 1, employeeId: 1 }],
    exceptions: [{ kind: 'juicer' as const, day: '2027-03-08', employeeId: 2 }],
  };
  const turns = ['2027-03-01', '2027-03-08', '2027-03-02'].map((day) => rotationOn(rotations, 'juicer', day));
  expect(turns).toEqual([1, 2, null]);
  expect(rotationOn(rotations, 'primary_lead', '2027-03-01')).toBe(null);
});

it('fairness counts minutes, days, Cores and weekend days within the days asked for', () => {
  const work = [
    workOf(1, 1, '2027-03-06'),
    workOf(2, 1, '2027-03-06', 'Freeosk'),
    workOf(3, 1, '2027-03-07'),
    workOf(4, 1, '2027-03-14'),
    workOf(5, 1, '2027-02-28'),
    workOf(6, 1, '2027-03-01', 'Freeosk'),
  ];
  expect(fairnessOf([person(1), person(2)], work, '2027-03-01', '2027-03-13')).toEqual([
    { employeeId: 1, minutes: 810, days: 3, cores: 2, weekendDays: 2 },
    { employeeId: 2, minutes: 0, days: 0, cores: 0, weekendDays: 0 },
  ]);
});

it('fairness counts four weeks, of which the last begins on a Sunday', () => {
  expect(fourWeeksTo('2027-02-28')).toBe('2027-02-07');
});

it.each([
  ['2027-03-02', 'Scheduled', true],
  ['2027-03-02', 'Unstaffed', true],
  ['2027-03-02', 'Submitted', false],
  ['2027-03-02', 'In Progress', false],
  ['2027-03-01', 'Scheduled', false],
  ['2027-02-28', 'Unstaffed', false],
] as const)('on Mar 1, a plan may move work of %s that is %s: %s', (day, condition, may) => {
  const work = workOf(20, 1, day);
  expect(mayMove({ ...work, event: { ...event(20), condition } }, '2027-03-01')).toBe(may);
});
