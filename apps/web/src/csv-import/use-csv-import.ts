import { useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { FileUnreadable } from '../lib/problem.ts';
import { toast } from '../ui/toast.tsx';
import { ALL, type Kind, type Preview, type Selection } from './import-preview.ts';
import { readCsvFile } from './read-file.ts';

/** The chosen file, the preview of its rows, the ticked rows, and their import. */
export function useCsvImport() {
  const utils = trpc.useUtils();
  const [file, setFile] = useState<{ name: string; text: string }>();
  const [unreadable, setUnreadable] = useState<FileUnreadable>();
  const [selection, setSelection] = useState<Selection>(ALL);
  const [displayed, setDisplayed] = useState<Preview>();
  /** The text of the file that is shown or being loaded. */
  const current = useRef('');
  const preview = trpc.csv.preview.useMutation({
    onSuccess: ({ counts, breaking, rows, more }, { text, status, breaking: breakingOnly, after }) => {
      // Another file was chosen meanwhile.
      if (text !== current.current) return;
      const earlierRows = after === undefined ? [] : (displayed?.rows ?? []);
      const kind = breakingOnly ? 'breaking' : status;
      setDisplayed({ counts, breaking, kind, rows: [...earlierRows, ...rows], more });
    },
  });
  const loadPreview = (text: string, kind: Kind | undefined, after?: number) =>
    preview.mutate({ text, ...(kind === 'breaking' ? { breaking: true } : { status: kind }), after });
  const startPreview = (text: string, kind?: Kind) => {
    current.current = text;
    setSelection(ALL);
    loadPreview(text, kind);
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
      // The same file is previewed again and shows what is left, because imported rows are now the
      // same.
      if (file) startPreview(file.text, displayed?.kind);
    },
  });

  const readFile = async (chosenFile: File | undefined) => {
    if (!chosenFile) return;
    write.reset();
    try {
      const text = await readCsvFile(chosenFile);
      setUnreadable(undefined);
      setDisplayed(undefined);
      setFile({ name: chosenFile.name, text });
      startPreview(text);
    } catch (error) {
      if (!(error instanceof FileUnreadable)) throw error;
      preview.reset();
      current.current = '';
      setFile(undefined);
      setDisplayed(undefined);
      setUnreadable(error);
    }
  };
  const writableCount = displayed ? displayed.counts.new + displayed.counts.changed : 0;
  const selectedCount = selection.all ? writableCount - selection.but.size : selection.but.size;
  const importSelection = () => {
    if (!file || !displayed) return;
    const rows = [...selection.but].sort((a, b) => a - b);
    const which = selection.all ? { allBut: { rows, counts: displayed.counts } } : { rows };
    write.mutate({ text: file.text, ...which });
  };
  return {
    file,
    readFile,
    unreadable,
    preview,
    displayed,
    showKind: (kind: Kind | undefined) => file && loadPreview(file.text, kind),
    showMore: () => {
      const after = displayed?.rows.at(-1)?.row;
      if (file && displayed && after !== undefined) loadPreview(file.text, displayed.kind, after);
    },
    selection,
    setSelection,
    /** The number of rows with a change, and how many of them are ticked. */
    writableCount,
    selectedCount,
    write,
    importSelection,
  };
}
