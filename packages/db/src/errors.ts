/** Postgres' own code and constraint of an error, wherever in the chain of causes it stands. */
export function postgresError(error: unknown): { code: string; constraint: string | undefined } | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('severity' in cause && 'code' in cause) {
      const constraint = 'constraint_name' in cause ? String(cause.constraint_name) : undefined;
      return { code: String(cause.code), constraint };
    }
  }
  return undefined;
}

/** Whether Postgres itself refused a statement or a transaction, so that nothing of it was kept. */
export const isRolledBack = (error: unknown): boolean => postgresError(error) !== undefined;
