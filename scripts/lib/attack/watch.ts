import { readFileSync } from 'node:fs';
import { connect } from '@scheduler/db';

/**
 * Returns the CPU time of a process's main thread so far, in ms. Password hashing runs in other
 * threads. Only Linux reports it.
 */
export function mainThreadMs(pid: number): number {
  const [nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1e6;
}

/** Returns the private memory of a process, in MB. Only Linux reports it. */
export function memoryMegabytes(pid: number): number {
  const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/**
 * Tables that change without a user's rights: sign-in attempts are counted, sessions are used,
 * links are requested.
 */
const FREE = ['sign_in_tries', 'user_sessions', 'access_links'];

/** Records every inserted, changed or deleted row of a database, by a trigger on each table. */
export async function watchRows(databaseUrl: string) {
  const { sql, close } = connect(databaseUrl, { max: 1, applicationName: 'attack' });
  await sql`create schema attack`;
  await sql`create table attack.changed_rows (id bigint generated always as identity, in_table text not null)`;
  await sql`
    create function attack.note() returns trigger language plpgsql security definer as $$
    begin
      insert into attack.changed_rows (in_table) values (tg_table_name);
      return null;
    end $$`;
  const tables = await sql<{ name: string; bare: string }[]>`
    select format('%I.%I', schemaname, tablename) as name, tablename as bare from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema', 'attack')`;
  for (const { name, bare } of tables) {
    if (FREE.includes(bare)) continue;
    await sql.unsafe(
      `create trigger attack after insert or update or delete on ${name} for each row execute function attack.note()`,
    );
  }
  let seen = 0;
  return {
    /** Returns the tables of the rows that were changed since the last call. */
    changed: async (): Promise<string[]> => {
      const rows = await sql<{ id: string; in_table: string }[]>`
        select id, in_table from attack.changed_rows where id > ${seen} order by id`;
      seen = Number(rows.at(-1)?.id ?? seen);
      return rows.map((row) => row.in_table);
    },
    sessions: async (): Promise<number> => {
      const [row] = await sql<{ count: number }[]>`select count(*)::int as count from user_sessions`;
      return row?.count ?? 0;
    },
    close,
  };
}
