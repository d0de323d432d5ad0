import { expect, test } from 'vitest';
import { page } from './lib/named-tests.ts';

const text = page('asvs.md');

/** The requirements of ASVS 5.0.0 at level 1 and 2, section by section. */
const REQUIREMENTS = [
  ['1.1.1-2', '1.2.1-9', '1.3.1-11', '1.4.1-3', '1.5.1-2'],
  ['2.1.1-3', '2.2.1-3', '2.3.1-4', '2.4.1-1'],
  ['3.2.1-2', '3.3.1-4', '3.4.1-6', '3.5.1-5', '3.7.1-2'],
  ['4.1.1-3', '4.2.1-1', '4.3.1-2', '4.4.1-4'],
  ['5.1.1-1', '5.2.1-3', '5.3.1-2', '5.4.1-3'],
  ['6.1.1-3', '6.2.1-12', '6.3.1-4', '6.4.1-4', '6.5.1-5', '6.6.1-3', '6.8.1-4'],
  ['7.1.1-3', '7.2.1-4', '7.3.1-2', '7.4.1-5', '7.5.1-2', '7.6.1-2'],
  ['8.1.1-2', '8.2.1-3', '8.3.1-1', '8.4.1-1'],
  ['9.1.1-3', '9.2.1-4'],
  ['10.1.1-2', '10.2.1-2', '10.3.1-4', '10.4.1-11', '10.5.1-5', '10.6.1-2', '10.7.1-3'],
  ['11.1.1-2', '11.2.1-3', '11.3.1-3', '11.4.1-4', '11.5.1-1', '11.6.1-1'],
  ['12.1.1-3', '12.2.1-2', '12.3.1-4'],
  ['13.1.1-1', '13.2.1-5', '13.3.1-2', '13.4.1-5'],
  ['14.1.1-2', '14.2.1-4', '14.3.1-3'],
  ['15.1.1-3', '15.2.1-3', '15.3.1-7'],
  ['16.1.1-1', '16.2.1-5', '16.3.1-4', '16.4.1-3', '16.5.1-3'],
  ['17.1.1-1', '17.2.1-4', '17.3.1-2'],
]
  .flat()
  .flatMap((range) => {
    const [, section, last] = /^(.+)\.1-(\d+)$/.exec(range) ?? [];
    return Array.from({ length: Number(last) }, (_, index) => `${section}.${index + 1}`);
  });

const rows = [...text.matchAll(/^\| (\d+\.\d+\.\d+) \| (.+) \|$/gm)].map(([, number = '', rest = '']) => {
  const [level = '', asksFor = '', state = '', by = ''] = rest.split(' | ');
  return { number, level, asksFor, state, by };
});

test('docs/asvs.md has every requirement of level 1 and 2, once and in order', () => {
  expect(REQUIREMENTS.length).toBe(253);
  expect(rows.map(({ number }) => number)).toEqual(REQUIREMENTS);
});

test('each is met, not met or does not apply, by something that is named or for a reason', () => {
  const bad = rows.filter(
    ({ level, asksFor, state, by }) =>
      !['1', '2'].includes(level) ||
      !asksFor.trim() ||
      !['met', '**not met**', 'does not apply'].includes(state) ||
      by.trim().length < 4,
  );
  expect(bad).toEqual([]);
});

test('the count on top is that of the rows', () => {
  const count = (wanted: string) => rows.filter(({ state }) => state === wanted).length;
  expect(text).toContain(
    `**${count('met')} are met, ${count('**not met**')} are not met, ${count('does not apply')} do not apply.**`,
  );
});
