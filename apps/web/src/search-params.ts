import { isDay } from '@scheduler/scheduling';

/*
 * Reads the parameters of addresses. The router parses `?q=5` as a number and `?ended=true` as a
 * boolean, and anybody may type anything: each function returns undefined for what it does not
 * accept.
 */

/** The parameters of an address, as the router hands them to `validateSearch`. */
export type RawSearch = Record<string, unknown>;

/** A change of an address's parameters; undefined takes one away. */
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
 * The accepted parameters of an address. A parameter that is undefined stays named: the router lays
 * this over the raw parameters, where one that is not named would come through unseen. Addresses
 * leave it out.
 */
export function parsedSearch<Search extends object>(
  search: Search,
): { [Key in keyof Search]?: NonNullable<Search[Key]> } {
  return search as never;
}
