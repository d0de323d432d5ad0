import { EVENT_TYPES, type EventType, isFound } from '@scheduler/scheduling';
import type { BoardEvent } from '@scheduler/server/router';
import { X } from 'lucide-react';
import { formatDay } from '../lib/time.ts';
import { isDueOn } from '../lib/words.ts';
import { SearchBox } from '../ui/search-box.tsx';
import type { TrayOrder } from './board-search.ts';

export interface TrayFilter {
  q?: string | undefined;
  type?: EventType | undefined;
  last?: string | undefined;
  /** The order of groups; by default the due day. */
  by?: TrayOrder | undefined;
  /** A person's id, or a day. */
  fits?: string | undefined;
}

/** Search and type, for the tray and for the list in the dialog. */
export function FilterBar({
  filter,
  events,
  hint = '',
  onFilter,
}: {
  filter: TrayFilter;
  events: readonly BoardEvent[];
  /** The key that focuses the search. */
  hint?: string;
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
          placeholder={hint ? `Search  ${hint}` : 'Search'}
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

/** Returns the events of a type and last day whose names contain every word. */
export function filterEvents(events: readonly BoardEvent[], filter: TrayFilter): BoardEvent[] {
  return events.filter(
    (event) =>
      (!filter.type || event.type === filter.type) &&
      (!filter.last || isDueOn(event, filter.last)) &&
      isFound(filter.q ?? '', [event.name, event.eventNumber, event.mplanId]),
  );
}
