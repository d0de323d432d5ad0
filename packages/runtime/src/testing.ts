import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { z } from 'zod';

/** Text that programs have stumbled over. */
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
/** Any JSON value, hostile ones among them. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(...HOSTILE, null, true, 0, 1, 2, 3, -1, 0.5, 2 ** 31, 2 ** 53, 1e308),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** What of JSON Schema our inputs use. */
type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
};
/** What fields of some names may hold that are free text to the schema. */
type Special = Record<string, fc.Arbitrary<unknown>>;

/** Values of a schema's shape, each part of it now and then of any other. */
function shaped(name: string, schema: Schema, special: Special): fc.Arbitrary<unknown> {
  const right = (): fc.Arbitrary<unknown> => {
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => shaped(name, one, special)));
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.type === 'object') {
      const fields = Object.entries(schema.properties ?? {}).map(([key, one]) => [
        key,
        shaped(key, one, special),
      ]);
      return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
    }
    if (schema.type === 'array') return fc.array(shaped(name, schema.items ?? {}, special), { maxLength: 5 });
    if (schema.type === 'integer' || schema.type === 'number') return fc.integer({ min: 1, max: 4 });
    if (schema.type === 'boolean') return fc.boolean();
    if (special[name]) return special[name];
    return fc.constantFrom('2026-01-05T15:45:00.000Z', '2026-01-06', ...HOSTILE);
  };
  return fc.oneof({ weight: 12, arbitrary: right() }, { weight: 1, arbitrary: anything });
}

/** Inputs for a procedure: of its schema's shape with wrong parts in it, or anything at all. */
export function inputsOf(schema: z.ZodType | undefined, special: Special = {}): fc.Arbitrary<unknown> {
  if (!schema) return anything;
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  return fc.oneof(shaped('', json, special), anything);
}

/** A procedure of a tRPC router, as far as who calls it over HTTP needs to know it. */
export interface Procedure {
  name: string;
  type: 'query' | 'mutation' | 'subscription';
  input: z.ZodType | undefined;
}

/** The procedures of a router. */
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

/** So many calls of each procedure, with inputs of the right form and of wrong forms. */
export function callsOf(procedures: readonly Procedure[], inputs: number): TextRequest[] {
  return procedures.flatMap(({ name, type, input }) =>
    fc.sample(inputsOf(input), inputs).map((given) => {
      const json = JSON.stringify(given) ?? '';
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

/** Builds a Fastify app and collects every route that is added to it, by plugins too. */
export async function withRoutes<App>(build: () => Promise<App>): Promise<{ app: App; routes: Route[] }> {
  const routes: Route[] = [];
  const added = (route: { method: string | string[]; url: string }) => {
    for (const method of [route.method].flat()) routes.push({ method, url: route.url });
  };
  // Fastify publishes each app that is made here.
  const listen = (message: unknown) => {
    const { fastify } = message as { fastify: { addHook(name: 'onRoute', hook: typeof added): void } };
    fastify.addHook('onRoute', added);
  };
  subscribe('fastify.initialization', listen);
  try {
    return { app: await build(), routes };
  } finally {
    unsubscribe('fastify.initialization', listen);
  }
}

/** A statement of SQL, wherever in a text it stands. */
const SQL =
  /Failed query|\bselect\s[^\n]*\sfrom\s|\binsert\s+into\s|\bdelete\s+from\s|\bupdate\s+\S+\s+set\s|\\?"params\\?"|params:/i;

/**
 * What a text tells that an answer or a log line must not: SQL, where Postgres is, and these secrets, each by its name. Empty where it
 * tells nothing.
 */
export function insideTold(text: string, databaseUrl: string, secrets: Record<string, string>): string[] {
  const { host, port, password } = new URL(databaseUrl);
  const hidden: Record<string, string> = { ...secrets, password, host, 'url of the database': databaseUrl };
  const told = Object.keys(hidden).filter((name) => hidden[name] && text.includes(String(hidden[name])));
  if (new RegExp(`(?<![\\w.-])${port}(?![\\w-])`).test(text)) told.push('the database’s port');
  const [sql] = SQL.exec(text) ?? [];
  return sql === undefined ? told : [...told, `SQL: ${sql.slice(0, 80)}`];
}

/** Collects what a process prints by itself, beside its log. Call what is returned to end that; it gives what was printed. */
export function capturePrinted(): () => string {
  const printed: string[] = [];
  const restore: (() => void)[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const { write } = stream;
    stream.write = ((chunk: string | Uint8Array) => {
      printed.push(String(chunk));
      return true;
    }) as typeof write;
    restore.push(() => {
      stream.write = write;
    });
  }
  for (const level of ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const) {
    const print = console[level];
    console[level] = (...words: unknown[]) => {
      printed.push(
        `${words.map((word) => (word instanceof Error ? inspect(word) : String(word))).join(' ')}\n`,
      );
    };
    restore.push(() => {
      console[level] = print;
    });
  }
  return () => {
    for (const undo of restore) undo();
    return printed.join('');
  };
}

/** What is no request of HTTP, or one that Node refuses before an app sees it. */
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

/** Sends a text to an app as it is, and gives all that comes back until the app closes the connection. */
export async function sendRaw(port: number, request: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  // An app that has refused a request may close before all of it was sent.
  socket.on('error', () => {});
  socket.write(request, 'latin1');
  return await text(socket).catch(() => '');
}
