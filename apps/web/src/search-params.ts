import { isDay } from '@scheduler/scheduling';

/*
 * Reads the parameters of addresses. The router parses `?q=5` as a number and `?ended=true` as a
 * boolean, and users can type any value. Each function returns undefined for a value that it does
 * not accept.
 */

/** The parameters of an address, as the router passes them to `validateSearch`. */
export type RawSearch = Record<string, unknown>;

/** A change of an address's parameters; undefined removes one. */
export type SearchChange<Search> = { [Key in keyof Search]?: Search[Key] | undefined };

export function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A row's id: a positive integer. */
export function id(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** A day, as `2026-01-05`. */
export function day(value: unknown): string | undefined {
  return typeof value === 'string' && isDay(value) ? value : undefined;
}

/** A month, as `2026-01`. */
export function month(value: unknown): string | undefined {
  return typeof value === 'string' && day(`${value}-01`) ? value : undefined;
}

export function oneOf<Value extends string>(values: readonly Value[], value: unknown): Value | undefined {
  return values.find((each) => each === value);
}

/** One of an object's keys. */
export function keyOf<Key extends string>(object: Record<Key, unknown>, value: unknown): Key | undefined {
  return typeof value === 'string' && Object.hasOwn(object, value) ? (value as Key) : undefined;
}

/**
 * The accepted parameters of an address. An undefined parameter keeps its key. The router merges
 * this object over the raw parameters, so a missing key would let the raw value through. Addresses
 * omit undefined parameters.
 */
export function parsedSearch<Search extends object>(
  search: Search,
): { [Key in keyof Search]?: NonNullable<Search[Key]> } {
  return search as never;
}
