import type { Attention, Retried, UnlinkedPerson, UnsettledEvent } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { RotateCw, UserRoundX } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatDay, formatFromNow, formatWhen, useNow } from '../lib/time.ts';
import { syncSentence, titleOf } from '../lib/words.ts';
import { TakeTheirs } from '../planning/take-theirs.tsx';
import { useMayWrite } from '../shell/use-session.ts';
import { SyncMark, TypeMark } from '../ui/badges.tsx';
import { SelectField, TickBox } from '../ui/field.tsx';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { type ActivitySearch, UNSETTLED } from './activity-search.ts';

type Kind = UnsettledEvent['kind'];
const KINDS = Object.keys(UNSETTLED) as Kind[];
/** These go out by themselves, or would by now: a retry spares the wait. */
const RETRYABLE = ['failed', 'long_waiting', 'waiting'] as const satisfies Kind[];

const PAGE = 100;
const MOST = 500;

/** What isn't settled with Crossmark and why, with the buttons that help: for one, for the chosen ones or for all. */
export function AttentionList({
  search: { store, show, reason },
  onSearch,
  onOpen,
}: {
  search: ActivitySearch;
  onSearch: (change: { reason?: string | undefined }) => void;
  onOpen: (eventId: number) => void;
}) {
  const [limit, setLimit] = useState(PAGE);
  const query = trpc.activity.attention.useQuery(
    { ...(store && { storeId: store }), ...(show && { kind: show }), ...(reason && { reason }), limit },
    { placeholderData: keepPreviousData },
  );
  const { data } = query;
  const failures = useRef<Attention['failures']>([]);
  if (data) failures.current = data.failures;
  const filters = (
    <>
      <nav aria-label="Kinds" className="flex flex-wrap gap-1.5">
        <KindLink label="All" count={data && sum(data.counts)} on={!show} search={store ? { store } : {}} />
        {KINDS.map((kind) => (
          <KindLink
            key={kind}
            label={UNSETTLED[kind]}
            count={data?.counts[kind]}
            on={show === kind}
            search={{ ...(store && { store }), show: kind }}
          />
        ))}
      </nav>
      {show === 'failed' && failures.current.length > 0 && (
        <SelectField
          label="Why it failed"
          value={reason ?? ''}
          onChange={(change) => onSearch({ reason: change.target.value || undefined })}
        >
          <option value="">Any reason</option>
          {failures.current.map((failure) => (
            <option key={failure.reason} value={failure.reason}>
              {failure.count} × {failure.reason}
            </option>
          ))}
        </SelectField>
      )}
    </>
  );
  const people = data && !show ? data.people : [];
  return (
    <>
      {filters}
      <QueryView
        what="what needs attention"
        queries={[query]}
        data={data}
        skeleton={<SkeletonRows count={5} height="h-20" />}
        empty={
          data?.rows.length === 0 &&
          people.length === 0 && (
            <Empty
              title={show ? `Nothing here: ${UNSETTLED[show].toLowerCase()}.` : 'Everything is settled.'}
            >
              {show ? 'Look at all to see what else there is.' : 'Crossmark holds what the board shows.'}
            </Empty>
          )
        }
      >
        {(data) => (
          <div
            aria-busy={query.isPlaceholderData}
            className={`grid gap-3 ${query.isPlaceholderData ? 'opacity-60' : ''}`}
          >
            {people.length > 0 && <UnlinkedPeople people={people} />}
            {data.rows.length > 0 && (
              <EventRows
                data={data}
                asked={{
                  ...(store && { storeId: store }),
                  ...(show && { kind: show }),
                  ...(reason && { reason }),
                }}
                onOpen={onOpen}
              />
            )}
            {data.total > data.rows.length && (
              <div className="flex items-center gap-3 text-sm text-ink-2">
                {data.rows.length} of {data.total} are listed.
                {limit < MOST && <Button onClick={() => setLimit(MOST)}>Show more</Button>}
              </div>
            )}
          </div>
        )}
      </QueryView>
    </>
  );
}

const sum = (counts: Attention['counts']): number => Object.values(counts).reduce((a, b) => a + b, 0);
const events = (count: number): string => (count === 1 ? '1 event' : `${count} events`);

function KindLink({
  label,
  count,
  on,
  search,
}: {
  label: string;
  count: number | undefined;
  on: boolean;
  search: ActivitySearch;
}) {
  return (
    <Link
      to="/activity"
      search={search}
      aria-current={on ? 'page' : undefined}
      className={`inline-flex items-center gap-1.5 rounded-full border px-3 py-1 text-sm pointer-coarse:py-2 ${on ? 'border-accent bg-accent-soft text-accent-text' : 'border-line bg-surface hover:bg-surface-2'}`}
    >
      {label}
      <span className="min-w-3 text-xs text-ink-2">{count}</span>
    </Link>
  );
}

function EventRows({
  data,
  asked,
  onOpen,
}: {
  data: Attention;
  asked: { storeId?: number; kind?: Kind; reason?: string };
  onOpen: (eventId: number) => void;
}) {
  const mayWrite = useMayWrite();
  const utils = trpc.useUtils();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const retry = trpc.sync.retryMany.useMutation({
    onSuccess: (answer, asked) => {
      // Others that are chosen stay so.
      const { eventIds } = asked;
      if (eventIds) setChosen((before) => new Set([...before].filter((id) => !eventIds.includes(id))));
      toast(retriedWords(answer));
    },
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () =>
      Promise.all([utils.activity.invalidate(), utils.sync.invalidate(), utils.events.invalidate()]),
  });
  const retryable = data.rows.filter(mayRetry).map(({ event }) => event.eventId);
  // What has settled meanwhile is no longer chosen.
  const still = retryable.filter((id) => chosen.has(id));
  const choose = (ids: readonly number[], on: boolean) => {
    const next = new Set(chosen);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    setChosen(next);
  };
  const kind = RETRYABLE.find((each) => each === asked.kind);
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
              <Button busy={retry.isPending} onClick={() => retry.mutate({ ...asked, kind })}>
                <RotateCw aria-hidden className="size-4" />
                Retry all {data.total} {asked.reason ? 'of this reason' : UNSETTLED[kind].toLowerCase()}
              </Button>
            )}
          </span>
        </div>
      )}
      <ul className="divide-y divide-line" data-testid="attention-list">
        {data.rows.map((row) => (
          <Row
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

// What Crossmark hasn't listed yet can't be tried: the next refresh helps there.
const mayRetry = ({ event, kind }: UnsettledEvent): boolean =>
  event.mplanId !== null && (RETRYABLE as readonly Kind[]).includes(kind);

function retriedWords({ retrying, left }: Retried): string {
  if (retrying === 0) return 'Nothing was left to retry: it has settled meanwhile.';
  const more = left > 0 ? ` ${events(left)} more match: retry once more for them.` : '';
  return `${events(retrying)} ${retrying === 1 ? 'is' : 'are'} being tried again.${more}`;
}

function Row({
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
      {mayWrite && mayRetry(row) && (
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
        {kind === 'conflict' ? (
          <Conflict row={row} />
        ) : kind === 'unknown_rep' ? (
          <p className="text-sm">
            Crossmark holds {row.held} Nobody here stands for that rep: check the employee number on the{' '}
            <Link to="/people" className="text-accent-text underline">
              People
            </Link>{' '}
            page, or book somebody else in Crossmark.
          </p>
        ) : (
          <p className="text-sm">{syncSentence(event.sync)}</p>
        )}
      </div>
      {mayWrite && mayRetry(row) && (
        <Button busy={busy} onClick={onRetry} aria-label={`Retry now: ${title}`}>
          <RotateCw aria-hidden className="size-4" />
          <span className="hidden sm:inline">Retry now</span>
        </Button>
      )}
    </li>
  );
}

/** Only the age renders every second, not its row. */
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
          ? `Yours stands: ${titleOf(row.event)} goes to Crossmark.`
          : `Crossmark’s side stands: ${titleOf(row.event)} is now here as it is there.`,
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

function UnlinkedPeople({ people }: { people: readonly UnlinkedPerson[] }) {
  return (
    <section aria-labelledby="unlinked" className="rounded-md border border-line bg-surface">
      <h2 id="unlinked" className="border-b border-line px-3 py-2 text-sm font-semibold">
        People Crossmark can’t be told of
      </h2>
      <ul className="divide-y divide-line">
        {people.map((person) => (
          <li key={person.employeeId} className="flex flex-wrap items-center gap-x-3 gap-y-1 p-3 text-sm">
            <UserRoundX aria-hidden className="size-4 shrink-0 text-waiting" />
            <div className="min-w-0 flex-1 basis-60">
              <p>
                <span className="font-medium">{person.name}</span>{' '}
                <span className="text-ink-2">
                  {person.schedules === 1 ? '1 schedule' : `${person.schedules} schedules`}, the next on{' '}
                  {formatDay(person.nextOn)}
                </span>
              </p>
              <p>{person.linkReason ?? 'Not looked up in Crossmark’s list of reps yet.'}</p>
            </div>
            <Link to="/people" className="text-accent-text underline pointer-coarse:py-2">
              Open People
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
