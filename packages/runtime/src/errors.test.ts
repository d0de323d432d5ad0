import { expect, test } from 'vitest';
import { errorText } from './errors.ts';

const refused = Object.assign(new Error('invalid input syntax for type integer: "Ada "Example"'), {
  severity: 'ERROR',
  code: '22P02',
});
const given = ['Ada "Example\n    at home', 7];
const query = Object.assign(
  new Error(`Failed query: insert into people values ($1, $2)\nparams: ${given}`, { cause: refused }),
  { query: 'insert into people values ($1, $2)', params: given },
);

test('the text of a failed statement tells what Postgres refused, and no value that the statement was given', () => {
  expect(errorText(query)).toBe('invalid input syntax for type integer: "…" (22P02)');
  const around = new Error(`The page could not be written: ${query.message}`, { cause: query });
  expect(errorText(around)).toMatch(/^The page could not be written: Failed query: insert into people/);
  expect(errorText(around)).toContain('[redacted]');
  expect(errorText(around)).not.toContain('Ada');
});

test('whatever was thrown, its text is one clean line', () => {
  expect(errorText(new Error('no\u0000such\r\nthing \ud800'))).toBe('no such thing �');
  expect(errorText('words')).toBe('words');
  expect(errorText(new TypeError(''))).toBe('TypeError');
  expect(errorText(undefined)).toBe('undefined');
});
