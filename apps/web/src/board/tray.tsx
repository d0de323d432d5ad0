import type { BoardEvent, WeekBoard } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { URGENCIES, type Urgency, urgencyOf } from '../lib/words.ts';
import { Empty } from '../ui/states.tsx';
import { useTrayLook } from './drag-state.ts';
import { TrayEvent } from './tray-event.tsx';
import { byDueDay, FilterBar, filterEvents, type TrayFilter } from './tray-filter.tsx';

const URGENCY_COLOURS: Partial<Record<Urgency, string>> = {
  'Past its last day': 'text-failed',
  'Today is the last day': 'text-waiting',
};

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
  const visibleEvents = filterEvents(events, filter);
  const inOtherWeeks = elsewhere.earlier + elsewhere.later > 0 ? <OtherWeeks {...elsewhere} /> : undefined;
  const groups = URGENCIES.map((urgency) => ({
    urgency,
    members: visibleEvents.filter((event) => urgencyOf(event, today) === urgency).sort(byDueDay),
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
            {visibleEvents.length === events.length
              ? events.length
              : `${visibleEvents.length} of ${events.length}`}
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
        {events.length > 0 && visibleEvents.length === 0 && (
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
                className={`flex justify-between px-1 text-xs font-medium ${URGENCY_COLOURS[urgency] ?? 'text-ink-2'}`}
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
