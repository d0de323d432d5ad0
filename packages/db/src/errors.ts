/** What Postgres itself said of an error, wherever in the chain of causes it stands. */
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
 * Whether Postgres refused a statement or a transaction, so that nothing of it was kept. One that
 * ended the connection (FATAL) doesn't say so: it may have been carried out just before.
 */
export const isRolledBack = (error: unknown): boolean => postgresError(error)?.severity === 'ERROR';
