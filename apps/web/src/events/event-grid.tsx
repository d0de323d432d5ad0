// biome-ignore-all lint/a11y/useSemanticElements: no table element can hold rows that are placed by their number
// biome-ignore-all lint/a11y/useFocusableInteractive: rows have the focus, and the buttons in the cells
// biome-ignore-all lint/a11y/useKeyWithClickEvents: Enter does on a row what a click does
import type { EventList } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { shortcutOf } from '../ui/shortcuts.ts';
import { Skeleton } from '../ui/states.tsx';
import { type Sort, TRACKS } from './event-columns.ts';
import { Head } from './event-grid-head.tsx';
import { Cells, type EventActions } from './event-row.tsx';
import type { EventFilter } from './events-search.ts';
import { loadedRows, usePrinting } from './use-printing.ts';

/**
 * Rows that are asked for at once. Only what is in sight is asked for, and asked for again when it
 * changes.
 */
export const PAGE_ROWS = 100;

/** In rem, for a list must know the height of what it doesn't draw. */
const ROW_REM = 3.1;

const CARD_REM = 8.8;

const remPx = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/**
 * Any number of events, of which only those in sight are in the page. One stop of the Tab key:
 * arrows, Page Up and Down, Home and End go from row to row, Enter opens one, Tab goes on to its
 * buttons. On narrow screens each is a card. On paper there are all rows that were loaded, from the
 * first one on, and a line that says how many there are besides.
 */
export function EventGrid({
  filter,
  first,
  busy,
  narrow,
  timeZone,
  today,
  actions,
  onSort,
}: {
  filter: EventFilter;
  /** The first page. */
  first: EventList;
  /** It is that of another filter still. */
  busy: boolean;
  narrow: boolean;
  timeZone: string;
  /** The store's day. */
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
    // The row that has the focus stays in the page, wherever one scrolls to.
    (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      return indexes.includes(active) ? indexes : [...indexes, active].sort((a, b) => a - b);
    },
    [active],
  );
  // Asked once, not for each of thousands of rows.
  const rowPx = useMemo(() => Math.round((cards ? CARD_REM : ROW_REM) * remPx()), [cards]);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 6,
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

  // Another filter or order starts at its top.
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
      className="flex min-h-0 flex-1 flex-col print:block"
    >
      {!cards && <Head filter={filter} onSort={onSort} />}
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
            const failed = pageOf(index);
            return (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 1 + headRows}
                tabIndex={index === active ? 0 : -1}
                data-index={index}
                data-event-id={row?.event.eventId}
                onFocus={() => setChosen(index)}
                onClick={() => row && actions.open(row.event.eventId)}
                onKeyDown={(key) => {
                  if (shortcutOf(key) === 'Enter' && key.target === key.currentTarget && row) {
                    actions.open(row.event.eventId);
                  }
                }}
                className={`${printing ? 'break-inside-avoid py-1' : 'absolute inset-x-0 top-0'} border-b border-line px-3 hover:bg-surface-2 focus-visible:-outline-offset-2 ${row ? 'cursor-pointer' : ''} ${cards ? 'grid content-center gap-1' : `grid items-center gap-x-3 ${TRACKS}`}`}
                style={printing ? undefined : { height: size, transform: `translateY(${start}px)` }}
              >
                {row ? (
                  <Cells
                    row={row}
                    cards={cards}
                    timeZone={timeZone}
                    today={today}
                    actions={actions}
                    tabbable={index === active}
                  />
                ) : (
                  <div role="gridcell" className="col-span-full">
                    {failed?.isError ? (
                      <span className="flex items-center gap-3 text-sm text-failed">
                        This row could not be loaded.
                        <Button onClick={() => void failed.refetch()}>Try again</Button>
                      </span>
                    ) : (
                      <>
                        <span className="sr-only">Loading</span>
                        <Skeleton className="h-4 w-2/3" />
                      </>
                    )}
                  </div>
                )}
              </div>
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
