import type { AuditEntryView } from '@scheduler/server/router';
import { Button, buttonClass } from '@scheduler/ui/button';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowRight, Download } from 'lucide-react';
import { Suspense, useCallback, useEffect } from 'react';
import { trpc } from '../lib/api.ts';
import { formatDay, formatTime, workDateOf, zoneWords } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { EventPanel } from '../planning/dialogs.ts';
import { parsedSearch, type SearchChange } from '../search-params.ts';
import { useIsAdmin } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { ByDay } from '../ui/by-day.tsx';
import { DateField } from '../ui/date-field.tsx';
import { SelectField } from '../ui/field.tsx';
import { SearchBox, TypedField } from '../ui/search-box.tsx';
import { Empty, LoadError, QueryView, SkeletonRows } from '../ui/states.tsx';
import { type AuditSearch, exportAddress, filterOf, KINDS, NARROWING, OBJECTS } from './audit-search.ts';

const route = getRouteApi('/app/audit');

type Change = SearchChange<AuditSearch>;

/** Who did what, from what to what: for admins. */
export function AuditPage() {
  useTitle('Audit log');
  if (!useIsAdmin()) {
    return (
      <Empty title="Only an admin sees the audit log.">
        What people planned and what the sync did is on the activity page.
      </Empty>
    );
  }
  return <AuditLog />;
}

function AuditLog() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = useCallback(
    (change: Change, replace = true) =>
      void navigate({
        search: (before) => parsedSearch({ ...before, ...change }),
        replace,
      }),
    [navigate],
  );
  const filter = filterOf(search);
  const query = trpc.audit.list.useInfiniteQuery(filter, {
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const last = query.data?.pages.at(-1);
  const timeZone = last?.timeZone;
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];

  // A search goes through the log in stretches; one without a find is no answer yet.
  const goesOn = last?.entries.length === 0 && query.hasNextPage;
  const { fetchNextPage, isFetching, isError } = query;
  useEffect(() => {
    if (goesOn && !isFetching && !isError) void fetchNextPage();
  }, [goesOn, isFetching, isError, fetchNextPage]);

  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-5xl grid-cols-[minmax(0,1fr)] gap-3 p-3 sm:p-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="text-lg font-semibold">Audit log</h1>
          {timeZone && <span className="text-sm text-ink-2">Times are {zoneWords(timeZone)}.</span>}
          <a href={exportAddress(filter)} download className={buttonClass('plain', 'ml-auto')}>
            <Download aria-hidden className="size-4" />
            Export CSV
          </a>
        </div>
        <Filters search={search} onSearch={set} />
        <QueryView
          what="the audit log"
          queries={[query]}
          data={last}
          skeleton={<SkeletonRows count={6} height="h-14" />}
        >
          {({ timeZone, reached }) => (
            <>
              {entries.length > 0 && (
                <div className="grid gap-4" data-testid="audit">
                  <ByDay entries={entries} timeZone={timeZone} headingOf={dayWithYear}>
                    {(entry) => <Entry key={entry.id} entry={entry} timeZone={timeZone} onSearch={set} />}
                  </ByDay>
                </div>
              )}
              {query.isFetchNextPageError ? (
                <LoadError
                  what="what is older"
                  error={query.error}
                  onRetry={() => void query.fetchNextPage()}
                />
              ) : goesOn && reached ? (
                <p role="status" className="py-4 text-center text-sm text-ink-2">
                  Looking further back than {dayWithYear(workDateOf(reached, timeZone))}…
                </p>
              ) : entries.length === 0 ? (
                <Nothing search={search} onSearch={set} />
              ) : (
                query.hasNextPage && (
                  <Button
                    className="justify-self-center"
                    busy={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    Show older
                  </Button>
                )
              )}
            </>
          )}
        </QueryView>
      </div>
      <Suspense>
        {search.event && (
          <EventPanel key={search.event} eventId={search.event} onClose={() => set({ event: undefined })} />
        )}
      </Suspense>
    </div>
  );
}

const clear: Change = Object.fromEntries(NARROWING.map((part) => [part, undefined]));

function Nothing({ search, onSearch }: { search: AuditSearch; onSearch: (change: Change) => void }) {
  if (!NARROWING.some((part) => search[part] !== undefined)) {
    return <Empty title="Nobody has done anything yet.">Whatever people change is written down here.</Empty>;
  }
  return (
    <Empty title="Nothing matches.">
      <Button className="mt-2" onClick={() => onSearch(clear)}>
        Clear filters
      </Button>
    </Empty>
  );
}

const wordsOf = <Key extends string>(words: Record<Key, string>) => Object.entries(words) as [Key, string][];

function Filters({ search, onSearch }: { search: AuditSearch; onSearch: (change: Change) => void }) {
  const { by, kind, object, id, from, to } = search;
  const actors = trpc.audit.actors.useQuery();
  const { data: stores = [] } = trpc.stores.list.useQuery(undefined, { staleTime: 300_000 });
  const look = useCallback((q: string) => onSearch({ q: q || undefined }), [onSearch]);
  return (
    <form
      aria-label="Narrow down"
      onSubmit={(event) => event.preventDefault()}
      className="grid grid-cols-2 items-start gap-2 sm:grid-cols-3 lg:grid-cols-6"
    >
      <div className="col-span-full">
        <SearchBox
          label="Search the audit log"
          placeholder="Names, numbers and values, before or after"
          className="min-w-44"
          value={search.q ?? ''}
          onChange={look}
        />
      </div>
      {stores.length > 1 && (
        <SelectField
          label="Store"
          value={search.store ?? ''}
          onChange={(change) => onSearch({ store: Number(change.target.value) || undefined })}
        >
          <option value="">All stores</option>
          {stores.map((store) => (
            <option key={store.id} value={store.id}>
              {store.name} ({store.number})
            </option>
          ))}
        </SelectField>
      )}
      <SelectField
        label="Done by"
        value={by ?? ''}
        onChange={(change) => onSearch({ by: change.target.value || undefined })}
      >
        <option value="">Anybody</option>
        {actors.data?.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Kind"
        value={kind ?? ''}
        onChange={(change) =>
          onSearch({ kind: wordsOf(KINDS).find(([each]) => each === change.target.value)?.[0] })
        }
      >
        <option value="">Everything</option>
        {wordsOf(KINDS).map(([each, word]) => (
          <option key={each} value={each}>
            {word}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Done to"
        value={object ?? ''}
        onChange={(change) =>
          onSearch({
            object: wordsOf(OBJECTS).find(([each]) => each === change.target.value)?.[0],
            id: undefined,
          })
        }
      >
        <option value="">Anything</option>
        {wordsOf(OBJECTS).map(([each, word]) => (
          <option key={each} value={each}>
            {word}
          </option>
        ))}
      </SelectField>
      {object && (
        <TypedField
          key={object}
          label={`Which ${OBJECTS[object].toLowerCase()}`}
          placeholder="Number or id"
          maxLength={200}
          value={id ?? ''}
          onChange={(next) => onSearch({ id: next || undefined })}
        />
      )}
      {(['from', 'to'] as const).map((end) => (
        <DateField
          key={end}
          label={end === 'from' ? 'From day' : 'To day'}
          value={(end === 'from' ? from : to) ?? ''}
          onChange={(day) => onSearch({ [end]: day || undefined })}
        />
      ))}
    </form>
  );
}

const dayWithYear = (day: string) => `${formatDay(day)}, ${day.slice(0, 4)}`;

const LINK = 'text-left text-accent-text hover:underline pointer-coarse:min-h-8';

function Entry({
  entry,
  timeZone,
  onSearch,
}: {
  entry: AuditEntryView;
  timeZone: string;
  onSearch: (change: Change, replace?: boolean) => void;
}) {
  const { event, person, object, changes } = entry;
  const known = wordsOf(OBJECTS).find(([type]) => type === object.type);
  const title = event ? titleOf(event) : object.name;
  return (
    <li className="grid gap-x-2 gap-y-1 px-3 py-2 text-sm sm:grid-cols-[4.75rem_minmax(0,1fr)]">
      <time dateTime={entry.at} className="text-ink-2">
        {formatTime(entry.at, timeZone)}
      </time>
      <div className="min-w-0">
        <p>
          <span className="font-medium">{entry.by}</span> {entry.what}
        </p>
        <p className="flex flex-wrap gap-x-3 text-ink-2">
          {event ? (
            <button
              type="button"
              title={event.name}
              onClick={() => onSearch({ event: event.eventId }, false)}
              className={LINK}
            >
              {titleOf(event)}
            </button>
          ) : (
            title && object.type !== 'employee' && <span className="min-w-0">{title}</span>
          )}
          {person && (
            <Link to="/people/$id" params={{ id: String(person.employeeId) }} className={LINK}>
              {person.name}
            </Link>
          )}
          {known ? (
            <button
              type="button"
              title={`Only what was done to this ${known[1].toLowerCase()}`}
              onClick={() => onSearch({ object: known[0], id: object.id })}
              className={`min-w-0 break-all ${LINK}`}
            >
              {known[1]} {object.id}
            </button>
          ) : (
            <span className="min-w-0 break-all">
              {object.type} {object.id}
            </span>
          )}
          <span>{KINDS[entry.kind]}</span>
        </p>
        {changes.length > 0 && <Changes changes={changes} />}
      </div>
    </li>
  );
}

/** Fields shown without being asked for. */
const SHOWN = 6;

function Changes({ changes }: { changes: AuditEntryView['changes'] }) {
  const rest = changes.slice(SHOWN);
  return (
    <div className="mt-1 grid gap-1 text-xs">
      <ChangeList changes={changes.slice(0, SHOWN)} />
      {rest.length > 0 && (
        <details>
          <summary className="cursor-pointer text-ink-2 pointer-coarse:py-2">
            {rest.length} more {rest.length === 1 ? 'field' : 'fields'}
          </summary>
          <ChangeList changes={rest} />
        </details>
      )}
    </div>
  );
}

function ChangeList({ changes }: { changes: AuditEntryView['changes'] }) {
  return (
    <dl className="grid grid-cols-[minmax(0,8rem)_minmax(0,1fr)] gap-x-3 gap-y-0.5">
      {changes.map(({ field, from, to }) => (
        <div key={field} className="contents">
          <dt className="text-ink-2">{field}</dt>
          <dd>
            {from !== null && (
              <>
                <span className="sr-only">from </span>
                <span className="text-ink-2">{from}</span>{' '}
                <ArrowRight aria-hidden className="inline size-3 align-[-1px] text-ink-3" />
                <span className="sr-only">to</span>{' '}
              </>
            )}
            {to ?? <span className="text-ink-2">nothing</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
