import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isLoginPage,
  judgeReissued,
  judgeUnscheduled,
  namesUser,
  parseInstructions,
  parseList,
  parseLocation,
  parseQualified,
  parseReps,
  parseRow,
  parseScheduled,
  readJson,
  refusalMessage,
  saysNo,
  UnexpectedAnswerError,
} from './answers.ts';

/** `FUZZ_INPUTS=100000` for the long mode. */
const numRuns = Number(process.env.FUZZ_INPUTS ?? 1_000);

const BASE = 'https://crossmark.invalid';
const zoneOf = () => 'America/Indiana/Indianapolis';
/** Every parser of an answer's JSON. */
const PARSERS: Record<string, (json: unknown) => unknown> = {
  parseList,
  parseRow: (json) => parseRow(json, zoneOf, BASE),
  parseScheduled,
  judgeUnscheduled,
  judgeReissued,
  parseReps,
  parseQualified,
  parseLocation: (json) => parseLocation(json, ''),
  parseInstructions: (json) => parseInstructions(json, BASE),
  namesUser,
  saysNo,
};

const FIELDS = [
  ...['mPlanID', 'storeID', 'storeName', 'name', 'startDate', 'endDate', 'scheduleDate', 'condition'],
  ...['staffedReps', 'scheduleRepID', 'scheduleEventID', 'salesTools', 'salesToolURL', 'mplans', 'records'],
  ...['total', 'ok', 'success', 'MVScheduledEvent', 'ID', 'RepID', 'Start', 'End', 'repName', 'reps', 'id'],
  ...[
    'repId',
    'employeeId',
    'title',
    'FirstName',
    'Timezone',
    'username',
    'message',
    '__proto__',
    'toString',
  ],
];
/** What real answers hold, and what they shouldn't. */
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      true,
      false,
      0,
      1,
      -1,
      1e300,
      '',
      '0',
      '1',
      'true',
      '40000001',
      '310042',
      '100001',
      'Scheduled',
    ],
    ...['01/05/2026', '13/45/2026', '02/29/2027', '01/05/2026 10:45:00 AM', '11/01/2026 01:30:00 AM'],
    ...[
      '2026-01-05T10:45:00-05:00',
      '+275760-09-13T00:00:00Z',
      'javascript:alert(1)',
      '//evil.invalid',
      '\u0000',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
);
const json = fc
  .letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), fc.string({ maxLength: 8 })), tie('value'), {
        maxKeys: 14,
      }),
    ),
  }))
  .value.map((value): unknown => JSON.parse(JSON.stringify(value) ?? 'null'));
/** A row with every field there and some of them wrong. */
const row = fc.record(Object.fromEntries(FIELDS.slice(0, 12).map((field) => [field, fc.oneof(leaf, json)])));

describe('whatever Crossmark answers', () => {
  test.each(Object.entries(PARSERS))('%s gives a value or says where the form is wrong', (_name, parse) => {
    fc.assert(
      fc.property(fc.oneof(json, row), (answer) => {
        try {
          parse(answer);
        } catch (error) {
          expect(error).toBeInstanceOf(UnexpectedAnswerError);
        }
      }),
      { numRuns },
    );
  });

  test('a row is an event or a bad row with a reason, and a link leads to http(s) or nowhere', () => {
    fc.assert(
      fc.property(fc.oneof(json, row), (given) => {
        const read = parseRow(given, zoneOf, BASE);
        if ('reason' in read) expect(read.reason).not.toBe('');
        else expect(read.instructionsUrl ?? 'https:').toMatch(/^https?:/);
      }),
      { numRuns },
    );
  });

  test('a body is read without a crash, and its refusal is one plain line', () => {
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      json.map((value) => JSON.stringify(value) ?? ''),
    );
    fc.assert(
      fc.property(body, (text) => {
        readJson(text);
        isLoginPage(text);
        expect(refusalMessage(text)).toMatch(/^.{0,300}$/u);
      }),
      { numRuns },
    );
  });

  // A quadratic expression would run into the test's time limit by hours.
  test.each([
    '<',
    '<input ',
    '<input type',
    '<input type = ',
    '<a',
    'type=',
    '/login',
    ' ',
    '&',
    '{"',
    '[',
    '1',
  ])('a megabyte of %j takes no more time than it takes to read', (piece) => {
    const body = `<${piece.repeat(1_000_000 / piece.length)}`;
    isLoginPage(body);
    readJson(body);
    refusalMessage(JSON.stringify({ message: body }));
    parseRow({ mPlanID: '1', storeID: '1', name: body, startDate: body, scheduleDate: body }, zoneOf, BASE);
    parseScheduled({ ok: 1, MVScheduledEvent: { ID: body, Start: body } });
  });
});
