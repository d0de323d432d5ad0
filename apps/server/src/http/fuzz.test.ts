import { HOSTILE, inputArbitrary } from '@scheduler/runtime/testing';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  addEvent,
  addPerson,
  addStore,
  empty,
  ORIGIN,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { COLUMNS, parseCsv } from '../csv/format.ts';
import { appRouter } from '../router.ts';

/** `FUZZ_INPUTS=100000` for the long mode: so many for all procedures together, and for the CSV parser. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 600);
/** One failing input a minute at most; the long mode takes its time. */
const timeout = 60_000 + INPUTS * 60;

interface Procedure {
  _def: { type: 'query' | 'mutation' | 'subscription'; meta?: { role: string }; inputs: z.ZodType[] };
}
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);

let server: TestServer;
let cookie: string;
let adminCookie: string;

beforeAll(async () => {
  server = await startTestServer();
  cookie = await server.cookieOf('dispatcher');
  adminCookie = await server.cookieOf('admin');
});
afterAll(() => server.close());

/** Some of everything, with the small ids that inputs name. */
async function fill(): Promise<void> {
  const { db } = server.database;
  await empty(server.database);
  const storeId = await addStore(db);
  for (const number of [1, 2, 3]) {
    await addEvent(db, { storeId });
    await addPerson(db, { storeId, name: `Person ${number}`, employeeNumber: `US00000${number}` });
  }
}

/** Everything that a refused request must leave as it is, as one short text. */
async function fingerprint(): Promise<string> {
  const tables = [
    ...['stores', 'holidays', 'events', 'schedules', 'employees', 'event_syncs', 'refresh_runs'],
    ...['audit_log', 'users', 'access_links'],
  ];
  const hashes = [...tables, 'graphile_worker._private_jobs'].map(
    (table) =>
      sql`(select md5(coalesce(string_agg(t::text, '' order by t::text), '')) from ${sql.raw(table)} t)`,
  );
  const [row] = await server.database.db.execute<{ all: string }>(
    sql`select concat_ws(' ', ${sql.join(hashes, sql`, `)}) as all`,
  );
  return row?.all ?? '';
}

const HEADER = COLUMNS.join(',');
/** Lines of the eleven columns, some right and some wrong. */
const csv = fc
  .array(
    fc.array(
      fc.oneof(
        fc.constantFrom(
          ...[
            '612345-Acme-Oat Bars (260105123456)  - V2-CORE',
            '12345',
            '318135',
            '8135',
            'Club 8135',
            '390',
          ],
          ...[
            '01/05/2026 12:00:00 AM',
            '01/15/2026 12:01:00 AM',
            'Person 1',
            'US000001',
            '01/06/2026 10:45:00 AM',
          ],
          ...HOSTILE,
        ),
        fc.string({ unit: 'binary', maxLength: 20 }),
      ),
      { minLength: 7, maxLength: 12 },
    ),
    { maxLength: 6 },
  )
  .map((rows) =>
    [HEADER, ...rows.map((row) => row.map((field) => JSON.stringify(field)).join(','))].join('\n'),
  );

/** Calls a procedure over HTTP with any input, as somebody who may; a stream is hung up on as soon as it is open. */
async function send(name: string, { type, meta }: Procedure['_def'], input: unknown): Promise<Response> {
  const json = JSON.stringify(input);
  const query = type === 'mutation' || json === undefined ? '' : `?input=${encodeURIComponent(json)}`;
  const leave = new AbortController();
  const answer = await fetch(`${server.url}/trpc/${name}${query}`, {
    signal: leave.signal,
    method: type === 'mutation' ? 'POST' : 'GET',
    headers: {
      cookie: meta?.role === 'admin' ? adminCookie : cookie,
      origin: ORIGIN,
      ...(type === 'mutation' ? { 'content-type': 'application/json' } : {}),
      ...(type === 'subscription' ? { accept: 'text/event-stream' } : {}),
    },
    ...(type === 'mutation' ? { body: json ?? '' } : {}),
  });
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) leave.abort();
  else await answer.arrayBuffer();
  return answer;
}

describe('hostile input', () => {
  test.each(procedures)(
    '%s takes it or refuses it: no failure of ours, and nothing written by what is refused',
    async (name, { _def: def }) => {
      const [input] = def.inputs;
      await fill();
      let before = await fingerprint();
      await fc.assert(
        fc.asyncProperty(inputArbitrary(input, { text: csv }), async (value) => {
          const { status } = await send(name, def, value);
          expect(status).toBeLessThan(500);
          const after = await fingerprint();
          if (status >= 400 || def.type !== 'mutation') expect(after).toBe(before);
          before = after;
        }),
        { numRuns: Math.ceil(INPUTS / procedures.length) },
      );
    },
    timeout,
  );

  test(
    'addresses, bodies and content types of any kind are answered without a failure of ours',
    async () => {
      const path = fc.oneof(
        fc.constantFrom(
          '/trpc/',
          '/trpc/schedules.create?batch=1',
          '/api/auth/sign-in/email',
          '/readyz',
          '/',
        ),
        fc.webPath().map((url) => url || '/'),
        fc
          .string({ unit: 'grapheme-ascii', maxLength: 30 })
          .map((text) => `/trpc/${encodeURIComponent(text)}`),
      );
      const type = fc.constantFrom(
        'application/json',
        'text/plain',
        'multipart/form-data',
        'application/json; x',
      );
      await fill();
      const before = await fingerprint();
      await fc.assert(
        fc.asyncProperty(
          path,
          type,
          fc.string({ unit: 'binary', maxLength: 200 }),
          async (url, contentType, body) => {
            const headers = { cookie, origin: ORIGIN, 'content-type': contentType };
            const answer = await server.app.inject({ method: 'POST', url, headers, payload: body });
            expect(answer.statusCode).toBeLessThan(500);
          },
        ),
        { numRuns: Math.ceil(INPUTS / 10) },
      );
      expect(await fingerprint()).toBe(before);
    },
    timeout,
  );

  test('any CSV file is read or refused with a sentence, each bad row with its problems', () => {
    fc.assert(
      fc.property(csv, (text) => {
        for (const row of parseCsv(text)) expect(row.problems?.length).not.toBe(0);
      }),
      { numRuns: INPUTS },
    );
  });

  // A quadratic expression would run into the test's time limit by hours.
  test.each(['"', "'", ',', ';', ' ', 'a', "'=", '\r', '""', '0', '/'])(
    'four megabytes of %j in a CSV file take no more time than it takes to read them',
    (piece) => {
      const text = `${HEADER}\n${piece.repeat(4_000_000 / piece.length)}`;
      try {
        parseCsv(text);
      } catch (error) {
        expect(error).toMatchObject({ name: 'CsvFileError' });
      }
    },
  );
});
