import { pgTable } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/**
 * What readiness writes to find out whether the database takes writes, see `ready.ts`. Nobody reads
 * it.
 */
export const writeChecks = pgTable('write_checks', { at: instant().notNull() });
