import type { RefreshRun } from '@scheduler/server/router';
import { Link, Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { CalendarDays, FileUp, LogOut, RefreshCw, UserRound, Users, WifiOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { AccountLinks } from '../access/account-links.tsx';
import { queryClient, trpc } from '../api.ts';
import { useConnection } from '../connection.ts';
import { useLiveUpdates } from '../live.ts';
import { forgetSession, signOut } from '../session.ts';
import { formatFromNow, formatMoment, useNow } from '../time.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { toast } from '../ui/toast.tsx';
import { problemOf } from '../words.ts';
import { useMayWrite, useSession } from './use-session.ts';

/** What stands around every page: where one is, how the sync stands, and who one is. */
export function Shell() {
  useLiveUpdates();
  const { signedOut } = useConnection();
  const router = useRouter();
  useEffect(() => {
    if (!signedOut) return;
    forgetSession();
    void router.navigate({ to: '/sign-in', search: { next: router.latestLocation.href, ended: true } });
  }, [signedOut, router]);

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
        <nav aria-label="Pages" className="order-last flex w-full gap-1 sm:order-none sm:w-auto">
          {PAGES.map(({ to, label, Icon }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: true, includeSearch: false }}
              className={buttonClass('quiet', 'flex-1 sm:flex-none')}
              activeProps={{
                className: 'bg-accent-soft! text-accent-text! font-medium',
                'aria-current': 'page',
              }}
            >
              <Icon aria-hidden className="size-4" />
              {label}
            </Link>
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-1.5">
          <SyncCounts />
          <Refresh />
          <UserMenu />
        </div>
      </header>
      <ConnectionBanner />
      <main id="content" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
        <Outlet />
      </main>
    </div>
  );
}

const PAGES = [
  { to: '/', label: 'Board', Icon: CalendarDays },
  { to: '/people', label: 'People', Icon: Users },
  { to: '/import', label: 'Import', Icon: FileUp },
] as const;

/** What keeps the page or the sync from working, over the page's foot so that it moves nothing. */
function ConnectionBanner() {
  const { live, reachable } = useConnection();
  const summary = trpc.sync.summary.useQuery();
  const crossmark = summary.data?.crossmark;
  const problem = !reachable
    ? 'The scheduling server can’t be reached. What was saved is safe; new changes can’t be saved until it is back.'
    : live === 'lost'
      ? 'Live updates are lost: what you see may be old. Connecting again…'
      : summary.data?.workers === 0
        ? 'No sync worker is running. Changes are safe here and go to Crossmark when one runs again.'
        : crossmark?.state === 'unreachable' && crossmark.since
          ? `Crossmark can’t be reached since ${formatMoment(crossmark.since)}: changes are safe, ${crossmark.waiting} waiting.`
          : undefined;
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-3 bottom-3 z-40 grid justify-items-center sm:left-auto sm:justify-items-end"
    >
      {problem && (
        <p className="flex max-w-md items-center gap-2 rounded-md border border-waiting/40 bg-waiting-soft px-3 py-2 text-sm text-waiting shadow-float">
          <WifiOff aria-hidden className="size-4 shrink-0" />
          {problem}
        </p>
      )}
    </div>
  );
}

/** What isn't settled with Crossmark, in counts that lead to the list. Takes its room whether there is news or not. */
function SyncCounts() {
  const { data } = trpc.sync.summary.useQuery();
  const counts = data?.counts;
  const failed = counts?.failed ?? 0;
  const conflict = counts?.conflict ?? 0;
  const waiting = counts?.waiting ?? 0;
  const pending = counts?.pending ?? 0;
  const chips = [
    { state: 'failed', count: failed, label: 'failed', look: 'bg-failed-soft text-failed' },
    {
      state: 'conflict',
      count: conflict,
      label: conflict === 1 ? 'conflict' : 'conflicts',
      look: 'bg-conflict-soft text-conflict',
    },
    { state: 'waiting', count: waiting, label: 'waiting', look: 'bg-waiting-soft text-waiting' },
    { state: 'pending', count: pending, label: 'saving', look: 'bg-pending-soft text-pending' },
  ] as const;
  const shown = chips.filter(({ count }) => count > 0);
  return (
    <nav aria-label="Sync with Crossmark" className="flex items-center gap-1 text-xs">
      {data && shown.length === 0 && (
        <span className="hidden text-synced sm:inline" data-testid="all-synced">
          All synced
        </span>
      )}
      {shown.map(({ state, count, label, look }) => (
        <Link
          key={state}
          to="/attention"
          search={{ state }}
          className={`rounded-full px-2.5 py-1 font-medium whitespace-nowrap hover:underline pointer-coarse:py-2 ${look}`}
        >
          {count} {label}
        </Link>
      ))}
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
  const parts = [
    run.created && `${run.created} new`,
    run.updated && `${run.updated} changed`,
    run.gone && `${run.gone} gone`,
    run.drifted && `${run.drifted} booked differently in Crossmark`,
    run.badRows.length && `${run.badRows.length} unreadable`,
  ].filter(Boolean);
  return `Refreshed: ${parts.length ? parts.join(', ') : 'nothing has changed'}.`;
}

function UserMenu() {
  const session = useSession();
  const navigate = useNavigate();
  const leave = async () => {
    await signOut().catch(() => undefined);
    await navigate({ to: '/sign-in' });
    queryClient.clear();
  };
  return (
    <>
      <button
        type="button"
        popoverTarget="account"
        aria-label={`Account of ${session.name}`}
        title={session.name}
        className={buttonClass('quiet', 'w-8 px-0! pointer-coarse:w-10')}
      >
        <UserRound aria-hidden className="size-4" />
      </button>
      <section
        id="account"
        popover="auto"
        aria-label="Account"
        className="inset-auto top-12 right-3 m-0 min-w-56 rounded-md border border-line bg-surface p-1 text-sm text-ink shadow-float"
      >
        <p className="px-2 py-1.5">
          <span className="block font-medium">{session.name}</span>
          <span className="block text-xs text-ink-2">
            {session.email} · {session.role}
          </span>
        </p>
        <AccountLinks onGo={() => document.getElementById('account')?.hidePopover()} />
        <button
          type="button"
          onClick={() => void leave()}
          className="flex w-full items-center gap-2 rounded border-t border-line px-2 py-2 text-left hover:bg-surface-2"
        >
          <LogOut aria-hidden className="size-4" />
          Sign out
        </button>
      </section>
    </>
  );
}
