import { isFound } from '@scheduler/scheduling';
import type { ImportRow } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { Empty, LoadError, Loading, Refusal, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { RepListAge } from './link.tsx';

type Status = ImportRow['status'];

const STATUSES: Record<Status, { word: string; look: string }> = {
  conflict: { word: 'Conflict', look: 'bg-conflict-soft text-conflict' },
  changed: { word: 'Changed', look: 'bg-waiting-soft text-waiting' },
  new: { word: 'New', look: 'bg-pending-soft text-pending' },
  same: { word: 'Same', look: 'bg-surface-2 text-ink-2' },
};
const isStatus = (value: string): value is Status => value in STATUSES;

/** Takes people over from Crossmark's rep list: shows what each rep would do before anything is written. */
export function ImportPeoplePage() {
  useTitle('Import people');
  const mayWrite = useMayWrite();
  const utils = trpc.useUtils();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [text, setText] = useState('');
  const [status, setStatus] = useState<Status>();
  const query = trpc.reps.preview.useQuery({});
  const write = trpc.reps.import.useMutation({
    onSuccess: ({ created, changed }) => {
      const parts = [created && `${created} added`, changed && `${changed} changed`].filter(Boolean);
      toast(`Imported: ${parts.join(', ') || 'nothing was new'}.`);
      setChosen(new Set());
      void utils.employees.invalidate();
      void utils.board.week.invalidate();
      return utils.reps.invalidate();
    },
    onError: () => void utils.reps.invalidate(),
  });
  const rows = query.data?.rows ?? [];
  const shown = rows.filter(
    (row) =>
      (!status || row.status === status) &&
      isFound(text, [row.rep.name, row.rep.repId, row.rep.employeeNumber, row.employee?.name]),
  );
  // A rep who was ticked and has become another matter meanwhile is not imported unseen.
  const picked = rows.filter((row) => isNews(row) && chosen.has(row.rep.repId));
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[100rem] gap-3 p-3 sm:p-4">
        <Link
          to="/people"
          className="inline-flex min-h-6 items-center gap-1 justify-self-start text-sm text-accent-text hover:underline"
        >
          <ChevronLeft aria-hidden className="size-4" />
          All people
        </Link>
        <h1 className="text-lg font-semibold">Import people from Crossmark</h1>
        {!mayWrite ? (
          <p className="text-sm text-ink-2">Your role lets you look, not import.</p>
        ) : query.isError && !query.data ? (
          <LoadError what="The rep list" error={query.error} onRetry={() => void query.refetch()} />
        ) : !query.data ? (
          <Loading what="the rep list">
            <Skeleton className="h-96" />
          </Loading>
        ) : (
          <>
            <RepListAge {...query.data} />
            {query.data.readAt === null ? (
              <Empty title="Nobody has read Crossmark’s rep list yet.">
                Read it now; then choose whom to add. Nothing is written before you say so.
              </Empty>
            ) : (
              <>
                <div className="flex flex-wrap items-center gap-2">
                  <Counts rows={rows} />
                  <input
                    type="search"
                    aria-label="Search reps"
                    placeholder="Search by name or number"
                    value={text}
                    onChange={(change) => setText(change.target.value)}
                    className="h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 text-sm sm:ml-auto sm:w-64 pointer-coarse:h-11"
                  />
                  <select
                    aria-label="Show reps"
                    value={status ?? ''}
                    onChange={(change) =>
                      setStatus(isStatus(change.target.value) ? change.target.value : undefined)
                    }
                    className="h-8 rounded-md border border-line-strong bg-surface px-2 text-sm pointer-coarse:h-11"
                  >
                    <option value="">All</option>
                    {Object.entries(STATUSES).map(([key, { word }]) => (
                      <option key={key} value={key}>
                        {word}
                      </option>
                    ))}
                  </select>
                  <Button
                    look="primary"
                    className="min-w-28"
                    disabled={picked.length === 0}
                    busy={write.isPending}
                    busyLabel="Importing…"
                    onClick={() =>
                      write.mutate({
                        choices: picked.map(({ rep, employee }) => ({
                          repId: rep.repId,
                          employeeId: employee?.id ?? null,
                        })),
                      })
                    }
                  >
                    {picked.length === 0 ? 'Import' : `Import ${picked.length}`}
                  </Button>
                </div>
                <Refusal error={write.error} />
                <Rows rows={shown} chosen={chosen} onChoose={setChosen} />
              </>
            )}
          </>
        )}
      </div>
    </div>
  );
}

const isNews = (row: ImportRow): boolean => row.status === 'new' || row.status === 'changed';

function Counts({ rows }: { rows: readonly ImportRow[] }) {
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

function Rows({
  rows,
  chosen,
  onChoose,
}: {
  rows: readonly ImportRow[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}) {
  const news = rows.filter(isNews).map((row) => row.rep.repId);
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
                {isNews(row) && (
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
