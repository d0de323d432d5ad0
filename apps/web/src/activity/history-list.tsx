import type { HistoryEntry } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { SelectField } from '@scheduler/ui/field';
import { skipToken } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { formatTime } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { useStore } from '../shell/use-store.ts';
import { ByDay } from '../ui/by-day.tsx';
import { DateField } from '../ui/date-field.tsx';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { type ActivitySearch, HISTORY } from './activity-search.ts';
import { ActorField } from './actor-field.tsx';

const KINDS = Object.keys(HISTORY) as HistoryEntry['kind'][];

/** The history of schedules: changes by people and by the sync, newest first. */
export function HistoryList({
  search: { store, kind, person, by, day },
  onSearch,
  onOpen,
}: {
  search: ActivitySearch;
  onSearch: (change: { [Key in keyof ActivitySearch]?: ActivitySearch[Key] | undefined }) => void;
  onOpen: (eventId: number) => void;
}) {
  const shownStore = useStore()?.id;
  const people = trpc.employees.list.useQuery(shownStore === undefined ? skipToken : { storeId: shownStore });
  const actors = trpc.activity.actors.useQuery();
  const query = trpc.activity.history.useInfiniteQuery(
    {
      ...(store && { storeId: store }),
      ...(kind && { kind }),
      ...(person && { employeeId: person }),
      ...(by && { actorId: by }),
      ...(day && { day }),
    },
    { getNextPageParam: (page) => page.next ?? undefined },
  );
  const timeZone = query.data?.pages[0]?.timeZone;
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  const filtered = Boolean(kind || person || by || day);
  return (
    <>
      <form
        aria-label="Narrow down"
        onSubmit={(event) => event.preventDefault()}
        className="grid grid-cols-2 items-start gap-2 sm:grid-cols-4"
      >
        <SelectField
          label="Kind"
          value={kind ?? ''}
          onChange={(change) => onSearch({ kind: KINDS.find((each) => each === change.target.value) })}
        >
          <option value="">Everything</option>
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {HISTORY[each]}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="About"
          value={person ?? ''}
          onChange={(change) => onSearch({ person: Number(change.target.value) || undefined })}
        >
          <option value="">Anybody</option>
          {people.data?.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </SelectField>
        <ActorField actors={actors.data} by={by} onSearch={onSearch} />
        <DateField label="Day" value={day ?? ''} onChange={(next) => onSearch({ day: next || undefined })} />
      </form>
      <QueryView
        what="the history"
        queries={[query]}
        data={query.data && timeZone}
        skeleton={<SkeletonRows count={6} height="h-12" />}
        empty={
          entries.length === 0 && (
            <Empty title={filtered ? 'Nothing matches.' : 'Nothing has happened yet.'}>
              {filtered
                ? 'Remove a filter to see more.'
                : 'Changes by people and by the sync are listed here.'}
            </Empty>
          )
        }
      >
        {(timeZone) => (
          <div className="grid gap-4" data-testid="history">
            <ByDay entries={entries} timeZone={timeZone}>
              {(entry) => <Entry key={entry.id} entry={entry} timeZone={timeZone} onOpen={onOpen} />}
            </ByDay>
            {query.hasNextPage && (
              <Button
                className="justify-self-center"
                busy={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                Show older
              </Button>
            )}
          </div>
        )}
      </QueryView>
    </>
  );
}

function Entry({
  entry,
  timeZone,
  onOpen,
}: {
  entry: HistoryEntry;
  timeZone: string;
  onOpen: (eventId: number) => void;
}) {
  const { event, employeeName } = entry;
  return (
    <li className="grid grid-cols-[4.75rem_minmax(0,1fr)] gap-x-2 px-3 py-2 text-sm">
      <time dateTime={entry.at} className="text-ink-2">
        {formatTime(entry.at, timeZone)}
      </time>
      <div className="min-w-0">
        <p>
          {entry.problem && (
            <TriangleAlert aria-hidden className="mr-1 inline size-3.5 align-[-2px] text-failed" />
          )}
          <span className="font-medium">{entry.by}</span> {entry.what}
        </p>
        <p className="flex flex-wrap items-baseline gap-x-3 text-ink-2">
          {event && (
            <button
              type="button"
              title={event.name}
              onClick={() => onOpen(event.eventId)}
              className="text-left text-accent-text hover:underline pointer-coarse:min-h-8"
            >
              {titleOf(event)}
            </button>
          )}
          {employeeName && <span>{employeeName}</span>}
          <span>{HISTORY[entry.kind]}</span>
        </p>
      </div>
    </li>
  );
}
