import { isFound } from '@scheduler/scheduling';
import type { Employee } from '@scheduler/server/router';
import { Button, buttonClass, IconButton } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { Download, Pencil, Plus, UserMinus } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { formatDay } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { TickBox } from '../ui/field.tsx';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { LinkMark } from './link-mark.tsx';
import { PersonDialog } from './person-dialog.tsx';
import { RetireDialog } from './retire-dialog.tsx';
import { UnretireButton } from './unretire-button.tsx';

type PeopleDialog = { kind: 'add' } | { kind: 'edit' | 'retire'; person: Employee };

/** Who works in the club: add, change, retire, and whether Crossmark knows them. */
export function PeoplePage() {
  useTitle('People');
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
                Import people from Crossmark’s rep list, or add the first one; their RepID is looked up at
                once.
              </Empty>
            )
          }
        >
          {() =>
            visiblePeople.length === 0 ? (
              <Empty title={`Nobody fits “${text}”.`} />
            ) : (
              <PeopleTable people={visiblePeople} mayWrite={mayWrite} onAsk={setDialog} />
            )
          }
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

function PeopleTable({
  people,
  mayWrite,
  onAsk,
}: {
  people: readonly Employee[];
  mayWrite: boolean;
  onAsk: (dialog: PeopleDialog) => void;
}) {
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full text-sm">
        <thead className="hidden bg-surface-2 text-left text-xs text-ink-2 md:table-header-group">
          <tr>
            {['Name', 'Role', 'Employee number', 'Contact', 'Crossmark'].map((head) => (
              <th key={head} scope="col" className="px-3 py-2 font-medium">
                {head}
              </th>
            ))}
            <th scope="col" className="px-3 py-2">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {people.map((person) => (
            // Below md each row becomes a small card: the same cells, one under the other.
            <tr
              key={person.id}
              data-testid={`person-${person.id}`}
              className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-2 px-3 py-2 md:table-row md:px-0 md:py-0"
            >
              <th scope="row" className="text-left font-medium wrap-anywhere md:min-w-40 md:px-3 md:py-2">
                <Link
                  to="/people/$id"
                  params={{ id: String(person.id) }}
                  className="inline-flex min-h-6 items-center underline decoration-line-strong underline-offset-3 hover:decoration-current"
                >
                  {person.name}
                </Link>
                {person.terminatedOn && (
                  <span className="block text-xs font-normal text-ink-2">
                    Last work day {formatDay(person.terminatedOn)}, {person.terminatedOn.slice(0, 4)}
                  </span>
                )}
              </th>
              <td className="col-start-1 text-ink-2 md:px-3 md:py-2 md:text-ink">
                {person.role}
                {person.adultBeverageTrained && (
                  <span className="block text-xs text-ink-2">Adult beverage trained</span>
                )}
              </td>
              <td className="col-start-1 text-ink-2 md:px-3 md:py-2 md:text-ink">
                {person.employeeNumber ?? '–'}
              </td>
              <td className="col-start-1 text-xs break-all text-ink-2 md:px-3 md:py-2">
                {person.email && <span className="block">{person.email}</span>}
                {person.phone && <span className="block">{person.phone}</span>}
                {!person.email && !person.phone && '–'}
              </td>
              <td className="col-start-1 md:px-3 md:py-2">
                <LinkMark person={person} />
              </td>
              <td className="col-start-2 row-span-5 row-start-1 text-right whitespace-nowrap md:px-3 md:py-2">
                {mayWrite && (
                  <>
                    <IconButton label={`Edit ${person.name}`} onClick={() => onAsk({ kind: 'edit', person })}>
                      <Pencil aria-hidden className="size-4" />
                    </IconButton>
                    {person.terminatedOn ? (
                      <UnretireButton person={person} />
                    ) : (
                      <IconButton
                        label={`Retire ${person.name}`}
                        onClick={() => onAsk({ kind: 'retire', person })}
                      >
                        <UserMinus aria-hidden className="size-4" />
                      </IconButton>
                    )}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
