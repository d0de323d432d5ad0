import { isFound } from '@scheduler/scheduling';
import { Button } from '@scheduler/ui/button';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { Empty, QueryView, Refusal, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { AllPeopleLink } from './all-people-link.tsx';
import { Counts, isStatus, Rows, STATUSES, type Status, wouldWrite } from './import-people-rows.tsx';
import { RepListAge } from './link-mark.tsx';

/**
 * The page that imports people from Crossmark's rep list. It shows what each rep would change
 * before anything is written.
 */
export function ImportPeoplePage() {
  useTitle('Import people');
  const mayWrite = useMayWrite();
  const utils = trpc.useUtils();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [text, setText] = useState('');
  const [status, setStatus] = useState<Status>();
  const query = trpc.reps.preview.useQuery({});
  const write = trpc.reps.import.useMutation({
    onSuccess: ({ created, changed }) => {
      const parts = [created && `${created} added`, changed && `${changed} changed`].filter(Boolean);
      toast(`Imported: ${parts.join(', ') || 'nothing was new'}.`);
      setSelected(new Set());
      void utils.employees.invalidate();
      void utils.board.week.invalidate();
      return utils.reps.invalidate();
    },
    onError: () => void utils.reps.invalidate(),
  });
  const rows = query.data?.rows ?? [];
  const visibleRows = rows.filter(
    (row) =>
      (!status || row.status === status) &&
      isFound(text, [row.rep.name, row.rep.repId, row.rep.employeeNumber, row.employee?.name]),
  );
  // A ticked rep whose data has changed meanwhile is not imported.
  const selectedRows = rows.filter((row) => wouldWrite(row) && selected.has(row.rep.repId));
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[100rem] gap-3 p-3 sm:p-4">
        <AllPeopleLink />
        <h1 className="text-lg font-semibold">Import people from Crossmark</h1>
        {mayWrite ? (
          <QueryView
            what="the rep list"
            queries={[query]}
            data={query.data}
            skeleton={<Skeleton className="h-96" />}
          >
            {(list) => (
              <>
                <RepListAge {...list} />
                {list.readAt === null ? (
                  <Empty title="Nobody has read Crossmark’s rep list yet.">
                    Read it now, then choose whom to add. Nothing is written before you confirm.
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
                        disabled={selectedRows.length === 0}
                        busy={write.isPending}
                        busyLabel="Importing…"
                        onClick={() =>
                          write.mutate({
                            choices: selectedRows.map(({ rep, employee }) => ({
                              repId: rep.repId,
                              employeeId: employee?.id ?? null,
                            })),
                          })
                        }
                      >
                        {selectedRows.length === 0 ? 'Import' : `Import ${selectedRows.length}`}
                      </Button>
                    </div>
                    <Refusal error={write.error} />
                    <Rows rows={visibleRows} chosen={selected} onChoose={setSelected} />
                  </>
                )}
              </>
            )}
          </QueryView>
        ) : (
          <p className="text-sm text-ink-2">With your role you can read, but not import.</p>
        )}
      </div>
    </div>
  );
}
