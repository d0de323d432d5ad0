import { pgTable } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/**
 * A row that the readiness check writes to find out whether the database accepts writes, see
 * `ready.ts`. It is never read.
 */
export const writeChecks = pgTable('write_checks', { at: instant().notNull() });
