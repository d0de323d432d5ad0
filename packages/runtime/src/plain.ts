import { loggedError, redactInternals } from './errors.ts';

const SECRET_NAME =
  /pass(word|wd|phrase)?$|secret|token|cookie|authorization|api[-_]?key|phpsessid|session[-_]?id/i;

/** Whether a field of this name holds a secret, such as a password or a cookie. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** The field with the parameters of a failed statement. */
const PARAMETERS = 'params';
const REDACTED = '[redacted]';
const UNREADABLE = '[can’t be read]';

const LONGEST_TEXT = 2_000;
const LONGEST_STACK = 8_000;
const LONGEST_NAME = 100;
const MAX_DEPTH = 6;
/** Fields of one object, or elements of one list. */
const MAX_FIELDS = 50;
/** Limits of one log call. */
const MAX_VALUES = 500;
const MAX_CHARACTERS = 32_000;

/** The values and characters that one line may still take. */
interface Budget {
  values: number;
  characters: number;
}

/** A new budget for one line. */
export const newBudget = (): Budget => ({ values: MAX_VALUES, characters: MAX_CHARACTERS });

/** Whether a value is an error; false if the check itself throws. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

/**
 * Copies a value into texts, numbers, booleans, lists and plain objects, limited in size and depth
 * and without secrets. Never throws; a part that can't be read becomes a text that says so. An
 * object of any other class becomes its class name, because it may hold connections, buffers or
 * addresses with passwords.
 */
export function toPlain(value: unknown, budget: Budget): unknown {
  return plainAt(value, budget, 0);
}

function plainAt(value: unknown, budget: Budget, depth: number): unknown {
  if (budget.values-- <= 0) return '…';
  try {
    if (typeof value === 'string') return plainText(value, LONGEST_TEXT, budget);
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (value === null || value === undefined || typeof value === 'boolean') return value;
    if (typeof value === 'function') return '[function]';
    if (typeof value !== 'object') return shorten(String(value), LONGEST_TEXT, budget);
    if (value instanceof Error) return plainError(value, budget, depth);
    if (value instanceof Date) return value.toJSON() ?? 'Invalid Date';
    if (depth >= MAX_DEPTH) return '…';
    if (Array.isArray(value)) return plainList(value, budget, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return plainFields(value, budget, depth);
    return `[${shorten(String(value.constructor.name), LONGEST_NAME, budget)}]`;
  } catch {
    return UNREADABLE;
  }
}

function plainList(list: readonly unknown[], budget: Budget, depth: number): unknown[] {
  const { length } = list;
  const values: unknown[] = [];
  for (let index = 0; index < Math.min(length, MAX_FIELDS) && budget.values > 0; index++) {
    values.push(plainAt(read(list, index), budget, depth + 1));
  }
  if (length > values.length) values.push(`… ${length - values.length} more`);
  return values;
}

function plainFields(fields: object, budget: Budget, depth: number): object {
  const names = Object.keys(fields);
  const entries: [string, unknown][] = [];
  for (const name of names.slice(0, MAX_FIELDS)) {
    if (budget.values <= 0) break;
    const isHidden = name === PARAMETERS || isSecretName(name);
    const value = isHidden ? REDACTED : plainAt(read(fields, name), budget, depth + 1);
    // pino calls methods such as toString on an object, so a field must not replace one.
    entries.push([name in Object.prototype ? `${name}_` : shorten(name, LONGEST_NAME, budget), value]);
  }
  if (names.length > entries.length) entries.push(['…', `${names.length - entries.length} more`]);
  return Object.fromEntries(entries);
}

function plainError(error: Error, budget: Budget, depth: number): object {
  const { stack, ...fields } = loggedError(error);
  return { ...plainFields(fields, budget, depth), stack: shorten(String(stack), LONGEST_STACK, budget) };
}

/** Reads a property; a getter that throws yields a text that says so. */
function read(from: object, name: string | number): unknown {
  try {
    return (from as Record<string | number, unknown>)[name];
  } catch {
    return UNREADABLE;
  }
}

function plainText(text: string, longest: number, budget: Budget): string {
  return shorten(redactInternals(text.slice(0, longest + 1)), longest, budget);
}

/** Shortens a text to `longest` and to the rest of the budget, which it uses up. */
function shorten(text: string, longest: number, budget: Budget): string {
  const maxLength = Math.min(longest, Math.max(budget.characters, 0));
  budget.characters -= Math.min(text.length, maxLength);
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '')}…`;
}
