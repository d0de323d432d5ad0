import type { EventList, EventRow } from '@scheduler/server/router';

/**
 * Returns the loaded rows from the first one up to the first gap. `pageFrom` returns a loaded page
 * by its first row.
 */
export function loadedRows(
  first: EventList,
  pageRows: number,
  pageFrom: (offset: number) => EventList | undefined,
): EventRow[] {
  const rows = [...first.rows];
  while (rows.length > 0 && rows.length % pageRows === 0) {
    const page = pageFrom(rows.length);
    if (!page || page.rows.length === 0) break;
    rows.push(...page.rows);
  }
  return rows;
}
