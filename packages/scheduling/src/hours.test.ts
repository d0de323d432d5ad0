import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areHoursWithin,
  areOrdered,
  doHoursOverlap,
  hoursBesides,
  hoursInWords,
  hoursOnClock,
  isDuring,
} from './hours.ts';
import { addMinutes, daysTouched, instantAt, timeOf, workDateOf } from './time.ts';
import type { Instant, WorkDate } from './vocabulary.ts';

/** A day on which clocks change in spring, in autumn, at midnight, and days on which they don't. */
const PLACES: [timeZone: string, day: WorkDate][] = [
  ['America/Chicago', '2027-03-14'],
  ['America/Chicago', '2027-11-07'],
  ['America/Indiana/Indianapolis', '2027-07-01'],
  ['Australia/Lord_Howe', '2027-04-04'],
  ['Australia/Lord_Howe', '2027-10-03'],
  ['America/Santiago', '2027-09-05'],
  ['Africa/Cairo', '2027-04-30'],
  ['Asia/Kathmandu', '2027-01-15'],
  ['UTC', '2028-02-29'],
];

const place = fc.constantFrom(...PLACES);
const time = fc
  .integer({ min: 0, max: 95 })
  .map(
    (quarter) =>
      `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`,
  );
const hoursOf = fc
  .record({ fromTime: fc.option(time), untilTime: fc.option(time) })
  .filter((hours) => areOrdered(hours));

/** The wall times of each quarter of an hour of work, by what the store's clocks show then. */
function quartersOf(startsAt: Instant, endsAt: Instant, timeZone: string) {
  const quarters: { day: WorkDate; time: string; isRepeated: boolean }[] = [];
  for (let at = startsAt; at < endsAt; at = addMinutes(at, 15)) {
    const [day, wallTime] = [workDateOf(at, timeZone), timeOf(at, timeZone)];
    const others = [-60, -30, 30, 60].map((minutes) => addMinutes(at, minutes));
    const isRepeated = others.some(
      (other) => workDateOf(other, timeZone) === day && timeOf(other, timeZone) === wallTime,
    );
    quarters.push({ day, time: wallTime, isRepeated });
  }
  return quarters;
}

describe('hours of a day', () => {
  it('are what a store’s clocks show during them, on every day of every zone', () => {
    fc.assert(
      fc.property(
        place,
        fc.integer({ min: -40, max: 100 }),
        fc.integer({ min: 1, max: 60 }),
        hoursOf,
        ([timeZone, day], startQuarter, length, hours) => {
          const startsAt = addMinutes(instantAt(day, '00:00', timeZone), startQuarter * 15);
          const endsAt = addMinutes(startsAt, length * 15);
          const within = quartersOf(startsAt, endsAt, timeZone).filter(
            (quarter) =>
              quarter.day === day &&
              (hours.fromTime ?? '00:00') <= quarter.time &&
              quarter.time < (hours.untilTime ?? '24:00'),
          );
          const blocked = isDuring({ startsAt, endsAt }, day, hours, timeZone);
          if (within.length > 0) expect(blocked).toBe(true);
          else if (blocked) {
            // An hour that clocks show twice counts as long as it may be meant.
            const doubtful = quartersOf(startsAt, endsAt, timeZone).filter(({ isRepeated }) => isRepeated);
            expect(doubtful).not.toEqual([]);
          }
        },
      ),
      { numRuns: 600 },
    );
  });

  it('without a beginning and an end are the whole day', () => {
    fc.assert(
      fc.property(
        place,
        fc.integer({ min: -40, max: 100 }),
        fc.integer({ min: 1, max: 2000 }),
        ([timeZone, day], quarter, minutes) => {
          const startsAt = addMinutes(instantAt(day, '00:00', timeZone), quarter * 15);
          const endsAt = addMinutes(startsAt, minutes);
          expect(isDuring({ startsAt, endsAt }, day, { fromTime: null, untilTime: null }, timeZone)).toBe(
            daysTouched(startsAt, endsAt, timeZone).includes(day),
          );
        },
      ),
    );
  });

  it('and the hours besides them cover all work of the day, and only touch at their ends', () => {
    fc.assert(
      fc.property(hoursOf, fc.integer({ min: 0, max: 95 }), (hours, quarter) => {
        const day = '2027-06-02';
        const startsAt = addMinutes(instantAt(day, '00:00', 'UTC'), quarter * 15);
        const work = { startsAt, endsAt: addMinutes(startsAt, 15) };
        const parts = [hours, ...hoursBesides(hours)].filter((part) => isDuring(work, day, part, 'UTC'));
        expect(parts).toHaveLength(1);
      }),
    );
  });

  it('that clocks skip have no moment, and those that they show twice have both', () => {
    const spring = '2027-03-14';
    const all = {
      startsAt: instantAt(spring, '00:00', 'America/Chicago'),
      endsAt: '2027-03-15T05:00:00.000Z',
    };
    expect(isDuring(all, spring, { fromTime: '02:00', untilTime: '03:00' }, 'America/Chicago')).toBe(false);
    const autumn = '2027-11-07';
    const first = { startsAt: '2027-11-07T06:15:00.000Z', endsAt: '2027-11-07T06:30:00.000Z' };
    const second = { startsAt: '2027-11-07T07:15:00.000Z', endsAt: '2027-11-07T07:30:00.000Z' };
    for (const work of [first, second]) {
      expect(timeOf(work.startsAt, 'America/Chicago')).toBe('01:15');
      expect(isDuring(work, autumn, { fromTime: '01:00', untilTime: '01:30' }, 'America/Chicago')).toBe(true);
    }
  });

  it('are told as people say them', () => {
    expect(hoursInWords({ fromTime: '13:00', untilTime: '17:30' })).toBe('from 1:00 PM to 5:30 PM');
    expect(hoursInWords({ fromTime: '13:00', untilTime: null })).toBe('from 1:00 PM');
    expect(hoursInWords({ fromTime: null, untilTime: '11:00' })).toBe('until 11:00 AM');
    expect(hoursInWords({ fromTime: null, untilTime: null })).toBe('all day');
  });
});

describe('doHoursOverlap', () => {
  it.each([
    [{}, {}, true],
    [{}, { fromTime: '21:00', untilTime: null }, true],
    [{ fromTime: '12:00', untilTime: '13:00' }, { fromTime: '12:59', untilTime: null }, true],
    [{ fromTime: '12:00', untilTime: '13:00' }, { fromTime: '13:00', untilTime: '14:00' }, false],
    [{ fromTime: null, untilTime: '12:00' }, { fromTime: '12:00', untilTime: null }, false],
  ])('%o and %o share a minute: %s', (one, other, expected) => {
    expect([doHoursOverlap(one, other), doHoursOverlap(other, one)]).toEqual([expected, expected]);
  });
});

describe('hours of one day', () => {
  const hours = (fromTime: string | null, untilTime: string | null) => ({ fromTime, untilTime });
  it('are part of others if they begin no earlier and end no later', () => {
    expect(areHoursWithin(hours('10:00', '12:00'), hours('10:00', '12:00'))).toBe(true);
    expect(areHoursWithin(hours('10:30', '11:00'), hours('10:00', '12:00'))).toBe(true);
    expect(areHoursWithin(hours('09:59', '11:00'), hours('10:00', '12:00'))).toBe(false);
    expect(areHoursWithin(hours('10:30', '12:01'), hours('10:00', '12:00'))).toBe(false);
    expect(areHoursWithin({}, hours('10:00', null))).toBe(false);
    expect(areHoursWithin({}, hours(null, '12:00'))).toBe(false);
    expect(areHoursWithin(hours('10:00', '12:00'), {})).toBe(true);
    expect(areHoursWithin({}, {})).toBe(true);
  });
  it('are in order if they begin before they end', () => {
    expect(areOrdered(hours('10:00', '12:00'))).toBe(true);
    expect(areOrdered(hours('12:00', '12:00'))).toBe(false);
    expect(areOrdered(hours('12:01', '12:00'))).toBe(false);
    expect(areOrdered({})).toBe(true);
  });
  it('are written with 24 hours', () => {
    expect(hoursOnClock(hours('13:00', null))).toBe('13:00–24:00');
    expect(hoursOnClock(hours(null, '11:00'))).toBe('00:00–11:00');
    expect(hoursOnClock(hours('13:00', '17:00'))).toBe('13:00–17:00');
  });
});

it('a day without an end of its hours ends with the first midnight that clocks show', () => {
  // In Havana, clocks show the hour after midnight twice on 7 November 2027.
  const zone = 'America/Havana';
  const night = { fromTime: '22:00', untilTime: null };
  const firstHour = { startsAt: '2027-11-07T04:10:00.000Z', endsAt: '2027-11-07T04:40:00.000Z' };
  expect(isDuring(firstHour, '2027-11-06', night, zone)).toBe(false);
  expect(isDuring({ ...firstHour, startsAt: '2027-11-07T03:50:00.000Z' }, '2027-11-06', night, zone)).toBe(
    true,
  );
});
