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

/** Fields of an error of Postgres that repeat values of the rows or parameters that it is about. */
const TELLING_FIELDS = ['detail', 'where', 'hint', 'internal_query', 'internalQuery', 'parameters', 'args'];

/** Messages of the class "data exception" quote the value that was wrong. */
const withoutQuoted = (error: Error & { code: string }) =>
  error.code.startsWith('22') ? error.message.replace(/"[\s\S]*"/, '"…"') : error.message;

/**
 * What an error says, as one clean line that may be stored and shown: nothing of the values that a failed statement was
 * given is in it.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return cleanText(String(error)) || 'An error without a message.';
  // The reason stands below it.
  if (isFailedQuery(error)) return error.cause ? errorText(error.cause) : 'A statement failed.';
  if (isFromPostgres(error)) return cleanText(`${withoutQuoted(error)} (${error.code})`);
  return cleanText(withoutValues(error.message, error)) || error.name;
}

/**
 * A text about an error, without the values that statements below it were given: wherever a message quotes the one of a
 * failed statement, the part with the values goes.
 */
export function withoutValues(text: string, error: Error): string {
  let clean = text;
  const seen = new Set<unknown>();
  for (let at: unknown = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    if (isFailedQuery(at)) clean = clean.replaceAll(`\nparams: ${at.params}`, '\nparams: [redacted]');
    else if (isFromPostgres(at)) clean = clean.replaceAll(at.message, withoutQuoted(at));
  }
  return clean;
}

/** The fields that an error is logged with, without those that repeat values; see {@link withoutValues} for its texts. */
export function withoutTellingFields<T extends object>(error: T): T {
  if (!('severity' in error)) return error;
  return Object.fromEntries(Object.entries(error).filter(([key]) => !TELLING_FIELDS.includes(key))) as T;
}
