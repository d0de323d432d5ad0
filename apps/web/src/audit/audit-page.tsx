import { Button, buttonClass } from '@scheduler/ui/button';
import { getRouteApi } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { type ReactNode, Suspense, useCallback, useEffect } from 'react';
import { trpc } from '../lib/api.ts';
import { workDateOf, zoneWords } from '../lib/time.ts';
import { EventPanel } from '../planning/dialogs.ts';
import { parsedSearch } from '../search-params.ts';
import { useIsAdmin } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { ByDay } from '../ui/by-day.tsx';
import { Empty, LoadError, QueryView, SkeletonRows } from '../ui/states.tsx';
import { AuditEntry, dayWithYear } from './audit-entry.tsx';
import { AuditFilters, type Change, clear } from './audit-filters.tsx';
import { type AuditSearch, exportAddress, filterOf, NARROWING } from './audit-search.ts';

const route = getRouteApi('/app/audit');

/** The audit log, for admins. */
export function AuditPage() {
  useTitle('Audit log');
  if (!useIsAdmin()) {
    return (
      <Empty title="Only an admin can see the audit log.">
        The Activity page shows what people planned and what the sync did.
      </Empty>
    );
  }
  return <AuditLog />;
}

function AuditLog() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = useCallback(
    (change: Change, replace = true) =>
      void navigate({
        search: (before) => parsedSearch({ ...before, ...change }),
        replace,
      }),
    [navigate],
  );
  const filter = filterOf(search);
  const query = trpc.audit.list.useInfiniteQuery(filter, {
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const last = query.data?.pages.at(-1);
  const timeZone = last?.timeZone;
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];

  // A search reads the log in parts. A part without a match is not the end of the search.
  const goesOn = last?.entries.length === 0 && query.hasNextPage;
  const { fetchNextPage, isFetching, isError } = query;
  useEffect(() => {
    if (goesOn && !isFetching && !isError) void fetchNextPage();
  }, [goesOn, isFetching, isError, fetchNextPage]);

  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-5xl grid-cols-[minmax(0,1fr)] gap-3 p-3 sm:p-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="text-lg font-semibold">Audit log</h1>
          {timeZone && <span className="text-sm text-ink-2">Times are {zoneWords(timeZone)}.</span>}
          <a href={exportAddress(filter)} download className={buttonClass('plain', 'ml-auto')}>
            <Download aria-hidden className="size-4" />
            Export CSV
          </a>
        </div>
        <AuditFilters search={search} onSearch={set} />
        <QueryView
          what="the audit log"
          queries={[query]}
          data={last}
          skeleton={<SkeletonRows count={6} height="h-14" />}
        >
          {({ timeZone, reached }) => (
            <>
              {entries.length > 0 && (
                <div className="grid gap-4" data-testid="audit">
                  <ByDay entries={entries} timeZone={timeZone} headingOf={dayWithYear}>
                    {(entry) => (
                      <AuditEntry key={entry.id} entry={entry} timeZone={timeZone} onSearch={set} />
                    )}
                  </ByDay>
                </div>
              )}
              <OlderEntries
                query={query}
                isEmpty={entries.length === 0}
                searchedTo={goesOn && reached ? dayWithYear(workDateOf(reached, timeZone)) : undefined}
                empty={<NoEntries search={search} onSearch={set} />}
              />
            </>
          )}
        </QueryView>
      </div>
      <Suspense>
        {search.event && (
          <EventPanel key={search.event} eventId={search.event} onClose={() => set({ event: undefined })} />
        )}
      </Suspense>
    </div>
  );
}

/**
 * The foot of the list: a button for older entries, the progress of a search, or the reason why
 * there are none.
 */
function OlderEntries({
  query,
  isEmpty,
  searchedTo,
  empty,
}: {
  query: {
    error: unknown;
    hasNextPage: boolean;
    isFetchNextPageError: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => Promise<unknown>;
  };
  /**
   * The day that a search without a match has reached; undefined if the search does not continue
   * automatically.
   */
  searchedTo: string | undefined;
  /** Whether there is no match so far. */
  isEmpty: boolean;
  /** Shown if the whole log has no match. */
  empty: ReactNode;
}) {
  if (query.isFetchNextPageError) {
    return <LoadError what="what is older" error={query.error} onRetry={() => void query.fetchNextPage()} />;
  }
  if (searchedTo) {
    return (
      <p role="status" className="py-4 text-center text-sm text-ink-2">
        Looking further back than {searchedTo}…
      </p>
    );
  }
  if (isEmpty) return empty;
  return (
    query.hasNextPage && (
      <Button
        className="justify-self-center"
        busy={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      >
        Show older
      </Button>
    )
  );
}

function NoEntries({ search, onSearch }: { search: AuditSearch; onSearch: (change: Change) => void }) {
  if (!NARROWING.some((part) => search[part] !== undefined)) {
    return (
      <Empty title="Nobody has done anything yet.">Every change that a person makes is listed here.</Empty>
    );
  }
  return (
    <Empty title="Nothing matches.">
      <Button className="mt-2" onClick={() => onSearch(clear)}>
        Clear filters
      </Button>
    </Empty>
  );
}
