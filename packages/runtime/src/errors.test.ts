import { expect, test } from 'vitest';
import { errorText, loggedError } from './errors.ts';

const refused = Object.assign(new Error('invalid input syntax for type integer: "Ada "Example"'), {
  severity: 'ERROR',
  code: '22P02',
});
const parameters = ['Ada "Example\n    at home', 7];
const query = Object.assign(
  new Error(`Failed query: insert into people values ($1, $2)\nparams: ${parameters}`, { cause: refused }),
  { query: 'insert into people values ($1, $2)', params: parameters },
);

test('the text of a failed statement tells what Postgres refused, and neither the statement nor what it was given', () => {
  expect(errorText(query)).toBe('invalid input syntax for type integer: "…" (22P02)');
  const around = new Error(`The page could not be written: ${query.message}`, { cause: query });
  expect(errorText(around)).toBe(
    'The page could not be written: invalid input syntax for type integer: "…" (22P02)',
  );
  expect(errorText(`It broke: ${query.message}`)).toBe('It broke: A statement failed.');
});

test('the text of a connection that failed doesn’t tell where it led', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:5432'), {
    code: 'ECONNREFUSED',
    address: '10.0.0.5',
    port: 5432,
  });
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND db.intranet'), { hostname: 'db.intranet' });
  expect(errorText(refused)).toBe('connect ECONNREFUSED');
  expect(errorText(unknown)).toBe('getaddrinfo ENOTFOUND');
  const around = new Error(`No list: ${refused.message}`, { cause: refused });
  expect(errorText(around)).toBe('No list: connect ECONNREFUSED');
  expect(loggedError(around)).toMatchObject({ message: 'No list: connect ECONNREFUSED' });
  expect(JSON.stringify([loggedError(around), loggedError(refused)])).not.toMatch(/10\.0\.0\.5|5432/);
  // Where several addresses were tried, the message is empty.
  const all = Object.assign(new AggregateError([refused], ''), { code: 'ECONNREFUSED' });
  expect(errorText(all)).toBe('ECONNREFUSED');
});

test('whatever was thrown, its text is one clean line', () => {
  expect(errorText(new Error('no\u0000such\r\nthing \ud800'))).toBe('no such thing �');
  expect(errorText('words')).toBe('words');
  expect(errorText(new TypeError(''))).toBe('TypeError');
  expect(errorText(undefined)).toBe('undefined');
});
