import { globSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLines, withoutFormulaMark } from './csv-lines.ts';

const cellsOf = (text: string): string[][] =>
  parse(text, { bom: true, relax_column_count: true, record_delimiter: ['\r\n'] });

/** What a spreadsheet takes a cell for: it leaves out what has no width and spaces before it. */
const startOf = (cell: string) => cell.replace(/^[\s\p{Cc}\p{Cf}]+/u, '')[0] ?? '';
const STARTS = [...'=+-@＝＋－＠'];
const BEFORE = [
  '',
  ' ',
  '   ',
  '\u00a0',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '\ufeff',
  '\u200b',
  '\u2060',
  '\u00ad',
  ' \u200b\n ',
  '\u0000',
  "'",
  "''",
  "' ",
];

describe('a cell', () => {
  it.each(STARTS.flatMap((sign) => BEFORE.map((before) => [`${before}${sign}1`])))(
    'is no formula to the spreadsheet that opens it: %j',
    (field) => {
      for (const first of [true, false]) {
        const [[cell = ''] = []] = cellsOf(csvLines([[field, 'b']], { first }));
        expect(cell).toBe(`'${field}`);
        expect(withoutFormulaMark(cell)).toBe(field);
      }
    },
  );

  it.each(['\t1', '\r1', '\n1'])('that begins with a control sign gets an apostrophe: %j', (field) => {
    expect(cellsOf(csvLines([[field]], { first: false }))).toEqual([[`'${field}`]]);
  });

  it.each(['a=1', "O'Malley's", "'quoted'", '1-2', 'é', '', ' a', '12" bag, salted'])(
    'of words stays as it is: %j',
    (field) => {
      expect(cellsOf(csvLines([[field, 'b']], { first: false }))).toEqual([[field, 'b']]);
    },
  );

  it('stays one cell of its row, and never begins with a formula, whatever it holds', () => {
    const field = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...STARTS, ...BEFORE.filter(Boolean), ',', '"', ';', 'a', '1') }),
    );
    // A row with one empty cell looks the same as no row.
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(rows, (records) => {
        const cells = cellsOf(csvLines(records, { first: true }));
        expect(cells.map((row) => row.map(withoutFormulaMark))).toEqual(records);
        for (const cell of cells.flat()) expect(STARTS).not.toContain(startOf(cell));
      }),
    );
  });
});

it('every CSV file is written by one function', () => {
  const sources = globSync(new URL('../**/*.ts', import.meta.url).pathname).filter(
    (file) => !file.endsWith('.test.ts'),
  );
  expect(sources.length).toBeGreaterThan(50);
  const writing = sources.filter((file) => /from 'csv-stringify/.test(readFileSync(file, 'utf8')));
  expect(writing.map((file) => file.split('/').slice(-2).join('/'))).toEqual(['core/csv-lines.ts']);
});
