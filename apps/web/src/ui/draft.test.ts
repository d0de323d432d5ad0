import { isDay } from '@scheduler/scheduling';
import { describe, expect, it } from 'vitest';
import { draftOf, withHandedOn, withTyped, withValue } from './draft.ts';

describe('a day', () => {
  it.each(['2000-01-01', '2026-12-05', '2028-02-29', '2099-12-31'])('is %s', (text) => {
    expect(isDay(text)).toBe(true);
  });
  it.each([
    '',
    '0002-12-05',
    '0202-12-05',
    '1999-12-31',
    '2100-01-01',
    '2026-02-30',
    '2027-02-29',
    '2026-13-01',
    '2026-1-5',
    '20266-12-05',
    '2026-12-05T00:00',
  ])('is not "%s"', (text) => {
    expect(isDay(text)).toBe(false);
  });
  it('lies within what a field allows, both ends included', () => {
    expect(isDay('2026-12-05', '2026-12-05', '2026-12-06')).toBe(true);
    expect(isDay('2026-12-06', '2026-12-05', '2026-12-06')).toBe(true);
    expect(isDay('2026-12-04', '2026-12-05', '2026-12-06')).toBe(false);
    expect(isDay('2026-12-07', '2026-12-05', '2026-12-06')).toBe(false);
  });
});

describe('what is typed into a field', () => {
  it('is left alone when the page takes over, late, what was handed on before', () => {
    let draft = withHandedOn(withTyped(draftOf(''), 'a', 'a'), 'a');
    draft = withHandedOn(withTyped(draft, 'ab', 'ab'), 'ab');
    draft = withTyped(draft, 'abc', 'abc');
    draft = withValue(draft, 'a');
    expect(draft).toMatchObject({ text: 'abc', next: 'abc' });
    expect(withValue(draft, 'ab')).toMatchObject({ text: 'abc', next: 'abc', awaited: [] });
  });

  it('gives way to what the page says by itself, such as after Back', () => {
    const draft = withHandedOn(withTyped(draftOf('old'), 'new', 'new'), 'new');
    expect(withValue(withValue(draft, 'new'), 'old')).toEqual(draftOf('old'));
    expect(withValue(withTyped(draftOf('a'), 'ab', 'ab'), '')).toEqual(draftOf(''));
  });

  it('is handed on when it is whole and differs from what the page has', () => {
    expect(withTyped(draftOf('2026-11-29'), '', undefined).next).toBeUndefined();
    expect(withTyped(draftOf('2026-11-29'), '2026-12-29', '2026-12-29').next).toBe('2026-12-29');
    expect(withTyped(draftOf('2026-11-29'), '2026-11-29', '2026-11-29').next).toBeUndefined();
  });

  it('is handed on again when it goes back to what the page still has, while another value is on its way there', () => {
    const draft = withHandedOn(withTyped(draftOf('a'), 'ab', 'ab'), 'ab');
    expect(withTyped(draft, 'a', 'a').next).toBe('a');
  });
});
