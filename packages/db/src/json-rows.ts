import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import type { PgTable } from 'drizzle-orm/pg-core';

/** A table's rows in a statement written by hand. */
export interface JsonRows<Row> {
  /** All columns, for a select list. {@link JsonRows.row} reads the result. */
  columns: SQL;
  row(values: Record<string, unknown>): Row;
  /**
   * The rows that are left by `rest` (`where …`, `order by …`), as one value of a bigger statement,
   * so that one statement reads all that belongs together.
   */
  of(rest: SQL): SQL;
  /** The same of all rows of a part of the WITH clause, which has all columns. */
  in(part: SQL): SQL;
  /** The rows of such a value, as a select would give them. */
  read(value: unknown): Row[];
}

/** See {@link JsonRows}. The expression is built once, here. */
export function jsonRows<Table extends PgTable>(table: Table): JsonRows<Table['$inferSelect']> {
  const name = getTableName(table);
  const columns = Object.entries(getTableColumns(table));
  const named = columns.map(([key, column]) => ({ key, column, name: toSnakeCase(column.name) }));
  const list = named.map((column) => `"${name}"."${column.name}"`).join(', ');
  const head = sql.raw(`(select coalesce(json_agg(json_build_array(${list})), '[]'::json) from `);
  const itself = sql.raw(`"${name}"`);
  const rowOf = (cell: (column: (typeof named)[number], n: number) => unknown): Table['$inferSelect'] =>
    Object.fromEntries(
      named.map((column, n) => {
        const value = cell(column, n);
        const read = value === null || value === undefined ? null : column.column.mapFromDriverValue(value);
        return [column.key, read];
      }),
    );
  return {
    columns: sql.raw(list),
    row: (values) => rowOf((column) => values[column.name]),
    of: (rest) => sql`${head}${itself} ${rest})`,
    in: (part) => sql`${head}${part} as ${itself})`,
    read: (value) => (value as unknown[][]).map((row) => rowOf((_, n) => row[n])),
  };
}

/** A list of numbers as one parameter, however long it is: `where id = any(${idList(ids)})`. */
export const idList = (ids: readonly number[]): SQL =>
  sql`array(select value::int from json_array_elements_text(${JSON.stringify(ids)}::json))`;
