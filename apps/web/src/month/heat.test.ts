import { expect, it } from 'vitest';
import { hasSomething, heatOf, plannedOn, totalsOf } from './heat.ts';

const day = (due: number, ...counts: number[]) => ({
  day: '2026-06-02',
  holiday: null,
  due,
  counts: counts.map((count) => ({ type: 'Core' as const, count })),
});

it('a day is hotter the more of its work is open, whatever is planned', () => {
  expect([0, 1, 2, 3, 4, 40].map((due) => heatOf({ due }))).toEqual([0, 1, 2, 2, 3, 3]);
});

it('a week has the sums of its days', () => {
  expect(plannedOn(day(0, 2, 3))).toBe(5);
  expect(totalsOf([day(1, 2, 3), day(0), day(4, 1)])).toEqual({ planned: 6, due: 5 });
  expect(totalsOf([])).toEqual({ planned: 0, due: 0 });
});

it('a day has something where work is planned or open, and where the store is closed', () => {
  expect(hasSomething(day(0))).toBe(false);
  expect(hasSomething(day(1))).toBe(true);
  expect(hasSomething(day(0, 1))).toBe(true);
  expect(hasSomething({ ...day(0), holiday: 'Inventory day' })).toBe(true);
});
