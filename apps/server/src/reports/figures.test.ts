import { describe, expect, it } from 'vitest';
import { type Change, lateChangeOf, quantileOf, syncTimesOf, workFiguresOf } from './figures.ts';

const timeZone = 'America/Indiana/Indianapolis';
/** Monday of the week of January 4; it is published at the beginning of Thursday, January 1. */
const MONDAY = { employeeId: 1, startsAt: '2026-01-05T15:45:00.000Z', workDate: '2026-01-05' };
const TUESDAY = { employeeId: 1, startsAt: '2026-01-06T15:45:00.000Z', workDate: '2026-01-06' };
const WEEK_AFTER = { employeeId: 1, startsAt: '2026-01-12T15:45:00.000Z', workDate: '2026-01-12' };
const BEFORE = '2026-01-01T04:59:59.999Z';
const AFTER = '2026-01-01T05:00:00.000Z';

const late = (at: string, before: Change['before'], after: Change['after'], daysBefore = 3) =>
  lateChangeOf({ at, before, after, syncedAt: null }, { daysBefore, timeZone });

describe('a change after publishing', () => {
  it('counts from the beginning of the day on which the week is published, in the store’s zone', () => {
    expect(late(BEFORE, MONDAY, TUESDAY)).toBeNull();
    expect(late(AFTER, MONDAY, TUESDAY)).toEqual({ weekOf: '2026-01-04', employeeId: 1, kind: 'moved' });
    expect(late(AFTER, MONDAY, TUESDAY, 2)).toBeNull();
    expect(late('2026-02-01T00:00:00.000Z', MONDAY, TUESDAY, 0)).not.toBeNull();
  });

  it('is of the person and the week that had the work; new work is of those that got it', () => {
    expect(late(AFTER, MONDAY, { ...TUESDAY, employeeId: 2 })).toMatchObject({
      employeeId: 1,
      kind: 'reassigned',
    });
    expect(late(AFTER, MONDAY, null)).toMatchObject({ weekOf: '2026-01-04', kind: 'unscheduled' });
    expect(late(AFTER, MONDAY, WEEK_AFTER)).toMatchObject({ weekOf: '2026-01-04', kind: 'moved' });
    expect(late(AFTER, null, MONDAY)).toEqual({ weekOf: '2026-01-04', employeeId: 1, kind: 'added' });
    expect(late(AFTER, WEEK_AFTER, MONDAY)).toMatchObject({ weekOf: '2026-01-04', kind: 'added' });
    expect(late(AFTER, null, WEEK_AFTER)).toBeNull();
  });

  it('is none if neither person nor start changed', () => {
    expect(late(AFTER, MONDAY, { ...MONDAY })).toBeNull();
    expect(late(AFTER, null, null)).toBeNull();
  });
});

describe('a quantile', () => {
  it('is the smallest value with that share at or below it', () => {
    expect([0.5, 0.95, 1].map((share) => quantileOf([1, 2, 3, 4], share))).toEqual([2, 4, 4]);
    expect(quantileOf([7], 0.5)).toBe(7);
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(quantileOf(hundred, 0.95)).toBe(95);
    expect(quantileOf([], 0.5)).toBeUndefined();
  });

  it('of times to synced leaves out changes without one', () => {
    const at = '2026-01-01T00:00:00.000Z';
    const change = (syncedAt: string | null) => ({ at, before: null, after: MONDAY, syncedAt });
    expect(syncTimesOf([change(null)])).toBeNull();
    expect(
      syncTimesOf([change('2026-01-01T00:00:09.500Z'), change(null), change('2026-01-01T00:00:02.000Z')]),
    ).toEqual({ count: 2, medianSeconds: 2, p95Seconds: 9.5 });
  });
});

it('hours are those of presence, and without a Core’s lunch; two events on a day are one day', () => {
  const survey = { type: 'Juicer Survey' as const, endsAt: '2026-01-05T22:30:00.000Z' };
  const figures = workFiguresOf({
    work: [
      { ...MONDAY, type: 'Core', endsAt: '2026-01-05T22:15:00.000Z' },
      { ...MONDAY, ...survey, startsAt: '2026-01-05T22:00:00.000Z' },
      { ...MONDAY, ...survey, startsAt: '2026-01-05T22:00:00.000Z', employeeId: 2 },
    ],
    attendance: [
      { employeeId: 1, day: '2026-01-05', status: 'on_time' },
      { employeeId: 2, day: '2026-01-05', status: 'excused' },
    ],
    changes: [],
  });
  expect(figures).toMatchObject({
    minutes: 450,
    workedMinutes: 420,
    days: 2,
    cores: 1,
    recorded: 2,
    onTime: 1,
  });
});
