import type { BoardEvent, WeekBoard } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { type MouseEvent, memo, useLayoutEffect, useMemo, useRef } from 'react';
import { useExternalStore } from '../lib/external-store.ts';
import { addDays, formatDay } from '../lib/time.ts';
import { clearSelection, selectMode } from '../planning/selection.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { Empty } from '../ui/states.tsx';
import { useIsPainted } from '../ui/use-is-painted.ts';
import { TRAY_ORDERS, type TrayOrder } from './board-search.ts';
import { useHeldEvent, useTrayLook } from './drag-state.ts';
import { keepOneTabStop } from './tab-stop.ts';
import { TrayEvent } from './tray-event.tsx';
import { FilterBar, filterEvents, type TrayFilter } from './tray-filter.tsx';
import { eventsThatFit, groupTray } from './tray-groups.ts';

const URGENCY_COLOURS = { over: 'text-failed', soon: 'text-waiting', '': 'text-ink-2' };
const ORDER_WORDS: Record<TrayOrder, string> = { due: 'Due', type: 'Type', client: 'Client' };

/** The unscheduled events, the most urgent first. */
export const Tray = memo(function Tray({
  board,
  filter,
  mayMove,
  onFilter,
  onWeek,
  onPick,
}: {
  board: WeekBoard;
  filter: TrayFilter;
  /** Whether events can be taken from here to the board. */
  mayMove: boolean;
  onFilter: (filter: TrayFilter) => void;
  onWeek: (week: string) => void;
  onPick: (event: BoardEvent, click: MouseEvent) => void;
}) {
  const { tray: events, openElsewhere } = board;
  const mayWrite = useMayWrite();
  const isInSelectMode = useExternalStore(selectMode, (isOn) => isOn);
  const look = useTrayLook();
  const held = useHeldEvent();
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => keepOneTabStop(list.current));
  const { fits } = filter;
  const fitting = useMemo(() => (fits ? eventsThatFit(board, fits) : undefined), [board, fits]);
  const visibleEvents = filterEvents(events, filter).filter(
    (event) => !fitting || fitting.has(event.eventId),
  );
  const order = filter.by ?? 'due';
  const inOtherWeeks =
    openElsewhere.earlier + openElsewhere.later > 0 ? <OtherWeeks {...openElsewhere} /> : undefined;
  return (
    <aside
      aria-label="Unscheduled events"
      data-tray
      className="relative flex min-h-0 w-full flex-1 flex-col border-line bg-surface min-[1100px]:border-r"
    >
      <div className="grid gap-2 border-b border-line px-3 pt-2.5 pb-2">
        <h2 className="flex items-baseline gap-2 font-semibold">
          Unscheduled
          <span className="font-normal text-ink-2" role="status">
            {visibleEvents.length === events.length
              ? events.length
              : `${visibleEvents.length} of ${events.length}`}
          </span>
          {openElsewhere.next > 0 && (
            <button
              type="button"
              onClick={() => onWeek(addDays(board.weekOf, 7))}
              className="font-normal text-ink-2 hover:underline pointer-coarse:min-h-9"
            >
              {openElsewhere.next} next week
            </button>
          )}
          {mayWrite && events.length > 1 && (
            <button
              type="button"
              aria-pressed={isInSelectMode}
              onClick={() => (isInSelectMode ? clearSelection() : selectMode.set(true))}
              className={`ml-auto rounded px-1.5 text-xs font-normal hover:underline pointer-coarse:min-h-11 pointer-coarse:px-3 ${isInSelectMode ? 'bg-accent-soft text-accent-text' : 'text-ink-2'}`}
            >
              Select<span className="sr-only"> several events</span>
            </button>
          )}
        </h2>
        <FilterBar filter={filter} events={events} hint="/" onFilter={onFilter} />
        <div className="flex items-center gap-1 text-xs">
          <fieldset className="flex">
            <legend className="sr-only">Group by</legend>
            {TRAY_ORDERS.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={each === order}
                onClick={() => onFilter({ ...filter, by: each === 'due' ? undefined : each })}
                className={`shrink-0 rounded px-1.5 py-0.5 whitespace-nowrap pointer-coarse:min-h-11 pointer-coarse:px-3 ${each === order ? 'bg-surface-2 font-semibold' : 'text-ink-2 hover:text-ink'}`}
              >
                {ORDER_WORDS[each]}
              </button>
            ))}
          </fieldset>
          <FitsField board={board} fits={fits} onChange={(to) => onFilter({ ...filter, fits: to })} />
        </div>
      </div>
      {look && (
        <p
          className={`pointer-events-none absolute inset-1 z-10 grid place-items-center rounded-md outline-2 outline-dashed ${look === 'aimed' ? 'bg-accent-soft/90 outline-accent' : 'bg-surface-2/60 outline-line-strong'}`}
        >
          <span className="rounded bg-surface px-2 py-1 font-medium text-ink shadow-float">
            Drop here to unschedule
          </span>
        </p>
      )}
      <div ref={list} className="min-h-0 flex-1 overflow-y-auto pb-2">
        {events.length === 0 &&
          (inOtherWeeks ? (
            <Empty title="Nothing is open in this week.">{inOtherWeeks}</Empty>
          ) : (
            <Empty title="Everything is scheduled.">
              New work appears here after the next refresh or an import.
            </Empty>
          ))}
        {events.length > 0 && visibleEvents.length === 0 && (
          <Empty title="No unscheduled event fits.">
            <button
              type="button"
              className="text-accent-text underline"
              onClick={() => onFilter(filter.by ? { by: filter.by } : {})}
            >
              Show all {events.length}
            </button>
          </Empty>
        )}
        {/* Other lines take the place of these ones in another week or filter: nothing moves. */}
        <div key={[board.weekOf, filter.q, filter.type, filter.last, filter.fits, order].join(' ')}>
          {groupTray(visibleEvents, order, board).map(({ title, urgency, members }) => (
            <section key={title} aria-label={title}>
              <h3
                className={`sticky top-0 z-1 flex justify-between gap-2 bg-surface px-3 pt-2 pb-1 text-xs font-semibold ${URGENCY_COLOURS[urgency]}`}
              >
                <span className="min-w-0 truncate" title={title}>
                  {title}
                </span>
                <span className="font-normal text-ink-2">{members.length}</span>
              </h3>
              <ul className="px-1">
                {members.map((event) => (
                  <li key={event.eventId}>
                    <TrayEvent
                      event={event}
                      mayMove={mayMove}
                      isStop
                      look={held === event.eventId ? 'bg-accent-soft!' : ''}
                      onPick={onPick}
                    />
                  </li>
                ))}
              </ul>
            </section>
          ))}
          {events.length > 0 && inOtherWeeks && (
            <p className="px-3 py-2 text-xs text-ink-2">{inOtherWeeks}</p>
          )}
        </div>
      </div>
    </aside>
  );
});

/** The choice of a day or a person whom the events fit. Its options, one for each person, come after the first cards. */
function FitsField({
  board: { days, people, today },
  fits,
  onChange,
}: {
  board: WeekBoard;
  fits: string | undefined;
  onChange: (fits: string | undefined) => void;
}) {
  const hasOptions = useIsPainted(true);
  return (
    <select
      aria-label="Only events that fit"
      value={fits ?? ''}
      onChange={({ target }) => onChange(target.value || undefined)}
      className={`ml-2 h-6 min-w-0 flex-1 rounded text-right text-xs pointer-coarse:h-11 ${fits ? 'bg-accent-soft text-accent-text' : 'bg-surface text-ink-2'}`}
    >
      <option value="">Fits: anyone</option>
      {(hasOptions || fits) && (
        <>
          <optgroup label="Fits this day">
            {days
              .filter((day) => day >= today)
              .map((day) => (
                <option key={day} value={day}>
                  Fits {formatDay(day)}
                </option>
              ))}
          </optgroup>
          <optgroup label="Fits this person">
            {people
              .filter(({ isGuest }) => !isGuest)
              .map(({ id, name }) => (
                <option key={id} value={String(id)}>
                  Fits {name}
                </option>
              ))}
          </optgroup>
        </>
      )}
    </select>
  );
}

/** The number of open events in other weeks, with a link to all of them. */
function OtherWeeks({ earlier, later }: WeekBoard['openElsewhere']) {
  const parts = [
    ...(earlier > 0 ? [`${earlier} before it`] : []),
    ...(later > 0 ? [`${later} after it`] : []),
  ];
  return (
    <>
      Open in other weeks: {parts.join(', ')}.{' '}
      <Link to="/events" search={{ scheduled: 'no' }} className="text-accent-text underline">
        All unscheduled events
      </Link>
    </>
  );
}
