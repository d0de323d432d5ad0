import type postgres from 'postgres';

/**
 * Returns the public schema as text, in a fixed order, from Postgres' own catalogue. It is checked
 * in as schema.sql, so that a review shows what a migration changes in the schema, and a test finds
 * a migration that was forgotten.
 */
export async function dumpSchema(sql: postgres.Sql): Promise<string> {
  const rows = await sql<{ line: string }[]>`
    with tables as (
      select oid, relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
    ), lines as (
      select 1 as part, t.typname::text as name, 0 as position,
             format('TYPE %s AS ENUM (%s)', t.typname, string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)) as line
        from pg_type t join pg_enum e on e.enumtypid = t.oid
       where t.typnamespace = 'public'::regnamespace group by t.typname
      union all
      select 1, sequencename, 0, format('SEQUENCE %s START %s', sequencename, start_value)
        from pg_sequences where schemaname = 'public' and not exists (
          select from pg_depend where objid = format('%I.%I', schemaname, sequencename)::regclass and deptype = 'i')
      union all
      select 2, relname, 0, format(E'\nTABLE %s', relname) from tables
      union all
      select 2, t.relname, a.attnum, format('  %s %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
               case when a.attnotnull then ' NOT NULL' end,
               case when a.attidentity <> '' then ' IDENTITY' end,
               ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid))
        from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
      union all
      select 2, t.relname, 2000, format('  CONSTRAINT %s %s', c.conname, pg_get_constraintdef(c.oid))
        from tables t join pg_constraint c on c.conrelid = t.oid where c.contype <> 'n'
      union all
      select 2, t.relname, 3000, '  ' || pg_get_indexdef(i.indexrelid)
        from tables t join pg_index i on i.indrelid = t.oid
       where not exists (select from pg_constraint c where c.conindid = i.indexrelid)
      union all
      select 2, t.relname, 4000, '  ' || pg_get_triggerdef(g.oid)
        from tables t join pg_trigger g on g.tgrelid = t.oid where not g.tgisinternal
      union all
      select 3, p.proname, 0, E'\n' || pg_get_functiondef(p.oid)
        from pg_proc p where p.pronamespace = 'public'::regnamespace
    )
    select line from lines order by part, name, position, line`;
  return `${rows.map((row) => row.line.trimEnd()).join('\n')}\n`;
}
