import type { RefreshRun } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { SYNC_STATE_LOOKS } from '@scheduler/ui/sync-states';
import { Link, Outlet } from '@tanstack/react-router';
import {
  CalendarCheck2,
  CalendarDays,
  CalendarRange,
  FileUp,
  History,
  List,
  RefreshCw,
  Users,
} from 'lucide-react';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { trpc } from '../lib/api.ts';
import { useLiveUpdates } from '../lib/live.ts';
import { problemOf } from '../lib/problem.ts';
import { formatFromNow, useNow } from '../lib/time.ts';
import { toast } from '../ui/toast.tsx';
import { ConnectionNotice, ZoneNotice } from './notices.tsx';
import { PageLinks } from './page-links.tsx';
import { SessionEnd } from './session-end.tsx';
import { useMayWrite, useSession } from './use-session.ts';
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
          <Refresh />
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

/**
 * What isn't settled with Crossmark, in counts that lead to the list. Where there is little room their words are on hover
 * only, so that all four together don't break the line that they stand in.
 */
function SyncCounts() {
  const { data } = trpc.sync.summary.useQuery();
  const counts = data?.counts;
  const conflicts = counts?.conflict ?? 0;
  const chips = [
    { state: 'failed', count: counts?.failed ?? 0, label: 'failed' },
    { state: 'conflict', count: conflicts, label: conflicts === 1 ? 'conflict' : 'conflicts' },
    { state: 'waiting', count: counts?.waiting ?? 0, label: 'waiting' },
    { state: 'pending', count: counts?.pending ?? 0, label: 'saving' },
  ] as const;
  const shown = chips.filter(({ count }) => count > 0);
  return (
    <nav aria-label="Sync with Crossmark" className="flex items-center gap-1 text-xs">
      {data && shown.length === 0 && (
        <span className="hidden text-synced sm:inline" data-testid="all-synced">
          All synced
        </span>
      )}
      {shown.map(({ state, count, label }) => {
        const { Icon, text, soft } = SYNC_STATE_LOOKS[state];
        return (
          <Link
            key={state}
            to="/activity"
            search={{ show: state }}
            title={`${count} ${label}`}
            className={`inline-flex items-center gap-1 rounded-full px-2 py-1 font-medium whitespace-nowrap hover:underline pointer-coarse:py-2 ${soft} ${text}`}
          >
            <Icon aria-hidden className="size-3.5 min-[1400px]:hidden" />
            {count} <span className="sr-only min-[1400px]:not-sr-only">{label}</span>
          </Link>
        );
      })}
    </nav>
  );
}

/** Reads Crossmark's list anew, with progress while it runs and its age afterwards. */
function Refresh() {
  const utils = trpc.useUtils();
  const mayWrite = useMayWrite();
  const now = useNow();
  const summary = trpc.sync.summary.useQuery();
  const run = summary.data?.lastRefresh ?? null;
  const running = run?.state === 'queued' || run?.state === 'running';
  const start = trpc.sync.refreshNow.useMutation({
    onSuccess: () => utils.sync.summary.invalidate(),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });

  // The end of a run that was seen running is news, and new events came in with it.
  const seenRunning = useRef<number>(undefined);
  useEffect(() => {
    if (!run) return;
    if (running) {
      seenRunning.current = run.runId;
    } else if (seenRunning.current === run.runId) {
      seenRunning.current = undefined;
      void utils.board.week.invalidate();
      void utils.events.invalidate();
      if (run.state === 'failed') toast(run.failureReason ?? 'The refresh failed.', { tone: 'problem' });
      else toast(refreshWords(run));
    }
  }, [run, running, utils]);

  const label = running
    ? run.total
      ? `Reading ${run.read} of ${run.total}`
      : 'Reading…'
    : run?.finishedAt
      ? `${run.state === 'failed' ? 'Refresh failed' : 'Refreshed'} ${formatFromNow(run.finishedAt, now)}`
      : 'Not refreshed yet';
  return (
    <div className="flex items-center gap-1.5 text-xs">
      <span
        // Progress is read out; the age that follows changes every second and is not.
        role={running ? 'status' : undefined}
        className={`hidden min-w-32 text-right md:inline ${run?.state === 'failed' ? 'text-failed' : 'text-ink-2'}`}
        title={run?.failureReason ?? 'When Crossmark’s list was last read completely'}
      >
        {summary.data ? label : ''}
      </span>
      {mayWrite && (
        <Button
          onClick={() => start.mutate()}
          disabled={running}
          aria-busy={running || start.isPending}
          title={`Read Crossmark’s list now. ${label}`}
        >
          <RefreshCw aria-hidden className={`size-4 ${running || start.isPending ? 'animate-spin' : ''}`} />
          <span className="sr-only md:not-sr-only">Refresh now</span>
        </Button>
      )}
    </div>
  );
}

function refreshWords(run: RefreshRun): string {
  if (run.state === 'needs_decision')
    return 'Crossmark’s list lacks very many events. See Refreshes on the Activity page.';
  const parts = [
    run.created && `${run.created} new`,
    run.updated && `${run.updated} changed`,
    run.gone && `${run.gone} gone`,
    run.drifted && `${run.drifted} booked differently in Crossmark`,
    run.badRows.length && `${run.badRows.length} unreadable`,
  ].filter(Boolean);
  return `Refreshed: ${parts.length ? parts.join(', ') : 'nothing has changed'}.`;
}
