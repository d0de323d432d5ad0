import postgres from 'postgres';
import { connectOnce } from './connect.ts';
import { LOCKS } from './locks.ts';

/** The two roles of an installation. */
export const ROLES = {
  /** Owns everything and changes the schema: migrations, backup and restore. */
  migrator: 'scheduler_migrator',
  /** Reads and writes rows; used by all running processes. */
  app: 'scheduler_app',
} as const;

/** The schemas of an installation: its own tables, drizzle's list of migrations, and the queue. */
export const SCHEMAS = ['public', 'drizzle', 'graphile_worker'];

/** This account can't make the roles. The message says what to do. */
export class RolesError extends Error {
  override readonly name = 'RolesError';
}

/**
 * Makes the two roles, or corrects their rights, and makes the migrator the owner of a database: of
 * the database itself, its schemas, tables, views, sequences, functions and types. This is for new
 * databases and for those that a superuser filled. It may run again at any time, and does all of it
 * in one transaction.
 * @param url of a superuser, or of a role that owns everything and may create roles and databases
 * @param passwords of the roles; a role without one keeps the one that it has
 * @throws {RolesError} the account may not do that
 */
export async function makeRoles(
  url: string,
  passwords: { migrator?: string | undefined; app?: string | undefined },
): Promise<void> {
  const sql = connectOnce(url);
  try {
    await sql`select pg_advisory_lock(${LOCKS.migrations})`;
    await sql.begin(async (tx) => {
      // Apps may be running and would have to wait behind this, so it doesn't wait long for any
      // lock.
      await tx`set local lock_timeout = '10s'`;
      for (const [kind, role] of Object.entries(ROLES)) {
        await makeRole(tx, role, passwords[kind as keyof typeof ROLES]);
      }
      await handOver(tx);
      await grantToApp(tx);
    });
  } catch (error) {
    if (!(error instanceof postgres.PostgresError) || error.code !== '42501') throw error;
    const others = await madeByOthers(sql);
    const use = 'Use a superuser, or the owner of the database with the rights CREATEROLE and CREATEDB.';
    const message =
      others.length > 0
        ? `${others.join(' and ')} are there already, made by another account, and this one may not change them (${error.message}). Use that account or a superuser, or have one of them run: grant ${others.join(', ')} to THIS_ACCOUNT with admin option.`
        : `This account may not do that (${error.message}). ${use}`;
    throw new RolesError(message, { cause: error });
  } finally {
    await sql.end();
  }
}

/** The roles that this account can't administer. */
async function madeByOthers(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select rolname as name from pg_roles
    where rolname in ${sql(Object.values(ROLES))} and not pg_has_role(current_user, oid, 'usage with admin option')
    order by 1`;
  return rows.map(({ name }) => name);
}

async function makeRole(
  tx: postgres.TransactionSql,
  role: string,
  password: string | undefined,
): Promise<void> {
  const [existing] =
    await tx`select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as mighty
    from pg_roles where rolname = ${role}`;
  if (!existing) await tx.unsafe(`create role ${role} login`);
  if (existing?.mighty)
    await tx.unsafe(`alter role ${role} nosuperuser nocreaterole nocreatedb noreplication nobypassrls`);
  if (password === undefined) return;
  // As a parameter, so that no log of statements contains it.
  await tx`select set_config('scheduler.password', ${password}, true)`;
  await tx.unsafe(
    `do $$ begin execute format('alter role ${role} password %L', current_setting('scheduler.password')); end $$`,
  );
  await tx`select set_config('scheduler.password', '', true)`;
}

/** Gives everything to the migrator. */
async function handOver(tx: postgres.TransactionSql): Promise<void> {
  const { migrator, app } = ROLES;
  // To transfer ownership to a role, the account must be a member of it; a superuser is a member of
  // every role.
  const [me] =
    await tx`select current_user as name, rolsuper as super from pg_roles where rolname = current_user`;
  if (!me?.super && me?.name !== migrator) await tx`grant ${tx(migrator)} to current_user`;
  const [member] = await tx`select pg_has_role(${app}, ${migrator}, 'member') as yes`;
  if (member?.yes) await tx`revoke ${tx(migrator)} from ${tx(app)}`;
  const rows = await tx<{ statement: string }[]>`
    with ours as (
      select oid, nspname, nspowner from pg_namespace where nspname in ${tx(SCHEMAS)}
    ), of_extensions as (
      select classid, objid from pg_depend where deptype = 'e'
    )
    select format('alter database %I owner to', datname) as statement, 1 as part
      from pg_database where datname = current_database() and datdba <> ${migrator}::regrole
    union all
    select format('alter schema %I owner to', nspname), 2 from ours where nspowner <> ${migrator}::regrole
    union all
    select format('alter %s %I.%I owner to',
        case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end,
        nspname, relname), 3
      from pg_class join ours on ours.oid = relnamespace
      where relowner <> ${migrator}::regrole and relkind in ('r', 'p', 'v', 'm', 'S') and ('pg_class'::regclass, pg_class.oid) not in (table of_extensions)
        -- One that a column owns goes with its table.
        and not exists (select from pg_depend where objid = pg_class.oid and relkind = 'S' and deptype in ('a', 'i'))
    union all
    select format('alter routine %s owner to', pg_proc.oid::regprocedure), 4
      from pg_proc join ours on ours.oid = pronamespace where proowner <> ${migrator}::regrole and ('pg_proc'::regclass, pg_proc.oid) not in (table of_extensions)
    union all
    select format('alter type %s owner to', pg_type.oid::regtype), 5
      from pg_type join ours on ours.oid = typnamespace
      left join pg_class on pg_class.oid = typrelid
      where typowner <> ${migrator}::regrole and (typtype in ('e', 'd', 'r') or (typtype = 'c' and relkind = 'c')) and ('pg_type'::regclass, pg_type.oid) not in (table of_extensions)
    order by part`;
  for (const { statement } of rows) await tx.unsafe(`${statement} ${migrator}`);
  const [database] = await tx<{ name: string }[]>`select quote_ident(current_database()) as name`;
  await tx.unsafe(`revoke create, temporary on database ${database?.name} from public`);
  await tx.unsafe(`grant connect on database ${database?.name} to ${app}`);
  await tx.unsafe('revoke create on schema public from public');
}

/**
 * Lets the app's role use the tables and sequences that migrations are about to add, from the moment
 * they are there: apps are running meanwhile, and what they know may have a default or a trigger that
 * needs them. The owner runs this before the migrations, and {@link grantToApp} after them.
 */
export async function grantAhead(tx: postgres.TransactionSql): Promise<void> {
  const { app } = ROLES;
  const [role] = await tx`select from pg_roles where rolname = ${app} and rolname <> current_user`;
  if (!role) return;
  await tx.unsafe(`
    alter default privileges in schema public grant select, insert, update, delete on tables to ${app};
    alter default privileges in schema public grant usage, select on sequences to ${app}`);
}

/**
 * Lets the app's role read and write rows, and nothing else. It can't change the schema, or record
 * a migration as done, or change or remove entries of the audit log. The owner runs this at the end
 * of each migration. If that role doesn't exist, nothing is done, because then one account does
 * everything.
 */
export async function grantToApp(tx: postgres.TransactionSql): Promise<void> {
  const { app } = ROLES;
  const [role] = await tx`select from pg_roles where rolname = ${app}`;
  const [there] = await tx`select to_regclass('drizzle.__drizzle_migrations') is not null
    and to_regclass('graphile_worker.migrations') is not null as migrated`;
  if (!role || !there?.migrated) return;
  await tx.unsafe(`
    grant usage on schema public, drizzle, graphile_worker to ${app};
    grant select, insert, update, delete on all tables in schema public, graphile_worker to ${app};
    grant usage, select on all sequences in schema public, graphile_worker to ${app};
    grant execute on all routines in schema public, graphile_worker to ${app};
    revoke insert, update, delete on graphile_worker.migrations from ${app};
    -- Who did what stays: see the functions of migration 0024 for what may be done beside adding a row.
    revoke update, delete on public.audit_log from ${app};
    grant select on drizzle.__drizzle_migrations to ${app};
    -- Being ready is told by a row in a new file, see ready.ts.
    grant truncate on public.write_checks to ${app}`);
  // graphile-worker closes its tables to everybody but their owner (row level security without a
  // policy).
  const closed = await tx<{ name: string }[]>`
    select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'graphile_worker' and relrowsecurity
      and not exists (select from pg_policy where polrelid = pg_class.oid and polname = ${app})`;
  for (const { name } of closed)
    await tx.unsafe(`create policy ${app} on ${name} to ${app} using (true) with check (true)`);
}
