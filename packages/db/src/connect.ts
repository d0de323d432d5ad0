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
  const db = drizzle(preparing(sql), { schema, casing: 'snake_case' });
  return { db, sql, close: () => sql.end({ timeout: 5 }) };
}

/** What there is one of for each database of a process, made when it is first asked for. */
export function oncePerDatabase<T>(make: (db: Db) => T): (db: Db) => T {
  const made = new WeakMap<Db, T>();
  return (db) => {
    const one = made.get(db) ?? make(db);
    made.set(db, one);
    return one;
  };
}

/**
 * Sends a transaction's statements one after the other without waiting in between: its connection carries them out in this
 * order, each seeing what was committed when its turn came. Where one fails, that is thrown once all are over: none is left
 * behind that would be sent after the transaction has ended.
 */
export async function inOrder<const Work extends readonly (() => PromiseLike<unknown>)[]>(
  ...work: Work
): Promise<{ -readonly [Index in keyof Work]: Awaited<ReturnType<Work[Index]>> }> {
  // Drizzle sends a statement when it is asked for its result, not before.
  const over = await Promise.allSettled(work.map((send) => send().then((value) => value)));
  const failed = over.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return over.map((one) => (one.status === 'fulfilled' ? one.value : undefined)) as never;
}

/** Statements of more parameters, which lists of any length make, would each be kept for ever on every connection. */
const MOST_PARAMETERS_PREPARED = 32;

/**
 * Has Drizzle's statements prepared once on each connection. Without that, each is planned anew, takes a second round trip
 * to learn its parameters' types, and can't be sent before the one in front of it was answered.
 */
function preparing<T extends postgres.Sql | postgres.TransactionSql>(sql: T): T {
  const { unsafe } = sql;
  sql.unsafe = ((text: string, parameters: never[] = [], options = {}) =>
    // Sent now: what is asked for later is sent later.
    unsafe(text, parameters, {
      ...options,
      prepare: parameters.length <= MOST_PARAMETERS_PREPARED,
    }).execute()) as typeof unsafe;
  for (const name of ['begin', 'savepoint'] as const) {
    const open = (sql as unknown as Record<typeof name, (...given: unknown[]) => unknown>)[name];
    if (!open) continue;
    Object.assign(sql, {
      [name]: (...given: unknown[]) => {
        const work = given.pop() as (inner: postgres.TransactionSql) => unknown;
        return open(...given, (inner: postgres.TransactionSql) => work(preparing(inner)));
      },
    });
  }
  return sql;
}
