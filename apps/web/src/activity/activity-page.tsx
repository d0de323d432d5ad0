import { getRouteApi, Link } from '@tanstack/react-router';
import { Suspense } from 'react';
import { trpc } from '../api.ts';
import { EventPanel } from '../board/dialogs.ts';
import type { ActivitySearch } from './activity-search.ts';
import { AttentionList } from './attention-list.tsx';
import { HistoryList } from './history-list.tsx';
import { RefreshRuns } from './refresh-runs.tsx';

const route = getRouteApi('/app/activity');

const TABS = [
  { tab: undefined, label: 'Needs attention' },
  { tab: 'history', label: 'History' },
  { tab: 'refreshes', label: 'Refreshes' },
] as const;

/** What needs a person first, then who did what, and what came of reading Crossmark's list. */
export function ActivityPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const stores = trpc.stores.list.useQuery(undefined, { staleTime: 300_000 });
  const set = (change: { [Key in keyof ActivitySearch]?: ActivitySearch[Key] | undefined }, replace = true) =>
    void navigate({
      search: (before) =>
        Object.fromEntries(
          Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined),
        ) as ActivitySearch,
      replace,
    });
  const open = (eventId: number) => set({ event: eventId }, false);
  const several = (stores.data?.length ?? 0) > 1;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-5xl grid-cols-[minmax(0,1fr)] gap-3 p-3 sm:p-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="text-lg font-semibold">Activity</h1>
          {several && (
            <select
              aria-label="Store"
              value={search.store ?? stores.data?.[0]?.id ?? ''}
              onChange={(change) => set({ store: Number(change.target.value) })}
              className="h-8 max-w-60 rounded-md border border-line-strong bg-surface px-2 text-sm pointer-coarse:h-10"
            >
              {stores.data?.map((store) => (
                <option key={store.id} value={store.id}>
                  {store.name} ({store.number})
                </option>
              ))}
            </select>
          )}
        </div>
        <nav aria-label="Activity" className="flex gap-1 border-b border-line">
          {TABS.map(({ tab, label }) => (
            <Link
              key={label}
              to="/activity"
              search={{ ...(search.store && { store: search.store }), ...(tab && { tab }) }}
              aria-current={search.tab === tab ? 'page' : undefined}
              className={`-mb-px border-b-2 px-3 py-2 text-sm whitespace-nowrap ${search.tab === tab ? 'border-accent font-medium text-accent-text' : 'border-transparent text-ink-2 hover:text-ink'}`}
            >
              {label}
            </Link>
          ))}
        </nav>
        {search.tab === 'history' ? (
          <HistoryList search={search} onSearch={set} onOpen={open} />
        ) : search.tab === 'refreshes' ? (
          <RefreshRuns />
        ) : (
          <AttentionList search={search} onSearch={set} onOpen={open} />
        )}
      </div>
      <Suspense>
        {search.event && (
          <EventPanel key={search.event} eventId={search.event} onClose={() => set({ event: undefined })} />
        )}
      </Suspense>
    </div>
  );
}
