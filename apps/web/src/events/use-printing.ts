import type { EventList, EventRow } from '@scheduler/server/router';
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';

/** Whether the page is on its way to paper: rendered anew before the browser makes its picture. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const begin = () => flushSync(() => setPrinting(true));
    const end = () => setPrinting(false);
    addEventListener('beforeprint', begin);
    addEventListener('afterprint', end);
    return () => {
      removeEventListener('beforeprint', begin);
      removeEventListener('afterprint', end);
    };
  }, []);
  return printing;
}

/** The rows at hand from the first one on, without a gap. `pageFrom` gives a page that was loaded by its first row. */
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
