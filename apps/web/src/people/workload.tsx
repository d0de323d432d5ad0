import { ROLES } from '@scheduler/scheduling';
import type { Employee } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { SelectField } from '@scheduler/ui/field';
import { Link } from '@tanstack/react-router';
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { addDays, formatHours, formatWeek, weekIn, weekStart } from '../lib/time.ts';
import { MEASURES, type Measure, NOTHING, type Share } from '../planning/fairness.ts';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';

type Span = 'week' | 'fourWeeks';
type Column = 'name' | `${Span}.${Measure}`;
interface Order {
  by: Column;
  isDescending: boolean;
}

const SPANS = [
  { id: 'week', word: 'Week' },
  { id: 'fourWeeks', word: '4 weeks' },
] as const;

/** How work is shared out over people: a week, and the four that end with it. */
export function Workload({
  people: ofAllStores,
  storeId,
  week,
  onWeek,
}: {
  people: readonly Employee[];
  storeId: number | undefined;
  week: string | undefined;
  onWeek: (week: string) => void;
}) {
  const [order, setOrder] = useState<Order>({ by: 'week.minutes', isDescending: true });
  const weekOf = weekStart(week ?? weekIn());
  const query = trpc.plan.fairness.useQuery({ weekOf, ...(storeId !== undefined && { storeId }) });
  const people = ofAllStores.filter((person) => person.storeId === storeId);
  const sortBy = (by: Column) =>
    setOrder((now) => ({ by, isDescending: now.by === by ? !now.isDescending : by !== 'name' }));
  return (
    <section aria-label="Workload" className="grid gap-3">
      <div className="flex flex-wrap items-center gap-1">
        <IconButton label="Previous week" onClick={() => onWeek(addDays(weekOf, -7))}>
          <ChevronLeft aria-hidden className="size-4" />
        </IconButton>
        <h2 className="min-w-40 text-center font-semibold">{formatWeek(weekOf)}</h2>
        <IconButton label="Next week" onClick={() => onWeek(addDays(weekOf, 7))}>
          <ChevronRight aria-hidden className="size-4" />
        </IconButton>
        <div className="ml-auto md:hidden">
          <SelectField
            label="Sort by"
            value={order.by}
            onChange={({ target }) => {
              const by = target.value as Column;
              setOrder({ by, isDescending: by !== 'name' });
            }}
          >
            <option value="name">Name</option>
            {SPANS.flatMap(({ id, word }) =>
              MEASURES.map((measure) => (
                <option key={`${id}.${measure.id}`} value={`${id}.${measure.id}`}>
                  {word}: {measure.word.toLowerCase()}
                </option>
              )),
            )}
          </SelectField>
        </div>
      </div>
      <QueryView
        what="the workload"
        queries={[query]}
        data={query.data}
        skeleton={<SkeletonRows count={8} height="h-9" />}
        empty={people.length === 0 && <Empty title="Nobody fits." />}
      >
        {(shares) => <WorkloadTable {...{ people, shares, order }} onSort={sortBy} />}
      </QueryView>
    </section>
  );
}

function WorkloadTable({
  people,
  shares,
  order,
  onSort,
}: {
  people: readonly Employee[];
  shares: Record<Span, readonly Share[]>;
  order: Order;
  onSort: (by: Column) => void;
}) {
  const rows = people.map((person) => {
    const of = (span: Span) => shares[span].find(({ employeeId }) => employeeId === person.id) ?? NOTHING;
    return { person, week: of('week'), fourWeeks: of('fourWeeks') };
  });
  const sortedBy = (row: (typeof rows)[number]): number => {
    if (order.by === 'name') return 0;
    const [span, measure] = order.by.split('.') as [Span, Measure];
    return row[span][measure];
  };
  const direction = order.isDescending ? -1 : 1;
  const sorted = rows.toSorted(
    (a, b) =>
      direction *
        (order.by === 'name' ? a.person.name.localeCompare(b.person.name) : sortedBy(a) - sortedBy(b)) ||
      ROLES.indexOf(a.person.role) - ROLES.indexOf(b.person.role) ||
      a.person.name.localeCompare(b.person.name),
  );
  const most = (span: Span, measure: Measure) => Math.max(...rows.map((row) => row[span][measure]), 1);
  const head = { order, onSort };
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full text-sm">
        <thead className="hidden bg-surface-2 text-xs text-ink-2 md:table-header-group">
          <tr>
            <Head {...head} column="name" word="Name" rowSpan={2} />
            {SPANS.map(({ id, word }) => (
              <th
                key={id}
                scope="colgroup"
                colSpan={MEASURES.length}
                className="px-3 pt-2 text-left font-medium"
              >
                {word}
              </th>
            ))}
          </tr>
          <tr>
            {SPANS.flatMap(({ id }) =>
              MEASURES.map((measure) => (
                <Head
                  key={`${id}.${measure.id}`}
                  {...head}
                  column={`${id}.${measure.id}`}
                  word={measure.word}
                />
              )),
            )}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {sorted.map(({ person, ...row }) => (
            // Below md each row becomes a small card: the same cells, four beside one another.
            <tr
              key={person.id}
              data-testid={`workload-${person.id}`}
              className="grid grid-cols-4 gap-x-2 gap-y-1 px-3 py-2 md:table-row md:p-0"
            >
              <th scope="row" className="col-span-4 text-left font-medium md:px-3 md:py-1.5">
                <Link
                  to="/people/$id"
                  params={{ id: String(person.id) }}
                  className="inline-flex min-h-6 items-center hover:underline"
                >
                  {person.name}
                </Link>{' '}
                <span className="text-xs font-normal text-ink-2">{person.role}</span>
              </th>
              {SPANS.flatMap(({ id, word }) =>
                MEASURES.map((measure) => (
                  <td key={`${id}.${measure.id}`} className="min-w-0 align-top md:px-3 md:py-1.5">
                    <span className="block truncate text-xs text-ink-2 md:hidden">
                      {measure.id === 'minutes' ? word : measure.short}
                    </span>
                    {measure.id === 'minutes' ? formatHours(row[id].minutes) : row[id][measure.id]}
                    <span aria-hidden className="mt-0.5 block h-1 max-w-24 rounded bg-surface-3">
                      <span
                        className="block h-full rounded bg-accent forced-color-adjust-none"
                        style={{ width: `${(row[id][measure.id] / most(id, measure.id)) * 100}%` }}
                      />
                    </span>
                  </td>
                )),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({
  column,
  word,
  order,
  rowSpan,
  onSort,
}: {
  column: Column;
  word: string;
  order: Order;
  rowSpan?: number;
  onSort: (by: Column) => void;
}) {
  const isSorted = order.by === column;
  const Arrow = order.isDescending ? ArrowDown : ArrowUp;
  const sorted = order.isDescending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      rowSpan={rowSpan}
      aria-sort={isSorted ? sorted : 'none'}
      className="px-3 pb-1.5 text-left align-bottom font-medium"
    >
      <button
        type="button"
        onClick={() => onSort(column)}
        className="inline-flex min-h-6 items-center gap-1 hover:underline"
      >
        {word}
        {isSorted && <Arrow aria-hidden className="size-3" />}
      </button>
    </th>
  );
}
