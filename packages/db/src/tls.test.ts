import { expect, test } from 'vitest';
import { postgresAddress } from './tls.ts';

const GIVEN = 'postgres://ada:secret@db.example:5432/scheduler';

test('a database’s URL says how its connections are encrypted, in the words of each driver', () => {
  const prepare = true;
  expect(postgresAddress(GIVEN)).toEqual({
    url: GIVEN,
    ssl: false,
    pgUrl: `${GIVEN}?sslmode=disable`,
    prepare,
  });
  expect(postgresAddress(`${GIVEN}?sslmode=require`)).toEqual({
    url: GIVEN,
    ssl: { rejectUnauthorized: false },
    pgUrl: `${GIVEN}?sslmode=no-verify`,
    prepare,
  });
  expect(postgresAddress(`${GIVEN}?sslmode=verify-full`)).toEqual({
    url: GIVEN,
    ssl: { rejectUnauthorized: true },
    pgUrl: `${GIVEN}?sslmode=verify-full`,
    prepare,
  });
});

test('a database’s URL says whether statements are prepared, in words for neither driver', () => {
  const { url, pgUrl, prepare } = postgresAddress(`${GIVEN}?prepared_statements=false`);
  expect({ url, pgUrl, prepare }).toEqual({ url: GIVEN, pgUrl: `${GIVEN}?sslmode=disable`, prepare: false });
});

test.each([
  ['prepared_statements=no', 'prepared_statements must be true or false'],
  ['sslmode=prefer', 'sslmode must be disable, require or verify-full'],
  ['sslmode=allow', 'sslmode must be disable, require or verify-full'],
  ['sslmode=verify-ca', 'sslmode must be disable, require or verify-full'],
  ['sslmode=', 'sslmode must be disable, require or verify-full'],
  ['ssl=true', 'ssl is not known'],
  ['sslrootcert=/ca.crt', 'sslrootcert needs sslmode=verify-full'],
  ['sslmode=require&sslrootcert=/ca.crt', 'sslrootcert needs sslmode=verify-full'],
  ['sslmode=verify-full&sslrootcert=/there/is/no.crt', 'the file that sslrootcert names can’t be read'],
  ['sslmode=verify-full&sslcert=/me.crt&sslkey=/me.key', 'sslcert is not known'],
])('a URL with %s is refused, so that nothing goes on without the TLS that was meant', (query, reason) => {
  expect(() => postgresAddress(`${GIVEN}?${query}`)).toThrow(
    `DATABASE_URL or DATABASE_DIRECT_URL is wrong: ${reason}`,
  );
});

test.each(['10.0.0.5', '[::1]', 'db.example:5432,10.0.0.5:5432'])(
  'a certificate can’t be checked for the address %s',
  (host) => {
    const url = `postgres://ada:secret@${host}/scheduler?sslmode=verify-full`;
    expect(() => postgresAddress(url)).toThrow('needs the server’s name');
  },
);
