import { Link, Outlet } from '@tanstack/react-router';
import { CalendarCheck2, CalendarDays, CalendarRange, FileUp, History, List, Users } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useLiveUpdates } from '../lib/live.ts';
import { ConnectionNotice, ZoneNotice } from './notices.tsx';
import { PageLinks } from './page-links.tsx';
import { RefreshButton } from './refresh.tsx';
import { SessionEnd } from './session-end.tsx';
import { SyncCounts } from './sync-counts.tsx';
import { useSession } from './use-session.ts';
import { useStore } from './use-store.ts';

/** Comes right after the page: nobody opens it before there is something to see. */
const UserMenu = lazy(async () => ({ default: (await import('./user-menu.tsx')).UserMenu }));

/** What stands around every page: where one is, how the sync stands, and who one is. */
export function Shell() {
  useLiveUpdates(useSession().email, useStore()?.timeZone);
  return (
    <div className="flex min-h-dvh flex-col md:h-dvh">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-surface focus:p-2"
      >
        Skip to content
      </a>
      <header className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-surface px-3 py-1.5">
        <Link to="/" className="flex items-center gap-2 font-semibold">
          <img src="/icon.svg" alt="" width={24} height={24} />
          <span className="hidden xl:inline">Crossmark Scheduler</span>
          <span className="sr-only xl:hidden">Crossmark Scheduler</span>
        </Link>
        <PageLinks pages={PAGES} />
        <div className="ml-auto flex items-center gap-1.5">
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
      <main id="content" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
        <Outlet />
      </main>
    </div>
  );
}

const PAGES = [
  { to: '/', label: 'Board', Icon: CalendarDays },
  { to: '/day', label: 'Day', Icon: CalendarCheck2 },
  { to: '/month', label: 'Month', Icon: CalendarRange },
  { to: '/events', label: 'Events', Icon: List },
  { to: '/people', label: 'People', Icon: Users },
  { to: '/activity', label: 'Activity', Icon: History },
  { to: '/import', label: 'Import', Icon: FileUp },
] as const;
