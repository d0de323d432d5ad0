import { expect, it } from 'vitest';
import { dayNamed } from './named-days.ts';

it.each([
  ['2026-12-08', '2026-12-08'],
  ['12/8', '2026-12-08'],
  ['Dec 8', '2026-12-08'],
  ['8 december', '2026-12-08'],
  ['dec. 8', '2026-12-08'],
  ['1/4', '2027-01-04'],
  ['Oct 3', '2026-10-03'],
  ['today', '2026-11-30'],
  ['Tomorrow', '2026-12-01'],
  ['next  week', '2026-12-07'],
  ['last week', '2026-11-23'],
  ['mon', '2026-11-30'],
  ['friday', '2026-12-04'],
  ['sunday', '2026-12-06'],
])('%s names %s', (text, day) => {
  expect(dayNamed(text, '2026-11-30')).toBe(day);
});

it.each([
  '',
  'mo',
  'month',
  'march',
  'thus',
  '13/8',
  '2/30',
  'dec 32',
  'dec',
  '8',
  '2026-02-29',
  'monday 3 cores',
])('“%s” names no day', (text) => {
  expect(dayNamed(text, '2026-11-30')).toBeUndefined();
});

it('finds February 29 in the only leap year around', () => {
  expect(dayNamed('2/29', '2027-12-20')).toBe('2028-02-29');
});
