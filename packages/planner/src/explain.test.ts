import { type EventFacts, type PersonFacts, usualRules } from '@scheduler/scheduling';
import { describe, expect, it, test } from 'vitest';
import { obstaclesInWords } from './explain.ts';
import { NO_ROTATIONS, type PlanInput, rotationOn } from './input.ts';
import { closedToPlans, hours, isWeekend, minutesOf, type Obstacle, Roster } from './roster.ts';
import { daysWithin, outsideWindow } from './tasks.ts';

const DAYS = ['2027-03-01', '2027-03-02', '2027-03-03', '2027-03-04', '2027-03-05', '2027-03-06'];
const person = (id: number): PersonFacts => ({
  id,
  name: `Person ${id}`,
  role: 'Event Specialist',
  repId: String(201_100 + id),
  terminatedOn: null,
  pattern: null,
  ranges: [],
  dates: [],
  timeOff: [],
});
const PEOPLE = [1, 2, 3, 4, 5, 6].map(person);
const event = (more: Partial<EventFacts> = {}): EventFacts => ({
  id: 11,
  type: 'Core',
  name: '600011-Alder-Oats (123456789012)  - V2-CORE',
  startsOn: '2027-03-01',
  dueOn: '2027-03-07',
  condition: 'Unstaffed',
  durationMinutes: 390,
  scheduled: false,
  ...more,
});

type Cell = [person: number, day: number, code: Obstacle['code'], ...further: Obstacle['code'][]];
/** What is said of people and days, by number, that these kinds of reason exclude. */
const say = (cells: Cell[], days = 6, more: Partial<EventFacts> = {}) =>
  obstaclesInWords(
    event(more),
    cells.map(([who, day, ...codes]) => ({
      person: PEOPLE[who - 1] ?? person(who),
      day: DAYS[day - 1] ?? '',
      judged: {
        startsAt: '',
        obstacles: codes.map((code) => ({ code, message: `${code} of ${who}.` })),
        overrides: [],
        hints: [],
      },
    })),
    DAYS.slice(0, days),
  );
const messages = (...ask: Parameters<typeof say>) => say(...ask).map(({ message }) => message);

describe('why an event stays open', () => {
  test.each<[Obstacle['code'], string, string]>([
    ['role', 'Person 1 has another role.', 'Person 1 and Person 2 have another role.'],
    [
      'retired',
      'Person 1 has left on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 have left on Mon Mar 1.',
    ],
    ['unlinked', 'Person 1 has no RepID.', 'Person 1 and Person 2 have no RepID.'],
    [
      'time_off',
      'Person 1 has time off on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 have time off on Mon Mar 1.',
    ],
    [
      'holiday',
      'Person 1 can’t work, for the store is closed, on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 can’t work, for the store is closed, on Mon Mar 1.',
    ],
    [
      'date_unavailable',
      'Person 1 is blocked on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 are blocked on Mon Mar 1.',
    ],
    [
      'second_core',
      'Person 1 has a Core on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 have a Core on Mon Mar 1.',
    ],
    [
      'core_on_juicer_day',
      'Person 1 has Juicer work on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 have Juicer work on Mon Mar 1.',
    ],
    [
      'long_overlap',
      'Person 1 has other long work on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 have other long work on Mon Mar 1.',
    ],
    [
      'pattern_unavailable',
      'Person 1 is unavailable by the weekly pattern on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 are unavailable by their weekly patterns on Mon Mar 1.',
    ],
    [
      'range_unavailable',
      'Person 1 is unavailable on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 are unavailable on Mon Mar 1.',
    ],
    [
      'club_supervisor_on_core',
      'Person 1 does Cores only when nobody else can on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 do Cores only when nobody else can on Mon Mar 1.',
    ],
    [
      'seventh_day',
      'Person 1 would work all seven days of the week on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 would work all seven days of the week on Mon Mar 1.',
    ],
    [
      'week_minutes',
      'Person 1 would have too many hours in the week on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 would have too many hours in the week on Mon Mar 1.',
    ],
    ['not_schedulable', 'Person 1 can’t be booked for it.', 'Person 1 and Person 2 can’t be booked for it.'],
    [
      'window',
      'Person 1 can’t do it on Mon Mar 1, Tue Mar 2.',
      'Person 1 and Person 2 can’t do it on Mon Mar 1.',
    ],
  ])('%s, of one person and of two', (code, one, two) => {
    const ofOne: Cell[] = [
      [1, 1, code],
      [1, 2, code],
    ];
    expect(say(ofOne)).toEqual([{ code, message: one, people: [1] }]);
    const ofTwo: Cell[] = [
      [1, 1, code],
      [2, 1, code],
    ];
    expect(say(ofTwo)).toEqual([{ code, message: two, people: [1, 2] }]);
  });

  it('is a Core that is in the way of Juicer work', () => {
    const cells: Cell[] = [
      [1, 1, 'core_on_juicer_day'],
      [1, 2, 'core_on_juicer_day'],
    ];
    const juicer = { type: 'Juicer Survey' as const };
    expect(messages(cells, 6, juicer)).toEqual(['Person 1 has a Core on Mon Mar 1, Tue Mar 2.']);
    const two: Cell[] = [
      [1, 1, 'core_on_juicer_day'],
      [2, 1, 'core_on_juicer_day'],
    ];
    expect(messages(two, 6, juicer)).toEqual(['Person 1 and Person 2 have a Core on Mon Mar 1.']);
  });

  it('is the reason’s own sentence where there is one, and the first of a person and a day', () => {
    expect(messages([[3, 2, 'time_off', 'role']])).toEqual(['time_off of 3.']);
    expect(say([])).toEqual([]);
  });

  it('is told of the most frequent reason first', () => {
    const cells: Cell[] = [
      [1, 1, 'role'],
      [2, 1, 'time_off'],
      [2, 2, 'time_off'],
      [3, 1, 'retired'],
      [3, 2, 'retired'],
      [3, 3, 'retired'],
    ];
    expect(say(cells).map(({ code }) => code)).toEqual(['retired', 'time_off', 'role']);
  });

  it('names four people at most, and each of them once', () => {
    const of = (count: number) =>
      messages(PEOPLE.slice(0, count).map(({ id }): Cell => [id, 1, 'second_core']))[0];
    expect([3, 4, 5, 6].map(of)).toEqual([
      'Person 1, Person 2 and Person 3 have a Core on Mon Mar 1.',
      'Person 1, Person 2, Person 3 and Person 4 have a Core on Mon Mar 1.',
      'Person 1, Person 2, Person 3 and 2 others have a Core on Mon Mar 1.',
      'Person 1, Person 2, Person 3 and 3 others have a Core on Mon Mar 1.',
    ]);
  });

  it('names four days at most, in order', () => {
    const of = (...days: number[]) => messages(days.map((day): Cell => [1, day, 'second_core']))[0];
    expect(of(4, 1, 3, 2)).toBe('Person 1 has a Core on Mon Mar 1, Tue Mar 2, Wed Mar 3, Thu Mar 4.');
    expect(of(1, 2, 3, 4, 5)).toBe('Person 1 has a Core on 5 of its days.');
  });

  it('says where it is every day of the window, unless that is a single day', () => {
    const all = [1, 2].flatMap((who) => [1, 2].map((day): Cell => [who, day, 'second_core']));
    expect(messages(all, 2)).toEqual(['Person 1 and Person 2 have a Core on every day of its window.']);
    expect(messages(all.slice(0, 3), 2)).toEqual([
      'Person 1 and Person 2 have a Core on Mon Mar 1, Tue Mar 2.',
    ]);
    const day = [1, 2].map((who): Cell => [who, 1, 'second_core']);
    expect(messages(day, 1)).toEqual(['Person 1 and Person 2 have a Core on Mon Mar 1.']);
  });
});

describe('an event whose window has no planned day', () => {
  const said = (days: string[], more: Partial<EventFacts> = {}) => outsideWindow(event(more), days);
  it('is told so', () => {
    expect(said([])).toEqual({
      code: 'too_early',
      message: 'Core 600011 can be worked from Mon Mar 1 to Sat Mar 6; none of the days to plan is left.',
    });
    expect(said(['2027-03-07', '2027-03-08'])).toEqual({
      code: 'too_early',
      message:
        'Core 600011 can be worked from Mon Mar 1 to Sat Mar 6, and a plan begins on Sun Mar 7. Schedule it by hand.',
    });
    expect(said(['2027-02-27', '2027-02-28'])).toEqual({
      code: 'window',
      message: 'Core 600011 can be worked from Mon Mar 1 to Sat Mar 6, after the planned days.',
    });
  });

  it('has days from its start up to the day before it is due', () => {
    const days = ['2027-02-28', '2027-03-01', '2027-03-06', '2027-03-07'];
    expect(daysWithin(days, event())).toEqual(['2027-03-01', '2027-03-06']);
  });
});

test.each<[Partial<EventFacts>, Obstacle | null]>([
  [{}, null],
  [{ condition: 'Scheduled' }, null],
  [{ condition: 'Canceled' }, { code: 'not_schedulable', message: 'Core 600011 is Canceled in Crossmark.' }],
  [
    { scheduled: true },
    { code: 'already_scheduled', message: 'Core 600011 is booked in Crossmark already.' },
  ],
])('an open event is closed to plans or not, case %#', (more, obstacle) => {
  expect(closedToPlans(event(more))).toEqual(obstacle);
});

test.each([
  [5, '5 min'],
  [59.4, '59 min'],
  [60, '1 h'],
  [74, '1 h'],
  [75, '1½ h'],
  [390, '6½ h'],
  [2_400, '40 h'],
])('%f minutes are said as %s', (minutes, words) => {
  expect(hours(minutes)).toBe(words);
});

it('Saturdays and Sundays are the weekend', () => {
  expect([...DAYS, '2027-03-07'].filter(isWeekend)).toEqual(['2027-03-06', '2027-03-07']);
});

it('whose turn it is on a day is of one kind', () => {
  const rotations = {
    weekdays: [
      { kind: 'juicer' as const, weekday: 2, employeeId: 1 },
      { kind: 'primary_lead' as const, weekday: 1, employeeId: 2 },
      { kind: 'juicer' as const, weekday: 1, employeeId: 3 },
    ],
    exceptions: [{ kind: 'primary_lead' as const, day: '2027-03-02', employeeId: 4 }],
  };
  const turns = (day: string) => [
    rotationOn(rotations, 'juicer', day),
    rotationOn(rotations, 'primary_lead', day),
  ];
  expect([turns('2027-03-01'), turns('2027-03-02'), turns('2027-03-03')]).toEqual([
    [3, 2],
    [1, 4],
    [null, null],
  ]);
});

describe('a roster', () => {
  const timeZone = 'America/Indiana/Indianapolis';
  const input = (more: Partial<PlanInput> = {}): PlanInput => ({
    store: usualRules(timeZone),
    today: '2027-02-28',
    days: DAYS,
    people: PEOPLE,
    open: [],
    scheduled: [],
    planned: [],
    holidays: [],
    rotations: NO_ROTATIONS,
    ...more,
  });
  const other = (id: number, more: Partial<EventFacts> = {}) =>
    event({
      id,
      type: 'Other',
      name: `${600_000 + id}-Alder-Oats (1234567890)`,
      durationMinutes: 60,
      ...more,
    });

  it('begins tomorrow, or later or earlier if it is asked to, but never before today', () => {
    const first = (earliestDay?: string, more: Partial<PlanInput> = {}) =>
      new Roster(input({ today: '2027-03-02', ...more }), earliestDay ? { earliestDay } : {}).days[0];
    expect([first(), first('2027-03-05'), first('2027-03-02'), first('2027-03-01')]).toEqual([
      '2027-03-03',
      '2027-03-05',
      '2027-03-02',
      '2027-03-02',
    ]);
  });

  it('holds work by person and by day, and gives back what is taken off', () => {
    const roster = new Roster(input(), {});
    const work = roster.place(other(21), 1, '2027-03-01T16:00:00.000Z');
    roster.place(other(22), 1, '2027-03-02T16:00:00.000Z');
    roster.place(other(23), 2, '2027-03-01T16:00:00.000Z');
    expect(work).toEqual({
      scheduleId: -21,
      eventId: 21,
      employeeId: 1,
      type: 'Other',
      startsAt: '2027-03-01T16:00:00.000Z',
      endsAt: '2027-03-01T17:00:00.000Z',
      workDate: '2027-03-01',
    });
    const ids = (all: readonly { eventId: number }[]) => all.map(({ eventId }) => eventId);
    expect([ids(roster.workOf(1)), ids(roster.workOn('2027-03-01')), ids(roster.allWork())]).toEqual([
      [21, 22],
      [21, 23],
      [21, 22, 23],
    ]);
    expect(roster.workOfEvent(22)).toMatchObject({ eventId: 22, employeeId: 1 });
    expect(roster.remove(work)).toBe(work);
    expect(roster.remove(work)).toBeUndefined();
    expect(roster.remove({ ...work, employeeId: 9, workDate: '2027-04-01' })).toBeUndefined();
    expect([ids(roster.workOf(1)), ids(roster.workOn('2027-03-01')), roster.workOf(9)]).toEqual([
      [22],
      [23],
      [],
    ]);
    expect(() => roster.workOfEvent(21)).toThrow('Event 21 is not on the roster.');
  });

  it('counts the minutes of a week from Sunday to Saturday, without one event', () => {
    const roster = new Roster(input(), {});
    for (const [id, day] of [
      [21, '2027-02-27'],
      [22, '2027-02-28'],
      [23, '2027-03-06'],
      [24, '2027-03-07'],
    ] as const)
      roster.place(other(id), 1, `${day}T16:00:00.000Z`);
    expect(roster.minutesInWeek(1, '2027-03-03')).toBe(120);
    expect(roster.minutesInWeek(1, '2027-03-03', 23)).toBe(60);
    expect(roster.workInWeeks(1).map(({ eventId }) => eventId)).toEqual([22, 23]);
    expect(minutesOf({ startsAt: '2027-03-01T16:00:00.000Z', endsAt: '2027-03-01T17:30:00.000Z' })).toBe(90);
  });

  it('has short work that begins at taken starts begin a quarter of an hour after, on the same day', () => {
    const roster = new Roster(input(), {});
    const at = (time: string) => roster.at('2027-03-01', time);
    const taken = (...times: string[]) => new Set(times.map((time) => Date.parse(at(time))));
    const apart = (of: EventFacts, ...times: string[]) =>
      roster.startsApart(of, '2027-03-01', taken(...times));
    expect(apart(other(21), '11:00')).toEqual([at('11:15')]);
    expect(apart(other(21), '11:00', '11:15')).toEqual([at('11:30')]);
    expect(apart(other(21), '11:15')).toEqual([]);
    expect(apart(event(), '10:45')).toEqual([]);
    const setup = other(22, { type: 'Digital Setup' });
    expect(apart(setup, '10:15', '10:30')).toEqual([at('10:45')]);
    const quarters = Array.from({ length: 52 }, (_, n) => Date.parse(at('11:00')) + n * 900_000);
    expect(roster.startsApart(other(21), '2027-03-01', new Set(quarters))).toEqual([]);
  });

  it('refuses a person too many hours of a week, and says how many', () => {
    const roster = new Roster(input(), { mostMinutesPerWeek: 120 });
    roster.place(other(21), 1, '2027-03-02T16:00:00.000Z');
    const judged = (durationMinutes: number) =>
      roster.evaluate(event({ durationMinutes }), person(1), '2027-03-01T15:45:00.000Z').obstacles;
    expect(judged(60)).toEqual([]);
    expect(judged(61)).toEqual([
      {
        code: 'week_minutes',
        message:
          'Person 1 would have 2 h in the week from Sun Feb 28; 2 h is the most. Choose another week or person.',
      },
    ]);
    expect(
      roster.evaluateDecision(event({ durationMinutes: 600 }), person(1), '2027-03-01T15:45:00.000Z')
        .obstacles,
    ).toEqual([]);
  });

  it('allows the soft rules that are named, if they may be broken at all', () => {
    const roster = new Roster(input(), { allow: ['seventh_day'] });
    expect([roster.allows('seventh_day'), roster.allows('role'), roster.mostMinutesPerWeek]).toEqual([
      true,
      false,
      2_400,
    ]);
    const forPerson = new Roster(input(), { allow: [] }, true);
    expect([forPerson.allows('role'), forPerson.mostMinutesPerWeek]).toEqual([
      true,
      Number.POSITIVE_INFINITY,
    ]);
    const wrong = new Roster(input(), { allow: ['second_core' as 'role'] });
    expect(wrong.allows('second_core')).toBe(false);
  });

  it('leaves out what is marked, here or by the caller, and types that are not asked for', () => {
    const roster = new Roster(input({ neverPlan: [1] }), { neverPlan: [2], types: ['Core'] });
    expect([1, 2, 3].map((id) => roster.isLeftOut(id))).toEqual([true, true, false]);
    expect([1, 3].map((id) => roster.mayPlan({ id, type: 'Core' }))).toEqual([false, true]);
    expect(roster.mayPlan({ id: 3, type: 'Other' })).toBe(false);
    expect(new Roster(input(), {}).mayPlan({ id: 3, type: 'Other' })).toBe(true);
  });
});
