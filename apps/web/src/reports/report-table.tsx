import type { Report } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { formatWeek } from '../lib/time.ts';
import { Empty } from '../ui/states.tsx';
import { MEASURE_LOOKS, WORK_MEASURES } from './measures.ts';

/** The figures of each person. */
export function PeopleFigures({ people }: { people: Report['people'] }) {
  if (people.length === 0) return <Empty title="Nobody has work in these weeks." />;
  const measures = Object.values(WORK_MEASURES);
  return (
    <Table
      first="Person"
      heads={measures.map(({ word }) => word)}
      rows={people.map((person) => ({
        key: person.employeeId,
        head: (
          <>
            <Link
              to="/people/$id"
              params={{ id: String(person.employeeId) }}
              className="inline-flex min-h-6 items-center hover:underline"
            >
              {person.name}
            </Link>{' '}
            <span className="text-xs font-normal text-ink-2">{person.role}</span>
          </>
        ),
        cells: measures.map(({ short, words }) => ({ short, words: words(person) })),
      }))}
    />
  );
}

/** The figures of each week. */
export function WeeksFigures({ report: { weeks, storeId } }: { report: Report }) {
  const measures = Object.values(MEASURE_LOOKS);
  return (
    <Table
      first="Week"
      heads={measures.map(({ word }) => word)}
      rows={weeks.map((week) => ({
        key: week.weekOf,
        head: (
          <Link
            to="/"
            search={{ week: week.weekOf, store: storeId }}
            className="inline-flex min-h-6 items-center whitespace-nowrap hover:underline"
          >
            {formatWeek(week.weekOf)}
          </Link>
        ),
        cells: measures.map(({ short, words }) => ({ short, words: words(week) })),
      }))}
    />
  );
}

/** A table whose rows are small cards below md: the same cells, three beside one another. */
function Table({
  first,
  heads,
  rows,
}: {
  first: string;
  heads: readonly string[];
  rows: readonly {
    key: string | number;
    head: ReactNode;
    cells: readonly { short: string; words: string }[];
  }[];
}) {
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full text-sm tabular-nums">
        <thead className="hidden bg-surface-2 text-xs text-ink-2 md:table-header-group">
          <tr>
            <th scope="col" className="px-3 py-2 text-left font-medium">
              {first}
            </th>
            {heads.map((head) => (
              <th key={head} scope="col" className="px-3 py-2 text-right align-bottom font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map(({ key, head, cells }) => (
            <tr
              key={key}
              data-testid={`figures-${key}`}
              className="grid grid-cols-3 gap-x-2 gap-y-1 px-3 py-2 md:table-row md:p-0"
            >
              <th scope="row" className="col-span-3 text-left font-medium wrap-anywhere md:px-3 md:py-1.5">
                {head}
              </th>
              {cells.map(({ short, words }) => (
                <td key={short} className="min-w-0 md:px-3 md:py-1.5 md:text-right md:whitespace-nowrap">
                  <span className="block truncate text-xs text-ink-2 md:hidden">{short}</span>
                  {words}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
