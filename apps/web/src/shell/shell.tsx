import { Link, Outlet } from '@tanstack/react-router';
import {
  CalendarCheck2,
  CalendarDays,
  CalendarRange,
  ChartColumn,
  FileUp,
  History,
  List,
  Users,
} from 'lucide-react';
import { lazy, memo, Suspense } from 'react';
import { useLiveUpdates } from '../lib/live.ts';
import { StoreZone } from '../lib/time.ts';
import { ConnectionNotice, ZoneNotice } from './notices.tsx';
import { OwnStore } from './own-store.tsx';
import { PageLinks } from './page-links.tsx';
import { PaletteButton } from './palette-button.tsx';
import { RefreshButton } from './refresh.tsx';
import { SessionEnd } from './session-end.tsx';
import { SyncCounts } from './sync-counts.tsx';
import { useSession } from './use-session.ts';
import { useStore } from './use-store.ts';

/** Loaded after the page, because users open it only later. */
const UserMenu = lazy(async () => ({ default: (await import('./user-menu.tsx')).UserMenu }));

/**
 * The frame around every page: links, sync state and account menu. The router renders what it shows
 * again at every change of the address; this renders only when what it reads changes.
 */
export const Shell = memo(function Shell() {
  const timeZone = useStore()?.timeZone;
  useLiveUpdates(useSession().email, timeZone);
  return (
    <StoreZone value={timeZone}>
      <div className="flex min-h-dvh flex-col md:h-dvh">
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-surface focus:p-2"
        >
          Skip to content
        </a>
        <header className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-surface px-3 py-1">
          <Link to="/" className="flex items-center gap-2 font-semibold">
            <img src="/icon.svg" alt="" width={24} height={24} />
            <span className="hidden xl:inline">Crossmark Scheduler</span>
            <span className="sr-only xl:hidden">Crossmark Scheduler</span>
          </Link>
          <PageLinks pages={PAGES} />
          <div className="ml-auto flex items-center gap-1.5">
            <PaletteButton />
            <SyncCounts />
            <RefreshButton />
            <Suspense fallback={<span className="size-8 pointer-coarse:size-10" />}>
              <UserMenu />
            </Suspense>
          </div>
        </header>
        <ZoneNotice />
        <ConnectionNotice />
        <SessionEnd />
        <main
          id="content"
          tabIndex={-1}
          className="flex min-h-0 flex-1 flex-col pb-(--bottom-bar) outline-none print:pb-0"
        >
          <OwnStore>
            <Outlet />
          </OwnStore>
        </main>
      </div>
    </StoreZone>
  );
});

const PAGES = [
  { to: '/', label: 'Board', Icon: CalendarDays },
  { to: '/day', label: 'Day', Icon: CalendarCheck2 },
  { to: '/month', label: 'Month', Icon: CalendarRange, isMore: true },
  { to: '/events', label: 'Events', Icon: List },
  { to: '/people', label: 'People', Icon: Users },
  { to: '/reports', label: 'Reports', Icon: ChartColumn, isMore: true },
  { to: '/activity', label: 'Activity', Icon: History, isMore: true },
  { to: '/import', label: 'Import', Icon: FileUp, isMore: true },
] as const;
