import { Empty } from '../ui/states.tsx';

/** Why the list is empty. */
export function NoEvents({
  unreported,
  narrowed,
  onClear,
}: {
  unreported: boolean;
  narrowed: boolean;
  onClear: () => void;
}) {
  if (narrowed) {
    return (
      <Empty title="No event matches these filters.">
        <button type="button" className="text-accent-text underline" onClick={onClear}>
          Clear filters
        </button>
      </Empty>
    );
  }
  return unreported ? (
    <Empty title="Everything is reported.">
      Work of the last 14 days that Crossmark has no report of appears here, so that it can be reissued.
    </Empty>
  ) : (
    <Empty title="There are no events yet.">
      A refresh from Crossmark or the import of a CSV file adds events.
    </Empty>
  );
}
