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

/** What a failed statement is called where its own message would stand. */
const STATEMENT_FAILED = 'A statement failed.';

/** A statement in a text that was put together by hand. It reaches to the end of the text, or to where a stack begins. */
const STATEMENT = /Failed query:[\s\S]*?(?=\n +at (?:async |new |file:|node:|\/|[\w.<>[\] ]+ \()|$)/g;

/** The expressions above meet no longer text; nothing keeps or shows more of one. */
const LONGEST_READ = 20_000;

/** A text that anybody put together, without statements (and what they were given) and without addresses inside. */
export const withoutInsides = (text: string): string =>
  text.slice(0, LONGEST_READ).replace(STATEMENT, STATEMENT_FAILED).replace(PLACE, '$1$2');

const MOST_CAUSES = 10;

/** An error, its cause, that one's cause and so on: the first ten. */
function withCauses(error: Error): Error[] {
  const chain: Error[] = [];
  let at: unknown = error;
  while (at instanceof Error && !chain.includes(at) && chain.length < MOST_CAUSES) {
    chain.push(at);
    at = at.cause;
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
 * What an error says, as one clean line that may be stored and shown: no statement is in it, nothing of the values that one was
 * given, and no address inside.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error))
    return withoutInsides(cleanText(textOf(error))) || 'An error without a message.';
  if (isFailedQuery(error)) {
    // The reason stands below it.
    const reason = withCauses(error).find((cause) => !isFailedQuery(cause));
    return reason ? errorText(reason) : STATEMENT_FAILED;
  }
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
  for (const at of withCauses(error)) {
    if (isFailedQuery(at)) clean = clean.replaceAll(at.message, errorText(at));
    else if (isFromPostgres(at)) clean = clean.replaceAll(at.message, withoutQuoted(at));
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
  const stacks = withCauses(error).map((at) => textWithout(at.stack ?? '', at));
  return {
    ...Object.fromEntries(fields),
    type: error.constructor.name || error.name,
    message: errorText(error),
    stack: stacks.join('\ncaused by: '),
  };
}
