import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMNS, CsvFileError, type ExportRow, formatCsv, parseCsv } from './format.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const HEADER = COLUMNS.join(',');
const GUID = '7B1F0C52-3D7E-4C1B-9A64-5E0F2D8A9C31';
const FIELDS = [
  '620119-Alderbrook-Oat Clusters (018159083016)  - V2-CORE',
  '410200356',
  GUID,
  '8135',
  'Maple Grove Club',
  '03/07/2027 12:00:00 AM',
  '03/20/2027 12:01:00 AM',
  '360',
  'ALMA FAIRWEATHER',
  'US900007',
  '03/08/2027 10:45:00 AM',
];
/** One row with some of its fields replaced. */
const parseRow = (fields: Partial<Record<(typeof COLUMNS)[number], string>>, length = 11) => {
  const row = COLUMNS.map((column, index) => fields[column] ?? FIELDS[index] ?? '').slice(0, length);
  return parseCsv(`${HEADER}\n${row.join(',')}`)[0];
};
const problemsOf = (...args: Parameters<typeof parseRow>) =>
  parseRow(...args)?.problems?.map(({ column, reason }) => `${column}: ${reason}`);

describe('parseCsv', () => {
  it('reads a file of scheduled work: BOM, CRLF, blank lines, commas and quotes in names', () => {
    const rows = parseCsv(fixture('scheduled.csv'));
    expect(rows).toHaveLength(36);
    expect(rows.flatMap((row) => row.problems ?? [])).toEqual([]);
    expect(rows[0]).toEqual({
      row: 2,
      name: '620119-Alderbrook-Oat Clusters (018159083016)  - V2-CORE',
      problems: null,
      value: {
        name: '620119-Alderbrook-Oat Clusters (018159083016)  - V2-CORE',
        projectReferenceNumber: '410200356',
        storeNumber: '8135',
        startsOn: '2027-03-07',
        dueOn: '2027-03-20',
        workedMinutes: 360,
        schedule: {
          repName: 'ALMA FAIRWEATHER',
          employeeNumber: 'US900007',
          day: '2027-03-08',
          time: '10:45:00',
        },
      },
    });
    expect(rows.some((row) => row.name.includes("O'Malley's-Chili, Lime & Sea Salt"))).toBe(true);
    expect(rows.some((row) => row.name.includes('12" Bag'))).toBe(true);
    // Two blank lines stand before it.
    expect(rows[8]?.row).toBe(12);
    expect(rows.every((row) => row.value?.schedule)).toBe(true);
  });

  it('reads a file of unscheduled work, whose rows have eight fields or eleven', () => {
    const text = fixture('unscheduled.csv');
    const fieldCounts = text.split('\r\n').map((line) => line.replace(/"[^"]*"/g, '').split(',').length);
    expect(new Set(fieldCounts)).toEqual(new Set([1, 8, 11]));
    const rows = parseCsv(text);
    expect(rows).toHaveLength(19);
    expect(rows.flatMap((row) => row.problems ?? [])).toEqual([]);
    expect(rows.every((row) => row.value?.schedule === null)).toBe(true);
    expect(rows.at(-1)?.name).toBe(
      '640113-VP-Pinehollow-"Best" Popcorn, Salted (612213878375)  - Vendor Performed',
    );
  });

  it.each([
    ['03/08/2027 1:30:00 PM', '13:30:00'],
    ['03/08/2027 01:30:00 PM', '13:30:00'],
    ['3/8/2027 12:00:00 PM', '12:00:00'],
    ['03/08/2027 12:05:00 AM', '00:05:00'],
  ])('reads the time %s', (field, time) => {
    expect(parseRow({ 'Schedule Date/Time': field })?.value?.schedule).toMatchObject({
      day: '2027-03-08',
      time,
    });
  });

  it.each([
    '13/08/2027 1:30:00 PM',
    '02/29/2027 1:30:00 PM',
    '03/08/2027 13:30:00 PM',
    '2027-03-08',
    'x',
    '03/08/1027 1:30:00 PM',
  ])('refuses the time %s', (field) => {
    expect(problemsOf({ 'Schedule Date/Time': field })).toEqual([
      `Schedule Date/Time: “${field}” is not a time like 03/01/2027 1:30:00 PM.`,
    ]);
  });

  it('tells every problem of a row, with its column, and reads the rows around it', () => {
    const bad = [' ', '41-02', GUID, '', 'Maple', 'soon', '', '6 hours', 'ALMA', '201101', ''];
    const rows = parseCsv([HEADER, FIELDS.join(','), bad.join(','), FIELDS.join(',')].join('\n'));
    expect(rows.map((row) => [row.row, row.value === null])).toEqual([
      [2, false],
      [3, true],
      [4, false],
    ]);
    expect(rows[1]?.problems).toEqual([
      { column: 'Project Name', reason: 'It is empty.' },
      { column: 'Project Reference Number', reason: '“41-02” is not a number.' },
      { column: 'Store Number', reason: 'It is empty.' },
      { column: 'Start Date/Time', reason: '“soon” is not a time like 03/01/2027 1:30:00 PM.' },
      { column: 'Due Date/Time', reason: 'It is empty.' },
      { column: 'Estimated Time', reason: '“6 hours” is not a number of minutes from 1 to 1440.' },
      { column: 'Employee ID', reason: '“201101” is not an employee number like US123456.' },
      { column: 'Schedule Date/Time', reason: 'It is empty.' },
    ]);
  });

  it('refuses a row of another length, a window that ends before it starts, and half a schedule', () => {
    expect(problemsOf({}, 9)).toEqual([
      'null: The row has 9 fields and should have 8 or 11. A name with a comma needs quotes around it.',
    ]);
    expect(problemsOf({ 'Due Date/Time': '03/06/2027 12:01:00 AM' })).toEqual([
      'Due Date/Time: It lies before the start.',
    ]);
    expect(problemsOf({ 'Schedule Date/Time': '' })).toEqual(['Schedule Date/Time: It is empty.']);
    expect(problemsOf({ 'Employee ID': '' })).toEqual(['Employee ID: It is empty.']);
    expect(problemsOf({ 'Estimated Time': '0' })).toHaveLength(1);
  });

  it.each(COLUMNS.filter((column) => column !== 'Location MVID' && column !== 'Store Name'))(
    'refuses what no database and no page can hold in %s',
    (column) => {
      for (const field of ['a\u0000b', 'a\u0085b']) {
        expect(problemsOf({ [column]: field })).toEqual([
          `${column}: It has a line break or control character.`,
        ]);
      }
      expect(problemsOf({ [column]: '9'.repeat(501) })).toEqual([
        `${column}: It is longer than 500 characters.`,
      ]);
    },
  );

  it.each(['x', ',', '"', '"a",', 'é', 'a, "'])('reads no further where a row has no end: %s', (part) => {
    for (const text of [part.repeat(100_000), `${HEADER}\n${part.repeat(100_000)}`]) {
      expect(() => parseCsv(text)).toThrow(/longer than 20000 characters|quote is opened/);
    }
  });

  it('refuses a file of more lines than it can read at once, before it reads them', () => {
    expect(() => parseCsv(`${HEADER}${'\n'.repeat(1_000_000)}`)).toThrow(/1000001 lines.*30000/);
    expect(parseCsv(`${HEADER}${'\n'.repeat(29_000)}${FIELDS.join(',')}`)[0]).toMatchObject({
      row: 29_001,
      problems: null,
    });
  });

  it('repeats only the beginning of a header that is none', () => {
    expect(() => parseCsv('x'.repeat(10_000))).toThrow(/“x{40}…”/);
  });

  it('takes the mark away that keeps a field from being a formula', () => {
    expect(parseRow({ 'Project Name': "'=1+1" })?.value?.name).toBe('=1+1');
    expect(parseRow({ 'Project Name': "'Twas-Oats - V2-CORE" })?.value?.name).toBe("'Twas-Oats - V2-CORE");
  });

  it.each([
    ['', /empty/],
    ['\ufeff\r\n\r\n', /empty/],
    ['Name,Store\n1,2', /Column 1 of the header is “Name” and should be “Project Name”/],
    [COLUMNS.slice(0, 8).join(','), /Column 9 of the header is “”/],
    [`${HEADER},Extra`, /12 columns/],
    [`${HEADER}\n"610123-A,1\n2,3\n`, /quote is opened and never closed/],
  ])('refuses a file as a whole: %j', (text, message) => {
    expect(() => parseCsv(text)).toThrow(CsvFileError);
    expect(() => parseCsv(text)).toThrow(message);
  });

  it('never throws anything else, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', `${HEADER}\n`), (text, header) => {
        try {
          for (const row of parseCsv(header + text)) expect(row.value === null).toBe(row.problems !== null);
        } catch (error) {
          expect(error).toBeInstanceOf(CsvFileError);
        }
      }),
    );
  });
});

describe('formatCsv', () => {
  const row: ExportRow = {
    name: '640113-VP-Pinehollow-"Best" Popcorn, Salted (612213878375)  - Vendor Performed',
    projectReferenceNumber: '410202835',
    storeNumber: '8135',
    storeName: "Maple Grove Club, O'Fallon",
    timeZone: 'America/Chicago',
    startsOn: '2027-03-12',
    dueOn: '2027-03-20',
    workedMinutes: 5,
    schedule: { repName: 'Ada Example', employeeNumber: 'US900001', startsAt: '2027-03-14T16:00:00.000Z' },
  };

  it('writes eleven columns with BOM and CRLF, in store time', () => {
    expect(formatCsv([row])).toBe(
      `\ufeff${HEADER}\r\n"640113-VP-Pinehollow-""Best"" Popcorn, Salted (612213878375)  - Vendor Performed",410202835,,8135,"Maple Grove Club, O'Fallon",03/12/2027 12:00:00 AM,03/20/2027 12:01:00 AM,5,Ada Example,US900001,03/14/2027 11:00:00 AM\r\n`,
    );
  });

  it.each(['=', '+', '-', '@', '\t', '\r', '＝'])(
    'writes nothing that a spreadsheet takes for a formula: %j',
    (first) => {
      const text = formatCsv([
        {
          ...row,
          name: `${first}HYPERLINK("http://example.test")`,
          storeName: `${first}1`,
          schedule: {
            repName: `${first}2`,
            employeeNumber: 'US900001',
            startsAt: '2027-03-14T16:00:00.000Z',
          },
        },
      ]);
      const fields = text
        .split('\r\n')[1]
        ?.match(/("([^"]|"")*"|[^,]*)(,|$)/g)
        ?.map((field) => field.replace(/^"/, ''));
      expect(fields?.filter((field) => field.startsWith(first))).toEqual([]);
      expect(fields?.filter((field) => field.startsWith(`'${first}`))).toHaveLength(3);
    },
  );

  it('writes what parseCsv reads, whatever the name', () => {
    const name = fc
      .string({ unit: fc.constantFrom(...'aÅ0 ,"\'&;\\|-()=+@') })
      .filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(name, fc.boolean(), (anyName, scheduled) => {
        const text = formatCsv([{ ...row, name: anyName, schedule: scheduled ? row.schedule : null }]);
        expect(parseCsv(text)[0]?.value).toMatchObject({
          name: anyName.trim(),
          startsOn: row.startsOn,
          dueOn: row.dueOn,
          workedMinutes: 5,
          schedule: scheduled ? { employeeNumber: 'US900001', day: '2027-03-14', time: '11:00:00' } : null,
        });
      }),
    );
  });
});
