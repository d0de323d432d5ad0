import { type EventType, type Role, usualRules } from '@scheduler/scheduling';
import { describe, expect, it, test } from 'vitest';
import {
  byJudgedScore,
  byScore,
  costOfWaiting,
  difference,
  fitOf,
  type JudgedScore,
  quarters,
  urgencyOf,
  why,
} from './costs.ts';
import { NO_ROTATIONS, type PlanInput } from './input.ts';
import { testPerson } from './testing.ts';

const MONDAY = '2027-03-01';
const club = (more: Partial<PlanInput> = {}): PlanInput => ({
  store: usualRules('America/Indiana/Indianapolis'),
  today: '2027-02-28',
  days: [MONDAY],
  people: [],
  open: [],
  scheduled: [],
  planned: [],
  holidays: [],
  rotations: NO_ROTATIONS,
  ...more,
});

describe('the fit of a person', () => {
  const S: Role = 'Club Supervisor';
  const L: Role = 'Lead Event Specialist';
  const B: Role = 'Juicer Barista';
  const E: Role = 'Event Specialist';
  /** The person is number 1. Whose turn it is: theirs, somebody else’s (2) or nobody’s (null). */
  test.each<[EventType, Role, turn: 1 | 2 | null, cost: number, because: string]>([
    ['Juicer Production', B, 1, 0, 'is the Juicer of the day by rotation'],
    ['Juicer Production', E, 1, 0, 'is the Juicer of the day by rotation'],
    ['Juicer Production', B, null, 0, 'is a Juicer Barista'],
    ['Juicer Survey', B, 2, 3, 'is a Juicer Barista, but not by rotation'],
    ['Juicer Survey', S, 2, 5, 'is a Club Supervisor, asked after the Baristas'],
    ['Juicer Survey', L, null, 8, 'is usually not asked for Juicer Survey'],
    ['Juicer Production', E, 2, 8, 'is usually not asked for Juicer Production'],
    ['Digital Setup', L, 1, 0, 'is the primary Lead of the day'],
    ['Digital Setup', L, null, 0, 'is a Lead'],
    ['Digital Refresh', L, 2, 2, 'is a Lead, but not the primary one of the day'],
    ['Digital Refresh', S, 2, 4, 'is a Club Supervisor, asked after the Leads'],
    ['Freeosk', S, null, 4, 'is a Club Supervisor, asked after the Leads'],
    ['Freeosk', E, null, 8, 'is usually not asked for Freeosk'],
    ['Digital Teardown', L, 1, 2, 'is the primary Lead of the day'],
    ['Digital Teardown', L, 2, 0, 'is a Lead, and not the primary one of the day'],
    ['Digital Teardown', L, null, 0, 'is a Lead'],
    ['Digital Teardown', S, 2, 3, 'is a Club Supervisor, asked after the Leads'],
    ['Digital Teardown', B, 2, 8, 'is usually not asked for Digital Teardown'],
    ['Other', S, null, 0, 'is the Club Supervisor, who does such work first'],
    ['Other', L, null, 1, 'is a Lead, asked after the Club Supervisor'],
    ['Other', E, null, 6, 'is usually not asked for Other work'],
    ['Core', S, null, 6, 'is a Club Supervisor, who does Cores only when nobody else can'],
    ['Core', E, null, 0, 'is an Event Specialist'],
    ['Core', L, null, 0, 'is a Lead Event Specialist'],
  ])('for %s, of a %s where the turn is of %s, costs %i', (type, role, turn, cost, because) => {
    const weekdays = (['juicer', 'primary_lead'] as const).flatMap((kind) =>
      turn === null ? [] : [{ kind, weekday: 1, employeeId: turn }],
    );
    const input = club({ rotations: { weekdays, exceptions: [] } });
    expect(fitOf(input, { id: 11, type }, testPerson(1, role), MONDAY)).toEqual({ cost, because });
  });

  test.each([
    ['lead_with_core', 2, 0],
    ['club_supervisor', 0, 2],
  ] as const)('for a noon check depends on who does them: %s', (noonCheckBy, ofSupervisor, ofLead) => {
    const usual = club();
    const input = { ...usual, store: { ...usual.store, noonCheckBy } };
    const costOf = (role: Role) => fitOf(input, { id: 11, type: 'Supervisor' }, testPerson(1, role), MONDAY);
    expect(costOf(S)).toEqual({ cost: ofSupervisor, because: 'is the Club Supervisor' });
    expect(costOf(L)).toEqual({ cost: ofLead, because: 'is a Lead with a Core that day' });
  });

  it('depends on who is preferred for the event, if anybody is', () => {
    const preferred = [
      { eventId: 11, employeeId: 1 },
      { eventId: 11, employeeId: 3 },
      { eventId: 12, employeeId: 2 },
    ];
    const costOf = (employeeId: number, id: number) =>
      fitOf(club({ preferred }), { id, type: 'Core' }, testPerson(employeeId), MONDAY);
    const first = { cost: 0, because: 'is preferred for this event' };
    expect([costOf(1, 11), costOf(3, 11), costOf(2, 12)]).toEqual([first, first, first]);
    expect(costOf(2, 11)).toEqual({ cost: 2, because: 'is not the one preferred for this event' });
    expect(costOf(2, 13)).toEqual({ cost: 0, because: 'is an Event Specialist' });
  });
});

test.each([
  ['2027-03-02', 8],
  ['2027-03-03', 6],
  ['2027-03-04', 6],
  ['2027-03-05', 4],
  ['2027-03-08', 4],
  ['2027-03-09', 2],
  ['2027-03-11', 2],
  ['2027-03-12', 1],
])('on Feb 28, in a plan until Mar 10, what is due on %s has the urgency %i', (dueOn, urgency) => {
  expect(urgencyOf({ dueOn }, '2027-02-28', '2027-03-10')).toBe(urgency);
});

it('a day of waiting costs more for all work but Cores', () => {
  expect([costOfWaiting('Core'), costOfWaiting('Freeosk')]).toEqual([1, 3]);
});

it('minutes are balanced in whole quarters of an hour', () => {
  expect([0, 7, 8, 22, 23, 390].map(quarters)).toEqual([0, 0, 1, 1, 2, 26]);
});

type Given = Partial<Omit<JudgedScore, 'fit' | 'judged'>> & {
  cost?: number;
  because?: string;
  /** Sentences of the soft rules that it breaks. */
  breaks?: string[];
};
const scoreOf = ({ cost = 0, because = 'fits', breaks = [], ...more }: Given): JudgedScore => ({
  person: testPerson(1),
  day: MONDAY,
  comesIn: false,
  minutes: 390,
  weekends: 0,
  waits: 0,
  ...more,
  fit: { cost, because },
  judged: {
    startsAt: `${MONDAY}T15:45:00.000Z`,
    obstacles: [],
    hints: [],
    overrides: breaks.map((message) => ({ code: 'role', severity: 'soft', message })),
  },
});

describe('the better of two scores', () => {
  /** Each differs from the first in one cost; the later it is asked for, the less it counts. */
  const WORSE: Given[] = [
    { person: testPerson(2) },
    { waits: 1 },
    { weekends: 1 },
    { minutes: 405 },
    { comesIn: true },
    { cost: 4 },
    { breaks: ['A rule.'] },
  ];

  it('has the fewest broken rules, then the best fit, the fewest minutes, weekends and days of waiting', () => {
    const scores = WORSE.map(scoreOf);
    expect(scores.toReversed().toSorted(byJudgedScore)).toEqual(scores);
    expect(byJudgedScore(scoreOf({}), scoreOf({}))).toBe(0);
  });

  it('is the same for two that differ by less than a quarter of an hour', () => {
    expect(byScore(scoreOf({ minutes: 391 }), scoreOf({ minutes: 390 }))).toBe(0);
  });

  it('does not look at rules if it is not asked to', () => {
    expect(byScore(scoreOf({ breaks: ['A rule.'] }), scoreOf({}))).toBe(0);
  });
});

describe('the difference of two scores, in words', () => {
  const second = { person: testPerson(2) };
  test.each<[Given, Given, string]>([
    [{}, { ...second, breaks: ['They rest.'] }, 'needs a reason: They rest'],
    [{ breaks: ['A.'] }, second, 'needs no reason'],
    [{ breaks: ['A.', 'B.'] }, { ...second, breaks: ['A.'] }, 'needs fewer reasons'],
    [{ breaks: ['A.'] }, { ...second, breaks: ['A.'], cost: 4, because: 'is rare' }, 'is rare'],
    [{}, { ...second, comesIn: true }, 'would come in on Mon Mar 1 for this alone'],
    [{ comesIn: true, cost: 1 }, { ...second, comesIn: true, cost: 4, because: 'is rare' }, 'is rare'],
    [{ cost: 4 }, { ...second, because: 'is a Lead' }, 'is a Lead'],
    [{ comesIn: true }, second, 'works on Mon Mar 1 anyway'],
    [{ comesIn: true }, { ...second, cost: 1 }, 'works on Mon Mar 1 anyway'],
    [{}, { ...second, minutes: 780 }, 'would have 13 h; Person 1 has 6½ h'],
    [{ minutes: 780 }, second, 'would have 6½ h; Person 1 has 13 h'],
    [
      {},
      { minutes: 780, day: '2027-03-08' },
      'would have 13 h in the week of Mon Mar 8, and has 6½ h in this one',
    ],
    [{ minutes: 390 }, { ...second, minutes: 402 }, 'would do as well'],
    [{ minutes: 404 }, { ...second, minutes: 406 }, 'would do as well'],
    [{}, { ...second, weekends: 1 }, 'would have 1 weekend shift, 1 more'],
    [{ weekends: 5 }, { ...second, weekends: 2 }, 'would have 2 weekend shifts, 3 fewer'],
    [{}, { ...second, waits: 1 }, 'would do it a day later'],
    [{ waits: 3 }, { ...second, waits: 1 }, 'would do it 2 days sooner'],
    [{}, second, 'would do as well'],
  ])('case %#: %j, %j', (chosen, other, words) => {
    expect(difference(scoreOf(chosen), scoreOf(other))).toBe(words);
  });
});

test.each<[Given, string]>([
  [{}, 'Person 1 fits, has 6½ h with it; Mon Mar 1 is the first day possible.'],
  [
    { comesIn: true, waits: 1 },
    'Person 1 fits and comes in for it, has 6½ h with it; Mon Mar 1 is a day after the first possible.',
  ],
  [{ waits: 3 }, 'Person 1 fits, has 6½ h with it; Mon Mar 1 is 3 days after the first possible.'],
])('the reason for a line, case %#', (score, words) => {
  expect(why(scoreOf(score))).toBe(words);
});
