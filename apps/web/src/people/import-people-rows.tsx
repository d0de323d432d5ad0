import type { ImportRow } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { ImportChange, ImportTable, ImportTableRow } from '../ui/import-table.tsx';
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
  if (rows.length === 0) return <Empty title="No rep matches." />;
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <ImportTable
        all={{
          label: 'All shown reps with a change',
          checked: news.length > 0 && news.every((repId) => chosen.has(repId)),
          disabled: news.length === 0,
          onTick: (isOn) => toggle(news, isOn),
        }}
        kind="What"
        what="Rep"
      >
        {rows.map((row) => (
          <ImportTableRow
            key={row.rep.repId}
            testId={`rep-${row.rep.repId}`}
            tick={
              wouldWrite(row)
                ? {
                    label: `Import ${row.rep.name}`,
                    checked: chosen.has(row.rep.repId),
                    onTick: (isOn) => toggle([row.rep.repId], isOn),
                  }
                : null
            }
            status={STATUSES[row.status]}
            what={
              <>
                <span className="block font-medium">{row.rep.name}</span>
                <span className="block text-xs text-ink-2">
                  RepID {row.rep.repId}
                  {row.rep.employeeNumber && `, employee number ${row.rep.employeeNumber}`}
                </span>
              </>
            }
            effect={<Effect row={row} />}
          />
        ))}
      </ImportTable>
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
          <ImportChange {...change} field={FIELDS[change.field]} />
        </span>
      ))}
      {row.note && (
        <span className={row.status === 'conflict' ? 'text-conflict' : 'text-ink-2'}>{row.note}</span>
      )}
    </div>
  );
}
