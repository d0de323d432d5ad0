import { Button, buttonClass } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { FileUp } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { FileUnreadable } from '../lib/problem.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { Loading, Refusal, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { Exports } from './exports.tsx';
import { ALL, type Chosen, type Kind, type Shown } from './import-preview.ts';
import { Counts } from './preview-counts.tsx';
import { Rows } from './preview-rows.tsx';
import { readCsvFile } from './read-file.ts';
import { ShortenedCores } from './shortened-cores.tsx';

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
