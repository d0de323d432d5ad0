import { describe, expect, it } from 'vitest';
import { titleOf, titleParts, windowWords, withOfferedAdvice } from './words.ts';

describe('the short name of an event', () => {
  it.each([
    ['610113-Alderbrook-Oat Clusters (123456789012)  - V2-CORE', 'Alderbrook – Oat Clusters'],
    [
      '610113-Juniper & Co-Hardcore Cider Mustard (123456789012)  - V2-Supervisor',
      'Juniper & Co – Hardcore Cider Mustard',
    ],
    [
      '01.05-DD-Northfold-Digital Scale Pro (123456789012)  - 01.05 Digital Setup',
      'Northfold – Digital Scale Pro',
    ],
    ['01-05 8HR-ES1-JUICER-PRODUCTION-SPCLTY (123456789012)  - ES1', 'Juicer Production, 8 h'],
    ['01-05 Juicer Survey (123456789012)  - V2.9 Juicer Production Survey', 'Juicer Survey'],
    ['01.05-LKD-FSK-Kettle Popcorn-9AM (123456789012)  - V2 - Freeosk', 'Kettle Popcorn, 9AM'],
    ['Wk12-Garlic Naan (123456789012)  - V1.2 Freeosk Troubleshooting', 'Wk12 – Garlic Naan'],
    [
      '630207-VP-Saltmarsh-Lemon Sorbet Cups (123456789012)  - Vendor Performed',
      'Saltmarsh – Lemon Sorbet Cups',
    ],
  ])('of %s is %s', (name, title) => {
    // A line never begins with the dash.
    expect(titleOf({ name })).toBe(title.replace(' –', '\u00a0–'));
  });

  it('is the whole name where the name has no known shape', () => {
    expect(titleOf({ name: 'Spring cleaning' })).toBe('Spring cleaning');
    expect(titleOf({ name: '610113-' })).toBe('610113-');
  });
});

describe('what an event is called', () => {
  it('is told in its parts: the product, and the client where it names one', () => {
    expect(titleParts({ name: '610113-Alderbrook-Oat Clusters (123456789012)  - V2-CORE' })).toEqual({
      client: 'Alderbrook',
      product: 'Oat Clusters',
    });
    expect(
      titleParts({ name: '01-05 Juicer Survey (123456789012)  - V2.9 Juicer Production Survey' }),
    ).toEqual({
      client: '',
      product: 'Juicer Survey',
    });
  });

  it('names a window by its first and last work day', () => {
    expect(windowWords({ startsOn: '2026-01-05', dueOn: '2026-01-06' })).toBe('Mon Jan 5');
    expect(windowWords({ startsOn: '2026-01-05', dueOn: '2026-01-13' })).toBe('Mon Jan 5 – Mon Jan 12');
  });
});

describe('advice at the end of a sentence', () => {
  const refused =
    'Crossmark refused: no. Nobody is booked. Change the schedule, or try again once the cause is gone.';
  it('is given where the act that it names is offered', () => {
    expect(withOfferedAdvice(refused, ['change'])).toBe(refused);
    const gone = 'Crossmark doesn’t list it any more. Unschedule it, or try again if it comes back.';
    expect(withOfferedAdvice(gone, ['end'])).toBe(gone);
  });
  it('is left out where it isn’t offered, and the facts stay', () => {
    expect(withOfferedAdvice(refused, ['end'])).toBe('Crossmark refused: no. Nobody is booked.');
    expect(withOfferedAdvice('Ada has time off on Fri (Dentist). Choose another day or person.')).toBe(
      'Ada has time off on Fri (Dentist).',
    );
    expect(withOfferedAdvice('Both sides changed. Choose which one stands.', ['change', 'end'])).toBe(
      'Both sides changed.',
    );
  });
  it('is no fact: a sentence without advice stays as it is', () => {
    for (const fact of ['Choose', 'Crossmark is away. It is retried.', 'At 3.5 h. Changed it there.']) {
      expect(withOfferedAdvice(fact)).toBe(fact);
    }
  });
});
