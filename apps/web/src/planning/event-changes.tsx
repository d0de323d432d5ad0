import { Button } from '@scheduler/ui/button';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useFormatMoment } from '../lib/time.ts';
import { LoadError, Loading, Skeleton } from '../ui/states.tsx';

/** Every change of an event's schedule, newest first. It is read when the list is opened. */
export function EventChanges({ eventId, timeZone }: { eventId: number; timeZone: string }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary className="cursor-pointer text-sm font-semibold pointer-coarse:py-2.5">Changes</summary>
      {isOpen && <ChangeList eventId={eventId} timeZone={timeZone} />}
    </details>
  );
}

function ChangeList({ eventId, timeZone }: { eventId: number; timeZone: string }) {
  const formatMoment = useFormatMoment(timeZone);
  const query = trpc.activity.ofEvent.useInfiniteQuery(
    { eventId },
    { getNextPageParam: ({ next }) => next ?? undefined },
  );
  if (query.isPending) {
    return (
      <Loading what="the changes">
        <Skeleton className="mt-2 h-20" />
      </Loading>
    );
  }
  if (!query.data) {
    return <LoadError what="the changes" error={query.error} onRetry={() => void query.refetch()} />;
  }
  const entries = query.data.pages.flatMap((page) => page.entries);
  return (
    <div className="mt-2 grid justify-items-start gap-2">
      {entries.length === 0 && <p className="text-sm text-ink-2">Nobody has changed it here yet.</p>}
      <ol className="grid w-full gap-2 text-sm" data-testid="event-changes">
        {entries.map(({ id, at, by, what, reason }) => (
          <li key={id} className="border-l-2 border-line pl-2.5">
            <p className="wrap-anywhere">
              <span className="font-medium">{by}</span> {what}
            </p>
            {reason && <p className="wrap-anywhere text-ink-2">Reason: {reason}</p>}
            <time dateTime={at} className="text-xs text-ink-2">
              {formatMoment(at)}
            </time>
          </li>
        ))}
      </ol>
      {query.hasNextPage && (
        <Button
          busy={query.isFetchingNextPage}
          busyLabel="Loading…"
          onClick={() => void query.fetchNextPage()}
        >
          Show earlier changes
        </Button>
      )}
    </div>
  );
}
