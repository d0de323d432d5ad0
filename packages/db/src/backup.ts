import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type postgres from 'postgres';
import { connectOnce } from './connect.ts';
import { MIGRATIONS, migrate } from './migrate.ts';
import { SCHEMAS } from './roles.ts';

/** The backup can't be restored, or not into this database. The message says why and what to do. */
export class RestoreError extends Error {
  override readonly name = 'RestoreError';
}

const FORMAT = 'crossmark-scheduler backup 1';

/** First line of a backup. */
interface Header {
  format: string;
  /** Hashes of the migrations that made its tables, oldest first. */
  migrations: string[];
}
/** Starts the rows of a table, in COPY's text format up to a line `\.` */
interface TableLine {
  table: string;
  columns: string[];
}
/** The state of a sequence. */
interface SequenceLine {
  sequence: string;
  /** Null before its first number was taken. */
  value: string | null;
}

/**
 * Writes every row of a database to a gzip file, as of one moment; work goes on meanwhile. Tables
 * come before those that refer to them. Needs no tools of Postgres. Returns how many tables there
 * are, and the bytes of the PDF files in them, which are most of a backup.
 */
export async function backup(url: string, file: string): Promise<{ tables: number; pdfBytes: number }> {
  const sql = connectOnce(url);
  try {
    return await sql.begin('isolation level repeatable read read only', async (tx) => {
      const tables = await tablesOf(tx);
      await pipeline(
        Readable.from(lines(tx, tables)),
        createGzip(),
        createWriteStream(file, { mode: 0o600 }),
      );
      const [pdf] = await tx<{ bytes: string }[]>`
        select coalesce(sum(size), 0)::text as bytes
        from (select size from instruction_files union all select size from paper_templates) files`;
      return { tables: tables.length, pdfBytes: Number(pdf?.bytes ?? 0) };
    });
  } finally {
    await sql.end();
  }
}

async function* lines(tx: postgres.TransactionSql, tables: TableLine[]): AsyncGenerator<string | Buffer> {
  const header: Header = { format: FORMAT, migrations: await migrationsOf(tx) };
  yield `${JSON.stringify(header)}\n`;
  const sequences = await tx<SequenceLine[]>`
    select format('%I.%I', schemaname, sequencename) as sequence, last_value::text as value from pg_sequences
    where schemaname in ${tx(SCHEMAS)} order by 1`;
  for (const sequence of sequences) yield `${JSON.stringify(sequence)}\n`;
  for (const table of tables) {
    yield `${JSON.stringify(table)}\n`;
    yield* await tx.unsafe(`copy ${table.table} (${table.columns.join(', ')}) to stdout`).readable();
    yield '\\.\n';
  }
}

/**
 * Brings an empty database to this version and fills it from a backup, all of it or nothing.
 * @throws {RestoreError} the database holds data, or the file isn't a backup of this version
 */
export async function restore(url: string, file: string): Promise<void> {
  const sql = connectOnce(url);
  try {
    const rows = linesOf(createReadStream(file).pipe(createGunzip()));
    assertFits(await rows.next());
    if (await holdsData(sql))
      throw new RestoreError(
        'This database holds data, so nothing was changed. Restore into an empty one: create database NAME, and name it in DATABASE_URL.',
      );
    await migrate(url);
    await sql.begin((tx) => fill(tx, rows));
  } finally {
    await sql.end();
  }
}

/** Refuses a file that isn't a backup, and a backup that another version made. */
function assertFits(first: IteratorResult<string>): void {
  const header = first.done || !first.value.startsWith('{') ? null : (JSON.parse(first.value) as Header);
  if (header?.format !== FORMAT) throw new RestoreError('This file is no backup of the scheduler.');
  const ours = readMigrationFiles({ migrationsFolder: MIGRATIONS }).map(({ hash }) => hash);
  if (header.migrations.join() === ours.join()) return;
  const which = header.migrations.length > ours.length ? 'a newer' : 'an older';
  throw new RestoreError(
    `This backup was made by ${which} version (${header.migrations.length} migrations, here are ${ours.length}). Restore it with the version that made it, then upgrade as always.`,
  );
}

async function holdsData(sql: postgres.Sql): Promise<boolean> {
  const [there] = await sql`select to_regclass('public.users') is not null as tables`;
  if (!there?.tables) return false;
  const [row] = await sql`select exists (select from users) or exists (select from stores) as used`;
  return Boolean(row?.used);
}

async function fill(tx: postgres.TransactionSql, rows: AsyncGenerator<string>): Promise<void> {
  const tables = await tablesOf(tx);
  // Rows that the migrations wrote are in the backup too, so they are removed first.
  await tx.unsafe(`truncate ${tables.map(({ table }) => table).join(', ')}`);
  // The triggers are off, because everything that they wrote when these rows were made is in the
  // backup.
  for (const { table } of tables) await tx.unsafe(`alter table ${table} disable trigger user`);
  for await (const line of rows) {
    const part = JSON.parse(line) as TableLine | SequenceLine;
    if ('sequence' in part) {
      if (part.value !== null) await tx`select setval(${part.sequence}, ${part.value}::bigint)`;
      continue;
    }
    const copy = `copy ${part.table} (${part.columns.join(', ')}) from stdin`;
    await pipeline(Readable.from(rowsOfTable(rows)), await tx.unsafe(copy).writable());
  }
  for (const { table } of tables) await tx.unsafe(`alter table ${table} enable trigger user`);
}

async function* rowsOfTable(rows: AsyncGenerator<string>): AsyncGenerator<string> {
  for (let row = await rows.next(); !row.done && row.value !== '\\.'; row = await rows.next())
    yield `${row.value}\n`;
}

/** Splits a text into lines as COPY does: only a line feed ends a line. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  // Joined once it is complete, because the line of a PDF file has many chunks.
  let line: Buffer[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...line, chunk.subarray(from, end)]).toString('utf8');
      line = [];
      from = end + 1;
    }
    if (from < chunk.length) line.push(chunk.subarray(from));
  }
}

const migrationsOf = async (tx: postgres.TransactionSql): Promise<string[]> =>
  (await tx`select hash from drizzle.__drizzle_migrations order by id`).map((row) => String(row.hash));

/** Every table with the columns that hold data, those that others refer to first. */
async function tablesOf(tx: postgres.TransactionSql): Promise<TableLine[]> {
  const rows = await tx<{ table: string; columns: string[]; needs: string[] }[]>`
    select format('%I.%I', nspname, relname) as table,
      array(
        select quote_ident(attname) from pg_attribute
        where attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
      ) as columns,
      array(
        select distinct confrelid::regclass::text from pg_constraint
        where conrelid = pg_class.oid and contype = 'f' and confrelid <> conrelid
      ) as needs
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and nspname in ${tx(SCHEMAS)} order by 1`;
  const ordered: TableLine[] = [];
  let left = [...rows];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ table }) => table.replace(/^public\./, '')));
    const ready = left.filter(({ needs }) => !needs.some((table) => waiting.has(table)));
    if (ready.length === 0) throw new Error('Tables refer to each other in a circle.');
    ordered.push(...ready.map(({ table, columns }) => ({ table, columns })));
    left = left.filter((row) => !ready.includes(row));
  }
  return ordered;
}
