import { cleanText } from './text.ts';

/** A statement that failed, as Drizzle throws it: its message repeats the statement and all that it was given. */
interface FailedQuery extends Error {
  query: string;
  params: readonly unknown[];
}

const isFailedQuery = (error: Error): error is FailedQuery => 'query' in error && 'params' in error;

/** An error that Postgres answered with, whichever driver read it. */
const isFromPostgres = (error: Error): error is Error & { code: string } =>
  'severity' in error && 'code' in error;

/** Messages of these classes quote what was given (data exception) or who may come in from where (authorization). */
const QUOTING = /^(?:22|28)/;
const withoutQuoted = (error: Error & { code: string }) =>
  QUOTING.test(error.code) ? error.message.replace(/"[\s\S]*"/, '"…"') : error.message;

/** Where a connection that failed led, as Node and the drivers write it: `connect ECONNREFUSED 10.0.0.5:5432`. */
const PLACE =
  /\b((?:connect|write) [A-Z][A-Z_]+) (?=[^\s"\\]*[.:/])[^\s"\\]+|\b(getaddrinfo [A-Z][A-Z_]+) [^\s"\\]+/g;

/** A text without the addresses of connections that failed. */
export const withoutPlaces = (text: string): string => text.replace(PLACE, '$1$2');

/** What a failed statement is called where its own message would stand. */
const STATEMENT_FAILED = 'A statement failed.';

/** A statement in a text that was put together by hand. It reaches to the end of the text, or to where a stack begins. */
const STATEMENT = /Failed query:[\s\S]*?(?=\n +at (?:async |new |file:|node:|\/|[\w.<>[\] ]+ \()|$)/g;

/** A text that anybody put together, without statements (and what they were given) and without addresses inside. */
export const withoutInsides = (text: string): string =>
  withoutPlaces(text.replace(STATEMENT, STATEMENT_FAILED));

/**
 * What an error says, as one clean line that may be stored and shown: no statement is in it, nothing of the values that one was
 * given, and no address inside.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error))
    return withoutInsides(cleanText(String(error))) || 'An error without a message.';
  // The reason stands below it.
  if (isFailedQuery(error)) return error.cause ? errorText(error.cause) : STATEMENT_FAILED;
  if (isFromPostgres(error)) return cleanText(`${withoutQuoted(error)} (${error.code})`);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return cleanText(textWithout(error.message, error)) || code || error.name;
}

/**
 * A text about an error, without what is inside: where it quotes the message of a failed statement, what Postgres said of it stands
 * instead; values that Postgres quotes and addresses are left out.
 */
export function textWithout(text: string, error: Error): string {
  let clean = text;
  const seen = new Set<unknown>();
  for (let at: unknown = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    if (isFailedQuery(at)) {
      clean = clean.replaceAll(at.message, at.cause ? errorText(at.cause) : STATEMENT_FAILED);
    } else if (isFromPostgres(at)) clean = clean.replaceAll(at.message, withoutQuoted(at));
  }
  return withoutInsides(clean);
}

/** Fields of an error that repeat values of the rows or parameters that it is about, or say where a connection led. */
const TELLING_FIELDS = [
  ...['detail', 'where', 'hint', 'query', 'internal_query', 'internalQuery'],
  ...['address', 'host', 'hostname', 'port'],
];

/** What is logged of an error: its kind, its text and stack, and the plain fields that tell of nothing inside. */
export function loggedError(error: Error): Record<string, string | number | boolean> {
  const fields = Object.entries(error).filter(
    ([name, value]) =>
      ['string', 'number', 'boolean'].includes(typeof value) && !TELLING_FIELDS.includes(name),
  );
  const stacks: string[] = [];
  const seen = new Set<unknown>();
  for (let at: unknown = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    stacks.push(textWithout(at.stack ?? '', at));
  }
  return {
    ...Object.fromEntries(fields),
    type: error.constructor.name || error.name,
    message: errorText(error),
    stack: stacks.join('\ncaused by: '),
  };
}
