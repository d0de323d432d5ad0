import type { EventRow } from '@scheduler/server/router';
import { getRouteApi, Link } from '@tanstack/react-router';
import { RotateCw } from 'lucide-react';
import { Suspense, useState } from 'react';
import { trpc } from '../api.ts';
import { EventPanel } from '../board/dialogs.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { formatWhen } from '../time.ts';
import { SyncMark, TypeMark } from '../ui/badges.tsx';
import { Button } from '../ui/button.tsx';
import { Bone, Empty, LoadError, Loading } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { problemOf, STATE_WORDS, type SyncState, syncSentence, titleOf } from '../words.ts';

const route = getRouteApi('/app/attention');

type Unsettled = Exclude<SyncState, 'synced'>;

/** Those that need a person first. */
const ORDER: readonly Unsettled[] = ['failed', 'conflict', 'waiting', 'pending'];

/** What isn't settled with Crossmark and why, with the button that helps. */
export function AttentionPage() {
  const { state, event: openId } = route.useSearch();
  const navigate = route.useNavigate();
  const summary = trpc.sync.summary.useQuery();
  const stores = trpc.stores.list.useQuery();
  const states = state ? [state] : [...ORDER];
  const query = trpc.events.list.useQuery({ syncStates: states, limit: 500 });
  const rows = [...(query.data?.rows ?? [])].sort(
    (a, b) => rankOf(a.event.sync.state) - rankOf(b.event.sync.state),
  );
  const counts = summary.data?.counts;
  const all = counts ? ORDER.reduce((sum, each) => sum + counts[each], 0) : undefined;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-5xl gap-3 p-3 sm:p-4">
        <h1 className="text-lg font-semibold">Not settled with Crossmark</h1>
        <nav aria-label="Sync state" className="flex flex-wrap gap-1.5">
          <StateLink label="All" count={all} on={state === undefined} />
          {ORDER.map((each) => (
            <StateLink
              key={each}
              state={each}
              label={STATE_WORDS[each]}
              count={counts?.[each]}
              on={state === each}
            />
          ))}
        </nav>
        {query.isError && !query.data ? (
          <LoadError what="The list" error={query.error} onRetry={() => void query.refetch()} />
        ) : query.isPending ? (
          <Loading what="list">
            <div className="grid gap-2">
              {[1, 2, 3, 4].map((each) => (
                <Bone key={each} className="h-16" />
              ))}
            </div>
          </Loading>
        ) : rows.length === 0 ? (
          <Empty
            title={state ? `Nothing is in the state “${STATE_WORDS[state]}”.` : 'Everything is settled.'}
          >
            Crossmark holds what the board shows.
          </Empty>
        ) : (
          <>
            <ul
              className="divide-y divide-line rounded-md border border-line bg-surface"
              data-testid="attention-list"
            >
              {rows.map((row) => (
                <Row
                  key={row.event.eventId}
                  row={row}
                  timeZone={stores.data?.find((store) => store.id === row.storeId)?.timeZone}
                  onOpen={(eventId) => void navigate({ search: (before) => ({ ...before, event: eventId }) })}
                />
              ))}
            </ul>
            {query.data && query.data.total > rows.length && (
              <p className="text-sm text-ink-2">
                {rows.length} of {query.data.total} are listed.
              </p>
            )}
          </>
        )}
      </div>
      <Suspense>
        {openId && (
          <EventPanel
            key={openId}
            eventId={openId}
            onClose={() =>
              void navigate({ search: ({ event: _closed, ...before }) => before, replace: true })
            }
          />
        )}
      </Suspense>
    </div>
  );
}

const rankOf = (state: SyncState): number => (ORDER as readonly SyncState[]).indexOf(state);

function StateLink({
  state,
  label,
  count,
  on,
}: {
  state?: Unsettled;
  label: string;
  count: number | undefined;
  on: boolean;
}) {
  return (
    <Link
      to="/attention"
      search={state ? { state } : {}}
      aria-current={on ? 'page' : undefined}
      className={`inline-flex items-center gap-1.5 rounded-full border px-3 py-1 text-sm pointer-coarse:py-2 ${on ? 'border-accent bg-accent-soft text-accent-text' : 'border-line bg-surface hover:bg-surface-2'}`}
    >
      {label}
      <span className="min-w-3 text-xs text-ink-2">{count}</span>
    </Link>
  );
}

function Row({
  row: { event, schedule },
  timeZone,
  onOpen,
}: {
  row: EventRow;
  timeZone: string | undefined;
  onOpen: (eventId: number) => void;
}) {
  const utils = trpc.useUtils();
  const mayWrite = useMayWrite();
  const [asked, setAsked] = useState(false);
  const retry = trpc.sync.retry.useMutation({
    onMutate: () => setAsked(true),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: async () => {
      await Promise.all([
        utils.events.list.invalidate(),
        utils.sync.invalidate(),
        utils.board.week.invalidate(),
      ]);
      setAsked(false);
    },
  });
  // What Crossmark hasn't listed yet can't be tried: the next refresh helps there.
  const retryable =
    event.mplanId !== null && (event.sync.state === 'failed' || event.sync.state === 'waiting');
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-1.5 p-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <button
            type="button"
            data-testid={`attention-event-${event.eventId}`}
            onClick={() => onOpen(event.eventId)}
            className="text-left font-medium hover:underline"
          >
            {titleOf(event)}
          </button>
          <SyncMark sync={event.sync} filled />
        </p>
        <p className="flex flex-wrap items-center gap-x-3 text-sm text-ink-2">
          <TypeMark type={event.type} whole />
          {schedule && timeZone ? (
            <span>
              {formatWhen(schedule.startsAt, timeZone)}, {schedule.employeeName}
            </span>
          ) : (
            <span>Not scheduled here</span>
          )}
        </p>
        <p className="mt-1 text-sm">{syncSentence(event.sync)}</p>
      </div>
      {mayWrite && retryable && (
        <Button busy={asked} busyLabel="Retrying…" onClick={() => retry.mutate({ eventId: event.eventId })}>
          <RotateCw aria-hidden className="size-4" />
          Retry now
        </Button>
      )}
    </li>
  );
}
