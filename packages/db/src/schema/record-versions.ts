import { sql } from 'drizzle-orm';
import { pgSequence } from 'drizzle-orm/pg-core';

/**
 * Numbers the versions of rows that users delete and write anew for the same thing. Each number is
 * given once, so a version that somebody saw never stands for another row. It begins above what
 * earlier versions of this product counted up to in each row.
 */
export const recordVersions = pgSequence('record_versions', {
  startWith: 1_000_000,
  maxValue: 2_147_483_647,
});

/** SQL for the next number of {@link recordVersions}. */
export const nextVersion = sql`nextval('record_versions')`;
