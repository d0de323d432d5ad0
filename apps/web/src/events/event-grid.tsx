// biome-ignore-all lint/a11y/useSemanticElements: no table element can hold rows that are placed by their number
// biome-ignore-all lint/a11y/useFocusableInteractive: rows have the focus, and the buttons in the cells
// biome-ignore-all lint/a11y/useKeyWithClickEvents: Enter does on a row what a click does
import type { EventList } from '@scheduler/server/router';
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { usePrinting } from '../lib/use-printing.ts';
import { shortcutOf } from '../ui/shortcuts.ts';
import type { EventActions } from './event-actions.tsx';
import type { Sort } from './event-columns.ts';
import { Head } from './event-grid-head.tsx';
import { GridRow } from './event-row.tsx';
import { HeadTick } from './event-tick.tsx';
import type { EventFilter } from './events-search.ts';
import { loadedRows } from './loaded-rows.ts';
import { useSelectRows } from './use-select-rows.ts';

/**
 * The number of rows in one request. Only visible rows are loaded, and loaded again when they
 * change.
 */
export const PAGE_ROWS = 100;

/** In rem. The list has to know the height of rows that it does not render. */
const ROW_REM = 3.1;

const CARD_REM = 8.8;

/** What the bar of the selected events covers at the end of the list; it has more lines on a narrow screen. */
const BAR_REM = 4.5;

const NARROW_BAR_REM = 12;

const remPx = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/**
 * A list of any number of events, of which only the visible ones are rendered. The list is one stop
 * of the Tab key: arrows, Page Up and Down, Home and End move from row to row, Enter opens a row,
 * Space selects it, and Tab goes to its buttons. On narrow screens each row is a card. A printed list has all rows
 * that were loaded, from the first one on, and a line with the total.
 */
export function EventGrid({
  filter,
  first,
  busy,
  narrow,
  hasBulkBar,
  timeZone,
  today,
  actions,
  onSort,
}: {
  filter: EventFilter;
  /** The first page. */
  first: EventList;
  /** Whether the first page still belongs to another filter. */
  busy: boolean;
  narrow: boolean;
  /** Whether the bar of the selected events is over the end of the list. */
  hasBulkBar: boolean;
  timeZone: string;
  /** The current day of the store. */
  today: string;
  actions: EventActions;
  onSort: (sort: Sort, descending: boolean) => void;
}) {
  const { total } = first;
  const printing = usePrinting();
  const cards = narrow && !printing;
  const utils = trpc.useUtils();
  const scroller = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState(0);
  const active = Math.min(chosen, Math.max(total - 1, 0));
  const rangeExtractor = useCallback(
    // The focused row stays rendered at every scroll position.
    (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      return indexes.includes(active) ? indexes : [...indexes, active].sort((a, b) => a - b);
    },
    [active],
  );
  // Computed once, not for each of thousands of rows.
  const rowPx = useMemo(() => Math.round((cards ? CARD_REM : ROW_REM) * remPx()), [cards]);
  const barPx = useMemo(
    () => (hasBulkBar ? Math.round((cards ? NARROW_BAR_REM : BAR_REM) * remPx()) : 0),
    [hasBulkBar, cards],
  );
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 6,
    paddingEnd: barPx,
    scrollPaddingEnd: barPx,
    rangeExtractor,
  });
  useLayoutEffect(() => rows.measure(), [rows, rowPx]);

  const loaded = printing
    ? loadedRows(first, PAGE_ROWS, (offset) =>
        utils.events.list.getData({ ...filter, limit: PAGE_ROWS, offset }),
      )
    : [];
  const items = printing
    ? loaded.map((_, index) => ({ index, start: 0, size: 0 }))
    : rows.getVirtualItems().filter(({ index }) => index < total);
  const pages = [...new Set(items.map(({ index }) => Math.floor(index / PAGE_ROWS)))].filter(
    (page) => page > 0,
  );
  const others = trpc.useQueries((ask) =>
    pages.map((page) =>
      ask.events.list(
        { ...filter, limit: PAGE_ROWS, offset: page * PAGE_ROWS },
        { enabled: !busy, trpc: { abortOnUnmount: true } },
      ),
    ),
  );
  const pageOf = (index: number) => others[pages.indexOf(Math.floor(index / PAGE_ROWS))];
  const rowAt = (index: number) =>
    loaded[index] ?? (index < PAGE_ROWS ? first.rows[index] : pageOf(index)?.data?.rows[index % PAGE_ROWS]);

  const { select, selectAll } = useSelectRows(filter, PAGE_ROWS);
  const { startIndex, endIndex } = rows.range ?? { startIndex: 0, endIndex: -1 };
  const inSight = items.flatMap(({ index }) =>
    startIndex <= index && index <= endIndex ? (rowAt(index) ?? []) : [],
  );

  // A list with another filter or order starts at its top.
  const filterKey = JSON.stringify(filter);
  useLayoutEffect(() => {
    setChosen(0);
    rows.scrollToOffset(0);
  }, [filterKey, rows]);

  const focusNext = useRef(false);
  useLayoutEffect(() => {
    if (!focusNext.current) return;
    focusNext.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-index="${active}"]`)?.focus({ preventScroll: true });
  });
  const onKeyDown = (key: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 1);
    const to: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: total - 1,
    };
    const index = to[shortcutOf(key) ?? ''];
    if (index === undefined) return;
    key.preventDefault();
    const next = Math.min(Math.max(index, 0), total - 1);
    focusNext.current = true;
    setChosen(next);
    rows.scrollToIndex(next);
  };

  const headRows = cards ? 0 : 1;
  return (
    <div
      role="grid"
      aria-label="Events"
      aria-rowcount={total + headRows}
      aria-busy={busy}
      aria-multiselectable={actions.maySelect}
      className="flex min-h-0 flex-1 flex-col print:block"
    >
      {!cards && (
        <Head
          filter={filter}
          tick={actions.maySelect && <HeadTick inSight={inSight} onSelect={selectAll} />}
          onSort={onSort}
        />
      )}
      <div
        role="rowgroup"
        ref={scroller}
        onKeyDown={onKeyDown}
        data-testid="event-rows"
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain [scrollbar-gutter:stable] print:overflow-visible"
      >
        <div
          role="presentation"
          className="relative"
          style={{ height: printing ? undefined : rows.getTotalSize() }}
        >
          {items.map(({ index, start, size }) => {
            const row = rowAt(index);
            return (
              <GridRow
                key={index}
                row={row}
                failed={pageOf(index)}
                aria-rowindex={index + 1 + headRows}
                data-index={index}
                isActive={index === active}
                onFocus={() => setChosen(index)}
                onSelect={(selected, isRange) => select(selected, index, isRange)}
                place={printing ? undefined : { height: size, transform: `translateY(${start}px)` }}
                {...{ cards, timeZone, today, actions }}
              />
            );
          })}
        </div>
      </div>
      {printing && loaded.length < total && (
        <p className="px-3 py-2 text-sm">
          The first {loaded.length} of {total} events. Export saves all of them.
        </p>
      )}
    </div>
  );
}
