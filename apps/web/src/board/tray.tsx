import { EVENT_TYPES, type EventType, isFound } from '@scheduler/scheduling';
import type { BoardEvent, WeekBoard } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { memo } from 'react';
import { formatDay, formatDuration } from '../lib/time.ts';
import { lastDayOf, titleOf, URGENCIES, urgencyOf, windowWords } from '../lib/words.ts';
import { SyncMark, TypeMark } from '../ui/badges.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import { Empty } from '../ui/states.tsx';
import { useTrayLook } from './drag-state.ts';

export interface TrayFilter {
  q?: string;
  type?: EventType;
  last?: string;
}

/** Events nobody is planned for, most pressing first. */
export function Tray({
  events,
  elsewhere,
  today,
  filter,
  mayMove,
  onFilter,
  onPick,
}: {
  events: readonly BoardEvent[];
  /** How much more is open before and after this week. */
  elsewhere: WeekBoard['openElsewhere'];
  today: string;
  filter: TrayFilter;
  /** Whether events can be taken from here to the board. */
  mayMove: boolean;
  onFilter: (filter: TrayFilter) => void;
  onPick: (event: BoardEvent) => void;
}) {
  const look = useTrayLook();
  const shown = filterEvents(events, filter);
  const inOtherWeeks = elsewhere.earlier + elsewhere.later > 0 ? <OtherWeeks {...elsewhere} /> : undefined;
  const groups = URGENCIES.map((urgency) => ({
    urgency,
    members: shown
      .filter((event) => urgencyOf(event, today) === urgency)
      .sort((a, b) => (a.dueOn === b.dueOn ? a.eventId - b.eventId : a.dueOn < b.dueOn ? -1 : 1)),
  })).filter(({ members }) => members.length > 0);
  return (
    <aside
      aria-label="Unscheduled events"
      data-tray
      className="relative flex min-h-0 w-full flex-1 flex-col border-line bg-surface-2 min-[1100px]:w-72 min-[1100px]:flex-none min-[1100px]:border-l 2xl:w-80"
    >
      <div className="grid gap-2 border-b border-line p-2">
        <h2 className="flex items-baseline gap-2 text-sm font-semibold">
          Unscheduled
          <span className="text-xs font-normal text-ink-2" role="status">
            {shown.length === events.length ? events.length : `${shown.length} of ${events.length}`}
          </span>
        </h2>
        <FilterBar filter={filter} events={events} onFilter={onFilter} />
      </div>
      {look && (
        <p
          className={`pointer-events-none absolute inset-1 z-10 grid place-items-center rounded-md outline-2 outline-dashed ${look === 'aimed' ? 'bg-accent-soft/90 outline-accent' : 'bg-surface-2/60 outline-line-strong'}`}
        >
          <span className="rounded bg-surface px-2 py-1 text-sm font-medium text-ink shadow-float">
            Drop here to unschedule
          </span>
        </p>
      )}
      <div className="min-h-0 flex-1 overflow-y-auto p-2">
        {events.length === 0 &&
          (inOtherWeeks ? (
            <Empty title="Nothing is open in this week.">{inOtherWeeks}</Empty>
          ) : (
            <Empty title="Everything is scheduled.">
              New work appears here after the next refresh or an import.
            </Empty>
          ))}
        {events.length > 0 && shown.length === 0 && (
          <Empty title="No unscheduled event fits.">
            <button type="button" className="text-accent-text underline" onClick={() => onFilter({})}>
              Show all {events.length}
            </button>
          </Empty>
        )}
        <div className="grid gap-3">
          {groups.map(({ urgency, members }) => (
            <section key={urgency} aria-label={urgency} className="grid gap-1">
              <h3
                className={`flex justify-between px-1 text-xs font-medium ${urgency === 'Past its last day' ? 'text-failed' : urgency === 'Today is the last day' ? 'text-waiting' : 'text-ink-2'}`}
              >
                {urgency}
                <span>{members.length}</span>
              </h3>
              <ul className="grid gap-1">
                {members.map((event) => (
                  <li key={event.eventId}>
                    <TrayEvent event={event} mayMove={mayMove} onPick={onPick} />
                  </li>
                ))}
              </ul>
            </section>
          ))}
          {events.length > 0 && inOtherWeeks && <p className="px-1 text-xs text-ink-2">{inOtherWeeks}</p>}
        </div>
      </div>
    </aside>
  );
}

/** What is open beyond this week, with the way to all of it. */
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

/** Search and type, for the tray and for the list in the dialog. */
export function FilterBar({
  filter,
  events,
  onFilter,
}: {
  filter: TrayFilter;
  events: readonly BoardEvent[];
  onFilter: (filter: TrayFilter) => void;
}) {
  const types = EVENT_TYPES.filter(
    (type) => events.some((event) => event.type === type) || filter.type === type,
  );
  return (
    <div className="grid gap-1.5">
      <div className="flex gap-1.5">
        <SearchBox
          label="Search unscheduled events"
          placeholder="Search"
          value={filter.q ?? ''}
          onChange={(q) => onFilter(without(filter, 'q', q))}
          className="min-w-0"
        />
        <select
          aria-label="Type of event"
          value={filter.type ?? ''}
          onChange={(change) => onFilter(without(filter, 'type', change.target.value))}
          className="h-8 w-28 rounded-md border border-line-strong bg-surface px-1.5 text-sm pointer-coarse:h-11"
        >
          <option value="">All types</option>
          {types.map((type) => (
            <option key={type} value={type}>
              {type}
            </option>
          ))}
        </select>
      </div>
      {filter.last && (
        <button
          type="button"
          onClick={() => onFilter(without(filter, 'last', ''))}
          aria-label={`Last day ${formatDay(filter.last)}: show events of other days too`}
          className="inline-flex items-center gap-1 justify-self-start rounded-full bg-waiting-soft px-2 py-0.5 text-xs text-waiting pointer-coarse:min-h-9"
        >
          Last day {formatDay(filter.last)}
          <X aria-hidden className="size-3" />
        </button>
      )}
    </div>
  );
}

function without(filter: TrayFilter, key: keyof TrayFilter, value: string): TrayFilter {
  const { [key]: _old, ...rest } = filter;
  return value === '' ? rest : { ...rest, [key]: value };
}

/** Events whose name has every word, of that type, whose last day that is. */
export function filterEvents(events: readonly BoardEvent[], filter: TrayFilter): BoardEvent[] {
  return events.filter(
    (event) =>
      (!filter.type || event.type === filter.type) &&
      (!filter.last || lastDayOf(event) === filter.last) &&
      isFound(filter.q ?? '', [event.name, event.eventNumber, event.mplanId]),
  );
}

/** One unscheduled event as a button; with `mayMove` it can be dragged onto the board. */
export const TrayEvent = memo(function TrayEvent({
  event,
  mayMove = false,
  onPick,
}: {
  event: BoardEvent;
  mayMove?: boolean;
  onPick: (event: BoardEvent) => void;
}) {
  return (
    <button
      type="button"
      data-testid={`tray-event-${event.eventId}`}
      data-held={mayMove ? `event ${event.eventId}` : undefined}
      title={event.name}
      onClick={() => onPick(event)}
      className="grid w-full gap-0.5 rounded-md border border-line bg-surface px-2 py-1.5 text-left select-none hover:border-line-strong hover:bg-surface-2 pointer-coarse:py-2"
    >
      <span className="line-clamp-2 text-[13px] leading-tight font-medium">{titleOf(event)}</span>
      <span className="flex items-center gap-2">
        <TypeMark type={event.type} />
        <span className="ml-auto text-xs whitespace-nowrap text-ink-2">
          {formatDuration(event.durationMinutes)}
        </span>
      </span>
      <span className="text-xs text-ink-2">
        {windowWords(event)}
        {event.eventNumber && ` · ${event.eventNumber}`}
      </span>
      {event.bookedElsewhere && (
        <span className="text-xs text-conflict">Booked in Crossmark by {event.bookedElsewhere}</span>
      )}
      {!event.mplanId && <span className="text-xs text-waiting">Not found in Crossmark yet</span>}
      {event.sync.state !== 'synced' && (
        <span>
          <SyncMark sync={event.sync} />
        </span>
      )}
    </button>
  );
});
