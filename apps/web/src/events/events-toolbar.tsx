import { Button, buttonClass } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { FileUp, ListChecks, ListFilter } from 'lucide-react';
import type { ReactNode } from 'react';
import { trpc } from '../lib/api.ts';
import { useExternalStore } from '../lib/external-store.ts';
import { otherZone } from '../lib/time.ts';
import { clearSelection, selectMode } from '../planning/selection.ts';
import type { SearchChange } from '../search-params.ts';
import { StoreName } from '../shell/store-name.tsx';
import { useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import type { EventFilter, EventsSearch } from './events-search.ts';
import { ExportEvents } from './export-events.tsx';

/** The head of the page: which events are shown, their number, and the actions on all of them. */
export function EventsToolbar({
  search,
  filter,
  total,
  isLooking,
  narrowed,
  onSearch,
  onFilters,
}: {
  search: EventsSearch;
  filter: EventFilter;
  /** The number of events that match the filters; undefined while it loads. */
  total: number | undefined;
  /** Whether the list of other filters is still shown. */
  isLooking: boolean;
  /** How many filters are set. */
  narrowed: number;
  onSearch: (change: SearchChange<EventsSearch>) => void;
  /** Opens the filters; undefined if they are on the page. */
  onFilters: (() => void) | undefined;
}) {
  const mayWrite = useMayWrite();
  const isInSelectMode = useExternalStore(selectMode, (isOn) => isOn);
  const store = useStore();
  const { data: stores = [] } = trpc.stores.list.useQuery(undefined, { staleTime: 300_000 });
  const ofStore = { ...(search.store && { storeId: search.store }), limit: 1 };
  const everything = trpc.events.list.useQuery(ofStore);
  const overdue = trpc.events.list.useQuery({ ...ofStore, unreported: true });
  const unreported = search.view === 'unreported';
  const whole = (unreported ? overdue : everything).data?.total;
  const count = total !== undefined && whole !== undefined && countWords(total, whole);
  const zone = store && otherZone(store.timeZone);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-3 py-2">
      <h1 className="text-lg font-semibold">Events</h1>
      <nav aria-label="Which events" className="flex rounded-md border border-line p-0.5">
        <View to={{}} on={!unreported} storeId={search.store}>
          All
        </View>
        <View to={{ view: 'unreported' }} on={unreported} storeId={search.store}>
          Unreported{' '}
          {overdue.data && (
            <span className={overdue.data.total > 0 ? 'font-semibold text-waiting' : ''}>
              {overdue.data.total}
            </span>
          )}
        </View>
      </nav>
      <span role="status" className="min-w-24 text-sm text-ink-2" data-testid="event-count">
        {isLooking ? 'Looking…' : count}
      </span>
      {stores.length > 1 && <StoreName onChange={(store) => onSearch({ store, rep: undefined })} />}
      {zone && <span className="hidden text-xs text-ink-2 lg:inline">Times are the store’s: {zone}</span>}
      <div className="ml-auto flex flex-wrap gap-1.5 print:hidden">
        {mayWrite && (
          <Button
            aria-pressed={isInSelectMode}
            aria-label="Select several events"
            onClick={() => (isInSelectMode ? clearSelection() : selectMode.set(true))}
          >
            <ListChecks aria-hidden className="size-4" />
            <span className="hidden sm:inline">Select</span>
          </Button>
        )}
        {onFilters && (
          <Button onClick={onFilters}>
            <ListFilter aria-hidden className="size-4" />
            Filters{narrowed > 0 && ` (${narrowed})`}
          </Button>
        )}
        <ExportEvents filter={filter} name={unreported ? 'unreported' : 'events'} disabled={!total} />
        {mayWrite && (
          <Link to="/import" className={buttonClass('plain')} aria-label="Import a CSV file">
            <FileUp aria-hidden className="size-4" />
            <span className="hidden sm:inline">Import</span>
          </Link>
        )}
      </div>
    </div>
  );
}

const countWords = (total: number, whole: number): string =>
  total === whole ? `${whole} ${whole === 1 ? 'event' : 'events'}` : `${total} of ${whole} events`;

function View({
  to,
  on,
  storeId,
  children,
}: {
  to: EventsSearch;
  on: boolean;
  storeId: number | undefined;
  children: ReactNode;
}) {
  return (
    <Link
      to="/events"
      search={{ ...to, ...(storeId && { store: storeId }) }}
      activeOptions={{ exact: true }}
      aria-current={on ? 'page' : undefined}
      className={`inline-flex h-7 items-center gap-1.5 rounded px-2.5 text-sm whitespace-nowrap pointer-coarse:h-9 ${on ? 'bg-accent-soft font-medium text-accent-text' : 'text-ink-2 hover:text-ink'}`}
    >
      {children}
    </Link>
  );
}
