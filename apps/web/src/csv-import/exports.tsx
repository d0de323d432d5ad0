import { Button } from '@scheduler/ui/button';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { downloadCsv } from '../lib/download.ts';
import { problemOf } from '../lib/problem.ts';
import { useStore } from '../shell/use-store.ts';
import { toast } from '../ui/toast.tsx';

const EXPORTS = [
  { kind: 'scheduled', label: 'Export scheduled work' },
  { kind: 'unscheduled', label: 'Export unscheduled work' },
] as const;

export function Exports() {
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
