import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from './schema/index.ts';

/** Queries over the whole schema. */
export type Db = PostgresJsDatabase<typeof schema>;
/** A transaction's queries: what is written through it is there for all or for nobody. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];
/** For functions that may run inside a caller's transaction or alone. */
export type Executor = Db | Tx;

/** A pool and the typed queries over it. */
export interface Database {
  db: Db;
  /** The driver, for LISTEN and streaming. Timestamps come from it as Postgres writes them, not as instants. */
  sql: postgres.Sql;
  /** Waits for running queries (5 s at most), then closes every connection. */
  close(): Promise<void>;
}

/** Opens a pool lazily: nothing is sent before the first query, and a lost connection is opened again by the next. */
export function connect(url: string, options: { max?: number; applicationName?: string } = {}): Database {
  const sql = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: options.applicationName ?? 'crossmark-scheduler' },
  });
  const db = drizzle(sql, { schema, casing: 'snake_case' });
  return { db, sql, close: () => sql.end({ timeout: 5 }) };
}
