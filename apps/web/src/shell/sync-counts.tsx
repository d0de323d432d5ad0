import { SYNC_STATE_LOOKS } from '@scheduler/ui/sync-states';
import { Link } from '@tanstack/react-router';
import { trpc } from '../lib/api.ts';

/**
 * Counts of events that are not synced yet, as links to the list. On narrow screens the words
 * appear only on hover, so that all four counts fit on the line.
 */
export function SyncCounts() {
  const { data } = trpc.sync.summary.useQuery();
  const counts = data?.counts;
  const conflicts = counts?.conflict ?? 0;
  const chips = [
    { state: 'failed', count: counts?.failed ?? 0, label: 'failed' },
    { state: 'conflict', count: conflicts, label: conflicts === 1 ? 'conflict' : 'conflicts' },
    { state: 'waiting', count: counts?.waiting ?? 0, label: 'waiting' },
    { state: 'pending', count: counts?.pending ?? 0, label: 'saving' },
  ] as const;
  const visibleChips = chips.filter(({ count }) => count > 0);
  return (
    <nav aria-label="Sync with Crossmark" className="flex items-center gap-1 text-xs">
      {data && visibleChips.length === 0 && (
        <span className="hidden text-synced sm:inline" data-testid="all-synced">
          All synced
        </span>
      )}
      {visibleChips.map(({ state, count, label }) => {
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
