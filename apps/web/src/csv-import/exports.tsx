import { trpc } from '../lib/api.ts';
import { useStore } from '../shell/use-store.ts';
import { ExportButton } from '../ui/export-button.tsx';

const EXPORTS = [
  { kind: 'scheduled', label: 'Export scheduled work' },
  { kind: 'unscheduled', label: 'Export unscheduled work' },
] as const;

export function Exports() {
  const utils = trpc.useUtils();
  const store = useStore();
  return (
    <section aria-label="Export" className="grid gap-2">
      <h2 className="text-sm font-semibold">Export</h2>
      <p className="text-sm text-ink-2">
        The file has the eleven columns that the import reads, in the store’s time. Estimated Time is a Core’s
        work without lunch, as in Crossmark’s files.
      </p>
      <div className="flex flex-wrap gap-2">
        {EXPORTS.map(({ kind, label }) => (
          <ExportButton
            key={kind}
            name={kind}
            timeZone={store?.timeZone}
            read={() => utils.csv.export.fetch({ kind }, { staleTime: 0 })}
          >
            {label}
          </ExportButton>
        ))}
      </div>
    </section>
  );
}
