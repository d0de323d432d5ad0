import type { EventRow } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useExternalStore } from '../lib/external-store.ts';
import { lazyComponent } from '../lib/load.ts';
import { useToday } from '../lib/time.ts';
import { EventPanel, loadDialogsSoon, PlanDialog, ReissueDialog } from '../planning/dialogs.ts';
import { selection, selectMode } from '../planning/selection.ts';
import { useUndoKeys } from '../planning/undo-keys.ts';
import { parsedSearch, type SearchChange } from '../search-params.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import { useMedia } from '../ui/use-media.ts';
import type { EventActions } from './event-actions.tsx';
import { EventGrid, PAGE_ROWS } from './event-grid.tsx';
import { type EventsSearch, filterOf, NARROWING } from './events-search.ts';
import { EventsToolbar } from './events-toolbar.tsx';
import { FilterFields } from './filter-fields.tsx';
import { FiltersDialog } from './filters-dialog.tsx';
import { NoEvents } from './no-events.tsx';

const EventsBulkBar = lazyComponent(() => import('./events-bulk-bar.tsx'), 'EventsBulkBar');

const route = getRouteApi('/app/events');

/** The page of all events of a store with filters, and of unreported work. */
export function EventsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMayWrite();
  useUndoKeys(mayWrite);
  const cards = !useMedia('(min-width: 1120px)');
  const [dialog, setDialog] = useState<{ kind: 'schedule' | 'reissue'; row: EventRow }>();
  const [showsFilters, setShowsFilters] = useState(false);

  const set = useCallback(
    (change: SearchChange<EventsSearch>, replace = true) =>
      void navigate({ search: (before) => parsedSearch({ ...before, ...change }), replace }),
    [navigate],
  );
  const clear = () => set(Object.fromEntries(NARROWING.map((part) => [part, undefined])));
  const narrowed = NARROWING.filter((part) => search[part] !== undefined).length;

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
  const total = query.data?.total;
  const isLoaded = query.data !== undefined;
  useEffect(() => {
    if (isLoaded) loadDialogsSoon();
  }, [isLoaded]);

  const actions = useMemo<EventActions>(
    () => ({
      open: (eventId) => set({ event: eventId }, false),
      schedule: mayWrite ? (row) => setDialog({ kind: 'schedule', row }) : undefined,
      maySelect: mayWrite,
      reissue: mayWrite ? (row) => setDialog({ kind: 'reissue', row }) : undefined,
    }),
    [set, mayWrite],
  );
  const hasSelected = useExternalStore(selection, ({ size }) => size > 0);
  const isInSelectMode = useExternalStore(selectMode, (isOn) => isOn);
  const hasBulkBar = mayWrite && (hasSelected || isInSelectMode);
  const close = () => setDialog(undefined);

  return (
    // Fills the rest of the window, so that the list scrolls and not the page.
    <div className="flex h-0 min-h-112 grow flex-col print:h-auto">
      <EventsToolbar
        search={search}
        filter={filter}
        total={total}
        isLooking={query.isPlaceholderData}
        narrowed={narrowed}
        onSearch={set}
        onFilters={cards ? () => setShowsFilters(true) : undefined}
      />
      {!cards && (
        <search
          aria-label="Filter events"
          className="flex flex-wrap items-center gap-1.5 border-b border-line bg-surface px-3 py-2"
        >
          <FilterFields search={search} onChange={set} />
          <Button look="quiet" className="print:hidden" disabled={narrowed === 0} onClick={clear}>
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
              <NoEvents unreported={unreported} narrowed={narrowed > 0} onClear={clear} />
            )
          }
        >
          {(data) => (
            <EventGrid
              filter={filter}
              {...data}
              busy={query.isPlaceholderData}
              narrow={cards}
              hasBulkBar={hasBulkBar}
              actions={actions}
              onSort={(sort, descending) => set({ sort, desc: descending || undefined })}
            />
          )}
        </QueryView>
      </div>

      {showsFilters && cards && (
        <FiltersDialog
          search={search}
          filter={filter}
          total={total}
          isNarrowed={narrowed > 0}
          onSearch={set}
          onClear={clear}
          onClose={() => setShowsFilters(false)}
        />
      )}
      <Suspense>
        {hasBulkBar && store && today && <EventsBulkBar store={store} today={today} />}
        {dialog?.kind === 'schedule' && today && (
          <PlanDialog plan={{ mode: 'schedule', event: dialog.row.event }} today={today} onClose={close} />
        )}
        {dialog?.kind === 'reissue' && today && (
          <ReissueDialog row={dialog.row} today={today} onClose={close} />
        )}
        {search.event && (
          <EventPanel key={search.event} eventId={search.event} onClose={() => set({ event: undefined })} />
        )}
      </Suspense>
    </div>
  );
}
