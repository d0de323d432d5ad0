import { sql } from 'drizzle-orm';
import journal from '../migrations/meta/_journal.json' with { type: 'json' };
import type { Db } from './connect.ts';

/** When the newest migration of this version was made; a database may be newer than that, see docs/operations.md. */
const NEWEST = Math.max(...journal.entries.map(({ when }) => when));

/** Why this version can't work with its database right now, in sentences; empty where it can. */
export async function databaseReasons(db: Db): Promise<string[]> {
  try {
    const [row] = await db.execute<{ at: string | null }>(
      sql`select max(created_at) as at from drizzle.__drizzle_migrations`,
    );
    return Number(row?.at ?? 0) >= NEWEST ? [] : [BEHIND];
  } catch (error) {
    const code = error instanceof Error && error.cause && (error.cause as { code?: string }).code;
    return [code === UNDEFINED_TABLE || code === UNDEFINED_SCHEMA ? BEHIND : 'The database does not answer.'];
  }
}

const BEHIND =
  'The database is behind this version: run the migrations (node dist/migrate.js or pnpm db:migrate).';
const UNDEFINED_TABLE = '42P01';
const UNDEFINED_SCHEMA = '3F000';
