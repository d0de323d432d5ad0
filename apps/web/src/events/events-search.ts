import { CONDITIONS, type Condition, EVENT_TYPES, type EventType } from '@scheduler/scheduling';
import type { AppRouter } from '@scheduler/server/router';
import type { inferRouterInputs } from '@trpc/server';
import { STATES, type SyncState } from '../lib/words.ts';
import { day, id, oneOf, parsedSearch, type RawSearch, text } from '../search-params.ts';

/** The columns that the list can be ordered by. */
const EVENT_SORTS = ['due', 'name', 'type', 'condition', 'work', 'person', 'sync'] as const;

/** The address of the events page: its filters, its order, and the open panel. */
export interface EventsSearch {
  /** Shows unreported work of the last days in place of all events. */
  view?: 'unreported';
  store?: number;
  q?: string;
  type?: EventType;
  condition?: Condition;
  scheduled?: 'yes' | 'no';
  sync?: SyncState;
  /** An employee's id. */
  rep?: number;
  from?: string;
  to?: string;
  /** With `work`, `from` and `to` refer to the scheduled day instead of the window. */
  dates?: 'work';
  sort?: (typeof EVENT_SORTS)[number];
  desc?: true;
  /** The event whose panel is open. */
  event?: number;
}

export const eventsSearch = (search: RawSearch): EventsSearch =>
  parsedSearch({
    view: oneOf(['unreported'], search.view),
    store: id(search.store),
    q: text(search.q),
    type: oneOf(EVENT_TYPES, search.type),
    condition: oneOf(CONDITIONS, search.condition),
    scheduled: oneOf(['yes', 'no'], search.scheduled),
    sync: oneOf(STATES, search.sync),
    rep: id(search.rep),
    from: day(search.from),
    to: day(search.to),
    dates: oneOf(['work'], search.dates),
    sort: oneOf(EVENT_SORTS, search.sort),
    desc: search.desc === true ? (true as const) : undefined,
    event: id(search.event),
  });

/** The filter of the list of events, as the API takes it. */
export type EventFilter = inferRouterInputs<AppRouter>['csv']['exportEvents'];

/** The parts of the address that filter the list. “Clear filters” removes them. */
export const NARROWING = ['q', 'type', 'condition', 'scheduled', 'sync', 'rep', 'from', 'to'] as const;

/** Returns the filter that the address describes. Unreported work is ordered oldest first. */
export function filterOf(search: EventsSearch): EventFilter {
  const unreported = search.view === 'unreported';
  const searched = search.q?.trim().slice(0, 100);
  return {
    ...(search.store && { storeId: search.store }),
    ...(searched && { text: searched }),
    ...(search.type && { types: [search.type] }),
    ...(search.condition && { conditions: [search.condition] }),
    ...(search.scheduled && { scheduled: search.scheduled === 'yes' }),
    ...(search.sync && { syncStates: [search.sync] }),
    ...(search.rep && { employeeId: search.rep }),
    ...(search.from && { from: search.from }),
    ...(search.to && { to: search.to }),
    ...(search.dates && { dates: search.dates }),
    ...(unreported && { unreported }),
    sort: search.sort ?? (unreported ? 'work' : 'due'),
    descending: search.desc === true,
  };
}
