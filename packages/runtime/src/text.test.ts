import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanText } from './text.ts';

test('a cleaned text is one line that Postgres accepts, within its length', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.integer({ min: 1, max: 60 }),
      (text, most) => {
        const clean = cleanText(text, most);
        expect(clean.isWellFormed()).toBe(true);
        expect(clean).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(clean.length).toBeLessThanOrEqual(most);
        expect(cleanText(clean, most)).toBe(clean);
      },
    ),
  );
});

test('readable text stays unchanged', () => {
  expect(cleanText('612345-Acme-Oat Bars (260105123456)  - V2-CORE')).toBe(
    '612345-Acme-Oat Bars (260105123456)  - V2-CORE',
  );
  expect(cleanText('not\r\nallowed\u0000here\t\ud800')).toBe('not allowed here �');
  expect(cleanText('abc\u{1f600}def', 5)).toBe('abc…');
});
