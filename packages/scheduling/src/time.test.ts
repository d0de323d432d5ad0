import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMinutes,
  daysBetween,
  daysTouched,
  earlierDay,
  formatClock,
  formatDay,
  formatDays,
  formatTime,
  formatWhen,
  instantAt,
  laterDay,
  momentAt,
  monthDays,
  oddityOf,
  timeOf,
  weekdayOf,
  weekStart,
  workDateOf,
} from './time.ts';

const ZONES = [
  'America/Indiana/Indianapolis',
  'America/Chicago',
  'America/Phoenix',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Pacific/Auckland',
  'UTC',
];
const anyDay = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays('2000-01-01', days));
const workingTime = fc
  .tuple(fc.integer({ min: 5, max: 22 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);

describe('instants and store time', () => {
  it.each([
    // Clocks go forward on Sun Mar 8 2026, back on Sun Nov 1 2026.
    ['2026-03-07', 'America/Chicago', '2026-03-07T16:45:00.000Z'],
    ['2026-03-08', 'America/Chicago', '2026-03-08T15:45:00.000Z'],
    ['2026-10-31', 'America/Chicago', '2026-10-31T15:45:00.000Z'],
    ['2026-11-01', 'America/Chicago', '2026-11-01T16:45:00.000Z'],
    ['2026-03-08', 'America/Indiana/Indianapolis', '2026-03-08T14:45:00.000Z'],
    ['2026-03-08', 'America/Phoenix', '2026-03-08T17:45:00.000Z'],
  ])('10:45 on %s in %s is %s', (day, zone, instant) => {
    expect(instantAt(day, '10:45', zone)).toBe(instant);
    expect(workDateOf(instant, zone)).toBe(day);
    expect(timeOf(instant, zone)).toBe('10:45');
    expect(formatTime(instant, zone)).toBe('10:45 AM');
  });

  it('a time that clocks skip is taken as much later, one they repeat as the first', () => {
    expect(timeOf(instantAt('2026-03-08', '02:30', 'America/Chicago'), 'America/Chicago')).toBe('03:30');
    expect(instantAt('2026-11-01', '01:30', 'America/Chicago')).toBe('2026-11-01T06:30:00.000Z');
  });

  it.each([
    ['2027-03-14', '02:30', 'skipped'],
    ['2027-03-14', '03:00', null],
    ['2027-03-14', '01:59', null],
    ['2027-11-07', '01:30', 'repeated'],
    ['2027-11-07', '02:00', null],
    ['2027-12-05', '10:45', null],
  ])('%s %s in Indianapolis is odd: %s', (day, time, oddity) => {
    expect(oddityOf(day, time, 'America/Indiana/Indianapolis')).toBe(oddity);
  });

  it('come back as the same day and wall time, in any zone on any day', () => {
    fc.assert(
      fc.property(anyDay, workingTime, fc.constantFrom(...ZONES), (day, time, zone) => {
        const instant = instantAt(day, time, zone);
        expect(instant).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/);
        expect(workDateOf(instant, zone)).toBe(day);
        expect(timeOf(instant, zone)).toBe(time);
      }),
    );
  });

  it('a Core lasts 390 real minutes, also through the night in which clocks change', () => {
    const start = instantAt('2026-10-31', '22:00', 'America/Chicago');
    expect(formatTime(addMinutes(start, 390), 'America/Chicago')).toBe('3:30 AM');
  });

  it('refuse what is no day, time or zone', () => {
    expect(() => instantAt('2026-02-30', '10:45', 'UTC')).toThrow(RangeError);
    expect(() => instantAt('02/03/2026', '10:45', 'UTC')).toThrow(/not a day/);
    expect(() => instantAt('2026-02-03', '25:00', 'UTC')).toThrow(RangeError);
    expect(() => instantAt('2026-02-03', '10:45 AM', 'UTC')).toThrow(/not a time/);
    expect(() => instantAt('2026-02-03', '10:45', 'America/Nowhere')).toThrow(RangeError);
  });
});

describe('days', () => {
  it('weeks start on Sunday and hold seven days', () => {
    expect(weekStart('2026-01-03')).toBe('2025-12-28');
    expect(weekStart('2026-01-04')).toBe('2026-01-04');
    fc.assert(
      fc.property(anyDay, (day) => {
        const start = weekStart(day);
        expect(weekdayOf(start)).toBe(0);
        expect(daysBetween(start, day)).toBe(weekdayOf(day));
      }),
    );
  });
  it('adding and counting days agree', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -800, max: 800 }), (day, days) => {
        expect(daysBetween(day, addDays(day, days))).toBe(days);
      }),
    );
  });
  it('are written for people', () => {
    expect(formatDay('2026-01-05')).toBe('Mon Jan 5');
    expect(formatTime('2026-01-05T17:00:00.000Z', 'UTC')).toBe('5:00 PM');
    expect(formatTime('2026-01-05T00:15:00.000Z', 'UTC')).toBe('12:15 AM');
  });
  it('each month and each day of the week has its name', () => {
    const months = Array.from({ length: 12 }, (_, index) =>
      formatDay(`2026-${String(index + 1).padStart(2, '0')}-01`).slice(4),
    );
    expect(months).toEqual(
      ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map(
        (month) => `${month} 1`,
      ),
    );
    const week = Array.from({ length: 7 }, (_, index) => formatDay(addDays('2026-01-04', index)).slice(0, 3));
    expect(week).toEqual(['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']);
  });
  it('and moments are written for people', () => {
    expect(formatWhen('2026-01-05T17:00:00.000Z', 'America/Chicago')).toBe('Mon Jan 5, 11:00 AM');
    expect(formatDays('2026-01-05', '2026-01-05')).toBe('Mon Jan 5');
    expect(formatDays('2026-01-05', '2026-01-07')).toBe('Mon Jan 5 to Wed Jan 7');
    expect(formatClock('00:05')).toBe('12:05 AM');
    expect(formatClock('12:00')).toBe('12:00 PM');
    expect(formatClock('23:59')).toBe('11:59 PM');
  });
  it('the earlier and the later of two', () => {
    expect(earlierDay('2026-01-05', '2026-01-06')).toBe('2026-01-05');
    expect(earlierDay('2026-01-06', '2026-01-05')).toBe('2026-01-05');
    expect(laterDay('2026-01-05', '2026-01-06')).toBe('2026-01-06');
    expect(laterDay('2026-01-06', '2026-01-05')).toBe('2026-01-06');
  });
  it.each(['x2026-01-05', '2026-01-05x', '2026-1-05', '02026-01-05'])('"%s" is none', (text) => {
    expect(() => weekdayOf(text)).toThrow(`"${text}" is not a day`);
  });
  it.each(['x10:45', '10:45x', '10:45:5', '10:45:xx'])('"%s" is no time of day', (text) => {
    expect(() => instantAt('2026-01-05', text, 'UTC')).toThrow(`"${text}" is not a time of day`);
  });
  it('times of day may have seconds', () => {
    expect(instantAt('2026-01-05', '10:45:30', 'UTC')).toBe('2026-01-05T10:45:30.000Z');
  });
  it('the first and last moments of a time differ where clocks show it twice, and are one where they skip it', () => {
    const zone = 'America/Chicago';
    expect(momentAt('2026-11-01', '01:30', zone, 'first')).toBe('2026-11-01T06:30:00.000Z');
    expect(momentAt('2026-11-01', '01:30', zone, 'last')).toBe('2026-11-01T07:30:00.000Z');
    for (const which of ['first', 'last'] as const)
      expect(momentAt('2026-03-08', '02:30', zone, which)).toBe('2026-03-08T08:00:00.000Z');
  });
});

describe('daysTouched', () => {
  const zone = 'America/Indiana/Indianapolis';
  const touched = (day: string, time: string, minutes: number) => {
    const startsAt = instantAt(day, time, zone);
    return daysTouched(startsAt, addMinutes(startsAt, minutes), zone);
  };
  it.each([
    ['10:45', 390, ['2027-03-03']],
    ['17:30', 390, ['2027-03-03']],
    ['17:31', 390, ['2027-03-03', '2027-03-04']],
    ['22:00', 390, ['2027-03-03', '2027-03-04']],
    ['00:00', 1440, ['2027-03-03']],
    ['00:01', 1440, ['2027-03-03', '2027-03-04']],
  ])('from %s for %i minutes are %j', (time, minutes, days) => {
    expect(touched('2027-03-03', time, minutes)).toEqual(days);
  });
  it('are the store’s own, also where clocks change that night', () => {
    // Clocks go forward at 2:00 on 14 March and back at 2:00 on 7 November 2027.
    expect(touched('2027-03-13', '23:00', 60)).toEqual(['2027-03-13']);
    expect(touched('2027-11-07', '00:00', 24 * 60)).toEqual(['2027-11-07']);
    expect(touched('2027-11-07', '00:00', 25 * 60)).toEqual(['2027-11-07']);
    expect(touched('2027-03-14', '00:00', 24 * 60)).toEqual(['2027-03-14', '2027-03-15']);
  });
});

describe('monthDays', () => {
  it('fills a month up to whole weeks, Sunday first', () => {
    expect(monthDays('2026-01')[0]).toBe('2025-12-28');
    expect(monthDays('2026-01').at(-1)).toBe('2026-01-31');
    // Begins on a Sunday and ends on a Saturday: four weeks alone.
    expect(monthDays('2026-02')).toHaveLength(28);
    expect(monthDays('2026-05')).toHaveLength(42);
  });
  it('holds every day of its month once, in order, whatever the month', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 2099 }), fc.integer({ min: 1, max: 12 }), (year, number) => {
        const month = `${year}-${String(number).padStart(2, '0')}`;
        const days = monthDays(month);
        expect(days.length % 7).toBe(0);
        expect(weekdayOf(days[0] ?? '')).toBe(0);
        expect(days).toEqual(days.map((_, index) => addDays(days[0] ?? '', index)));
        expect(days.filter((day) => day.startsWith(month)).length).toBe(new Date(year, number, 0).getDate());
        expect(days[6]?.slice(0, 7)).toBe(month);
        expect(days.at(-7)?.slice(0, 7)).toBe(month);
      }),
    );
  });
});
