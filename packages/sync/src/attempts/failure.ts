import { type FailureKind, postgresError } from '@scheduler/db';

/** Why an attempt failed, with the sentence for a person. */
export interface Failure {
  kind: FailureKind;
  reason: string;
  /** Crossmark's own `Retry-After`. */
  retryAfterMs?: number | undefined;
}

/**
 * Classes of Postgres' errors that a value causes: data exception, integrity violation, limit of
 * the program.
 */
const REFUSALS = /^(22|23|54)/;

/**
 * Whether Postgres refused a value, or our own code couldn't work with one: the same would happen
 * again.
 */
export function isRefusal(error: unknown): boolean {
  const refused = postgresError(error);
  if (refused) return refused.severity === 'ERROR' && REFUSALS.test(refused.code);
  return error instanceof TypeError || error instanceof RangeError;
}
