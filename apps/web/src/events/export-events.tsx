import { trpc } from '../lib/api.ts';
import { useStore } from '../shell/use-store.ts';
import { ExportButton } from '../ui/export-button.tsx';
import type { EventFilter } from './events-search.ts';

/** Saves all events of the list as a file that the import reads. */
export function ExportEvents({
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
  return (
    <ExportButton
      name={name}
      timeZone={store?.timeZone}
      read={() => utils.csv.exportEvents.fetch(filter, { staleTime: 0, gcTime: 0 })}
      disabled={disabled}
      aria-label="Export what the list shows"
      title="A CSV file of all events in the list, with the eleven columns that the import reads"
    >
      <span className="hidden sm:inline">Export</span>
    </ExportButton>
  );
}
