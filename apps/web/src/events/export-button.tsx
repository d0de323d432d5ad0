import { Button } from '@scheduler/ui/button';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { downloadCsv } from '../lib/download.ts';
import { problemOf } from '../lib/problem.ts';
import { useStore } from '../shell/use-store.ts';
import { toast } from '../ui/toast.tsx';
import type { EventFilter } from './events-search.ts';

/** Saves what the list shows, all of it, as a file that the import reads. */
export function ExportButton({
  filter,
  name,
  disabled,
}: {
  filter: EventFilter;
  name: string;
  disabled: boolean;
}) {
  const utils = trpc.useUtils();
  const store = useStore();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const text = await utils.csv.exportEvents.fetch(filter, { staleTime: 0, gcTime: 0 });
      downloadCsv(name, text, store?.timeZone ?? 'UTC');
    } catch (error) {
      toast(problemOf(error).message, { tone: 'problem' });
    }
    setBusy(false);
  };
  return (
    <Button
      busy={busy}
      disabled={disabled}
      onClick={() => void save()}
      aria-label="Export what the list shows"
      title="A CSV file of what the list shows, in the eleven columns that the import reads"
    >
      <Download aria-hidden className="size-4" />
      <span className="hidden sm:inline">Export</span>
    </Button>
  );
}
