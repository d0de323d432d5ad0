import { execFileSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { z } from 'zod';

/** Texts that have caused faults in programs. */
export const HOSTILE = [
  ...['', ' ', '\u0000', '\ud800', "'; drop table events; --", '%', '_', '\\', '../../etc/passwd', '{{7*7}}'],
  ...[
    '<script>alert(1)</script>',
    '=cmd|calc',
    'NaN',
    '1e999',
    '2026-02-30',
    '2026-01-05T15:45:00.000Z',
    '١٢',
  ],
  ...[
    '9999-12-31',
    '-000001-01-01',
    '2026-01-05',
    '10:45',
    '24:00',
    'US000001',
    'a@b.test',
    '\u202e',
    'é'.repeat(500),
  ],
];
/** Any JSON value, hostile values included. */
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(...HOSTILE, null, true, 0, 1, 2, 3, -1, 0.5, 2 ** 31, 2 ** 53, 1e308),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The part of JSON Schema that our inputs use. */
type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
};
/** Generators by name for fields that are free text in the schema. */
type TextFields = Record<string, fc.Arbitrary<unknown>>;

/** Generates values of a schema's form, with an occasional value of another form in any part. */
function schemaArbitrary(name: string, schema: Schema, textFields: TextFields): fc.Arbitrary<unknown> {
  const validValue = (): fc.Arbitrary<unknown> => {
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => schemaArbitrary(name, one, textFields)));
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.type === 'object') {
      const fields = Object.entries(schema.properties ?? {}).map(([key, one]) => [
        key,
        schemaArbitrary(key, one, textFields),
      ]);
      return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
    }
    if (schema.type === 'array')
      return fc.array(schemaArbitrary(name, schema.items ?? {}, textFields), { maxLength: 5 });
    if (schema.type === 'integer' || schema.type === 'number') return fc.integer({ min: 1, max: 4 });
    if (schema.type === 'boolean') return fc.boolean();
    if (textFields[name]) return textFields[name];
    return fc.constantFrom('2026-01-05T15:45:00.000Z', '2026-01-06', ...HOSTILE);
  };
  return fc.oneof({ weight: 12, arbitrary: validValue() }, { weight: 1, arbitrary: anyValue });
}

/**
 * Generates inputs for a procedure: values of its schema's form with wrong parts, or any JSON
 * value.
 */
export function inputArbitrary(
  schema: z.ZodType | undefined,
  textFields: TextFields = {},
): fc.Arbitrary<unknown> {
  if (!schema) return anyValue;
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  return fc.oneof(schemaArbitrary('', json, textFields), anyValue);
}

/** The parts of a tRPC procedure that a caller over HTTP needs. */
export interface Procedure {
  name: string;
  type: 'query' | 'mutation' | 'subscription';
  input: z.ZodType | undefined;
}

/** Lists the procedures of a router. */
export function proceduresOf(router: { _def: { procedures: object } }): Procedure[] {
  const all = Object.entries(router._def.procedures) as [
    string,
    { _def: { type: Procedure['type']; inputs: z.ZodType[] } },
  ][];
  return all.map(([name, { _def }]) => ({ name, type: _def.type, input: _def.inputs[0] }));
}

/** A request as text: a path with its query, and a body of JSON. */
export interface TextRequest {
  method: string;
  path: string;
  body?: string;
}

/** Generates some calls of each procedure, with valid and invalid inputs. */
export function sampleCalls(procedures: readonly Procedure[], callsEach: number): TextRequest[] {
  return procedures.flatMap(({ name, type, input }) =>
    fc.sample(inputArbitrary(input), callsEach).map((value) => {
      const json = JSON.stringify(value) ?? '';
      const path = `/trpc/${name}`;
      if (type === 'mutation') return { method: 'POST', path, body: json };
      return { method: 'GET', path: json ? `${path}?input=${encodeURIComponent(json)}` : path };
    }),
  );
}

/** A route of an app, such as `{ method: 'GET', url: '/api/people/:employeeId/week.ics' }`. */
export interface Route {
  method: string;
  url: string;
}

/** Builds a Fastify app and records every route that is added to it, also by plugins. */
export async function recordRoutes<App>(build: () => Promise<App>): Promise<{ app: App; routes: Route[] }> {
  const routes: Route[] = [];
  const onRoute = (route: { method: string | string[]; url: string }) => {
    for (const method of [route.method].flat()) routes.push({ method, url: route.url });
  };
  // Fastify publishes each new app in this channel.
  const onApp = (message: unknown) => {
    const { fastify } = message as { fastify: { addHook(name: 'onRoute', hook: typeof onRoute): void } };
    fastify.addHook('onRoute', onRoute);
  };
  subscribe('fastify.initialization', onApp);
  try {
    return { app: await build(), routes };
  } finally {
    unsubscribe('fastify.initialization', onApp);
  }
}

/** A SQL statement anywhere in a text. */
const SQL =
  /Failed query|\bselect\s[^\n]*\sfrom\s|\binsert\s+into\s|\bdelete\s+from\s|\bupdate\s+\S+\s+set\s|\\?"params\\?"|params:/i;

/**
 * Finds internals that an answer or a log line must not contain: SQL, Postgres's address and these
 * secrets. Returns their names; empty if there are none.
 */
export function findLeaks(text: string, databaseUrl: string, secrets: Record<string, string>): string[] {
  const { host, port, password } = new URL(databaseUrl);
  const hidden: Record<string, string> = { ...secrets, password, host, 'url of the database': databaseUrl };
  const leaks = Object.keys(hidden).filter((name) => hidden[name] && text.includes(String(hidden[name])));
  if (new RegExp(`(?<![\\w.-])${port}(?![\\w-])`).test(text)) leaks.push('the database’s port');
  const [sql] = SQL.exec(text) ?? [];
  return sql === undefined ? leaks : [...leaks, `SQL: ${sql.slice(0, 80)}`];
}

/**
 * Captures the output that this process prints outside of its log. Returns a function that stops
 * and returns it.
 */
export function captureOutput(): () => string {
  const output: string[] = [];
  const restore: (() => void)[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const { write } = stream;
    stream.write = ((chunk: string | Uint8Array) => {
      output.push(String(chunk));
      return true;
    }) as typeof write;
    restore.push(() => {
      stream.write = write;
    });
  }
  for (const level of ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const) {
    const print = console[level];
    console[level] = (...values: unknown[]) => {
      output.push(
        `${values.map((value) => (value instanceof Error ? inspect(value) : String(value))).join(' ')}\n`,
      );
    };
    restore.push(() => {
      console[level] = print;
    });
  }
  return () => {
    for (const undo of restore) undo();
    return output.join('');
  };
}

/** Inputs that are not valid HTTP, or that Node refuses before an app gets them. */
export const MALFORMED_REQUESTS: Record<string, string> = {
  'a line without sense': 'nothing of HTTP\r\n\r\n',
  'another version': 'GET / HTTP/9.9\r\n\r\n',
  'the start of TLS': '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n',
  'a NUL in the address': 'GET /\u0000 HTTP/1.1\r\nHost: a\r\n\r\n',
  'a NUL in a header': 'GET / HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n',
  'a header without a colon': 'GET / HTTP/1.1\r\nHost: a\r\npassword\r\n\r\n',
  'two lengths': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'a length that is none': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n',
  'length and chunks':
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'headers of 100 kB': `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
};

/** Sends a text to an app unchanged and returns all output until the app closes the connection. */
export async function sendRaw(port: number, request: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  // An app that refuses a request may close the connection before the whole request is sent.
  socket.on('error', () => {});
  socket.write(request, 'latin1');
  return await text(socket).catch(() => '');
}

/**
 * Names the commit that is checked out in a folder, with a `+` if files there differ from it: a proof prints it with its
 * figures, so that they can be told from those of another version.
 */
export function commitUnderTest(folder = process.cwd()): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') ? '+' : ''}`;
  } catch {
    return 'no commit';
  }
}
