import { searchWords } from '@scheduler/scheduling';
import { type AnyColumn, type SQL, sql } from 'drizzle-orm';

/**
 * `isFound` of the scheduling package as SQL: each word of a search is in one of these columns,
 * without letter case, accents and the like. Undefined for an empty search, which finds everything.
 */
export function findsWords(search: string, columns: readonly (AnyColumn | SQL)[]): SQL | undefined {
  const patterns = searchWords(search).map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  if (patterns.length === 0) return undefined;
  // A word has no space in it, so it is never found across two columns.
  const texts = sql.join([...columns], sql`, `);
  return sql`search_form(concat_ws(' ', ${texts})) like all (${sql.param(patterns)}::text[])`;
}
