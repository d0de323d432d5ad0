import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EVENT_TYPES } from './vocabulary.ts';
import { presenceMinutes, workedMinutes } from './worked-minutes.ts';

it('a Core’s 30 minutes of lunch are presence and not work; other work has none', () => {
  expect(workedMinutes('Core', 390)).toBe(360);
  expect(presenceMinutes('Core', 360)).toBe(390);
  expect(presenceMinutes('Core', 330)).toBe(360);
  expect([29, 30, 31].map((minutes) => workedMinutes('Core', minutes))).toEqual([29, 30, 1]);
  expect(workedMinutes('Juicer Production', 540)).toBe(540);
  expect(presenceMinutes('Juicer Production', 510)).toBe(510);
  expect(presenceMinutes('Juicer Production', 390)).toBe(390);
});

it('390 in a Core’s row is presence, as our own older files wrote it', () => {
  expect(presenceMinutes('Core', 390)).toBe(390);
  expect(presenceMinutes('Core', 390, 360)).toBe(390);
});

it('minutes that a duration here amounts to already are that duration, whatever they could mean besides', () => {
  expect(presenceMinutes('Core', 390, 420)).toBe(420);
  expect(presenceMinutes('Core', 20, 20)).toBe(20);
  expect(presenceMinutes('Core', 0)).toBe(30);
});

it('what is written for a duration reads as that duration', () => {
  fc.assert(
    fc.property(fc.constantFrom(...EVENT_TYPES), fc.integer({ min: 1, max: 1440 }), (type, minutes) => {
      const written = workedMinutes(type, minutes);
      expect(written).toBeGreaterThan(0);
      expect(presenceMinutes(type, written, minutes)).toBe(minutes);
    }),
  );
});
