import { describe, expect, it } from 'vitest';
import { FIRST_DAY, isDay, LAST_DAY } from './calendar-day.ts';

describe('a day', () => {
  it.each(['2026-01-05', '2028-02-29', FIRST_DAY, LAST_DAY, '2000-01-01', '2099-12-31'])('is %s', (text) => {
    expect(isDay(text)).toBe(true);
  });

  it.each([
    '',
    '2026-02-30',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '1999-12-31',
    '2100-01-01',
    '2026-1-05',
    '2026-01-5',
    '26-01-05',
    '2026/01/05',
    '2026-01-05T00:00',
    // Characters that a comparison of texts lets through.
    '2026-01-05 ',
    '2026-01-05\n',
    'x2026-01-05',
    ' 2026-01-05',
    '12026-01-05',
    '2026-01-055',
    '202x-01-05',
    '2026-0x-05',
    '2026-01-0x',
  ])('is not "%s"', (text) => {
    expect(isDay(text)).toBe(false);
  });

  it('lies between the days that are allowed, both included', () => {
    const allowed = (day: string) => isDay(day, '2026-01-05', '2026-01-07');
    expect(['2026-01-04', '2026-01-05', '2026-01-06', '2026-01-07', '2026-01-08'].map(allowed)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});
