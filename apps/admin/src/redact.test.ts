import { expect, test } from 'vitest';
import { redact } from './redact.ts';

test('secrets are hidden by name at any depth', () => {
  expect(
    redact({
      eventId: 7,
      crossmark: {
        password: 'planted',
        PHPSESSID: 'planted',
        headers: [{ 'Set-Cookie': 'planted', authorization: 'planted' }],
      },
      accessToken: 'planted',
    }),
  ).toEqual({
    eventId: 7,
    crossmark: {
      password: '[redacted]',
      PHPSESSID: '[redacted]',
      headers: [{ 'Set-Cookie': '[redacted]', authorization: '[redacted]' }],
    },
    accessToken: '[redacted]',
  });
});

test.each([
  'POST /login failed: userid=demo&password=planted',
  '{"password":"planted","userid":"demo"}',
  'Cookie: a=1; PHPSESSID=planted',
  'Authorization: Bearer planted123456',
  'connect postgres://app:planted@db.example:5432/scheduler',
])('secrets are hidden inside text: %s', (text) => {
  expect(redact({ failedReason: text }).failedReason).not.toContain('planted');
});

test.each([
  ['Failed query: select "id" from "users" where "token" = $1\nparams: planted', 'A statement failed.'],
  ['It broke: Failed query: insert into users values ($1) params: planted', 'It broke: A statement failed.'],
  ['connect ECONNREFUSED planted.example:5432', 'connect ECONNREFUSED'],
])('a failed statement and an address are cut out of a text: %s', (text, redacted) => {
  expect(redact({ reasons: [text] })).toEqual({ reasons: [redacted] });
});

test.each(['a.'.repeat(20_000), `password${' '.repeat(20_000)}`, '://a:'.repeat(8_000), 'x'.repeat(40_000)])(
  'of a long text at most 2,000 characters are examined and shown',
  (name) => {
    const redacted = redact({ name }).name;
    expect(redacted.length).toBeLessThanOrEqual(2_001);
    expect(redacted).toMatch(/…$/);
  },
);

test('a secret at the end of what is shown is hidden as well', () => {
  const text = `${'x'.repeat(1_980)} password=planted-and-more`;
  expect(redact({ text }).text).not.toContain('planted');
});

test('what is no secret stays as it is', () => {
  const expected = {
    name: 'sync_schedule',
    data: { eventId: 7 },
    attempts: 3,
    paused: false,
    at: null,
    reason: 'Crossmark says: rep 100001 is not qualified. Choose another person.',
  };
  expect(redact(expected)).toEqual(expected);
});
