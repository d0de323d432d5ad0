import { Button } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { useMayWrite } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { Loading, Refusal, SkeletonRows } from '../ui/states.tsx';
import { Exports } from './exports.tsx';
import { FilePicker } from './file-picker.tsx';
import { PreviewCounts } from './preview-counts.tsx';
import { PreviewRows } from './preview-rows.tsx';
import { ShortenedCores } from './shortened-cores.tsx';
import { useCsvImport } from './use-csv-import.ts';

/**
 * The page that imports the company's CSV files. It shows what each row would change before
 * anything is written.
 */
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
  const csv = useCsvImport();
  const {
    file,
    readFile,
    unreadable,
    preview,
    displayed,
    selection,
    setSelection,
    writableCount,
    selectedCount,
    write,
  } = csv;
  return (
    <section aria-label="Import" className="grid gap-3">
      <FilePicker fileName={file?.name} onFile={(chosenFile) => void readFile(chosenFile)} />
      <Refusal error={unreadable ?? preview.error} />
      {preview.isPending && !displayed && (
        <Loading what="the preview">
          <SkeletonRows count={5} height="h-10" />
        </Loading>
      )}
      {displayed && file && (
        <>
          <div className="flex flex-wrap items-center gap-2">
            <PreviewCounts displayed={displayed} onChoose={csv.showKind} />
            <Button
              look="primary"
              className="ml-auto min-w-36"
              disabled={selectedCount === 0 || preview.isPending}
              busy={write.isPending}
              busyLabel="Importing…"
              onClick={csv.importSelection}
            >
              {importWords(selectedCount, writableCount)}
            </Button>
          </div>
          <Refusal error={write.error} />
          <Notes breaking={displayed.breaking} errors={displayed.counts.error} />
          <PreviewRows
            displayed={displayed}
            news={writableCount}
            count={selectedCount}
            chosen={selection}
            onChoose={setSelection}
            busy={preview.isPending}
            onMore={csv.showMore}
          />
        </>
      )}
    </section>
  );
}

/** Explains what happens to rows that break a rule and to rows with errors. */
function Notes({ breaking, errors }: { breaking: number; errors: number }) {
  return (
    <>
      {breaking > 0 && (
        <p className="text-sm text-ink-2">
          {breaking === 1 ? 'The row that breaks a rule is' : `The ${breaking} rows that break a rule are`}{' '}
          imported as well, because a file says what was scheduled, and the board will mark{' '}
          {breaking === 1 ? 'it' : 'them'}. Untick rows that should not be imported. Each row is checked as if
          all were imported.
        </p>
      )}
      {errors > 0 && (
        <p className="text-sm text-ink-2">
          {errors === 1
            ? 'The row with an error is not imported. Correct it'
            : `The ${errors} rows with errors are not imported. Correct them`}{' '}
          in the file and choose the file again. Rows that are imported by then do not change.
        </p>
      )}
    </>
  );
}

function importWords(selected: number, writable: number): string {
  if (writable === 0) return 'Nothing to import';
  return selected === writable ? `Import all ${writable}` : `Import ${selected} of ${writable}`;
}
