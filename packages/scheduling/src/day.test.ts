import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CHECK_SEVERITIES,
  type CheckSeverity,
  type CorePair,
  corePairs,
  countFindings,
  DAY_CHECKS,
  type DayCheck,
  type DayCheckCode,
  type DayFacts,
  type DayPerson,
  type DayWork,
  type Finding,
  isFine,
  type PairMember,
  REASSIGNABLE_TYPES,
  scoreOf,
  slotCoverage,
  verifyDay,
} from './day.ts';
import { DEFAULT_SLOTS } from './event-type.ts';
import { addDays, addMinutes, instantAt } from './time.ts';
import { EVENT_TYPES, type EventType, type Role } from './vocabulary.ts';

const timeZone = 'America/Indiana/Indianapolis';
/** A Monday. */
const day = '2026-01-05';
const at = { slots: DEFAULT_SLOTS, timeZone };

const NOBODY = { juicer: null, primaryLead: null };

let nextId = 1;
const person = (name: string, role: Role = 'Event Specialist', more: Partial<DayPerson> = {}): DayPerson => ({
  id: nextId++,
  name,
  role,
  terminatedOn: null,
  pattern: null,
  ranges: [],
  dates: [],
  timeOff: [],
  weekWork: [],
  ...more,
});

function work(type: EventType, who: DayPerson, time: string, overrideReason: string | null = null): DayWork {
  const id = nextId++;
  const startsAt = instantAt(day, time, timeZone);
  return {
    scheduleId: id,
    eventId: id,
    employeeId: who.id,
    type,
    name: `${610_000 + id}-Alderbrook-Naan (123456789012)  - ${type}`,
    startsAt,
    endsAt: addMinutes(startsAt, 30),
    workDate: day,
    overrideReason,
  };
}

function findingsOf(facts: Partial<DayFacts>, code: DayCheckCode): Finding[] {
  const whole = {
    day,
    ...at,
    roleLimits: {},
    holidays: [],
    people: [],
    work: [],
    pairs: [],
    due: [],
    turns: NOBODY,
    ...facts,
  };
  return verifyDay(whole).find((check) => check.code === code)?.findings ?? [];
}
const says = (facts: Partial<DayFacts>, code: DayCheckCode) =>
  findingsOf(facts, code).map(({ message }) => message);

describe('slotCoverage', () => {
  it('lists the usual starts with what starts there, and other starts where work stands', () => {
    const ada = person('Ada');
    const cores = [work('Core', ada, '10:45'), work('Core', ada, '10:45'), work('Core', ada, '13:05')];
    expect(slotCoverage(cores, DEFAULT_SLOTS, timeZone).find(({ type }) => type === 'Core')?.slots).toEqual([
      { time: '10:45', usual: true, scheduleIds: [cores[0]?.scheduleId, cores[1]?.scheduleId] },
      { time: '11:15', usual: true, scheduleIds: [] },
      { time: '11:45', usual: true, scheduleIds: [] },
      { time: '12:15', usual: true, scheduleIds: [] },
      { time: '13:05', usual: false, scheduleIds: [cores[2]?.scheduleId] },
    ]);
  });

  it('lists starts in order of time', () => {
    const early = work('Core', person('Ada'), '09:00');
    const cover = slotCoverage([early], DEFAULT_SLOTS, timeZone).find(({ type }) => type === 'Core');
    expect(cover?.slots.map(({ time }) => time)).toEqual(['09:00', ...DEFAULT_SLOTS.Core]);
  });

  it('shows all work exactly once, and every usual start, whatever the plan', () => {
    const anyWork = fc.record({
      type: fc.constantFrom(...EVENT_TYPES),
      minutes: fc.integer({ min: 0, max: 24 * 60 - 1 }),
    });
    fc.assert(
      fc.property(fc.array(anyWork, { maxLength: 30 }), (plan) => {
        const all = plan.map(({ type, minutes }, scheduleId) => ({
          scheduleId,
          type,
          startsAt: addMinutes(instantAt(day, '00:00', timeZone), minutes),
        }));
        const cover = slotCoverage(all, DEFAULT_SLOTS, timeZone);
        const coveredIds = cover.flatMap(({ slots }) => slots.flatMap(({ scheduleIds }) => scheduleIds));
        expect(coveredIds.toSorted((a, b) => a - b)).toEqual(all.map(({ scheduleId }) => scheduleId));
        for (const { type, slots } of cover) {
          expect(slots.filter(({ usual }) => usual).map(({ time }) => time)).toEqual(DEFAULT_SLOTS[type]);
        }
      }),
    );
  });
});

describe('corePairs', () => {
  const member = (type: 'Core' | 'Supervisor', live: { day: string; time: string } | null): PairMember => ({
    id: nextId++,
    type,
    name: `612345-Alderbrook-Naan (123456789012)  - V2-${type === 'Core' ? 'CORE' : type}`,
    startsOn: '2026-01-01',
    dueOn: '2026-01-15',
    live: live && { workDate: live.day, startsAt: instantAt(live.day, live.time, timeZone) },
  });
  const core = member('Core', { day, time: '10:45' });
  const stateOf = (...others: PairMember[]) =>
    corePairs([core, ...others], day, at).map(({ state }) => state);

  it.each([
    ['at_noon', { day, time: '12:00' }],
    ['off_noon', { day, time: '12:15' }],
    ['other_day', { day: '2026-01-06', time: '12:00' }],
    ['open', null],
  ] as const)('a check is %s', (state, live) => {
    expect(stateOf(member('Supervisor', live))).toEqual([state]);
  });
  it('leaves a check with another Core of the number that it stands with', () => {
    const check = member('Supervisor', { day: '2026-01-06', time: '12:00' });
    expect(stateOf(check, member('Core', { day: '2026-01-06', time: '10:45' }))).toEqual(['others']);
  });
  it('leaves no check with a Core of another number, on another day or without a day', () => {
    const check = member('Supervisor', { day: '2026-01-06', time: '12:00' });
    const other = member('Core', { day: '2026-01-06', time: '10:45' });
    expect(stateOf(check, { ...other, name: other.name.replace('612345', '612346') })).toEqual(['other_day']);
    expect(stateOf(check, member('Core', { day: '2026-01-07', time: '10:45' }))).toEqual(['other_day']);
    expect(stateOf(check, member('Core', null))).toEqual(['other_day']);
  });
  it('knows none for a Core without a Supervisor event, nor for one that is on another day', () => {
    expect(stateOf()).toEqual([]);
    const elsewhere = member('Core', { day: '2026-01-06', time: '10:45' });
    expect(corePairs([elsewhere, member('Supervisor', null)], day, at)).toEqual([]);
  });
});

describe('verifyDay', () => {
  it('finds nothing on a day without work', () => {
    const checks = verifyDay({
      day,
      ...at,
      roleLimits: {},
      holidays: [],
      people: [],
      work: [],
      pairs: [],
      due: [],
      turns: NOBODY,
    });
    expect(checks.map(({ code }) => code)).toEqual(DAY_CHECKS);
    expect(checks.every(isFine)).toBe(true);
  });

  it('wants the work of a turn done by whoever has it, or accepted with a reason', () => {
    const [jo, ada, lea] = [
      person('Jo', 'Juicer Barista'),
      person('Ada', 'Juicer Barista'),
      person('Lea', 'Lead Event Specialist'),
    ];
    const people = [jo, ada, lea];
    const turns = {
      juicer: { employeeId: jo.id, name: 'Jo', off: null },
      primaryLead: { employeeId: lea.id, name: 'Lea', off: null },
    };
    const own = [
      work('Juicer Production', jo, '09:00'),
      work('Freeosk', lea, '10:00'),
      work('Core', ada, '10:45'),
    ];
    expect(findingsOf({ people, turns, work: own }, 'by_rotation')).toEqual([]);
    const others = [
      work('Juicer Survey', ada, '17:00'),
      work('Digital Setup', ada, '10:15', 'Trained for it'),
    ];
    const findings = findingsOf({ people, turns, work: others }, 'by_rotation');
    expect(findings.map(({ eventId, accepted }) => [eventId, accepted])).toEqual([
      [others[0]?.eventId, null],
      [others[1]?.eventId, 'Trained for it'],
    ]);
    expect(findings[0]?.message).toMatch(/ is Ada’s, and Jo is the Juicer of the day\./);
    expect(findingsOf({ people, work: others }, 'by_rotation')).toEqual([]);
  });

  it('wants a substitute where the person of a turn is off, and asks nothing else of their work', () => {
    const [jo, ada] = [person('Jo', 'Juicer Barista'), person('Ada', 'Juicer Barista')];
    const turns = { juicer: { employeeId: jo.id, name: 'Jo', off: 'time off' }, primaryLead: null };
    const facts = { people: [jo, ada], turns, work: [work('Juicer Survey', ada, '17:00')] };
    expect(says(facts, 'by_rotation')).toEqual([
      'Jo is the Juicer on Mon Jan 5 by rotation and is off: time off. Name a substitute for the day.',
    ]);
  });

  it('asks for no substitute and gives nobody’s work away where the store is closed', () => {
    const [jo, ada] = [person('Jo', 'Juicer Barista'), person('Ada', 'Juicer Barista')];
    const holidays = [{ day, name: 'Inventory', yearly: false }];
    const theirs = [work('Juicer Survey', ada, '17:00')];
    for (const off of ['time off', null]) {
      const turns = { juicer: { employeeId: jo.id, name: 'Jo', off }, primaryLead: null };
      const facts = { people: [jo, ada], turns, work: theirs };
      expect(says(facts, 'by_rotation')).toHaveLength(1);
      expect(says({ ...facts, holidays }, 'by_rotation')).toEqual([]);
    }
  });

  it('wants every Juicer event done by one whose role does it, or with a reason where the store takes one', () => {
    const [ada, jo] = [person('Ada'), person('Jo', 'Juicer Barista')];
    const people = [ada, jo];
    const good = work('Juicer Production', jo, '09:00');
    expect(says({ people, work: [good] }, 'juicer_staffed')).toEqual([]);
    const wrong = work('Juicer Survey', ada, '17:00');
    expect(says({ people, work: [good, wrong] }, 'juicer_staffed')).toEqual([
      expect.stringMatching(
        /^Juicer Survey \d+ is Ada’s, who is an Event Specialist. Give it to a Juicer Barista or a Club Supervisor\.$/,
      ),
    ]);
    const kept = { people, work: [{ ...wrong, overrideReason: 'trained for it' }] };
    expect(findingsOf(kept, 'juicer_staffed')[0]?.accepted).toBe('trained for it');
    const roleLimits = { 'Juicer Survey': 'hard' as const };
    expect(findingsOf({ ...kept, roleLimits }, 'juicer_staffed')[0]?.accepted).toBeNull();
    const sue = person('Sue', 'Club Supervisor');
    const hers = work('Juicer Production', sue, '09:00');
    expect(says({ people: [sue], work: [hers] }, 'juicer_staffed')).toEqual([]);
  });

  it('says whose work is in question where the person is not known, and nothing of work of other kinds', () => {
    const [jo, ada] = [person('Jo', 'Juicer Barista'), person('Ada')];
    const turns = { juicer: { employeeId: jo.id, name: 'Jo', off: null }, primaryLead: null };
    const theirs = work('Juicer Survey', ada, '17:00');
    expect(says({ people: [jo], turns, work: [theirs] }, 'by_rotation')[0]).toMatch(
      / is somebody else’s, and Jo is /,
    );
    expect(says({ people: [ada], work: [theirs] }, 'digital_freeosk_staffed')).toEqual([]);
    expect(says({ people: [ada], work: [work('Other', ada, '11:00')] }, 'digital_freeosk_staffed')).toEqual(
      [],
    );
  });

  it('counts only Cores as Cores, and is about the last of them', () => {
    const ada = person('Ada');
    const [first, other] = [work('Core', ada, '10:45'), work('Digital Setup', ada, '11:00')];
    expect(says({ people: [ada], work: [first, other] }, 'one_core_each')).toEqual([]);
    expect(says({ people: [ada], work: [other] }, 'one_core_each')).toEqual([]);
    const [second, third] = [work('Core', ada, '11:15'), work('Core', ada, '12:15')];
    expect(findingsOf({ people: [ada], work: [first, second, third] }, 'one_core_each')).toEqual([
      {
        message: 'Ada has 3 Cores, at 10:45 AM and 11:15 AM and 12:15 PM. Give one to somebody else.',
        eventId: third.eventId,
        accepted: null,
      },
    ]);
    const both = [
      { ...second, overrideReason: 'nobody else' },
      { ...third, overrideReason: 'agreed' },
    ];
    expect(findingsOf({ people: [ada], work: [first, ...both] }, 'one_core_each')[0]?.accepted).toBe(
      'nobody else, agreed',
    );
  });

  it('wants one Core each at most, unless the second was accepted with a reason', () => {
    const people = [person('Ada')] as [DayPerson];
    const first = work('Core', people[0], '10:45');
    const second = work('Core', people[0], '17:15');
    expect(findingsOf({ people, work: [first, second] }, 'one_core_each')).toEqual([
      {
        message: 'Ada has 2 Cores, at 10:45 AM and 5:15 PM. Give one to somebody else.',
        eventId: second.eventId,
        accepted: null,
      },
    ]);
    const accepted = { ...second, overrideReason: 'nobody else' };
    expect(findingsOf({ people, work: [first, accepted] }, 'one_core_each')[0]?.accepted).toBe('nobody else');
    const third = work('Core', people[0], '11:15');
    expect(findingsOf({ people, work: [first, accepted, third] }, 'one_core_each')[0]?.accepted).toBeNull();
  });

  it('wants the noon check of each Core at noon', () => {
    const sue = person('Sue', 'Club Supervisor');
    const check: PairMember = {
      id: 1,
      type: 'Supervisor',
      name: '612345-A (123456789012)  - V2-Supervisor',
      startsOn: day,
      dueOn: '2026-01-15',
      live: null,
    };
    const core: PairMember = { ...check, id: 2, type: 'Core', live: { workDate: day, startsAt: '' } };
    const pair = (state: CorePair['state'], live: PairMember['live'] = null): CorePair[] => [
      { core, check: { ...check, live }, state },
    ];
    expect(findingsOf({ pairs: pair('open') }, 'noon_checks')).toMatchObject([
      { eventId: 1, message: expect.stringContaining('nobody checks Core 612345 at noon') },
    ]);
    expect(
      says({ pairs: pair('other_day', { workDate: '2026-01-06', startsAt: '' }) }, 'noon_checks'),
    ).toEqual(['Supervisor 612345 is on Tue Jan 6, its Core on Mon Jan 5. Move it.']);
    expect(says({ pairs: pair('others') }, 'noon_checks')).toEqual([]);
    const elsewhere = { workDate: '2026-01-06', startsAt: '' };
    for (const state of ['at_noon', 'off_noon', 'others'] as const)
      expect(says({ pairs: pair(state, elsewhere) }, 'noon_checks')).toEqual([]);
    expect(says({ pairs: pair('other_day') }, 'noon_checks')).toEqual([]);
    const late = work('Supervisor', sue, '12:30');
    expect(says({ people: [sue], work: [late] }, 'noon_checks')).toEqual([
      expect.stringContaining('is at 12:30 PM and not at 12:00 PM'),
    ]);
    const slots = { ...DEFAULT_SLOTS, Supervisor: ['12:30'] };
    expect(says({ people: [sue], work: [late], slots }, 'noon_checks')).toEqual([]);
  });

  it('wants no crowd of Cores at one start while another slot has none, whichever starts these are', () => {
    const ada = person('Ada');
    const cores = (...times: string[]) => times.map((time) => work('Core', ada, time));
    const slots = (...times: string[]) => says({ work: cores(...times) }, 'core_slots');
    expect(slots('10:45', '10:45', '11:15', '10:45')).toEqual([
      '3 Cores start at 10:45 AM, none at 11:45 AM. Move one.',
    ]);
    expect(slots('10:45', '10:45')).toEqual([]);
    expect(slots('10:45', '11:15', '11:45', '12:15', '10:45', '10:45')).toEqual([]);
    // A start off the usual slots is no finding, and spreads as well as another.
    expect(slots('09:00', '10:45')).toEqual([]);
    expect(slots('10:45', '10:45', '10:45', '11:15', '11:45', '13:05')).toEqual([]);
    expect(slots('09:00', '09:00', '09:00')).toEqual([
      '3 Cores start at 9:00 AM, none at 10:45 AM. Move one.',
    ]);
  });

  it('finds a crowd on the Wednesday and the Sunday of a real week alone, whatever slots are set', () => {
    const starts = ['09:45', '10:30', '11:00', '11:30'];
    /** Cores at each start, day by day. */
    const week = {
      Tue: [1, 1, 0, 1],
      Wed: [3, 1, 0, 0],
      Thu: [3, 2, 1, 1],
      Fri: [4, 1, 1, 1],
      Sat: [2, 3, 1, 2],
      Sun: [1, 5, 2, 0],
      Mon: [1, 1, 1, 1],
    };
    const flagged = (slots: typeof DEFAULT_SLOTS) =>
      Object.entries(week).flatMap(([name, counts]) => {
        const cores = counts.flatMap((count, index) =>
          Array.from({ length: count }, () => work('Core', person('Ada'), starts[index] ?? '')),
        );
        const [message] = says({ work: cores, slots }, 'core_slots');
        return message ? [`${name}: ${message}`] : [];
      });
    expect(flagged({ ...DEFAULT_SLOTS, Core: starts })).toEqual([
      'Wed: 3 Cores start at 9:45 AM, none at 11:00 AM. Move one.',
      'Sun: 5 Cores start at 10:30 AM, none at 11:30 AM. Move one.',
    ]);
    expect(flagged(DEFAULT_SLOTS).map((line) => line.slice(0, 3))).toEqual(['Wed', 'Sun']);
  });

  it('takes any plan of Cores over their slots in turn as balanced', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), (count) => {
        const cores = Array.from({ length: count }, (_, n) =>
          work('Core', person('Ada'), DEFAULT_SLOTS.Core[n % 4] ?? ''),
        );
        expect(says({ work: cores }, 'core_slots')).toEqual([]);
      }),
    );
  });

  it('wants an opening and a closing Lead where several work', () => {
    const [lea, lou] = [person('Lea', 'Lead Event Specialist'), person('Lou', 'Lead Event Specialist')];
    const people = [lea, lou];
    const leads = (...plan: DayWork[]) => says({ people, work: plan }, 'leads');
    expect(leads(work('Core', lea, '11:15'))).toEqual([]);
    expect(leads(work('Core', lea, '10:45'), work('Core', lou, '12:15'))).toEqual([]);
    // A digital set up before the first Core opens, a teardown in the evening closes.
    expect(
      leads(
        work('Digital Setup', lea, '10:15'),
        work('Core', lou, '11:15'),
        work('Digital Teardown', lou, '18:00'),
      ),
    ).toEqual([]);
    expect(leads(work('Core', lea, '11:15'), work('Core', lou, '12:15'))).toEqual([
      'No Lead opens: Lea is the first, at 11:15 AM. Have one start by 10:45 AM.',
    ]);
    expect(leads(work('Core', lea, '10:45'), work('Core', lou, '11:45'))).toEqual([
      'No Lead closes: Lou is the last to start, at 11:45 AM. Have one start at 12:15 PM or later.',
    ]);
    const alone = leads(
      work('Core', lea, '10:45'),
      work('Digital Teardown', lea, '18:00'),
      work('Core', lou, '11:15'),
    );
    expect(alone).toEqual(['Lea both opens and closes. Have another Lead do one of them.']);
  });

  it('wants nothing of Leads where the store has no usual start of Cores', () => {
    const [lea, lou] = [person('Lea', 'Lead Event Specialist'), person('Lou', 'Lead Event Specialist')];
    const planned = [work('Core', lea, '11:15'), work('Core', lou, '11:15')];
    const slots = { ...DEFAULT_SLOTS, Core: [] };
    expect(says({ people: [lea, lou], work: planned, slots }, 'leads')).toEqual([]);
  });

  it('takes a reason for whoever is unavailable for some days', () => {
    const range = { startsOn: day, endsOn: day, available: false, reason: 'exams' };
    const ada = person('Ada', undefined, { ranges: [range] });
    const core = work('Core', ada, '10:45', 'agreed');
    expect(findingsOf({ people: [ada], work: [core] }, 'nobody_off')).toEqual([
      {
        message: `Ada is off (exams), and has Core ${610_000 + core.eventId}. Give it to somebody else.`,
        eventId: core.eventId,
        accepted: 'agreed',
      },
    ]);
  });

  it('wants nobody at work who is off in the hours of the next day into which their work goes on', () => {
    const offUntil = (untilTime: string | null, fromTime: string | null = null) =>
      person('Ada', undefined, {
        timeOff: [{ startsOn: '2026-01-06', endsOn: '2026-01-06', reason: 'dentist', fromTime, untilTime }],
      });
    const says = (who: DayPerson) => {
      const core = work('Core', who, '22:00');
      const late = { ...core, endsAt: addMinutes(core.startsAt, 390) };
      return findingsOf({ people: [who], work: [late] }, 'nobody_off').map(({ message }) =>
        message.replace(/Core \d+/, 'Core N'),
      );
    };
    expect(says(offUntil('12:00'))).toEqual([
      'Ada is off on Tue Jan 6 until 12:00 PM (dentist), and Core N of Ada goes on until 4:30 AM that day. Have it start earlier, or give it to somebody else.',
    ]);
    expect(says(offUntil(null))).toEqual([
      'Ada is off on Tue Jan 6 (dentist), and Core N of Ada goes on until 4:30 AM that day. Have it start earlier, or give it to somebody else.',
    ]);
    expect(says(offUntil(null, '13:00'))).toEqual([]);
    expect(says(person('Ada'))).toEqual([]);
  });

  it('wants nobody at work who is off, unavailable or gone, and nobody on a holiday', () => {
    const off = person('Ada', undefined, {
      timeOff: [{ startsOn: day, endsOn: day, reason: 'dentist' }],
    });
    const gone = person('Ben', undefined, { terminatedOn: '2026-01-04' });
    const never = person('Cy', undefined, { pattern: [true, false, true, true, true, true, true] });
    const people = [off, gone, never];
    const plan = (reason: string | null) =>
      people.map((who) => ({ ...work('Core', who, '10:45'), overrideReason: reason }));
    expect(says({ people, work: plan(null) }, 'nobody_off')).toEqual([
      expect.stringMatching(/^Ada is off \(dentist\), and has Core \d+\./),
      expect.stringMatching(/^Ben’s last work day was Sun Jan 4, and has Core \d+\./),
      expect.stringMatching(/^Cy is off \(never works on Mondays\)/),
    ]);
    // Time off takes no reason, a weekday does.
    expect(
      findingsOf({ people, work: plan('agreed') }, 'nobody_off').map(({ accepted }) => accepted),
    ).toEqual([null, null, 'agreed']);
    const holidays = [{ day, name: 'Stocktaking', yearly: false }];
    expect(says({ work: plan(null), holidays }, 'nobody_off')).toEqual([
      'The store is closed on Mon Jan 5 (Stocktaking), and work is scheduled. Move it.',
    ]);
    expect(says({ work: [], holidays }, 'nobody_off')).toEqual([]);
  });

  it('wants nobody at work in hours in which they are off, and says nothing of their other work', () => {
    const hours = { fromTime: '13:00', untilTime: '15:00' };
    const ada = person('Ada', undefined, {
      timeOff: [{ startsOn: day, endsOn: day, reason: 'dentist', ...hours }],
    });
    const cy = person('Cy', undefined, {
      pattern: [true, true, true, true, true, true, true],
      patternHours: [null, { fromTime: '12:00', untilTime: null }, null, null, null, null, null],
    });
    const planned = [
      work('Core', ada, '14:45'),
      work('Digital Setup', ada, '15:00'),
      { ...work('Core', cy, '10:45'), overrideReason: 'agreed' },
      work('Digital Setup', cy, '12:00'),
    ];
    expect(findingsOf({ people: [ada, cy], work: planned }, 'nobody_off')).toMatchObject([
      {
        message: expect.stringMatching(
          /^Ada is off from 1:00 PM to 3:00 PM \(dentist\), and has Core \d+ at 2:45 PM\./,
        ),
        accepted: null,
      },
      {
        message: expect.stringMatching(/^Cy is off until 12:00 PM \(works from 12:00 PM on Mondays\)/),
        accepted: 'agreed',
      },
    ]);
  });

  it('wants nobody at work who is off on the day into which their work goes on, nor on a holiday', () => {
    const off = { startsOn: '2026-01-06', endsOn: '2026-01-06', reason: null };
    const people = [
      person('Ada', undefined, { timeOff: [off] }),
      person('Ben', undefined, { terminatedOn: day }),
      person('Cy', undefined, { pattern: [true, true, false, true, true, true, true] }),
    ];
    const lateCore = (who: DayPerson, reason: string | null = null): DayWork => {
      const core = work('Core', who, '22:00', reason);
      return { ...core, endsAt: addMinutes(core.startsAt, 390) };
    };
    const plan = people.map((who) => lateCore(who, 'agreed'));
    expect(findingsOf({ people, work: plan }, 'nobody_off')).toMatchObject([
      {
        message: expect.stringMatching(
          /^Ada is off on Tue Jan 6, and Core \d+ of Ada goes on until 4:30 AM that day\./,
        ),
        accepted: null,
      },
      {
        message: expect.stringMatching(/^Ben’s last work day is Mon Jan 5, before Tue Jan 6/),
        accepted: null,
      },
      {
        message: expect.stringMatching(/^Cy is off on Tue Jan 6 \(never works on Tuesdays\)/),
        accepted: 'agreed',
      },
    ]);
    const holidays = [{ day: '2026-01-06', name: 'Stocktaking', yearly: false }];
    const dan = person('Dan');
    expect(says({ people: [dan], work: [lateCore(dan)], holidays }, 'nobody_off')).toEqual([
      expect.stringMatching(/^The store is closed on Tue Jan 6 \(Stocktaking\), and Core \d+ of Dan goes on/),
    ]);
    expect(
      says({ people, work: people.map((who) => work('Core', who, '17:00')), holidays }, 'nobody_off'),
    ).toEqual([]);
  });

  it('wants everything scheduled whose last day it is', () => {
    const due = [{ id: 7, type: 'Core' as const, name: '612345-A (123456789012)  - V2-CORE' }];
    expect(findingsOf({ due }, 'due_scheduled')).toEqual([
      {
        message: 'Core 612345 is not scheduled, and Mon Jan 5 is its last day. Schedule it.',
        eventId: 7,
        accepted: null,
      },
    ]);
  });

  it('wants no Core beside Juicer work', () => {
    const jo = person('Jo', 'Juicer Barista');
    const juicer = work('Juicer Production', jo, '09:00');
    const core = work('Core', jo, '12:15');
    expect(findingsOf({ people: [jo], work: [core, juicer] }, 'no_juicer_core_clash')).toMatchObject([
      {
        eventId: core.eventId,
        message: expect.stringContaining('a Core at 12:15 PM and a Juicer Production'),
      },
    ]);
    const other = { ...core, employeeId: person('Ada').id };
    expect(says({ people: [jo], work: [other, juicer] }, 'no_juicer_core_clash')).toEqual([]);
  });

  it.each(['Freeosk', 'Digital Setup', 'Digital Refresh', 'Digital Teardown'] as const)(
    'wants %s done by a Lead or a Club Supervisor, or with a reason where the store takes one',
    (type) => {
      const [ada, lea, sue] = [
        person('Ada'),
        person('Lea', 'Lead Event Specialist'),
        person('Sue', 'Club Supervisor'),
      ];
      const people = [ada, lea, sue];
      const good = [work(type, lea, '10:15'), work(type, sue, '10:30')];
      expect(says({ people, work: good }, 'digital_freeosk_staffed')).toEqual([]);
      const wrong = work(type, ada, '10:45', 'trained for it');
      const findIn = (limit: 'hard' | 'soft') =>
        findingsOf(
          { people, work: [...good, wrong], roleLimits: { [type]: limit } },
          'digital_freeosk_staffed',
        );
      expect(findIn('hard')).toEqual([
        {
          message: expect.stringMatching(
            / is Ada’s, who is an Event Specialist\. Give it to a Lead Event Specialist or a Club Supervisor\.$/,
          ),
          eventId: wrong.eventId,
          accepted: null,
        },
      ]);
      expect(findIn('soft')[0]?.accepted).toBe('trained for it');
      expect(says({ people, work: [wrong] }, 'juicer_staffed')).toEqual([]);
    },
  );

  it('wants nobody to work all seven days of a week, and says so once, on the seventh', () => {
    const saturday = '2026-01-10';
    const weekWork = (count: number, overrideReason: string | null = null) =>
      Array.from({ length: count }, (_, n) => ({
        workDate: addDays('2026-01-04', n),
        overrideReason: n === 2 ? overrideReason : null,
      }));
    const onSaturday = (who: DayPerson) => ({ ...work('Core', who, '10:45'), workDate: saturday });
    const findIn = (days: number, on: string, reason: string | null = null) => {
      const who = person('Ada', undefined, { weekWork: weekWork(days, reason) });
      return findingsOf({ day: on, people: [who], work: [onSaturday(who)] }, 'no_seventh_day');
    };
    expect(findIn(6, saturday)).toMatchObject([
      {
        message:
          'Ada works all seven days of the week from Sun Jan 4; 6 is the most. Give a day to somebody else.',
        accepted: null,
      },
    ]);
    expect(findIn(6, saturday, 'agreed')[0]?.accepted).toBe('agreed');
    const week = weekWork(6, 'agreed').map((each, n) =>
      n === 4 ? { ...each, overrideReason: 'twice' } : each,
    );
    const ada = person('Ada', undefined, { weekWork: week });
    expect(
      findingsOf({ day: saturday, people: [ada], work: [onSaturday(ada)] }, 'no_seventh_day')[0]?.accepted,
    ).toBe('agreed, twice');
    expect(findIn(5, saturday)).toEqual([]);
    expect(findIn(7, '2026-01-09')).toEqual([]);
  });
});

describe('what the product knows of days', () => {
  it('each check has its severity', () => {
    expect(CHECK_SEVERITIES).toEqual({
      juicer_staffed: 'critical',
      digital_freeosk_staffed: 'critical',
      one_core_each: 'critical',
      noon_checks: 'warning',
      core_slots: 'warning',
      leads: 'warning',
      by_rotation: 'warning',
      nobody_off: 'critical',
      due_scheduled: 'critical',
      no_juicer_core_clash: 'critical',
      no_seventh_day: 'warning',
    });
  });

  it('short work that only Leads and Club Supervisors do is reassigned together', () => {
    expect(REASSIGNABLE_TYPES).toEqual([
      'Supervisor',
      'Freeosk',
      'Digital Setup',
      'Digital Refresh',
      'Digital Teardown',
      'Other',
    ]);
  });
});

describe('which event a finding is about', () => {
  const lead = (name: string) => person(name, 'Lead Event Specialist');
  const eventsOf = (facts: Partial<DayFacts>, code: DayCheckCode) =>
    findingsOf(facts, code).map(({ eventId }) => eventId);

  it('of a crowd: the last Core that starts there, and no other work counts', () => {
    const [ada, bob, cyd, dot] = ['Ada', 'Bob', 'Cyd', 'Dot'].map((name) => person(name)) as [
      DayPerson,
      DayPerson,
      DayPerson,
      DayPerson,
    ];
    const cores = [ada, bob, cyd].map((who) => work('Core', who, '11:15'));
    const people = [ada, bob, cyd, dot];
    expect(eventsOf({ people, work: [...cores, work('Digital Setup', dot, '11:15')] }, 'core_slots')).toEqual(
      [cores[2]?.eventId],
    );
    const other = [
      work('Digital Setup', ada, '11:15'),
      work('Core', bob, '11:15'),
      work('Core', cyd, '11:15'),
    ];
    expect(eventsOf({ people, work: other }, 'core_slots')).toEqual([]);
  });

  it.each([
    [['11:15', '11:15', '11:15', '10:45', '10:45', '10:45']],
    [['10:45', '10:45', '10:45', '11:15', '11:15', '11:15']],
  ])('of two starts with as many Cores: the earlier one', (times) => {
    const people = Array.from({ length: 6 }, (_, index) => person(`Person ${index}`));
    const cores = people.map((who, index) => work('Core', who, times[index] ?? ''));
    expect(says({ people, work: cores }, 'core_slots')).toEqual([
      '3 Cores start at 10:45 AM, none at 11:45 AM. Move one.',
    ]);
  });

  it('of Leads: a Core rather than other work of the first and the last one', () => {
    const [ada, bob] = [lead('Ada'), lead('Bob')];
    const [early, core] = [work('Digital Setup', ada, '11:00'), work('Core', ada, '11:15')];
    const later = work('Core', bob, '11:45');
    const facts = { people: [bob, ada], work: [later, core, early] };
    expect(says(facts, 'leads')).toEqual([
      'No Lead opens: Ada is the first, at 11:00 AM. Have one start by 10:45 AM.',
      'No Lead closes: Bob is the last to start, at 11:45 AM. Have one start at 12:15 PM or later.',
    ]);
    expect(eventsOf(facts, 'leads')).toEqual([core.eventId, later.eventId]);
  });

  it('of one who opens and closes: the other Lead’s, and none where two of them open or close', () => {
    const [ada, bob] = [lead('Ada'), lead('Bob')];
    const [opens, closes] = [work('Core', ada, '10:45'), work('Digital Teardown', ada, '18:00')];
    const between = work('Core', bob, '11:15');
    const facts = { people: [ada, bob], work: [opens, closes, between] };
    expect(says(facts, 'leads')).toEqual(['Ada both opens and closes. Have another Lead do one of them.']);
    expect(eventsOf(facts, 'leads')).toEqual([between.eventId]);
    expect(says({ ...facts, work: [opens, closes, work('Core', bob, '10:45')] }, 'leads')).toEqual([]);
    expect(says({ ...facts, work: [opens, closes, work('Core', bob, '12:15')] }, 'leads')).toEqual([]);
    const specialist = person('Cyd');
    const alone = {
      people: [ada, specialist],
      work: [work('Core', ada, '11:15'), work('Core', specialist, '11:45')],
    };
    expect(says(alone, 'leads')).toEqual([]);
  });

  it('of somebody who is off: their first, and all of it is named if it is more than one', () => {
    const off = { timeOff: [{ startsOn: day, endsOn: day, reason: null }] };
    const ada = person('Ada', 'Event Specialist', off);
    const [first, second] = [work('Core', ada, '10:45'), work('Core', ada, '12:15')];
    const facts = { people: [ada], work: [second, first] };
    expect(eventsOf(facts, 'nobody_off')).toEqual([first.eventId]);
    expect(says(facts, 'nobody_off')[0]).toContain('2 events');
    const gone = person('Bob', 'Event Specialist', { terminatedOn: '2026-01-04' });
    expect(says({ people: [gone], work: [work('Core', gone, '10:45')] }, 'nobody_off')[0]).toContain(
      'last work day was Sun Jan 4',
    );
    const leaving = person('Bob', 'Event Specialist', { terminatedOn: day });
    expect(says({ people: [leaving], work: [work('Core', leaving, '10:45')] }, 'nobody_off')).toEqual([]);
  });

  it('of a Core beside Juicer work: the Core, accepted with the reasons of both', () => {
    const ada = person('Ada', 'Juicer Barista');
    const core = work('Core', ada, '10:45', 'Nobody else.');
    const juicer = work('Juicer Survey', ada, '17:00', 'It has to be.');
    const [clash] = findingsOf({ people: [ada], work: [core, juicer] }, 'no_juicer_core_clash');
    expect(clash).toMatchObject({ eventId: core.eventId, accepted: 'Nobody else., It has to be.' });
  });
});

it('a check is fine without findings, and where all of them are accepted', () => {
  const check = (...accepted: (string | null)[]): DayCheck => ({
    code: 'leads',
    severity: 'warning',
    findings: accepted.map((reason) => ({ message: 'wrong', eventId: 1, accepted: reason })),
  });
  expect([check(), check('agreed'), check('agreed', null), check(null)].map(isFine)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

describe('scoreOf', () => {
  const check = (severity: CheckSeverity, count: number, more: Partial<Finding> = {}): DayCheck => ({
    code: severity === 'critical' ? 'one_core_each' : 'noon_checks',
    severity,
    findings: Array.from({ length: count }, () => ({
      message: 'wrong',
      eventId: nextId++,
      accepted: null,
      ...more,
    })),
  });
  const score = (critical: number, warning: number, scheduled = 4, due = 0) =>
    scoreOf({ scheduled, due, checks: [check('critical', critical), check('warning', warning)] });

  it.each([
    ['a day without work', 0, 0, 0, 0, 100],
    ['a day with nothing to correct', 0, 0, 4, 0, 100],
    ['a critical finding', 1, 0, 4, 0, 90],
    ['many critical findings', 7, 0, 4, 0, 70],
    ['a warning', 0, 1, 4, 0, 95],
    ['many warnings', 0, 9, 4, 0, 80],
    ['a quarter of the work open', 0, 0, 3, 1, 88],
    ['all work open', 0, 0, 0, 2, 50],
    ['everything wrong', 9, 9, 0, 9, 0],
  ])('of %s', (_, critical, warning, scheduled, due, expected) => {
    expect(score(critical, warning, scheduled, due)).toBe(expected);
  });

  it('does not count what a person accepted', () => {
    const checks = [
      check('critical', 2, { accepted: 'agreed' }),
      check('warning', 1, { accepted: 'agreed' }),
    ];
    expect(countFindings(checks, 'critical')).toBe(0);
    expect(scoreOf({ scheduled: 1, due: 0, checks })).toBe(100);
  });

  it('counts what two checks say of one event once', () => {
    const checks = [check('critical', 1, { eventId: 7 }), check('critical', 1, { eventId: 7 })];
    expect(scoreOf({ scheduled: 1, due: 0, checks })).toBe(90);
    const alike = [
      check('warning', 2, { eventId: null }),
      check('warning', 1, { eventId: null, message: 'b' }),
    ];
    expect(countFindings(alike, 'warning')).toBe(2);
  });

  it('goes by the severity of each check of a real day', () => {
    const jo = person('Jo', 'Juicer Barista');
    const people = [jo];
    const planned = [work('Core', jo, '10:45'), work('Core', jo, '12:15'), work('Freeosk', jo, '10:00')];
    const due = [{ id: 7, type: 'Juicer Survey' as const, name: '01-05 8HR-ES1-JUICER-SURVEY-X (1)' }];
    const checks = verifyDay({
      day,
      ...at,
      roleLimits: {},
      holidays: [],
      people,
      work: planned,
      pairs: [],
      due,
      turns: { juicer: { employeeId: jo.id, name: 'Jo', off: 'time off' }, primaryLead: null },
    });
    expect(checks.map(({ code, severity }) => [code, severity])).toEqual(
      Object.entries(CHECK_SEVERITIES).sort(
        ([a], [b]) => DAY_CHECKS.findIndex((code) => code === a) - DAY_CHECKS.findIndex((code) => code === b),
      ),
    );
    // The second Core, Freeosk by a Barista and the open survey; the Juicer who is off; a quarter is open.
    expect(countFindings(checks, 'critical')).toBe(3);
    expect(countFindings(checks, 'warning')).toBe(1);
    expect(scoreOf({ scheduled: planned.length, due: due.length, checks })).toBe(100 - 30 - 5 - 12);
  });
});
