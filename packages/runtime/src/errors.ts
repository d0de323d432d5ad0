import { cleanText } from './text.ts';

/**
 * Drizzle's error for a failed statement. Its message contains the statement and its parameters.
 */
interface FailedQuery extends Error {
  query: string;
  params: readonly unknown[];
}

const isFailedQuery = (error: Error): error is FailedQuery => 'query' in error && 'params' in error;

/** Whether Postgres sent an error, whichever driver read it. */
const isFromPostgres = (error: Error): error is Error & { code: string } =>
  'severity' in error && 'code' in error;

/**
 * Error classes whose messages quote values (data exception), or users and addresses
 * (authorization).
 */
const QUOTING_CLASSES = /^(?:22|28)/;
const redactQuoted = (error: Error & { code: string }) =>
  QUOTING_CLASSES.test(error.code) ? error.message.replace(/"[\s\S]*"/, '"…"') : error.message;

/**
 * The address of a failed connection in Node's and the drivers' form: `connect ECONNREFUSED
 * 10.0.0.5:5432`.
 */
const CONNECTION_ADDRESS =
  /\b((?:connect|write) [A-Z][A-Z_]+) (?=[^\s"\\]*[.:/])[^\s"\\]+|\b(getaddrinfo [A-Z][A-Z_]+) [^\s"\\]+/g;

/** Replaces the message of a failed statement. */
const STATEMENT_FAILED = 'A statement failed.';

/** A statement within another text. It ends with the text, or where a stack trace begins. */
const STATEMENT = /Failed query:[\s\S]*?(?=\n +at (?:async |new |file:|node:|\/|[\w.<>[\] ]+ \()|$)/g;

/** The beginning of the token of a calendar feed, by which it is recognized in any text. */
export const FEED_TOKEN_PREFIX = 'calfeed_';

/** The token of a calendar feed, which is the only secret that is part of an address. */
const FEED_TOKEN = /calfeed_[\w-]+/gi;

/** Longer texts are cut before the expressions above run; no code stores or shows more. */
const LONGEST_REDACTED = 20_000;

/**
 * Removes statements, their parameters, the addresses of connections and the tokens of calendar
 * feeds from any text.
 */
export const redactInternals = (text: string): string =>
  text
    .slice(0, LONGEST_REDACTED)
    .replace(STATEMENT, STATEMENT_FAILED)
    .replace(CONNECTION_ADDRESS, '$1$2')
    .replace(FEED_TOKEN, `${FEED_TOKEN_PREFIX}[redacted]`);

const MAX_CAUSES = 10;

/** An error and its chain of causes, at most {@link MAX_CAUSES} in total. */
function withCauses(error: Error): Error[] {
  const chain: Error[] = [];
  let next: unknown = error;
  while (next instanceof Error && !chain.includes(next) && chain.length < MAX_CAUSES) {
    chain.push(next);
    next = next.cause;
  }
  return chain;
}

function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return '';
  }
}

/**
 * The message of an error as one clean line that may be stored and shown, without statements, their
 * parameters and addresses.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error))
    return redactInternals(cleanText(textOf(error))) || 'An error without a message.';
  if (isFailedQuery(error)) {
    // The cause has the reason.
    const reason = withCauses(error).find((cause) => !isFailedQuery(cause));
    return reason ? errorText(reason) : STATEMENT_FAILED;
  }
  if (isFromPostgres(error)) return cleanText(`${redactQuoted(error)} (${error.code})`);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return cleanText(redactErrorText(error.message, error)) || code || error.name;
}

/**
 * Redacts a text about an error. The message of a failed statement is replaced by Postgres's
 * reason; quoted values and addresses are removed.
 */
export function redactErrorText(text: string, error: Error): string {
  let clean = text;
  for (const cause of withCauses(error)) {
    if (isFailedQuery(cause)) clean = clean.replaceAll(cause.message, errorText(cause));
    else if (isFromPostgres(cause)) clean = clean.replaceAll(cause.message, redactQuoted(cause));
  }
  return redactInternals(clean);
}

/** Fields of an error that repeat values of rows or parameters, or the address of a connection. */
const REDACTED_FIELDS = [
  ...['detail', 'where', 'hint', 'query', 'internal_query', 'internalQuery'],
  ...['address', 'host', 'hostname', 'port'],
];

/**
 * The parts of an error that are logged: type, redacted message and stack, and its harmless fields.
 */
export function loggedError(error: Error): Record<string, string | number | boolean> {
  const fields = Object.entries(error).filter(
    ([name, value]) =>
      ['string', 'number', 'boolean'].includes(typeof value) && !REDACTED_FIELDS.includes(name),
  );
  const stacks = withCauses(error).map((cause) => redactErrorText(cause.stack ?? '', cause));
  return {
    ...Object.fromEntries(fields),
    type: error.constructor.name || error.name,
    message: errorText(error),
    stack: stacks.join('\ncaused by: '),
  };
}
