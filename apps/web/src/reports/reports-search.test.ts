import { describe, expect, it } from 'vitest';
import { secondsInWords } from './measures.ts';
import { reportsSearch } from './reports-search.ts';
import { weeksOf } from './weeks-of.ts';

const THIS_WEEK = '2026-02-01';

describe('the weeks of a report', () => {
  it('are whole ones, by default this one and the three before it', () => {
    expect(weeksOf({}, THIS_WEEK)).toEqual({ from: '2026-01-11', to: '2026-02-07' });
    expect(weeksOf({ from: '2026-01-07', to: '2026-01-13' }, THIS_WEEK)).toEqual({
      from: '2026-01-04',
      to: '2026-01-17',
    });
    expect(weeksOf({ to: '2026-01-13' }, THIS_WEEK)).toEqual({ from: '2025-12-21', to: '2026-01-17' });
    expect(weeksOf({ from: '2026-03-05' }, THIS_WEEK)).toEqual({ from: '2026-03-01', to: '2026-03-07' });
  });

  it('are one at least and 53 at most, whatever the address says', () => {
    expect(weeksOf({ from: '2026-02-10', to: '2026-01-13' }, THIS_WEEK)).toEqual({
      from: '2026-01-11',
      to: '2026-01-17',
    });
    expect(weeksOf({ from: '2020-01-01', to: '2026-01-13' }, THIS_WEEK)).toEqual({
      from: '2025-01-12',
      to: '2026-01-17',
    });
  });

  it('are read from addresses, without what is no such value', () => {
    expect(reportsSearch({ from: 'soon', show: 'money', by: 'month', published: 5.5 })).toEqual({});
    expect(reportsSearch({ from: '2026-01-04', show: 'cores', by: 'week', published: 0 })).toEqual({
      from: '2026-01-04',
      show: 'cores',
      by: 'week',
      published: 0,
    });
  });
});

it('seconds are told in the unit that fits', () => {
  expect([0.74, 9.95, 42.4, 89, 300, 7200].map(secondsInWords)).toEqual([
    '0.7 s',
    '10 s',
    '42 s',
    '89 s',
    '5 min',
    '2 h',
  ]);
});
