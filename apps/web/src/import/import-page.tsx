import type { AppRouter } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import type { inferRouterOutputs } from '@trpc/server';
import { Download, FileUp } from 'lucide-react';
import { useId, useState } from 'react';
import { trpc } from '../api.ts';
import { downloadCsv } from '../download.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { TypeMark } from '../ui/badges.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { Bone, Empty, Loading, Refusal } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { problemOf, windowWords } from '../words.ts';
import { FileUnreadable, readCsvFile } from './read-file.ts';
import { ShortenedCores } from './shortened-cores.tsx';

type ImportPreview = inferRouterOutputs<AppRouter>['csv']['preview'];
type PreviewRow = ImportPreview['rows'][number];

/** Reads the company's CSV files: shows what each row would do before anything is written. And writes them. */
export function ImportPage() {
  useTitle('Import');
  const mayWrite = useMayWrite();
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[100rem] gap-5 p-3 sm:p-4">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-lg font-semibold">Import and export</h1>
          <Link to="/events" className="text-sm text-accent-text underline">
            All events
          </Link>
        </div>
        {mayWrite && <ShortenedCores />}
        {mayWrite ? <Import /> : <p className="text-sm text-ink-2">Your role lets you export, not import.</p>}
        <Exports />
      </div>
    </div>
  );
}

function Import() {
  const inputId = useId();
  const utils = trpc.useUtils();
  const [file, setFile] = useState<{ name: string; text: string }>();
  const [unreadable, setUnreadable] = useState<FileUnreadable>();
  const [dragging, setDragging] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [status, setStatus] = useState<Status>();
  const preview = trpc.csv.preview.useMutation({
    onSuccess: ({ rows }) => setChosen(new Set(rows.filter(isNews).map((row) => row.row))),
  });
  const write = trpc.csv.import.useMutation({
    onSuccess: ({ created, changed, scheduled }) => {
      const parts = [
        created && `${created} new ${created === 1 ? 'event' : 'events'}`,
        changed && `${changed} changed`,
        scheduled && `${scheduled} scheduled`,
      ].filter(Boolean);
      toast(`Imported: ${parts.length ? parts.join(', ') : 'nothing was new'}.`);
      void utils.board.week.invalidate();
      void utils.events.invalidate();
      // The same file again shows what is left: all that went in is now the same.
      if (file) preview.mutate({ text: file.text });
    },
  });

  const take = async (given: File | undefined) => {
    if (!given) return;
    write.reset();
    try {
      const text = await readCsvFile(given);
      setUnreadable(undefined);
      setStatus(undefined);
      setFile({ name: given.name, text });
      preview.mutate({ text });
    } catch (error) {
      if (!(error instanceof FileUnreadable)) throw error;
      preview.reset();
      setFile(undefined);
      setUnreadable(error);
    }
  };
  const data = preview.data;
  const news = data?.rows.filter(isNews) ?? [];
  const all = chosen.size === news.length;

  return (
    <section aria-label="Import" className="grid gap-3">
      <label
        htmlFor={inputId}
        onDragOver={(event) => {
          event.preventDefault();
          setDragging(true);
        }}
        onDragLeave={() => setDragging(false)}
        onDrop={(event) => {
          event.preventDefault();
          setDragging(false);
          void take(event.dataTransfer.files[0]);
        }}
        className={`flex flex-wrap items-center gap-3 rounded-md border border-dashed p-4 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent ${dragging ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface'}`}
      >
        <span className={buttonClass('primary')}>
          <FileUp aria-hidden className="size-4" />
          {file ? 'Choose another file' : 'Choose a CSV file'}
        </span>
        <input
          id={inputId}
          type="file"
          accept=".csv,text/csv"
          aria-label="CSV file"
          className="sr-only"
          onChange={(change) => {
            void take(change.target.files?.[0]);
            // The same file, mended, can be chosen again.
            change.target.value = '';
          }}
        />
        <span className="text-sm text-ink-2">
          {file
            ? file.name
            : 'or drop it here. Scheduled and unscheduled work both; nothing is written before you say so.'}
        </span>
      </label>
      <Refusal error={unreadable ?? preview.error} />
      {preview.isPending && !data && (
        <Loading what="preview">
          <div className="grid gap-2">
            {[1, 2, 3, 4, 5].map((each) => (
              <Bone key={each} className="h-10" />
            ))}
          </div>
        </Loading>
      )}
      {data && file && (
        <>
          <div className="flex flex-wrap items-center gap-2">
            <Counts counts={data.counts} status={status} onChoose={setStatus} />
            <Button
              look="primary"
              className="ml-auto min-w-36"
              disabled={chosen.size === 0 || preview.isPending}
              busy={write.isPending}
              busyLabel="Importing…"
              onClick={() => write.mutate({ text: file.text, rows: [...chosen].sort((a, b) => a - b) })}
            >
              {news.length === 0
                ? 'Nothing to import'
                : all
                  ? `Import all ${news.length}`
                  : `Import ${chosen.size} of ${news.length}`}
            </Button>
          </div>
          <Refusal error={write.error} />
          {data.counts.error > 0 && (
            <p className="text-sm text-ink-2">
              {data.counts.error === 1
                ? 'The row with an error is'
                : `The ${data.counts.error} rows with errors are`}{' '}
              left out. Mend them in the file and choose it again: what is imported by then stays as it is.
            </p>
          )}
          <Rows key={status} rows={data.rows} status={status} chosen={chosen} onChoose={setChosen} />
        </>
      )}
    </section>
  );
}

const isNews = (row: PreviewRow): boolean => row.status === 'new' || row.status === 'changed';

type Status = PreviewRow['status'];

const STATUSES: Record<Status, { word: string; look: string }> = {
  new: { word: 'New', look: 'bg-pending-soft text-pending' },
  changed: { word: 'Changed', look: 'bg-conflict-soft text-conflict' },
  same: { word: 'Same', look: 'bg-surface-2 text-ink-2' },
  error: { word: 'Error', look: 'bg-failed-soft text-failed' },
};

/** How many rows are of each kind; choosing one shows those alone. */
function Counts({
  counts,
  status: only,
  onChoose,
}: {
  counts: ImportPreview['counts'];
  status: Status | undefined;
  onChoose: (status: Status | undefined) => void;
}) {
  return (
    <div role="status" className="flex flex-wrap gap-1.5 text-sm" data-testid="import-counts">
      {(['new', 'changed', 'same', 'error'] as const).map((status) => (
        <button
          key={status}
          type="button"
          aria-pressed={only === status}
          disabled={counts[status] === 0}
          title={
            counts[status] === 0 ? undefined : only === status ? 'Show all rows' : 'Show these rows alone'
          }
          onClick={() => onChoose(only === status ? undefined : status)}
          className={`min-h-7 rounded px-2 pointer-coarse:min-h-10 ${counts[status] === 0 ? 'bg-surface-2 text-ink-2' : STATUSES[status].look} ${only === status ? 'outline-2 outline-current' : ''}`}
        >
          {counts[status]} {status === 'error' && counts.error !== 1 ? 'errors' : status}
        </button>
      ))}
    </div>
  );
}

/** Rows drawn at first, and with each “Show more”: a file may have tens of thousands. */
const ROWS_AT_ONCE = 300;

function Rows({
  rows,
  status,
  chosen,
  onChoose,
}: {
  rows: readonly PreviewRow[];
  /** Only those of this kind. */
  status: Status | undefined;
  chosen: ReadonlySet<number>;
  onChoose: (chosen: ReadonlySet<number>) => void;
}) {
  const [most, setMost] = useState(ROWS_AT_ONCE);
  const news = rows.filter(isNews);
  const fitting = rows.filter((row) => !status || row.status === status);
  const shown = fitting.slice(0, most);
  const toggle = (row: number, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(row);
    else next.delete(row);
    onChoose(next);
  };
  if (rows.length === 0) return <Empty title="The file has a header and no rows." />;
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="block w-full text-sm md:table">
        <thead className="block bg-surface-2 text-left text-xs text-ink-2 md:table-header-group">
          <tr className="flex items-center md:table-row">
            <th scope="col" className="w-10 px-3 py-2">
              <input
                type="checkbox"
                aria-label="All rows that say something new"
                checked={news.length > 0 && chosen.size === news.length}
                disabled={news.length === 0}
                onChange={(change) =>
                  onChoose(new Set(change.target.checked ? news.map((row) => row.row) : []))
                }
                className="size-4 accent-accent"
              />
            </th>
            <th scope="col" className="w-14 px-2 py-2 font-medium">
              Row
            </th>
            <th scope="col" className="w-28 px-2 py-2 font-medium">
              Kind
            </th>
            <th scope="col" className="hidden px-2 py-2 font-medium md:table-cell">
              Event
            </th>
            <th scope="col" className="hidden px-2 py-2 font-medium md:table-cell">
              What it does
            </th>
          </tr>
        </thead>
        <tbody className="block divide-y divide-line md:table-row-group">
          {/* Below md a row is a small card: tick box, row and status in a line, then what it is and does. */}
          {shown.map((row) => (
            <tr
              key={row.row}
              data-testid={`import-row-${row.row}`}
              className="grid grid-cols-[auto_auto_minmax(0,1fr)] py-1.5 align-top md:table-row md:py-0"
            >
              <td className="px-3 py-2">
                {isNews(row) && (
                  <input
                    type="checkbox"
                    aria-label={`Import row ${row.row}`}
                    checked={chosen.has(row.row)}
                    onChange={(change) => toggle(row.row, change.target.checked)}
                    className="size-4 accent-accent"
                  />
                )}
              </td>
              <td className="px-2 py-2 text-ink-2">{row.row}</td>
              <td className="px-2 py-2">
                <span className={`rounded px-1.5 py-0.5 text-xs font-medium ${STATUSES[row.status].look}`}>
                  {STATUSES[row.status].word}
                </span>
              </td>
              <td className="col-span-3 px-3 py-1 md:px-2 md:py-2">
                <span className="block">{row.name || '(no name)'}</span>
                <span className="flex flex-wrap gap-x-3 text-xs text-ink-2">
                  {row.type && <TypeMark type={row.type} whole />}
                  {row.window && windowWords(row.window)}
                </span>
              </td>
              <td className="col-span-3 px-3 py-1 md:px-2 md:py-2">
                <Effect row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {fitting.length === 0 && <Empty title="No row is of that kind any more." />}
      {fitting.length > shown.length && (
        <div className="flex items-center gap-3 border-t border-line p-3 text-sm text-ink-2">
          {shown.length} of {fitting.length} rows are shown.
          <Button onClick={() => setMost(most + ROWS_AT_ONCE)}>Show more</Button>
        </div>
      )}
    </div>
  );
}

function Effect({ row }: { row: PreviewRow }) {
  if (row.status === 'error') {
    return (
      <ul className="grid gap-0.5 text-failed">
        {row.problems.map((problem) => (
          <li key={`${problem.column} ${problem.reason}`}>
            {problem.column && <b className="font-medium">{problem.column}: </b>}
            {problem.reason}
          </li>
        ))}
      </ul>
    );
  }
  if (row.changes.length === 0) {
    return (
      <span className="text-ink-2">
        {row.status === 'same' ? 'Nothing: it is so already' : 'Adds the event'}
      </span>
    );
  }
  return (
    <ul className="grid gap-0.5">
      {row.changes.map((change) => (
        <li key={change.field}>
          <span className="text-ink-2">{FIELDS[change.field]}: </span>
          {change.from && <span className="text-ink-2 line-through">{change.from}</span>} {change.to}
        </li>
      ))}
    </ul>
  );
}

const FIELDS: Record<PreviewRow['changes'][number]['field'], string> = {
  name: 'Name',
  reference: 'Reference number',
  duration: 'Duration',
  schedule: 'Schedule',
};

const EXPORTS = [
  { kind: 'scheduled', label: 'Export scheduled work' },
  { kind: 'unscheduled', label: 'Export unscheduled work' },
] as const;

function Exports() {
  const utils = trpc.useUtils();
  const store = useStore();
  const [busy, setBusy] = useState<string>();
  const save = async (kind: (typeof EXPORTS)[number]['kind']) => {
    setBusy(kind);
    try {
      const text = await utils.csv.export.fetch({ kind }, { staleTime: 0 });
      downloadCsv(kind, text, store?.timeZone ?? 'UTC');
    } catch (error) {
      toast(problemOf(error).message, { tone: 'problem' });
    }
    setBusy(undefined);
  };
  return (
    <section aria-label="Export" className="grid gap-2">
      <h2 className="text-sm font-semibold">Export</h2>
      <p className="text-sm text-ink-2">
        The same eleven columns that the import reads, in the store’s time. Estimated Time counts a Core’s
        work without its lunch, as Crossmark does.
      </p>
      <div className="flex flex-wrap gap-2">
        {EXPORTS.map(({ kind, label }) => (
          <Button key={kind} busy={busy === kind} onClick={() => void save(kind)}>
            {busy !== kind && <Download aria-hidden className="size-4" />}
            {label}
          </Button>
        ))}
      </div>
    </section>
  );
}
