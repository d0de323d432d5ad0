import type { EventRow } from '@scheduler/server/router';
import { useEffect, useRef } from 'react';
import { trpc } from '../lib/api.ts';
import { clearSelection, selection, toggleSelected } from '../planning/selection.ts';
import { toast } from '../ui/toast.tsx';
import type { EventFilter } from './events-search.ts';

/** What one call of the API can change. */
const MAX_SELECTED = 500;

/**
 * Returns how to select rows of the list: one, all from the last selected one on, or several. The
 * selection ends with the filter, so that nothing is changed that the list does not show.
 */
export function useSelectRows(filter: EventFilter, pageRows: number) {
  const utils = trpc.useUtils();
  const lastIndex = useRef<number>(undefined);
  const filterKey = JSON.stringify(filter);
  useEffect(
    () => () => {
      lastIndex.current = undefined;
      clearSelection();
    },
    [filterKey],
  );

  /** The bar reads each selected event by its id, and starts with what the list shows. */
  const remember = (row: EventRow) => utils.events.get.setData({ eventId: row.event.eventId }, row);
  const selectAll = (rows: readonly EventRow[], isSelected = true) => {
    const next = new Set(selection.get());
    for (const row of rows) {
      if (!isSelected) next.delete(row.event.eventId);
      else if (next.size < MAX_SELECTED) {
        remember(row);
        next.add(row.event.eventId);
      }
    }
    if (isSelected && next.size === MAX_SELECTED) {
      toast(`${MAX_SELECTED} events are selected. No more can be changed at once.`);
    }
    selection.set(next);
  };
  const selectRange = async (from: number, to: number) => {
    const pages = [];
    for (let page = Math.floor(from / pageRows); page <= Math.floor(to / pageRows); page++) pages.push(page);
    const lists = await Promise.all(
      pages.map((page) => utils.events.list.fetch({ ...filter, limit: pageRows, offset: page * pageRows })),
    );
    const first = (pages[0] ?? 0) * pageRows;
    selectAll(lists.flatMap(({ rows }) => rows).slice(from - first, to - first + 1));
  };
  return {
    selectAll,
    select: (row: EventRow, index: number, isRange: boolean) => {
      const from = lastIndex.current;
      lastIndex.current = index;
      if (isRange && from !== undefined) {
        const end = Math.min(Math.max(from, index), Math.min(from, index) + MAX_SELECTED - 1);
        void selectRange(Math.min(from, index), end);
        return;
      }
      remember(row);
      toggleSelected(row.event.eventId);
    },
  };
}
