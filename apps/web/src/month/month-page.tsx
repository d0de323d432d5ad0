import { Button, IconButton } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { formatMonth, useToday } from '../lib/time.ts';
import { StoreName } from '../shell/store-name.tsx';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import { useMedia } from '../ui/use-media.ts';
import { HEATS } from './heat.ts';
import { MonthGrid } from './month-grid.tsx';
import { MonthList } from './month-list.tsx';
import { monthAfter, monthBefore } from './months.ts';

const route = getRouteApi('/app/month');

/**
 * The page of a month of a store: what is planned on each day against what is open and has its last
 * day then.
 */
export function MonthPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const store = useStore();
  const grid = useMedia('(min-width: 768px)');
  const thisMonth = useToday(store?.timeZone).slice(0, 7);
  const month = search.month ?? thisMonth;
  useTitle(formatMonth(month));
  const query = trpc.month.get.useQuery(
    { month, ...(search.store && { storeId: search.store }) },
    { placeholderData: keepPreviousData },
  );
  const go = (to?: string) =>
    void navigate({
      search: ({ store }) => ({ ...(store && { store }), ...(to && { month: to }) }),
      replace: true,
    });

  return (
    <div className="flex min-h-0 flex-1 flex-col [print-color-adjust:exact]">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-3 py-2">
        <h1 className="sr-only">Month</h1>
        <div className="flex items-center gap-1 print:hidden">
          <IconButton label="Previous month" onClick={() => go(monthBefore(month))}>
            <ChevronLeft aria-hidden className="size-5" />
          </IconButton>
          <Button
            onClick={() => go()}
            aria-pressed={month === thisMonth}
            className={month === thisMonth ? 'border-accent! text-accent-text!' : ''}
          >
            This month
          </Button>
          <IconButton label="Next month" onClick={() => go(monthAfter(month))}>
            <ChevronRight aria-hidden className="size-5" />
          </IconButton>
        </div>
        <h2 aria-live="polite" className="text-base font-semibold whitespace-nowrap">
          {formatMonth(month)}
        </h2>
        <Legend />
        <StoreName onChange={(store) => void navigate({ search: (before) => ({ ...before, store }) })} />
      </div>
      <QueryView
        what="the month"
        queries={[query]}
        data={query.data}
        skeleton={<SkeletonRows count={grid ? 42 : 12} height="h-24" className="gap-1 p-2 md:grid-cols-7" />}
      >
        {(view) => (
          <div
            aria-busy={query.isPlaceholderData}
            className={`flex min-h-0 flex-1 flex-col transition-opacity ${query.isPlaceholderData ? 'opacity-60' : ''}`}
          >
            {grid ? (
              <MonthGrid month={month} view={view} storeId={search.store} onMonth={go} />
            ) : (
              <MonthList view={view} storeId={search.store} />
            )}
          </div>
        )}
      </QueryView>
    </div>
  );
}

/** What the colors of the days mean. */
function Legend() {
  return (
    <ul
      aria-label="Open events whose last day it is"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-2 forced-colors:hidden sm:order-last sm:ml-auto"
    >
      <li aria-hidden>Open on their last day:</li>
      {Object.entries(HEATS).map(([heat, { words, look }]) => (
        <li key={heat} className="inline-flex items-center gap-1">
          <span
            aria-hidden
            className={`size-3 rounded-[3px] border border-line-strong forced-color-adjust-none ${look}`}
          />
          {words}
        </li>
      ))}
    </ul>
  );
}
