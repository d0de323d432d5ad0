import type { Employee } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { Pencil, UserMinus } from 'lucide-react';
import { formatDay } from '../lib/time.ts';
import { TableHead } from '../ui/table-head.tsx';
import { LinkMark } from './link-mark.tsx';
import { UnretireButton } from './unretire-button.tsx';

/** The open dialog about a person of the list, or for a new person. */
export type PeopleDialog = { kind: 'add' } | { kind: 'edit' | 'retire'; person: Employee };

export function PeopleTable({
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
        <TableHead columns={['Name', 'Role', 'Employee number', 'Contact', 'Crossmark']} />
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
