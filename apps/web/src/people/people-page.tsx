import { isFound } from '@scheduler/scheduling';
import { Button, buttonClass } from '@scheduler/ui/button';
import { TickBox } from '@scheduler/ui/field';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Download, Plus, Printer } from 'lucide-react';
import { useState } from 'react';
import { AttendanceView } from '../attendance/attendance-view.tsx';
import { trpc } from '../lib/api.ts';
import { parsedSearch, type SearchChange } from '../search-params.ts';
import { StoreName } from '../shell/store-name.tsx';
import { useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { type PeopleDialog, PeopleTable } from './people-table.tsx';
import { PersonDialog } from './person-dialog.tsx';
import type { peopleSearch } from './person-search.ts';
import { RetireDialog } from './retire-dialog.tsx';
import { Workload } from './workload.tsx';

const route = getRouteApi('/app/people');

/** The page of all people: add, edit and retire them, and see their links to Crossmark. */
export function PeoplePage() {
  useTitle('People');
  const { view, store: storeId, week, month } = route.useSearch();
  const store = useStore();
  const navigate = route.useNavigate();
  const set = (change: SearchChange<ReturnType<typeof peopleSearch>>) =>
    void navigate({ search: (before) => parsedSearch({ ...before, ...change }) });
  const mayWrite = useMayWrite();
  const [withRetired, setWithRetired] = useState(false);
  const [text, setText] = useState('');
  const [dialog, setDialog] = useState<PeopleDialog>();
  const query = trpc.employees.list.useQuery({ includeRetired: withRetired });
  const people = query.data ?? [];
  const visiblePeople = people.filter((person) =>
    isFound(text, [person.name, person.role, person.employeeNumber, person.email]),
  );
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[100rem] gap-3 p-3 sm:p-4">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-lg font-semibold">People</h1>
          <span role="status" className="text-sm text-ink-2">
            {query.data && `${visiblePeople.length} of ${people.length}`}
          </span>
          <ViewLinks view={view} store={storeId} />
          {/* The list has the people of all stores. */}
          {view && <StoreName onChange={(store) => set({ store })} />}
          <input
            type="search"
            aria-label="Search people"
            placeholder="Search by name, role or number"
            value={text}
            onChange={(change) => setText(change.target.value)}
            className="h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 text-sm sm:ml-auto sm:w-72 pointer-coarse:h-11"
          />
          <TickBox checked={withRetired} onChange={(change) => setWithRetired(change.target.checked)}>
            Show retired
          </TickBox>
          <Link
            to="/people/print"
            search={storeId ? { store: storeId } : {}}
            className={buttonClass('plain')}
          >
            <Printer aria-hidden className="size-4" />
            Print all
          </Link>
          {mayWrite && (
            <>
              <Link to="/people/import" className={buttonClass('plain')}>
                <Download aria-hidden className="size-4" />
                Import from Crossmark
              </Link>
              <Button look="primary" onClick={() => setDialog({ kind: 'add' })}>
                <Plus aria-hidden className="size-4" />
                Add person
              </Button>
            </>
          )}
        </div>
        <QueryView
          what="the people"
          queries={[query]}
          data={query.data}
          skeleton={<SkeletonRows count={8} height="h-11" />}
          empty={
            query.data?.length === 0 && (
              <Empty title="Nobody is here yet.">
                Import people from Crossmark’s rep list, or add the first one. Their RepID is looked up at
                once.
              </Empty>
            )
          }
        >
          {() => {
            if (visiblePeople.length === 0) return <Empty title={`Nobody matches “${text}”.`} />;
            if (view === 'workload') {
              return (
                <Workload
                  people={visiblePeople}
                  storeId={store?.id}
                  week={week}
                  onWeek={(week) => set({ week })}
                />
              );
            }
            if (view === 'attendance') {
              const shownIds = new Set(visiblePeople.map(({ id }) => id));
              return (
                <AttendanceView
                  storeId={storeId}
                  month={month}
                  // Somebody who has left is shown with their records, whoever the list shows.
                  isShown={({ employeeId, terminatedOn, name }) =>
                    shownIds.has(employeeId) || (terminatedOn !== null && isFound(text, [name]))
                  }
                  onMonth={(month) => set({ month })}
                />
              );
            }
            return <PeopleTable people={visiblePeople} mayWrite={mayWrite} onAsk={setDialog} />;
          }}
        </QueryView>
      </div>
      {dialog?.kind === 'add' && <PersonDialog onClose={() => setDialog(undefined)} />}
      {dialog?.kind === 'edit' && (
        <PersonDialog person={dialog.person} onClose={() => setDialog(undefined)} />
      )}
      {dialog?.kind === 'retire' && (
        <RetireDialog person={dialog.person} onClose={() => setDialog(undefined)} />
      )}
    </div>
  );
}

const VIEWS = [
  { id: undefined, word: 'List' },
  { id: 'workload', word: 'Workload' },
  { id: 'attendance', word: 'Attendance' },
] as const;

/** The ways to look at people. */
function ViewLinks({ view, store }: { view: (typeof VIEWS)[number]['id']; store: number | undefined }) {
  return (
    <nav aria-label="View" className="flex overflow-hidden rounded-md border border-line-strong">
      {VIEWS.map(({ id, word }) => (
        <Link
          key={word}
          to="/people"
          search={{ ...(id && { view: id }), ...(store && { store }) }}
          activeOptions={{ exact: true }}
          aria-current={view === id ? 'page' : undefined}
          className={`inline-flex h-8 items-center border-line-strong px-2.5 text-sm not-first:border-l pointer-coarse:h-11 ${view === id ? 'bg-accent-soft font-medium text-accent-text' : 'hover:bg-surface-2'}`}
        >
          {word}
        </Link>
      ))}
    </nav>
  );
}
