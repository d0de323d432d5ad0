import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertShallowJson } from './json-bodies.ts';

const depthOf = (value: unknown): number =>
  value !== null && typeof value === 'object'
    ? 1 + Math.max(0, ...Object.values(value as object).map(depthOf))
    : 0;

describe('a JSON text', () => {
  /** Brackets, quotes and backslashes in strings and names, where they must not count. */
  const word = fc.string({
    unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', 'a', '\n', 'ü'),
    maxLength: 8,
  });
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 6 }, word, fc.integer(), tie('list'), tie('object')),
    list: fc.array(tie('any'), { maxLength: 3 }),
    object: fc.dictionary(word, tie('any'), { maxKeys: 3 }),
  })).any;

  test('is refused where it is nested more than 32 levels deep, whatever its strings hold', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 40 }), fc.boolean(), (inner, levels, lists) => {
        let nested = inner;
        for (let level = 0; level < levels; level++) nested = lists ? ['"\\', nested] : { '}"': nested };
        const check = () => assertShallowJson(JSON.stringify(nested));
        if (depthOf(nested) > 32) expect(check).toThrow('levels deep');
        else expect(check).not.toThrow();
      }),
    );
  });

  test('is refused where it holds more than 40,000 values, in lists or objects', () => {
    const list = (length: number) => JSON.stringify(Array(length).fill('a,b'));
    expect(() => assertShallowJson(list(40_000))).not.toThrow();
    expect(() => assertShallowJson(list(40_002))).toThrow('more than 40000 values');
  });

  test('that ends within a string, or is none, is left to the parser', () => {
    for (const text of ['', '"', '"\\', '{"a', ']]]', 'nothing']) {
      expect(() => assertShallowJson(text)).not.toThrow();
    }
  });
});
