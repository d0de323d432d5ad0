import { expect, it } from 'vitest';
import { day, id, keyOf, month, oneOf, text } from './search-params.ts';

it('takes text as it is, a number as its digits, and nothing else', () => {
  expect([text('a b'), text(5), text(''), text(true), text(undefined)]).toEqual([
    'a b',
    '5',
    undefined,
    undefined,
    undefined,
  ]);
});

it('takes an id that a row can have', () => {
  expect([id(7), id('7'), id(0), id(-1), id(1.5), id('x'), id(2 ** 60), id(undefined)]).toEqual([
    7,
    7,
    ...Array(6).fill(undefined),
  ]);
});

it('takes a day and a month that exist', () => {
  expect([day('2026-02-28'), day('2026-02-30'), day('2026-2-1'), day(20260228)]).toEqual([
    '2026-02-28',
    ...Array(3).fill(undefined),
  ]);
  expect([month('2026-02'), month('2026-13'), month('2026'), month(202602)]).toEqual([
    '2026-02',
    ...Array(3).fill(undefined),
  ]);
});

it('takes one of several words, and an object’s own key', () => {
  expect([oneOf(['yes', 'no'], 'no'), oneOf(['yes', 'no'], 'maybe')]).toEqual(['no', undefined]);
  expect([keyOf({ a: 1 }, 'a'), keyOf({ a: 1 }, 'toString'), keyOf({ a: 1 }, 0)]).toEqual([
    'a',
    undefined,
    undefined,
  ]);
});
