import { addMinutes, instantAt } from '@scheduler/scheduling';
import { describe, expect, it } from 'vitest';
import { axisOf, minuteAt, slotsOn, spanOf } from './day-axis.ts';

const INDIANA = { timeZone: 'America/Indiana/Indianapolis' };

/** A day with work at some times, each 60 minutes long. */
function dayWith(day: string, times: string[], store = INDIANA) {
  const schedules = times.map((time) => {
    const startsAt = instantAt(day, time, store.timeZone);
    return { startsAt, endsAt: addMinutes(startsAt, 60) };
  });
  return { day, store, schedules, coverage: [] };
}

const labelsOf = (day: Parameters<typeof axisOf>[0]) => axisOf(day).hours.map(({ label }) => label);

describe('the hours of a day', () => {
  it('are the usual ones on an empty day', () => {
    const labels = labelsOf(dayWith('2026-06-02', []));
    expect(labels).toEqual([
      '8 AM',
      '9 AM',
      '10 AM',
      '11 AM',
      '12 PM',
      '1 PM',
      '2 PM',
      '3 PM',
      '4 PM',
      '5 PM',
    ]);
  });

  it('begin with the hour of the first work and end with the hour of the last', () => {
    const day = dayWith('2026-06-02', ['05:45', '19:30']);
    expect(labelsOf(day)[0]).toBe('5 AM');
    expect(labelsOf(day).at(-1)).toBe('8 PM');
    expect(axisOf(day).minutes).toBe(16 * 60);
  });

  it('go on where work lasts beyond midnight', () => {
    const day = dayWith('2026-06-02', ['23:30']);
    expect(labelsOf(day).slice(-2)).toEqual(['11 PM', '12 AM']);
  });

  it('lack the hour that clocks skip in spring, and work is as long as it really is', () => {
    const day = dayWith('2026-03-08', ['01:00', '03:30']);
    const axis = axisOf(day);
    expect(labelsOf(day).slice(0, 3)).toEqual(['1 AM', '3 AM', '4 AM']);
    expect(minuteAt(axis, instantAt('2026-03-08', '03:00', INDIANA.timeZone))).toBe(60);
    expect(minuteAt(axis, instantAt('2026-03-08', '08:00', INDIANA.timeZone))).toBe(6 * 60);
    expect(day.schedules.map(({ startsAt }) => minuteAt(axis, startsAt))).toEqual([0, 90]);
  });

  it('have the hour twice that clocks show twice in autumn', () => {
    const day = dayWith('2026-11-01', ['00:30']);
    expect(labelsOf(day).slice(0, 4)).toEqual(['12 AM', '1 AM', '1 AM', '2 AM']);
    expect(axisOf(day).minutes).toBe(19 * 60);
  });

  it('say the minutes where clocks change by half an hour', () => {
    const lordHowe = { timeZone: 'Australia/Lord_Howe' };
    expect(labelsOf(dayWith('2026-10-04', ['01:00'], lordHowe)).slice(0, 3)).toEqual([
      '1 AM',
      '2:30 AM',
      '3:30 AM',
    ]);
  });

  it('have the hours in which somebody is off, as far as the day shows them', () => {
    const day = { day: '2026-06-02', ...INDIANA };
    const axis = axisOf(dayWith(day.day, []));
    const span = (fromTime: string | null, untilTime: string | null) =>
      spanOf(axis, day, { fromTime, untilTime });
    expect(span('09:00', '10:30')).toEqual({ from: 60, to: 150 });
    expect(span(null, '14:00')).toEqual({ from: 0, to: 360 });
    expect(span('16:00', null)).toEqual({ from: 480, to: 600 });
    expect(span('05:00', '08:30')).toEqual({ from: 0, to: 30 });
    expect(span(null, '08:00')).toBeUndefined();
    expect(span('18:00', null)).toBeUndefined();
  });

  it('have each usual start once, taken where all its types are', () => {
    const day = {
      ...dayWith('2026-06-02', []),
      coverage: [
        {
          type: 'Core' as const,
          slots: [
            { time: '10:45', usual: true, scheduleIds: [1] },
            { time: '11:00', usual: false, scheduleIds: [2] },
            { time: '11:15', usual: true, scheduleIds: [] },
          ],
        },
        { type: 'Digital Setup' as const, slots: [{ time: '10:45', usual: true, scheduleIds: [] }] },
      ],
    };
    expect(slotsOn(axisOf(day), day)).toEqual([
      { time: '10:45', minute: 165, type: 'Core', isTaken: false },
      { time: '11:15', minute: 195, type: 'Core', isTaken: false },
    ]);
  });
});
