import { coalesce, errorText } from '@scheduler/runtime';
import { sql } from 'drizzle-orm';
import journal from '../migrations/meta/_journal.json' with { type: 'json' };
import { type Db, memoizeByDb, transactLocally } from './connect.ts';
import { postgresError } from './errors.ts';

/**
 * When the newest migration of this version was made; a database may be newer than that, see
 * docs/operations.md.
 */
const NEWEST = Math.max(...journal.entries.map(({ when }) => when));
/** The newest migration of graphile-worker as it is installed here. */
export const NEWEST_OF_QUEUE = 20;
/**
 * A schema that was current counts as current for so long. It can become older only if an older
 * backup is restored.
 */
const CURRENT_FOR_MS = 5_000;

/** The sentence with which requests are refused while {@link schemaIsBehind}. */
export const SCHEMA_BEHIND =
  'The database is behind this version of the scheduler, so nothing was read or saved. Try again in a minute; if it stays like this, an admin runs the migrations (node dist/migrate.js or pnpm db:migrate).';

const BEHIND =
  'The database is behind this version: run the migrations (node dist/migrate.js or pnpm db:migrate).';
const UNDEFINED_TABLE = '42P01';
const UNDEFINED_SCHEMA = '3F000';
const READ_ONLY = '25006';
const LOCK_NOT_AVAILABLE = '55P03';
const NOT_ALLOWED = '42501';
const DISK_FULL = '53100';

/**
 * Says in sentences why this version can't work with its database right now; empty if it can.
 * Attempts a write. Anybody may read the sentences, so the reason why the database doesn't answer,
 * which may contain its name, only goes to `log`.
 */
export async function databaseReasons(
  db: Db,
  log?: { warn(what: object, line: string): void },
): Promise<string[]> {
  try {
    if (await looking(db)()) return [BEHIND];
    await tryWrite(db);
    return [];
  } catch (error) {
    const said = postgresError(error);
    if (!said) {
      log?.warn({ err: error }, 'the database does not answer');
      return ['The database does not answer.'];
    }
    if (said.code === READ_ONLY) {
      return ['The database takes no writes: it is read-only. Nothing can be saved until that ends.'];
    }
    if (said.code === DISK_FULL) {
      return ['The database takes no writes: its disk is full. Nothing can be saved until there is room.'];
    }
    return [`The database takes no writes: ${errorText(error)}`];
  }
}

/**
 * Whether the database lacks migrations of this version, so that no statement may rely on its
 * tables. This is asked before each request. A current schema counts as current for some seconds;
 * one that is behind is checked again each time. Throws if the database doesn't answer.
 */
export const schemaIsBehind = (db: Db): Promise<boolean> => isBehind(db)();

/** Concurrent checks, which anybody may request, share one connection. */
const looking = memoizeByDb((db) => coalesce(() => readIsBehind(db)));

const isBehind = memoizeByDb((db) => {
  const look = looking(db);
  let currentUntilMs = 0;
  return async () => {
    if (performance.now() < currentUntilMs) return false;
    const behind = await look();
    if (!behind) currentUntilMs = performance.now() + CURRENT_FOR_MS;
    return behind;
  };
});

async function readIsBehind(db: Db): Promise<boolean> {
  try {
    const [row] = await db.execute<{ at: string | null; queue: number | null }>(sql`
      select (select max(created_at) from drizzle.__drizzle_migrations) as at,
        (select max(id) from graphile_worker.migrations) as queue`);
    return Number(row?.at ?? 0) < NEWEST || Number(row?.queue ?? 0) < NEWEST_OF_QUEUE;
  } catch (error) {
    const code = postgresError(error)?.code;
    if (code === UNDEFINED_TABLE || code === UNDEFINED_SCHEMA) return true;
    throw error;
  }
}

/** Concurrent checks share one write. */
const writing = memoizeByDb((db) => coalesce(() => write(db)));
const tryWrite = (db: Db): Promise<void> => writing(db)();

/**
 * Writes a row and commits it. The table is emptied first: so it gets a new file, which needs space
 * on the disk, while a row that replaces another one might need none. As long as somebody reads the
 * table, for example a backup, it can't be emptied; then a row is added to it. No standby is waited
 * for: while it is away, people still read.
 */
async function write(db: Db): Promise<void> {
  const insert = sql`insert into write_checks (at) values (app_now())`;
  try {
    await transactLocally(db, async (tx) => {
      await tx.execute(sql`set local lock_timeout = '1s'`);
      await tx.execute(sql`truncate write_checks`);
      await tx.execute(insert);
    });
  } catch (error) {
    const code = postgresError(error)?.code;
    if (code !== LOCK_NOT_AVAILABLE && code !== NOT_ALLOWED) throw error;
    await transactLocally(db, (tx) => tx.execute(insert));
  }
}
