import {
  DEFAULT_DURATIONS,
  type EventFacts,
  type EventType,
  type PersonFacts,
  timeOf,
  usualRules,
} from '@scheduler/scheduling';
import { describe, expect, it } from 'vitest';
import { NO_ROTATIONS, type PlanInput } from './input.ts';
import { Roster } from './roster.ts';
import { startsOn } from './starts.ts';
import { testPerson } from './testing.ts';

const timeZone = 'America/Indiana/Indianapolis';
const MONDAY = '2027-03-01';
const lead = (id: number, more: Partial<PersonFacts> = {}) => testPerson(id, 'Lead Event Specialist', more);
const event = (id: number, type: EventType): EventFacts => ({
  id,
  type,
  name: `${600_000 + id}-Alder-Oats (123456789012)  - ${type}`,
  startsOn: MONDAY,
  dueOn: '2027-03-02',
  condition: 'Unstaffed',
  durationMinutes: DEFAULT_DURATIONS[type],
  scheduled: false,
});
const rosterOf = (people: PersonFacts[], more: Partial<PlanInput> = {}) =>
  new Roster(
    {
      store: usualRules(timeZone),
      today: '2027-02-28',
      days: [MONDAY],
      people,
      open: [],
      scheduled: [],
      planned: [],
      holidays: [],
      rotations: NO_ROTATIONS,
      ...more,
    },
    {},
  );
/** The times at which work of these types and people starts, in order. */
function timesOf(roster: Roster, work: [PersonFacts, EventType][]): (string | undefined)[] {
  const placed = work.map(([who, type], n) => ({ event: event(11 + n, type), person: who, day: MONDAY }));
  const starts = startsOn(roster, MONDAY, placed);
  return placed.map(({ event: { id } }) => {
    const startsAt = starts.get(id);
    return startsAt && timeOf(startsAt, timeZone);
  });
}

describe('the starts of long work', () => {
  it('are spread over the usual ones', () => {
    const people = [1, 2, 3, 4, 5].map((id) => testPerson(id));
    const times = timesOf(
      rosterOf(people),
      people.map((who) => [who, 'Core']),
    );
    expect(times).toEqual(['10:45', '11:15', '11:45', '12:15', '10:45']);
  });

  it('take account of the same work that is there already, and of no other', () => {
    const people = [1, 2, 3].map((id) => testPerson(id));
    const roster = rosterOf(people);
    roster.place(event(91, 'Core'), 9, roster.at(MONDAY, '10:45'));
    roster.place(event(92, 'Core'), 9, roster.at(MONDAY, '11:45'));
    roster.place(event(93, 'Digital Setup'), 9, roster.at(MONDAY, '11:15'));
    expect(
      timesOf(
        roster,
        people.map((who) => [who, 'Core']),
      ),
    ).toEqual(['11:15', '12:15', '10:45']);
  });

  it('of Leads open and close: the primary one opens, whoever is named first', () => {
    const [a, b, c, d] = [lead(1), lead(2), lead(3), testPerson(4)] as const;
    const rotations = {
      weekdays: [{ kind: 'primary_lead' as const, weekday: 1, employeeId: 2 }],
      exceptions: [],
    };
    const work: [PersonFacts, EventType][] = [
      [d, 'Core'],
      [a, 'Core'],
      [b, 'Core'],
      [c, 'Core'],
    ];
    expect(timesOf(rosterOf([a, b, c, d], { rotations }), work)).toEqual([
      '11:45',
      '12:15',
      '10:45',
      '11:15',
    ]);
    expect(timesOf(rosterOf([a, b, c, d]), work)).toEqual(['11:45', '10:45', '12:15', '11:15']);
  });

  it('of a Lead with other long work don’t count as opening', () => {
    const [a, b] = [lead(1), lead(2)];
    const rotations = {
      weekdays: [{ kind: 'primary_lead' as const, weekday: 1, employeeId: 1 }],
      exceptions: [],
    };
    const work: [PersonFacts, EventType][] = [
      [a, 'Juicer Production'],
      [b, 'Core'],
    ];
    expect(timesOf(rosterOf([a, b], { rotations }), work)).toEqual(['09:00', '10:45']);
  });

  it('are those at which the person is not off', () => {
    const off = { startsOn: MONDAY, endsOn: MONDAY, reason: null, fromTime: null, untilTime: '11:30' };
    const people = [testPerson(1, 'Event Specialist', { timeOff: [off] }), lead(2, { timeOff: [off] })];
    expect(
      timesOf(
        rosterOf(people),
        people.map((who) => [who, 'Core']),
      ),
    ).toEqual(['12:15', '11:45']);
  });
});

describe('the starts of a person’s short work', () => {
  it('differ, even where that takes another choice for the first of it', () => {
    const one = lead(1);
    const work: [PersonFacts, EventType][] = [
      [one, 'Digital Setup'],
      [one, 'Digital Refresh'],
      [one, 'Digital Setup'],
      [one, 'Other'],
    ];
    expect(timesOf(rosterOf([one]), work).toSorted()).toEqual(['10:15', '10:30', '10:45', '11:00']);
    const tight: [PersonFacts, EventType][] = [...work.slice(0, 3), [one, 'Digital Setup'], [one, 'Freeosk']];
    expect(timesOf(rosterOf([one]), tight).toSorted()).toEqual(['10:00', '10:15', '10:30', '10:45', '11:00']);
  });

  it('are a quarter of an hour apart where the usual ones are too few', () => {
    const one = lead(1);
    expect(
      timesOf(
        rosterOf([one]),
        [1, 2, 3].map(() => [one, 'Other']),
      ).toSorted(),
    ).toEqual(['11:00', '11:15', '11:30']);
  });

  it('are not those of what the person has already', () => {
    const one = lead(1);
    const roster = rosterOf([one]);
    roster.place(event(91, 'Digital Refresh'), 1, roster.at(MONDAY, '10:15'));
    roster.place(event(92, 'Other'), 1, roster.at(MONDAY, '11:00'));
    expect(
      timesOf(roster, [
        [one, 'Digital Setup'],
        [one, 'Other'],
      ]),
    ).toEqual(['10:30', '11:15']);
  });

  it('may be the same as another person’s, but are spread', () => {
    const people = [1, 2, 3, 4, 5].map((id) => lead(id));
    expect(
      timesOf(
        rosterOf(people),
        people.map((who) => [who, 'Digital Setup']),
      ),
    ).toEqual(['10:15', '10:30', '10:45', '11:00', '10:15']);
  });

  it('are a usual one where no other is possible', () => {
    const off = { startsOn: MONDAY, endsOn: MONDAY, reason: null, fromTime: '11:15', untilTime: null };
    const one = lead(1, { timeOff: [off] });
    expect(
      timesOf(
        rosterOf([one]),
        [1, 2].map(() => [one, 'Freeosk']),
      ),
    ).toEqual(['10:00', '10:15']);
    const strict = lead(1, { timeOff: [{ ...off, fromTime: '10:15' }] });
    expect(
      timesOf(
        rosterOf([strict]),
        [1, 2].map(() => [strict, 'Freeosk']),
      ),
    ).toEqual(['10:00', '10:00']);
  });
});
