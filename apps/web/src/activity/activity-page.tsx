import { getRouteApi, Link } from '@tanstack/react-router';
import { Suspense } from 'react';
import { EventPanel } from '../planning/dialogs.ts';
import { parsedSearch, type SearchChange } from '../search-params.ts';
import { StoreName } from '../shell/store-name.tsx';
import { useTitle } from '../shell/use-title.ts';
import type { ActivitySearch } from './activity-search.ts';
import { AttentionList } from './attention-list.tsx';
import { HistoryList } from './history-list.tsx';
import { MissingNotice } from './missing-events.tsx';
import { RefreshRuns } from './refresh-runs.tsx';

const route = getRouteApi('/app/activity');

const TABS = [
  { tab: undefined, label: 'Needs attention' },
  { tab: 'history', label: 'History' },
  { tab: 'refreshes', label: 'Refreshes' },
] as const;

/** The page of three lists: events that need a person, the history, and the refreshes. */
export function ActivityPage() {
  const search = route.useSearch();
  useTitle(TABS.find(({ tab }) => tab === search.tab)?.label);
  const navigate = route.useNavigate();
  const set = (change: SearchChange<ActivitySearch>, replace = true) =>
    void navigate({
      search: (before) => parsedSearch({ ...before, ...change }),
      replace,
    });
  const open = (eventId: number) => set({ event: eventId }, false);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-5xl grid-cols-[minmax(0,1fr)] gap-3 p-3 sm:p-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="text-lg font-semibold">Activity</h1>
          <StoreName onChange={(store) => set({ store })} />
        </div>
        <nav aria-label="Activity" className="flex gap-1 border-b border-line">
          {TABS.map(({ tab, label }) => (
            <Link
              key={label}
              to="/activity"
              search={{ ...(search.store && { store: search.store }), ...(tab && { tab }) }}
              activeOptions={{ exact: true }}
              aria-current={search.tab === tab ? 'page' : undefined}
              className={`-mb-px border-b-2 px-3 py-2 text-sm whitespace-nowrap ${search.tab === tab ? 'border-accent font-medium text-accent-text' : 'border-transparent text-ink-2 hover:text-ink'}`}
            >
              {label}
            </Link>
          ))}
        </nav>
        {search.tab === 'history' && <HistoryList search={search} onSearch={set} onOpen={open} />}
        {search.tab === 'refreshes' && <RefreshRuns />}
        {search.tab === undefined && (
          <>
            <MissingNotice />
            <AttentionList search={search} onSearch={set} onOpen={open} />
          </>
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
