import { sql as statement } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { primaryOf } from './primary.ts';
import * as schema from './schema/index.ts';
import { postgresAddress } from './tls.ts';

/** Queries over the whole schema. */
export type Db = PostgresJsDatabase<typeof schema>;
/** The queries of a transaction: all of its writes take effect, or none. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];
/** For functions that may run inside a caller's transaction or alone. */
export type Executor = Db | Tx;

/**
 * How long a process waits for Postgres. Connections can die without being closed, for example
 * because a firewall forgets them or a cable is cut.
 */
export interface Patience {
  /** How long to wait for a connection to be opened. */
  connectMs: number;
  /** How long to wait for a statement. Postgres itself cancels it then. */
  statementMs: number;
  /**
   * How long to wait for any data on a connection while an answer is due. This is longer than a
   * statement may take.
   */
  answerMs: number;
}

/** How long the apps wait. None of their statements takes seconds. */
export const PATIENCE: Patience = { connectMs: 10_000, statementMs: 30_000, answerMs: 35_000 };

/** A pool and the typed queries over it. */
export interface Database {
  db: Db;
  /**
   * The driver, for LISTEN and streaming. Timestamps come from it as Postgres writes them, not as
   * instants.
   */
  sql: postgres.Sql;
  /**
   * Closes every connection at once, because they are known to be dead. Pending queries fail; later
   * queries open new connections.
   */
  drop(): void;
  /** Waits for running queries (5 s at most), then closes every connection. */
  close(): Promise<void>;
}

/** The pause between two attempts to connect to a Postgres that is down. */
const LONGEST_PAUSE_SECONDS = 1;

/**
 * Opens a pool lazily: nothing is sent before the first query, and after a lost connection the next
 * query opens another one. Of several hosts, all connections go to the primary.
 * @param options.patience after how long a statement or a silent connection is given up; null waits
 * for ever
 */
export function connect(
  url: string,
  options: { max?: number; applicationName?: string; patience?: Patience | null } = {},
): Database {
  const { patience = PATIENCE } = options;
  // What patches/postgres adds to the driver: a time-out for answers, a way to end dead connections,
  // and asking for the host when a connection is opened.
  const waits = patience ? { answer_timeout: patience.answerMs / 1_000 } : {};
  const { primary, options: driver, url: address } = driverOptions(url);
  const sql = postgres(address, {
    ...driver,
    max: options.max ?? 10,
    connect_timeout: (patience?.connectMs ?? PATIENCE.connectMs) / 1_000,
    onnotice: () => {},
    // The driver's own pauses grow to 20 s, and queries would wait as long to learn that Postgres
    // is down.
    backoff: (attempts: number) => Math.min(0.05 * 2 ** attempts, LONGEST_PAUSE_SECONDS),
    connection: {
      application_name: options.applicationName ?? 'crossmark-scheduler',
      ...(patience ? sessionSettings(patience) : {}),
    },
    ...waits,
  });
  const { drop } = sql as postgres.Sql & { drop(): void };
  const db = drizzle(withPreparedStatements(sql), { schema, casing: 'snake_case' });
  planning.set(db, drizzle(beginningEarly(sql), { schema, casing: 'snake_case' }));
  const forget = primary?.whenMoved(drop);
  return {
    db,
    sql,
    drop: () => {
      primary?.doubt();
      drop();
    },
    close: () => {
      forget?.();
      return sql.end({ timeout: 5 });
    },
  };
}

/** The options of a URL for the driver. */
function driverOptions(address: string) {
  const { url, ssl, prepare } = postgresAddress(address);
  const primary = primaryOf(address);
  return { url, primary, options: { ssl, prepare, ...(primary && { primary }) } };
}

/**
 * Settings of each session, so that Postgres itself doesn't wait for a process whose connection
 * died. Otherwise an abandoned transaction would keep its locks, and a connection without a client
 * its slot, for two hours.
 */
export const sessionSettings = ({ statementMs }: Patience) => ({
  statement_timeout: statementMs,
  idle_in_transaction_session_timeout: statementMs,
  tcp_keepalives_idle: 60,
  tcp_keepalives_interval: 10,
  tcp_keepalives_count: 3,
});

/**
 * The begin of {@link transactById}. A custom plan for each list of ids would take longer than its execution, and a plan that
 * was made while a table was small would read all of it for ever.
 */
const BEGIN_BY_ID = 'begin; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off';

const planning = new WeakMap<Db, Db>();

/**
 * Runs one transaction whose statements find their rows by id. Its BEGIN is sent together with the statements that `work` sends
 * first, without waiting. These must only lock and read: if Postgres refuses the BEGIN, they run outside of a transaction, and
 * no further statement is sent.
 */
export async function transactById<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const early = planning.get(db);
  if (!early) throw new Error('This database was not opened by connect().');
  return early.transaction(work);
}

/**
 * Runs one transaction whose commit waits for no standby, also where Postgres lets all others wait for one: for signs of life,
 * which a failure may lose, and which must not stop while the standby is away. If it notifies, it still waits for other commits
 * that notify, since Postgres lets those through one by one.
 */
export const transactLocally = <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> =>
  db.transaction(async (tx) => {
    await tx.execute(statement`set local synchronous_commit = local`);
    return work(tx);
  });

/** The same pool, whose transactions begin as those of {@link transactById}. */
function beginningEarly(sql: postgres.Sql): postgres.Sql {
  // An addition of patches/postgres.
  const { beginEarly } = sql as postgres.Sql & {
    beginEarly<T>(statement: string, work: (inner: postgres.TransactionSql) => T): Promise<T>;
  };
  return Object.assign(Object.create(sql) as postgres.Sql, {
    begin: <T>(work: (inner: postgres.TransactionSql) => T) =>
      beginEarly(BEGIN_BY_ID, (inner) => work(withPreparedStatements(inner))),
  });
}

/** One connection for an administrator's command. */
export function connectOnce(address: string): postgres.Sql {
  const { url, options } = driverOptions(address);
  return postgres(url, { ...options, max: 1, onnotice: () => {} });
}

/** Lazily creates one instance for each database of a process. */
export function memoizeByDb<T>(make: (db: Db) => T): (db: Db) => T {
  const made = new WeakMap<Db, T>();
  return (db) => {
    const one = made.get(db) ?? make(db);
    made.set(db, one);
    return one;
  };
}

/**
 * Sends a transaction's statements one after the other without waiting for answers. The connection
 * runs them in this order, and each sees what was committed when its turn came. If one fails, its
 * error is thrown once all have ended, so that none is sent after the transaction.
 */
export async function pipeline<const Work extends readonly (() => PromiseLike<unknown>)[]>(
  ...work: Work
): Promise<{ -readonly [Index in keyof Work]: Awaited<ReturnType<Work[Index]>> }> {
  // Drizzle sends a statement only when its result is awaited.
  const over = await Promise.allSettled(work.map((send) => send().then((value) => value)));
  const failed = over.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return over.map((one) => (one.status === 'fulfilled' ? one.value : undefined)) as never;
}

/**
 * A statement with more parameters than this isn't prepared. It comes from a list of any length, so
 * each length would be another prepared statement that every connection keeps for ever.
 */
const MOST_PARAMETERS_PREPARED = 32;

/**
 * Prepares Drizzle's statements once on each connection. Without that, each is planned again, needs
 * a second round trip for its parameters' types, and can't be sent before the statement in front of
 * it was answered. A URL with `prepared_statements=false` prepares none.
 */
function withPreparedStatements<T extends postgres.Sql | postgres.TransactionSql>(sql: T): T {
  const { unsafe } = sql;
  sql.unsafe = ((text: string, parameters: never[] = [], options = {}) =>
    // Sent immediately, in the order of the calls.
    unsafe(text, parameters, {
      ...options,
      prepare: parameters.length <= MOST_PARAMETERS_PREPARED,
    }).execute()) as typeof unsafe;
  for (const name of ['begin', 'savepoint'] as const) {
    const open = (sql as unknown as Record<typeof name, (...parameters: unknown[]) => unknown>)[name];
    if (!open) continue;
    Object.assign(sql, {
      [name]: (...parameters: unknown[]) => {
        const work = parameters.pop() as (inner: postgres.TransactionSql) => unknown;
        return open(...parameters, (inner: postgres.TransactionSql) => work(withPreparedStatements(inner)));
      },
    });
  }
  return sql;
}
