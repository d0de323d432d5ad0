import type { Db } from '@scheduler/db';
import { sql } from 'drizzle-orm';

/** Of the statements that would write while the disk is full, so many find no room. The others still do. */
const SHARE_WITHOUT_ROOM = 0.8;

/** A disk of Postgres that can be full. */
export interface Disk {
  fill(): Promise<void>;
  /** Makes room again. */
  clear(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Lets the disk of Postgres be full: a trigger on each table of the product and of its queue refuses
 * statements as Postgres itself does, with SQLSTATE 53100. A disk that is really full would also stop
 * Postgres at its next checkpoint, and a storm has crashes of Postgres anyway. Needs the superuser.
 */
export async function openDisk(db: Db): Promise<Disk> {
  await removeDisk(db);
  await db.execute(
    sql.raw(`
    create schema chaos;
    create table chaos.disk (is_full boolean not null);
    insert into chaos.disk values (false);
    create function chaos.find_room() returns trigger language plpgsql security definer as $$
      begin
        if (select is_full from chaos.disk) and random() < ${SHARE_WITHOUT_ROOM} then
          raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
        end if;
        return null;
      end $$;
    do $$
      declare name text;
      begin
        for name in
          select format('%I.%I', schemaname, tablename) from pg_tables
          where schemaname in ('public', 'graphile_worker')
        loop
          execute format('create trigger chaos_disk before insert or update on %s
            for each statement execute function chaos.find_room()', name);
        end loop;
      end $$;`),
  );
  const set = async (isFull: boolean) => {
    await db.execute(sql`update chaos.disk set is_full = ${isFull}`);
  };
  return { fill: () => set(true), clear: () => set(false), remove: () => removeDisk(db) };
}

/** Removes the triggers with the function that they call. */
async function removeDisk(db: Db): Promise<void> {
  await db.execute(sql`drop schema if exists chaos cascade`);
}
