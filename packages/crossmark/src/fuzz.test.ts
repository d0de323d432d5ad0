import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { CrossmarkError } from './errors.ts';
import { bookingId, mplanId, repId, storeId } from './ids.ts';
import {
  isLoginPage,
  isSignInRefusal,
  namesUser,
  parseInstructions,
  parseList,
  parseLocation,
  parseReissued,
  parseRemoved,
  parseReps,
  parseRow,
  parseScheduled,
  readJson,
  refusalMessage,
  UnexpectedAnswerError,
} from './parse.ts';
import { connect, hostAnswering } from './test-support.ts';

/**
 * Number of generated answers without any form. The tests of rows and answers with a few wrong
 * values use up to a hundred times as many, 100,000 by default. `FUZZ_INPUTS=100000` runs the long
 * mode.
 */
const numRuns = Number(process.env.FUZZ_INPUTS ?? 1_000);
// These tests look for wrong results, not for slow ones.
vi.setConfig({ testTimeout: 600_000 });
/** Rows in one list, on average. */
const ROWS = 25;

const BASE = 'https://crossmark.invalid';
const zoneOf = () => 'America/Indiana/Indianapolis';
/** Every parser of an answer's JSON. */
const PARSERS: Record<string, (json: unknown) => unknown> = {
  parseList,
  parseRow: (json) => parseRow(json, zoneOf, BASE),
  parseScheduled,
  parseRemoved,
  parseReissued,
  parseReps,
  parseLocation(json) {
    const location = parseLocation(json, '');
    // The key is only compared, never returned, so it may be any text.
    return typeof location === 'string' ? location : { ...location, key: '' };
  },
  parseInstructions: (json) => parseInstructions(json, BASE),
  namesUser,
  isSignInRefusal,
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
/** Values that real answers hold, and values that they should not hold. */
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
/** A row with every field, some of them wrong. */
const row = fc.record(Object.fromEntries(FIELDS.slice(0, 12).map((field) => [field, fc.oneof(leaf, json)])));

/** A wrong value: one that once broke something, or any value. */
const wrongValue = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      '\u0000',
      'A\u0000B',
      '\ud800',
      'A\udfffB',
      'a\r\nb',
      '\u2028',
      'x{y',
      'x"y',
      '{}',
      'NULL',
      '\\',
      '%00',
    ],
    ...['x'.repeat(501), '\u{1f600}'.repeat(300), '9'.repeat(13), `https://x.test/${'a'.repeat(3_000)}`],
    ...['01/05/9999', '12/31/1999', '01/01/2100', '00/00/0000', '01/01/0001', '02/01/2026', '01/01/2026'],
    ...['01/05/9999 10:45:00 AM', '01/05/2026 13:45:00 AM', '9999-01-05T10:45:00Z', '2026-01-05T10:45:00'],
    ...[[], {}, [[]], { ID: 1 }, [null], Number.MAX_SAFE_INTEGER, -0, 1.5],
  ),
  leaf,
);
/** Replacements in an object: the number of a part, and its new value. */
const replacements = fc.array(fc.tuple(fc.nat(40), wrongValue), { maxLength: 3 });

/** A copy of an object with some of its parts, at any depth, replaced. */
function replaceParts<T extends object>(good: T, replacements: readonly (readonly [number, unknown])[]): T {
  const copy = structuredClone(good);
  const parts: [Record<string, unknown>, string][] = [];
  const collect = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      parts.push([value as Record<string, unknown>, key]);
      collect((value as Record<string, unknown>)[key]);
    }
  };
  collect(copy);
  for (const [n, value] of replacements) {
    const [holder, key] = parts[n % parts.length] ?? [];
    if (holder && key) holder[key] = structuredClone(value);
  }
  return copy;
}

/** No wrong value is the id of one of these plans. */
const FIRST_PLAN = 60_000_000;
const goodRow = (n: number) => ({
  mPlanID: n % 2 ? FIRST_PLAN + n : String(FIRST_PLAN + n),
  storeID: '310042',
  storeName: 'Club Eight',
  name: `Plan ${n}`,
  startDate: '01/02/2026',
  endDate: '01/16/2026',
  scheduleDate: '01/05/2026 10:45:00 AM',
  condition: 'Scheduled',
  staffedReps: 'Ann Archer, Ben Baker',
  scheduleRepID: 100_001,
  scheduleEventID: '50000001',
  salesTools: [{ salesToolURL: 'https://x.test/a.pdf' }],
});
const GOOD: Record<string, object> = {
  parseScheduled: {
    ok: 1,
    MVScheduledEvent: {
      ID: 50_000_001,
      RepID: '100001',
      mPlanID: 40_000_001,
      LocationID: '310042',
      Start: '2026-01-05T15:45:00+00:00',
      End: '2026-01-05T22:15:00+00:00',
    },
    repName: 'Ann Archer',
  },
  parseRemoved: { ok: 1, success: true },
  parseReissued: { success: true, message: 'Done.' },
  parseReps: {
    reps: {
      100001: { id: '100001', repId: '100001', employeeId: 'US100001', title: 'ANN ARCHER', role: null },
      100002: { lastName: 'BAKER', nameSort: 'BAKER,BEN', email: 'ben@x.test', phone: '1' },
    },
  },
  parseLocation: {
    ok: 1,
    reps: 'Ann Archer',
    condition: 'Scheduled',
    key: '40000001_310042',
    workStatus: '',
  },
  parseInstructions: {
    mplans: [{ mPlanID: 40_000_001, salesTools: [{ salesToolURL: 'https://x.test/a' }] }],
  },
};

const TIME_FIELDS = ['startsOn', 'dueOn', 'startsAt', 'endsAt'];

/** Fails unless every text of a parsed answer can be stored and shown unchanged. */
function expectPlain(value: unknown, field = ''): void {
  if (typeof value === 'string') {
    const longest = field === 'instructionsUrl' ? 2_000 : 500;
    if (value.length > longest || /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value))
      expect.fail(`${field} is not plain: ${JSON.stringify(value)}`);
    if (TIME_FIELDS.includes(field) && !/^20\d\d-/.test(value))
      expect.fail(`${field} is not of this century: ${value}`);
  } else if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value)) expectPlain(part, key);
}

/** Returns a parser's result or its {@link UnexpectedAnswerError}. */
function parseOrError(parse: (json: unknown) => unknown, answer: unknown): unknown {
  try {
    return parse(answer);
  } catch (error) {
    if (!(error instanceof UnexpectedAnswerError)) throw error;
    expectPlain(error.message);
    return error;
  }
}

describe('whatever Crossmark answers', () => {
  test('each parser gives plain values or says where the form is wrong', () => {
    fc.assert(
      fc.property(fc.oneof(json, row), (answer) => {
        for (const [name, parse] of Object.entries(PARSERS)) {
          const result = parseOrError(parse, answer);
          // The rows of a list are not parsed yet.
          if (name !== 'parseList') expectPlain(result);
        }
      }),
      { numRuns },
    );
  });

  test.each(Object.entries(GOOD))('%s gives plain values whatever is wrong in its answer', (name, good) => {
    const parse = PARSERS[name] as (json: unknown) => unknown;
    expect(parseOrError(parse, good)).not.toBeInstanceOf(Error);
    fc.assert(
      fc.property(replacements, (parts) => expectPlain(parseOrError(parse, replaceParts(good, parts)))),
      { numRuns: Math.ceil((50 * numRuns) / Object.keys(GOOD).length) },
    );
  });

  test('each row of a list is read as if it were alone, into plain values within their bounds', () => {
    fc.assert(
      fc.property(fc.array(replacements, { minLength: ROWS - 5, maxLength: ROWS + 5 }), (list) => {
        const mplans = list.map((parts, n) => replaceParts(goodRow(n), parts));
        const { rows, total } = parseList(JSON.parse(JSON.stringify({ mplans, total: mplans.length })));
        expect(total).toBe(mplans.length);
        for (const [n, parts] of list.entries()) {
          const row = parseRow(rows[n], zoneOf, BASE);
          expectPlain(row);
          if (parts.length === 0)
            expect(row).toMatchObject({ mplanId: `${FIRST_PLAN + n}`, repId: '100001' });
          if ('reason' in row) {
            expect(row.reason).not.toBe('');
            expect(`${row.mplanId}`.length).toBeLessThanOrEqual(40);
          } else {
            expect(`${row.mplanId}_${row.storeId}`).toMatch(/^\d{1,12}_\d{1,12}$/);
            expect(row.startsOn <= row.dueOn).toBe(true);
            expect(row.instructionsUrl ?? 'https:').toMatch(/^https?:/);
          }
        }
      }),
      { numRuns: Math.ceil((50 * numRuns) / ROWS) },
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

  test('a list is read to its end over HTTP, and no row takes another with it', async () => {
    let mplans: object[] = [];
    const client = connect(
      await hostAnswering((request, response) => {
        const query = new URL(String(request.url), 'http://host').searchParams;
        const start = Number(query.get('start'));
        const page = mplans.slice(start, start + Number(query.get('limit')));
        response.end(JSON.stringify({ mplans: page, total: mplans.length }));
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(replacements, { maxLength: 2 * ROWS }), async (list) => {
        mplans = list.map((parts, n) => replaceParts(goodRow(n), parts));
        const listed: string[] = [];
        let read = 0;
        const pages = client.listEvents({
          from: '2026-01-01',
          to: '2026-12-31',
          timeZoneOf: zoneOf,
          pageSize: 20,
        });
        for await (const page of pages) {
          expectPlain(page);
          listed.push(...page.rows.map((row) => row.mplanId));
          read = page.read;
        }
        expect(read).toBeLessThanOrEqual(list.length);
        for (const [n, parts] of list.entries())
          if (parts.length === 0) expect(listed).toContain(`${FIRST_PLAN + n}`);
      }),
      { numRuns: Math.ceil(numRuns / 20) },
    );
  });

  test('every call gives plain values or fails as one of four kinds, in plain words', async () => {
    let status = 200;
    let body = '';
    const client = connect(
      await hostAnswering((_request, response) => {
        response.writeHead(status, { 'retry-after': String(body.length) }).end(body);
      }),
    );
    const event = { mplanId: mplanId('40000001'), storeId: storeId('310042') };
    const times = { startsAt: '2026-01-05T15:45:00.000Z', endsAt: '2026-01-05T22:15:00.000Z' };
    const person = { repId: repId('100001'), timeZone: 'America/Indiana/Indianapolis' };
    const booking = bookingId('50000001');
    const calls: (() => Promise<unknown>)[] = [
      () => client.findEvent({ ...event, timeZone: person.timeZone }),
      () => client.schedule({ ...event, ...times, ...person }),
      () => client.unschedule({ bookingId: booking }),
      () => client.reissue({ ...event, ...person, bookingId: booking, expiresOn: '2026-01-17' }),
      () => client.locationCondition(event),
      () => client.availableReps(),
      () => client.instructions({ events: [event] }),
      () => client.ping(),
    ];
    const bodies = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '{}', '[]', 'null', '<input type="password">'),
      json.map((value) => JSON.stringify(value) ?? ''),
      fc
        .tuple(fc.constantFrom(...Object.values(GOOD)), replacements)
        .map(([good, parts]) => JSON.stringify(replaceParts(good, parts))),
      replacements.map((parts) => JSON.stringify({ mplans: [replaceParts(goodRow(1), parts)], total: 1 })),
    );
    const statuses = fc.constantFrom(200, 200, 200, 200, 201, 302, 400, 401, 403, 404, 408, 429, 500, 503);
    await fc.assert(
      fc.asyncProperty(statuses, bodies, async (nextStatus, nextBody) => {
        status = nextStatus;
        body = nextBody;
        for (const call of calls) {
          const result = await call().catch((error: unknown) => error);
          if (result instanceof Error) {
            expect(result).toBeInstanceOf(CrossmarkError);
            expectPlain(result.message);
          } else expectPlain(result);
        }
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    );
  });

  // With a quadratic expression this test would take hours.
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
