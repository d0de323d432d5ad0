import { loggedError, withoutInsides } from './errors.ts';

const SECRET_NAME =
  /pass(word|wd|phrase)?$|secret|token|cookie|authorization|api[-_]?key|phpsessid|session[-_]?id/i;

/** Whether what stands under a name is a secret, wherever it stands: a password, a cookie and the like. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** What a failed query was given. */
const PARAMETERS = 'params';
const REDACTED = '[redacted]';
const UNREADABLE = '[can’t be read]';

const LONGEST_TEXT = 2_000;
const LONGEST_STACK = 8_000;
const LONGEST_NAME = 100;
const DEEPEST = 6;
/** Fields of one object, or elements of one list. */
const MOST_FIELDS = 50;
/** Of all that one call is given. */
const MOST_VALUES = 500;
const MOST_CHARACTERS = 32_000;

/** What is left of the bounds of one line. */
interface Left {
  values: number;
  characters: number;
}

/** The bounds of one line, for several values in it. */
export const newBounds = (): Left => ({ values: MOST_VALUES, characters: MOST_CHARACTERS });

/** Whether something is an error, also where asking throws. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

/**
 * A copy of anything, made of texts, numbers, booleans, lists and plain objects, bounded in size and depth and without
 * secrets. It never throws: what can't be read says so. An object of any other class is left as its class's name, for it may
 * hold connections, buffers or addresses with passwords.
 */
export function plain(value: unknown, left: Left): unknown {
  return plainAt(value, left, 0);
}

function plainAt(value: unknown, left: Left, depth: number): unknown {
  if (left.values-- <= 0) return '…';
  try {
    if (typeof value === 'string') return plainText(value, LONGEST_TEXT, left);
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (value === null || value === undefined || typeof value === 'boolean') return value;
    if (typeof value === 'function') return '[function]';
    if (typeof value !== 'object') return bounded(String(value), LONGEST_TEXT, left);
    if (value instanceof Error) return plainError(value, left, depth);
    if (value instanceof Date) return value.toJSON() ?? 'Invalid Date';
    if (depth >= DEEPEST) return '…';
    if (Array.isArray(value)) return plainList(value, left, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return plainFields(value, left, depth);
    return `[${bounded(String(value.constructor.name), LONGEST_NAME, left)}]`;
  } catch {
    return UNREADABLE;
  }
}

function plainList(list: readonly unknown[], left: Left, depth: number): unknown[] {
  const { length } = list;
  const shown: unknown[] = [];
  for (let at = 0; at < Math.min(length, MOST_FIELDS) && left.values > 0; at++) {
    shown.push(plainAt(read(list, at), left, depth + 1));
  }
  if (length > shown.length) shown.push(`… ${length - shown.length} more`);
  return shown;
}

function plainFields(fields: object, left: Left, depth: number): object {
  const names = Object.keys(fields);
  const shown: [string, unknown][] = [];
  for (const name of names.slice(0, MOST_FIELDS)) {
    if (left.values <= 0) break;
    const hidden = name === PARAMETERS || isSecretName(name);
    const value = hidden ? REDACTED : plainAt(read(fields, name), left, depth + 1);
    // pino asks objects by their own methods.
    shown.push([name in Object.prototype ? `${name}_` : bounded(name, LONGEST_NAME, left), value]);
  }
  if (names.length > shown.length) shown.push(['…', `${names.length - shown.length} more`]);
  return Object.fromEntries(shown);
}

function plainError(error: Error, left: Left, depth: number): object {
  const { stack, ...fields } = loggedError(error);
  return { ...plainFields(fields, left, depth), stack: bounded(String(stack), LONGEST_STACK, left) };
}

/** A property, whatever its getter does. */
function read(from: object, name: string | number): unknown {
  try {
    return (from as Record<string | number, unknown>)[name];
  } catch {
    return UNREADABLE;
  }
}

/** A text of anybody's, without statements and addresses inside. */
function plainText(text: string, longest: number, left: Left): string {
  return bounded(withoutInsides(text.slice(0, longest + 1)), longest, left);
}

function bounded(text: string, longest: number, left: Left): string {
  const most = Math.min(longest, Math.max(left.characters, 0));
  left.characters -= Math.min(text.length, most);
  if (text.length <= most) return text;
  return `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`;
}
