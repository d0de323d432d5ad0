import type { AppRouter } from '@scheduler/server/router';
import { Button, buttonClass } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import type { inferRouterOutputs } from '@trpc/server';
import { Download, FileUp, TriangleAlert } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { downloadCsv } from '../lib/download.ts';
import { FileUnreadable, problemOf } from '../lib/problem.ts';
import { windowWords } from '../lib/words.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { ReasonList, TypeMark } from '../ui/badges.tsx';
import { Empty, Loading, Refusal, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { readCsvFile } from './read-file.ts';
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

/** The rows that are to be imported: all that say something new but these, or these alone. */
interface Chosen {
  all: boolean;
  but: ReadonlySet<number>;
}
const ALL: Chosen = { all: true, but: new Set() };

/** Which rows are shown: those of a kind, or those that would break a rule. */
type Kind = Status | 'breaking';

/** What is shown of a file: the rows of a kind that were asked for so far. */
interface Shown {
  counts: ImportPreview['counts'];
  breaking: number;
  kind: Kind | undefined;
  rows: PreviewRow[];
  more: number;
}

function Import() {
  const inputId = useId();
  const utils = trpc.useUtils();
  const [file, setFile] = useState<{ name: string; text: string }>();
  const [unreadable, setUnreadable] = useState<FileUnreadable>();
  const [dragging, setDragging] = useState(false);
  const [chosen, setChosen] = useState<Chosen>(ALL);
  const [shown, setShown] = useState<Shown>();
  /** The text of the file that is shown, or is going to be. */
  const current = useRef('');
  const preview = trpc.csv.preview.useMutation({
    onSuccess: ({ counts, breaking, rows, more }, { text, status, breaking: only, after }) => {
      // Another file was chosen meanwhile.
      if (text !== current.current) return;
      const before = after === undefined ? [] : (shown?.rows ?? []);
      const kind = only ? 'breaking' : status;
      setShown({ counts, breaking, kind, rows: [...before, ...rows], more });
    },
  });
  const ask = (text: string, kind: Kind | undefined, after?: number) =>
    preview.mutate({ text, ...(kind === 'breaking' ? { breaking: true } : { status: kind }), after });
  const look = (text: string, kind?: Kind) => {
    current.current = text;
    setChosen(ALL);
    ask(text, kind);
  };
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
      if (file) look(file.text, shown?.kind);
    },
  });

  const take = async (given: File | undefined) => {
    if (!given) return;
    write.reset();
    try {
      const text = await readCsvFile(given);
      setUnreadable(undefined);
      setShown(undefined);
      setFile({ name: given.name, text });
      look(text);
    } catch (error) {
      if (!(error instanceof FileUnreadable)) throw error;
      preview.reset();
      current.current = '';
      setFile(undefined);
      setShown(undefined);
      setUnreadable(error);
    }
  };
  const news = shown ? shown.counts.new + shown.counts.changed : 0;
  const count = chosen.all ? news - chosen.but.size : chosen.but.size;
  const importChosen = () => {
    if (!file || !shown) return;
    const rows = [...chosen.but].sort((a, b) => a - b);
    const which = chosen.all ? { allBut: { rows, counts: shown.counts } } : { rows };
    write.mutate({ text: file.text, ...which });
  };

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
          accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
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
      {preview.isPending && !shown && (
        <Loading what="preview">
          <div className="grid gap-2">
            {[1, 2, 3, 4, 5].map((each) => (
              <Skeleton key={each} className="h-10" />
            ))}
          </div>
        </Loading>
      )}
      {shown && file && (
        <>
          <div className="flex flex-wrap items-center gap-2">
            <Counts shown={shown} onChoose={(kind) => ask(file.text, kind)} />
            <Button
              look="primary"
              className="ml-auto min-w-36"
              disabled={count === 0 || preview.isPending}
              busy={write.isPending}
              busyLabel="Importing…"
              onClick={importChosen}
            >
              {importWords(count, news)}
            </Button>
          </div>
          <Refusal error={write.error} />
          {shown.breaking > 0 && (
            <p className="text-sm text-ink-2">
              {shown.breaking === 1
                ? 'The row that breaks a rule is'
                : `The ${shown.breaking} rows that break a rule are`}{' '}
              imported all the same, for a file says what is so, and the board will mark them. Take the tick
              off what shouldn’t be planned. Each row is judged as if all were imported.
            </p>
          )}
          {shown.counts.error > 0 && (
            <p className="text-sm text-ink-2">
              {shown.counts.error === 1
                ? 'The row with an error is left out. Mend it'
                : `The ${shown.counts.error} rows with errors are left out. Mend them`}{' '}
              in the file and choose it again: what is imported by then stays as it is.
            </p>
          )}
          <Rows
            shown={shown}
            news={news}
            count={count}
            chosen={chosen}
            onChoose={setChosen}
            busy={preview.isPending}
            onMore={() => {
              const after = shown.rows.at(-1)?.row;
              if (after !== undefined) ask(file.text, shown.kind, after);
            }}
          />
        </>
      )}
    </section>
  );
}

function importWords(count: number, news: number): string {
  if (news === 0) return 'Nothing to import';
  return count === news ? `Import all ${news}` : `Import ${count} of ${news}`;
}

const isNews = (row: PreviewRow): boolean => row.status === 'new' || row.status === 'changed';

type Status = PreviewRow['status'];

const STATUSES: Record<Status, { word: string; look: string }> = {
  new: { word: 'New', look: 'bg-pending-soft text-pending' },
  changed: { word: 'Changed', look: 'bg-conflict-soft text-conflict' },
  same: { word: 'Same', look: 'bg-surface-2 text-ink-2' },
  error: { word: 'Error', look: 'bg-failed-soft text-failed' },
};

/** How many rows are of each kind, and how many would break a rule; choosing one shows those alone. */
function Counts({
  shown: { counts, breaking, kind: only },
  onChoose,
}: {
  shown: Shown;
  onChoose: (kind: Kind | undefined) => void;
}) {
  const kinds = [
    ...(['new', 'changed', 'same', 'error'] as const).map((kind) => ({
      kind,
      count: counts[kind],
      words: kind === 'error' && counts.error !== 1 ? 'errors' : kind,
      look: STATUSES[kind].look,
    })),
    {
      kind: 'breaking' as const,
      count: breaking,
      words: breaking === 1 ? 'breaks a rule' : 'break a rule',
      look: 'bg-waiting-soft text-waiting',
    },
  ];
  return (
    <div role="status" className="flex flex-wrap gap-1.5 text-sm" data-testid="import-counts">
      {kinds.map(({ kind, count, words, look }) => (
        <button
          key={kind}
          type="button"
          aria-pressed={only === kind}
          disabled={count === 0 && only !== kind}
          title={only === kind ? 'Show all rows' : 'Show these rows alone'}
          onClick={() => onChoose(only === kind ? undefined : kind)}
          className={`flex min-h-7 items-center gap-1 rounded px-2 pointer-coarse:min-h-10 ${count === 0 ? 'bg-surface-2 text-ink-2' : look} ${only === kind ? 'outline-2 outline-current' : ''}`}
        >
          {kind === 'breaking' && count > 0 && <TriangleAlert aria-hidden className="size-3.5" />}
          {count} {words}
        </button>
      ))}
    </div>
  );
}

function Rows({
  shown,
  news,
  count,
  chosen,
  onChoose,
  busy,
  onMore,
}: {
  shown: Shown;
  /** Rows of the file that say something new, and those that are chosen. */
  news: number;
  count: number;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  busy: boolean;
  onMore: () => void;
}) {
  const { rows, more, counts } = shown;
  const isChosen = (row: number) => chosen.all !== chosen.but.has(row);
  const toggle = (row: number) => {
    const but = new Set(chosen.but);
    if (!but.delete(row)) but.add(row);
    onChoose({ ...chosen, but });
  };
  const total = counts.new + counts.changed + counts.same + counts.error;
  if (total === 0) return <Empty title="The file has a header and no rows." />;
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="block w-full text-sm md:table">
        <thead className="block bg-surface-2 text-left text-xs text-ink-2 md:table-header-group">
          <tr className="flex items-center md:table-row">
            <th scope="col" className="w-10 px-3 py-2">
              <input
                type="checkbox"
                aria-label="All rows that say something new"
                checked={news > 0 && count === news}
                disabled={news === 0}
                onChange={(change) => onChoose({ all: change.target.checked, but: new Set() })}
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
          {rows.map((row) => (
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
                    checked={isChosen(row.row)}
                    onChange={() => toggle(row.row)}
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
                <div className="grid gap-1">
                  <Effect row={row} />
                  <ReasonList reasons={row.reasons} />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <Empty title="No row is of that kind any more." />}
      {more > 0 && (
        <div className="flex flex-wrap items-center gap-3 border-t border-line p-3 text-sm text-ink-2">
          {rows.length} of {rows.length + more} rows are shown.
          <Button busy={busy} busyLabel="Reading…" onClick={onMore}>
            Show more
          </Button>
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
