import type { Attention, Retried } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { TickBox } from '@scheduler/ui/field';
import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { toast } from '../ui/toast.tsx';
import { UNSETTLED } from './activity-search.ts';
import { canRetry, eventCount, type Kind, RETRYABLE } from './attention-kinds.ts';
import { AttentionRow } from './attention-row.tsx';

export function AttentionRows({
  data,
  filter,
  onOpen,
}: {
  data: Attention;
  filter: { storeId?: number; kind?: Kind; reason?: string };
  onOpen: (eventId: number) => void;
}) {
  const mayWrite = useMayWrite();
  const utils = trpc.useUtils();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const retry = trpc.sync.retryMany.useMutation({
    onSuccess: (answer, variables) => {
      // All others stay selected.
      const { eventIds } = variables;
      if (eventIds) setChosen((before) => new Set([...before].filter((id) => !eventIds.includes(id))));
      toast(retriedWords(answer));
    },
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () =>
      Promise.all([utils.activity.invalidate(), utils.sync.invalidate(), utils.events.invalidate()]),
  });
  const retryable = data.rows.filter(canRetry).map(({ event }) => event.eventId);
  // Events that have settled meanwhile are no longer selected.
  const still = retryable.filter((id) => chosen.has(id));
  const choose = (ids: readonly number[], on: boolean) => {
    const next = new Set(chosen);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    setChosen(next);
  };
  const kind = RETRYABLE.find((each) => each === filter.kind);
  return (
    <section aria-label="Events" className="rounded-md border border-line bg-surface">
      {mayWrite && retryable.length > 0 && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-3 py-2">
          <TickBox
            checked={still.length === retryable.length}
            onChange={(change) => choose(retryable, change.target.checked)}
          >
            Choose all listed
          </TickBox>
          <span className="ml-auto flex flex-wrap gap-2">
            <Button
              disabled={still.length === 0}
              busy={retry.isPending}
              onClick={() => retry.mutate({ eventIds: still })}
            >
              <RotateCw aria-hidden className="size-4" />
              Retry {still.length > 0 ? still.length : ''} chosen
            </Button>
            {kind && (
              <Button busy={retry.isPending} onClick={() => retry.mutate({ ...filter, kind })}>
                <RotateCw aria-hidden className="size-4" />
                Retry all {data.total} {filter.reason ? 'of this reason' : UNSETTLED[kind].toLowerCase()}
              </Button>
            )}
          </span>
        </div>
      )}
      <ul className="divide-y divide-line" data-testid="attention-list">
        {data.rows.map((row) => (
          <AttentionRow
            key={row.event.eventId}
            row={row}
            timeZone={data.timeZone}
            chosen={chosen.has(row.event.eventId)}
            busy={retry.isPending}
            onChoose={(on) => choose([row.event.eventId], on)}
            onRetry={() => retry.mutate({ eventIds: [row.event.eventId] })}
            onOpen={onOpen}
          />
        ))}
      </ul>
    </section>
  );
}

function retriedWords({ retrying, left }: Retried): string {
  if (retrying === 0) return 'There was nothing left to retry: everything has settled meanwhile.';
  const more = left > 0 ? ` ${eventCount(left)} more match: retry once more for them.` : '';
  return `${eventCount(retrying)} ${retrying === 1 ? 'is' : 'are'} being retried.${more}`;
}
