import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultDurationMinutes } from './event-type.ts';
import {
  type Candidate,
  type EventFacts,
  evaluate,
  evaluateFirmly,
  evaluateTrade,
  everyRoleDoes,
  labelOf,
  type PersonFacts,
  type PlannedWork,
  reasonsAgainstDay,
  type StoreRules,
  usualRules,
  withArticle,
} from './rules.ts';
import { addDays, addMinutes, instantAt, workDateOf } from './time.ts';
import { CONDITIONS, EVENT_TYPES, type EventType, ROLES, type Role, type WorkDate } from './vocabulary.ts';

const timeZone = 'America/Indiana/Indianapolis';
const store = usualRules(timeZone);
const day = '2027-03-03'; // a Wednesday
const at = (time: string, on: WorkDate = day) => instantAt(on, time, timeZone);

const person = (more: Partial<PersonFacts> = {}): PersonFacts => ({
  id: 1,
  name: 'Ada Example',
  role: 'Event Specialist',
  repId: '201101',
  terminatedOn: null,
  pattern: null,
  ranges: [],
  dates: [],
  timeOff: [],
  ...more,
});
const event = (type: EventType = 'Core', more: Partial<EventFacts> = {}): EventFacts => ({
  id: 100,
  type,
  name: `610123-Alderbrook-Oat Clusters (123456789012)  - ${type}`,
  startsOn: '2027-03-01',
  dueOn: '2027-03-09',
  condition: 'Unstaffed',
  durationMinutes: defaultDurationMinutes(type, ''),
  scheduled: false,
  ...more,
});
const work = (type: EventType, startsAt: string, more: Partial<PlannedWork> = {}): PlannedWork => ({
  scheduleId: 500,
  eventId: 101,
  employeeId: 1,
  type,
  startsAt,
  endsAt: addMinutes(startsAt, defaultDurationMinutes(type, '')),
  workDate: workDateOf(startsAt, timeZone),
  ...more,
});
const candidate = (more: Partial<Candidate> = {}): Candidate => ({
  event: event(),
  person: person(),
  startsAt: at('10:45'),
  store,
  planned: [],
  holidays: [],
  ...more,
});
/** `severity:code` of everything against a candidate. */
const against = (more: Partial<Candidate> = {}) =>
  evaluate(candidate(more)).map(({ severity, code }) => `${severity}:${code}`);

/** Who usually does a type of work, and when. */
const USUAL: Record<EventType, [Role, string]> = {
  Core: ['Event Specialist', '10:45'],
  Supervisor: ['Club Supervisor', '12:00'],
  'Juicer Production': ['Juicer Barista', '09:00'],
  'Juicer Survey': ['Juicer Barista', '17:00'],
  'Digital Setup': ['Lead Event Specialist', '10:15'],
  'Digital Refresh': ['Lead Event Specialist', '10:30'],
  'Digital Teardown': ['Lead Event Specialist', '18:45'],
  Freeosk: ['Lead Event Specialist', '10:00'],
  Other: ['Club Supervisor', '11:00'],
};

describe('roles', () => {
  const MAY: Record<EventType, Role[]> = {
    Core: ['Event Specialist', 'Lead Event Specialist', 'Juicer Barista'],
    Supervisor: ['Club Supervisor', 'Lead Event Specialist'],
    'Juicer Production': ['Juicer Barista', 'Club Supervisor'],
    'Juicer Survey': ['Juicer Barista', 'Club Supervisor'],
    'Digital Setup': ['Lead Event Specialist', 'Club Supervisor'],
    'Digital Refresh': ['Lead Event Specialist', 'Club Supervisor'],
    'Digital Teardown': ['Lead Event Specialist', 'Club Supervisor'],
    Freeosk: ['Lead Event Specialist', 'Club Supervisor'],
    Other: ['Lead Event Specialist', 'Club Supervisor'],
  };
  const SOFT: EventType[] = ['Juicer Production', 'Juicer Survey', 'Freeosk', 'Other'];
  const foundFor = (type: EventType, role: Role, roleLimits: StoreRules['roleLimits'] = {}) =>
    against({
      event: event(type),
      person: person({ role }),
      startsAt: at(USUAL[type][1]),
      store: { ...store, roleLimits },
    });
  it.each(EVENT_TYPES)(
    '%s is done by its roles, by others with a reason where practice asks for it',
    (type) => {
      for (const role of ROLES) {
        const codes = foundFor(type, role);
        if (MAY[type].includes(role)) expect(codes).toEqual([]);
        else if (type === 'Core') expect(codes).toEqual(['soft:club_supervisor_on_core']);
        else expect(codes).toEqual([SOFT.includes(type) ? 'soft:role' : 'hard:role']);
      }
    },
  );

  it('a store sets for each type whether others may do it with a reason', () => {
    expect(foundFor('Freeosk', 'Event Specialist', { Freeosk: 'hard' })).toEqual(['hard:role']);
    expect(foundFor('Digital Setup', 'Event Specialist', { 'Digital Setup': 'soft' })).toEqual(['soft:role']);
    expect(foundFor('Digital Refresh', 'Event Specialist', { 'Digital Setup': 'soft' })).toEqual([
      'hard:role',
    ]);
    // Whose role does the work is limited by nothing.
    expect(foundFor('Freeosk', 'Lead Event Specialist', { Freeosk: 'hard' })).toEqual([]);
  });

  it('who does Juicer work does no Core that day without a warning, whichever comes first', () => {
    const barista = person({ role: 'Juicer Barista' });
    const survey = work('Juicer Survey', at('17:00'));
    expect(against({ person: barista, planned: [survey] })).toEqual(['soft:core_on_juicer_day']);
    expect(
      against({ person: barista, planned: [work('Juicer Production', at('09:00', '2027-03-04'))] }),
    ).toEqual([]);
    expect(
      against({
        person: barista,
        event: event('Juicer Survey'),
        startsAt: at('17:00'),
        planned: [work('Core', at('10:45'))],
      }),
    ).toEqual(['soft:core_on_juicer_day']);
    expect(against({ planned: [survey] })).toEqual(['soft:core_on_juicer_day']);
  });
});

describe('window', () => {
  it('holds from the start day to the day before the due day', () => {
    const on = (date: WorkDate) => against({ startsAt: at('10:45', date) });
    expect(on('2027-02-28')).toEqual(['hard:window']);
    expect(on('2027-03-01')).toEqual([]);
    expect(on('2027-03-08')).toEqual([]);
    expect(on('2027-03-09')).toEqual(['hard:window']);
  });

  it('asks for the local day of the store, not the day in UTC', () => {
    const evening = event('Other', { startsOn: day, dueOn: addDays(day, 1) });
    const lead = person({ role: 'Lead Event Specialist' });
    const startsAt = at('21:00');
    expect(startsAt.slice(0, 10)).toBe(addDays(day, 1));
    expect(against({ event: evening, person: lead, startsAt })).toEqual(['hint:unusual_start']);
  });

  it('holds for any window, on both sides of both clock changes', () => {
    const days = fc.integer({ min: 0, max: 400 }).map((count) => addDays('2026-01-01', count));
    fc.assert(
      fc.property(days, days, fc.integer({ min: 1, max: 14 }), (workDate, startsOn, length) => {
        const dueOn = addDays(startsOn, length);
        const reasons = against({
          event: event('Core', { startsOn, dueOn }),
          startsAt: at('10:45', workDate),
        });
        expect(reasons).toEqual(startsOn <= workDate && workDate < dueOn ? [] : ['hard:window']);
      }),
    );
  });

  it('is the new expiry in a reissue, for past and for Submitted work', () => {
    const done = event('Core', { condition: 'Submitted', scheduled: true });
    const reissue = (date: WorkDate) =>
      against({ event: done, startsAt: at('10:45', date), windowEndsOn: '2027-03-20' });
    expect(reissue('2027-03-19')).toEqual([]);
    expect(reissue('2027-03-20')).toEqual(['hard:window']);
    expect(against({ event: event('Core', { condition: 'Canceled' }), windowEndsOn: '2027-03-20' })).toEqual([
      'hard:not_schedulable',
    ]);
  });

  it('without a day in it takes no work', () => {
    const [reason] = evaluate(candidate({ event: event('Core', { startsOn: day, dueOn: day }) }));
    expect(reason).toMatchObject({
      code: 'window',
      message: expect.stringContaining('starts and is due on Wed'),
    });
  });
});

describe('people and events that take no schedule', () => {
  it('a retired person works up to the last day and no longer', () => {
    expect(against({ person: person({ terminatedOn: day }) })).toEqual([]);
    expect(against({ person: person({ terminatedOn: addDays(day, -1) }) })).toEqual(['hard:retired']);
  });
  it('a person without RepID is refused', () => {
    expect(against({ person: person({ repId: null }) })).toEqual(['hard:unlinked']);
  });
  it.each(CONDITIONS)('condition %s', (condition) => {
    const closed = ['Canceled', 'Expired', 'Submitted'].includes(condition);
    expect(against({ event: event('Core', { condition }) })).toEqual(closed ? ['hard:not_schedulable'] : []);
  });
  it('a scheduled event is refused, unless it is its own schedule that moves', () => {
    const scheduled = event('Core', { scheduled: true });
    expect(against({ event: scheduled })).toEqual(['hard:already_scheduled']);
    expect(against({ event: scheduled, ignoreScheduleIds: [7] })).toEqual([]);
  });
});

describe('days off', () => {
  it('time off and a blocked date are hard', () => {
    const timeOff = [{ startsOn: day, endsOn: day, reason: 'Vacation' }];
    const dates = [{ day, available: false, reason: null }];
    expect(against({ person: person({ timeOff }) })).toEqual(['hard:time_off']);
    expect(against({ person: person({ dates }) })).toEqual(['hard:date_unavailable']);
  });
  it('pattern and range are soft', () => {
    const pattern = [true, true, true, false, true, true, true];
    const ranges = [{ startsOn: day, endsOn: day, available: false, reason: null }];
    expect(against({ person: person({ pattern }) })).toEqual(['soft:pattern_unavailable']);
    expect(against({ person: person({ ranges }) })).toEqual(['soft:range_unavailable']);
  });
  it('hours off are hard for work that lasts into them, and say nothing of other work', () => {
    const off = (fromTime: string | null, untilTime: string | null) =>
      person({ timeOff: [{ startsOn: day, endsOn: day, reason: 'Dentist', fromTime, untilTime }] });
    const [reason] = evaluate(candidate({ person: off('13:00', '15:00') }));
    expect(reason).toEqual({
      code: 'time_off',
      severity: 'hard',
      message:
        'Ada Example has time off on Wed Mar 3 from 1:00 PM to 3:00 PM (Dentist). Choose another time, day or person.',
    });
    // A Core from 10:45 AM to 5:15 PM.
    expect(against({ person: off(null, '10:45') })).toEqual([]);
    expect(against({ person: off(null, '10:46') })).toEqual(['hard:time_off']);
    expect(against({ person: off('17:15', null) })).toEqual([]);
    expect(against({ person: off('17:14', null) })).toEqual(['hard:time_off']);
    expect(against({ person: off('13:00', '15:00'), startsAt: at('10:45', addDays(day, 1)) })).toEqual([]);
  });
  it('hours off on several days apply to each of them, also to work that goes on past midnight', () => {
    const timeOff = [
      { startsOn: day, endsOn: addDays(day, 1), reason: null, fromTime: '03:00', untilTime: '09:00' },
    ];
    const late = evaluate(candidate({ startsAt: at('22:00'), person: person({ timeOff }) }));
    expect(late[0]?.message).toBe(
      'Ada Example has time off on Thu Mar 4 from 3:00 AM to 9:00 AM, and Core 610123 goes on until 4:30 AM on Thu Mar 4. Choose an earlier start, another day or person.',
    );
    expect(against({ person: person({ timeOff }) })).toEqual([]);
  });
  it('work beside the usual hours of a weekday is soft', () => {
    const usually = (fromTime: string | null, untilTime: string | null) =>
      person({
        pattern: [true, true, true, true, true, true, true],
        patternHours: [null, null, null, { fromTime, untilTime }, null, null, null],
      });
    const [reason] = evaluate(candidate({ person: usually('12:00', '16:00') }));
    expect(reason).toEqual({
      code: 'pattern_unavailable',
      severity: 'soft',
      message:
        'Ada Example is unavailable on Wed Mar 3 (works from 12:00 PM to 4:00 PM on Wednesdays). Choose another time, day or person, or save it with a reason.',
    });
    expect(against({ person: usually('12:00', '16:00') })).toEqual(['soft:pattern_unavailable']);
    expect(against({ person: usually('09:00', null) })).toEqual([]);
    const freed = { ...usually('12:00', null), dates: [{ day, available: true, reason: null }] };
    expect(against({ person: freed })).toEqual([]);
    const off = { ...usually('12:00', null), timeOff: [{ startsOn: day, endsOn: day, reason: null }] };
    expect(against({ person: off })).toEqual(['hard:time_off']);
  });
  it('a holiday is hard, a yearly one in every year', () => {
    expect(against({ holidays: [{ day, name: 'Inventory', yearly: false }] })).toEqual(['hard:holiday']);
    expect(against({ holidays: [{ day: '2019-03-03', name: 'Founders', yearly: true }] })).toEqual([
      'hard:holiday',
    ]);
    expect(against({ holidays: [{ day: '2019-03-03', name: 'Once', yearly: false }] })).toEqual([]);
  });
});

describe('work that passes midnight', () => {
  const next = addDays(day, 1);
  const late = (more: Partial<Candidate> = {}) => against({ startsAt: at('22:00'), ...more });
  const off = (startsOn: WorkDate, endsOn = startsOn) => [{ startsOn, endsOn, reason: null }];

  it('is asked about on each day that it touches', () => {
    expect(late()).toEqual(['hint:unusual_start']);
    for (const [code, who] of [
      ['hard:time_off', { timeOff: off(next) }],
      ['hard:date_unavailable', { dates: [{ day: next, available: false, reason: null }] }],
      ['soft:range_unavailable', { ranges: [{ ...off(next)[0], available: false }] }],
      ['soft:pattern_unavailable', { pattern: [true, true, true, true, false, true, true] }],
      ['hard:retired', { terminatedOn: day }],
    ] as [string, Partial<PersonFacts>][]) {
      expect(late({ person: person(who) })).toEqual([code, 'hint:unusual_start']);
      // What ends at midnight or before touches nothing of the next day.
      expect(against({ person: person(who), startsAt: at('17:30') })).toEqual(['hint:unusual_start']);
    }
    const holidays = [{ day: next, name: 'Inventory', yearly: false }];
    expect(late({ holidays })).toEqual(['hard:holiday', 'hint:unusual_start']);
    expect(against({ holidays, startsAt: at('17:30') })).toEqual(['hint:unusual_start']);
  });

  it('stands in a sentence with the day into which it goes on', () => {
    const [reason] = evaluate(candidate({ startsAt: at('22:00'), person: person({ timeOff: off(next) }) }));
    expect(reason?.message).toBe(
      'Ada Example has time off on Thu Mar 4, and Core 610123 goes on until 4:30 AM on Thu Mar 4. Choose an earlier start, another day or person.',
    );
    const [left] = evaluate(candidate({ startsAt: at('22:00'), person: person({ terminatedOn: day }) }));
    expect(left?.message).toBe(
      "Ada Example's last work day is Wed Mar 3, and Core 610123 goes on until 4:30 AM on Thu Mar 4. Choose an earlier start or somebody else.",
    );
  });

  it('meets days off that cover both days once', () => {
    expect(late({ person: person({ timeOff: off(day, next) }) })).toEqual([
      'hard:time_off',
      'hint:unusual_start',
    ]);
  });

  it('belongs to the day of its start: the window holds for that day alone', () => {
    expect(late({ event: event('Core', { dueOn: next }) })).toEqual(['hint:unusual_start']);
  });

  it('can’t be traded to somebody who is off the next day', () => {
    const ben = person({ id: 2, name: 'Ben Example', timeOff: off(next) });
    const side = (id: number, who: PersonFacts, startsAt: string) => ({
      scheduleId: 500 + id,
      event: event('Core', { id, scheduled: true }),
      person: who,
      startsAt,
      endsAt: addMinutes(startsAt, 390),
    });
    const result = evaluateTrade({
      a: side(100, person(), at('22:00')),
      b: side(101, ben, at('10:45', '2027-03-05')),
      store,
      planned: [],
      holidays: [],
      now: at('00:00'),
    });
    expect(result).toMatchObject({ allowed: false, a: [{ code: 'time_off' }, { code: 'unusual_start' }] });
  });
});

describe('a day and a week of work', () => {
  it('a second Core that day is soft, another day or person is nothing', () => {
    const first = work('Core', at('10:45'));
    expect(against({ planned: [first], startsAt: at('11:15') })).toEqual([
      'soft:second_core',
      'soft:long_overlap',
    ]);
    expect(against({ planned: [{ ...first, employeeId: 2 }] })).toEqual([]);
    expect(against({ planned: [work('Core', at('10:45', addDays(day, 1)))] })).toEqual([]);
    const early = { ...first, startsAt: at('04:00'), endsAt: at('10:30') };
    expect(against({ planned: [early] })).toEqual(['soft:second_core']);
  });

  it('long work overlaps long work by real time: what ends as the other starts does not', () => {
    const juicer = event('Juicer Production');
    const barista = person({ role: 'Juicer Barista' });
    const before = work('Juicer Production', at('00:00'));
    expect(against({ event: juicer, person: barista, startsAt: at('09:00'), planned: [before] })).toEqual([]);
    const later = { ...before, endsAt: at('09:01') };
    expect(against({ event: juicer, person: barista, startsAt: at('09:00'), planned: [later] })).toEqual([
      'soft:long_overlap',
    ]);
    const after = work('Juicer Production', at('18:00'));
    expect(against({ event: juicer, person: barista, startsAt: at('09:00'), planned: [after] })).toEqual([]);
  });

  it('short work beside long or short work is everyday practice', () => {
    const lead = person({ role: 'Lead Event Specialist' });
    const planned = [
      work('Core', at('10:15')),
      work('Freeosk', at('10:35'), { scheduleId: 501, eventId: 102 }),
    ];
    expect(against({ event: event('Digital Setup'), person: lead, startsAt: at('10:30'), planned })).toEqual(
      [],
    );
    expect(against({ person: lead, planned: [work('Digital Setup', at('10:45'))] })).toEqual([]);
  });

  it('a seventh day from Sunday to Saturday is soft, a sixth is nothing', () => {
    const week = ['2027-02-28', '2027-03-01', '2027-03-02', '2027-03-04', '2027-03-05', '2027-03-06'];
    const planned = week.map((date, index) =>
      work('Core', at('10:45', date), { scheduleId: 500 + index, eventId: 200 + index }),
    );
    expect(against({ planned })).toEqual(['soft:seventh_day']);
    expect(against({ planned: planned.slice(1) })).toEqual([]);
    const shifted = planned.slice(1).concat(work('Core', at('10:45', '2027-03-07'), { eventId: 300 }));
    expect(against({ planned: shifted })).toEqual([]);
  });

  it('types and roles have the right article in sentences', () => {
    const nouns = ['Other', 'Core', 'Supervisor', 'Event Specialist', 'Lead Event Specialist'] as const;
    expect(nouns.map(withArticle)).toEqual([
      ...['an Other', 'a Core', 'a Supervisor', 'an Event Specialist', 'a Lead Event Specialist'],
    ]);
  });

  it('an unusual start and two short works at the same minute are hints, noon checks apart', () => {
    const lead = person({ role: 'Lead Event Specialist' });
    const setup = (startsAt: string, planned: PlannedWork[] = []) =>
      against({ event: event('Digital Setup'), person: lead, startsAt, planned });
    expect(setup(at('10:20'))).toEqual(['hint:unusual_start']);
    const slots = { 'Digital Setup': ['10:20'] };
    const set = { event: event('Digital Setup'), person: lead, store: { ...store, slots } };
    expect(against({ ...set, startsAt: at('10:20') })).toEqual([]);
    expect(against({ ...set, startsAt: at('10:15') })).toEqual(['hint:unusual_start']);
    expect(setup(at('11:00'), [work('Other', at('11:00'))])).toEqual(['hint:same_start']);
    expect(setup(at('11:00'), [work('Other', at('11:00'), { employeeId: 2 })])).toEqual([]);
    // The way out that the hint names is no other hint.
    const eleven = work('Other', at('11:00'));
    expect(setup(at('11:15'), [eleven])).toEqual([]);
    expect(setup(at('11:30'), [eleven])).toEqual(['hint:unusual_start']);
    expect(setup(at('11:20'), [eleven])).toEqual(['hint:unusual_start']);
    expect(setup(at('11:30'), [eleven, work('Other', at('11:15'), { eventId: 71 })])).toEqual([]);
    expect(setup(at('10:00'), [work('Freeosk', at('10:15'))])).toEqual([]);
    expect(
      against({
        event: event('Supervisor'),
        person: lead,
        startsAt: at('12:00'),
        planned: [work('Supervisor', at('12:00'))],
      }),
    ).toEqual([]);
  });
});

describe('evaluate', () => {
  it('tells everything at once, hard before soft before hints, in sentences that name the thing', () => {
    const reasons = evaluate(
      candidate({
        event: event('Juicer Production', { condition: 'Expired', dueOn: day }),
        person: person({ repId: null, pattern: [true, true, true, false, true, true, true] }),
        planned: [work('Core', at('10:45'))],
        holidays: [{ day, name: 'Inventory', yearly: false }],
      }),
    );
    expect(reasons.map((reason) => reason.code)).toEqual([
      'window',
      'unlinked',
      'not_schedulable',
      'holiday',
      'role',
      'pattern_unavailable',
      'core_on_juicer_day',
      'long_overlap',
      'unusual_start',
    ]);
    expect(reasons[4]?.message).toBe(
      'Ada Example is an Event Specialist, but Juicer Production 610123 is for a Juicer Barista or a Club Supervisor. Choose one of them, or save it with a reason.',
    );
    expect(reasons[7]?.message).toBe(
      'Ada Example has a Core from 10:45 AM to 5:15 PM on Wed Mar 3, which overlaps. Choose another time or person, or save it with a reason.',
    );
    for (const { message } of reasons) expect(message).toMatch(/^\S.*\.$/);
  });

  it('nothing conflicts with itself when it moves, at any time of any day of its window', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...EVENT_TYPES),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        (type, from, to) => {
          const [role, time] = USUAL[type];
          const own = work(type, at(time, addDays('2027-03-01', from)), { eventId: 100 });
          const reasons = against({
            event: event(type, { scheduled: true, condition: 'Scheduled' }),
            person: person({ role }),
            startsAt: at(time, addDays('2027-03-01', to)),
            planned: [own],
            ignoreScheduleIds: [own.scheduleId],
          });
          expect(reasons).toEqual([]);
        },
      ),
    );
  });

  it('nor where its own schedule is among the planned work and not named', () => {
    const own = work('Core', at('10:45'), { eventId: 100 });
    expect(against({ planned: [own], startsAt: at('11:15') })).toEqual([]);
  });

  it('more work never makes a reason disappear, and the order of work changes nothing', () => {
    const anyWork = fc
      .record({
        type: fc.constantFrom(...EVENT_TYPES),
        days: fc.integer({ min: -3, max: 3 }),
        time: fc.constantFrom('09:00', '10:45', '12:00', '17:00'),
        employeeId: fc.constantFrom(1, 2),
        eventId: fc.integer({ min: 101, max: 120 }),
      })
      .map(({ type, days, time, ...ids }) =>
        work(type, at(time, addDays(day, days)), { ...ids, scheduleId: 400 + ids.eventId }),
      );
    fc.assert(
      fc.property(fc.array(anyWork), anyWork, fc.constantFrom(...EVENT_TYPES), (planned, extra, type) => {
        const ask = (list: PlannedWork[]) =>
          new Set(against({ event: event(type), startsAt: at(USUAL[type][1]), planned: list }));
        const fewer = ask(planned);
        const more = ask([...planned, extra]);
        expect([...fewer].filter((reason) => !more.has(reason))).toEqual([]);
        expect(ask([...planned].reverse())).toEqual(fewer);
      }),
    );
  });
});

describe('trade', () => {
  const ada = person();
  const ben = person({ id: 2, name: 'Ben Example' });
  const side = (id: number, who: PersonFacts, date = day, time = '10:45') => ({
    scheduleId: 500 + id,
    event: event('Core', { id, scheduled: true, condition: 'Scheduled' }),
    person: who,
    startsAt: at(time, date),
    endsAt: addMinutes(at(time, date), 390),
  });
  const plannedOf = ({ scheduleId, event: of, person: who, startsAt }: ReturnType<typeof side>) =>
    work('Core', startsAt, { scheduleId, eventId: of.id, employeeId: who.id });
  const trade = (a: ReturnType<typeof side>, b: ReturnType<typeof side>, more: PlannedWork[] = []) =>
    evaluateTrade({
      a,
      b,
      store,
      holidays: [],
      now: at('00:00', '2027-03-01'),
      planned: [plannedOf(a), plannedOf(b), ...more],
    });

  it('of two Cores neither conflicts with itself nor with the other, on one day or two', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7 }),
        fc.integer({ min: 0, max: 7 }),
        fc.constantFrom('10:45', '11:15', '11:45', '12:15'),
        (from, to, time) => {
          const a = side(100, ada, addDays('2027-03-01', from));
          const b = side(101, ben, addDays('2027-03-01', to), time);
          expect(trade(a, b)).toEqual({ allowed: true, a: [], b: [] });
        },
      ),
    );
  });

  it('takes no override: what would need one is refused, and the sentence offers none', () => {
    const third = work('Core', at('11:15', '2027-03-05'), { scheduleId: 900, eventId: 109 });
    const result = trade(side(100, ada), side(101, ben, '2027-03-05'), [third]);
    expect(result.allowed).toBe(false);
    expect(result.a).toEqual([]);
    expect(result.b.map((reason) => reason.code)).toEqual(['second_core', 'long_overlap']);
    expect(result.b[0]?.message).toBe(
      'Ada Example already has a Core at 11:15 AM on Fri Mar 5. Choose another day or person.',
    );
  });

  it('checks both sides against hard rules', () => {
    const off = person({ ...ben, timeOff: [{ startsOn: day, endsOn: day, reason: null }] });
    const result = trade(side(100, ada), side(101, off, '2027-03-05'));
    expect(result).toMatchObject({ allowed: false, a: [{ code: 'time_off' }], b: [] });
  });

  it('is for two Cores of two people', () => {
    const freeosk = { ...side(101, ben), event: event('Freeosk', { id: 101, scheduled: true }) };
    expect(trade(side(100, ada), freeosk).b.map((reason) => reason.code)).toContain('trade_not_core');
    expect(trade(side(100, ada), side(101, ada, '2027-03-05'))).toMatchObject({
      allowed: false,
      a: [{ code: 'trade_same_person' }],
    });
  });

  it('is over once the time of one of them is', () => {
    const [a, b] = [side(100, ada), side(101, ben, '2027-03-05')];
    const asOf = (now: string) =>
      evaluateTrade({ a, b, store, holidays: [], planned: [plannedOf(a), plannedOf(b)], now });
    expect(asOf(addMinutes(a.endsAt, -1)).allowed).toBe(true);
    const { allowed, a: reasons, b: others } = asOf(a.endsAt);
    expect(allowed).toBe(false);
    expect(others).toEqual([]);
    expect(reasons).toEqual([
      {
        code: 'trade_over',
        severity: 'hard',
        message:
          'Core 610123 was over on Wed Mar 3 at 5:15 PM, so it can’t be traded. If somebody else did it, change its person.',
      },
    ]);
  });

  it('allows what only gives a hint', () => {
    const result = trade(side(100, ada, day, '10:40'), side(101, ben));
    expect(result).toMatchObject({ allowed: true, a: [{ code: 'unusual_start' }] });
  });
});

describe('the sentence of each reason', () => {
  const says = (more: Partial<Candidate> = {}) => evaluate(candidate(more)).map(({ message }) => message);
  const ada = (more: Partial<PersonFacts>) => ({ person: person(more) });
  const orElse = /, or (?:save it with a reason|[^.]+)\.$/;

  it('names who, what and the way out', () => {
    expect(says(ada({ role: 'Club Supervisor' }))[0]).toMatch(
      /^Ada Example is a Club Supervisor, who does Cores only when nobody else can\. Choose somebody else/,
    );
    expect(says({ planned: [work('Core', at('12:15'))] }).join('\n')).toMatch(
      /Ada Example already has a Core at 12:15 PM on Wed Mar 3\. Choose another day or person/,
    );
    expect(says({ planned: [work('Juicer Survey', at('17:00'))] }).join('\n')).toMatch(
      /Ada Example has a Juicer Survey at 5:00 PM on Wed Mar 3: nobody does a Core on a day of Juicer work\. Choose another day or person/,
    );
    expect(says({ planned: [work('Core', at('12:15'))] }).join('\n')).toMatch(
      /Ada Example has a Core from 12:15 PM to 6:45 PM on Wed Mar 3, which overlaps\. Choose another time or person/,
    );
    for (const sentence of says(ada({ role: 'Club Supervisor' }))) expect(sentence).toMatch(orElse);
  });

  it('of a role that practice asks for, and of one that it forbids', () => {
    const freeosk = { event: event('Freeosk'), startsAt: at('10:00') };
    expect(says(freeosk)[0]).toMatch(
      /^Ada Example is an Event Specialist, but .+ is for .+\. Choose one of them/,
    );
    const digital = { event: event('Digital Setup'), startsAt: at('10:15') };
    expect(says(digital)[0]).toMatch(/\. Choose one of them\.$/);
  });

  it('of a week without a day off', () => {
    const week = [0, 1, 2, 4, 5, 6].map((days) => {
      const on = addDays('2027-02-28', days);
      return work('Core', at('10:45', on), { scheduleId: 600 + days, eventId: 700 + days });
    });
    expect(says({ planned: week })[0]).toMatch(
      /^Ada Example would work all seven days of the week from Sun Feb 28; 6 is the most\. Choose another week or person/,
    );
    // The Sundays before and after are other weeks.
    const around = week.map((one) =>
      one.workDate === '2027-02-28' ? { ...one, workDate: '2027-03-07' } : one,
    );
    expect(says({ planned: around })).toEqual([]);
    const earlier = week.map((one) =>
      one.workDate === '2027-02-28' ? { ...one, workDate: '2027-02-27' } : one,
    );
    expect(says({ planned: earlier })).toEqual([]);
  });

  it('of a start that is not usual, or taken', () => {
    const setup = { event: event('Digital Setup'), person: person({ role: 'Lead Event Specialist' }) };
    expect(says({ ...setup, startsAt: at('10:20') })).toEqual([
      '10:20 AM is no usual start for a Digital Setup (10:15 AM, 10:30 AM, 10:45 AM, 11:00 AM).',
    ]);
    const taken = [work('Digital Refresh', at('10:15'))];
    expect(says({ ...setup, startsAt: at('10:15'), planned: taken })).toEqual([
      'Ada Example also starts a Digital Refresh at 10:15 AM. A quarter of an hour apart would do.',
    ]);
  });

  it('of a window, also of work that was opened again', () => {
    expect(says({ startsAt: at('10:45', '2027-03-10') })[0]).toMatch(
      / can be worked from Mon Mar 1 to Mon Mar 8, and Wed Mar 10 is outside\. Choose a day within\.$/,
    );
    const oneDay = event('Core', { startsOn: '2027-03-01', dueOn: '2027-03-02' });
    expect(says({ event: oneDay })[0]).toMatch(/ can be worked on Mon Mar 1, and Wed Mar 3 is outside/);
    const none = event('Core', { startsOn: '2027-03-02', dueOn: '2027-03-02' });
    expect(says({ event: none })[0]).toMatch(
      / starts and is due on Tue Mar 2, so there is no day to work it on\. Have its dates corrected in Crossmark\.$/,
    );
    expect(says({ windowEndsOn: '2027-03-03' })[0]).toMatch(
      / is reopened until Tue Mar 2, and Wed Mar 3 is later\. Choose an earlier day or a later expiry\.$/,
    );
    expect(says({ windowEndsOn: '2027-03-04' })).toEqual([]);
  });

  it('of somebody who has left, and of a closed store', () => {
    expect(says(ada({ terminatedOn: '2027-03-02' }))).toEqual([
      "Ada Example's last work day is Tue Mar 2, before Wed Mar 3. Choose somebody else.",
    ]);
    expect(says(ada({ terminatedOn: day }))).toEqual([]);
    const night = { startsAt: at('20:00') };
    expect(says({ ...night, ...ada({ terminatedOn: day }) })).toEqual([
      expect.stringMatching(
        /^Ada Example's last work day is Wed Mar 3, and .+ goes on until 2:30 AM on Thu Mar 4\. Choose an earlier start or somebody else\.$/,
      ),
      expect.stringContaining('8:00 PM is no usual start'),
    ]);
  });

  it('is said once of an absence of two days, and once of each of two', () => {
    const night = { startsAt: at('20:00') };
    const timeOff = [{ startsOn: day, endsOn: '2027-03-04', reason: 'a wedding' }];
    const off = (sentences: string[]) => sentences.filter((sentence) => sentence.includes('time off'));
    expect(off(says({ ...night, ...ada({ timeOff }) }))).toHaveLength(1);
    const two = [
      { startsOn: day, endsOn: day, reason: 'a wedding' },
      { startsOn: '2027-03-04', endsOn: '2027-03-04', reason: 'a move' },
    ];
    expect(off(says({ ...night, ...ada({ timeOff: two }) }))).toHaveLength(2);
  });
});

describe('whole sentences', () => {
  const says = (more: Partial<Candidate> = {}) => evaluate(candidate(more)).map(({ message }) => message);
  const EARLIER = '2027-03-01T05:00:00.000Z';

  it('of a store without settings, and of the work that everybody does', () => {
    expect(usualRules('UTC')).toEqual({
      timeZone: 'UTC',
      slots: {},
      roleLimits: {},
      noonCheckBy: 'lead_with_core',
    });
    expect(EVENT_TYPES.filter(everyRoleDoes)).toEqual(['Core']);
  });

  it('of an absence: the way out, and a reason only where one is taken', () => {
    const off = person({ timeOff: [{ startsOn: day, endsOn: day, reason: null }] });
    const never = person({ pattern: [true, true, true, false, true, true, true] });
    const ofOff = 'Ada Example has time off on Wed Mar 3. Choose another day or person.';
    const ofNever =
      'Ada Example is unavailable on Wed Mar 3 (never works on Wednesdays). Choose another day or person';
    expect(says({ person: off })).toEqual([ofOff]);
    expect(says({ person: never })).toEqual([`${ofNever}, or save it with a reason.`]);
    expect(evaluateFirmly(candidate({ person: never })).map(({ message }) => message)).toEqual([
      `${ofNever}.`,
    ]);
    expect(reasonsAgainstDay(off, day, [])).toEqual([{ code: 'time_off', severity: 'hard', message: ofOff }]);
    expect(reasonsAgainstDay(never, day, [{ day, name: 'Inventory', yearly: false }])).toEqual([
      {
        code: 'holiday',
        severity: 'hard',
        message: 'The store is closed on Wed Mar 3: Inventory. Choose another day.',
      },
      { code: 'pattern_unavailable', severity: 'soft', message: `${ofNever}, or save it with a reason.` },
    ]);
    expect(reasonsAgainstDay(person(), day, [])).toEqual([]);
  });

  it('of a night: each day that is closed, each hour that is off, and a leaving once', () => {
    const holidays = ['2027-03-03', '2027-03-04'].map((on) => ({
      day: on,
      name: 'Inventory',
      yearly: false,
    }));
    const hard = (more: Partial<Candidate>) =>
      evaluate(candidate({ startsAt: at('20:00'), ...more })).filter(({ severity }) => severity === 'hard');
    expect(hard({ holidays }).map(({ code }) => code)).toEqual(['holiday', 'holiday']);
    expect(hard({ person: person({ terminatedOn: '2027-03-02' }) }).map(({ code }) => code)).toEqual([
      'retired',
    ]);
    const left = person({
      terminatedOn: '2027-03-02',
      timeOff: [{ startsOn: day, endsOn: day, reason: null }],
    });
    expect(hard({ person: left, holidays }).map(({ code }) => code)).toEqual([
      'retired',
      'holiday',
      'time_off',
      'holiday',
    ]);
    const hours = (fromTime: string, untilTime: string) => ({
      startsOn: day,
      endsOn: day,
      reason: 'dentist',
      fromTime,
      untilTime,
    });
    const timeOff = [hours('20:00', '21:00'), hours('22:00', '23:00')];
    expect(hard({ person: person({ timeOff }) }).map(({ message }) => message)).toEqual([
      'Ada Example has time off on Wed Mar 3 from 8:00 PM to 9:00 PM (dentist). Choose another time, day or person.',
      'Ada Example has time off on Wed Mar 3 from 10:00 PM to 11:00 PM (dentist). Choose another time, day or person.',
    ]);
  });

  it('of work that takes no booking', () => {
    expect(says({ event: event('Core', { condition: 'Submitted' }) })).toEqual([
      'Core 610123 is Submitted in Crossmark and takes no booking. Reissue it to have it done again.',
    ]);
    expect(says({ event: event('Core', { condition: 'Expired' }) })).toEqual([
      'Core 610123 is Expired in Crossmark and takes no booking. Choose another event.',
    ]);
    expect(says({ event: event('Core', { scheduled: true }) })).toEqual([
      'Core 610123 is already scheduled. Move that schedule, or unschedule it first.',
    ]);
  });

  it('name an event by its number, or by what people call it', () => {
    expect(labelOf(event('Core'))).toBe('Core 610123');
    const unnumbered = '01.05-DD-Juniper & Co-Yuzu (123456789012)  - 01.05 Digital Setup';
    expect(labelOf({ type: 'Digital Setup', name: unnumbered })).toBe('“Juniper & Co\u00a0– Yuzu”');
  });

  it('of a start: long work beside it says nothing, and a taken start is one hint', () => {
    const lead = person({ role: 'Lead Event Specialist' });
    const setup = { event: event('Digital Setup'), person: lead };
    expect(against({ ...setup, startsAt: at('10:45'), planned: [work('Core', at('10:45'))] })).toEqual([]);
    const planned = [work('Other', at('11:00')), work('Other', at('11:15'), { eventId: 71 })];
    expect(against({ ...setup, startsAt: at('11:15'), planned })).toEqual(['hint:same_start']);
  });

  it('of a trade', () => {
    const side = (id: number, who: PersonFacts, more: object = {}) => ({
      scheduleId: 500 + id,
      event: event('Core', { id, scheduled: true, condition: 'Scheduled' }),
      person: who,
      startsAt: at('10:45'),
      endsAt: addMinutes(at('10:45'), 390),
      ...more,
    });
    const trade = (a: ReturnType<typeof side>, b: ReturnType<typeof side>) =>
      evaluateTrade({ a, b, store, holidays: [], now: EARLIER, planned: [] });
    const [ada, ben] = [person(), person({ id: 2, name: 'Ben Example' })];
    const freeosk = side(101, ben, { event: event('Freeosk', { id: 101, scheduled: true }) });
    expect(trade(side(100, ada), freeosk).b).toContainEqual({
      code: 'trade_not_core',
      severity: 'hard',
      message: 'Freeosk 610123 is no Core: only two Cores can be traded. Change its person instead.',
    });
    expect(trade(side(100, ada), side(101, ada)).a).toEqual([
      {
        code: 'trade_same_person',
        severity: 'hard',
        message: "Ada Example does both Cores already, so there is nothing to trade. Choose somebody else's.",
      },
    ]);
    // Reissued work is traded within its own expiry, and not beyond.
    const late = { startsAt: at('10:45', '2027-03-12'), endsAt: addMinutes(at('10:45', '2027-03-12'), 390) };
    const reissued = (windowEndsOn: string) => side(100, ada, { ...late, windowEndsOn });
    expect(trade(reissued('2027-03-13'), side(101, ben))).toMatchObject({ allowed: true });
    expect(trade(reissued('2027-03-12'), side(101, ben))).toMatchObject({
      allowed: false,
      a: [{ code: 'window' }],
    });
  });
});
