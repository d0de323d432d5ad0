import type { RefreshRun } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { RefreshCw } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useFormatMoment } from '../lib/time.ts';
import { useHasAllStores, useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { MissingEvents } from './missing-events.tsx';

const isOpen = (run: RefreshRun): boolean => run.state === 'queued' || run.state === 'running';

/** The latest refreshes with their results, and the running one with its progress. */
export function RefreshRuns() {
  const utils = trpc.useUtils();
  const hasAllStores = useHasAllStores();
  const mayRefresh = useMayWrite() && hasAllStores;
  const query = trpc.sync.refreshRuns.useQuery({});
  const start = trpc.sync.refreshNow.useMutation({
    onSuccess: () => utils.sync.invalidate(),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });
  const open = query.data?.find(isOpen);
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <p className="max-w-prose min-w-0 flex-1 basis-64 text-sm text-ink-2">
          Crossmark’s list is read every hour. A booking that was changed there is adopted if nobody changed
          it here, and becomes a conflict for you to decide if somebody did. An event counts as gone when two
          refreshes in a row, ten minutes or more apart, lack it.
        </p>
        {mayRefresh && (
          <Button
            look="primary"
            disabled={Boolean(open)}
            busy={start.isPending}
            busyLabel="Asking…"
            onClick={() => start.mutate()}
          >
            <RefreshCw aria-hidden className="size-4" />
            {open ? 'Reading…' : 'Refresh now'}
          </Button>
        )}
      </div>
      <MissingEvents isReading={Boolean(open)} />
      <QueryView
        what="the refreshes"
        queries={[query]}
        data={query.data}
        skeleton={<SkeletonRows count={3} height="h-20" />}
        empty={
          query.data?.length === 0 && (
            <Empty title="Crossmark’s list was not read yet.">The next refresh is at the full hour.</Empty>
          )
        }
      >
        {(runs) => (
          <ol
            className="divide-y divide-line rounded-md border border-line bg-surface"
            data-testid="refreshes"
          >
            {runs.map((run) => (
              <Run key={run.runId} run={run} />
            ))}
          </ol>
        )}
      </QueryView>
    </>
  );
}

const STATES: Record<RefreshRun['state'], { word: string; look: string }> = {
  queued: { word: 'Queued', look: 'bg-pending-soft text-pending' },
  running: { word: 'Reading', look: 'bg-pending-soft text-pending' },
  done: { word: 'Done', look: 'bg-synced-soft text-synced' },
  failed: { word: 'Failed', look: 'bg-failed-soft text-failed' },
  needs_decision: { word: 'Needs a decision', look: 'bg-conflict-soft text-conflict' },
  superseded: { word: 'Superseded', look: 'bg-surface-2 text-ink-2' },
};

function Run({ run }: { run: RefreshRun }) {
  const timeZone = useStore()?.timeZone;
  const formatMoment = useFormatMoment(timeZone);
  const { word, look } = STATES[run.state];
  const counts = [
    ['New', run.created],
    ['Changed', run.updated],
    ['Unchanged', run.unchanged],
    ['Gone', run.gone],
    ['Changed on Crossmark’s side', run.drifted],
    ['Missing, not confirmed yet', run.unconfirmed],
    ['Unreadable', run.badRows.length],
  ] as const;
  return (
    <li className="grid gap-2 p-3 text-sm" data-state={run.state}>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className={`rounded px-1.5 py-px text-xs font-medium ${look}`}>{word}</span>
        <span className="font-medium">{formatMoment(run.requestedAt)}</span>
        <span className="text-ink-2">
          {run.requestedBy === 'schedule' ? 'on schedule' : `by ${run.requestedBy}`}
          {run.startedAt && run.finishedAt && `, took ${durationWords(run.startedAt, run.finishedAt)}`}
        </span>
      </p>
      {isOpen(run) && <Progress run={run} />}
      <dl className="flex flex-wrap gap-x-5 gap-y-1">
        {counts.map(([term, count]) => (
          <div key={term} className="flex gap-1.5">
            <dt className="text-ink-2">{term}</dt>
            <dd className={count > 0 ? 'font-medium' : 'text-ink-2'}>{count}</dd>
          </div>
        ))}
      </dl>
      {run.failureReason && (
        <p className={run.state === 'failed' ? 'text-failed' : 'text-waiting'}>{run.failureReason}</p>
      )}
      {run.badRows.length > 0 && (
        <details>
          <summary className="cursor-pointer text-accent-text pointer-coarse:py-2">
            Rows that could not be read and changed nothing
          </summary>
          <ul className="mt-1 grid gap-1 pl-4">
            {run.badRows.map((row, index) => (
              <li key={`${row.mplanId}-${index}`} className="list-disc">
                {row.mplanId ? `Plan ${row.mplanId}: ` : ''}
                {row.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function Progress({ run }: { run: RefreshRun }) {
  const rows = run.total ? `${run.read} of ${run.total} rows read` : `${run.read} rows read`;
  const words = run.state === 'queued' ? 'Waiting for a free worker.' : rows;
  return (
    <div className="grid gap-1">
      <div
        role="progressbar"
        aria-label="Rows read"
        aria-valuemin={0}
        aria-valuemax={run.total ?? undefined}
        aria-valuenow={run.total ? run.read : undefined}
        aria-valuetext={words}
        className="h-2 overflow-hidden rounded-full bg-surface-3"
      >
        <div
          className="h-full bg-accent transition-[width]"
          style={{ width: `${run.total ? Math.round((100 * run.read) / run.total) : 0}%` }}
        />
      </div>
      <p role="status" className="text-ink-2">
        {words}
      </p>
    </div>
  );
}

/** `4 s`, `2 min`. */
function durationWords(from: string, to: string): string {
  const seconds = Math.max(1, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
