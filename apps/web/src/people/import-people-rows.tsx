import type { ImportRow } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { Empty } from '../ui/states.tsx';

export type Status = ImportRow['status'];

export const STATUSES: Record<Status, { word: string; look: string }> = {
  conflict: { word: 'Conflict', look: 'bg-conflict-soft text-conflict' },
  changed: { word: 'Changed', look: 'bg-waiting-soft text-waiting' },
  new: { word: 'New', look: 'bg-pending-soft text-pending' },
  same: { word: 'Same', look: 'bg-surface-2 text-ink-2' },
};

export const isStatus = (value: string): value is Status => value in STATUSES;

export const wouldWrite = (row: ImportRow): boolean => row.status === 'new' || row.status === 'changed';

export function Counts({ rows }: { rows: readonly ImportRow[] }) {
  return (
    <p role="status" className="flex flex-wrap gap-1.5 text-sm" data-testid="rep-counts">
      {(['new', 'changed', 'conflict', 'same'] as const).map((status) => {
        const count = rows.filter((row) => row.status === status).length;
        return (
          <span
            key={status}
            className={`rounded px-2 py-0.5 ${count === 0 ? 'bg-surface-2 text-ink-2' : STATUSES[status].look}`}
          >
            {count} {status === 'conflict' && count !== 1 ? 'conflicts' : status}
          </span>
        );
      })}
    </p>
  );
}

export function Rows({
  rows,
  chosen,
  onChoose,
}: {
  rows: readonly ImportRow[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}) {
  const news = rows.filter(wouldWrite).map((row) => row.rep.repId);
  const toggle = (repIds: readonly string[], on: boolean) => {
    const next = new Set(chosen);
    for (const repId of repIds) {
      if (on) next.add(repId);
      else next.delete(repId);
    }
    onChoose(next);
  };
  if (rows.length === 0) return <Empty title="No rep fits." />;
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="block w-full text-sm md:table">
        <thead className="block bg-surface-2 text-left text-xs text-ink-2 md:table-header-group">
          <tr className="flex items-center md:table-row">
            <th scope="col" className="w-10 px-3 py-2">
              <input
                type="checkbox"
                aria-label="All shown reps that say something new"
                checked={news.length > 0 && news.every((repId) => chosen.has(repId))}
                disabled={news.length === 0}
                onChange={(change) => toggle(news, change.target.checked)}
                className="block size-6 accent-accent md:size-4"
              />
            </th>
            <th scope="col" className="px-2 py-2 font-medium md:w-28">
              What
            </th>
            <th scope="col" className="hidden px-2 py-2 font-medium md:table-cell">
              Rep
            </th>
            <th scope="col" className="hidden px-2 py-2 font-medium md:table-cell">
              What it does
            </th>
          </tr>
        </thead>
        <tbody className="block divide-y divide-line md:table-row-group">
          {rows.map((row) => (
            <tr
              key={row.rep.repId}
              data-testid={`rep-${row.rep.repId}`}
              className="grid grid-cols-[auto_minmax(0,1fr)] py-1.5 align-top md:table-row md:py-0"
            >
              <td className="w-10 px-3 py-2">
                {wouldWrite(row) && (
                  <input
                    type="checkbox"
                    aria-label={`Import ${row.rep.name}`}
                    checked={chosen.has(row.rep.repId)}
                    onChange={(change) => toggle([row.rep.repId], change.target.checked)}
                    className="block size-6 accent-accent md:size-4"
                  />
                )}
              </td>
              <td className="px-2 py-2">
                <span className={`rounded px-1.5 py-0.5 text-xs font-medium ${STATUSES[row.status].look}`}>
                  {STATUSES[row.status].word}
                </span>
              </td>
              <td className="col-span-2 px-3 py-1 md:px-2 md:py-2">
                <span className="block font-medium">{row.rep.name}</span>
                <span className="block text-xs text-ink-2">
                  RepID {row.rep.repId}
                  {row.rep.employeeNumber && `, employee number ${row.rep.employeeNumber}`}
                </span>
              </td>
              <td className="col-span-2 px-3 py-1 md:px-2 md:py-2">
                <Effect row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const FIELDS: Record<ImportRow['changes'][number]['field'], string> = {
  name: 'Name',
  employeeNumber: 'Employee number',
  repId: 'RepID',
};

function Effect({ row }: { row: ImportRow }) {
  const { employee } = row;
  return (
    <div className="grid gap-0.5">
      {row.status === 'new' && <span>Adds them as an Event Specialist</span>}
      {employee && (
        <span className={row.status === 'same' ? 'text-ink-2' : ''}>
          {row.status === 'same' ? 'Is here already: ' : 'Changes '}
          <Link to="/people/$id" params={{ id: String(employee.id) }} className="underline">
            {employee.name}
          </Link>
          {employee.retired && ' (retired)'}
        </span>
      )}
      {row.changes.map((change) => (
        <span key={change.field}>
          <span className="text-ink-2">{FIELDS[change.field]}: </span>
          {change.from && <span className="text-ink-2 line-through">{change.from}</span>} {change.to}
        </span>
      ))}
      {row.note && (
        <span className={row.status === 'conflict' ? 'text-conflict' : 'text-ink-2'}>{row.note}</span>
      )}
    </div>
  );
}
