import { trpc } from '../lib/api.ts';
import { formatDay, formatHours } from '../lib/time.ts';
import { LoadError, Skeleton } from '../ui/states.tsx';
import { MEASURES, type Measure, NOTHING, type Share, type SharedWork } from './fairness.ts';

const SPANS = [
  { id: 'week', word: 'This week' },
  { id: 'fourWeeks', word: 'Four weeks' },
] as const;

/** A person's share of the work beside the average of the others of the store. */
export function FairnessCard({
  storeId,
  weekOf,
  employeeId,
  name,
}: {
  storeId: number;
  weekOf: string;
  employeeId: number;
  name: string;
}) {
  const query = trpc.plan.fairness.useQuery({ storeId, weekOf });
  if (query.error && !query.data) {
    return <LoadError what="the shares" error={query.error} onRetry={() => void query.refetch()} />;
  }
  return (
    <div className="grid gap-2">
      <p className="font-medium">
        {name}
        <span className="block text-xs font-normal text-ink-2">Week of {formatDay(weekOf)}</span>
      </p>
      {query.data ? <Table work={query.data} employeeId={employeeId} /> : <Skeleton className="h-28 w-60" />}
    </div>
  );
}

function Table({ work, employeeId }: { work: SharedWork; employeeId: number }) {
  return (
    <table className="w-full text-xs">
      <thead className="text-ink-2">
        <tr>
          <td />
          {SPANS.map(({ id, word }) => (
            <th key={id} scope="col" className="py-0.5 pl-4 text-right font-normal">
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {MEASURES.map(({ id: measure, word }) => (
          <tr key={measure}>
            <th scope="row" className="py-1 text-left font-normal text-ink-2">
              {word}
            </th>
            {SPANS.map(({ id }) => (
              <td key={id} className="py-1 pl-4 text-right align-top">
                <Value shares={work[id]} {...{ employeeId, measure }} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({
  shares,
  employeeId,
  measure,
}: {
  shares: readonly Share[];
  employeeId: number;
  measure: Measure;
}) {
  const own = (shares.find((each) => each.employeeId === employeeId) ?? NOTHING)[measure];
  const average = shares.reduce((sum, each) => sum + each[measure], 0) / Math.max(shares.length, 1);
  const most = Math.max(...shares.map((each) => each[measure]), 1);
  const words =
    measure === 'minutes'
      ? formatHours(Math.round(average / 15) * 15)
      : (Math.round(average * 10) / 10).toString();
  return (
    <>
      <span className="font-medium">{measure === 'minutes' ? formatHours(own) : own}</span>{' '}
      <span className="text-ink-2">(average {words})</span>
      <span aria-hidden className="relative mt-0.5 block h-1 rounded bg-surface-3 forced-colors:border">
        <span
          className="block h-full rounded bg-accent forced-color-adjust-none"
          style={{ width: `${(own / most) * 100}%` }}
        />
        <span
          className="absolute -inset-y-0.5 w-px bg-ink forced-color-adjust-none"
          style={{ left: `${(average / most) * 100}%` }}
        />
      </span>
    </>
  );
}
