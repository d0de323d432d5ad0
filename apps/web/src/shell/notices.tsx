import { Clock3, WifiOff } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { useConnection } from '../lib/connection.ts';
import { otherZone, useFormatMoment, zoneWords } from '../lib/time.ts';
import { useStore } from './use-store.ts';

/** Tells users in another zone than the store that all times are the store's. */
export function ZoneNotice() {
  const store = useStore();
  const zone = store && otherZone(store.timeZone);
  if (!zone) return null;
  return (
    <aside
      aria-label="Time zone"
      className="flex items-center gap-1.5 border-b border-line bg-surface-2 px-3 py-1 text-xs text-ink-2"
    >
      <Clock3 aria-hidden className="size-3.5 shrink-0" />
      <span>
        Days and times are the store’s ({zone}). Your clock is on {zoneWords()}.
      </span>
    </aside>
  );
}

/**
 * Shows what prevents the page or the sync from working. It covers the foot of the page, so that
 * nothing moves.
 */
export function ConnectionNotice() {
  const { live, reachable, online, shows } = useConnection();
  const formatMoment = useFormatMoment();
  const summary = trpc.sync.summary.useQuery();
  const { crossmark, heldBack } = summary.data ?? {};
  const asOf = shows && `What you see is from ${formatMoment(shows)}.`;
  const findProblem = (): string | undefined => {
    if (!online) return `You are offline. ${asOf} Changes can’t be saved until you are online again.`;
    if (!reachable) {
      return `The scheduling server can’t be reached. ${asOf} Saved changes are safe; new ones can’t be saved until it is back.`;
    }
    if (live === 'lost') return `Live updates are lost. ${asOf} Connecting again…`;
    if (summary.data?.workers === 0) {
      return 'No sync worker is running. Changes are saved here and sent to Crossmark when one runs again.';
    }
    if (heldBack) {
      return `An admin has held back all calls to Crossmark since ${formatMoment(heldBack.since)}. Changes are safe: ${crossmark?.waiting ?? 0} waiting.`;
    }
    if (crossmark?.state === 'unreachable' && crossmark.since) {
      return `Crossmark has been out of reach since ${formatMoment(crossmark.since)}. Changes are safe: ${crossmark.waiting} waiting.`;
    }
    return undefined;
  };
  const problem = findProblem();
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-3 bottom-[calc(var(--bottom-bar)+0.75rem)] z-40 grid justify-items-center sm:left-auto sm:justify-items-end"
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
