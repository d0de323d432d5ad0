import type { BoardEvent, SyncDetail } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { RotateCw } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { useNow } from '../lib/time.ts';
import { type Act, syncSentence, withOfferedAdvice } from '../lib/words.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { SyncMark } from '../ui/badges.tsx';
import { Loading, Refusal, Skeleton } from '../ui/states.tsx';
import { Attempt } from './attempt.tsx';
import { TakeTheirs } from './take-theirs.tsx';

/** The sync state of the event: a sentence, both sides, the attempts, and the button that helps. */
export function SyncSection({
  event,
  sync,
  timeZone,
  offeredActs,
}: {
  event: BoardEvent;
  sync: SyncDetail | undefined;
  timeZone: string;
  /** The actions that the panel offers. */
  offeredActs: readonly Act[];
}) {
  const { eventId } = event;
  const utils = trpc.useUtils();
  const mayWrite = useMayWrite();
  const now = useNow();
  const retry = trpc.sync.retry.useMutation({
    onSettled: () => {
      void utils.sync.get.invalidate({ eventId });
      void utils.events.get.invalidate({ eventId });
      void utils.board.week.invalidate();
    },
  });
  const resolve = trpc.sync.resolve.useMutation({
    onSettled: () => {
      void utils.sync.invalidate();
      void utils.events.invalidate();
      void utils.schedules.invalidate();
      void utils.board.week.invalidate();
    },
  });
  const badge = sync ?? event.sync;
  const isStuck = badge.state === 'failed' || badge.state === 'waiting';
  const mayRetry = mayWrite && event.mplanId !== null && isStuck;
  const reason = badge.reason && withOfferedAdvice(badge.reason, offeredActs);
  const seenAt = sync?.conflictSeenAt;
  const resolveConflict = (choice: 'mine' | 'theirs') =>
    seenAt && resolve.mutate({ eventId, choice, seenAt });
  return (
    <section aria-label="Sync with Crossmark" className="grid gap-2.5">
      <div className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-10">
        <h3 className="text-sm font-semibold">Crossmark</h3>
        <SyncMark sync={{ ...badge, reason }} filled />
        {mayRetry && (
          <Button
            className="ml-auto"
            busy={retry.isPending}
            busyLabel="Retrying…"
            onClick={() => retry.mutate({ eventId })}
          >
            <RotateCw aria-hidden className="size-4" />
            Retry now
          </Button>
        )}
      </div>
      <div className="grid min-h-5 gap-1 text-sm">
        {(reason ?? sync?.conflict) && <p>{reason ?? sync?.conflict}</p>}
        <p className={reason ? 'text-ink-2' : ''}>{sync?.next ?? syncSentence({ ...badge, reason })}</p>
      </div>
      {mayWrite && badge.state === 'conflict' && seenAt && (
        <div className="flex flex-wrap gap-2">
          <Button busy={resolve.isPending} onClick={() => resolveConflict('mine')}>
            Keep mine
          </Button>
          <TakeTheirs
            eventId={eventId}
            label="Take Crossmark’s"
            busy={resolve.isPending}
            onTake={() => resolveConflict('theirs')}
          />
        </div>
      )}
      <Refusal error={retry.error ?? resolve.error} />
      <dl className="grid gap-px overflow-hidden rounded-md border border-line bg-line text-sm sm:grid-cols-2">
        <Side term="Wanted here" value={sync?.wanted} />
        <Side term="Crossmark holds" value={sync?.held} />
      </dl>
      <div>
        <h4 className="mb-1 text-xs font-medium text-ink-2">
          {sync?.attempts.length === 0 ? 'No attempts on record' : 'Attempts, latest first'}
        </h4>
        {sync ? (
          <ol className="grid gap-2" data-testid="sync-attempts">
            {sync.attempts.map((attempt, index) => (
              <Attempt
                key={attempt.id}
                attempt={attempt}
                isCurrent={index === 0 && badge.state !== 'synced' && badge.state !== 'pending'}
                timeZone={timeZone}
                nowMs={now}
              />
            ))}
          </ol>
        ) : (
          <Loading what="the attempts">
            <Skeleton className="h-10" />
          </Loading>
        )}
      </div>
    </section>
  );
}

function Side({ term, value }: { term: string; value: string | undefined }) {
  return (
    <div className="bg-surface p-2.5">
      <dt className="text-xs text-ink-2">{term}</dt>
      <dd className="mt-0.5 min-h-10">{value ?? <Skeleton className="h-4 w-3/4" />}</dd>
    </div>
  );
}
