import { readdirSync, readFileSync } from 'node:fs';
import { detectEventType, eventMatchKey } from '@scheduler/scheduling';
import { describe, expect, it, test } from 'vitest';
import { COLUMNS, parseCsv } from './format.ts';

/** See fixtures/saved/README.md. */
const FOLDER = new URL('fixtures/saved/', import.meta.url);
const ENCODINGS: Record<string, string> = {
  'excel-csv-comma-delimited.csv': 'windows-1252',
  'excel-german.csv': 'windows-1252',
  'libreoffice-german.csv': 'windows-1252',
  'excel-unicode-text.txt': 'utf-16le',
};
const textOf = (name: string) =>
  new TextDecoder(ENCODINGS[name] ?? 'utf-8', { ignoreBOM: true }).decode(
    readFileSync(new URL(name, FOLDER)),
  );
const valuesOf = (text: string) => parseCsv(text).map(({ value, problems }) => value ?? problems);
const OURS = textOf('ours.csv');
const saved = readdirSync(FOLDER).filter((name) => /\.(csv|tsv|txt)$/.test(name) && name !== 'ours.csv');

describe('our own export, saved again', () => {
  it.each(saved)('says the same: %s', (name) => {
    expect(valuesOf(OURS)).toHaveLength(17);
    expect(valuesOf(textOf(name))).toEqual(valuesOf(OURS));
  });

  it.each([
    ['odd spaces', (text: string) => text.replaceAll(' ', '\u00a0')],
    ['signs without a width', (text: string) => text.replaceAll('-', '\u200b-').replaceAll(',', ',\ufeff')],
    ['empty columns at the end', (text: string) => text.replaceAll('\r\n', ',,,\r\n')],
    ['line ends of old Macs', (text: string) => text.replaceAll('\r\n', '\r')],
    [
      'sep= and semicolons',
      (text: string) => `"sep=;"\n${text.replace(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/g, ';')}`,
    ],
    [
      'days of ISO 8601',
      (text: string) => text.replace(/(\d\d)\/(\d\d)\/(\d{4}) 12:0(\d):00 AM/g, '$3-$1-$2 00:0$4'),
    ],
  ])('says the same with %s', (_what, change) => {
    expect(valuesOf(change(OURS))).toEqual(valuesOf(OURS));
  });

  it('is known by names with other dashes, and of the same type', () => {
    const days = { startsOn: '2027-03-07', dueOn: '2027-03-20' };
    for (const row of parseCsv(OURS)) {
      const odd = row.name.replaceAll('-', '–').replaceAll('  ', ' \u00a0').replace('0', '0\u200b');
      expect(detectEventType(odd)).toBe(detectEventType(row.name));
      expect(eventMatchKey({ name: odd, ...days })).toBe(eventMatchKey({ name: row.name, ...days }));
    }
  });
});

test.each([
  [
    'a workbook',
    readFileSync(new URL('libreoffice.xlsx', FOLDER)).toString('latin1'),
    /workbook.*Save as.*CSV/,
  ],
  ['a workbook of an older Excel', 'ÐÏ\u0011à¡±\u001aá\u0000', /older Excel.*CSV UTF-8/],
  ['a PDF', '%PDF-1.7\n', /is a PDF/],
  ['a page', '<!DOCTYPE html><title>Sign in</title>', /web page.*Sign in there/],
  ['no text', `${COLUMNS.join('\u0000')}`, /isn’t text.*Save as and CSV UTF-8/],
])('%s is refused with the program that made it and the way out', (_what, text, reason) => {
  expect(() => parseCsv(text)).toThrow(reason);
});

test.each([
  ['03/08/2027 13:05', '13:05:00'],
  ['3/8/27 1:05 PM', '13:05:00'],
  ['2027-03-08T13:05:09', '13:05:09'],
])('the time %s is read', (field, time) => {
  const row = OURS.split('\r\n')[1]?.replace(/[^,]*$/, field);
  expect(parseCsv(`${COLUMNS.join(',')}\n${row}`)[0]?.value?.schedule).toMatchObject({
    day: '2027-03-08',
    time,
  });
});

test('a time of which the month may be the day is refused, with the way out', () => {
  const row = OURS.split('\r\n')[1]?.replace(/[^,]*$/, '08.03.2027 13:05');
  expect(parseCsv(`${COLUMNS.join(',')}\n${row}`)[0]?.problems).toEqual([
    {
      column: 'Schedule Date/Time',
      reason: expect.stringMatching(/08\.03\.2027.*month for the day.*as text/),
    },
  ]);
});
