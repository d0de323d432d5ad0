/** Finds what Postgres itself said about an error, anywhere in the chain of its causes. */
export function postgresError(
  error: unknown,
): { code: string; severity: string; constraint: string | undefined } | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('severity' in cause && 'code' in cause) {
      const constraint = 'constraint_name' in cause ? String(cause.constraint_name) : undefined;
      return { code: String(cause.code), severity: String(cause.severity), constraint };
    }
  }
  return undefined;
}

/**
 * Whether Postgres refused a statement or a transaction, so that nothing of it was kept. An error
 * that ended the connection (FATAL) doesn't prove that, because the statement may have been carried
 * out just before.
 */
export const isRolledBack = (error: unknown): boolean => postgresError(error)?.severity === 'ERROR';

/**
 * Whether the connection to Postgres failed or ended, so that a later attempt may succeed. Errors
 * of connections have a code, as those of Node and of the driver; a fault of the program has none.
 */
export function isConnectionLost(error: unknown): boolean {
  if (isRolledBack(error)) return false;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return true;
  }
  return false;
}
