import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { backup, restore } from './backup.ts';
import { connect } from './connect.ts';
import { type EmbeddedPostgres, startPostgres } from './embedded.ts';
import { migrate } from './migrate.ts';
import { databaseReasons, NEWEST_OF_QUEUE } from './ready.ts';
import { makeRoles, ROLES, RolesError } from './roles.ts';
import { createTestDatabase, databaseUrl, type TestDatabase } from './testing.ts';

/** Everything of a database that somebody owns, by who does. */
const ownersOf = async (sql: postgres.Sql) => {
  const rows = await sql<{ owner: string; count: number }[]>`
    with ours as (select oid from pg_namespace where nspname in ('public', 'drizzle', 'graphile_worker')), owned as (
      select datdba as owner from pg_database where datname = current_database()
      union all select nspowner from pg_namespace where oid in (select oid from ours)
      union all select relowner from pg_class where relnamespace in (select oid from ours)
      union all select proowner from pg_proc where pronamespace in (select oid from ours)
      union all select typowner from pg_type where typnamespace in (select oid from ours)
    )
    select rolname as owner, count(*)::int from owned join pg_roles on pg_roles.oid = owner group by 1`;
  return Object.fromEntries(rows.map(({ owner, count }) => [owner, count]));
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function using<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  return work(sql).finally(() => sql.end());
}

describe('the app’s role', () => {
  test.each([
    'create table extra (n int)',
    'create temporary table extra (n int)',
    'create schema extra',
    'create function extra() returns int language sql return 1',
    'create table graphile_worker.extra (n int)',
    'create table drizzle.extra (n int)',
    'alter table users add column extra int',
    'alter table graphile_worker._private_jobs add column extra int',
    'drop table users',
    'drop function app_now() cascade',
    'create index on users (name)',
    'truncate users cascade',
    'truncate audit_log',
    'delete from audit_log',
    "update audit_log set actor_name = 'Somebody else'",
    'update audit_log set after = null',
    'insert into audit_log (id, actor_id, actor_name, action, subject_type, subject_id) overriding system value select id, actor_id, actor_name, action, subject_type, subject_id from audit_log on conflict (id) do update set actor_id = excluded.actor_id',
    'merge into audit_log using (values (1)) as one on true when matched then delete',
    'select prune_audit_log(29, 1)',
    'select prune_audit_log(-100000, 1)',
    'select prune_audit_log(null, 1)',
    'create or replace function prune_audit_log(older_than_days integer, most integer) returns integer language sql return 1',
    "alter database template_migrated set scheduler.clock_offset = '1 day'",
    'alter table audit_log disable trigger all',
    'create trigger extra after insert on users execute function notify_row_change()',
    'drop policy scheduler_app on graphile_worker._private_jobs',
    'alter table graphile_worker._private_jobs disable row level security',
    'create policy extra on users',
    'create extension pgcrypto',
    'create role extra',
    'alter role scheduler_app superuser',
    'set role scheduler_migrator',
    'set session_replication_role = replica',
    "insert into drizzle.__drizzle_migrations (hash, created_at) values ('made up', 1)",
    'delete from drizzle.__drizzle_migrations',
    'insert into graphile_worker.migrations (id) values (999)',
    "copy users to program 'cat'",
    "select pg_read_file('/etc/passwd')",
    'select passwd from pg_shadow',
  ])('may not: %s', async (statement) => {
    await expect(database.app.sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
  });

  test('owns nothing, is a member of nothing, and is no superuser', async () => {
    const [role] = await database.sql`
      select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
        exists (select from pg_auth_members where member = pg_roles.oid) as member
      from pg_roles where rolname = ${ROLES.app}`;
    expect(Object.values(role ?? {})).toEqual([false, false, false, false, false, false]);
    expect(Object.keys(await ownersOf(database.sql))).toEqual([ROLES.migrator]);
  });

  test('adds to the audit log, cannot choose by which clock old entries are removed, and adds an outcome once', async () => {
    const { sql } = database.app;
    const add = async (days: number, action: string, after: string | null) => {
      const [row] = await sql<{ id: string }[]>`
        insert into audit_log (at, actor_id, actor_name, action, subject_type, subject_id, after)
        values (app_now() - ${days} * interval '1 day', 'u', 'U', ${action}, ${action.split('.')[0] ?? ''}, '1', ${after}::text::jsonb)
        returning id`;
      return Number(row?.id);
    };
    await add(32, 'event.type', '{"type":"Core"}');
    const event = await add(29, 'event.type', '{"type":"Core"}');
    const job = await add(0, 'job.retry', '{"asked":{"jobId":"1"}}');
    await sql.begin(async (tx) => {
      await tx`set local scheduler.clock_offset = '10 years'`;
      expect(await tx`select prune_audit_log(30, 100) as removed`).toEqual([{ removed: 1 }]);
    });
    const outcome = async (id: number, password: string) => {
      const [row] = await sql`select add_audit_outcome(${id}, ${password}::text::jsonb) as added`;
      return row?.added;
    };
    expect(await outcome(event, '{"status":200}')).toBe(false);
    expect(await outcome(job, '{"status":200,"asked":"nothing"}')).toBe(true);
    expect(await outcome(job, '{"status":500}')).toBe(false);
    expect(await sql`select id::int, after from audit_log order by id`).toEqual([
      { id: event, after: { type: 'Core' } },
      { id: job, after: { asked: { jobId: '1' }, status: 200 } },
    ]);
  });

  test('may read and write every row of every table except the audit log, and use the queue', async () => {
    const tables = await database.sql<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('public', 'graphile_worker') and tablename <> 'migrations'`;
    expect(tables.length).toBeGreaterThan(20);
    const { sql } = database.app;
    for (const { name } of tables) {
      const rights = ['select', 'insert', ...(name === 'public.audit_log' ? [] : ['update', 'delete'])];
      for (const right of rights) {
        const [may] = await sql`select has_table_privilege(${name}, ${right}) as may`;
        expect(may?.may, `${right} ${name}`).toBe(true);
      }
    }
    await sql`select graphile_worker.add_job('sync_schedule', '{}'::json, queue_name => 'one', job_key => 'key')`;
    expect(await sql`select from graphile_worker._private_jobs`).toHaveLength(1);
    expect(await sql`update graphile_worker._private_jobs set priority = 2 returning id`).toHaveLength(1);
    expect(await sql`select * from graphile_worker.remove_job('key')`).toHaveLength(1);
    expect(await databaseReasons(database.app.db)).toEqual([]);
  });
});

describe('on a server of its own', () => {
  // Roles are a server's: other tests' are left alone.
  const directory = mkdtempSync(join('/tmp', 'crossmark-roles-'));
  const passwords = { migrator: 'of-the-migrator', app: 'of-the-app' };
  let server: EmbeddedPostgres;
  beforeEach(async () => {
    server = await startPostgres({ directory: mkdtempSync(join(directory, 'server-')), durable: false });
  });
  afterEach(async () => {
    await server.stop('immediate');
    rmSync(server.directory, { recursive: true, force: true });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** An empty database, by the URLs of a superuser and of the roles. */
  async function emptyDatabase(name: string) {
    await using(server.url, (sql) => sql.unsafe(`create database ${name}`));
    const url = databaseUrl(server.url, name);
    const as = (role: string, password: string) => {
      const other = new URL(url);
      other.username = role;
      other.password = password;
      return other.href;
    };
    const migratorUrl = as(ROLES.migrator, passwords.migrator);
    return { url, as, migratorUrl, appUrl: as(ROLES.app, passwords.app) };
  }
  const addRows = (url: string) =>
    using(url, async (sql) => {
      await sql`insert into stores (crossmark_store_id, number, name, time_zone) values ('100001', '1', 'Store', 'UTC')`;
      await sql`select graphile_worker.add_job('sync_schedule', '{}'::json)`;
    });

  test('an installation that a superuser made is handed over with everything in it, and keeps working with both roles', async () => {
    const { url, migratorUrl, appUrl } = await emptyDatabase('scheduler');
    await migrate(url);
    await addRows(url);
    await using(url, async (sql) => {
      expect(Object.keys(await ownersOf(sql))).toContain('postgres');
      // As databases from before Postgres 15 have it, and what a company may have added.
      await sql`grant create on schema public to public`;
      await sql`create view busy as select id from stores`;
      await sql`create extension if not exists plpgsql`;
    });

    for (const _ of ['once', 'again']) await makeRoles(url, passwords);
    await using(url, async (sql) => expect(Object.keys(await ownersOf(sql))).toEqual([ROLES.migrator]));
    await migrate(migratorUrl);

    const app = connect(appUrl, { max: 1 });
    expect(await databaseReasons(app.db)).toEqual([]);
    expect(await app.sql`select from stores`).toHaveLength(1);
    expect(await app.sql`select from graphile_worker._private_jobs`).toHaveLength(1);
    await expect(app.sql`create table extra (n int)`).rejects.toMatchObject({ code: '42501' });
    await app.close();
  });

  test('an installation is handed over by the account that owns it, if that account may create roles', async () => {
    const { url, as, appUrl } = await emptyDatabase('scheduler');
    const ownUrl = as('owner', 'of-the-owner');
    await using(url, async (sql) => {
      await sql.unsafe(`create role owner login password 'of-the-owner'`);
      await sql.unsafe('alter database scheduler owner to owner');
    });
    await migrate(ownUrl);
    await addRows(ownUrl);
    await expect(makeRoles(ownUrl, passwords)).rejects.toBeInstanceOf(RolesError);
    await using(url, (sql) => sql.unsafe('alter role owner createrole createdb'));
    await makeRoles(ownUrl, passwords);
    await using(url, async (sql) => expect(Object.keys(await ownersOf(sql))).toEqual([ROLES.migrator]));
    await using(appUrl, async (sql) =>
      expect(await sql`select from graphile_worker._private_jobs`).toHaveLength(1),
    );
  });

  test('an account that may not change the roles is told who owns them, and what to do', async () => {
    const { url, as } = await emptyDatabase('scheduler');
    const ownUrl = as('owner', 'of-the-owner');
    await makeRoles(url, passwords);
    await using(url, async (sql) => {
      await sql.unsafe(`create role owner login createrole createdb password 'of-the-owner'`);
      await sql.unsafe('create database second owner owner');
    });
    const secondUrl = databaseUrl(ownUrl, 'second');
    await expect(makeRoles(secondUrl, passwords)).rejects.toThrow(
      /scheduler_app and scheduler_migrator are there already, made by another account.*grant scheduler_app, scheduler_migrator to/,
    );
    await using(url, (sql) =>
      sql.unsafe('grant scheduler_app, scheduler_migrator to owner with admin option'),
    );
    await makeRoles(secondUrl, passwords);
    await using(secondUrl, async (sql) => expect(Object.keys(await ownersOf(sql))).toEqual([ROLES.migrator]));
  });

  test('rights that the roles should not have are taken from them', async () => {
    const { url } = await emptyDatabase('scheduler');
    await makeRoles(url, passwords);
    await using(url, async (sql) => {
      await sql.unsafe(`alter role ${ROLES.app} superuser`);
      await sql.unsafe(`grant ${ROLES.migrator} to ${ROLES.app}`);
      await makeRoles(url, {});
      const [role] = await sql`
        select rolsuper, exists (select from pg_auth_members where member = pg_roles.oid) as member
        from pg_roles where rolname = ${ROLES.app}`;
      expect(role).toEqual({ rolsuper: false, member: false });
    });
  });

  test('a new database gets the roles first and the migrations afterwards; backup and restore run as the migrator', async () => {
    const { url, migratorUrl, appUrl } = await emptyDatabase('scheduler');
    await makeRoles(url, passwords);
    await expect(migrate(appUrl)).rejects.toThrow(
      /^scheduler_app may not migrate this database \(permission denied.*\)\. Run migrations as scheduler_migrator/,
    );
    await migrate(migratorUrl);
    await addRows(appUrl);
    const file = join(directory, 'backup.gz');
    await backup(migratorUrl, file);
    const second = await emptyDatabase('restored');
    await makeRoles(second.url, {});
    await restore(second.migratorUrl, file);
    await using(second.appUrl, async (sql) => {
      expect(await sql`select from stores`).toHaveLength(1);
      expect(await sql`select from graphile_worker._private_jobs`).toHaveLength(1);
      await sql`update stores set name = 'Other'`;
    });
  });

  test('running apps may use what a migration adds at once, before all migrations have ended', async () => {
    const { url, migratorUrl, appUrl } = await emptyDatabase('scheduler');
    await makeRoles(url, passwords);
    // It is in the way of the first migration, so that nothing is granted after it.
    await using(migratorUrl, (sql) => sql`create table stores (id int)`);
    await expect(migrate(migratorUrl)).rejects.toThrow();
    await using(migratorUrl, async (sql) => {
      await sql`create sequence numbers`;
      await sql`create table numbered (version int default nextval('numbers'), day date)`;
    });
    await using(appUrl, async (sql) => {
      await sql`insert into numbered (day) values ('2026-01-05')`;
      await sql`update numbered set day = '2026-01-06'`;
      expect(await sql`delete from numbered returning version`).toEqual([{ version: 1 }]);
    });
  });

  test('a password may hold anything, and a role without a new one keeps its own', async () => {
    const { url, as } = await emptyDatabase('scheduler');
    const password = `it's "quoted" \\ and $$long$$`;
    await makeRoles(url, { ...passwords, app: password });
    await makeRoles(url, {});
    await using(as(ROLES.app, password), async (sql) =>
      expect(await sql`select current_user as name`).toEqual([{ name: ROLES.app }]),
    );
    const wrong = using(as(ROLES.app, passwords.app), (sql) => sql`select 1`);
    await expect(wrong).rejects.toMatchObject({ code: '28P01' });
  });
});

test('the queue’s newest migration is known, so that an app waits for it', async () => {
  const sources = join(dirname(createRequire(import.meta.url).resolve('graphile-worker')), '../sql');
  expect(readdirSync(sources).sort().at(-1)).toBe(`${String(NEWEST_OF_QUEUE).padStart(6, '0')}.sql`);
  const [row] = await database.sql`select max(id) as newest from graphile_worker.migrations`;
  expect(row?.newest).toBe(NEWEST_OF_QUEUE);
  await database.sql`delete from graphile_worker.migrations where id = ${NEWEST_OF_QUEUE}`;
  expect(await databaseReasons(database.app.db)).toEqual([expect.stringMatching(/behind this version/)]);
  await database.sql`insert into graphile_worker.migrations (id) values (${NEWEST_OF_QUEUE})`;
});
