import { buttonClass } from '@scheduler/ui/button';
import { FileUp } from 'lucide-react';
import { useId, useState } from 'react';

/** A place to drop a CSV file, or to choose one. */
export function FilePicker({
  fileName,
  onFile,
}: {
  /** The name of the chosen file; undefined before one is chosen. */
  fileName: string | undefined;
  onFile: (file: File | undefined) => void;
}) {
  const inputId = useId();
  const [isOver, setIsOver] = useState(false);
  return (
    <label
      htmlFor={inputId}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        onFile(event.dataTransfer.files[0]);
      }}
      className={`flex flex-wrap items-center gap-3 rounded-md border border-dashed p-4 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent ${isOver ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface'}`}
    >
      <span className={buttonClass('primary')}>
        <FileUp aria-hidden className="size-4" />
        {fileName ? 'Choose another file' : 'Choose a CSV file'}
      </span>
      <input
        id={inputId}
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
        aria-label="CSV file"
        className="sr-only"
        onChange={(change) => {
          onFile(change.target.files?.[0]);
          // The same file can be chosen again after it was corrected.
          change.target.value = '';
        }}
      />
      <span className="text-sm text-ink-2">
        {fileName
          ? fileName
          : 'or drop it here. Both scheduled and unscheduled work can be imported. Nothing is written before you confirm.'}
      </span>
    </label>
  );
}
