import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import type { PgTable } from 'drizzle-orm/pg-core';

/** A table's rows as one value of a bigger statement, so that what belongs together is read in one go. */
export interface JsonRows<Row> {
  /** An expression for the rows that `rest` (`where …`, `order by …`) leaves. */
  of(rest: SQL): SQL;
  /** The rows of such a value, as a select would give them. */
  read(value: unknown): Row[];
}

/** See {@link JsonRows}. What it takes to build the expression is done once, here. */
export function jsonRows<Table extends PgTable>(table: Table): JsonRows<Table['$inferSelect']> {
  const name = getTableName(table);
  const columns = Object.entries(getTableColumns(table));
  const list = columns.map(([, column]) => `"${name}"."${toSnakeCase(column.name)}"`).join(', ');
  const head = sql.raw(`(select coalesce(json_agg(json_build_array(${list})), '[]'::json) from "${name}" `);
  return {
    of: (rest) => sql`${head}${rest})`,
    read: (value) =>
      (value as unknown[][]).map((row) =>
        Object.fromEntries(
          columns.map(([key, column], n) => {
            const cell = row[n];
            return [key, cell === null || cell === undefined ? null : column.mapFromDriverValue(cell)];
          }),
        ),
      ),
  };
}

/** A list of numbers as one parameter, however long it is: `where id = any(${idList(ids)})`. */
export const idList = (ids: readonly number[]): SQL => sql`${`{${ids.join()}}`}::int[]`;
