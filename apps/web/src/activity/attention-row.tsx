import type { UnsettledEvent } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { RotateCw, UserRoundX } from 'lucide-react';
import type { ReactNode } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatFromNow, formatWhen, useNow } from '../lib/time.ts';
import { syncSentence, titleOf } from '../lib/words.ts';
import { TakeTheirs } from '../planning/take-theirs.tsx';
import { useMayWrite } from '../shell/use-session.ts';
import { SyncMark, TypeMark } from '../ui/badges.tsx';
import { toast } from '../ui/toast.tsx';
import { UNSETTLED } from './activity-search.ts';
import { canRetry } from './attention-kinds.ts';

export function AttentionRow({
  row,
  timeZone,
  chosen,
  busy,
  onChoose,
  onRetry,
  onOpen,
}: {
  row: UnsettledEvent;
  timeZone: string;
  chosen: boolean;
  busy: boolean;
  onChoose: (on: boolean) => void;
  onRetry: () => void;
  onOpen: (eventId: number) => void;
}) {
  const mayWrite = useMayWrite();
  const { event, schedule, kind } = row;
  const title = titleOf(event);
  return (
    <li className="flex items-start gap-3 p-3">
      {mayWrite && canRetry(row) && (
        <input
          type="checkbox"
          aria-label={`Choose ${title}`}
          checked={chosen}
          onChange={(change) => onChoose(change.target.checked)}
          className="mt-0.5 size-4 shrink-0 accent-accent pointer-coarse:size-6"
        />
      )}
      <div className="grid min-w-0 flex-1 gap-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <button
            type="button"
            data-testid={`attention-event-${event.eventId}`}
            onClick={() => onOpen(event.eventId)}
            className="text-left font-medium hover:underline pointer-coarse:min-h-8"
          >
            {title}
          </button>
          {kind === 'unknown_rep' ? (
            <span className="inline-flex items-center gap-1 rounded bg-waiting-soft px-1.5 py-px text-xs font-medium text-waiting">
              <UserRoundX aria-hidden className="size-3" />
              {UNSETTLED[kind]}
            </span>
          ) : (
            <SyncMark sync={event.sync} filled />
          )}
        </p>
        <p className="flex flex-wrap items-center gap-x-3 text-sm text-ink-2">
          <TypeMark type={event.type} whole />
          <span>
            {schedule
              ? `${formatWhen(schedule.startsAt, timeZone)}, ${schedule.employeeName}`
              : 'Not scheduled here'}
          </span>
          {row.since && <Saved since={row.since} />}
        </p>
        {kind === 'conflict' && <Conflict row={row} />}
        {kind === 'unknown_rep' && (
          <p className="text-sm">
            Crossmark holds {row.held} No person here is linked to that rep: check the employee number on the{' '}
            <Link to="/people" className="text-accent-text underline">
              People
            </Link>{' '}
            page, or book somebody else in Crossmark.
          </p>
        )}
        {kind !== 'conflict' && kind !== 'unknown_rep' && (
          <p className="text-sm">{syncSentence(event.sync)}</p>
        )}
      </div>
      {mayWrite && canRetry(row) && (
        <Button busy={busy} onClick={onRetry} aria-label={`Retry now: ${title}`}>
          <RotateCw aria-hidden className="size-4" />
          <span className="hidden sm:inline">Retry now</span>
        </Button>
      )}
    </li>
  );
}

/** A separate component, so that only the age renders every second and not the whole row. */
function Saved({ since }: { since: string }) {
  return <span>saved {formatFromNow(since, useNow())}</span>;
}

/** Both sides of a conflict, and the choice between them. */
function Conflict({ row }: { row: UnsettledEvent }) {
  const utils = trpc.useUtils();
  const mayWrite = useMayWrite();
  const { eventId } = row.event;
  const seenAt = row.conflictSeenAt;
  const resolve = trpc.sync.resolve.useMutation({
    onSuccess: (_, { choice }) =>
      toast(
        choice === 'mine'
          ? `You kept your side: ${titleOf(row.event)} is sent to Crossmark.`
          : `You took Crossmark’s side: ${titleOf(row.event)} is now the same here.`,
      ),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.invalidate(),
  });
  const choose = (choice: 'mine' | 'theirs') => seenAt && resolve.mutate({ eventId, choice, seenAt });
  const side = (term: string, value: string, button: ReactNode) => (
    <div className="flex flex-wrap items-center gap-2 bg-surface p-2">
      <div className="min-w-0 flex-1 basis-40">
        <p className="text-xs text-ink-2">{term}</p>
        <p>{value}</p>
      </div>
      {mayWrite && seenAt && button}
    </div>
  );
  return (
    <div className="grid gap-px overflow-hidden rounded-md border border-line bg-line text-sm sm:grid-cols-2">
      {side(
        'Here',
        row.wanted,
        <Button disabled={resolve.isPending} onClick={() => choose('mine')}>
          Keep mine
        </Button>,
      )}
      {side(
        'In Crossmark',
        row.held,
        <TakeTheirs
          eventId={eventId}
          label="Take theirs"
          busy={resolve.isPending}
          onTake={() => choose('theirs')}
        />,
      )}
    </div>
  );
}
