import { fileURLToPath } from 'node:url';
import { errorText } from '@scheduler/runtime';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { runMigrations } from 'graphile-worker';
import { connectOnce } from './connect.ts';
import { postgresError } from './errors.ts';
import { LOCKS } from './locks.ts';
import { primaryOf, urlAt } from './primary.ts';
import { grantAhead, grantToApp, ROLES } from './roles.ts';
import { postgresAddress } from './tls.ts';

/** Where this version's migrations are; images have them at the same place beside the bundle. */
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

/** The account may not migrate. The message says why, and which account may. */
export class MigrateError extends Error {
  override readonly name = 'MigrateError';
}

/**
 * Brings a database to this version: our tables and graphile-worker's. Safe to call from several
 * processes at once and again at any time. Nothing else changes the schema, and the apps' own role
 * may not. The account must own the database and everything in it.
 * @throws {MigrateError} it may not do that
 */
export async function migrate(url: string): Promise<void> {
  const sql = connectOnce(url);
  try {
    await sql`select pg_advisory_lock(${LOCKS.migrations})`;
    await sql.begin(grantAhead);
    await applyMigrations(drizzle(sql), {
      migrationsFolder: MIGRATIONS,
    });
    await runMigrations({ connectionString: await pgUrlOf(url) });
    // graphile-worker has no index of running and failed jobs. Without this one, a query for them
    // would read all waiting jobs.
    await sql`
      create index if not exists jobs_unavailable
      on graphile_worker._private_jobs (task_id) where is_available = false`;
    await sql.begin(grantToApp);
  } catch (error) {
    if (postgresError(error)?.code !== '42501') throw error;
    const [me] = await sql<{ name: string }[]>`select current_user as name`;
    throw new MigrateError(
      `${me?.name} may not migrate this database (${errorText(error)}). Run migrations as ${ROLES.migrator}, or as the account that owns the database and all that is in it; node dist/roles.js (pnpm db:roles) makes that role and hands everything over to it.`,
      { cause: error },
    );
  } finally {
    await sql.end();
  }
}

/** The URL of the host that takes writes, for pg. */
async function pgUrlOf(address: string): Promise<string> {
  const { pgUrl } = postgresAddress(address);
  const place = await primaryOf(address)?.place();
  return place ? urlAt(pgUrl, place) : pgUrl;
}
