import type { RefreshRun } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { RefreshCw } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatFromNow, useNow } from '../lib/time.ts';
import { toast } from '../ui/toast.tsx';
import { useHasAllStores, useMayWrite } from './use-session.ts';

/** The button that reads Crossmark's list again, with its progress and then its age. */
export function RefreshButton() {
  const utils = trpc.useUtils();
  const hasAllStores = useHasAllStores();
  const mayRefresh = useMayWrite() && hasAllStores;
  const now = useNow();
  const summary = trpc.sync.summary.useQuery();
  const run = summary.data?.lastRefresh ?? null;
  const running = run?.state === 'queued' || run?.state === 'running';
  const start = trpc.sync.refreshNow.useMutation({
    onSuccess: () => utils.sync.summary.invalidate(),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });

  // The end of a run is announced only if its progress was shown before. It may have brought new
  // events.
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
      else toast(refreshSentence(run));
    }
  }, [run, running, utils]);

  const label = stateLabel(run, now);
  return (
    <div className="flex items-center gap-1.5 text-xs">
      <span
        // Screen readers announce the progress, but not the age, which changes every second.
        role={running ? 'status' : undefined}
        className={`hidden min-w-32 text-right md:inline ${run?.state === 'failed' ? 'text-failed' : 'text-ink-2'}`}
        title={run?.failureReason ?? 'When Crossmark’s list was last read completely'}
      >
        {summary.data ? label : ''}
      </span>
      {mayRefresh && (
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

function stateLabel(run: RefreshRun | null, nowMs: number): string {
  if (run?.state === 'queued' || run?.state === 'running') {
    return run.total ? `Reading ${run.read} of ${run.total}` : 'Reading…';
  }
  if (!run?.finishedAt) return 'Not refreshed yet';
  return `${run.state === 'failed' ? 'Refresh failed' : 'Refreshed'} ${formatFromNow(run.finishedAt, nowMs)}`;
}

function refreshSentence(run: RefreshRun): string {
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
