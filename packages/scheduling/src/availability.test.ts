import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AvailabilityFacts,
  absencesOn,
  describeOtherTimeOff,
  holidayOn,
  hoursOffOn,
} from './availability.ts';
import { addDays, weekdayOf } from './time.ts';

const day = '2027-03-03'; // a Wednesday
const free: AvailabilityFacts = { pattern: null, ranges: [], dates: [], timeOff: [] };
const notOn = (...weekdays: number[]) => [0, 1, 2, 3, 4, 5, 6].map((one) => !weekdays.includes(one));
const range = (available: boolean) => ({ startsOn: day, endsOn: addDays(day, 2), available, reason: null });
const date = (available: boolean) => ({ day, available, reason: 'exam' });
const off = { startsOn: addDays(day, -1), endsOn: day, reason: 'Vacation' };
const causes = (facts: Partial<AvailabilityFacts>, on = day) =>
  absencesOn({ ...free, ...facts }, on).map((absence) => absence.cause);

describe('availability', () => {
  it('is every day unless something says otherwise', () => {
    expect(causes({})).toEqual([]);
    expect(causes({ pattern: notOn() })).toEqual([]);
  });

  it('follows the pattern on each of the seven days', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
        fc.integer({ min: 0, max: 6 }),
        (pattern, days) => {
          const on = addDays('2027-02-28', days);
          expect(causes({ pattern }, on)).toEqual(pattern[weekdayOf(on)] ? [] : ['pattern_unavailable']);
        },
      ),
    );
  });

  it('a range takes the place of the pattern, both ends included, and no day beyond', () => {
    const facts = { pattern: notOn(3), ranges: [range(true)] };
    expect(causes(facts)).toEqual([]);
    expect(causes(facts, addDays(day, 7))).toEqual(['pattern_unavailable']);
    expect(causes({ ranges: [range(false)] }, addDays(day, 2))).toEqual(['range_unavailable']);
    expect(causes({ ranges: [range(false)] }, addDays(day, 3))).toEqual([]);
    expect(causes({ ranges: [range(true), range(false)] })).toEqual(['range_unavailable']);
  });

  it('a single available date frees from pattern and range', () => {
    expect(causes({ dates: [date(true)], pattern: notOn(3), ranges: [range(false)] })).toEqual([]);
  });

  it('a blocked date and time off always block, and both are told', () => {
    expect(causes({ dates: [date(false)], ranges: [range(true)] })).toEqual(['date_unavailable']);
    expect(causes({ timeOff: [off], dates: [date(true)] })).toEqual(['time_off']);
    expect(causes({ timeOff: [off], dates: [date(false)] })).toEqual(['time_off', 'date_unavailable']);
    expect(causes({ timeOff: [off] }, addDays(day, 1))).toEqual([]);
    expect(absencesOn({ ...free, timeOff: [off] }, day)[0]?.reason).toBe('Vacation');
  });

  it('without words of their own says what it is and the days, one day once', () => {
    const said = (facts: Partial<AvailabilityFacts>) => {
      const [absence] = absencesOn({ ...free, ...facts }, day);
      return [absence?.reason, absence?.because];
    };
    const one = { startsOn: day, endsOn: day, reason: null };
    expect(said({ timeOff: [one] })).toEqual(['Time off, Wed Mar 3', '']);
    expect(said({ timeOff: [{ ...off, reason: null }] })).toEqual([
      'Time off, Tue Mar 2 to Wed Mar 3',
      ' (Tue Mar 2 to Wed Mar 3)',
    ]);
    expect(said({ ranges: [{ ...one, available: false }] })).toEqual(['Not available, Wed Mar 3', '']);
    expect(said({ dates: [{ day, available: false, reason: null }] })).toEqual([
      'not available that day',
      '',
    ]);
    expect(said({ timeOff: [off] })).toEqual(['Vacation', ' (Vacation)']);
  });
});

describe('holidays', () => {
  const once = { day: '2027-03-03', name: 'Inventory', yearly: false };
  const yearly = { day: '2020-12-25', name: 'Christmas', yearly: true };
  it('fall on their date, yearly ones in every year', () => {
    expect(holidayOn('2027-03-03', [once, yearly])).toBe(once);
    expect(holidayOn('2028-03-03', [once, yearly])).toBeUndefined();
    expect(holidayOn('2027-12-25', [once, yearly])).toBe(yearly);
    expect(holidayOn('2027-12-24', [once, yearly])).toBeUndefined();
  });
});

describe('describeOtherTimeOff', () => {
  const absence = { startsOn: day, endsOn: addDays(day, 1), fromTime: '12:00', untilTime: null };
  const vacation = { startsOn: addDays(day, -3), endsOn: addDays(day, 1), reason: 'Vacation' };
  const later = { startsOn: addDays(day, 1), endsOn: addDays(day, 1), reason: null };

  it('tells of the first other time off in the days and hours, and from which day on', () => {
    expect(describeOtherTimeOff('Ada', [later, vacation], absence)).toBe(
      'Ada still has time off on Wed Mar 3 (Vacation).',
    );
    expect(describeOtherTimeOff('Ada', [later], absence)).toBe('Ada still has time off on Thu Mar 4.');
  });

  it.each([
    ['before', { ...vacation, endsOn: addDays(day, -1) }],
    ['after', { ...later, startsOn: addDays(day, 2), endsOn: addDays(day, 2) }],
    ['at other hours', { ...vacation, fromTime: null, untilTime: '12:00' }],
  ])('says nothing of time off %s', (_, other) => {
    expect(describeOtherTimeOff('Ada', [other], absence)).toBeNull();
  });
});

describe('hours off', () => {
  const part = { ...off, fromTime: '13:00', untilTime: '15:00' };
  const hours = (facts: Partial<AvailabilityFacts>, on = day) => hoursOffOn({ ...free, ...facts }, on);
  const usual = (fromTime: string | null, untilTime: string | null) =>
    [0, 1, 2, 3, 4, 5, 6].map((weekday) => (weekday === 3 ? { fromTime, untilTime } : null));

  it('are those of time off, with its words', () => {
    expect(hours({ timeOff: [part] })).toEqual([
      {
        cause: 'time_off',
        fromTime: '13:00',
        untilTime: '15:00',
        title: 'Vacation',
        reason: 'Vacation',
        because: ' (Vacation)',
      },
    ]);
    expect(hours({ timeOff: [{ ...part, reason: null, untilTime: null }] })).toEqual([
      {
        cause: 'time_off',
        fromTime: '13:00',
        untilTime: null,
        title: 'Time off',
        reason: 'time off',
        because: '',
      },
    ]);
    expect(hours({ timeOff: [part] }, addDays(day, 1))).toEqual([]);
  });

  it('are none of a day that is off as a whole', () => {
    expect(hours({ timeOff: [part, off] })).toEqual([]);
    expect(hours({ timeOff: [part], dates: [date(false)] })).toEqual([]);
    // The weekly pattern and a range can be overridden, and the hours remain then.
    expect(hours({ timeOff: [part], pattern: notOn(3) })).toHaveLength(1);
    expect(hours({ timeOff: [part], ranges: [range(false)] })).toHaveLength(1);
  });

  it('are those besides the usual hours of the weekday, unless the day or a range says otherwise', () => {
    const reason = 'works from 9:00 AM to 5:00 PM on Wednesdays';
    const words = { cause: 'pattern_unavailable', title: reason, reason, because: ` (${reason})` };
    const patternHours = usual('09:00', '17:00');
    expect(hours({ patternHours })).toEqual([
      { ...words, fromTime: null, untilTime: '09:00' },
      { ...words, fromTime: '17:00', untilTime: null },
    ]);
    expect(hours({ patternHours }, addDays(day, 1))).toEqual([]);
    expect(hours({ patternHours, dates: [date(true)] })).toEqual([]);
    expect(hours({ patternHours, dates: [{ ...date(true), day: addDays(day, 1) }] })).toHaveLength(2);
    expect(hours({ patternHours, ranges: [range(true)] })).toEqual([]);
    expect(hours({ patternHours, pattern: notOn(3) })).toEqual([]);
  });
});

describe('an absence', () => {
  it('has a title, and a reason for a sentence', () => {
    const [blocked] = absencesOn({ ...free, dates: [date(false)] }, day);
    expect(blocked).toEqual({ cause: 'date_unavailable', title: 'exam', reason: 'exam', because: ' (exam)' });
    const [unnamed] = absencesOn({ ...free, dates: [{ ...date(false), reason: null }] }, day);
    expect(unnamed).toEqual({
      cause: 'date_unavailable',
      title: 'Not available',
      reason: 'not available that day',
      because: '',
    });
    const [never] = absencesOn({ ...free, pattern: notOn(3) }, day);
    const reason = 'never works on Wednesdays';
    expect(never).toEqual({ cause: 'pattern_unavailable', title: reason, reason, because: ` (${reason})` });
  });
});

it('other time off that ends on the first day is told of', () => {
  const ends = { startsOn: addDays(day, -3), endsOn: day, reason: null };
  expect(describeOtherTimeOff('Ada', [ends], { startsOn: day, endsOn: addDays(day, 1) })).toBe(
    'Ada still has time off on Wed Mar 3.',
  );
});
