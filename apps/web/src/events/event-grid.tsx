// biome-ignore-all lint/a11y/useSemanticElements: no table element can hold rows that are placed by their number
// biome-ignore-all lint/a11y/useFocusableInteractive: rows have the focus, and the buttons in the cells
// biome-ignore-all lint/a11y/useKeyWithClickEvents: Enter does on a row what a click does
import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { EventList, EventRow } from '@scheduler/server/router';
import { Button, buttonClass, IconButton } from '@scheduler/ui/button';
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, CalendarPlus, ExternalLink, History } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { trpc } from '../lib/api.ts';
import { formatWhen } from '../lib/time.ts';
import { lastDayOf, titleOf, windowWords } from '../lib/words.ts';
import { SyncMark, TypeMark } from '../ui/badges.tsx';
import { Cut } from '../ui/cut.tsx';
import { shortcutOf } from '../ui/shortcuts.ts';
import { Skeleton } from '../ui/states.tsx';
import type { EventFilter } from './events-search.ts';

/** Rows that are asked for at once. Only what is in sight is asked for, and asked for again when it changes. */
export const PAGE_ROWS = 100;

type Sort = NonNullable<EventFilter['sort']>;

/** The columns, each by what it is ordered by. */
export const COLUMNS: readonly { sort: Sort; label: string }[] = [
  { sort: 'name', label: 'Event' },
  { sort: 'type', label: 'Type' },
  { sort: 'due', label: 'Window' },
  { sort: 'condition', label: 'Condition' },
  { sort: 'work', label: 'Planned for' },
  { sort: 'person', label: 'Person' },
  { sort: 'sync', label: 'Crossmark' },
];
const TRACKS =
  'grid-cols-[minmax(12rem,2.4fr)_6.5rem_minmax(10.5rem,1fr)_6rem_minmax(10rem,1fr)_minmax(7rem,1.2fr)_7rem_6.5rem]';

/** In rem, for a list must know the height of what it doesn't draw. */
const ROW_REM = 3.1;
const CARD_REM = 8.8;
const remPx = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** What can be done with an event from the list. */
export interface EventActions {
  open: (eventId: number) => void;
  /** Absent for those who only look. */
  schedule: ((row: EventRow) => void) | undefined;
  reissue: ((row: EventRow) => void) | undefined;
}

/**
 * Any number of events, of which only those in sight are in the page. One stop of the Tab key: arrows, Page Up and Down,
 * Home and End go from row to row, Enter opens one, Tab goes on to its buttons. On narrow screens each is a card.
 */
export function EventGrid({
  filter,
  first,
  busy,
  cards,
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
  cards: boolean;
  timeZone: string;
  /** The store's day. */
  today: string;
  actions: EventActions;
  onSort: (sort: Sort, descending: boolean) => void;
}) {
  const { total } = first;
  const scroller = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState(0);
  const active = Math.min(chosen, Math.max(total - 1, 0));
  const rangeExtractor = useCallback(
    // The row that has the focus stays in the page, wherever one scrolls to.
    (range: Range) => {
      const shown = defaultRangeExtractor(range);
      return shown.includes(active) ? shown : [...shown, active].sort((a, b) => a - b);
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

  const items = rows.getVirtualItems().filter(({ index }) => index < total);
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
    index < PAGE_ROWS ? first.rows[index] : pageOf(index)?.data?.rows[index % PAGE_ROWS];

  // Another filter or order starts at its top.
  const asked = JSON.stringify(filter);
  useLayoutEffect(() => {
    setChosen(0);
    rows.scrollToOffset(0);
  }, [asked, rows]);

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
      className="flex min-h-0 flex-1 flex-col"
    >
      {!cards && <Head filter={filter} onSort={onSort} />}
      <div
        role="rowgroup"
        ref={scroller}
        onKeyDown={onKeyDown}
        data-testid="event-rows"
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain [scrollbar-gutter:stable]"
      >
        <div role="presentation" className="relative" style={{ height: rows.getTotalSize() }}>
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
                className={`absolute inset-x-0 top-0 border-b border-line px-3 hover:bg-surface-2 focus-visible:-outline-offset-2 ${row ? 'cursor-pointer' : ''} ${cards ? 'grid content-center gap-1' : `grid items-center gap-x-3 ${TRACKS}`}`}
                style={{ height: size, transform: `translateY(${start}px)` }}
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
    </div>
  );
}

function Head({
  filter,
  onSort,
}: {
  filter: EventFilter;
  onSort: (sort: Sort, descending: boolean) => void;
}) {
  return (
    <div
      role="rowgroup"
      className="overflow-hidden border-b border-line bg-surface-2 text-xs text-ink-2 [scrollbar-gutter:stable]"
    >
      <div role="row" aria-rowindex={1} className={`grid items-center gap-x-3 px-3 ${TRACKS}`}>
        {COLUMNS.map(({ sort, label }) => {
          const on = filter.sort === sort;
          const Arrow = filter.descending ? ArrowDown : ArrowUp;
          return (
            <div
              key={sort}
              role="columnheader"
              aria-sort={on ? (filter.descending ? 'descending' : 'ascending') : 'none'}
            >
              <button
                type="button"
                onClick={() => onSort(sort, on && !filter.descending)}
                className={`-mx-1 inline-flex min-h-8 items-center gap-1 rounded px-1 hover:text-ink ${on ? 'font-semibold text-ink' : 'font-medium'}`}
              >
                {label}
                {on && <Arrow aria-hidden className="size-3.5" />}
              </button>
            </div>
          );
        })}
        <div role="columnheader">
          <span className="sr-only">Actions</span>
        </div>
      </div>
    </div>
  );
}

/** The cells of a row; in a card they stand in three lines. */
function Cells({
  row,
  cards,
  timeZone,
  today,
  actions,
  tabbable,
}: {
  row: EventRow;
  cards: boolean;
  timeZone: string;
  today: string;
  actions: EventActions;
  tabbable: boolean;
}) {
  const { event, schedule } = row;
  const name = (
    <Cell head className="min-w-0">
      <span className="block truncate text-[13px] leading-tight font-medium" title={event.name}>
        {titleOf(event)}
      </span>
      <span className="block truncate text-xs text-ink-2">
        {[event.eventNumber, event.mplanId ? `plan ${event.mplanId}` : null].filter(Boolean).join(' · ')}
        {!event.mplanId && <span className="text-waiting">Not found in Crossmark yet</span>}
      </span>
    </Cell>
  );
  const type = (
    <Cell className="min-w-0">
      <TypeMark type={event.type} whole={cards} />
    </Cell>
  );
  const window = <Cell className="truncate text-[13px] text-ink-2">{windowWords(event)}</Cell>;
  const condition = <Cell className="truncate text-[13px]">{event.condition}</Cell>;
  const when = (
    <Cell className="shrink-0 truncate text-[13px]">
      {schedule ? formatWhen(schedule.startsAt, timeZone) : <span className="text-ink-2">Not scheduled</span>}
    </Cell>
  );
  const person = (
    <Cell className="min-w-0 truncate text-[13px]">
      {schedule && <Cut text={schedule.employeeName} />}
      {event.bookedElsewhere && (
        <span className="text-conflict" title={`Booked in Crossmark by ${event.bookedElsewhere}`}>
          {event.bookedElsewhere} in Crossmark
        </span>
      )}
    </Cell>
  );
  const sync = (
    <Cell className="min-w-0">
      <SyncMark sync={event.sync} />
    </Cell>
  );
  const buttons = <Actions row={row} today={today} actions={actions} tabbable={tabbable} />;
  if (!cards) {
    return (
      <>
        {name}
        {type}
        {window}
        {condition}
        {when}
        {person}
        {sync}
        {buttons}
      </>
    );
  }
  return (
    <>
      {name}
      <div role="presentation" className="flex min-w-0 items-center gap-x-3">
        {type}
        {window}
      </div>
      <div role="presentation" className="flex min-w-0 items-center gap-x-3">
        {when}
        {person}
      </div>
      <div role="presentation" className="flex min-w-0 items-center gap-x-3">
        {condition}
        {sync}
        <span role="presentation" className="flex-1" />
        {buttons}
      </div>
    </>
  );
}

function Cell({
  head = false,
  className,
  children,
}: {
  head?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    <div role={head ? 'rowheader' : 'gridcell'} className={className}>
      {children}
    </div>
  );
}

function Actions({
  row,
  today,
  actions,
  tabbable,
}: {
  row: EventRow;
  today: string;
  actions: EventActions;
  tabbable: boolean;
}) {
  const { event, schedule, instructionsUrl, reissuable } = row;
  const title = titleOf(event);
  const schedulable =
    !schedule &&
    !event.bookedElsewhere &&
    !CLOSED_CONDITIONS.includes(event.condition) &&
    lastDayOf(event) >= today;
  const tabIndex = tabbable ? 0 : -1;
  return (
    // What is clicked in here is meant for the buttons; the row is opened elsewhere.
    <div role="gridcell" onClick={(click) => click.stopPropagation()} className="flex justify-end">
      {actions.schedule && schedulable && (
        <IconButton label={`Schedule ${title}`} tabIndex={tabIndex} onClick={() => actions.schedule?.(row)}>
          <CalendarPlus aria-hidden className="size-4" />
        </IconButton>
      )}
      {actions.reissue && reissuable && (
        <IconButton label={`Reissue ${title}`} tabIndex={tabIndex} onClick={() => actions.reissue?.(row)}>
          <History aria-hidden className="size-4" />
        </IconButton>
      )}
      {instructionsUrl && (
        <a
          href={instructionsUrl}
          target="_blank"
          rel="noreferrer"
          tabIndex={tabIndex}
          aria-label={`Instructions for ${title}, in a new tab`}
          title="Instructions"
          className={buttonClass('quiet', 'w-8 px-0! pointer-coarse:w-10')}
        >
          <ExternalLink aria-hidden className="size-4" />
        </a>
      )}
    </div>
  );
}
