import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFound, normalForm, searchWords } from './normal-form.ts';

const anyText = fc
  .array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes).toWellFormed());

describe('the normal form of a text', () => {
  it.each([
    ['letter case', 'ACME Cola', 'acme cola'],
    ['accents, composed', 'Crème Brûlée', 'creme brulee'],
    ['accents, as separate characters', 'Cre\u0300me', 'creme'],
    [
      'letters that have no accent to take off',
      'Øster Łódź Straße Æbleskiver',
      'oster lodz strasse aebleskiver',
    ],
    ['a capital that becomes two characters in other spellings', 'İSTANBUL', 'istanbul'],
    ['non-breaking and other spaces', 'Acme\u00a0Cola\u2009 \u3000V2', 'acme cola v2'],
    ['tabs and line ends', '\tAcme\r\nCola ', 'acme cola'],
    ['dashes of all lengths', '614123\u2013Acme \u2014 V2\u2011Core \u2212', '614123-acme - v2-core -'],
    ['curly quotes', 'O\u2019Neill \u201cBest\u201d', 'o\'neill "best"'],
    ['characters without a width', '\ufeffAc\u200bme\u00ad Co\u2060la', 'acme cola'],
    ['ligatures and wide letters', 'ﬁne Ａｃｍｅ…', 'fine acme...'],
  ])('leaves out %s', (_, text, form) => {
    expect(normalForm(text)).toBe(form);
  });

  it('is its own normal form, whatever the text and however Unicode composes it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const form = normalForm(text);
        return [form, text.normalize('NFC'), text.normalize('NFD')].every(
          (other) => normalForm(other) === form,
        );
      }),
    );
  });

  it('keeps what tells names of other scripts apart', () => {
    expect(normalForm('Ёлка')).toBe('елка');
    expect(normalForm('कि')).not.toBe(normalForm('का'));
    expect(normalForm('東京')).toBe('東京');
  });
});

describe('a search', () => {
  const title = '614123\u2013Acmé\u00a0Cola Zero - V2\u2011Core';

  it('finds words in any order, in any of the texts, by any part of them', () => {
    expect(isFound('core zero acme', [title])).toBe(true);
    expect(isFound('ola 614', [title])).toBe(true);
    expect(isFound('ada cola', [title, 'Ada Example', null, undefined])).toBe(true);
    expect(isFound('cola pepper', [title])).toBe(false);
    expect(isFound('e', [null, undefined])).toBe(false);
  });

  it('finds a title by the title, in the spelling of whatever page or program it was copied from', () => {
    expect(isFound(title, [title])).toBe(true);
    expect(isFound('614123-Acme Cola Zero – V2-Core', [title])).toBe(true);
    expect(isFound(title, ['614123-Acme Cola Zero - V2-Core'])).toBe(true);
  });

  it('is not kept from a row by what joins words in a title or a sentence', () => {
    expect(searchWords('Acme, (3PM): "Cola".')).toEqual(['acme', '3pm', 'cola']);
    expect(searchWords('C++ 100% -')).toEqual(['c++', '100%', '-']);
    expect(searchWords('?')).toEqual(['?']);
    expect(searchWords('" ( [] ...')).toEqual(['"', '(', '[]', '...']);
  });

  it('of nothing but spaces finds everything', () => {
    expect(searchWords(' \u00a0\t')).toEqual([]);
    expect(isFound(' \u200b ', [])).toBe(true);
  });
});
