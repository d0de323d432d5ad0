import type { EventRow } from '@scheduler/server/router';
import { Button, buttonClass } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Download, FileUp, ListFilter } from 'lucide-react';
import { type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { downloadCsv } from '../lib/download.ts';
import { problemOf } from '../lib/problem.ts';
import { otherZone, useToday } from '../lib/time.ts';
import { EventPanel, loadDialogsSoon, PlanDialog, ReissueDialog } from '../planning/dialogs.ts';
import { parsedSearch, type SearchChange } from '../search-params.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { Dialog } from '../ui/dialog.tsx';
import { SelectField } from '../ui/field.tsx';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { useMedia } from '../ui/use-media.ts';
import { COLUMNS } from './event-columns.ts';
import { EventGrid, PAGE_ROWS } from './event-grid.tsx';
import type { EventActions } from './event-row.tsx';
import { type EventFilter, type EventsSearch, filterOf, NARROWING } from './events-search.ts';
import { FilterFields } from './filter-fields.tsx';

const route = getRouteApi('/app/events');

/** All events of a store, found by what one knows of them; beside them the work that nobody has reported. */
export function EventsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMayWrite();
  const cards = !useMedia('(min-width: 1120px)');
  const [asked, setAsked] = useState<{ what: 'schedule' | 'reissue'; row: EventRow }>();
  const [filtering, setFiltering] = useState(false);

  const set = useCallback(
    (change: SearchChange<EventsSearch>, replace = true) =>
      void navigate({
        search: (before) => parsedSearch({ ...before, ...change }),
        replace,
      }),
    [navigate],
  );
  const clear = () => set(Object.fromEntries(NARROWING.map((part) => [part, undefined])));

  const unreported = search.view === 'unreported';
  useTitle(unreported ? 'Unreported events' : 'Events');
  const filter = useMemo(() => filterOf(search), [search]);
  const stores = trpc.stores.list.useQuery(undefined, { staleTime: 300_000 });
  const store = useStore();
  const day = useToday(store?.timeZone);
  const today = store && day;
  const query = trpc.events.list.useQuery(
    { ...filter, limit: PAGE_ROWS },
    { placeholderData: keepPreviousData },
  );
  const ofStore = { ...(search.store && { storeId: search.store }), limit: 1 };
  const everything = trpc.events.list.useQuery(ofStore);
  const overdue = trpc.events.list.useQuery({ ...ofStore, unreported: true });
  const loaded = query.data !== undefined;
  useEffect(() => {
    if (loaded) loadDialogsSoon();
  }, [loaded]);

  const actions = useMemo<EventActions>(
    () => ({
      open: (eventId) => set({ event: eventId }, false),
      schedule: mayWrite ? (row) => setAsked({ what: 'schedule', row }) : undefined,
      reissue: mayWrite ? (row) => setAsked({ what: 'reissue', row }) : undefined,
    }),
    [set, mayWrite],
  );

  const total = query.data?.total;
  const whole = (unreported ? overdue : everything).data?.total;
  const narrowed = NARROWING.filter((part) => search[part] !== undefined).length;
  const several = (stores.data?.length ?? 0) > 1;
  const zone = store && otherZone(store.timeZone);
  const fields = <FilterFields search={search} onChange={set} />;
  const sorts = (
    <SelectField
      label="Order"
      value={`${filter.sort} ${filter.descending ? 'down' : 'up'}`}
      onChange={(change) => {
        const column = COLUMNS.find(({ sort }) => change.target.value.startsWith(`${sort} `));
        set({ sort: column?.sort, desc: change.target.value.endsWith(' down') || undefined });
      }}
    >
      {COLUMNS.flatMap(({ sort, label }) => [
        <option key={`${sort} up`} value={`${sort} up`}>
          {label}
        </option>,
        <option key={`${sort} down`} value={`${sort} down`}>
          {label}, last first
        </option>,
      ])}
    </SelectField>
  );

  return (
    // Fills what the window leaves, so that the list and not the page scrolls.
    <div className="flex h-0 min-h-112 grow flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-3 py-2">
        <h1 className="text-lg font-semibold">Events</h1>
        <nav aria-label="Which events" className="flex rounded-md border border-line p-0.5">
          <View to={{}} on={!unreported} store={search.store}>
            All
          </View>
          <View to={{ view: 'unreported' }} on={unreported} store={search.store}>
            Unreported{' '}
            {overdue.data && (
              <span className={overdue.data.total > 0 ? 'font-semibold text-waiting' : ''}>
                {overdue.data.total}
              </span>
            )}
          </View>
        </nav>
        <span role="status" className="min-w-24 text-sm text-ink-2" data-testid="event-count">
          {query.isPlaceholderData
            ? 'Looking…'
            : total !== undefined && whole !== undefined && countWords(total, whole)}
        </span>
        {several && (
          <select
            aria-label="Store"
            value={store?.id ?? ''}
            onChange={(change) => set({ store: Number(change.target.value), rep: undefined })}
            className="h-8 max-w-60 rounded-md border border-line-strong bg-surface px-2 text-sm pointer-coarse:h-10"
          >
            {stores.data?.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name} ({each.number})
              </option>
            ))}
          </select>
        )}
        {zone && <span className="hidden text-xs text-ink-2 lg:inline">Times are the store’s: {zone}</span>}
        <div className="ml-auto flex gap-1.5">
          {cards && (
            <Button onClick={() => setFiltering(true)}>
              <ListFilter aria-hidden className="size-4" />
              Filters{narrowed > 0 && ` (${narrowed})`}
            </Button>
          )}
          <Export filter={filter} name={unreported ? 'unreported' : 'events'} disabled={!total} />
          {mayWrite && (
            <Link to="/import" className={buttonClass('plain')} aria-label="Import a CSV file">
              <FileUp aria-hidden className="size-4" />
              <span className="hidden sm:inline">Import</span>
            </Link>
          )}
        </div>
      </div>
      {!cards && (
        <search
          aria-label="Filter events"
          className="flex flex-wrap items-center gap-1.5 border-b border-line bg-surface px-3 py-2"
        >
          {fields}
          <Button look="quiet" disabled={narrowed === 0} onClick={clear}>
            Clear filters
          </Button>
        </search>
      )}
      <div className="flex min-h-0 flex-1 flex-col bg-surface">
        <QueryView
          what="the events"
          queries={[query, stores]}
          data={
            query.data && store && today ? { first: query.data, timeZone: store.timeZone, today } : undefined
          }
          skeleton={<SkeletonRows count={14} height={cards ? 'h-24' : 'h-9'} className="gap-2 p-3" />}
          empty={
            query.data?.total === 0 &&
            !query.isPlaceholderData && (
              <Nothing unreported={unreported} narrowed={narrowed > 0} onClear={clear} />
            )
          }
        >
          {(data) => (
            <EventGrid
              filter={filter}
              {...data}
              busy={query.isPlaceholderData}
              cards={cards}
              actions={actions}
              onSort={(sort, descending) => set({ sort, desc: descending || undefined })}
            />
          )}
        </QueryView>
      </div>

      {filtering && cards && (
        <Dialog
          shape="narrow"
          title="Filters"
          onClose={() => setFiltering(false)}
          footer={
            <>
              <Button disabled={narrowed === 0} onClick={clear}>
                Clear filters
              </Button>
              <Button look="primary" onClick={() => setFiltering(false)}>
                Show {total ?? ''} events
              </Button>
            </>
          }
        >
          <div className="grid gap-2">
            {fields}
            {sorts}
          </div>
        </Dialog>
      )}
      <Suspense>
        {asked?.what === 'schedule' && today && (
          <PlanDialog
            plan={{ mode: 'schedule', event: asked.row.event }}
            today={today}
            onClose={() => setAsked(undefined)}
          />
        )}
        {asked?.what === 'reissue' && today && (
          <ReissueDialog row={asked.row} today={today} onClose={() => setAsked(undefined)} />
        )}
        {search.event && (
          <EventPanel key={search.event} eventId={search.event} onClose={() => set({ event: undefined })} />
        )}
      </Suspense>
    </div>
  );
}

const countWords = (total: number, whole: number): string =>
  total === whole ? `${whole} ${whole === 1 ? 'event' : 'events'}` : `${total} of ${whole} events`;

function View({
  to,
  on,
  store,
  children,
}: {
  to: EventsSearch;
  on: boolean;
  store: number | undefined;
  children: ReactNode;
}) {
  return (
    <Link
      to="/events"
      search={{ ...to, ...(store && { store }) }}
      aria-current={on ? 'page' : undefined}
      className={`inline-flex h-7 items-center gap-1.5 rounded px-2.5 text-sm whitespace-nowrap pointer-coarse:h-9 ${on ? 'bg-accent-soft font-medium text-accent-text' : 'text-ink-2 hover:text-ink'}`}
    >
      {children}
    </Link>
  );
}

/** Saves what the list shows, all of it, as a file that the import reads. */
function Export({ filter, name, disabled }: { filter: EventFilter; name: string; disabled: boolean }) {
  const utils = trpc.useUtils();
  const store = useStore();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const text = await utils.csv.exportEvents.fetch(filter, { staleTime: 0, gcTime: 0 });
      downloadCsv(name, text, store?.timeZone ?? 'UTC');
    } catch (error) {
      toast(problemOf(error).message, { tone: 'problem' });
    }
    setBusy(false);
  };
  return (
    <Button
      busy={busy}
      disabled={disabled}
      onClick={() => void save()}
      aria-label="Export what the list shows"
      title="A CSV file of what the list shows, in the eleven columns that the import reads"
    >
      <Download aria-hidden className="size-4" />
      <span className="hidden sm:inline">Export</span>
    </Button>
  );
}

function Nothing({
  unreported,
  narrowed,
  onClear,
}: {
  unreported: boolean;
  narrowed: boolean;
  onClear: () => void;
}) {
  if (narrowed) {
    return (
      <Empty title="No event fits these filters.">
        <button type="button" className="text-accent-text underline" onClick={onClear}>
          Clear filters
        </button>
      </Empty>
    );
  }
  return unreported ? (
    <Empty title="Everything is reported.">
      Work of the last 14 days that Crossmark has no report of appears here, so that it can be reissued.
    </Empty>
  ) : (
    <Empty title="There are no events yet.">
      They come with a refresh from Crossmark, or with the import of a CSV file.
    </Empty>
  );
}
