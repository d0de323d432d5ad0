import { HOSTILE, inputArbitrary, MALFORMED_REQUESTS, type Procedure } from '@scheduler/runtime/testing';
import fc from 'fast-check';
import { z } from 'zod';

/** Generates hostile inputs for one procedure without end. The same seed gives the same inputs. */
export function* hostileInputs({ input }: Procedure, seed: number): Generator<unknown, never> {
  const inputs = inputArbitrary(input);
  for (let round = seed; ; round++) yield* fc.sample(inputs, { numRuns: 50, seed: round });
}

const repeated = (piece: string, length: number) =>
  piece.repeat(Math.max(1, Math.floor(length / piece.length)));

/** Texts that take slow regular expressions, decoders and escapes a long time. */
const PIECES = [
  'a',
  'a.',
  ' ',
  '"',
  "'",
  '\\',
  '=',
  '@',
  '0',
  '-',
  '\n',
  '\u0000',
  '\ud800',
  '\u202e',
  'é',
  '{',
  '%',
];

/** Returns the text of an object with these fields, which are already JSON. */
const objectOf = (fields: readonly string[]) => ['{', fields.join(','), '}'].join('');

/**
 * Returns bodies of `bytes` that take a parser, a schema or an expression as long as possible:
 * nested, with very many keys or items, and with each known field as one long text or list.
 */
export function largestBodies(input: z.ZodType | undefined, bytes: number): string[] {
  const text = bytes - 200;
  const schema = input
    ? (z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as {
        properties?: Record<string, { type?: string }>;
      })
    : {};
  const keys: string[] = [];
  for (let index = 0, length = 2; length < text; index++) {
    const key = `"k${index}":0`;
    keys.push(key);
    length += key.length + 1;
  }
  const fields = Object.entries(schema.properties ?? { value: {} });
  const piece = (index: number) => PIECES[index % PIECES.length] ?? 'a';
  const long = (piece: string) => JSON.stringify(repeated(piece, text / (JSON.stringify(piece).length - 2)));
  return [
    '['.repeat(text),
    `${'['.repeat(text / 2)}${']'.repeat(text / 2)}`,
    `${'{"a":'.repeat(text / 6)}1${'}'.repeat(text / 6)}`,
    objectOf(keys),
    `[${repeated('0,', text)}0]`,
    `{"a":${repeated('9', text)}}`,
    ...fields.flatMap(([name, { type }], index) =>
      type === 'array'
        ? [`{"${name}":[${repeated('1,', text)}1]}`, `{"${name}":[${repeated('"x",', text)}"x"]}`]
        : [`{"${name}":${long(piece(index))}}`, `{"${name}":${long(piece(index + 5))}}`],
    ),
    objectOf(fields.map(([name], index) => `"${name}":${JSON.stringify(piece(index).repeat(2_000))}`)),
  ];
}

const CSV_HEADER =
  'Project Name,Project Reference Number,Location MVID,Store Number,Store Name,Start Date/Time,Due Date/Time,Estimated Time,Rep Name,Employee ID,Schedule Date/Time';
const MOST_ROWS = 28_000;

/**
 * Returns files with the most rows and characters that are allowed, by description: with valid rows
 * of a store, with bad rows, and without rows.
 */
export function largestFiles(work: {
  storeNumber: string;
  startsOn: string;
  dueOn: string;
}): Record<string, string> {
  const rest = `,,,${work.storeNumber},,${work.startsOn} 12:00:00 AM,${work.dueOn} 12:01:00 AM,360`;
  const rows = (row: (number: number) => string) =>
    [CSV_HEADER, ...Array.from({ length: MOST_ROWS }, (_, at) => row(100_000 + at))].join('\r\n');
  const bytes = 4_000_000;
  return {
    'rows that are new': rows((number) => `${number}-Acme-Oat Bars (260105123456)  - V2-CORE${rest}`),
    'rows that are all wrong': rows(() => COLUMNS_AT_FAULT),
    'rows of no known store': rows(
      (number) => `${number}-Acme - V2-CORE,,,none,,01/05/2026 12:00:00 AM,01/15/2026 12:01:00 AM,`,
    ),
    'one row many times': rows(() => `100000-Acme-Oat Bars  - V2-CORE${rest}`),
    'one long line': `${CSV_HEADER}\r\n${'x'.repeat(bytes - 1_000)}`,
    'one quote never closed': `${CSV_HEADER}\r\n"${'x\n'.repeat(14_000)}`,
    quotes: `${CSV_HEADER}\r\n${'"'.repeat(bytes - 1_000)}`,
    'line ends': '\n'.repeat(bytes - 1_000),
    commas: `${CSV_HEADER}\r\n${`${','.repeat(140)}\r\n`.repeat(MOST_ROWS)}`,
  };
}
const COLUMNS_AT_FAULT = Array(11).fill('not so').join(',');

/** Returns a CSV file with Crossmark's columns and these lines. */
export const csvFile = (lines: readonly string[]): string => [CSV_HEADER, ...lines].join('\r\n');

/** Texts with a special meaning for a spreadsheet, a calendar or a page. */
export const FIELDS = [
  ...HOSTILE.filter((text) => text.length < 400 && !text.includes('\u0000') && text.isWellFormed()),
  ...['=1+1', ' =1', '\n=1', '\ufeff=1', '\u200b=1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '＝1'],
  ...['x\r\nBEGIN:VEVENT', 'x\nATTENDEE:mailto:a@b.test', 'a,b;c\\d"e', 'x\u2028BEGIN:VEVENT', 'x\u0085y'],
];

/** Bytes that are not a request, or a request that no browser sends. */
export const RAW_REQUESTS = [
  ...Object.values(MALFORMED_REQUESTS),
  'G\u0000T / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET  /  HTTP/1.1\r\n\r\n',
  'POST /trpc/access.open HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef',
  'POST /trpc/access.open HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG',
  'POST /trpc/access.open HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  'POST /trpc/access.open HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n',
  'POST /trpc/access.open HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"tok',
  `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(3_000)}\r\n`,
  'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nCookie: \u00ff\u0000\r\n\r\n',
  'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  'GET http://evil.example/trpc/%25 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  'GET /%74rpc/%25 HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD /trpc/access.open HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'GET /api/auth/get-session HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2_000),
  'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000',
] as const;
